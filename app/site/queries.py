"""What the reading pages list: always one index, never what is removed or in quarantine."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, ScalarSelect, Select, func, select

from app.accounts.models import Account
from app.core.remembering import recall
from app.extensions import db
from app.indexes.queries import MIRROR
from app.indexes.upstreams import find_host
from app.projects.models import Project, Release, Role
from app.search.queries import count_known
from app.search.scopes import Scope
from app.search.turning import PAGE_SIZE, Key, Place, cut
from app.sources.page import ProjectLine

_MOST_OWN = 200
# Readers have no part in a project.
_PARTS = ("owner", "maintainer")

_IS_SHOWN = (Project.removed_at.is_(None), Project.status != "quarantined")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A person as strangers see them."""

    account_id: int
    username: str
    name: str
    joined_at: datetime


@dataclass(frozen=True, kw_only=True)
class OwnLine:
    """A project in somebody's list, with what they are to it."""

    line: ProjectLine
    role: str
    status: str


@dataclass(frozen=True)
class MaintainerLine:
    """Somebody, and in how many projects they have a part."""

    username: str
    name: str
    projects: int


@dataclass(frozen=True, kw_only=True)
class MaintainerPage:
    """Some of those who have a part in projects, and the keys by which one turns the page."""

    lines: tuple[MaintainerLine, ...]
    before: Key | None
    after: Key | None


def count_names(scope: Scope) -> tuple[tuple[str, int], ...]:
    """Return the hosts that the mirrors of a scope copy, with how many names are known of each.

    To count them takes a look at all, so they are remembered until the names change.
    """
    mark = scope.index.names_serial
    counts = (
        (mirror, recall(("known", mirror.id), mark, partial(count_known, mirror.id)))
        for mirror in scope.indexes
        if mirror.kind == MIRROR
    )
    return tuple((find_host(mirror) or mirror.title, count) for mirror, count in counts)


def find_profile(username: str) -> Profile | None:
    """Return somebody by their username in any case, or None."""
    wanted = select(Account).where(
        Account.username_key == username.lower(), Account.is_active.is_(True)
    )
    account = db.session.scalars(wanted).one_or_none()
    return None if account is None else _profile(account)


def list_published_by(index_id: int, account_id: int) -> tuple[OwnLine, ...]:
    """Return the projects in which somebody has a part, the newest change first."""
    wanted = (
        _select_lines()
        .add_columns(Role.kind, Project.status)
        .join(Role, Role.project_id == Project.id)
        .where(
            Project.index_id == index_id,
            Role.account_id == account_id,
            Role.kind.in_(_PARTS),
            *_IS_SHOWN,
        )
        .order_by(Project.updated_at.desc(), Project.id.desc())
        .limit(_MOST_OWN)
    )
    return tuple(
        OwnLine(line=_line(row), role=row["kind"], status=row["status"])
        for row in db.session.execute(wanted).mappings()
    )


def list_maintainers(index_ids: Collection[int], place: Place, text: str) -> MaintainerPage:
    """Return a page of those who have a part in projects of some indexes, by username.

    Only those whose usernames begin with a text, whatever its case.
    """
    wanted = (
        select(Account.username, Account.username_key, Account.name, _count_parts(index_ids))
        .where(
            Account.is_active.is_(True),
            Account.username_key.startswith(text.lower(), autoescape=True),
            _parts(index_ids).exists(),
        )
        .order_by(Account.username_key.desc() if place.is_back else Account.username_key)
        .limit(PAGE_SIZE + 1)
    )
    if place.key is not None:
        key = place.key[0]
        is_behind = Account.username_key < key if place.is_back else Account.username_key > key
        wanted = wanted.where(is_behind)
    page = cut(db.session.execute(wanted).all(), place, lambda row: (row.username_key,))
    return MaintainerPage(
        lines=tuple(MaintainerLine(username, name, n) for username, _key, name, n in page.rows),
        before=page.before,
        after=page.after,
    )


def _parts(index_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Select the parts that an account has in projects that are shown."""
    return (
        select(Role.project_id)
        .join(Project, Project.id == Role.project_id)
        .where(
            Role.account_id == Account.id,
            Role.kind.in_(_PARTS),
            Project.index_id.in_(index_ids),
            *_IS_SHOWN,
        )
        .correlate(Account)
    )


def _count_parts(index_ids: Collection[int]) -> ScalarSelect[int]:
    return _parts(index_ids).with_only_columns(func.count(Role.project_id)).scalar_subquery()


def _select_lines() -> Select[*tuple[Any, ...]]:
    return select(
        Project.name,
        Project.normalized_name,
        Release.summary,
        Release.version,
        Project.updated_at,
    ).join(Release, Release.id == Project.latest_release_id)


def _line(row: RowMapping) -> ProjectLine:
    return ProjectLine(
        name=row["name"],
        normalized_name=row["normalized_name"],
        summary=row["summary"],
        version=row["version"],
        updated_at=row["updated_at"],
    )


def _profile(account: Account) -> Profile:
    return Profile(
        account_id=account.id,
        username=account.username,
        name=account.name,
        joined_at=account.created_at,
    )

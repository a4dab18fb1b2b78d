"""Looking for rows of the catalogue that contradict each other."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.models import Account, Email
from app.checking.database import tell_row
from app.checking.findings import Check, Finding, Wanted
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import Index, IndexGrant
from app.indexes.queries import KINDS, RIGHTS, VISIBILITIES
from app.policy import rules
from app.policy.models import PolicyRule
from app.projects import mending, permissions
from app.projects.models import File, Project, Release, Role
from app.projects.names import lookalike, normalise
from app.projects.services import STATUSES
from app.projects.versions import canonical, parse_version, sort_key

_BATCH = 500
# Columns with a handful of values, and which those are.
_CHOICES: Sequence[tuple[InstrumentedAttribute[str], Sequence[str]]] = (
    (Index.kind, KINDS),
    (Index.visibility, VISIBILITIES),
    (IndexGrant.right, RIGHTS),
    (Project.status, STATUSES),
    (Role.kind, permissions.KINDS),
    (PolicyRule.kind, rules.KINDS),
)


def release_files(_wanted: Wanted) -> Check:
    """Look for releases without files, and for what was left in what is removed."""
    return Check("Releases", _judge_releases, partial(_steps, Release))


def derived_names(_wanted: Wanted) -> Check:
    """Look whether names and versions are normalised as they should be."""
    return Check("Names and versions", _judge_names, partial(_steps, Project))


def choices(_wanted: Wanted) -> Check:
    """Look for words that mean nothing, where only some are allowed."""
    return Check("Words with a meaning", _judge_choice, lambda: range(len(_CHOICES)))


def accounts(_wanted: Wanted) -> Check:
    """Look whether everybody has an address that mail goes to."""
    return Check("Accounts", _judge_accounts)


def _steps(kind: type[Release] | type[Project]) -> Sequence[int]:
    last = db.session.scalar(select(func.max(kind.id))) or 0
    return range(1, last + 1, _BATCH)


def _judge_releases(begin: int) -> Iterable[Finding]:
    here = (Release.id >= begin, Release.id < begin + _BATCH)
    shown = select(File.id).where(File.release_id == Release.id, File.removed_at.is_(None))
    empty = _releases().where(*here, Release.removed_at.is_(None), ~shown.exists())
    for row in db.session.execute(empty.order_by(Release.id)):
        yield _finding(
            "release-without-files",
            _told(row),
            "it is shown, and has no file",
            "it is removed, as with its last file",
            partial(_within, mending.remove_empty, row.id),
        )
    in_removed = or_(Release.removed_at.is_not(None), Project.removed_at.is_not(None))
    left = _releases(File.id.label("file_id"), File.filename).join(
        File, File.release_id == Release.id
    )
    for row in db.session.execute(left.where(*here, in_removed, File.removed_at.is_(None))):
        yield _finding(
            "file-in-removed-release",
            f"{row.slug}/{row.filename}",
            "its release is removed, and it is not",
            "it is removed too; its bytes stay in the trash",
            partial(_within, mending.remove_left, row.file_id),
        )
    strange = _releases(File.filename).join(File, File.release_id == Release.id)
    for row in db.session.execute(strange.where(*here, File.index_id != Project.index_id)):
        yield _finding(
            "file-in-other-index",
            f"{row.slug}/{row.filename}",
            "its project is in another index than the file",
            "restore its row from a backup",
        )


def _judge_names(begin: int) -> Iterable[Finding]:
    here = (Project.id >= begin, Project.id < begin + _BATCH)
    columns = (Project.id, Project.name, Project.normalized_name, Project.lookalike, Index.slug)
    projects = select(*columns).join(Index, Index.id == Project.index_id).where(*here)
    for row in db.session.execute(projects.order_by(Project.id)):
        if row.normalized_name != normalise(row.name):
            yield _finding(
                "wrong-name",
                f"{row.slug}/{row.name}",
                f"it is kept under the name {row.normalized_name}",
                "restore its row from a backup",
            )
        elif row.lookalike != lookalike(row.normalized_name):
            yield _derived(row.id, f"{row.slug}/{row.name}", "what its name looks like is wrong")
    own = (Release.version, Release.canonical_version, Release.sort_key, Release.is_prerelease)
    releases = _releases(*own, Release.project_id).where(*here).order_by(Release.id)
    for row in db.session.execute(releases):
        if not _is_derived(row):
            yield _derived(row.project_id, _told(row), "its place among the versions is wrong")


def _is_derived(row: Any) -> bool:
    parsed = parse_version(row.version)
    if parsed is None:
        # Others than those of PEP 440 were never taken.
        return False
    expected = (canonical(parsed), sort_key(parsed), parsed.is_prerelease)
    return (row.canonical_version, bytes(row.sort_key), row.is_prerelease) == expected


def _judge_choice(place: int) -> Iterable[Finding]:
    column, known = _CHOICES[place]
    table = column.class_.__table__
    identity = list(table.primary_key)
    wanted = select(column, *identity).where(column.not_in(known)).order_by(*identity)
    for value, *numbers in db.session.execute(wanted):
        yield _finding(
            "unknown-word",
            tell_row(table, numbers),
            f"{column.key} is {value!r}, and must be one of {', '.join(known)}",
            "set what was meant",
        )


def _judge_accounts(_step: None) -> Iterable[Finding]:
    primary = select(Email.account_id).where(Email.is_primary)
    once = primary.group_by(Email.account_id).having(func.count() == 1)
    wanted = select(Account.username).where(Account.id.not_in(once)).order_by(Account.username)
    for username in db.session.scalars(wanted):
        yield _finding(
            "account-without-address",
            username,
            "it has no address that mail goes to, or several",
            "give it one on its page in the back office",
        )


def _releases(*more: Any) -> Any:
    """Return the question for releases, with the slug and the name that they are told by."""
    return (
        select(Release.id, Release.version, Index.slug, Project.normalized_name, *more)
        .join(Project, Project.id == Release.project_id)
        .join(Index, Index.id == Project.index_id)
    )


def _told(row: Any) -> str:
    return f"{row.slug}/{row.normalized_name} {row.version}"


def _derived(project_id: int, subject: str, detail: str) -> Finding:
    mend = partial(_within, mending.derive_names, project_id)
    return _finding("derived-name", subject, detail, "it is made anew from the name", mend)


def _finding(
    kind: str, subject: str, detail: str, cure: str, mend: Callable[[], None] | None = None
) -> Finding:
    return Finding(kind=kind, subject=subject, detail=detail, cure=cure, mend=mend)


def _within(change: Callable[[int], None], number: int) -> None:
    with transaction():
        change(number)

"""What the map is made of, in blocks of row numbers.

A row keeps its number as long as it is there, so a part of the map stays the same
while others come and go.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select

from app.accounts.models import Account
from app.extensions import db
from app.indexes.models import NameClaim
from app.projects.models import Project, Role
from app.search.models import Listing
from app.search.scopes import Scope
from app.sources.statements import QUARANTINED

# A part of the map is written in half a second, each page in all languages, on a busy
# machine too. That somebody publishes takes a look at all that they have a role in.
PROJECTS = 5_000
PEOPLE = 2_000

_PUBLISHING = ("owner", "maintainer")


def list_project_blocks(scope: Scope) -> list[Row[Any]]:
    """Return number, size, sum and newest time of the blocks that have projects, per index.

    The sum is another one when as many come as go.
    """
    found: list[Row[Any]] = []
    for index_id in scope.index_ids:
        # The first has most of the rows, and nobody takes a name from it.
        fits = () if index_id == scope.index_ids[0] else scope.fits()
        wanted = _select_project_blocks().where(Listing.index_id == index_id, *fits)
        found += db.session.execute(wanted)
    return found


def find_project_block(scope: Scope, number: int) -> Row[Any, Any, Any, Any] | None:
    """Return what `list_project_blocks` does of one block, or None if it is empty."""
    is_here = (Listing.index_id + 0).in_(scope.index_ids)
    wanted = _select_project_blocks().where(is_here, *_within(Listing.id, number, PROJECTS))
    return db.session.execute(wanted).one_or_none()


def mark_claims(index_ids: Collection[int]) -> str:
    """Return a text that is another one whenever names of some indexes are claimed or freed."""
    wanted = select(func.count(), func.max(NameClaim.claimed_at)).where(
        NameClaim.index_id.in_(index_ids)
    )
    count, last = db.session.execute(wanted).one()
    return f"{count} {last}"


def list_projects(
    index_ids: Collection[int], number: int, after: int, limit: int
) -> list[Row[Any]]:
    """Return projects of a block behind a row, as far as something of them is here."""
    wanted = (
        select(Listing.id, Listing.index_id, Listing.normalized_name, Listing.updated_at)
        .where(
            # As a sum, so that the database goes by the rows of the block.
            (Listing.index_id + 0).in_(index_ids),
            Listing.updated_at.is_not(None),
            *_within(Listing.id, number, PROJECTS),
            Listing.id > after,
        )
        .order_by(Listing.id)
        .limit(limit)
    )
    return list(db.session.execute(wanted))


def list_people_blocks(index_id: int) -> list[int]:
    """Return the numbers of the blocks that have people who publish in an index."""
    numbers: list[int] = []
    first = select(Account.id).where(*_publishes(index_id)).order_by(Account.id).limit(1)
    # One look for each block: to count all people would take seconds.
    while True:
        behind = numbers[-1] * PEOPLE if numbers else 0
        account_id = db.session.scalar(first.where(Account.id > behind))
        if account_id is None:
            return numbers
        numbers.append((account_id - 1) // PEOPLE + 1)


def measure_people_block(index_id: int, number: int) -> tuple[int, int]:
    """Return count and sum of the people of a block who publish in an index."""
    wanted = select(func.count(), func.coalesce(func.sum(Account.id), 0)).where(
        *_publishes(index_id), *_within(Account.id, number, PEOPLE)
    )
    size, total = db.session.execute(wanted).one()
    return size, total


def list_people(index_id: int, number: int, after: int, limit: int) -> list[Row[Any]]:
    """Return people of a block, behind a row, who publish in an index what everyone sees."""
    wanted = (
        select(Account.id, Account.username)
        .where(*_publishes(index_id), *_within(Account.id, number, PEOPLE), Account.id > after)
        .order_by(Account.id)
        .limit(limit)
    )
    return list(db.session.execute(wanted))


def _select_project_blocks() -> Select[Any, Any, Any, Any]:
    return (
        select(
            _block(Listing.id, PROJECTS).label("number"),
            func.count().label("size"),
            func.sum(Listing.id).label("sum"),
            func.max(Listing.updated_at).label("changed_at"),
        )
        .where(Listing.updated_at.is_not(None))
        .group_by("number")
        .order_by("number")
    )


def _publishes(index_id: int) -> tuple[ColumnElement[bool], ...]:
    has_part = exists().where(
        Role.account_id == Account.id,
        Role.kind.in_(_PUBLISHING),
        Role.project_id == Project.id,
        Project.index_id == index_id,
        Project.removed_at.is_(None),
        Project.status != QUARANTINED,
        Project.latest_release_id.is_not(None),
    )
    return Account.is_active.is_(True), has_part


def _block(row: Any, size: int) -> ColumnElement[int]:
    # Blocks and rows are numbered from one on.
    number: ColumnElement[int] = (row - 1) // size + 1
    return number


def _within(row: Any, number: int, size: int) -> tuple[ColumnElement[bool], ...]:
    return row > (number - 1) * size, row <= number * size

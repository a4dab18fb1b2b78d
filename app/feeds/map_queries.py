"""What the map is made of, in blocks of row numbers.

A row keeps its number as long as it is there, so a part of the map stays the same
while others come and go.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, select

from app.accounts.models import Account
from app.extensions import db
from app.projects.models import Project, Role
from app.search.models import Listing
from app.sources.statements import QUARANTINED

# Few enough for a part of the map to be written in half a second, each in all languages.
BLOCK = 10_000

_PUBLISHING = ("owner", "maintainer")


def list_project_blocks(index_ids: Collection[int], number: int | None = None) -> list[Row[Any]]:
    """Return number, count, sum and newest time of the blocks that have projects, or of one.

    The sum is another one when as many come as go.
    """
    wanted = (
        select(
            _block(Listing.id).label("number"),
            func.count().label("count"),
            func.sum(Listing.id).label("sum"),
            func.max(Listing.updated_at).label("changed_at"),
        )
        .where(Listing.updated_at.is_not(None))
        .group_by("number")
        .order_by("number")
    )
    if number is None:
        return list(db.session.execute(wanted.where(Listing.index_id.in_(index_ids))))
    one = wanted.where((Listing.index_id + 0).in_(index_ids), *_within(Listing.id, number))
    return list(db.session.execute(one))


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
            *_within(Listing.id, number),
            Listing.id > after,
        )
        .order_by(Listing.id)
        .limit(limit)
    )
    return list(db.session.execute(wanted))


def list_people_blocks(index_id: int, number: int | None = None) -> list[Row[Any]]:
    """Return number, count and sum of the blocks that have people who publish, or of one."""
    wanted = (
        select(
            _block(Account.id).label("number"),
            func.count().label("count"),
            func.sum(Account.id).label("sum"),
        )
        .where(*_publishes(index_id))
        .group_by("number")
        .order_by("number")
    )
    if number is not None:
        wanted = wanted.where(*_within(Account.id, number))
    return list(db.session.execute(wanted))


def list_people(index_id: int, number: int, after: int, limit: int) -> list[Row[Any]]:
    """Return people of a block, behind a row, who publish in an index what everyone sees."""
    wanted = (
        select(Account.id, Account.username)
        .where(*_publishes(index_id), *_within(Account.id, number), Account.id > after)
        .order_by(Account.id)
        .limit(limit)
    )
    return list(db.session.execute(wanted))


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


def _block(row: Any) -> ColumnElement[int]:
    # Blocks and rows are numbered from one on.
    number: ColumnElement[int] = (row - 1) // BLOCK + 1
    return number


def _within(row: Any, number: int) -> tuple[ColumnElement[bool], ...]:
    return row > (number - 1) * BLOCK, row <= number * BLOCK

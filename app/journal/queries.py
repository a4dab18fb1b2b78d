"""Looking things up in the audit log, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.extensions import db
from app.journal.models import Entry

_BEYOND = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for; what is left empty does not matter.

    `account` is a username: of who did it, or to whom it happened. `project` is a
    normalised name. Times are the first that is meant, and the first that is not.
    """

    account: str = ""
    project: str = ""
    index_slug: str = ""
    tag: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_entries(search: Search, *, before: int | None, limit: int) -> list[Entry]:
    """Return entries with lower numbers than one, or the newest of all."""
    wanted = select(Entry).where(*_conditions(search)).order_by(Entry.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(Entry.id < before)
    return list(db.session.scalars(wanted))


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.account:
        found.append(or_(Entry.actor == search.account, Entry.about == search.account))
    named: dict[Any, str] = {
        Entry.project: search.project,
        Entry.index_slug: search.index_slug,
        Entry.tag: search.tag,
    }
    found += [column == value for column, value in named.items() if value]
    if search.since is not None:
        found.append(Entry.id >= _first_since(search.since))
    if search.until is not None:
        found.append(Entry.id < _first_since(search.until))
    return found


def _first_since(moment: datetime) -> int:
    """Return the number of the first entry from a moment on.

    Numbers grow with time, and a range of them keeps the order in which entries are read.
    """
    wanted = select(Entry.id).where(Entry.at >= moment).order_by(Entry.at, Entry.id).limit(1)
    return db.session.scalar(wanted) or _BEYOND

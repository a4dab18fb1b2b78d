"""Documents of single rows: indexes, claims, accounts, licences, languages and downloads."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import starmap
from typing import Any

from mongoengine import Document
from sqlalchemy import ColumnElement, RowMapping, Select, func, literal, select, tuple_

from app.accounts.models import Account
from app.core.database import end_reading
from app.extensions import db
from app.indexes.models import Index, NameClaim
from app.indexes.queries import list_edges
from app.mongo.documents import (
    AccountEntry,
    ClaimEntry,
    DayEntry,
    IndexEntry,
    LanguageEntry,
    LicenseEntry,
    MonthEntry,
)
from app.mongo.keys import day_key, month_key, project_key
from app.mongo.mapping import Facts, sealed
from app.mongo.moments import to_micros
from app.mongo.rows import read
from app.projects.models import Language, License
from app.stats.models import ProjectDay, ProjectMonth

# Rows read at once.
PAGE = 2_000

Columns = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How rows of one kind become documents.

    `place` are the columns of a key of the rows, and `place_of` returns their values
    for a document.
    """

    entry: type[Document]
    label: str
    # Of any columns: what they are is up to `become`.
    wanted: Any
    place: Columns
    become: Callable[[RowMapping], Facts]
    place_of: Callable[[Facts], Sequence[Any]]

    def count(self) -> int:
        """Return how many rows there are."""
        counted = select(func.count()).select_from(self.wanted.subquery())
        found: int = db.session.connection().scalar(counted) or 0
        end_reading()
        return found

    def pages(self, *conditions: ColumnElement[bool]) -> Iterator[list[Facts]]:
        """Yield the documents of all rows, or of those that fit, some at a time."""
        ordered = self.wanted.where(*conditions).order_by(*self.place).limit(PAGE)
        found = self._documents(ordered)
        while found:
            yield found
            last = starmap(literal, zip(self.place_of(found[-1]), self._types(), strict=True))
            found = self._documents(ordered.where(tuple_(*self.place) > tuple_(*last)))

    def look_up(self, documents: Sequence[Facts]) -> list[Facts]:
        """Return what some documents should be, without those that should not be there."""
        places = [tuple(self.place_of(document)) for document in documents]
        return self._documents(self.wanted.where(tuple_(*self.place).in_(places)))

    def _types(self) -> Iterator[Any]:
        return (column.type for column in self.place)

    def _documents(self, statement: Select[Any]) -> list[Facts]:
        found = [sealed(self.become(row)) for row in read(statement)]
        end_reading()
        return found


def _index(row: RowMapping) -> Facts:
    bases = list_edges().get(row["id"], ())
    return {
        "_id": row["slug"],
        "title": row["title"],
        "kind": row["kind"],
        "visibility": row["visibility"],
        "bases": [base.slug for base in bases],
        "created_at": to_micros(row["created_at"]),
    }


def _claim(row: RowMapping) -> Facts:
    return {
        "_id": project_key(row["slug"], row["normalized_name"]),
        "index": row["slug"],
        "normalized_name": row["normalized_name"],
    }


def _account(row: RowMapping) -> Facts:
    return {
        "_id": row["username_key"],
        "username": row["username"],
        "name": row["name"],
        "is_active": row["is_active"],
        "created_at": to_micros(row["created_at"]),
    }


def _named(row: RowMapping) -> Facts:
    return {"_id": row["name"]}


def _downloads(row: RowMapping) -> Facts:
    return {
        "index": row["index_slug"],
        "project": row["project"],
        "count": row["count"],
        "bytes": row["bytes"],
    }


def _day(row: RowMapping) -> Facts:
    key = day_key(row["index_slug"], row["project"], row["day"])
    return {"_id": key, **_downloads(row), "day": row["day"].isoformat()}


def _month(row: RowMapping) -> Facts:
    place = (row["index_slug"], row["project"], row["month"], row["kind"], row["value"])
    return {
        "_id": month_key(*place),
        **_downloads(row),
        "month": f"{row['month']:%Y-%m}",
        "kind": row["kind"],
        "value": row["value"],
    }


def _key_of(document: Facts) -> Sequence[Any]:
    return (document["_id"],)


def _claim_of(document: Facts) -> Sequence[Any]:
    return document["index"], document["normalized_name"]


def _day_of(document: Facts) -> Sequence[Any]:
    return document["index"], document["project"], date.fromisoformat(document["day"])


def _month_of(document: Facts) -> Sequence[Any]:
    month = date.fromisoformat(f"{document['month']}-01")
    return document["index"], document["project"], month, document["kind"], document["value"]


INDEXES = Kind(
    entry=IndexEntry,
    label="Indexes",
    wanted=select(*Index.__table__.c),
    place=(Index.slug,),
    become=_index,
    place_of=_key_of,
)
CLAIMS = Kind(
    entry=ClaimEntry,
    label="Claims",
    wanted=select(Index.slug, NameClaim.normalized_name).join_from(NameClaim, Index),
    place=(Index.slug, NameClaim.normalized_name),
    become=_claim,
    place_of=_claim_of,
)
ACCOUNTS = Kind(
    entry=AccountEntry,
    label="Accounts",
    wanted=select(
        *(Account.username_key, Account.username, Account.name),
        *(Account.is_active, Account.created_at),
    ),
    place=(Account.username_key,),
    become=_account,
    place_of=_key_of,
)
LICENSES = Kind(
    entry=LicenseEntry,
    label="Licences",
    wanted=select(License.name),
    place=(License.name,),
    become=_named,
    place_of=_key_of,
)
LANGUAGES = Kind(
    entry=LanguageEntry,
    label="Languages",
    wanted=select(Language.name),
    place=(Language.name,),
    become=_named,
    place_of=_key_of,
)
DAYS = Kind(
    entry=DayEntry,
    label="Downloads of days",
    wanted=select(*ProjectDay.__table__.c),
    place=(ProjectDay.index_slug, ProjectDay.project, ProjectDay.day),
    become=_day,
    place_of=_day_of,
)
MONTHS = Kind(
    entry=MonthEntry,
    label="Downloads of months",
    wanted=select(*ProjectMonth.__table__.c),
    place=(
        *(ProjectMonth.index_slug, ProjectMonth.project, ProjectMonth.month),
        *(ProjectMonth.kind, ProjectMonth.value),
    ),
    become=_month,
    place_of=_month_of,
)
KINDS = (INDEXES, CLAIMS, ACCOUNTS, LICENSES, LANGUAGES, DAYS, MONTHS)

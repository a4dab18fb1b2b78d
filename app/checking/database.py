"""Asking the database whether it is whole, and whether all rows that others name are there."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Table, and_, delete, exists, inspect, select, text, update
from sqlalchemy.schema import ForeignKeyConstraint

from app.checking.findings import Check, Finding, Wanted
from app.core.database import transaction
from app.extensions import Base, db

# The same row is named so often, at most.
_MOST = 1_000
# Rows that only join two others, or are made from others: without one of them they say nothing.
_JOINTS = frozenset(
    {
        *("role", "index_grant", "index_base", "release_classifier", "release_language"),
        *("dependency", "project_url", "listing", "listing_label", "label_count", "index_total"),
        *(
            "api_token",
            "mail_link",
            "policy_rule",
            "retention_rule",
            "name_claim",
            "page_translation",
        ),
    }
)


def integrity(_wanted: Wanted) -> Check | None:
    """Let SQLite look through its file; PostgreSQL has no such question."""
    return Check("Database", _judge_file) if _is_sqlite() else None


def foreign_keys(_wanted: Wanted) -> Check:
    """Look for rows that name others which are not there, table by table."""
    return Check("Foreign keys", _judge_key, _list_keys)


def tell_row(table: Table, identity: Sequence[Any]) -> str:
    """Return how people are told of a row, by its primary key."""
    columns = zip(table.primary_key, identity, strict=True)
    return f"{table.name} ({', '.join(f'{column.name} {value}' for column, value in columns)})"


def _judge_file(_step: None) -> Iterable[Finding]:
    for (message,) in db.session.execute(text(f"PRAGMA integrity_check({_MOST})")):
        if message != "ok":
            yield Finding(
                kind="database-damaged",
                subject="database",
                detail=" ".join(str(message).split()),
                cure="stop the service and restore the newest backup",
            )


def _list_keys() -> Sequence[tuple[str, int]]:
    """Return tables and the places of their foreign keys."""
    here = set(inspect(db.session.connection()).get_table_names())
    return [
        (table.name, place)
        for table in Base.metadata.sorted_tables
        if table.name in here
        for place in range(len(_keys_of(table)))
    ]


def _keys_of(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda key: str(key.name))


def _judge_key(step: tuple[str, int]) -> Iterable[Finding]:
    table = Base.metadata.tables[step[0]]
    key = _keys_of(table)[step[1]]
    identity = list(table.primary_key)
    wanted = select(*identity).where(_is_lost(key)).order_by(*identity).limit(_MOST)
    for row in db.session.execute(wanted).all():
        yield Finding(
            kind="foreign-key",
            subject=tell_row(table, row),
            detail=f"names a row of {key.referred_table.name} that is not there",
            **_remedy(table, key, tuple(row)),
        )


def _is_lost(key: ForeignKeyConstraint) -> Any:
    """Return the condition that a row names another one which is not there."""
    # The table may name itself, so the others have a name of their own.
    others = key.referred_table.alias("others")
    pairs = [(element.parent, others.c[element.column.name]) for element in key.elements]
    same = exists().where(and_(*(mine == theirs for mine, theirs in pairs)))
    return and_(*(mine.is_not(None) for mine, _theirs in pairs), ~same)


def _remedy(table: Table, key: ForeignKeyConstraint, identity: tuple[Any, ...]) -> dict[str, Any]:
    told = zip(table.primary_key, identity, strict=True)
    which = and_(*(column == value for column, value in told))
    lost = and_(which, _is_lost(key))
    if key.ondelete == "SET NULL":
        nothing = {element.parent.name: None for element in key.elements}
        step = update(table).where(lost).values(nothing)
        return {"cure": "it names nothing any more", "mend": partial(_execute, step)}
    if table.name in _JOINTS:
        cure = "the row is removed, as it would have been with the other one"
        return {"cure": cure, "mend": partial(_execute, delete(table).where(lost))}
    return {"cure": "restore what is missing from a backup; nothing is removed by itself"}


def _execute(step: Any) -> None:
    with transaction() as session:
        session.execute(step)


def _is_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"

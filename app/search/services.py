"""Learning which names there are."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, update

from app.core.database import add_all_unless_there, add_unless_there
from app.extensions import db
from app.projects.names import normalise
from app.search.models import KnownName
from app.search.popular import ranks


def learn_name(index_id: int, name: str) -> bool:
    """Note that an index knows a project; tell whether that is new."""
    return add_unless_there(KnownName, **_row(index_id, normalise(name), name))


def forget_name(index_id: int, normalized_name: str) -> None:
    """Note that an index knows no such project."""
    forget_names(index_id, [normalized_name])


def describe_name(index_id: int, name: str, *, version: str, summary: str) -> None:
    """Note what a project is, by the release that people should install."""
    learn_name(index_id, name)
    known = (KnownName.index_id == index_id, KnownName.normalized_name == normalise(name))
    # Its name stays: the list of all names shows it, and has a number of its own.
    change = update(KnownName).where(*known).values(version=version, summary=summary or None)
    db.session.execute(change)


def learn_names(index_id: int, names: Mapping[str, str]) -> None:
    """Note many new projects, given by their normalised names."""
    rows = [_row(index_id, normalized, name) for normalized, name in names.items()]
    add_all_unless_there(KnownName, rows)


def forget_names(index_id: int, names: Collection[str]) -> None:
    """Note that an index does not know some projects any more."""
    if not names:
        return
    gone = KnownName.normalized_name.in_(names)
    db.session.execute(delete(KnownName).where(KnownName.index_id == index_id, gone))


def _row(index_id: int, normalized_name: str, name: str) -> dict[str, Any]:
    rank = ranks().get(normalized_name)
    return {
        "index_id": index_id,
        "normalized_name": normalized_name,
        "name": name,
        "rank": rank,
    }

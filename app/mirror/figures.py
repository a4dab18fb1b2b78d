"""Figures of mirrors, for those who look after them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all

from app.core import clock
from app.extensions import db
from app.indexes.models import Index
from app.mirror.models import MirrorDay, MirroredFile
from app.stats.models import ALL, ProjectDay

_COUNTS = ("downloads", "sent_bytes", "pages", "files", "bytes", "failures")


@dataclass(frozen=True, kw_only=True)
class Stock:
    """How much of mirrors is here; `evictable` are the bytes that may make room."""

    files: int
    bytes: int
    evictable: int


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What went out of a mirror on a day, and what it took from its upstream for that."""

    day: date
    downloads: int = 0
    sent_bytes: int = 0
    pages: int = 0
    files: int = 0
    bytes: int = 0
    failures: int = 0


def count_stock(index_id: int) -> Stock:
    """Return how much of a mirror is here."""
    free = func.sum(MirroredFile.size).filter(MirroredFile.is_pinned.is_(False))
    wanted = select(func.count(), func.sum(MirroredFile.size), free).where(
        MirroredFile.index_id == index_id, MirroredFile.sha256.is_not(None)
    )
    files, total, evictable = db.session.execute(wanted).one()
    return Stock(files=files, bytes=int(total or 0), evictable=int(evictable or 0))


def list_traffic(index: Index, *, days: int = 30) -> list[Traffic]:
    """Return what a mirror sent and took in the last days, the newest first; today is one.

    Days on which nothing happened are left out.
    """
    since = clock.today() - timedelta(days=days)
    rows = db.session.execute(union_all(_taken(index.id, since), _sent(index, since)))
    facts: dict[date, dict[str, int]] = {}
    for day, *values in rows:
        told = facts.setdefault(day, dict.fromkeys(_COUNTS, 0))
        for name, value in zip(_COUNTS, values, strict=True):
            told[name] += int(value or 0)
    return [Traffic(day=day, **facts[day]) for day in sorted(facts, reverse=True)]


def _taken(index_id: int, since: date) -> Select[*tuple[Any, ...]]:
    return select(
        MirrorDay.day,
        literal(0),
        literal(0),
        MirrorDay.pages,
        MirrorDay.files,
        MirrorDay.bytes,
        MirrorDay.failures,
    ).where(MirrorDay.index_id == index_id, MirrorDay.day > since)


def _sent(index: Index, since: date) -> Select[*tuple[Any, ...]]:
    return select(ProjectDay.day, ProjectDay.count, ProjectDay.bytes, *[literal(0)] * 4).where(
        ProjectDay.index_slug == index.slug, ProjectDay.project == ALL, ProjectDay.day > since
    )

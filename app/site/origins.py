"""Reading, page by page, where the names of an index come from."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from app.indexes.models import Index
from app.projects.names import LONGEST, normalise
from app.sources.base import LAST
from app.sources.registry import source_for

PAGE_SIZE = 100

Reading = Callable[[str, str], Iterator[tuple[str, str, str]]]

_SHAPE = re.compile(r"[a-z0-9-]*")


@dataclass(frozen=True, kw_only=True)
class NameLine:
    """A name, and the index that its project is of."""

    name: str
    normalized_name: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class NamePage:
    """Some names that begin with a text; `next` is the first that did not fit, if any.

    `is_own` tells that names of upstreams are left out.
    """

    lines: tuple[NameLine, ...]
    text: str
    begin: str
    next: str | None
    is_own: bool = False


def list_origins(index: Index, text: str, begin: str) -> NamePage:
    """Return the names of an index that begin with a text, from one on, with their origins.

    However many there are, only those of the page are read.
    """
    return _make_page(source_for(index).origins, text, begin)


def list_own_origins(index: Index, text: str, begin: str) -> NamePage:
    """Return those of the same names that are no upstream's."""
    return replace(_make_page(source_for(index).own_origins, text, begin), is_own=True)


def _make_page(read: Reading, text: str, begin: str) -> NamePage:
    prefix, first = _clean(text), _clean(begin)
    rows: list[tuple[str, str, str]] = []
    if prefix is not None and first is not None:
        end = prefix + LAST if prefix else LAST
        rows = list(islice(read(max(prefix, first), end), PAGE_SIZE + 1))
    lines = (
        NameLine(name=name, normalized_name=normalized, origin=slug)
        for name, normalized, slug in rows[:PAGE_SIZE]
    )
    return NamePage(
        lines=tuple(lines),
        text=text.strip()[:LONGEST],
        begin=first or "",
        next=rows[PAGE_SIZE][1] if len(rows) > PAGE_SIZE else None,
    )


def _clean(text: str) -> str | None:
    """Return the beginning of a normalised name, or None if no name can begin like that."""
    wanted = normalise(text.strip())[:LONGEST]
    return wanted if _SHAPE.fullmatch(wanted) else None

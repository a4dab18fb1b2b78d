"""The map of all pages, in sections that features fill; `app.wiring` registers them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.i18n import LANGUAGES


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some of a section, in a file of its own; `stamp` is another one whenever it changes."""

    number: int
    stamp: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Address:
    """A page for everyone: its full address, when it changed, and the languages that it has."""

    url: str
    changed_at: datetime | None = None
    languages: Sequence[str] = tuple(LANGUAGES)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Pages of one kind, cut into parts of at most 50,000.

    `name` stands in the addresses of its parts. `list_parts` is asked in a request, and so
    is `addresses`, which begins to read only afterwards, slice by slice: between two of
    them it holds no connection, however slowly somebody takes them.
    """

    name: str
    endpoints: frozenset[str]
    list_parts: Callable[[], list[Part]]
    find_part: Callable[[int], Part | None]
    addresses: Callable[[int], Iterator[Address]]


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Put a section into the map, in place of one of the same name."""
    _sections[section.name] = section


def list_sections() -> list[Section]:
    """Return the sections of the map."""
    return list(_sections.values())


def find_section(name: str) -> Section | None:
    """Return a section by its name, or None."""
    return _sections.get(name)


def is_mapped(endpoint: str | None) -> bool:
    """Tell whether the pages of an endpoint are on the map."""
    return any(endpoint in section.endpoints for section in _sections.values())

"""Entries of the journal as pages show them."""

import json
from dataclasses import dataclass
from datetime import datetime

from app.admin.slices import LENGTH, Slice, cut
from app.journal.models import Entry
from app.journal.queries import Search, list_entries

_LONGEST_DETAIL = 300


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """Who did what, when and from where; `details` are names with texts."""

    id: int
    at: datetime
    tag: str
    actor: str
    about: str
    index_slug: str
    project: str
    address: str
    user_agent: str
    details: tuple[tuple[str, str], ...]


def list_lines(search: Search, *, limit: int) -> tuple[EntryLine, ...]:
    """Return the newest entries that are looked for."""
    return tuple(map(_line, list_entries(search, before=None, limit=limit)))


def slice_lines(search: Search, before: int | None) -> Slice[EntryLine]:
    """Return a slice of all entries that are looked for, the newest first."""
    found = list_entries(search, before=before, limit=LENGTH + 1)
    return cut([_line(entry) for entry in found], lambda line: line.id)


def _line(entry: Entry) -> EntryLine:
    return EntryLine(
        id=entry.id,
        at=entry.at,
        tag=entry.tag,
        actor=entry.actor,
        about=entry.about or "",
        index_slug=entry.index_slug or "",
        project=entry.project or "",
        address=entry.address,
        user_agent=entry.user_agent,
        # The account stands in a column of its own.
        details=tuple(
            (name, _write(value))
            for name, value in entry.details.items()
            if name not in {"account_id", "username"} and value not in (None, "")
        ),
    )


def _write(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_DETAIL else f"{text[:_LONGEST_DETAIL]}…"

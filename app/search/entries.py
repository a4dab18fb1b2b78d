"""What searches look at: the words of listed projects, and tokens for all that filters ask."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.search.backends import the_backend
from app.search.backends.base import Entry, Key
from app.search.facts import KEYWORD, PERSON
from app.search.models import Label, Listing, ListingLabel
from app.search.terms import LONGEST_TEXT, bare, split_words

YANKED = "yanked"

_COLUMNS = (
    Listing.id,
    Listing.index_id,
    Listing.normalized_name,
    Listing.summary,
    Listing.popularity,
    Listing.is_yanked,
    Listing.updated_at,
)


def write_entries(
    listings: Sequence[Listing], descriptions: Mapping[int, str] | None = None
) -> None:
    """Let searches know all words of listed projects; descriptions are by their numbers."""
    the_backend().put(list(_entries(listings, descriptions or {})))


def write_new_entries(index_id: int, names: Collection[str]) -> None:
    """Let searches know projects that have just been listed, and so have no labels yet."""
    if not names:
        return
    wanted = select(*_COLUMNS).where(
        Listing.index_id == index_id, Listing.normalized_name.in_(names)
    )
    the_backend().put([_entry(row, (), "") for row in db.session.execute(wanted)])


def key_of(listing: Listing) -> Key:
    """Return the key by which backends know a listed project."""
    return Key(listing.index_id, listing.id, listing.popularity)


def label_token(label_id: int) -> str:
    """Return the token of a label."""
    return f"l{label_id}"


def year_token(year: int) -> str:
    """Return the token of all projects whose newest release is of a year."""
    return f"u{year}"


def month_token(year: int, month: int) -> str:
    """Return the token of all projects whose newest release is of a month."""
    return f"u{year}{month:02}"


def _entries(listings: Sequence[Listing], descriptions: Mapping[int, str]) -> Iterable[Entry]:
    labels = _labels_of([listing.id for listing in listings])
    for listing in listings:
        yield _entry(listing, labels.get(listing.id, ()), descriptions.get(listing.id, ""))


def _entry(listing: Any, labels: Sequence[tuple[int, str, str]], description: str) -> Entry:
    """Return the words of a listed project, of which at least `_COLUMNS` are known."""
    return Entry(
        key=Key(listing.index_id, listing.id, listing.popularity),
        name=_named(listing.normalized_name),
        summary=_plain(listing.summary or ""),
        keywords=_plain(" ".join(value for _id, kind, value in labels if kind == KEYWORD)),
        description=_plain(description),
        people=_plain(" ".join(value for _id, kind, value in labels if kind == PERSON)),
        tokens=tuple(_tokens(listing, [number for number, _kind, _value in labels])),
    )


def _labels_of(numbers: Collection[int]) -> dict[int, list[tuple[int, str, str]]]:
    """Return number, kind and value of all labels that listed projects have, by these."""
    wanted = (
        select(ListingLabel.listing_id, Label.id, Label.kind, Label.value)
        .join(Label, Label.id == ListingLabel.label_id)
        .where(the_backend().among(ListingLabel.listing_id.expression, numbers))
    )
    found: dict[int, list[tuple[int, str, str]]] = {}
    for row in db.session.execute(wanted):
        found.setdefault(row.listing_id, []).append((row.id, row.kind, row.value))
    return found


def _named(normalized_name: str) -> str:
    """Return the words of a name; "PyYAML" is a name for who looks for "yaml" too."""
    words = normalized_name.split("-")
    return " ".join([*words, *(bare(word) for word in words if bare(word) != word)])


def _tokens(listing: Any, labels: Iterable[int]) -> Iterable[str]:
    yield from map(label_token, sorted(labels))
    if listing.is_yanked:
        yield YANKED
    if listing.updated_at is not None:
        yield from _times(listing.updated_at)


def _times(at: datetime) -> Iterable[str]:
    return year_token(at.year), month_token(at.year, at.month)


def _plain(words: str) -> str:
    """Return the words of a text as searches compare them."""
    short = words[:LONGEST_TEXT]
    # Backends fold the letters of English by themselves.
    return short if short.isascii() else " ".join(split_words(short, most_letters=LONGEST_TEXT))

"""Listing projects, and learning which names there are."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update

from app.core.database import add_all_unless_there
from app.core.jobs import enqueue
from app.extensions import db
from app.projects.names import normalise
from app.search.backends import the_backend
from app.search.entries import key_of, write_entries, write_new_entries
from app.search.facets import pack_facets
from app.search.facts import Facts
from app.search.models import Label, LabelCount, Listing, ListingLabel
from app.search.popular import ranks
from app.search.popularity import popularity_of
from app.search.queries import find_known, list_known, list_listings

# Takes out what is left of projects that are listed no more.
SWEEP = "search-sweep"


def list_project(index_id: int, facts: Facts) -> None:
    """Let an index list a project as it is told; whatever was told before is replaced."""
    _add(index_id, {normalise(facts.name): facts.name})
    listing = find_known(index_id, normalise(facts.name))
    assert listing is not None  # noqa: S101 - it was just learnt
    # The name of one that is known stays: the list of names shows it, and has a number.
    listing.version, listing.summary = facts.version or None, facts.summary or None
    listing.is_yanked = facts.is_yanked
    listing.created_at, listing.updated_at = facts.created_at, facts.updated_at
    _label(listing, facts.labels())
    db.session.flush()
    write_entries([listing], {listing.id: facts.description})


def learn_name(index_id: int, name: str) -> bool:
    """Note that an index knows a project; tell whether that is new."""
    return bool(learn_names(index_id, {normalise(name): name}))


def forget_name(index_id: int, normalized_name: str) -> None:
    """Note that an index knows no such project."""
    forget_names(index_id, [normalized_name])


def learn_names(index_id: int, names: Mapping[str, str]) -> set[str]:
    """Note many projects, given by their normalised names; return those that are new."""
    new = _add(index_id, names)
    write_new_entries(index_id, new)
    return new


def forget_names(index_id: int, names: Collection[str]) -> None:
    """Note that an index does not know some projects any more."""
    listings = list_listings(index_id, names)
    if not listings:
        return
    gone = (Listing.index_id == index_id, Listing.normalized_name.in_(names))
    _count_out(index_id, *gone)
    the_backend().drop([key_of(listing) for listing in listings])
    db.session.execute(delete(Listing).where(*gone))


def forget_all(index_id: int) -> None:
    """Note that an index knows no project."""
    db.session.execute(delete(LabelCount).where(LabelCount.index_id == index_id))
    db.session.execute(delete(Listing).where(Listing.index_id == index_id))
    # To take the words of a million projects out takes longer than others can wait.
    enqueue(SWEEP)


def _add(index_id: int, names: Mapping[str, str]) -> set[str]:
    """List those of some names that are new, without a word about them; return them."""
    new = names.keys() - list_known(index_id, names)
    rows = [_row(index_id, normalized, names[normalized]) for normalized in sorted(new)]
    add_all_unless_there(Listing, rows)
    return new


def _label(listing: Listing, labels: Sequence[tuple[str, str]]) -> None:
    """Let a listed project have these labels and no others."""
    numbers = _number_labels(labels)
    wanted = set(numbers.values())
    listing.facets = pack_facets(numbers)
    own = ListingLabel.listing_id == listing.id
    had = set(db.session.scalars(select(ListingLabel.label_id).where(own)))
    gone, new = had - wanted, wanted - had
    if gone:
        db.session.execute(delete(ListingLabel).where(own, ListingLabel.label_id.in_(gone)))
    rows = [{"label_id": label_id, "listing_id": listing.id} for label_id in sorted(new)]
    add_all_unless_there(ListingLabel, rows)
    _count(listing.index_id, Counter(dict.fromkeys(new, 1) | dict.fromkeys(gone, -1)))


def _number_labels(labels: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the numbers of labels, which are made when they are new."""
    numbers = _find_labels(labels)
    new = sorted(set(labels) - numbers.keys())
    if new:
        add_all_unless_there(Label, [{"kind": kind, "value": value} for kind, value in new])
        numbers |= _find_labels(new)
    return numbers


def _find_labels(labels: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    kinds: dict[str, list[str]] = {}
    for kind, value in labels:
        kinds.setdefault(kind, []).append(value)
    found: dict[tuple[str, str], int] = {}
    for kind, values in kinds.items():
        wanted = select(Label.value, Label.id).where(Label.kind == kind, Label.value.in_(values))
        found |= {(kind, row.value): row.id for row in db.session.execute(wanted)}
    return found


def _count_out(index_id: int, *gone: Any) -> None:
    """Count the labels of listings that are about to go."""
    wanted = (
        select(ListingLabel.label_id, func.count())
        .join(Listing, Listing.id == ListingLabel.listing_id)
        .where(*gone)
        .group_by(ListingLabel.label_id)
    )
    lost = {label_id: -count for label_id, count in db.session.execute(wanted)}
    _count(index_id, Counter(lost))


def _count(index_id: int, changes: Counter[int]) -> None:
    # In one order everywhere, so that two writers never wait for each other in a circle.
    kinds = select(Label.id, Label.kind).where(Label.id.in_(changes)).order_by(Label.id)
    rows = [
        {"label_id": row.id, "index_id": index_id, "kind": row.kind, "count": 0}
        for row in db.session.execute(kinds)
    ]
    add_all_unless_there(LabelCount, rows)
    for label_id in sorted(changes):
        own = (LabelCount.label_id == label_id, LabelCount.index_id == index_id)
        step = update(LabelCount).where(*own).values(count=LabelCount.count + changes[label_id])
        db.session.execute(step)


def _row(index_id: int, normalized_name: str, name: str) -> dict[str, Any]:
    rank = ranks().get(normalized_name)
    return {
        "popularity": popularity_of(rank),
        "index_id": index_id,
        "normalized_name": normalized_name,
        "name": name,
        "rank": rank,
    }

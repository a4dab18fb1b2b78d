"""What else could be chosen: the values of filters, and how many of the first matches have each."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from sqlalchemy import select

from app.extensions import db
from app.search.backends import the_backend
from app.search.facets import FILTERS, INDEX, filter_of
from app.search.matching import Field, Match
from app.search.models import Label
from app.search.wishes import Choice, Wish

MOST_CHOICES = 20

Refit = Callable[[Field], Sequence[Match]]
Counts = dict[str, Counter[str]]


def count_choices(
    field: Field, wish: Wish, matches: Sequence[Match], refit: Refit
) -> dict[str, tuple[Choice, ...]]:
    """Return the values of all filters, those that most have first.

    Of a filter in which something is chosen the others count too that could be chosen
    instead; `refit` says what fits without it.
    """
    counts = _count_labels(matches)
    counts[INDEX] = _count_indexes(field, matches)
    for head, name in FILTERS.items():
        if head in field.filters.by_heads:
            others = field.with_filters(field.filters.leaving_out(head))
            counts[name] = _count_labels(refit(others))[name]
    if wish.index is not None:
        everywhere = field.everywhere()
        counts[INDEX] = _count_indexes(everywhere, refit(everywhere))
    chosen = {(filter_of(*label), label[1]) for label in wish.labels}
    chosen.add((INDEX, wish.index or ""))
    return {name: tuple(_choices(name, counts[name], chosen)) for name in counts}


def _choices(
    name: str, counts: Counter[str], chosen: Collection[tuple[str | None, str]]
) -> Iterable[Choice]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    for place, (value, count) in enumerate(ordered):
        is_chosen = (name, value) in chosen
        if place < MOST_CHOICES or is_chosen:
            yield Choice(value=value, count=count, is_chosen=is_chosen)


def _count_indexes(field: Field, matches: Sequence[Match]) -> Counter[str]:
    slugs = {index.id: index.slug for index in field.scope.indexes}
    return Counter(slugs[match.index_id] for match in matches)


def _count_labels(matches: Sequence[Match]) -> Counts:
    counts: Counts = {name: Counter() for name in FILTERS.values()}
    numbers = Counter(" ".join(match.facets for match in matches).split())
    if not numbers:
        return counts
    wanted = select(Label.id, Label.kind, Label.value).where(
        the_backend().among(Label.id.expression, [int(number) for number in numbers])
    )
    for number, kind, value in db.session.execute(wanted):
        name = filter_of(kind, value)
        if name is not None:
            counts[name][value] = numbers[str(number)]
    return counts

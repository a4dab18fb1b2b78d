"""Filters of a search as tokens, so that they hold for all projects and not only the first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select

from app.core import clock
from app.extensions import db
from app.projects.metadata import needed_name
from app.search import facts
from app.search.entries import YANKED, label_token, month_token, year_token
from app.search.facets import head_of
from app.search.models import Label
from app.search.terms import split_words
from app.search.wishes import Wish
from app.search.words import AUTHOR, CLASSIFIER, DEPENDS, LICENSE, NAME, Words

# Of a label that is looked for by some of its words.
_MOST_LABELS = 500
# Nothing is older.
_LONGEST_DAYS = 36_500
_NOTHING = frozenset({"nothing"})


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What was chosen, as sets of tokens; a project must have one of each.

    `by_heads` are those of the labels, by what of them can be chosen together: the kind,
    or the first part of a classifier. `since` is when the newest release was at first.
    """

    by_heads: dict[str, frozenset[str]] = field(hash=False)
    others: tuple[frozenset[str], ...] = ()
    since: datetime | None = None
    is_yanked_hidden: bool = False

    @property
    def tokens(self) -> tuple[frozenset[str], ...]:
        """Return all sets."""
        return (*self.by_heads.values(), *self.others)

    @property
    def without(self) -> frozenset[str]:
        """Return the tokens that a project must not have."""
        return frozenset({YANKED}) if self.is_yanked_hidden else frozenset()

    def leaving_out(self, head: str) -> "Filters":
        """Return these without what was chosen under a head."""
        rest = {key: tokens for key, tokens in self.by_heads.items() if key != head}
        return replace(self, by_heads=rest)


def read_filters(wish: Wish, typed: Words) -> Filters:
    """Return the filters of a search, of which some may stand in its text."""
    since = None
    if wish.days is not None:
        since = clock.now() - timedelta(days=min(max(wish.days, 0), _LONGEST_DAYS))
    times = () if since is None else (frozenset(_times(since.date(), clock.today())),)
    return Filters(
        by_heads=_chosen(wish.labels),
        others=(*times, *_typed(typed)),
        since=since,
        is_yanked_hidden=wish.is_yanked_hidden,
    )


def _chosen(labels: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    wanted = sorted(labels)
    numbers = _number(wanted)
    found: dict[str, frozenset[str]] = {}
    for kind, value in wanted:
        head = head_of(kind, value)
        number = numbers.get((kind, value))
        token = _NOTHING if number is None else {label_token(number)}
        found[head] = found.get(head, frozenset()) | token
    return found


def _number(labels: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not labels:
        return {}
    fits = or_(*(and_(Label.kind == kind, Label.value == value) for kind, value in labels))
    rows = db.session.execute(select(Label.id, Label.kind, Label.value).where(fits))
    return {(row.kind, row.value): row.id for row in rows}


def _typed(typed: Words) -> Iterator[frozenset[str]]:
    """Yield the tokens of the labels that are meant by the fields of a text."""
    for value in (*typed.fields.get(NAME, ()), *typed.fields.get(AUTHOR, ())):
        if not split_words(value):
            yield _NOTHING
    for value in typed.fields.get(DEPENDS, ()):
        # Requirements are pasted as they stand in files: `requests[socks]>=2`.
        needs = (facts.NEEDS, needed_name(value))
        yield frozenset(map(label_token, _number([needs]).values())) or _NOTHING
    for name, kind in ((CLASSIFIER, facts.CLASSIFIER), (LICENSE, facts.LICENSE)):
        for value in typed.fields.get(name, ()):
            yield frozenset(map(label_token, _find_labels(kind, value))) or _NOTHING


def _find_labels(kind: str, text: str) -> list[int]:
    """Return the labels of a kind that have all words of a text, or begin with them."""
    words = split_words(text)
    if not words:
        return []
    holds = [Label.value.icontains(word, autoescape=True) for word in words]
    wanted = select(Label.id, Label.value).where(Label.kind == kind, *holds).limit(_MOST_LABELS)
    return [row.id for row in db.session.execute(wanted) if _has(split_words(row.value), words)]


def _has(words: list[str], wanted: list[str]) -> bool:
    return all(any(word.startswith(each) for word in words) for each in wanted)


def _times(since: date, until: date) -> Iterator[str]:
    """Yield tokens of whole years where they fit, of months else."""
    # A clock that is behind must hide nothing: the year that comes counts too.
    for year in range(since.year + 1, until.year + 2):
        yield year_token(year)
    for month in range(since.month, 13):
        yield month_token(since.year, month)

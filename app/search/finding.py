"""Finding projects: what fits, in which order, what else could be chosen, what was meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core import clock
from app.indexes.models import Index
from app.search.choices import count_choices
from app.search.filters import read_filters
from app.search.matching import Field, Match, Numbers, load
from app.search.ranking import rank
from app.search.readings import Question, read
from app.search.scopes import Scope
from app.search.spelling import find_spelling
from app.search.synonyms import list_synonyms
from app.search.wishes import MOST_MATCHES, NAME, NEWEST, PAGE_SIZE, POPULARITY, Found, Wish
from app.search.words import Words

# With fewer full matches, projects are shown that have only some of the words.
FEW = 5
# Projects with all words in their names, however many others are more popular.
_MOST_BY_NAME = 300


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What fits: `full` has all that was looked for or meant, `loose` only some of it."""

    full: tuple[Match, ...]
    loose: tuple[Match, ...] = ()
    is_more: bool = False
    suggestion: str | None = None

    @property
    def matches(self) -> tuple[Match, ...]:
        """Return all of them, each once, and no more than are looked at."""
        found = {match.id: match for match in self.full}
        for match in self.loose:
            found.setdefault(match.id, match)
        return tuple(found.values())[:MOST_MATCHES]


def find(index: Index, wish: Wish) -> Found:
    """Return a page of the projects of an index that fit a wish."""
    typed, scope = Words.of(wish.text), Scope.of(index)
    question = read(typed, list_synonyms() if typed.terms else ())
    field = _field(scope, wish, typed)
    if field is None or (not typed.is_empty and question.is_empty and not typed.fields):
        # There are letters and digits in all that could be found.
        return Found(lines=(), total=0, number=wish.number)
    answer = _answer(field, question)
    ordered = field.keep_listed(_ordered(answer, question, wish.sort))
    begin = (wish.number - 1) * PAGE_SIZE
    return Found(
        lines=scope.lines(load(ordered[begin : begin + PAGE_SIZE])),
        total=len(ordered),
        number=wish.number,
        is_more=answer.is_more,
        suggestion=answer.suggestion,
        choices=count_choices(field, wish, ordered, lambda other: _answer(other, question).matches),
    )


def _field(scope: Scope, wish: Wish, typed: Words) -> Field | None:
    indexes = tuple(each for each in scope.indexes if wish.index in {None, each.slug})
    if not indexes:
        return None
    return Field(scope=scope, indexes=indexes, filters=read_filters(wish, typed), sort=wish.sort)


def _answer(field: Field, question: Question) -> Answer:
    if question.is_empty:
        numbers = field.number(())
        return Answer(full=tuple(field.check(numbers.found)), is_more=numbers.is_more)
    numbers = field.number(question.full())
    named = field.number(question.by_name(), _MOST_BY_NAME).found if numbers.is_more else {}
    found = field.check(named | numbers.found)
    spelling = find_spelling(field, question, found)
    loose = _loosen(field, question) if len(found) < FEW else Numbers({})
    return Answer(
        full=(*spelling.matches, *found),
        loose=tuple(field.check(loose.found)),
        is_more=numbers.is_more or loose.is_more,
        suggestion=spelling.text,
    )


def _loosen(field: Field, question: Question) -> Numbers:
    """Return what has some of the words, and as many of them as are enough for a list."""
    found = Numbers({})
    for readings in question.looser():
        found = field.number(readings)
        if len(found.found) >= FEW:
            break
    return found


def _ordered(answer: Answer, question: Question, sort: str) -> Sequence[Match]:
    matches = answer.matches
    if sort == NAME:
        return sorted(matches, key=lambda match: match.normalized_name)
    if sort == NEWEST:
        oldest = clock.now().min.replace(tzinfo=clock.now().tzinfo)
        return sorted(matches, key=lambda match: match.updated_at or oldest, reverse=True)
    if sort == POPULARITY or question.is_empty:
        return sorted(matches, key=lambda match: -match.popularity)
    return rank(matches, question, {match.id for match in answer.full})

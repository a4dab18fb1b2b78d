"""Finding projects: what fits, in which order, what else could be chosen, what was meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.core import clock
from app.indexes.models import Index
from app.search.backends.base import Reading
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
_MANY = 3
_MOST_LOOSE = 200
# The most popular two thousand are known by most.
_KNOWN = 200_000
# Projects with all words in their names, however many others are more popular.
_MOST_BY_NAME = 300


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What fits, each once; `is_more` says that there may be others.

    `partial` are the numbers of those that may lack a word, `meant` of those whose
    names were probably mistyped.
    """

    matches: tuple[Match, ...]
    partial: frozenset[int] = frozenset()
    meant: frozenset[int] = frozenset()
    is_more: bool = False
    suggestion: str | None = None


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
        lines=scope.lines_fitting(load(ordered[begin : begin + PAGE_SIZE])),
        total=len(ordered),
        number=wish.number,
        is_more=answer.is_more,
        suggestion=answer.suggestion,
        choices=count_choices(field, wish, ordered, partial(_refit, question)),
    )


def _field(scope: Scope, wish: Wish, typed: Words) -> Field | None:
    indexes = tuple(each for each in scope.indexes if wish.index in {None, each.slug})
    if not indexes:
        return None
    return Field(scope=scope, indexes=indexes, filters=read_filters(wish, typed), sort=wish.sort)


def _answer(field: Field, question: Question) -> Answer:
    if question.is_empty:
        numbers = field.number(())
        return Answer(matches=tuple(field.check(numbers.found)), is_more=numbers.is_more)
    full = field.number(question.full())
    # Of one word the most popular are enough, and its own name is found by itself.
    is_hard = full.is_more and len(question.groups) > 1
    named = field.number(question.by_name(), _MOST_BY_NAME).found if is_hard else {}
    exact = field.find_named([question.plain], 1) if question.plain else []
    loose = _loosen(field, question, full)
    found = field.check(loose.found | named | full.found)
    spelling = find_spelling(field, question, [*exact, *found])
    matches = {match.id: match for match in (*exact, *spelling.matches, *found)}
    return Answer(
        matches=tuple(matches.values())[:MOST_MATCHES],
        partial=frozenset(loose.found.keys() - full.found.keys() - named.keys()),
        meant=frozenset(match.id for match in spelling.matches),
        is_more=full.is_more or loose.is_more or len(matches) > MOST_MATCHES,
        suggestion=spelling.text,
    )


def _refit(question: Question, field: Field) -> list[Match]:
    """Return what fits a question with other filters."""
    return field.keep_listed(_answer(field, question).matches)


def _loosen(field: Field, question: Question, full: Numbers) -> Numbers:
    """Return what has only some of the words, where that may be what was meant.

    Of many words one is often beside the point; and of two, when nothing that most
    know has both. Then only what they know is worth a place.
    """
    if len(question.groups) < 2:
        return Numbers({})
    is_known = max(full.found.values(), default=0) >= _KNOWN
    if len(question.groups) < _MANY and is_known and len(full.found) >= FEW:
        return Numbers({})
    found = _number_each(field, question.looser())
    if len(full.found) >= FEW:
        known = {key: value for key, value in found.found.items() if value >= _KNOWN}
        return Numbers(known)
    if len(found.found) + len(full.found) >= FEW:
        return found
    return _number_each(field, question.loosest())


def _number_each(field: Field, readings: Sequence[Reading]) -> Numbers:
    """Return the first of each reading, so that a common word leaves room for a rare one."""
    found: dict[int, int] = {}
    is_more = False
    for reading in readings:
        first = field.number([reading], _MOST_LOOSE)
        found |= first.found
        is_more |= first.is_more
    return Numbers(found, is_more)


def _ordered(answer: Answer, question: Question, sort: str) -> Sequence[Match]:
    matches = answer.matches
    if sort == NAME:
        return sorted(matches, key=lambda match: match.normalized_name)
    if sort == NEWEST:
        oldest = clock.now().min.replace(tzinfo=clock.now().tzinfo)
        return sorted(matches, key=lambda match: match.updated_at or oldest, reverse=True)
    if sort == POPULARITY or question.is_empty:
        return sorted(matches, key=lambda match: -match.popularity)
    return rank(matches, question, partial=answer.partial, meant=answer.meant)

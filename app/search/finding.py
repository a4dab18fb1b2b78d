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
from app.search.scoring import KNOWN, rarity, stem_of
from app.search.spelling import find_spelling
from app.search.synonyms import list_synonyms
from app.search.wishes import MOST_MATCHES, NAME, NEWEST, PAGE_SIZE, POPULARITY, Found, Wish
from app.search.words import Words

# With fewer full matches, projects are shown that have only some of the words.
FEW = 5
_MOST_LOOSE = 200
# Less letters are part of too many names.
_SHORTEST_PART = 4
# Projects with all words in their names, however many others are more popular.
_MOST_BY_NAME = 300


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What fits, each once; `is_more` says that there may be others.

    `partial` are the numbers of those that may lack a word, `meant` of those whose
    names were probably mistyped, and `telling` is how much each group of words tells.
    """

    matches: tuple[Match, ...]
    partial: frozenset[int] = frozenset()
    meant: frozenset[int] = frozenset()
    telling: tuple[float, ...] = ()
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
    whole = [*exact, *field.check(named | full.found)]
    spelling = find_spelling(field, question, whole)
    is_met = spelling.matches or (exact and _is_clear(question, exact[0]))
    loose = Loose(found={}) if is_met else _loosen(field, question, full.found)
    some = {key: value for key, value in loose.found.items() if key not in full.found | named}
    found = {match.id: match for match in (*spelling.matches, *whole, *field.check(some))}
    return Answer(
        matches=tuple(found.values())[:MOST_MATCHES],
        partial=frozenset(some),
        meant=frozenset(match.id for match in spelling.matches),
        telling=loose.telling,
        is_more=full.is_more or loose.is_more or len(found) > MOST_MATCHES,
        suggestion=spelling.text,
    )


def _is_clear(question: Question, exact: Match) -> bool:
    """Tell whether a name was typed that is no word, or that all know: nothing else was meant."""
    return question.is_name and (len(question.words) > 1 or exact.popularity >= KNOWN)


def _refit(question: Question, field: Field) -> list[Match]:
    """Return what fits a question with other filters."""
    return field.keep_listed(_answer(field, question).matches)


@dataclass(frozen=True, kw_only=True)
class Loose:
    """What may have only some of the words, and how much each group of these tells."""

    found: dict[int, int]
    telling: tuple[float, ...] = ()
    is_more: bool = False


def _loosen(field: Field, question: Question, full: dict[int, int]) -> Loose:
    """Return what has only some of the words, where that may be what was meant.

    One word is often beside the point, or the project has another one for it: so what
    most know is worth a place. All others have one only where there is hardly anything.
    """
    groups = _number_each(field, question.loosest() if len(question.groups) > 1 else ())
    words = _number_each(field, question.by_word())
    known = _known(_merge([*groups, *words]).found) | _find_alike(field, question)
    telling = tuple(rarity(each.found.values(), is_more=each.is_more) for each in groups)
    if len(full) >= FEW or not groups:
        return Loose(found=known, telling=telling)
    some = _merge(_number_each(field, question.looser()) if len(groups) > 2 else ())
    if len(some.found) + len(full) < FEW:
        some = _merge(groups)
    return Loose(found=some.found | known, telling=telling, is_more=some.is_more)


def _number_each(field: Field, readings: Sequence[Reading]) -> list[Numbers]:
    """Return the first of each reading, so that a common word leaves room for a rare one."""
    return [field.number([reading], _MOST_LOOSE) for reading in readings]


def _merge(each: Sequence[Numbers]) -> Numbers:
    found = {key: value for numbers in each for key, value in numbers.found.items()}
    return Numbers(found, any(numbers.is_more for numbers in each))


def _known(found: dict[int, int]) -> dict[int, int]:
    return {key: value for key, value in found.items() if value >= KNOWN}


def _find_alike(field: Field, question: Question) -> dict[int, int]:
    """Return what most know that has a word within its name, or two words in one."""
    joined = question.by_joined()
    found = field.number(joined, _MOST_LOOSE).found if joined else {}
    parts = {stem for stem in map(stem_of, question.words) if len(stem) >= _SHORTEST_PART}
    # Only an index of words knows what fits filters and fields.
    if not parts or field.filters.tokens or field.filters.without or question.fields:
        return found
    return found | _known(field.number_popular_with(parts))


def _ordered(answer: Answer, question: Question, sort: str) -> Sequence[Match]:
    matches = answer.matches
    if sort == NAME:
        return sorted(matches, key=lambda match: match.normalized_name)
    if sort == NEWEST:
        oldest = clock.now().min.replace(tzinfo=clock.now().tzinfo)
        return sorted(matches, key=lambda match: match.updated_at or oldest, reverse=True)
    if sort == POPULARITY or question.is_empty:
        return sorted(matches, key=lambda match: -match.popularity)
    return rank(
        matches, question, partial=answer.partial, meant=answer.meant, telling=answer.telling
    )

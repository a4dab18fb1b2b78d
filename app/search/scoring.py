"""How well a project answers a search.

Of two that have what is looked for, the more popular one is nearly always what is
meant; where the words stand decides among those that are about as popular.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.search.backends.base import Group, Reading, Term
from app.search.popularity import MOST
from app.search.terms import bare, fold, plain

# Even what nobody uses yet can be found.
_FLOOR = 0.07
# Words of ours are looked for more often than they are downloaded.
HOSTED_FLOOR = 300_000

_IN_NAME, _BEGINS_NAME, _INSIDE_NAME = 1.0, 0.85, 0.85
_IN_SUMMARY, _BEGINS_SUMMARY = 0.75, 0.55
# Somewhere in keywords, description or people.
ELSEWHERE = 0.3
_NOWHERE = 0.0
# What means the same is not quite what was typed.
_SYNONYM = 0.9
_WHOLE_NAME = 1.1
_MOST_LETTERS = 300
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("ings", "ing", "ions", "ion", "ers", "er", "ies", "ed", "es", "s", "e", "y")


@dataclass(frozen=True)
class Candidate:
    """A project that may be an answer."""

    normalized_name: str
    summary: str
    popularity: int


def weight(popularity: int) -> float:
    """Return by how much popularity raises a score, from 0.07 to 1.07."""
    return _FLOOR + popularity / MOST


def lift(popularity: int) -> int:
    """Return the popularity of a project of ours, as searches see it."""
    return HOSTED_FLOOR + popularity * (MOST - HOSTED_FLOOR) // MOST


def score(candidate: Candidate, groups: Reading, *, elsewhere: float = ELSEWHERE) -> float:
    """Return how well a project answers; only the order of scores means something.

    `elsewhere` is what a word counts that is neither in its name nor in its summary.
    """
    if not groups:
        return weight(candidate.popularity)
    parts = candidate.normalized_name.split("-")
    name = [*parts, *(bare(part) for part in parts if bare(part) != part)]
    summary = [_stem(word) for word in _WORD.findall(fold(candidate.summary[:_MOST_LETTERS]))]
    text = _Text(name, [_stem(word) for word in name], plain(candidate.normalized_name), summary)
    strengths = [max(_strength(term, group, text) for term in group.terms) for group in groups]
    strength = sum(found or elsewhere for found in strengths) / len(strengths)
    if _is_all(map(bare, parts), groups):
        strength *= _WHOLE_NAME
    return strength * strength * weight(candidate.popularity)


@dataclass(frozen=True)
class _Text:
    name: list[str]
    stems: list[str]
    plain: str
    summary: list[str]


def _strength(term: Term, group: Group, text: _Text) -> float:
    found = _place(term, text)
    return found if term is group.terms[0] else found * _SYNONYM


def _place(term: Term, text: _Text) -> float:
    if term.may_stand_apart:
        return sum(_place_word(word, text) for word in term.words) / len(term.words)
    if len(term.words) == 1:
        return _place_word(term.words[0], text)
    wanted = [_stem(word) for word in term.words]
    if _follow(wanted, text.stems):
        return _IN_NAME
    return _IN_SUMMARY if _follow(wanted, text.summary) else _NOWHERE


def _place_word(word: str, text: _Text) -> float:
    stem = _stem(word)
    if stem in text.stems:
        return _IN_NAME
    if any(each.startswith(word) for each in text.name):
        return _BEGINS_NAME
    if stem in text.summary:
        is_inside = len(word) > 2 and word in text.plain
        return _INSIDE_NAME if is_inside else _IN_SUMMARY
    return _BEGINS_SUMMARY if any(each.startswith(stem) for each in text.summary) else _NOWHERE


def _follow(wanted: Sequence[str], words: Sequence[str]) -> bool:
    size = len(wanted)
    return any(list(words[at : at + size]) == wanted for at in range(len(words) - size + 1))


def _is_all(name: Iterable[str], groups: Reading) -> bool:
    """Tell whether a name consists of what was looked for and nothing else."""
    wanted = {_stem(word) for group in groups for word in group.terms[0].words}
    return {_stem(word) for word in name} - {"python", "py"} == wanted


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """Return a word without its ending, roughly, so that forms of a word are the same."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word

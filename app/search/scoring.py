"""How well a project answers a search.

Of two that have what is looked for, the more popular one is nearly always what is
meant; where the words stand decides among those that are about as popular.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.search.backends.base import Group, Reading, Term
from app.search.popularity import MOST
from app.search.terms import fold, plain

# Even what nobody uses yet can be found.
_FLOOR = 0.15
# Words of ours are looked for more often than they are downloaded.
HOSTED_FLOOR = 300_000

_IN_NAME, _BEGINS_NAME, _INSIDE_NAME = 1.0, 0.85, 0.75
_IN_SUMMARY, _BEGINS_SUMMARY = 0.75, 0.55
_ELSEWHERE = 0.3
# What means the same is not quite what was typed.
_SYNONYM = 0.85
_WHOLE_NAME = 1.5
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
    """Return by how much popularity raises a score, from 0.15 to 1.15."""
    return _FLOOR + popularity / MOST


def lift(popularity: int) -> int:
    """Return the popularity of a project of ours, as searches see it."""
    return HOSTED_FLOOR + popularity * (MOST - HOSTED_FLOOR) // MOST


def score(candidate: Candidate, groups: Reading) -> float:
    """Return how well a project answers; only the order of scores means something."""
    if not groups:
        return weight(candidate.popularity)
    name = candidate.normalized_name.split("-")
    summary = [_stem(word) for word in _WORD.findall(fold(candidate.summary[:_MOST_LETTERS]))]
    text = _Text(name, [_stem(word) for word in name], plain(candidate.normalized_name), summary)
    strengths = [max(_strength(term, group, text) for term in group.terms) for group in groups]
    strength = sum(strengths) / len(strengths)
    if _is_all(text.stems, groups):
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
    return found if term is group.terms[0] or found == _ELSEWHERE else found * _SYNONYM


def _place(term: Term, text: _Text) -> float:
    if len(term.words) > 1:
        wanted = [_stem(word) for word in term.words]
        if _follow(wanted, text.stems):
            return _IN_NAME
        return _IN_SUMMARY if _follow(wanted, text.summary) else _ELSEWHERE
    word, stem = term.words[0], _stem(term.words[0])
    if stem in text.stems:
        return _IN_NAME
    if any(each.startswith(word) for each in text.name):
        return _BEGINS_NAME
    if stem in text.summary:
        is_inside = len(word) > 2 and word in text.plain
        return _INSIDE_NAME + 0.1 if is_inside else _IN_SUMMARY
    return _BEGINS_SUMMARY if any(each.startswith(stem) for each in text.summary) else _ELSEWHERE


def _follow(wanted: Sequence[str], words: Sequence[str]) -> bool:
    size = len(wanted)
    return any(list(words[at : at + size]) == wanted for at in range(len(words) - size + 1))


def _is_all(stems: Sequence[str], groups: Reading) -> bool:
    """Tell whether a name consists of what was looked for and nothing else."""
    wanted = {_stem(word) for group in groups for word in group.terms[0].words}
    return set(stems) <= wanted | {"python", "py"} and len(stems) >= len(groups)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """Return a word without its ending, roughly, so that forms of a word are the same."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word

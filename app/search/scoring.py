"""How well a project answers a search.

Of two that have what is looked for, the more popular one is nearly always what is
meant; where the words stand decides among those that are about as popular.
"""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from app.search.backends.base import Group, Reading, Term
from app.search.popularity import LAST_RANK, MOST, rank_of
from app.search.terms import bare, fold, plain

# Even what nobody uses yet can be found.
_FLOOR = 0.02
# The most popular two thousand are known by most.
KNOWN = 200_000
# Words of ours are looked for more often than they are downloaded.
HOSTED_FLOOR = 300_000

_IN_NAME, _IN_SUMMARY, _BEGINS_SUMMARY = 1.0, 0.75, 0.5
# "xmltodict" is about XML where the summary says so too, and "boto3" may be no bot.
_IN_BOTH, _INSIDE_NAME, _BEGINS_NAME = 0.85, 0.6, 0.4
_SHORTEST_INSIDE = 4
# Somewhere in keywords, description or people.
ELSEWHERE = 0.3
_NOWHERE = 0.0
# What means the same is not quite what was typed.
_SYNONYM = 0.9
_WHOLE_NAME = 1.1
# How much worse it is to lack something, and something that tells more than the rest.
_STRICT, _CONTRAST = 2.5, 1.5
# What has only "api" is no answer to "twitter api", and "load" alone no "load testing".
_BESIDE_THE_POINT, _HALF_A_PHRASE = 0.5, 0.6
# Words that hardly anybody has may be mistyped.
_MOST_TELLING = 5.0
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
    """Return by how much popularity raises a score, from 0.02 to 1.02."""
    return _FLOOR + popularity / MOST


def lift(popularity: int) -> int:
    """Return the popularity of a project of ours, as searches see it."""
    return HOSTED_FLOOR + popularity * (MOST - HOSTED_FLOOR) // MOST


def rarity(popularities: Collection[int], *, is_more: bool) -> float:
    """Return how much a word tells, by the popularities of the first that have it.

    The fewer of the known projects have it, the more; `is_more` says that others have it.
    """
    looked_at = rank_of(min(popularities)) if is_more and popularities else LAST_RANK
    told = math.log1p(looked_at / max(len(popularities), 1))
    return math.pow(min(told, _MOST_TELLING), _CONTRAST)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a candidate should have.

    `shares` say how much each group counts, vague ones last, and are 1 together.
    `joined` are words that stand for several groups, with the places of these.
    `elsewhere` is what a group counts that is neither in its name nor in its summary.
    """

    groups: Reading
    vague: Reading = ()
    shares: tuple[float, ...]
    joined: tuple[tuple[str, frozenset[int]], ...] = ()
    elsewhere: float = ELSEWHERE

    @cached_property
    def must(self) -> frozenset[str]:
        """The stems that a name must have to be all that is wanted."""
        return _stems(self.groups)

    @cached_property
    def may(self) -> frozenset[str]:
        """The stems that it may have beside them."""
        return _stems(self.vague) | {"python", "py"}


def score(candidate: Candidate, wanted: Wanted) -> float:
    """Return how well a project answers; only the order of scores means something."""
    strengths = _strengths(_text(candidate), wanted)
    strength = met = 0.0
    for share, found in zip(wanted.shares, strengths, strict=True):
        strength += share * (found or wanted.elsewhere)
        met += share if found else 0.0
    if met < 0.5 and not wanted.elsewhere:
        strength *= _BESIDE_THE_POINT
    if _is_all(candidate.normalized_name, wanted):
        strength *= _WHOLE_NAME
    return math.pow(strength, _STRICT) * weight(candidate.popularity)


def _strengths(text: "_Text", wanted: Wanted) -> list[float]:
    """Return how strongly each group is there, from 0 to 1."""
    strengths = [_strength(group, text) for group in (*wanted.groups, *wanted.vague)]
    for word, places in wanted.joined:
        found = _place_joined(word, text)
        for place in places:
            strengths[place] = max(strengths[place], found)
    return strengths


@dataclass(frozen=True)
class _Text:
    name: list[str]
    stems: list[str]
    plain: str
    summary: list[str]


def _text(candidate: Candidate) -> _Text:
    parts = candidate.normalized_name.split("-")
    name = [*parts, *(bare(part) for part in parts if bare(part) != part)]
    summary = [stem_of(word) for word in _WORD.findall(fold(candidate.summary[:_MOST_LETTERS]))]
    return _Text(name, [stem_of(word) for word in name], plain(candidate.normalized_name), summary)


def _strength(group: Group, text: _Text) -> float:
    typed, *others = group.terms
    found = _place(typed, text)
    if found >= _SYNONYM or not others:
        return found
    return max(found, _SYNONYM * max(_place(term, text) for term in others))


def _place(term: Term, text: _Text) -> float:
    if term.may_stand_apart:
        places = [_place_word(word, text) for word in term.words]
        return sum(places) / len(places) * (1 if all(places) else _HALF_A_PHRASE)
    if len(term.words) == 1:
        return _place_word(term.words[0], text)
    wanted = [stem_of(word) for word in term.words]
    if _follow(wanted, text.stems):
        return _IN_NAME
    return _IN_SUMMARY if _follow(wanted, text.summary) else _NOWHERE


def _place_word(word: str, text: _Text) -> float:
    stem = stem_of(word)
    if stem in text.stems:
        return _IN_NAME
    is_inside = len(stem) > 2 and stem in text.plain
    if stem in text.summary:
        return _IN_BOTH if is_inside else _IN_SUMMARY
    if is_inside and len(stem) >= _SHORTEST_INSIDE:
        return _INSIDE_NAME
    if any(each.startswith(word) or each.endswith(word) for each in text.name):
        return _BEGINS_NAME
    is_begun = len(stem) >= _SHORTEST_INSIDE and any(each.startswith(stem) for each in text.summary)
    return _BEGINS_SUMMARY if is_begun else _NOWHERE


def _place_joined(word: str, text: _Text) -> float:
    if word in text.plain:
        return _IN_NAME
    return _IN_SUMMARY if stem_of(word) in text.summary else _NOWHERE


def _follow(wanted: Sequence[str], words: Sequence[str]) -> bool:
    size = len(wanted)
    return any(list(words[at : at + size]) == wanted for at in range(len(words) - size + 1))


def _is_all(normalized_name: str, wanted: Wanted) -> bool:
    """Tell whether a name consists of what was looked for and nothing else."""
    parts = {stem_of(bare(part)) for part in normalized_name.split("-")}
    return wanted.must <= parts and parts - wanted.must <= wanted.may


def _stems(groups: Reading) -> frozenset[str]:
    return frozenset(stem_of(word) for group in groups for word in group.terms[0].words)


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """Return a word without its ending, roughly, so that forms of a word are the same."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word

"""From what was typed to what is looked for: small words, synonyms, beginnings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from app.search.backends.base import IN_NAME, IN_PEOPLE, Group, Reading, Term
from app.search.synonyms import LONGEST_PHRASE, SynonymGroup
from app.search.terms import split_words
from app.search.words import AUTHOR, NAME, Words

# Each of them is looked up, in every part of the words.
MOST_WORDS = 12
MOST_ALTERNATIVES = 40
# One letter begins a fifth of all words.
_SHORTEST_PREFIX = 2
# To leave one of more out has too many possibilities.
_MOST_COMBINED = 6
# Many names begin with less letters, for all kinds of reasons.
_SHORTEST_JOINED = 5

# They say nothing where there is anything else, because they stand anywhere, or in
# all that is published here.
_SMALL = (
    "a an and any as at be by can do for from how i in into is it its me my of on or "
    "some than that the this to use using via want what which with you your "
    "python python2 python3 py "
)
# They say a little: much is one of these, but calls itself something else.
_VAGUE = (
    "library libraries lib libs package packages module modules tool tools utility "
    "utilities simple easy fast small light lightweight modern powerful best good "
)


@dataclass(frozen=True)
class Joined:
    """Two words that follow each other, as one.

    `places` are those of their groups, vague ones behind the others.
    """

    word: str
    places: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is looked for in words.

    `groups` must all be there, for a full match, and `fields` always; what has `vague`
    too is a little better. `plain` is the text as a name without hyphens, or empty if
    it was more than a few plain words; `is_name` tells that it was typed like a name,
    without blanks.
    """

    groups: Reading = ()
    fields: Reading = ()
    vague: Reading = ()
    joined: tuple[Joined, ...] = ()
    words: tuple[str, ...] = ()
    plain: str = ""
    is_name: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether words do not matter."""
        return not self.groups and not self.fields

    def full(self) -> tuple[Reading, ...]:
        """Return the reading in which all is there."""
        return ((*self.groups, *self.fields),)

    def by_name(self) -> tuple[Reading, ...]:
        """Return the reading in which all is in the name."""
        return ((*(Group(group.terms, IN_NAME) for group in self.groups), *self.fields),)

    def looser(self) -> tuple[Reading, ...]:
        """Return the readings in which one word is missing, or all but one of many."""
        count = len(self.groups)
        size = count - 1 if count <= _MOST_COMBINED else 1
        whole = [_whole(group) for group in self.groups]
        return tuple((*some, *self.fields) for some in combinations(whole, size))

    def loosest(self) -> tuple[Reading, ...]:
        """Return the readings in which only one group is there, in their order."""
        return tuple((_whole(group), *self.fields) for group in self.groups)

    def by_word(self) -> tuple[Reading, ...]:
        """Return the readings in which only one word of a phrase is there."""
        phrases = [phrase for phrase in map(_apart, self.groups) if len(phrase) > 1]
        words = [word for phrase in phrases for word in phrase]
        return tuple((Group((Term((word,)),)), *self.fields) for word in words)

    def by_joined(self) -> tuple[Reading, ...]:
        """Return the readings in which words of a name begin with two words in one."""
        return tuple(
            (Group((Term((each.word,), is_prefix=True),), IN_NAME), *self.fields)
            for each in self.joined
        )


def read(typed: Words, synonyms: Sequence[SynonymGroup]) -> Question:
    """Return what is looked for when somebody types something."""
    words = [word for term in typed.terms for word in split_words(term)][:MOST_WORDS]
    phrases = [tuple(split_words(phrase))[:MOST_WORDS] for phrase in typed.phrases]
    # A word that is still being typed is the beginning of one.
    is_open = bool(typed.terms) and typed.text.endswith(typed.terms[-1])
    telling = _telling(words)
    others = [word for word in words if word in _VAGUE.split() and word not in telling]
    vague = [Group((Term((word,), may_stand_apart=True),)) for word in dict.fromkeys(others)]
    groups = dict.fromkeys(_groups(telling, synonyms, is_open=is_open))
    groups |= dict.fromkeys(Group((Term(phrase),)) for phrase in phrases if phrase)
    return Question(
        groups=tuple(groups),
        fields=tuple(_fields(typed)),
        vague=tuple(vague),
        joined=tuple(_join(words, (*groups, *vague))),
        words=tuple(words),
        plain="".join([*words, *(word for phrase in phrases for word in phrase)])
        if len(phrases) + bool(words) == 1
        else "",
        is_name=len(typed.terms) + len(phrases) == 1,
    )


def _telling(words: Sequence[str]) -> list[str]:
    """Return the words that tell something, or all if none does."""
    for dull in (_SMALL + _VAGUE, _SMALL):
        telling = [word for word in words if word not in dull.split()]
        if telling:
            return list(dict.fromkeys(telling))
    return list(dict.fromkeys(words))


def _join(words: Sequence[str], groups: Reading) -> Iterator[Joined]:
    """Yield two and two words: "open cv" is called "opencv"."""
    places = {word: place for place, group in enumerate(groups) for word in _apart(group)}
    told = [word for word in words if word in places]
    for first, second in pairwise(told):
        if len(first) + len(second) >= _SHORTEST_JOINED:
            yield Joined(first + second, frozenset({places[first], places[second]}))


def _apart(group: Group) -> tuple[str, ...]:
    """Return the words that were typed, unless they must follow each other."""
    return group.terms[0].words if group.terms[0].may_stand_apart else ()


def _whole(group: Group) -> Group:
    """Return a group without beginnings: alone they would fit nearly everything."""
    return replace(group, terms=tuple(replace(term, is_prefix=False) for term in group.terms))


def _groups(
    words: Sequence[str], synonyms: Sequence[SynonymGroup], *, is_open: bool
) -> Iterator[Group]:
    alike = _by_phrase(synonyms)
    place = 0
    while place < len(words):
        size = _longest(words, place, alike)
        phrase = tuple(words[place : place + size])
        place += size
        may_go_on = is_open and place == len(words) and _may_go_on(phrase[-1])
        others = [Term(each) for key in _forms(phrase) for each in alike.get(key, ())]
        typed = Term(phrase, is_prefix=may_go_on, may_stand_apart=True)
        terms = dict.fromkeys([typed, *(term for term in others if term.words != phrase)])
        yield Group(tuple(terms)[:MOST_ALTERNATIVES])


def _may_go_on(word: str) -> bool:
    return len(word) >= _SHORTEST_PREFIX and word not in _SMALL.split()


def _longest(
    words: Sequence[str], place: int, alike: dict[tuple[str, ...], list[tuple[str, ...]]]
) -> int:
    """Return how many words from a place on are one entry of a group, or 1."""
    for size in range(min(LONGEST_PHRASE, len(words) - place), 1, -1):
        if any(key in alike for key in _forms(tuple(words[place : place + size]))):
            return size
    return 1


def _by_phrase(
    synonyms: Iterable[SynonymGroup],
) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Return what means the same as an entry, by entries."""
    alike: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for group in synonyms:
        entries = [tuple(entry.split()) for entry in group.words]
        for entry in entries:
            alike.setdefault(entry, []).extend(entries)
    return alike


def _forms(phrase: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield phrase
    last = phrase[-1]
    if last.endswith("s") and len(last) > 3:
        yield (*phrase[:-1], last[:-1])


def _fields(typed: Words) -> Iterator[Group]:
    for field, part in ((NAME, IN_NAME), (AUTHOR, IN_PEOPLE)):
        for value in typed.fields.get(field, ()):
            words = split_words(value)[:MOST_WORDS]
            for word in words:
                yield Group((Term((word,), is_prefix=word == words[-1] and len(word) > 1),), part)

"""What somebody meant who mistyped: names that are one slip away from what was typed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, digits

from app.search.matching import Field, Match, load
from app.search.popularity import MOST
from app.search.readings import Question
from app.search.scoring import KNOWN
from app.search.terms import fold, plain

_LETTERS = ascii_lowercase + digits
# With less letters nearly everything is one slip away, with more there are too many slips.
_SHORTEST, _LONGEST = 3, 40
_MOST_MEANT = 3
_LOOKED_AT = 30
# What was typed is right when something nearly as popular has it.
_CLEARLY = 0.5
# And it may be right when anything has it at all.
_BELIEVED = 35_000


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """What was meant, if not what was typed; `matches` are the projects that have the name."""

    text: str | None = None
    matches: tuple[Match, ...] = ()


def find_spelling(field: Field, question: Question, found: Sequence[Match]) -> Spelling:
    """Return what was probably meant when few or only unknown projects were found."""
    typed = question.plain
    is_word = _SHORTEST <= len(typed) <= _LONGEST and typed.isascii()
    # Whoever filters knows what is there.
    if not is_word or field.filters.tokens:
        return Spelling()
    exact = [match for match in found if plain(match.normalized_name) == typed]
    is_doubted = question.is_name and 0 <= _best(exact) < KNOWN
    is_found = bool(exact) and not question.is_name
    if not is_doubted and (is_found or _best(found) >= MOST * _CLEARLY):
        return Spelling()
    # Several words are a name only when all know it.
    least = _best(exact) if question.is_name else KNOWN
    alike = field.find_named(slips(typed), _MOST_MEANT)
    alike = [match for match in alike if match.popularity > least]
    best = _best(_having(typed, found) if is_doubted and alike else found)
    meant = [match for match in alike if match.popularity * _CLEARLY > best]
    meant = field.keep_listed(meant)
    if not meant:
        return Spelling()
    return Spelling(text=meant[0].normalized_name, matches=tuple(meant))


def _best(matches: Sequence[Match]) -> int:
    return max((match.popularity + _BELIEVED for match in matches), default=-1)


def _having(word: str, found: Sequence[Match]) -> list[Match]:
    """Return those of the best known ones that have a word as it was typed.

    The others were found by another form of it: to a stemmer "numpi" is one of "numpy".
    """
    known = sorted(found, key=lambda match: -match.popularity)[:_LOOKED_AT]
    texts = {each.id: f"{each.plain_name} {fold(each.summary or '')}" for each in load(known)}
    return [
        match for match in found if word in (texts.get(match.id) or plain(match.normalized_name))
    ]


def slips(word: str) -> set[str]:
    """Return what a word was before one letter was left out, added, changed or swapped."""
    return set(_slips(word)) - {word}


def _slips(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in _LETTERS)

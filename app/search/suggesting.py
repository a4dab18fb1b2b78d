"""Names that somebody may be typing."""

from collections.abc import Sequence

from app.indexes.models import Index
from app.search.backends.base import IN_NAME, Group, Term
from app.search.filters import Filters
from app.search.matching import Field, Match, load
from app.search.scopes import Scope
from app.search.scoring import weight
from app.search.terms import bare, plain, split_words
from app.search.wishes import Suggestion
from app.search.words import Words

_MOST_WORDS = 5
# The most popular of those that fit are looked at.
_LOOKED_AT = 100
# A name that only has the word in it is meant less often.
_INSIDE = 0.3


def suggest(index: Index, text: str, limit: int = 8) -> tuple[Suggestion, ...]:
    """Return the most popular projects with names that begin with a text, or a word of theirs."""
    typed = Words.of(text)
    words = [word for term in typed.terms for word in split_words(term)][:_MOST_WORDS]
    joined = "".join(words)
    if not joined or typed.fields:
        return ()
    scope = Scope.of(index)
    field = Field(scope=scope, indexes=scope.indexes, filters=Filters(by_heads={}))
    found = {match.id: match for match in _candidates(field, words, joined)}
    ordered = sorted(found.values(), key=lambda match: _place(match, joined))[:limit]
    return tuple(
        Suggestion(name=line.name, normalized_name=line.normalized_name, summary=line.summary)
        for line in scope.lines_fitting(load(ordered))
    )


def _candidates(field: Field, words: Sequence[str], joined: str) -> list[Match]:
    if len(joined) == 1:
        return field.find_popular_beginning(joined, _LOOKED_AT)
    *others, last = words
    groups = [Group((Term((word,)),), IN_NAME) for word in others]
    if len(last) > 1:
        groups.append(Group((Term((last,), is_prefix=True),), IN_NAME))
    numbers = field.number([tuple(groups)], _LOOKED_AT)
    found = [match for match in field.check(numbers.found) if _has_start(match, last)]
    return [*found, *field.find_beginning(joined, _LOOKED_AT)]


def _has_start(match: Match, start: str) -> bool:
    # The index of words knows no beginnings of one letter.
    parts = match.normalized_name.split("-")
    return any(part.startswith(start) or bare(part).startswith(start) for part in parts)


def _place(match: Match, joined: str) -> tuple[bool, float, str]:
    name = plain(match.normalized_name)
    share = 1 if name.startswith(joined) else _INSIDE
    return name != joined, -share * weight(match.popularity), match.normalized_name

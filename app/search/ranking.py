"""The order in which answers are shown."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select

from app.extensions import db
from app.search.backends import the_backend
from app.search.matching import Match
from app.search.models import Listing
from app.search.readings import Question
from app.search.scoring import KNOWN, Candidate, Wanted, score, weight
from app.search.terms import plain

# The words of so many are looked at; those behind them are too little known to come first.
_LOOKED_AT = 300
# A name alone says much before any words are looked at, and so does a word that is missing.
_NAMED, _PARTIAL = 3.0, 0.25
# What a word tells of which nobody counted who has it, and one that all use.
_TELLS, _VAGUE_TELLS = 3.0, 1.0
# A name that is just what was typed is found at once, whatever else there is.
_AMONG_FIRST = 5


def rank(
    matches: Sequence[Match],
    question: Question,
    *,
    partial: Collection[int] = (),
    meant: Collection[int] = (),
    telling: Sequence[float] = (),
) -> list[Match]:
    """Return matches in their order: the exact name, `meant`, and then the best answers first.

    Of `partial` nobody has looked yet which words they lack. `telling` is how much each
    group of the question tells.
    """
    likely = sorted(matches, key=lambda match: -_guess(match, question.words, partial))
    first = [match for match in likely if match.id in meant or _is_exact(match, question)]
    looked_at = dict.fromkeys([*first, *likely[:_LOOKED_AT]])
    scores = _score(looked_at, question, partial, telling)

    def place(match: Match) -> tuple[bool, bool, float, str]:
        rest = (-scores[match.id], match.normalized_name)
        return (not _is_meant(match, question), match.id not in meant, *rest)

    best = _raise(sorted(looked_at, key=place), question)
    return [*best, *(each for each in likely if each not in looked_at)]


def _is_exact(match: Match, question: Question) -> bool:
    name, wanted = match.normalized_name, question.plain
    # Most begin with another letter, which is quickly told.
    return name[:1] == wanted[:1] and plain(name) == wanted


def _is_meant(match: Match, question: Question) -> bool:
    """Tell whether a name was typed, and no description that happens to be one."""
    return _is_exact(match, question) and (question.is_name or match.popularity >= KNOWN)


def _raise(ordered: list[Match], question: Question) -> list[Match]:
    """Return matches with one of the exact name among the first."""
    exact = next((each for each in ordered if _is_exact(each, question)), None)
    if exact is None or exact in ordered[:_AMONG_FIRST]:
        return ordered
    others = [each for each in ordered if each is not exact]
    return [*others[: _AMONG_FIRST - 1], exact, *others[_AMONG_FIRST - 1 :]]


def _guess(match: Match, words: Sequence[str], partial: Collection[int]) -> float:
    if match.id in partial:
        return weight(match.popularity) * _PARTIAL
    is_named = all(word in match.normalized_name for word in words)
    return weight(match.popularity) * (_NAMED if is_named else 1)


def _score(
    matches: Collection[Match],
    question: Question,
    partial: Collection[int],
    telling: Sequence[float],
) -> dict[int, float]:
    numbers = [match.id for match in matches]
    rows = db.session.execute(
        select(Listing.id, Listing.summary).where(
            the_backend().among(Listing.id.expression, numbers)
        )
    )
    summaries = {row.id: row.summary or "" for row in rows}
    full = _wanted(question, telling)
    some = replace(full, elsewhere=0.0)
    return {
        match.id: score(
            Candidate(match.normalized_name, summaries.get(match.id, ""), match.popularity),
            some if match.id in partial else full,
        )
        for match in matches
    }


def _wanted(question: Question, telling: Sequence[float]) -> Wanted:
    weights = [*(telling or [_TELLS] * len(question.groups))]
    weights += [_VAGUE_TELLS] * len(question.vague)
    return Wanted(
        groups=question.groups,
        vague=question.vague,
        shares=tuple(each / sum(weights) for each in weights),
        joined=tuple((each.word, each.places) for each in question.joined),
    )

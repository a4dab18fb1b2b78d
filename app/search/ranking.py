"""The order in which answers are shown."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.extensions import db
from app.search.backends import the_backend
from app.search.matching import Match
from app.search.models import Listing
from app.search.readings import Question
from app.search.scoring import ELSEWHERE, Candidate, score, weight
from app.search.terms import plain

# The words of so many are looked at; those behind them are too little known to come first.
_LOOKED_AT = 400
# A name alone says much before any words are looked at.
_NAMED = 3.0


def rank(
    matches: Sequence[Match],
    question: Question,
    *,
    partial: Collection[int] = (),
    meant: Collection[int] = (),
) -> list[Match]:
    """Return matches in their order: the exact name, `meant`, and then the best answers first.

    Of `partial` nobody has looked yet which words they lack.
    """
    likely = sorted(matches, key=lambda match: -_guess(match, question.words))
    first = [match for match in likely if match.id in meant or _is_exact(match, question)]
    looked_at = dict.fromkeys([*first, *likely[:_LOOKED_AT]])
    scores = _score(looked_at, question, partial)

    def place(match: Match) -> tuple[bool, bool, float, str]:
        rest = (-scores[match.id], match.normalized_name)
        return (not _is_exact(match, question), match.id not in meant, *rest)

    return [*sorted(looked_at, key=place), *(each for each in likely if each not in looked_at)]


def _is_exact(match: Match, question: Question) -> bool:
    return bool(question.plain) and plain(match.normalized_name) == question.plain


def _guess(match: Match, words: Sequence[str]) -> float:
    is_named = all(word in match.normalized_name for word in words)
    return weight(match.popularity) * (_NAMED if is_named else 1)


def _score(
    matches: Collection[Match], question: Question, partial: Collection[int]
) -> dict[int, float]:
    numbers = [match.id for match in matches]
    wanted = select(Listing.id, Listing.summary).where(
        the_backend().among(Listing.id.expression, numbers)
    )
    summaries = {row.id: row.summary or "" for row in db.session.execute(wanted)}
    return {
        match.id: score(
            Candidate(match.normalized_name, summaries.get(match.id, ""), match.popularity),
            question.groups,
            elsewhere=0.0 if match.id in partial else ELSEWHERE,
        )
        for match in matches
    }

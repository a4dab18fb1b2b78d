"""Which labels the projects of an index have, and how many have each."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, exists, func, select

from app.extensions import db
from app.search.browsing import count_each
from app.search.facts import PYTHON
from app.search.models import Label, LabelCount
from app.search.scopes import Scope
from app.search.turning import PAGE_SIZE, Key, Place, cut

# Nobody turns further than this through what is used less and less.
MOST_USED = 1_000
MOST_MATCHES = 100
# So many labels of a kind are read at once; of more, only those of a page are.
_FEW = 2_000
# Among so many of the most used ones a text is looked for.
_SEARCHED = 2_000
# Labels with so many projects, or fewer, are counted project by project.
_COUNTED = 100
# Stands behind all that a text can go on with.
_END = "\U0010ffff"

LabelKey = tuple[int, str]


@dataclass(frozen=True)
class LabelLine:
    """A label and how many projects have it."""

    label_id: int
    value: str
    count: int


@dataclass(frozen=True)
class LabelPage:
    """Some labels of a kind, and the keys by which one turns the page.

    `is_part` tells that there are labels that this list does not come to.
    """

    lines: tuple[LabelLine, ...]
    before: Key | None = None
    after: Key | None = None
    is_part: bool = False


def list_most_used(scope: Scope, kind: str, place: Place) -> LabelPage:
    """Return a page of the labels of a kind, the most used ones first."""
    found = sorted(_list_used(scope, kind, MOST_USED + 1), key=_by_use)
    page = _cut(scope, found[:MOST_USED], place, _by_use)
    return replace(page, is_part=len(found) > MOST_USED)


def list_top(scope: Scope, kind: str, number: int, *, begin: str = "") -> tuple[LabelLine, ...]:
    """Return the most used labels of a kind, or those of them that begin with a text."""
    found = _list_used(scope, kind, number, begin=begin)
    return _settle(scope, sorted(found, key=_by_use)[:number])


def list_by_name(scope: Scope, kind: str, place: Place) -> LabelPage:
    """Return a page of the labels of a kind by name; versions of Python, the newest first."""
    few = (
        select(LabelCount.label_id)
        .where(*_is_here(scope), LabelCount.kind == kind)
        .distinct()
        .limit(_FEW + 1)
    )
    numbers = db.session.scalars(few).all()
    if len(numbers) > _FEW:
        return _walk(scope, kind, place)
    by_name = _by_version if kind == PYTHON else _by_name
    return _cut(scope, sorted(_list_lines(scope, numbers), key=by_name), place, by_name)


def list_all(scope: Scope, kind: str) -> tuple[LabelLine, ...]:
    """Return all labels of a kind by name, of which there must be few."""
    lines = sorted(_list_used(scope, kind, _SEARCHED), key=_by_name)
    return tuple(lines)


def list_beginning(scope: Scope, kind: str, begin: str) -> tuple[LabelLine, ...]:
    """Return the first labels of a kind that begin with a text, by name."""
    is_like = (Label.value >= begin, Label.value < begin + _END)
    return _settle(scope, _list_labels(scope, kind, *is_like, limit=MOST_MATCHES))


def find_labels(scope: Scope, kind: str, text: str) -> LabelPage:
    """Return labels that hold a text in any case, the most used ones first.

    Those that are used least are found only by their beginning.
    """
    wanted = text.casefold()
    used = _list_used(scope, kind, _SEARCHED)
    found = {line.label_id: line for line in used if wanted in line.value.casefold()}
    is_all = len(used) < _SEARCHED
    if not is_all:
        found |= {line.label_id: line for line in _list_beginnings(scope, kind, text)}
    lines = sorted(found.values(), key=_by_use)
    is_part = len(lines) > MOST_MATCHES or not is_all
    return LabelPage(_settle(scope, lines[:MOST_MATCHES]), is_part=is_part)


def _list_used(scope: Scope, kind: str, number: int, *, begin: str = "") -> list[LabelLine]:
    """Return the labels that are among the most used ones of some index.

    One that is a little used everywhere may be missing, but not among the first:
    what all indexes have of it is at most what they have of those that are found last.
    """
    numbers: dict[int, None] = {}
    for index_id in scope.index_ids:
        most = (
            select(LabelCount.label_id)
            .where(LabelCount.index_id == index_id, LabelCount.kind == kind, LabelCount.count > 0)
            .order_by(LabelCount.count.desc(), LabelCount.label_id.desc())
            .limit(number)
        )
        if begin:
            is_like = (Label.value >= begin, Label.value < begin + _END)
            most = most.join(Label, Label.id == LabelCount.label_id).where(*is_like)
        numbers |= dict.fromkeys(db.session.scalars(most))
    return _list_lines(scope, list(numbers))


def _list_lines(scope: Scope, numbers: Sequence[int]) -> list[LabelLine]:
    if not numbers:
        return []
    wanted = (
        select(Label.id, Label.value, func.sum(LabelCount.count))
        .join(LabelCount, LabelCount.label_id == Label.id)
        .where(
            LabelCount.label_id.in_(numbers),
            # As a sum it is no reason for the database to look at all labels of an index.
            (LabelCount.index_id + 0).in_(scope.index_ids),
            LabelCount.count > 0,
        )
        .group_by(Label.id, Label.value)
    )
    return [LabelLine(number, value, int(n)) for number, value, n in db.session.execute(wanted)]


def _walk(scope: Scope, kind: str, place: Place) -> LabelPage:
    """Return a page of labels by name when there are so many that only those are read."""
    key = None if place.key is None else place.key[1]
    if key is None:
        behind: tuple[ColumnElement[bool], ...] = ()
    else:
        behind = (Label.value < key if place.is_back else Label.value > key,)
    lines = _list_labels(scope, kind, *behind, is_back=place.is_back, limit=PAGE_SIZE + 1)
    page = cut(lines, place, _by_name)
    return LabelPage(_settle(scope, page.rows), page.before, page.after)


def _list_beginnings(scope: Scope, kind: str, text: str) -> list[LabelLine]:
    found: list[LabelLine] = []
    # One by one: to find what begins in one of several ways a database looks at all.
    for spelling in {text, text.lower(), text.upper(), text.capitalize(), text.title()}:
        is_like = (Label.value >= spelling, Label.value < spelling + _END)
        found += _list_labels(scope, kind, *is_like, limit=MOST_MATCHES + 1)
    return found


def _list_labels(
    scope: Scope, kind: str, *fits: ColumnElement[bool], is_back: bool = False, limit: int
) -> list[LabelLine]:
    own = (LabelCount.label_id == Label.id, *_is_here(scope))
    count = select(func.sum(LabelCount.count)).where(*own).scalar_subquery()
    wanted = (
        select(Label.id, Label.value, count)
        .where(Label.kind == kind, exists().where(*own), *fits)
        .order_by(Label.value.desc() if is_back else Label.value)
        .limit(limit)
    )
    return [LabelLine(number, value, int(n)) for number, value, n in db.session.execute(wanted)]


def _is_here(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (LabelCount.index_id.in_(scope.index_ids), LabelCount.count > 0)


def _cut(
    scope: Scope, lines: Sequence[LabelLine], place: Place, key: Callable[[LabelLine], LabelKey]
) -> LabelPage:
    """Return the page at a place in sorted lines."""
    keys = [key(line) for line in lines]
    if place.key is None:
        begin = 0
    elif place.is_back:
        begin = max(bisect_left(keys, place.key) - PAGE_SIZE, 0)
    else:
        begin = bisect_right(keys, place.key)
    end = min(begin + PAGE_SIZE, len(lines))
    if begin == end:
        return LabelPage(())
    before = keys[begin] if begin else None
    after = keys[end - 1] if end < len(lines) else None
    return LabelPage(_settle(scope, lines[begin:end]), before, after)


def _settle(scope: Scope, lines: Iterable[LabelLine]) -> tuple[LabelLine, ...]:
    """Count what little there is project by project, where indexes may hide what others have."""
    lines = tuple(lines)
    if len(scope.indexes) < 2:
        return lines
    few = [line.label_id for line in lines if line.count <= _COUNTED]
    counts = count_each(scope, few) if few else {}
    settled = (
        replace(line, count=counts.get(line.label_id, 0)) if line.count <= _COUNTED else line
        for line in lines
    )
    return tuple(line for line in settled if line.count)


def _by_use(line: LabelLine) -> LabelKey:
    return (-line.count, line.value)


def _by_name(line: LabelLine) -> LabelKey:
    return (0, line.value)


def _by_version(line: LabelLine) -> LabelKey:
    major, _dot, minor = line.value.partition(".")
    return (-1_000 * int(major) - int(minor), line.value)

"""What is new in an index, as far as it serves it to all who may read it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Row

from app.core import clock
from app.feeds import queries
from app.feeds.entries import News
from app.indexes.models import Index
from app.indexes.queries import MIRROR, list_paths
from app.policy.judging import judge
from app.policy.queries import rules_of
from app.policy.terms import Rules
from app.search.facts import list_people
from app.search.scopes import Scope
from app.sources.page import ReleaseDetail

# Reads so many from one place on, the newest first.
Read = Callable[[int, int], Sequence[News]]

_STEP = 100
# What rules hold back is passed over, but nobody looks for the rest for ever.
_MOST_READ = 1_000


def list_new_releases(index: Index, limit: int) -> list[News]:
    """Return the newest releases, and of upstreams the newest of each project, newest first."""
    scope = Scope.of(index)
    mirrors = [each.id for each in scope.indexes if each.kind == MIRROR]
    reads = [_reading_own(_list_hosted(scope)), *map(_reading_updated, mirrors)]
    return _take(scope, reads, limit)


def list_new_projects(index: Index, limit: int) -> list[News]:
    """Return the projects whose first releases are the newest, newest first."""
    scope = Scope.of(index)
    return _take(scope, [_reading_created(index_id) for index_id in scope.index_ids], limit)


def list_releases_of(detail: ReleaseDetail, limit: int) -> list[tuple[str, datetime]]:
    """Return version and time of those releases of a project that are news, newest first."""
    found = (
        (line.version, line.published_at)
        for line in detail.releases
        if line.published_at is not None and line.file_count and not line.is_yanked
    )
    past = ((version, at) for version, at in found if at <= clock.now())
    return sorted(past, key=lambda release: release[1], reverse=True)[:limit]


def find_change(index: Index, news: Sequence[News]) -> datetime:
    """Return when what is told of an index changed last; a withdrawal is a change too."""
    change = queries.find_last_change(_list_hosted(Scope.of(index)))
    moments = (each.moment for each in news[:1])
    return max(change or index.created_at, *moments, index.created_at)


def _list_hosted(scope: Scope) -> list[int]:
    return [each.id for each in scope.indexes if each.kind != MIRROR]


def _reading_own(index_ids: Collection[int]) -> Read:
    def read(offset: int, limit: int) -> Sequence[News]:
        rows = queries.list_releases(index_ids, offset, limit) if index_ids else []
        return [
            News(
                index_id=row.index_id,
                name=row.name,
                normalized_name=row.normalized_name,
                version=row.version,
                summary=row.summary,
                people=list_people(row.author, row.author_email),
                moment=row.published_at,
                uploaded_at=row.published_at,
            )
            for row in rows
        ]

    return read


def _reading_updated(index_id: int) -> Read:
    return lambda offset, limit: list(map(_listed, queries.list_updated(index_id, offset, limit)))


def _reading_created(index_id: int) -> Read:
    return lambda offset, limit: list(map(_listed, queries.list_created(index_id, offset, limit)))


def _listed(row: Row[Any]) -> News:
    return News(
        index_id=row.index_id,
        name=row.name,
        normalized_name=row.normalized_name,
        version=row.version,
        summary=row.summary or "",
        people=(),
        moment=row.moment,
        uploaded_at=row.updated_at,
    )


def _take(scope: Scope, reads: Sequence[Read], limit: int) -> list[News]:
    rules = {path[-1].id: rules_of(path) for path in list_paths(scope.index)}
    streams = (_stream(scope, rules, read) for read in reads)
    newest_first = merge(*streams, key=lambda news: news.moment, reverse=True)
    return list(islice(newest_first, limit))


def _stream(scope: Scope, rules: dict[int, Rules], read: Read) -> Iterator[News]:
    for offset in range(0, _MOST_READ, _STEP):
        found = read(offset, _STEP)
        yield from _sift(scope, rules, found)
        if len(found) < _STEP:
            return


def _sift(scope: Scope, rules: dict[int, Rules], found: Sequence[News]) -> Iterator[News]:
    """Yield what is listed, by the owner of its name, and served in its version."""
    names = {news.normalized_name for news in found}
    if not names:
        return
    owned, listed = queries.list_fitting(scope.fits(), names), scope.listed(names)
    now = clock.now()
    for news in found:
        name = news.normalized_name
        is_here = (news.index_id, name) in owned and name in listed
        if is_here and judge(news, rules[news.index_id].about(name), now) is None:
            yield news

"""Finding the projects of an index and of all its bases by their names."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.indexes.models import Index, NameClaim
from app.indexes.queries import list_paths
from app.indexes.upstreams import find_host
from app.projects.models import Project, Release
from app.search.queries import list_like, list_rows, word_of
from app.sources.chain import Chain
from app.sources.page import ProjectLine
from app.sources.registry import own_source, source_for

PAGE_SIZE = 20
LONGEST_TEXT = 200
# Nobody reads that far, and every page costs what all pages before it cost.
LAST_PAGE = 500
# So many names of upstreams are looked at; nobody reads that far either.
MOST_FOREIGN = 1_000


@dataclass(frozen=True, kw_only=True)
class Hits:
    """One page of a list of projects, and how many there are in all.

    `is_more` says that there may be more than `total`, and nobody counted them.
    """

    lines: tuple[ProjectLine, ...]
    total: int
    number: int
    is_more: bool = False

    @property
    def pages(self) -> int:
        """Return the number of pages that can be turned to."""
        return min(max(-(-self.total // PAGE_SIZE), 1), LAST_PAGE)


def search_projects(index: Index, text: str, number: int) -> Hits:
    """Return a page of the projects whose names are like a text, or of all.

    The exact name comes first, then our own projects, then those of upstreams;
    among each of them those that begin with the text before those that hold it.
    """
    word, chain = word_of(text[:LONGEST_TEXT]), source_for(index)
    hosted, mirrors = _indexes_of(index)
    start, stop = (number - 1) * PAGE_SIZE, number * PAGE_SIZE
    # One more, so that it is known whether another page follows.
    foreign, is_more = _list_foreign(chain, mirrors, word, needed=stop + 1)
    head, tail = (foreign[:1], foreign[1:]) if word in foreign[:1] else ([], foreign)
    own_total = _count_own(hosted, word)
    begin, end = max(start - len(head), 0), stop - len(head)
    own = _list_own(chain, hosted, word, begin, end)
    rest = tail[max(begin - own_total, 0) : max(end - own_total, 0)]
    known = _describe(mirrors, [*head[start:stop], *rest])
    return Hits(
        lines=(*known[: len(head[start:stop])], *own, *known[len(head[start:stop]) :]),
        total=len(foreign) + own_total,
        number=number,
        is_more=is_more,
    )


def _indexes_of(index: Index) -> tuple[list[Index], list[Index]]:
    """Return the hosted indexes and the mirrors that are on, of an index and its bases."""
    indexes = [path[-1] for path in list_paths(index)]
    hosted = [each for each in indexes if each.kind != "mirror"]
    mirrors = [each for each in indexes if each.kind == "mirror"]
    return hosted, [each for each in mirrors if own_source(each) is not None]


def _list_foreign(
    chain: Chain, mirrors: Sequence[Index], word: str, *, needed: int
) -> tuple[list[str], bool]:
    """Return names of upstreams that the chain lists, and whether there may be more.

    None of them is ours.
    """
    alike = [list_like(mirror.id, word, needed=needed, limit=MOST_FOREIGN) for mirror in mirrors]
    names = list(dict.fromkeys(name for each in alike for name in each.names))
    listed = chain.list_foreign(names) if names else set()
    found = [name for name in names if name in listed]
    is_more = len(found) > MOST_FOREIGN or not all(each.is_all for each in alike)
    return found[:MOST_FOREIGN], is_more


def _describe(mirrors: Sequence[Index], names: Sequence[str]) -> list[ProjectLine]:
    """Return a line for each name that a mirror knows."""
    hosts = {mirror.id: find_host(mirror) or mirror.title for mirror in mirrors}
    rows = list_rows(list(hosts), names) if names else {}
    return [
        ProjectLine(
            name=row.name,
            normalized_name=row.normalized_name,
            summary=row.summary or "",
            version=row.version or "",
            updated_at=None,
            upstream=hosts[row.index_id],
        )
        for row in (rows[name] for name in names if name in rows)
    ]


def _count_own(hosted: Sequence[Index], word: str) -> int:
    wanted = select(func.count()).select_from(Project).where(*_fits(hosted, word))
    return db.session.scalar(wanted) or 0


def _list_own(
    chain: Chain, hosted: Sequence[Index], word: str, begin: int, end: int
) -> list[ProjectLine]:
    if end <= begin:
        return []
    wanted = (
        select(
            Project.name,
            Project.normalized_name,
            Release.summary,
            Release.version,
            Project.updated_at,
        )
        .join(Release, Release.id == Project.latest_release_id)
        .where(*_fits(hosted, word))
        .order_by(_closeness(word), Project.normalized_name)
        .limit(end - begin)
        .offset(begin)
    )
    lines = [ProjectLine(**row) for row in db.session.execute(wanted).mappings()]
    listed = chain.listed([line.normalized_name for line in lines]) if lines else set()
    return [line for line in lines if line.normalized_name in listed]


def _fits(hosted: Sequence[Index], word: str) -> list[ColumnElement[bool]]:
    fits = [
        Project.index_id.in_([index.id for index in hosted]),
        Project.latest_release_id.is_not(None),
        Project.removed_at.is_(None),
        Project.status != "quarantined",
        Project.normalized_name.contains(word, autoescape=True),
    ]
    return fits if len(hosted) < 2 else [*fits, ~_is_taken(hosted)]


def _is_taken(hosted: Sequence[Index]) -> ColumnElement[bool]:
    """Tell whether an index that comes before a project's own has the name, had or claims it."""
    places = {index.id: place for place, index in enumerate(hosted)}
    place = case(places, value=Project.index_id)
    other = aliased(Project)
    is_held = exists().where(
        other.normalized_name == Project.normalized_name,
        case(places, value=other.index_id) < place,
    )
    is_claimed = exists().where(
        NameClaim.normalized_name == Project.normalized_name,
        case(places, value=NameClaim.index_id) < place,
    )
    return or_(is_held, is_claimed)


def _closeness(word: str) -> ColumnElement[int]:
    name = Project.normalized_name
    return case((name == word, 0), (name.startswith(word, autoescape=True), 1), else_=2)

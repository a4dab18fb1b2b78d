"""Asking upstreams now, and telling what is another than before."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from app.core.exceptions import Conflict, NotFound
from app.core.i18n import _l
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import MIRROR, get_index, list_dependents, list_paths
from app.mirror.documents import Document
from app.mirror.models import MirroredProject
from app.mirror.source import MirrorSource, mirror_source
from app.mirror.stock import find_document, find_state
from app.projects.names import normalise
from app.sources.registry import source_for


class NameOurs(Conflict):
    """A name belongs to an index of our own, and no upstream is asked for it."""

    code = "name-ours"
    message = _l("This project is our own. No upstream is asked for it.")


class NoUpstream(NotFound):
    """An index has no upstream behind it."""

    code = "no-upstream"
    message = _l("No upstream is set for this index.")


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an upstream tells of a project that it did not tell before; numbers of files."""

    name: str
    is_new: bool = False
    is_gone: bool = False
    added: int = 0
    removed: int = 0
    yanked: int = 0
    unyanked: int = 0
    other: int = 0

    @property
    def is_one(self) -> bool:
        """Tell whether anything is another than before."""
        return self != Change(name=self.name)


def refresh(slug: str, name: str) -> Change:
    """Ask the upstreams of an index for a project now, however fresh it is.

    Raises `NameOurs`, `NoUpstream`, `NotFound`, or `Unavailable` if nothing was found out.
    """
    index = get_index(slug)
    # A mirror by itself does not know what those who look into it keep for themselves.
    asking = [index, *(list_dependents(index.id) if index.kind == MIRROR else ())]
    if any(source_for(each).is_ours(name) for each in asking):
        raise NameOurs
    mirrors = list(_list_sources(index))
    if not mirrors:
        raise NoUpstream
    for mirror in mirrors:
        before = _document(mirror.index.id, name)
        is_here = mirror.refresh(name)
        if is_here or before is not None:
            return _compare(normalise(name), before, _document(mirror.index.id, name))
    raise NotFound(_l("There is no such project."))


def list_here(slug: str) -> list[str]:
    """Return the normalised names of all projects of upstreams that are here, sorted."""
    mirrors = [path[-1].id for path in list_paths(get_index(slug)) if path[-1].kind == MIRROR]
    wanted = (
        select(MirroredProject.normalized_name)
        .where(MirroredProject.index_id.in_(mirrors), MirroredProject.body_sha256.is_not(None))
        .distinct()
    )
    return sorted(db.session.scalars(wanted))


def _list_sources(index: Index) -> Iterator[MirrorSource]:
    for path in list_paths(index):
        source = mirror_source(path[-1]) if path[-1].kind == MIRROR else None
        if source is not None:
            yield source


def _document(index_id: int, name: str) -> Document | None:
    state = find_state(index_id, normalise(name))
    return None if state is None else find_document(index_id, normalise(name), state)


def _compare(name: str, before: Document | None, now: Document | None) -> Change:
    old = {entry.filename: entry for entry in before.entries} if before else {}
    new = {entry.filename: entry for entry in now.entries} if now else {}
    both = [(old[filename], new[filename]) for filename in old.keys() & new.keys()]
    turned = [(one.is_yanked, other.is_yanked) for one, other in both]
    return Change(
        name=name,
        is_new=before is None and now is not None,
        is_gone=now is None,
        added=len(new.keys() - old.keys()),
        removed=len(old.keys() - new.keys()),
        yanked=turned.count((False, True)),
        unyanked=turned.count((True, False)),
        other=sum(one.is_yanked == other.is_yanked and one != other for one, other in both),
    )

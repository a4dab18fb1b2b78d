"""Which source an index has; kinds are registered from above, in `app.wiring`."""

from collections.abc import Callable
from functools import partial

from app.indexes.models import Index
from app.indexes.queries import (
    MIRROR,
    list_dependents,
    list_paths,
    reservations_of,
    shows_known_names,
)
from app.sources.base import Source
from app.sources.chain import Chain

Path = tuple[Index, ...]
# None says that an index of this kind serves nothing at the moment.
Factory = Callable[[Index], Source | None]
# Lays something over the source at the end of a path of bases.
Overlay = Callable[[Source, Path], Source]

_factories: dict[str, Factory] = {}
_resting: dict[str, Callable[[Index], Source]] = {}
_overlays: list[Overlay] = []


def register(
    kind: str, factory: Factory, *, resting: Callable[[Index], Source] | None = None
) -> None:
    """Let indexes of a kind be served by the sources that a factory makes.

    `resting` makes what stands in for one that serves nothing at the moment: it
    keeps the names that are known to be its own from the upstreams behind it.
    """
    _factories[kind] = factory
    if resting is not None:
        _resting[kind] = resting


def lay_over(*overlays: Overlay) -> None:
    """Name what lies over every source of a chain, in place of those before."""
    _overlays[:] = overlays


def source_for(index: Index) -> Chain:
    """Return the source of an index: its own projects, then those of its bases."""
    hosted: dict[str, Source] = {}
    mirrors: dict[str, Source] = {}
    # Those before the first upstream: a name of theirs must not become another one's.
    resting: dict[str, Source] = {}
    for path in list_paths(index):
        source = own_source(path[-1])
        if source is not None:
            for overlay in _overlays:
                source = overlay(source, path)
            (mirrors if path[-1].kind == MIRROR else hosted)[path[-1].slug] = source
        elif path[-1].kind in _resting and not mirrors:
            resting[path[-1].slug] = _resting[path[-1].kind](path[-1])
    if mirrors or any(shows_known_names(path[-1]) for path in list_paths(index)):
        hosted |= resting
    return Chain(
        list(hosted.values()),
        list(mirrors.values()),
        floor_serial=index.floor_serial,
        slugs=(*hosted, *mirrors),
        neighbours=partial(_list_neighbours, index),
        reservations=partial(reservations_of, index),
    )


def own_source(index: Index) -> Source | None:
    """Return what an index has itself, without its bases and without a policy."""
    return _factories[index.kind](index)


def is_resting(index: Index) -> bool:
    """Tell whether an index serves nothing at the moment."""
    return own_source(index) is None


def _list_neighbours(index: Index) -> list[Source]:
    """Return what those have themselves who look into a mirror: it does not know them."""
    if index.kind != MIRROR:
        return []
    sources = (own_source(each) for each in list_dependents(index.id) if each.kind != MIRROR)
    return [source for source in sources if source is not None]

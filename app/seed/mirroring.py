"""Projects that everybody knows, copied from the public index through the mirror."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet

from app.core.crews import Bell, work_through
from app.core.exceptions import Conflict, DomainError
from app.core.i18n import _l
from app.indexes.queries import get_index
from app.mirror.prefetching import Choice, Delivery, Lack, deliver, plan
from app.mirror.wishes import Wish
from app.projects.exceptions import ProjectNotFound
from app.search.popular import list_popular
from app.sources.registry import own_source, source_for

MIRROR = "pypi"
_WHEELS = Choice(wheels_only=True)


class MirrorOff(Conflict):
    """There is no upstream that projects could be copied from."""

    code = "mirror-off"
    message = _l("The mirror is off. Set UPSTREAM_URL to public and run this again.")


@dataclass(frozen=True)
class Copied:
    """What came of one project: files that are here, and what could not be had."""

    deliveries: tuple[Delivery, ...] = ()
    lacks: tuple[Lack, ...] = ()


Copy = Callable[[str, Bell], Copied]


def copy_popular(count: int, copy: Copy) -> Iterator[Copied]:
    """Copy the most popular projects, a few at a time; raises `MirrorOff`.

    What is here and fresh is not asked for again, so that this can be interrupted
    and repeated.
    """
    if own_source(get_index(MIRROR)) is None:
        raise MirrorOff
    done = work_through(list_popular()[:count], copy, label="Copying")
    return (copied for _name, copied in done)


def copy_page(name: str, _bell: Bell) -> Copied:
    """Let the page of a project be here, and what people read of its newest release."""
    source = source_for(get_index(MIRROR))
    try:
        source.freshen_release(name)
        if source.find_page(name) is None:
            raise ProjectNotFound
    except DomainError as error:
        return Copied(lacks=(Lack(name, str(error)),))
    return Copied()


def copy_wheels(name: str, bell: Bell) -> Copied:
    """Let the wheels of a project's newest release be here too."""
    page = copy_page(name, bell)
    if page.lacks:
        return page
    wanted = plan(MIRROR, Wish(name=name, specifier=SpecifierSet()), _WHEELS)
    results = [deliver(MIRROR, order, bell, is_kept=False) for order in wanted.orders]
    return Copied(
        deliveries=tuple(one for one in results if isinstance(one, Delivery)),
        lacks=(*wanted.lacks, *(one for one in results if isinstance(one, Lack))),
    )

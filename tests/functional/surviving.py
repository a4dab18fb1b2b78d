"""An installation that survives: what is seen of it before and after each deed, and between."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from sqlalchemy.exc import NoResultFound

from app.core import faults
from app.core.exceptions import DomainError
from app.core.faults import POINTS, Fault
from tests.functional.crashing import Installation, Killed
from tests.functional.deeds import (
    HARD_WORK,
    HELD,
    Deed,
    Picture,
    furnish,
    list_complaints,
    list_left,
    take_picture,
)
from tests.upstreams import UpstreamServer

_MEMORY = Path("/dev/shm")  # noqa: S108 - with a name of its own below
# What a database does differently.
OF_DATABASES = {point for point in POINTS if point.startswith("transaction.")}
# Reached by many on their way, for different reasons.
_CROSSROADS = OF_DATABASES | {"shelf.laid"}


@dataclass(frozen=True)
class Walk:
    """A deed that nothing disturbed: what people saw before and after, and the way between."""

    before: Picture
    after: Picture
    reached: tuple[str, ...]

    def faults(self, deed: Deed) -> list[Fault]:
        """Return the first time that each point was reached, and of some the last one too."""
        reached = [point for point in self.reached if point.startswith(deed.only)]
        first = [Fault(point) for point in dict.fromkeys(reached)]
        counts = Counter(point for point in reached if point in _CROSSROADS)
        return first + [Fault(point, nth) for point, nth in counts.items() if nth > 1]


class Survivor:
    """An installation with the walks of all deeds, each made when it is asked for."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        installation.prepare(furnish)
        self._walks: dict[str, Walk] = {}

    def walk(self, deed: Deed) -> Walk:
        """Return how a deed goes."""
        if deed.name not in self._walks:
            self.installation.restore()
            before = self.installation.run(take_picture)
            reached = self.installation.run(partial(_watch, deed))
            after = self.installation.run(take_picture)
            self._walks[deed.name] = Walk(before, after, tuple(reached))
        return self._walks[deed.name]

    def survive(self, deed: Deed, fault: Fault) -> None:
        """Be killed in the middle of a deed, and see what is left of it."""
        walk = self.walk(deed)
        self.installation.restore()
        with pytest.raises(Killed):
            self.installation.run(deed.do, fault=fault)
        self.installation.run(partial(assert_sound, deed, walk))


@contextmanager
def surviving(url: str | None = None) -> Iterator[Survivor]:
    """Give an installation, with an upstream, on a database."""
    # In memory, an installation is brought back ten times faster.
    place = _MEMORY if _MEMORY.is_dir() else None
    with UpstreamServer() as upstream, TemporaryDirectory(dir=place, prefix="tilsit-") as name:
        upstream.add_wheel(HELD, "1.0")
        environ = {"UPSTREAM_URL": upstream.url, "UPSTREAM_HOSTS": "127.0.0.1"}
        yield Survivor(Installation(Path(name, "data"), url, environ))


def assert_sound(deed: Deed, walk: Walk, app: Flask) -> None:
    """Make sure that a deed was done or not, that nothing else happened, and that it can be."""
    complaints = list_complaints(app)
    assert complaints == [], complaints
    picture = take_picture(app)
    if deed.is_atomic:
        assert picture in (walk.before, walk.after)
    assert picture.lies_between(walk.before, walk.after)
    try:
        deed.do(app)
    except (DomainError, NoResultFound):
        # It was done already.
        assert picture == walk.after
    assert take_picture(app).files == walk.after.files
    assert set(list_left(app)) <= {HARD_WORK}


def _watch(deed: Deed, app: Flask) -> list[str]:
    reached: list[str] = []
    faults.watch(reached.append)
    deed.do(app)
    return reached

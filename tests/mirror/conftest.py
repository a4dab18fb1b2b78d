"""A house with a database and a store of its own, which threads and processes share."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import delete, text, update

from app import create_app
from app.core.models import Job
from app.core.storage import make_storage
from app.extensions import db
from app.indexes.models import Index, NameClaim, ReservedPattern
from app.indexes.queries import get_index
from app.journal.models import Entry
from app.mirror.flights import Flights
from app.mirror.models import (
    MirrorDay,
    MirroredDetail,
    MirroredFile,
    MirroredProject,
    MirroredStray,
    UpstreamState,
)
from app.mirror.renewal import Renewals
from app.mirror.source import MirrorSource, mirror_source
from app.mirror.upstream import forget_upstreams
from app.projects.models import Project
from app.search.models import Label, LabelCount, Listing
from app.stats.models import DownloadDay, ProjectDay, ProjectMonth
from app.uploads.models import Promotion
from tests.conftest import testing_config
from tests.upstreams import UpstreamServer

_KEPT = (
    *(MirroredDetail, MirroredFile, MirroredProject, MirroredStray, MirrorDay, UpstreamState),
    *(DownloadDay, ProjectDay, ProjectMonth),
    *(Job, LabelCount, Listing, Label, Project, NameClaim, ReservedPattern, Entry, Promotion),
)


@pytest.fixture(scope="session")
def house(
    tmp_path_factory: pytest.TempPathFactory, other_database: dict[str, str]
) -> Iterator[Flask]:
    """Give an application whose rows are really written, so that threads see one another's."""
    app = create_app(testing_config(tmp_path_factory.mktemp("house"), **other_database))
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    """Give an upstream without projects."""
    with UpstreamServer() as server:
        yield server


@pytest.fixture
def settings(house: Flask) -> Iterator[Any]:
    """Give the configuration of the house; what a test sets is taken back."""
    before = dict(house.config)
    yield house.config
    house.config.clear()
    house.config.update(before)


@pytest.fixture
def source(mirror: Index) -> MirrorSource:
    """Give the mirror of the upstream as a source."""
    found = mirror_source(mirror)
    assert found is not None
    return found


@pytest.fixture
def mirror(house: Flask, upstream: UpstreamServer, tmp_path: Path) -> Iterator[Index]:
    """Give the mirror of the upstream, in an application with an empty store."""
    house.extensions["blobs"] = make_storage(str(tmp_path / "blobs"))
    house.extensions["flights"] = flights = Flights()
    house.extensions["renewals"] = renewals = Renewals()
    house.extensions["recent_documents"].clear()
    house.extensions["remembered"].clear()
    with house.app_context():
        _change(update(Index).where(Index.slug == "pypi").values(upstream_url=upstream.url))
        yield get_index("pypi")
        db.session.remove()
        upstream.stop()
        await_true(lambda: not flights._flights and renewals.is_idle)
        forget_upstreams()
        _change(
            *map(delete, _KEPT),
            text("DELETE FROM listing_words"),
            delete(Index).where(Index.slug.not_in(["main", "staging", "pypi"])),
            update(Index).values(upstream_url=None, settings={}),
        )


def await_true(is_so: Any, seconds: float = 10) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not become so"
        time.sleep(0.005)


def _change(*statements: Any) -> None:
    for statement in statements:
        db.session.execute(statement)
    db.session.commit()
    db.session.remove()

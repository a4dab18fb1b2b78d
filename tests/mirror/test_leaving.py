from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.upstreams import change_upstream
from app.mirror.models import MirroredFile, MirroredProject
from app.search.models import Listing
from tests.factories import make_index

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def corp(app):
    """Give a mirror that knows a project and has a file of it, beside another mirror."""
    make_index("corp", kind="mirror")
    with transaction():
        change_upstream(get_index("corp"), "https://one.example/simple/")
        for slug in ("corp", "pypi"):
            key = {"index_id": get_index(slug).id, "normalized_name": "foo"}
            db.session.add(MirroredProject(**key, fetched_at=NOW, changed_at=NOW))
            db.session.add(Listing(**key, name="foo"))
            facts = {"address": "ab" * 32, "filename": "foo-1.0.tar.gz", "version": "1.0"}
            db.session.add(MirroredFile(**key, **facts, size=1, stored_at=NOW, used_at=NOW))


def counts(slug):
    number = get_index(slug).id
    models = (MirroredProject, Listing, MirroredFile)
    return [
        db.session.scalar(select(func.count()).select_from(model).where(model.index_id == number))
        for model in models
    ]


def change(url):
    with transaction():
        change_upstream(get_index("corp"), url)


def test_what_another_upstream_told_is_forgotten_and_its_files_stay(corp):
    change("https://two.example/simple/")
    assert (counts("corp"), counts("pypi")) == ([0, 0, 1], [1, 1, 1])


def test_the_same_address_again_changes_nothing(corp):
    generation = get_index("corp").generation
    change("https://one.example/simple")
    assert counts("corp") == [1, 1, 1]
    assert get_index("corp").generation == generation


def test_what_the_configuration_says_is_not_left(corp, app, monkeypatch):
    monkeypatch.setitem(app.config, "UPSTREAMS", {"corp": "https://three.example/simple/"})
    change("https://two.example/simple/")
    assert counts("corp") == [1, 1, 1]

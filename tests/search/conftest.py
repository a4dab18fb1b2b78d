"""A house whose mirror has an upstream, whose names are searched."""

import pytest

from app.core.database import transaction
from app.indexes.queries import get_index
from app.search.facts import Facts
from app.search.finding import find
from app.search.services import learn_names, list_project
from app.search.wishes import Wish
from tests.mirror.conftest import house, mirror, settings, upstream

__all__ = ["house", "mirror", "settings", "upstream"]


@pytest.fixture
def known(mirror):
    """Give a function that lets the upstream's names be known."""

    def learn(*names):
        with transaction():
            learn_names(get_index("pypi").id, {name: name for name in names})

    return learn


@pytest.fixture
def listed(mirror):
    """Give a function that lists a project, of the upstream by default."""

    def make(name, summary="", *, index="pypi", **facts):
        with transaction():
            list_project(get_index(index).id, Facts(name=name, summary=summary, **facts))

    return make


@pytest.fixture
def found(mirror):
    """Give a function that returns the names that are found."""

    def names(text="", index="main", **wish):
        lines = find(get_index(index), Wish(text=text, **wish)).lines
        return [line.normalized_name for line in lines]

    return names

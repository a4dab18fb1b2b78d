import pytest

from app.stats import keepers
from app.stats.keepers import Held, Keeper


def held(slug, address="a", filename="x-1.0.zip"):
    return Held(
        index_slug=slug, address=address, filename=filename, project="x", version="1.0", size=1
    )


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(keepers, "_keepers", [])
    return keepers.register


def test_the_first_keeper_comes_first(registered):
    registered(Keeper(lambda addresses: [held("main")]), Keeper(lambda addresses: [held("pypi")]))
    (by_index,) = keepers.find_held({"a"}).values()
    assert list(by_index) == ["main", "pypi"]


def test_use_is_told_to_those_who_want_to_know(registered):
    told = []
    registered(Keeper(lambda addresses: []), Keeper(lambda addresses: [], told.append))
    keepers.note_use({held("pypi")})
    assert told == [{held("pypi")}]

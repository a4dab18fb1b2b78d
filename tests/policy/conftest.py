import pytest

from app.sources import registry
from tests.policy.places import Pile


@pytest.fixture
def pile(monkeypatch):
    """Give what the index `pypi` copies, which is empty."""
    pile = Pile()
    monkeypatch.setitem(registry._factories, "mirror", lambda _index: pile)
    return pile


@pytest.fixture
def flask(app):
    """Give a function that runs a command."""
    return lambda *words: app.test_cli_runner().invoke(args=list(words))

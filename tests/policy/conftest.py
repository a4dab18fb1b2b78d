import pytest

from app.sources import registry

# The fixtures of a mirror with a real upstream, for tests that ask one.
from tests.mirror.conftest import house, mirror, upstream
from tests.policy.places import Pile

__all__ = ["house", "mirror", "upstream"]


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

"""A month after the first news."""

from datetime import timedelta

import pytest

from tests.feeds.publishing import NOON


@pytest.fixture(autouse=True)
def later(now):
    """Let a month have passed, so that no rule finds anything too young."""
    return now(NOON + timedelta(days=30))

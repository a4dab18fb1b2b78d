from datetime import UTC, date, datetime, timedelta

import pytest
from flask_babel import force_locale
from jinja2 import UndefinedError

from app.core import clock
from app.web.filters import ago, day, filesize, moment, number


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (5_000_000_000, "5.0 GB"),
        (7_000_000_000_000, "7,000.0 GB"),
    ],
)
def test_sizes_are_written_as_people_read_them(app, size, words):
    assert filesize(size) == words


def test_sizes_use_the_numbers_of_the_reader(app):
    with force_locale("de"):
        assert filesize(1_500_000) == "1,5 MB"
        assert number(12345) == "12.345"


def test_days_and_moments_are_written_in_utc(app):
    at = datetime(2026, 2, 3, 23, 30, tzinfo=UTC)
    assert day(date(2026, 2, 3)) == "Feb 3, 2026"
    assert moment(at).replace("\u202f", " ") == "Feb 3, 2026, 11:30:00 PM UTC"


def test_the_same_day_is_written_for_each_reader(app):
    at = datetime(2026, 2, 3, 23, 30, tzinfo=UTC)
    moment(at)
    assert day(at) == "Feb 3, 2026"
    with force_locale("de"):
        assert day(at) == "03.02.2026"
        assert moment(at) == "03.02.2026, 23:30:00 UTC"
    assert day(at) == "Feb 3, 2026"


def test_it_is_said_how_long_ago_something_was(app, now):
    now(datetime(2026, 2, 3, tzinfo=UTC))
    assert ago(clock.now() - timedelta(days=3)) == "3 days ago"


def test_a_name_that_a_template_does_not_get_is_an_error(app):
    with pytest.raises(UndefinedError):
        app.jinja_env.from_string("{{ nothing }}").render()

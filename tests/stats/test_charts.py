from datetime import UTC, date, datetime

import pytest
from flask_babel import force_locale

from app.stats.charts import Bar, Scale, chart_days, chart_months, chart_shares, label_of, round_up
from app.stats.series import Part, Shares

TODAY = date(2026, 5, 3)
SCALE = Scale(head="Downloads")


@pytest.fixture(autouse=True)
def english(app, now):
    now(datetime(2026, 5, 3, 12, tzinfo=UTC))
    with app.test_request_context(), force_locale("en"):
        yield


def test_days_without_downloads_are_there_too():
    chart = chart_days("x", "Title", {TODAY: 5}, SCALE, days=3)
    labels = ("May 1, 2026", "May 2, 2026", "May 3, 2026")
    assert tuple(bar.label for bar in chart.bars) == chart.marks == labels
    assert [(bar.text, bar.extent) for bar in chart.bars] == [("0", 0), ("0", 0), ("5", 500 / 6)]
    assert chart.ticks == ("6", "3", "0")


def test_days_are_ninety_and_end_today():
    chart = chart_days("x", "Title", {}, SCALE)
    assert len(chart.bars) == 90
    assert chart.bars[-1].label == "May 3, 2026"
    assert chart.description == "There was nothing in this time."


def test_months_are_twelve_and_end_with_this_one():
    chart = chart_months("x", "Title", {date(2025, 6, 1): 1234}, SCALE)
    assert [chart.bars[place].label for place in (0, -1)] == ["Jun 2025", "May 2026"]
    assert len(chart.bars) == 12
    assert chart.bars[0].text == "1,234"
    assert chart.description == (
        "1,234 in all, from Jun 2025 to May 2026. The highest is Jun 2025 with 1,234."
    )


def test_numbers_and_days_are_the_readers():
    with force_locale("de"):
        chart = chart_days("x", "Title", {TODAY: 1234}, SCALE, days=2)
    assert chart.bars[-1] == Bar("03.05.2026", "1.234", pytest.approx(61.7))


@pytest.mark.parametrize(
    ("most", "top"), [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (10, 10), (11, 20), (999, 1000)]
)
def test_scales_end_with_a_round_number(most, top):
    assert round_up(most) == top


def test_every_scale_reaches_its_greatest_bar():
    for most in (*range(1, 3_000), 10**9 - 1, 10**9, 10**9 + 1, 10**15 + 1):
        assert most <= round_up(most) <= max(2 * most, 2)
        assert round_up(most) % 2 == 0


def test_shares_tell_number_and_part():
    chart = chart_shares("x", "client", Shares((Part("pip", 6), Part("uv", 3)), 12))
    assert chart.bars == (
        Bar("pip", "6 (50.0%)", 50),
        Bar("uv", "3 (25.0%)", 25),
        Bar("All others", "3 (25.0%)", 25),
    )
    assert chart.description == "First is pip: 6 (50.0%)."


def test_nothing_has_no_shares():
    chart = chart_shares("x", "version", Shares((), 0))
    assert (chart.bars, chart.description) == ((), "There was nothing in this time.")


@pytest.mark.parametrize(
    ("kind", "value", "label"),
    [
        ("python", "3.12", "Python 3.12"),
        ("python", "", "Not told"),
        ("client", "browser", "Browser"),
        ("client", "other", "Others"),
        ("system", "Darwin", "macOS"),
        ("system", "Linux", "Linux"),
        ("version", "1.0", "1.0"),
        ("version", "other", "other"),
    ],
)
def test_parts_are_called_as_people_do(kind, value, label):
    assert label_of(kind, value) == label

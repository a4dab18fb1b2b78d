from datetime import UTC, date, datetime

import pytest

from app.extensions import db
from app.stats.models import ProjectDay, ProjectMonth
from app.stats.series import Part, Shares, Total, find_course, find_shares, list_totals

MAY, APRIL = date(2026, 5, 1), date(2026, 4, 1)


@pytest.fixture(autouse=True)
def today(app, now):
    now(datetime(2026, 5, 3, 12, tzinfo=UTC))


def add_day(day, count, project="a", slug="main"):
    db.session.add(ProjectDay(index_slug=slug, project=project, day=day, count=count, bytes=7))
    db.session.commit()


def add_month(month, count, *, kind="total", value="", project="a", slug="main"):
    facts = {"index_slug": slug, "project": project, "kind": kind, "value": value}
    db.session.add(ProjectMonth(month=month, count=count, bytes=7, **facts))
    db.session.commit()


def test_a_course_tells_days_and_months_in_order():
    for day in (date(2026, 5, 3), date(2026, 5, 1), date(2026, 2, 1), date(2026, 1, 31)):
        add_day(day, day.day)
    for month in (MAY, APRIL, date(2025, 6, 1), date(2025, 5, 1)):
        add_month(month, month.month)
    add_month(MAY, 3, kind="client", value="pip")
    course = find_course(["main"], "a")
    days = (date(2026, 2, 1), date(2026, 5, 1), date(2026, 5, 3))
    assert course.days == tuple(Total(day, day.day, 7) for day in days)
    months = (date(2025, 6, 1), APRIL, MAY)
    assert course.months == tuple(Total(month, month.month, 7) for month in months)


def test_several_indexes_are_added_up_and_others_left_out():
    for slug in ("main", "pypi", "secret"):
        add_day(MAY, 1, slug=slug)
        add_month(MAY, 2, slug=slug)
        add_month(MAY, 3, kind="client", value="pip", slug=slug)
    course = find_course(["main", "pypi"], "a")
    assert (course.days, course.months) == ((Total(MAY, 2, 14),), (Total(MAY, 4, 14),))
    assert find_shares(["main", "pypi"], "a")["client"] == Shares((Part("pip", 6),), 6)


def test_shares_are_the_largest_of_the_last_months():
    for place in range(10):
        add_month(MAY, 10 + place, kind="version", value=f"1.{place}")
    add_month(APRIL, 100, kind="version", value="1.0")
    add_month(date(2025, 5, 1), 1_000, kind="version", value="1.1")
    shares = find_shares(["main"], "a")["version"]
    assert shares.total == 245
    assert shares.parts[:2] == (Part("1.0", 110), Part("1.9", 19))
    assert len(shares.parts) == 8


def test_nobody_downloaded_anything():
    assert find_course(["main"], "a") == find_course([], "a")
    assert find_shares(["main"], "a")["python"] == Shares((), 0)
    assert list_totals("main") == []


def test_totals_come_newest_first():
    for month in (APRIL, MAY):
        add_month(month, month.month, project="")
    assert list_totals("main") == [Total(MAY, 5, 7), Total(APRIL, 4, 7)]


def test_each_question_is_one_statement(queries):
    for place in range(30):
        add_month(MAY, 1, kind="version", value=f"{place}")
    queries.clear()
    find_course(["main"], "a")
    find_shares(["main"], "a")
    assert len(queries) == 2

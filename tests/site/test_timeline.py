from datetime import UTC, datetime, timedelta

from app.site.timeline import make_timeline
from app.sources.page import ReleaseLine

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def line(version, days, **facts):
    at = None if days is None else NOW - timedelta(days=days)
    return ReleaseLine(version=version, published_at=at, file_count=1, **facts)


def test_releases_stand_in_the_order_of_time():
    timeline = make_timeline([line("2", 10), line("1.5", 5), line("1", 100)], NOW)
    assert [mark.line.version for mark in timeline.marks] == ["1", "2", "1.5"]
    places = [mark.x for mark in timeline.marks]
    assert places == sorted(places)
    assert 0 < places[0] < places[-1] < 100


def test_marks_tell_what_a_release_is_first_of_all():
    lines = [
        line("2rc1", 1, is_prerelease=True),
        line("1.5rc1", 2, is_prerelease=True, is_yanked=True),
        line("1", 3),
    ]
    timeline = make_timeline(lines, NOW)
    assert [mark.kind for mark in timeline.marks] == ["stable", "yanked", "pre"]
    assert timeline.kinds == ("stable", "pre", "yanked")
    assert timeline.count("pre") == 1


def test_years_are_named_where_they_begin():
    timeline = make_timeline([line("2", 10), line("1", 800)], NOW)
    assert [year.number for year in timeline.years] == [2025, 2026]


def test_many_years_are_named_in_steps():
    ancient = ReleaseLine(version="0", published_at=datetime(1, 1, 1, tzinfo=UTC), file_count=1)
    assert len(make_timeline([ancient, line("1", 1)], NOW).years) <= 6


def test_there_is_no_line_without_two_dates():
    assert make_timeline([], NOW) is None
    assert make_timeline([line("2", None), line("1", 3)], NOW) is None


def test_releases_of_one_moment_have_a_line():
    assert len(make_timeline([line("2", 0), line("1", 0)], NOW).marks) == 2


def test_what_claims_to_come_tomorrow_is_left_out():
    timeline = make_timeline([line("3", -90), line("2", 1), line("1", 2)], NOW)
    assert [mark.line.version for mark in timeline.marks] == ["1", "2"]

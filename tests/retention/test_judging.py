"""What a rule makes of releases, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.retention.judging import Candidate, judge
from app.retention.rules import Rule, RuleBook

NOW = datetime(2026, 9, 20, 12, tzinfo=UTC)


def release(version, *, days=400, **facts):
    """Return a release that is some days old."""
    facts = {
        "is_prerelease": "a" in version,
        "is_yanked": False,
        "is_latest": False,
        "is_stopped": False,
        "downloaded_on": None,
        "pinned_by": "",
        "files": 2,
        "size": 100,
    } | facts
    touched_at = NOW - timedelta(days=days)
    return Candidate(release_id=hash(version), version=version, touched_at=touched_at, **facts)


def stays(releases, **rule):
    """Return why each release stays, by versions; nothing for those that go."""
    verdicts = judge(releases, Rule(pattern="*", **rule), NOW)
    return {verdict.release.version: verdict.reason for verdict in verdicts}


def test_the_newest_stay():
    releases = [release("4", is_latest=True), release("3"), release("2"), release("1")]
    assert stays(releases, keep_newest=3) == {"4": "latest", "3": "newest", "2": "newest", "1": ""}


def test_what_is_yanked_does_not_count_and_goes():
    releases = [release("3", is_yanked=True), release("2"), release("1")]
    assert stays(releases, keep_newest=1) == {"3": "", "2": "newest", "1": ""}


def test_a_final_release_stays_though_all_are_yanked():
    releases = [release("2", is_yanked=True), release("1", is_yanked=True)]
    assert stays(releases, keep_newest=1) == {"2": "newest", "1": ""}


def test_a_final_release_stays_behind_all_pre_releases():
    releases = [release("3a2", is_latest=True), release("3a1"), release("1")]
    told = stays(releases, prerelease_days=30)
    assert told == {"3a2": "latest", "3a1": "", "1": "newest"}


def test_old_pre_releases_go_and_others_stay():
    releases = [release("2"), release("2a2", days=29), release("2a1", days=30)]
    assert stays(releases, prerelease_days=30) == {"2": "newest", "2a2": "prerelease", "2a1": ""}


def test_pre_releases_stay_when_nothing_is_said_of_them():
    releases = [release("2"), release("2a1"), release("1")]
    assert stays(releases, keep_newest=1)["2a1"] == "unlimited"


def test_final_releases_stay_when_nothing_is_said_of_them():
    assert stays([release("2"), release("1")], prerelease_days=1)["1"] == "unlimited"


@pytest.mark.parametrize(
    ("day", "reason"), [(date(2026, 6, 23), "downloaded"), (date(2026, 6, 22), "")]
)
def test_what_was_downloaded_within_some_days_stays(day, reason):
    releases = [release("2"), release("1", downloaded_on=day)]
    assert stays(releases, keep_newest=1, downloaded_days=90)["1"] == reason


def test_downloads_do_not_matter_when_nothing_is_said_of_them():
    releases = [release("2"), release("1", downloaded_on=NOW.date())]
    assert stays(releases, keep_newest=1)["1"] == ""


@pytest.mark.parametrize(("days", "reason"), [(6, "young"), (7, "")])
def test_what_is_young_stays(days, reason):
    releases = [release("2"), release("1", days=days)]
    assert stays(releases, keep_newest=1, age_days=7)["1"] == reason


def test_what_others_need_exactly_stays():
    assert stays([release("2"), release("1", pinned_by="app")], keep_newest=1)["1"] == "pinned"


def test_evidence_stays():
    assert stays([release("2"), release("1", is_stopped=True)], keep_newest=1)["1"] == "stopped"


def test_the_rule_for_the_fewest_names_counts():
    rules = [Rule(pattern="*"), Rule(pattern="acme-*"), Rule(pattern="acme-core")]
    book = RuleBook(rules)
    found = [book.find(name).pattern for name in ("acme-core", "acme-web", "other")]
    assert found == ["acme-core", "acme-*", "*"]
    assert RuleBook(rules[1:]).find("other") is None
    assert book.is_idle

"""The policy before a real upstream: what it keeps back, and what it never asks for."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from app.core.database import transaction
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.journal.models import Entry
from app.policy.exceptions import Refused
from app.policy.models import PolicyRule
from app.policy.services import add_rule
from app.sources.base import METADATA, find_stored
from app.sources.registry import source_for

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OLD, YOUNG = "2026-01-01T12:00:00Z", "2026-11-22T12:00:00Z"
CHAINS = ("main", "staging", "pypi")


@pytest.fixture(autouse=True)
def _stopped(now, mirror, house):
    """Stop the clock; rules are really written here, so they are removed afterwards."""
    now(NOW)
    house.extensions["remembered"].clear()
    yield
    for change in (delete(PolicyRule), delete(Entry), update(Index).values(settings={})):
        db.session.execute(change)
    db.session.commit()
    house.extensions["remembered"].clear()


@pytest.fixture
def project(upstream):
    """Give the files of a project with an old and a young release."""
    return [
        upstream.add_wheel("six", "1.0", uploaded_at=OLD),
        upstream.add_wheel("six", "1.1", uploaded_at=YOUNG),
    ]


def make_rule(kind, pattern, specifier="", *, slug="main"):
    with transaction():
        add_rule(get_index(slug), kind, pattern, specifier)


def versions(slug="main", name="six"):
    source = source_for(get_index(slug))
    source.freshen(name)
    return source.find_page(name).versions


def refusal(held, slug="main", ending=""):
    source = source_for(get_index(slug))
    with pytest.raises(Refused) as caught:
        find_stored(source, held.sha256, held.filename + ending)
    return caught.value.code


@pytest.mark.parametrize("slug", CHAINS)
@pytest.mark.parametrize("ending", ["", METADATA])
def test_a_young_file_is_on_no_page_and_refused_by_its_address(project, slug, ending):
    assert versions(slug) == ("1.0",)
    assert refusal(project[1], slug, ending) == "too-young"
    source = source_for(get_index(slug))
    assert find_stored(source, project[0].sha256, project[0].filename + ending) is not None


def test_a_young_file_is_never_fetched(upstream, project):
    versions()
    with pytest.raises(Refused):
        source_for(get_index()).fetch(project[1].sha256, project[1].filename)
    assert all(not seen.path.startswith("/packages/") for seen in upstream.log)


def test_a_file_is_shown_when_its_time_has_come_and_nobody_did_anything(project, now):
    source = source_for(get_index())
    source.freshen("six")
    before = source.find_page("six")
    assert before.fresh_until < NOW + timedelta(days=5)
    now(datetime(2026, 11, 29, 12, tzinfo=UTC))
    assert source.find_page("six").versions == ("1.0", "1.1")
    assert find_stored(source, project[1].sha256, project[1].filename) is not None


def test_a_file_without_a_time_is_refused(upstream):
    held = upstream.add_wheel("six", "1.0", uploaded_at=None)
    assert versions() == ()
    assert refusal(held) == "no-upload-time"


def test_our_own_clock_does_not_make_a_file_old(upstream, now):
    held = upstream.add_wheel("six", "1.0", uploaded_at=None)
    versions()
    now(NOW + timedelta(days=400))
    assert versions() == ()
    assert refusal(held) == "no-upload-time"


@pytest.mark.parametrize(
    ("specifier", "served"), [("", ("1.0", "1.1")), ("1.1", ("1.0", "1.1")), ("1.2", ("1.0",))]
)
def test_a_project_or_a_version_is_exempted(project, specifier, served):
    make_rule("exempt", "six", specifier)
    assert versions() == served


def test_a_blocked_name_is_never_asked_of_an_upstream(upstream, project):
    make_rule("block", "six", slug="pypi")
    for slug in CHAINS:
        assert versions(slug) == ()
        assert list(source_for(get_index(slug)).names()) == []
    assert upstream.log == []


def test_a_name_that_no_rule_allows_is_never_asked_of_an_upstream(upstream, project):
    with transaction():
        get_index().settings = {"only_allowed": True}
    assert versions() == ()
    assert upstream.log == []


def test_a_blocked_name_is_out_of_sight_though_it_was_copied_before(project):
    assert versions() == ("1.0",)
    make_rule("block", "six")
    assert versions() == ()
    assert refusal(project[0]) == "blocked"
    assert list(source_for(get_index()).names()) == []


def test_a_file_that_changed_is_refused_until_it_is_exempted(upstream, project, now):
    assert versions() == ("1.0",)
    before = project[0].sha256
    project[0].content += b"!"
    now(NOW + timedelta(hours=1))
    assert versions() == ()
    assert project[0].sha256 != before
    assert refusal(project[0]) == "file-changed"
    make_rule("exempt", "six", "1.0")
    assert versions() == ("1.0",)


def test_a_file_that_is_here_is_judged_like_one_that_is_not(upstream, project):
    make_rule("exempt", "six", "1.1")
    versions()
    source = source_for(get_index())
    stored = source.fetch(project[1].sha256, project[1].filename).wait(10)
    assert stored.version == "1.1"
    with transaction():
        db.session.execute(delete(PolicyRule))
        get_index().generation += 1
    assert refusal(project[1]) == "too-young"
    assert refusal(project[1], ending=METADATA) == "too-young"

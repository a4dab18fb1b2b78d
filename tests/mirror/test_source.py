"""What a mirror shows of its upstream, and when it asks."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock
from app.core.database import transaction
from app.core.exceptions import Unavailable
from app.core.jobs import promise_regular
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.journal.models import Entry
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.models import MirrorDay, MirroredProject, MirroredStray
from app.search.models import Listing
from app.sources.base import LAST
from tests.mirror.conftest import await_true
from tests.upstreams import (
    CutShort,
    ErrorPage,
    Redirect,
    Reply,
    Slow,
    Status,
    Truncate,
)

ASKED = "/simple/six/"


@pytest.fixture(autouse=True)
def _stopped(now):
    now(datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.fixture
def later(now):
    """Give a function that moves the clock on."""

    def move(**passed):
        return now(clock.now() + timedelta(**passed))

    return move


def filenames(source, name="six"):
    page = source.find_page(name)
    return None if page is None else [file.filename for file in page.files]


def row(name="six"):
    db.session.rollback()
    return db.session.get(MirroredProject, (get_index("pypi").id, name), populate_existing=True)


def test_page_that_was_never_asked_for_is_not_here(source, upstream):
    upstream.add_wheel("six")

    assert source.find_page("six") is None
    assert upstream.log == []


def test_first_question_brings_the_page(source, upstream):
    file = upstream.add_wheel("six", "1.0", requires_python=">=3.9")

    assert source.freshen("Six") is True

    page = source.find_page("six")
    [link] = page.files
    assert (page.name, page.versions, page.status) == ("six", ("1.0",), "active")
    assert (link.filename, link.sha256, link.size) == (
        file.filename,
        file.sha256,
        len(file.content),
    )
    assert link.requires_python == ">=3.9"
    assert link.uploaded_at == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert link.metadata_sha256 == file.metadata_hashes["sha256"]
    assert page.serial > 0
    assert page.fresh_until == clock.now() + timedelta(minutes=10)
    assert page.origin.title == source.upstream.title
    assert not page.origin.is_stale


def test_fresh_page_is_not_asked_for_again(source, upstream, later):
    upstream.add_wheel("six")
    source.freshen("six")
    later(minutes=9)

    assert source.freshen("six") is True
    assert len(upstream.asked(ASKED)) == 1


def test_new_release_is_there_when_the_time_is_over(source, upstream, later):
    upstream.add_wheel("six", "1.0")
    source.freshen("six")
    before = source.find_page("six").serial
    upstream.add_wheel("six", "1.1")
    later(minutes=10)

    source.freshen("six")

    page = source.find_page("six")
    assert page.versions == ("1.0", "1.1")
    assert page.serial > before
    assert page.origin.fetched_at == clock.now()


def test_unchanged_page_is_confirmed_by_its_etag(source, upstream, later):
    upstream.add_wheel("six")
    source.freshen("six")
    before = source.find_page("six").serial
    later(minutes=10)

    source.freshen("six")

    assert upstream.asked(ASKED)[-1].headers["if-none-match"]
    assert source.find_page("six").serial == before
    assert source.find_page("six").origin.fetched_at == clock.now()
    assert db.session.query(MirrorDay).one().pages == 2


def test_unchanged_page_without_validators_is_known_by_its_bytes(source, upstream, later):
    upstream.has_validators = False
    upstream.add_wheel("six")
    source.freshen("six")
    before = source.find_page("six").serial
    later(minutes=10)

    source.freshen("six")

    assert source.find_page("six").serial == before
    assert source.find_page("six").fresh_until == clock.now() + timedelta(minutes=10)


def test_page_whose_words_changed_and_whose_files_did_not_has_its_number(source, upstream, later):
    upstream.has_validators = False
    upstream.add_wheel("six")
    source.freshen("six")
    before = source.find_page("six").serial
    upstream.projects["six"].files["six-1.0-py3-none-any.whl"].extra = {"gpg-sig": False}
    later(minutes=10)

    source.freshen("six")

    assert source.find_page("six").serial == before


def test_time_of_being_fresh_is_the_operators(source, upstream, later, settings):
    settings["MIRROR_TTL"] = timedelta(seconds=20)
    upstream.add_wheel("six")
    source.freshen("six")
    later(seconds=21)

    source.freshen("six")

    assert len(upstream.asked(ASKED)) == 2


def test_missing_project_is_asked_for_again_after_a_minute(source, upstream, later):
    assert source.freshen("six") is False
    assert source.freshen("six") is False
    assert len(upstream.asked(ASKED)) == 1
    assert source.find_page("six") is None
    assert source.holds({"six"}) == set()

    upstream.add_wheel("six")
    later(seconds=61)

    assert source.freshen("six") is True
    assert filenames(source) == ["six-1.0-py3-none-any.whl"]


def test_names_that_nobody_has_are_soon_forgotten(source, upstream, later):
    upstream.add_wheel("six")
    upstream.add_wheel("gone")
    for name in ("six", "gone", "never", "again"):
        source.freshen(name)
    upstream.remove("gone")
    later(minutes=10)
    source.freshen("gone")
    later(minutes=11)
    source.freshen("again")

    promise_regular()

    assert row("never") is None
    # What had files once is remembered, to be compared with what comes back.
    assert all(row(name) for name in ("six", "gone", "again"))


def test_project_that_was_removed_is_here_no_more(source, upstream, later):
    upstream.add_wheel("six")
    source.freshen("six")
    before = get_index("pypi").names_serial
    upstream.remove("six")
    later(minutes=10)

    assert source.freshen("six") is False

    db.session.rollback()
    assert source.find_page("six") is None
    assert source.holds({"six"}) == set()
    assert db.session.get(Index, get_index("pypi").id, populate_existing=True).names_serial > before


@pytest.mark.parametrize(
    "trouble",
    [
        *(Status(500), Status(503), Status(429), Status(403), Truncate(), CutShort()),
        *(ErrorPage(), ErrorPage(b"<p>a", "text/plain"), Redirect()),
        *(ErrorPage(b"[]", "application/json"), ErrorPage(b'{"files": 3}', "application/json")),
    ],
    ids=repr,
)
class TestTrouble:
    """Whatever an upstream does wrong."""

    def test_nothing_is_known_and_nothing_is_kept(self, source, upstream, trouble, later):
        upstream.add_wheel("six")
        upstream.breaks(trouble)

        with pytest.raises(Unavailable):
            source.freshen("six")

        assert row() is None
        upstream.heals()
        later(seconds=4)
        assert source.freshen("six") is True

    def test_what_is_here_is_shown_as_stale(self, source, upstream, trouble, later):
        upstream.has_validators = False
        upstream.add_wheel("six")
        source.freshen("six")
        upstream.breaks(trouble)
        later(minutes=10)

        assert source.freshen("six") is True

        page = source.find_page("six")
        assert [file.filename for file in page.files] == ["six-1.0-py3-none-any.whl"]
        assert page.origin.is_stale
        assert page.origin.fetched_at == clock.now() - timedelta(minutes=10)

    def test_absence_is_not_believed_for_ever(self, source, upstream, trouble, later):
        source.freshen("six")
        upstream.add_wheel("six")
        upstream.breaks(trouble)
        later(seconds=61)

        with pytest.raises(Unavailable):
            source.freshen("six")


def test_upstream_that_is_down_leaves_what_is_here(source, upstream, later):
    upstream.add_wheel("six")
    source.freshen("six")
    upstream.stop()
    later(days=30)

    assert source.freshen("six") is True
    assert source.find_page("six").origin.is_stale
    with pytest.raises(Unavailable) as caught:
        source.freshen("seven")
    assert 2 <= caught.value.retry_after <= 5

    upstream.start()
    later(seconds=61)
    assert source.freshen("six") is True
    assert not source.find_page("six").origin.is_stale


def test_page_that_is_due_and_was_not_asked_for_is_not_stale(source, upstream, later):
    upstream.add_wheel("six")
    source.freshen("six")
    later(minutes=10)

    assert not source.find_page("six").origin.is_stale


def test_slow_answer_comes_after_what_is_here_was_shown(source, upstream, later, house):
    upstream.add_wheel("six", "1.0")
    source.freshen("six")
    upstream.add_wheel("six", "1.1")
    upstream.breaks(Slow())
    later(minutes=10)

    assert source.freshen("six") is True

    assert source.find_page("six").origin.is_stale
    assert source.find_page("six").versions == ("1.0",)
    upstream.heals()
    await_true(lambda: house.extensions["renewals"].is_idle)
    db.session.rollback()
    assert source.find_page("six").versions == ("1.0", "1.1")
    assert not source.find_page("six").origin.is_stale


def test_who_comes_after_a_failure_does_not_wait_for_another(source, upstream, later):
    upstream.add_wheel("six")
    source.freshen("six")
    upstream.breaks(Status(500))
    later(minutes=10)
    source.freshen("six")
    asked = len(upstream.log)

    assert source.freshen("six") is True
    assert len(upstream.log) == asked
    assert source.find_page("six").origin.is_stale


def test_refresh_asks_for_what_is_fresh(source, upstream):
    upstream.add_wheel("six", "1.0")
    source.freshen("six")
    upstream.add_wheel("six", "1.1")

    assert source.refresh("six") is True
    assert source.find_page("six").versions == ("1.0", "1.1")


def test_refresh_tells_when_it_fails(source, upstream):
    upstream.add_wheel("six")
    source.freshen("six")
    upstream.breaks(Status(502))

    with pytest.raises(UpstreamUnavailable):
        source.refresh("six")


def test_moved_page_is_followed(source, upstream):
    upstream.add_wheel("six")
    upstream.pages["/simple/six/"] = Reply(301, "", b"", {"Location": "../../elsewhere/"})
    body = b'<title>Links for six</title><a href="six-1.0.tar.gz">six-1.0.tar.gz</a>'
    upstream.pages["/elsewhere/"] = Reply(200, "text/html", body)

    source.freshen("six")

    [link] = source.find_page("six").files
    assert link.place == f"{upstream.origin}/elsewhere/six-1.0.tar.gz"


def test_quarantined_project_has_a_page_without_files(source, upstream):
    upstream.add_wheel("six")
    upstream.project("six").status = "quarantined"
    upstream.project("six").status_reason = "malware"

    source.freshen("six")

    page = source.find_page("six")
    assert (page.files, page.versions) == ((), ())
    assert (page.status, page.status_reason) == ("quarantined", "malware")


def test_known_names_are_held_without_being_asked_for(source, upstream):
    index = get_index("pypi")
    with transaction():
        db.session.add(Listing(index_id=index.id, normalized_name="numpy", name="NumPy"))

    assert source.holds({"numpy", "six"}) == {"numpy"}
    assert list(source.names()) == [("NumPy", "numpy")]
    assert list(source.names("o", LAST)) == []
    assert source.withheld() == set()
    assert upstream.log == []


def test_copied_project_is_among_the_names(source, upstream):
    upstream.style = "html-api"
    upstream.add_wheel("PyYAML")

    source.freshen("pyyaml")

    assert list(source.names()) == [("PyYAML", "pyyaml")]


@pytest.mark.parametrize("name", ["", "a/b", "..", "ключ", "a" * 300, "a\nb", "a?b"])
def test_impossible_name_is_not_asked_for(source, upstream, name):
    assert source.freshen(name) is False
    assert upstream.log == []


def test_changed_bytes_under_the_same_name_are_told(source, upstream, later):
    file = upstream.add_wheel("six")
    source.freshen("six")
    first = file.sha256
    file.content += b"more"
    later(minutes=10)

    source.freshen("six")

    [link] = source.find_page("six").files
    assert (link.sha256, link.was) == (file.sha256, first)
    db.session.rollback()
    [entry] = db.session.query(Entry).filter_by(tag="upstream-file-changed")
    assert (entry.project, entry.details["was"]) == ("six", first)

    file.content += b"and more"
    later(minutes=10)
    source.freshen("six")
    [link] = source.find_page("six").files
    assert link.was == first


def test_of_very_many_changed_files_the_first_are_told(source, upstream, later):
    upstream.add_many("big", 300)
    source.freshen("big")
    for file in upstream.project("big").files.values():
        file.told_sha256 = hashlib.sha256(file.content + b"more").hexdigest()
    later(minutes=11)

    # However long it takes: whoever freshens waits for a moment only.
    source.refresh("big")

    assert all(link.was for link in source.find_page("big").files)
    db.session.rollback()
    assert db.session.query(Entry).filter_by(tag="upstream-file-changed").count() == 100


def test_bytes_that_are_the_first_again_are_forgiven(source, upstream, later):
    file = upstream.add_wheel("six")
    first = file.content
    source.freshen("six")
    for content in (b"other", first):
        file.content = content
        later(minutes=10)
        source.freshen("six")

    assert [link.was for link in source.find_page("six").files] == [""]


def test_digest_that_is_told_no_more_still_counts(source, upstream, later):
    file = upstream.add_wheel("six")
    source.freshen("six")
    file.has_hash = False
    later(minutes=10)

    source.freshen("six")

    [link] = source.find_page("six").files
    assert (link.sha256, link.was) == (file.sha256, "")


def test_project_that_comes_back_with_other_bytes_is_noticed(source, upstream, later):
    first = upstream.add_wheel("six").sha256
    source.freshen("six")
    upstream.remove("six")
    later(minutes=10)
    source.freshen("six")
    upstream.add_wheel("six", content=b"not the same")
    later(minutes=10)

    source.freshen("six")

    assert [link.was for link in source.find_page("six").files] == [first]


def test_file_with_the_name_of_another_project_is_found(source, upstream, later):
    upstream.add_file("six", "seven-1.0.tar.gz", b"stray")
    upstream.add_wheel("six")
    source.freshen("six")

    assert [stray.filename for stray in db.session.query(MirroredStray)] == ["seven-1.0.tar.gz"]

    del upstream.projects["six"].files["seven-1.0.tar.gz"]
    later(minutes=10)
    source.freshen("six")
    db.session.rollback()
    assert db.session.query(MirroredStray).count() == 0


def test_of_very_many_strays_the_first_are_noted(source, upstream, later):
    for number in range(2):
        upstream.project("six").files.clear()
        for each in range(1_100):
            upstream.add_file("six", f"seven{number}-1.{each}.tar.gz", b"stray")
        source.freshen("six")
        db.session.rollback()
        assert db.session.query(MirroredStray).count() == 1_000
        later(minutes=11)

"""What people see of projects of upstreams."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import delete, event

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.indexes.services import open_index
from app.mirror import renewal
from app.mirror.models import MirroredDetail
from app.projects.models import Dependency
from app.search.services import learn_names
from tests.factories import make_account, make_file, make_project, make_release, sign_in
from tests.site.pages import faults, soup
from tests.upstreams import Slow, Status

METADATA = b"""Metadata-Version: 2.4
Name: Six
Version: 1.0
Summary: Bridges old and new
Author: Ada Birkenhain
License-Expression: MIT
Requires-Python: >=3.9
Requires-Dist: packaging>=22
Requires-Dist: unknown-thing
Project-URL: Source, https://example.org/six
Project-URL: Bad, javascript:alert(1)
Classifier: Programming Language :: Python :: 3
Description-Content-Type: text/markdown

# Hello

Some *words*. <script>alert(1)</script>
"""


@pytest.fixture
def six(upstream):
    """Let the upstream have a project with two releases and the metadata of a wheel."""
    upstream.style = "json-metadata"
    upstream.add_wheel("Six", "0.9")
    file = upstream.add_wheel("Six", "1.0", requires_python=">=3.9")
    file.metadata = METADATA
    return upstream


def words(answer):
    return " ".join(soup(answer).main.get_text(" ").split())


def later(now, **passed):
    now(clock.now() + timedelta(**passed))


def test_page_of_a_mirrored_project_tells_what_its_metadata_say(reader, six):
    answer = reader.get("/project/six/")

    text = words(answer)
    assert answer.status_code == 200
    assert faults(answer) == []
    assert "Six 1.0 Bridges old and new" in text
    assert "Ada Birkenhain" in text
    assert "MIT" in text
    assert soup(answer).select_one(".description h1").text.strip() == "Hello"
    assert "<script>alert" not in answer.text
    assert "javascript:" not in answer.text


def test_page_tells_where_it_is_from_and_when_it_came(reader, six, now):
    reader.get("/project/six/")
    later(now, minutes=3)

    origin = soup(reader.get("/project/six/")).select_one(".project-origin")

    assert "127.0.0.1" in origin.text
    assert "3 minutes ago" in " ".join(origin.text.split())
    assert origin.time["datetime"]


def test_every_release_has_a_page(reader, six):
    answer = reader.get("/project/six/0.9/")
    assert "This is not the release that people should install" in words(answer)
    assert reader.get("/project/six/0.9.0/").status_code == 301
    assert reader.get("/project/six/7/").status_code == 404


def test_files_and_history_are_shown(reader, six):
    page = soup(reader.get("/project/six/?tab=files"))
    [name] = page.select(".file-name a")
    assert name["href"].startswith("/files/")
    assert name.text == "six-1.0-py3-none-any.whl"
    lines = [
        tag.text for tag in soup(reader.get("/project/six/?tab=history")).select(".timeline a")
    ]
    assert lines == ["1.0", "0.9"]


def test_files_without_size_and_time_are_shown(reader, upstream):
    upstream.style = "html"
    upstream.add_sdist("Six", "1.0", has_size=False, uploaded_at=None)
    no_age()

    answer = reader.get("/project/six/?tab=files")

    assert faults(answer) == []
    assert [tag.text for tag in soup(answer).select(".file-name a")] == ["six-1.0.tar.gz"]
    assert reader.get("/project/six/?tab=history").status_code == 200


def no_age():
    """Let files be served whose time nobody told."""
    for slug in ("main", "pypi"):
        get_index(slug).settings = {"minimum_age_days": 0}
    db.session.commit()


def test_details_come_from_the_json_api_when_no_wheel_tells_them(reader, upstream):
    upstream.style = "html-api"
    upstream.add_sdist("Six", "1.0")
    upstream.project("six").info = {"summary": "From the API", "license": "UNKNOWN", "author": 7}

    text = words(reader.get("/project/six/"))

    assert "From the API" in text
    assert "UNKNOWN" not in text


def test_what_the_api_tells_of_another_version_is_not_shown(reader, upstream):
    upstream.style = "html-api"
    upstream.add_sdist("Six", "1.0")
    upstream.add_sdist("Six", "2.0")
    assert "What Six is" in words(reader.get("/project/six/2.0/"))
    assert "What Six is" not in words(reader.get("/project/six/1.0/"))


def test_page_without_any_details_is_shown(reader, upstream):
    upstream.style = "html"
    upstream.add_wheel("six")
    no_age()
    text = words(reader.get("/project/six/"))
    assert "The upstream tells no description of this release." in text


def test_metadata_that_are_not_what_was_announced_are_not_shown(reader, six):
    told = six.projects["six"].files["six-1.0-py3-none-any.whl"]
    told.extra = {"core-metadata": {"sha256": "0" * 64}}
    assert "Bridges old and new" not in words(reader.get("/project/six/"))


@pytest.mark.parametrize("trouble", [Status(503), Slow(30)])
def test_page_does_not_wait_long_for_details(reader, six, trouble):
    six.breaks(trouble, path="*.metadata")
    answer = reader.get("/project/six/")
    assert answer.status_code == 200
    assert "Bridges old and new" not in words(answer)


def test_details_are_asked_for_once(reader, six, now):
    for minutes in (0, 5, 11):
        later(now, minutes=minutes)
        reader.get("/project/six/")
    assert len(six.asked("*.metadata")) == 1


def test_details_are_asked_for_again_when_the_project_changed(reader, six, now):
    reader.get("/project/six/")
    six.add_wheel("Six", "1.0.post1")
    later(now, minutes=11)
    reader.get("/project/six/1.0/")
    assert len(six.asked("*six-1.0-py3-none-any.whl.metadata")) == 2


def test_what_nobody_could_tell_is_asked_for_again_when_it_is_due(reader, upstream, now):
    upstream.style = "html-api"
    upstream.add_sdist("Six", "1.0")
    upstream.project("six").info = {"version": "0.1"}
    for _ in range(2):
        reader.get("/project/six/")
    before = len(upstream.asked("/pypi/*"))
    later(now, minutes=11)
    reader.get("/project/six/")
    assert len(upstream.asked("/pypi/*")) > before


def test_the_upstreams_silence_is_told_above_the_page(reader, six, now):
    reader.get("/project/six/")
    six.stop()
    later(now, minutes=11)

    answer = reader.get("/project/six/")

    banner = " ".join(soup(answer).select_one(".banner").text.split())
    assert answer.status_code == 200
    assert "The upstream does not answer at the moment." in banner
    assert "11 minutes ago" in banner


def test_a_project_that_never_came_and_cannot_be_asked_for_is_unavailable(reader, six):
    six.stop()
    answer = reader.get("/project/six/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_project_that_nobody_has_is_not_found(reader, six):
    assert reader.get("/project/nobody-has-this/").status_code == 404


def test_names_of_our_own_are_never_asked_for(reader, six):
    make_file(make_release(make_project("ours")))
    assert reader.get("/project/ours/").status_code == 200
    assert six.log == []


def test_dependencies_that_are_here_or_known_have_links(reader, six):
    learn(get_index("pypi").id, "packaging")
    links = {
        tag.text: tag.get("href") for tag in soup(reader.get("/project/six/")).select(".needs a")
    }
    assert links == {"packaging": "/project/packaging/"}


def learn(index_id, *names):
    with transaction():
        learn_names(index_id, {name: name for name in names})


def test_our_own_projects_link_to_what_upstreams_have(reader, six):
    release = make_release(make_project("ours"))
    db.session.add(
        Dependency(
            release_id=release.id, position=0, requirement="packaging", normalized_name="packaging"
        )
    )
    db.session.commit()
    learn(get_index("pypi").id, "packaging")
    links = [tag["href"] for tag in soup(reader.get("/project/ours/")).select(".needs a")]
    assert links == ["/project/packaging/"]


# Other indexes


def test_each_index_shows_its_projects_under_its_own_address(reader, six):
    answer = reader.get("/index/staging/project/six/")
    page = soup(answer)
    assert answer.status_code == 200
    assert "/index/staging/simple/" in page.select_one(".commands").text
    history = soup(reader.get("/index/staging/project/six/?tab=history")).select(".timeline a")
    assert [tag["href"] for tag in history] == [
        "/index/staging/project/six/1.0/",
        "/index/staging/project/six/0.9/",
    ]
    assert reader.get("/index/pypi/project/six/").status_code == 200


def test_the_address_of_the_main_index_is_the_short_one(reader, six):
    answer = reader.get("/index/main/project/six/")
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith("/project/six/")


def test_an_index_that_is_not_there_is_not_found(reader, six):
    assert reader.get("/index/nothing/project/six/").status_code == 404
    assert reader.get("/index/nothing/search").status_code == 404


@pytest.fixture
def lonely(reader):
    """Give an index without bases."""
    with transaction():
        open_index("lonely", "Lonely")
    yield "lonely"
    db.session.execute(delete(Index).where(Index.slug == "lonely"))
    db.session.commit()


def test_an_index_without_the_mirror_does_not_ask_it(reader, six, lonely):
    assert reader.get(f"/index/{lonely}/project/six/").status_code == 404
    assert six.log == []


# Refreshing


@pytest.fixture
def member(reader, house):
    return sign_in(reader, make_account())


def test_strangers_see_no_button_and_cannot_refresh(reader, six):
    assert not soup(reader.get("/project/six/")).select(".project-origin button")
    answer = reader.post("/refresh/six")
    assert answer.status_code in {302, 303}
    assert "log-in" in answer.headers["Location"] or "login" in answer.headers["Location"]


def test_refreshing_asks_the_upstream_at_once(member, six, now):
    page = soup(member.get("/project/six/"))
    action = page.select_one(".project-origin form")["action"]
    six.add_wheel("Six", "2.0")
    later(now, seconds=11)

    answer = member.get(member.post(action).headers["Location"])

    assert "This is what the upstream says at this moment." in words(answer)
    assert "Six 2.0" in words(answer)


def test_refreshing_is_done_once_in_ten_seconds(member, six, now):
    member.get("/project/six/")
    later(now, seconds=9)
    before = len(six.log)

    answer = member.get(member.post("/refresh/six").headers["Location"])

    assert "Please wait some seconds" in words(answer)
    assert len(six.log) == before


def test_refreshing_tells_when_the_upstream_cannot_be_reached(member, six, now):
    member.get("/project/six/")
    six.stop()
    later(now, seconds=11)
    answer = member.get(member.post("/index/staging/refresh/six").headers["Location"])
    assert "cannot be reached" in words(answer)


def test_refreshing_asks_for_nothing_that_was_not_copied(member, six):
    make_file(make_release(make_project("ours")))
    for name in ("ours", "never-seen"):
        assert member.post(f"/refresh/{name}").status_code == 404
    assert six.log == []


def test_a_long_description_is_kept_rendered(reader, six, house):
    file = six.projects["six"].files["six-1.0-py3-none-any.whl"]
    file.metadata = METADATA + b"word *word*\n" * 3_000
    answer = reader.get("/project/six/")
    assert soup(answer).select_one(".description em")
    assert db.session.query(MirroredDetail).count() == 1


def test_a_page_of_40000_files_asks_no_more_than_another(reader, upstream, mirror, monkeypatch):
    # On a busy machine it takes longer to come than a reader waits.
    monkeypatch.setattr(renewal, "PATIENCE_SECONDS", 120)
    upstream.style = "json"
    upstream.add_many("many", 40_000)
    upstream.add_wheel("few")
    asked = {}
    for name, page in (("few", 1), ("many", 5)):
        reader.get(f"/project/{name}/")
        with listened() as statements:
            answer = reader.get(f"/project/{name}/?tab=history&page={page}")
        asked[name] = len(statements)
        assert faults(answer) == []
    # One of them begins the transaction.
    assert asked["many"] <= asked["few"] <= 9
    assert len(soup(answer).select(".timeline li")) == 100
    assert "older releases are not listed here" in answer.text


@contextmanager
def listened():
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)

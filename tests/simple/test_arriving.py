"""Files of an upstream that are sent while they come in."""

import pytest
from flask.testing import FlaskClient

from app.accounts.actors import OPERATOR
from app.core import clock
from app.core.database import transaction
from app.core.events import tell
from app.core.storage import blob_seconds, make_storage
from app.extensions import db
from app.indexes.bases import change_bases
from app.indexes.events import BaseChanged
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.indexes.services import grant, open_index, void_pages
from app.mirror.models import MirroredFile
from app.policy.models import PolicyRule
from app.projects.claims import claim_name
from app.projects.events import CopyEvicted
from app.simple import arriving, downloads
from app.simple.arriving import BrokenOff
from app.simple.shelf import the_shelf
from tests.factories import basic, make_account, make_file, make_project, make_release, make_token
from tests.simple.far import Coming

CONTENT = bytes(range(256)) * 4
NAME = "far_away-1.0-py3-none-any.whl"


class Client(FlaskClient):
    """A client that reads answers to their end and closes them, as servers do."""

    def open(self, *args, **kwargs):
        return super().open(*args, buffered=True, **kwargs)


@pytest.fixture
def client(app):
    return type("Client", (Client, app.test_client_class), {})(app)


@pytest.fixture
def coming():
    return Coming(NAME, CONTENT)


@pytest.fixture
def unknown():
    """A file of which nobody tells size and digest."""
    return Coming(NAME, CONTENT, knows=False)


@pytest.fixture
def path(far, coming):
    return far.announce(coming)


def etag(coming):
    return f'"{blob_seconds(coming.digest):x}-{len(CONTENT):x}"'


def test_a_file_goes_out_as_if_it_were_here(client, coming, path):
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.data) == (200, CONTENT)
    assert answer.headers["Content-Length"] == "1024"
    assert answer.headers["ETag"] == etag(coming)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "Content-Encoding" not in answer.headers
    coming.is_here = True
    here = client.get(path)
    own = {"Date": "", "X-Request-ID": ""}
    assert {**here.headers, **own} == {**answer.headers, **own}


def test_nobody_waits_with_a_connection(client, path, coming, monkeypatch):
    gave_back = []
    monkeypatch.setattr(downloads, "release_connection", lambda: gave_back.append(coming.waited))
    client.get(path, headers={"Range": "bytes=0-9"})
    assert gave_back == [[arriving.PART_SECONDS]]


SAFE = {"SERVER_SOFTWARE": "gunicorn/27.0.1", "SERVER_PROTOCOL": "HTTP/1.1"}


def test_what_is_not_known_is_not_promised(client, far, unknown):
    answer = client.get(far.announce(unknown), environ_overrides=SAFE)
    assert answer.data == CONTENT
    assert "ETag" not in answer.headers
    assert "Content-Length" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "environ", [{}, SAFE | {"SERVER_PROTOCOL": "HTTP/1.0"}], ids=["other server", "HTTP/1.0"]
)
def test_a_body_without_length_is_sent_whole_where_nobody_sees_it_break_off(
    client, far, unknown, environ
):
    path = far.announce(unknown)
    answer = client.get(path, environ_overrides=environ)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert unknown.waited == [arriving.PATIENCE_SECONDS]
    unknown.is_here = True
    assert client.get(path, environ_overrides=environ).headers["Content-Length"] == "1024"


@pytest.mark.parametrize("knows", [True, False])
def test_check_94_a_body_that_breaks_off_is_no_short_200(client, far, knows):
    coming = Coming(NAME, CONTENT, knows=knows)
    coming.breaks_after = 500
    with pytest.raises(BrokenOff):
        client.get(far.announce(coming), environ_overrides=SAFE)


def test_check_91_what_does_not_come_is_unavailable(client, far, coming, path):
    coming.breaks_after = 0
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")


def test_check_82_head_tells_what_get_would_and_fetches_in_the_background(client, coming, path):
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Length", "Accept-Ranges", "ETag", "Content-Type", "Cache-Control"):
        assert head.headers[name] == get.headers[name]
    assert coming.waited == [0]


def test_head_waits_for_a_size_that_nobody_told(client, far, unknown):
    path = far.announce(unknown)
    assert client.head(path).status_code == 503
    unknown.is_here = True
    answer = client.head(path)
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, "1024")


def test_check_79_who_has_the_file_needs_no_fetch(client, coming, path, far, monkeypatch):
    monkeypatch.setattr(far, "fetch", None)
    answer = client.get(path, headers={"If-None-Match": etag(coming)})
    assert (answer.status_code, answer.data) == (304, b"")
    assert client.get(path, headers={"If-Match": '"other"'}).status_code == 412


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("bytes=0-99", CONTENT[:100], "bytes 0-99/1024"),
        ("bytes=100-", CONTENT[100:], "bytes 100-1023/1024"),
        ("bytes=-100", CONTENT[-100:], "bytes 924-1023/1024"),
        ("bytes=-10000", CONTENT, "bytes 0-1023/1024"),
    ],
)
@pytest.mark.parametrize("is_here", [True, False])
def test_check_83_parts_are_sent_of_what_is_not_here(
    client, coming, path, far, asked, content, told, is_here, monkeypatch
):
    """Whether it lands while the caller waits, or the upstream is asked for the part."""
    monkeypatch.setattr(far, "find_file", lambda *_: coming.remote)
    monkeypatch.setattr(arriving, "SMALL", 5000 if is_here else 100)
    coming.is_here = is_here
    answer = client.get(path, headers={"Range": asked})
    assert answer.status_code == 206
    assert (answer.data, answer.headers["Content-Range"]) == (content, told)
    assert answer.headers["Content-Length"] == str(len(content))
    assert coming.waited == [arriving.PART_SECONDS] * is_here


def test_check_92_who_waited_for_a_short_file_asks_again(client, coming, path):
    answer = client.get(path, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert answer.headers["X-Error-Code"] == "still-coming"


def test_check_92_an_upstream_that_is_slow_to_give_no_part_is_not_waited_for_again(
    client, coming, path, monkeypatch
):
    monkeypatch.setattr(arriving, "SMALL", 100)
    monkeypatch.setattr(arriving, "_PROMPT_SECONDS", -1)
    coming.gives_parts = False
    assert client.get(path, headers={"Range": "bytes=0-9"}).status_code == 503
    # It is on its way now.
    assert coming.waited == [0]


@pytest.mark.parametrize("asked", ["bytes=0-0,5-9", "garbage", "bytes=9-5"])
def test_check_83_what_is_not_understood_gets_the_whole_file(client, path, asked):
    answer = client.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, CONTENT)


def test_check_83_behind_the_end_is_nothing(client, path):
    answer = client.get(path, headers={"Range": "bytes=999999999-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */1024")


def test_without_parts_the_whole_file_is_sent(client, coming, path, monkeypatch):
    monkeypatch.setattr(arriving, "SMALL", 100)
    coming.gives_parts = False
    answer = client.get(path, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.data) == (200, CONTENT)


def test_check_84_a_part_is_of_the_same_file(client, coming, path, monkeypatch):
    monkeypatch.setattr(arriving, "SMALL", 100)
    headers = {"Range": "bytes=500-"}
    assert client.get(path, headers={**headers, "If-Range": etag(coming)}).status_code == 206
    assert client.get(path, headers={**headers, "If-Range": '"other"'}).data == CONTENT


def test_check_84_of_what_is_not_known_the_whole_is_sent(client, far, unknown):
    headers = {"Range": "bytes=500-", "If-Range": '"x"'}
    path = far.announce(unknown)
    assert client.get(path, headers=headers, environ_overrides=SAFE).data == CONTENT


def test_check_99_core_metadata_come_like_files(client, far):
    path = far.announce(Coming(f"{NAME}.metadata", b"Name: far-away\n"))
    assert client.get(path).data == b"Name: far-away\n"


def test_downloads_of_what_comes_are_counted(app, client, path, coming, monkeypatch):
    noted = []
    monkeypatch.setattr(arriving, "SMALL", 100)
    monkeypatch.setattr(app.extensions["downloads"], "note", noted.append)
    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=10-"}):
        client.get(path, headers={"User-Agent": "pip/1.5 CPython/2.7.9 Linux/3"} | headers)
    client.head(path)
    assert [(one.index_slug, one.filename) for one in noted] == [("pypi", NAME)] * 2
    assert {one.sha256 for one in noted} == {coming.digest}
    assert {one.agent for one in noted} == {("pip", "2.7", "Linux")}


@pytest.fixture
def disk(app, tmp_path):
    app.extensions["blobs"] = make_storage(str(tmp_path / "blobs"))


def leads(coming, slug="main"):
    return the_shelf().leads(slug, coming.digest, NAME)


def test_once_it_is_here_the_way_is_laid_and_closed_when_it_is_evicted(
    disk, client, coming, path, queries
):
    client.get(path)
    assert not leads(coming)
    coming.is_here = True
    client.get(path)
    assert leads(coming)
    queries.clear()
    assert client.get(path).data == CONTENT
    assert queries == []


def keep_row(coming):
    """Note the file as one that a mirror has here."""
    row = MirroredFile(
        index_id=get_index("pypi").id,
        address=coming.digest,
        filename=NAME,
        normalized_name="far-away",
        version="1.0",
        sha256=coming.digest,
        size=len(CONTENT),
        stored_at=clock.now(),
        used_at=clock.now(),
    )
    db.session.add(row)
    db.session.commit()


@pytest.fixture
def shelved(disk, client, coming, path):
    """A file of the upstream to which a way was laid."""
    keep_row(coming)
    coming.is_here = True
    client.get(path)
    assert leads(coming)
    return path


def test_the_way_to_what_is_evicted_is_closed(shelved, coming):
    with transaction():
        tell(CopyEvicted(index_slug="pypi", project="far-away", filename=NAME))
    assert not leads(coming)


def test_check_26_the_way_to_what_is_under_a_name_of_ours_is_closed(client, shelved, coming):
    with transaction():
        claim_name(OPERATOR, get_index(), "far-away")
    assert not leads(coming)
    # Of the mirror itself it may be had still.
    assert client.get(shelved).status_code == 200
    assert not leads(coming)


def refuse(name="far-away", slug="main"):
    with transaction():
        index = get_index(slug)
        db.session.add(
            PolicyRule(
                index_id=index.id,
                kind="block",
                pattern=name,
                specifier="",
                reason="It is bad.",
                made_at=clock.now(),
            )
        )
        void_pages(index)
        tell(BaseChanged(index_slug=slug))


def test_check_24_a_refusal_is_readable(client, path, shelved):
    refuse()
    answer = client.get(path)
    assert (answer.status_code, answer.headers["X-Error-Code"]) == (403, "blocked")
    assert "It is bad." in answer.text
    assert answer.status == f"403 {answer.text.strip()}"


def test_what_an_index_refuses_its_bases_do_not_give_behind_its_back(client, far, path):
    refuse(slug="main")
    assert client.get(path).status_code == 403


def test_another_index_may_have_other_rules(app, client, far, path):
    refuse()
    lab = make_lab()
    assert client.get(path).status_code == 200
    assert lab.slug == "lab"


def make_lab(**facts) -> Index:
    with transaction():
        lab = open_index("lab", "Lab", **facts)
        change_bases(lab, ["pypi"])
    return get_index("lab")


def test_what_is_nowhere_is_looked_for_once_at_the_upstream(client, far, coming):
    """As with a lock file's address on a mirror that knows nothing yet."""
    far.put("Far.Away", coming)
    path = f"/files/{coming.digest}/{NAME}"
    found, freshen = [], far.freshen
    far.freshen = lambda name: found.append(far.announce(coming)) or freshen(name)
    assert client.get(path).data == CONTENT
    assert far.asked == ["far-away"]
    assert found == [path]


def test_what_is_nowhere_at_the_upstream_either_is_not_found(client, far):
    far.put("Far.Away")
    path = f"/files/{'ab' * 32}/{NAME}"
    for way in (path, f"{path}.metadata"):
        assert client.get(way).status_code == 404
    assert far.asked == ["far-away"]


def test_check_26_no_upstream_is_asked_for_a_file_under_a_name_that_any_index_has(client, far):
    lab = make_lab(visibility="members")
    make_file(make_release(make_project("secret", index=lab)))
    assert client.get(f"/files/{'ab' * 32}/secret-2.0-py3-none-any.whl").status_code == 404
    assert far.asked == []


def test_check_91_nobody_is_told_that_a_file_is_nowhere_while_nobody_can_tell(client, far):
    far.is_down = True
    assert client.get(f"/files/{'ab' * 32}/{NAME}").status_code == 503


def test_check_20_a_file_behind_a_guarded_index_is_guarded(client, far, path, close):
    close(slug="pypi")
    account = make_account(uploads=False)
    for slug in ("main", "staging", "pypi"):
        grant(get_index(slug).id, account.id, "read")
    db.session.commit()
    stranger = basic(make_token(make_account(uploads=False), scope="read"))
    member = basic(make_token(account, scope="read"))
    found = [client.get(path, headers=headers).status_code for headers in ({}, stranger, member)]
    assert found == [401, 403, 200]
    assert client.get(path, headers=member).headers["Cache-Control"].startswith("private")


def test_what_main_has_is_found_with_few_questions(client, path, queries, far):
    queries.clear()
    client.get(path)
    assert len(queries) <= 4

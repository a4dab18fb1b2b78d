"""The door for uploads as clients meet it, with the numbers of the protocol checks."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.accounts.actors import Actor
from app.accounts.models import Account, ApiToken
from app.core import clock
from app.core.database import transaction
from app.core.storage import blobs
from app.core.storage.local import LocalStorage
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.projects import services
from app.projects.models import File, Project
from app.projects.queries import find_project
from app.projects.roles import grant_role
from app.uploads import intake
from tests.archives import make_metadata, make_wheel, wheel_name
from tests.factories import basic, make_account, make_index, make_project
from tests.uploads.clients import Uploader, assert_refused, form_of, reason, snapshot


def actor_of(account):
    return Actor(account.id, account.username)


@pytest.fixture
def token(ada):
    return db.session.scalars(select(ApiToken)).one()


def test_an_upload_is_answered_by_200_and_nothing_else(ada):
    response = ada.wheel()
    assert (response.status, response.text) == ("200 OK", "")
    assert response.mimetype == "text/plain"


def test_what_was_uploaded_can_be_read_again(ada):
    content = make_wheel()
    ada.send(form_of(content, wheel_name()))
    file = db.session.scalars(select(File)).one()
    with blobs().open(file.sha256) as blob:
        assert blob.read() == content
    with blobs().open(file.metadata_sha256) as blob:
        assert blob.read() == make_metadata()


def test_check_30_the_same_file_again_changes_nothing(ada):
    ada.wheel()
    before = snapshot()
    serial = get_index().last_serial
    assert ada.wheel().status == "200 OK"
    assert snapshot() == before
    assert get_index().last_serial == serial


def test_check_31_other_bytes_under_the_same_name_are_refused(ada):
    ada.wheel()
    before = snapshot()
    response = ada.wheel(members={"foo_bar.py": b"other"})
    assert_refused(
        response, 400, "File already exists ('foo_bar-1.0-py3-none-any.whl'", "file-exists"
    )
    assert snapshot() == before


def test_the_same_bytes_under_another_name_are_refused(ada):
    content = make_wheel()
    ada.send(form_of(content, wheel_name()))
    before = snapshot()
    response = ada.send(form_of(content, wheel_name(tag="py2-none-any")))
    assert_refused(response, 400, "File already exists", "file-exists")
    assert snapshot() == before


def test_check_37_the_name_of_a_deleted_file_is_burned(ada):
    ada.wheel()
    file = db.session.scalars(select(File)).one()
    with transaction():
        services.delete_file(actor_of(ada.account), file.id, file.filename)
    before = snapshot()
    for members in (None, {"foo_bar.py": b"other"}):
        assert_refused(ada.wheel(members=members), 400, "filename was used", "filename-used")
    assert snapshot() == before


def test_check_22_an_unknown_token_is_refused(client, app):
    nobody = Uploader(client, None, "tilsit-wrong")
    before = snapshot()
    response = nobody.wheel()
    assert_refused(response, 401, "This token is not valid", "bad-token")
    assert response.headers["WWW-Authenticate"].startswith("Basic ")
    assert snapshot() == before


def test_without_credentials_an_upload_is_refused(client, app):
    response = Uploader(client, None, None).wheel()
    assert_refused(response, 401, "Authenticate with an API token", "unauthenticated")


@pytest.mark.parametrize("column", ["revoked_at", "expires_at"])
def test_check_28_a_revoked_or_expired_token_is_refused(ada, token, column):
    setattr(token, column, clock.now() - timedelta(seconds=1))
    db.session.commit()
    assert_refused(ada.wheel(), 401, "expired or revoked", "bad-token")
    assert snapshot() == ([0, 0, 0], [])


@pytest.mark.parametrize(
    "end",
    [
        update(ApiToken).values(revoked_at=clock.now()),
        update(Account).values(is_active=False),
    ],
    ids=["token", "account"],
)
def test_a_key_that_ends_during_the_upload_publishes_nothing(ada, monkeypatch, end):
    def store(candidate, incoming):
        db.session.execute(end)
        db.session.commit()

    monkeypatch.setattr(intake, "store", store)
    assert_refused(ada.wheel(), 401, "revoked or ran out during the upload", "unauthenticated")
    assert snapshot() == ([0, 0, 0], [])


@pytest.mark.parametrize(
    ("visibility", "confirmed"), [("members", True), ("members", False), ("signed-in", False)]
)
def test_who_may_not_read_an_index_learns_no_names_from_uploads(
    ada, uploader, visibility, confirmed
):
    ada.wheel()
    with transaction():
        change_visibility(get_index(), visibility)
    stranger = uploader(make_account(uploads=False, confirmed=confirmed))
    answers = [stranger.wheel(name) for name in ("foo_bar", "nobody_has_this")]
    assert {answer.status_code for answer in answers} == {403}
    assert answers[0].text == answers[1].text


def test_check_28_a_reading_token_does_not_upload(uploader):
    response = uploader(scope="read").wheel()
    assert_refused(response, 403, "This token may only read", "token-scope")
    assert snapshot() == ([0, 0, 0], [])


def test_check_24_a_token_for_another_project_does_not_upload(uploader):
    response = uploader(project="other").wheel()
    assert_refused(response, 403, "another project than foo-bar", "token-scope")
    assert snapshot() == ([0, 0, 0], [])


def test_a_token_for_this_project_uploads(uploader):
    assert uploader(project="foo-bar").wheel("Foo.Bar").status == "200 OK"


def test_a_token_for_another_index_does_not_upload(uploader):
    make_index("team")
    assert_refused(uploader(index_slug="team").wheel(), 403, "another index", "token-scope")


def test_check_24_who_has_no_role_does_not_upload(ada, uploader):
    ada.wheel()
    before = snapshot()
    response = uploader().wheel(version="2.0")
    assert_refused(response, 403, "isn't allowed to upload to project 'foo_bar'", "not-allowed")
    assert snapshot() == before


def test_a_maintainer_uploads(ada, uploader):
    ada.wheel()
    bob = make_account("bob", uploads=False)
    with transaction():
        grant_role(
            actor_of(ada.account), find_project(get_index().id, "foo-bar").id, "bob", "maintainer"
        )
    assert uploader(bob).wheel(version="2.0").status == "200 OK"


def test_a_session_cookie_does_not_upload(client, ada):
    with client.session_transaction() as session:
        session["_user_id"] = ada.account.get_id()
    response = Uploader(client, None, None).wheel()
    assert response.status_code == 401


def test_strangers_are_refused_before_the_body_is_read(client, app, monkeypatch):
    monkeypatch.setattr("app.uploads.views.receive_parts", None)
    assert Uploader(client, None, None).wheel().status_code == 401


def test_an_unknown_index_is_not_found(ada):
    assert_refused(ada.wheel(path="/index/none/legacy/"), 404, "no index", "not-found")


def test_another_index_takes_uploads(uploader):
    index = make_index("team")
    admin = uploader(make_account(is_admin=True))
    assert admin.wheel(path="/index/team/legacy/").status == "200 OK"
    assert find_project(index.id, "foo-bar") is not None


def test_check_66_a_mirror_takes_no_uploads(ada):
    make_index("copy", kind="mirror")
    assert_refused(ada.wheel(path="/index/copy/legacy"), 403, "is a mirror", "forbidden")


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_check_66_a_closed_project_takes_no_files(ada, status):
    project = make_project("foo_bar", owner=ada.account)
    project.status = status
    db.session.commit()
    before = snapshot()
    assert_refused(ada.wheel(), 403, f"is {status}, it takes no files", "project-closed")
    assert snapshot() == before


def test_a_deprecated_project_takes_files(ada):
    make_project("foo_bar", owner=ada.account).status = "deprecated"
    db.session.commit()
    assert ada.wheel().status == "200 OK"


@pytest.mark.parametrize(
    "path", ["/legacy", "/legacy/", "/index/main/legacy", "/index/main/legacy/"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_check_67_other_methods_are_told_what_this_is(client, app, path, method):
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert "takes uploads by POST" in reason(response)


@pytest.mark.parametrize("path", ["/legacy", "/index/main/legacy"])
def test_check_67_no_slash_needs_no_redirect(ada, path):
    assert ada.wheel(path=path).status == "200 OK"


def test_uv_is_answered_in_json(ada):
    ada.wheel()
    form = form_of(make_wheel(members={}), wheel_name())
    response = ada.send(form, Accept="application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7")
    assert response.content_type == "application/json"
    assert response.json["error"] == "file-exists"
    assert response.json["message"].startswith("File already exists")
    assert response.json["title"] == response.json["message"]


def test_refusals_are_in_english_whatever_the_caller_prefers(client, app):
    headers = basic("tilsit-wrong") | {"Accept-Language": "de"}
    assert reason(client.post("/legacy/", headers=headers)).startswith("This token is not valid")


def test_check_68_attestations_are_taken_and_not_kept(ada):
    response = ada.wheel(form={"attestations": '[{"version": 1}]'})
    assert response.status == "200 OK"
    assert response.text == "Attestations are not kept here, the file was stored without them.\n"


def test_warnings_come_as_json_to_those_who_prefer_it(ada):
    form = form_of(make_wheel(), wheel_name(), attestations="[]")
    response = ada.send(form, Accept="application/json")
    assert response.json["warnings"] == [response.json["message"]]


@pytest.mark.parametrize("value", ["{}", "nonsense", "[" * 100_000, '"text"'])
def test_check_68_attestations_that_are_no_array_are_refused(ada, value):
    response = ada.wheel(form={"attestations": value})
    assert_refused(response, 400, "attestations should be a JSON array", "invalid-form")
    assert snapshot() == ([0, 0, 0], [])


def test_check_68_a_signature_is_ignored(ada):
    response = ada.wheel(form={"gpg_signature": (b"sig", "foo.asc")})
    assert response.status == "200 OK"


def test_check_61_a_file_over_the_limit_is_refused_with_the_limit(ada, app, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_UPLOAD_BYTES", 2 * 1024 * 1024)
    content = b"x" * (2 * 1024 * 1024 + 1)
    response = ada.send(form_of(content, wheel_name()))
    assert_refused(response, 413, "the limit is 2 MB", "file-too-large")
    assert snapshot() == ([0, 0, 0], [])


def test_check_61_a_long_body_is_refused_before_it_is_read(ada, app, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_UPLOAD_BYTES", 1024 * 1024)
    monkeypatch.setattr("app.uploads.views.receive_parts", None)
    response = ada.client.post(
        "/legacy/", headers=ada.headers, environ_overrides={"CONTENT_LENGTH": "50000000"}
    )
    assert_refused(response, 413, "the limit is 1 MB", "file-too-large")


def test_check_62_a_full_disk_is_told_once_and_nothing_is_listed(ada, app, tmp_path, small_disk):
    (tmp_path / "blobs").mkdir()
    app.extensions["blobs"] = LocalStorage(tmp_path / "blobs", tmp_path / "incoming")
    content = make_wheel(members={"foo_bar.py": hashlib.sha512(b"").digest() * 1000}, store=True)
    with small_disk(20_000):
        response = ada.send(form_of(content, wheel_name()))
    assert_refused(response, 503, "file store is not available", "storage-unavailable")
    assert int(response.headers["Retry-After"]) <= 10
    assert snapshot() == ([0, 0, 0], [])
    assert list((tmp_path / "incoming").iterdir()) == []
    assert ada.send(form_of(content, wheel_name())).status == "200 OK"


def test_a_locked_database_is_told_and_nothing_is_listed(ada, monkeypatch):
    def locked(*_):
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(intake, "publish", locked)
        response = ada.wheel()
    assert_refused(response, 503, "database is busy", "unavailable")
    assert response.headers["Retry-After"] == "2"
    assert snapshot()[0] == [0, 0, 0]
    assert ada.wheel().status == "200 OK"


def test_check_61_nothing_stays_of_what_was_refused(ada, app, tmp_path):
    (tmp_path / "blobs").mkdir()
    app.extensions["blobs"] = LocalStorage(tmp_path / "blobs", tmp_path / "incoming")
    assert ada.send(form_of(b"not a zip", wheel_name())).status_code == 400
    assert list((tmp_path / "incoming").iterdir()) == []
    assert list((tmp_path / "blobs").iterdir()) == []


def test_answers_are_protected(ada):
    assert ada.wheel().headers["X-Content-Type-Options"] == "nosniff"


def test_who_published_is_written_down(ada):
    ada.wheel()
    file = db.session.scalars(select(File)).one()
    assert file.uploaded_by == ada.account.id
    assert file.uploaded_via.startswith("Werkzeug")
    assert db.session.scalars(select(Project)).one().name == "foo_bar"

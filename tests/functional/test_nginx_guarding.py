"""What nginx must not show: a guarded index to others, and any place by its path."""

import stat
import time
from collections.abc import Iterator

import pytest

from app.accounts.models import ApiToken
from app.accounts.tokens import revoke
from app.core.database import transaction
from app.extensions import db
from tests.functional.fronting import (
    NAME,
    PAGE,
    SERIAL,
    both,
    raw_get,
)
from tests.functional.house import House
from tests.functional.test_pages import V1_JSON, get, visible_to
from tests.functional.uploading import basic


@pytest.fixture
def guarded(front, paths) -> Iterator[House]:
    """Give the house with an index for members only, ready on the shelf."""
    with visible_to(front, "members"):
        for path in paths:
            for accept in (V1_JSON, "text/html"):
                get(front, path, Accept=accept, Authorization=basic(front.token))
        yield front


def test_members_read_a_guarded_index_from_the_shelf(guarded, paths):
    for path in paths:
        for accept in (V1_JSON, None):
            key = basic(guarded.token)
            fast, slow = both(guarded, path, Authorization=key, Accept=accept)
            assert fast == slow
            assert fast[0] == 200
            assert fast[1]["cache-control"].startswith("private, ")
            assert "Authorization" in fast[1]["vary"]
            assert SERIAL not in get(guarded, path, Authorization=key).headers


def test_others_are_refused_by_the_application(guarded, paths):
    guarded.make_account("somebody", may_publish=False)
    somebody = basic(guarded.make_token("somebody", scope="read"))
    for path in paths:
        for key, status in ((None, 401), (basic("wrong"), 401), ("Nonsense", 401), (somebody, 403)):
            fast, slow = both(guarded, path, Authorization=key)
            assert fast == slow
            assert fast[0] == status
            assert ("www-authenticate" in fast[1]) == (status == 401)
            assert b"served-1.0" not in fast[2]


def test_refusal_names_its_realm_once(guarded):
    answer = get(guarded, PAGE, Authorization=basic("wrong"))
    assert len(answer.headers.get_list("WWW-Authenticate")) == 1


def test_token_of_one_project_opens_that_project_only(guarded, paths):
    own = basic(guarded.make_token(project=NAME))
    other = basic(guarded.make_token(project="somewhere-else"))
    told = [get(guarded, path, Authorization=own).status_code for path in paths]
    assert told == [200, 200, 200, 403]
    assert {get(guarded, path, Authorization=other).status_code for path in paths} == {403}


def test_taken_back_token_opens_for_five_seconds_at_most(guarded):
    secret = guarded.make_token("leaving", scope="read")
    key = basic(secret)
    assert get(guarded, PAGE, Authorization=key).status_code == 200
    with guarded.inside(), transaction():
        revoke(db.session.query(ApiToken).order_by(ApiToken.id.desc()).first())
    begin = time.monotonic()
    while get(guarded, PAGE, Authorization=key).status_code == 200:
        assert time.monotonic() - begin < 6
        time.sleep(0.1)


def test_admissions_are_kept_where_nobody_else_reads(guarded):
    get(guarded, PAGE, Authorization=basic(guarded.token))
    assert guarded.nginx is not None
    kept = guarded.nginx.folder / "admitted"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700


def test_credentials_stand_in_no_log(guarded):
    get(guarded, PAGE, Authorization=basic(guarded.token))
    assert guarded.nginx is not None
    logs = [path.read_text() for path in guarded.nginx.folder.glob("*.log")]
    assert logs
    assert not any(basic(guarded.token) in text or guarded.token in text for text in logs)


def test_admission_while_public_opens_nothing_later(front, paths):
    key = basic("wrong")
    get(front, "/simple/not-here/", Authorization=key)
    with visible_to(front, "members"):
        get(front, PAGE, Authorization=basic(front.token))
        assert get(front, PAGE, Authorization=key).status_code == 401


def test_nothing_is_reached_by_its_path(front, paths):
    digest = paths[1].split("/")[2]
    blob = f"{digest[:2]}/{digest[2:4]}/{digest}"
    page = f"pages/se/{NAME}.json"
    secrets = [(front.folder / "secret_key").read_bytes(), b'"filename"', b"METADATA"]
    for path in (
        f"/_blobs/{blob}",
        f"//_blobs/{blob}",
        f"/_blobs//{blob}",
        f"/%5Fblobs/{blob}",
        f"/_blobs%2F{blob}",
        f"/simple/../_blobs/{blob}",
        f"/simple/%2e%2e/_blobs/{blob}",
        f"/blobs/{blob}",
        f"/_blobs/../shelf/main/public/{page}",
        f"/_blobs/..%2fshelf/main/public/{page}",
        f"/_blobs../shelf/main/public/{page}",
        f"/main/public/{page}",
        f"/shelf/main/public/{page}",
        f"/simple/../main/public/{page}",
        f"/simple/..%2f{NAME}/",
        f"/simple/{NAME}/../../../secret_key",
        f"/files/{digest}/../../../../secret_key",
        f"/files/{digest}/..%2f..%2f..%2fsecret_key",
        "/files/../data/secret_key",
        "/_/admit",
        "/_//admit",
        "/%5F/admit",
    ):
        answer = raw_get(front, path)
        status = int(answer.split()[1])
        assert status in {308, 400, 403, 404}, (path, answer)
        assert not any(secret in answer for secret in secrets), path


def test_no_answer_tells_where_blobs_are(front, paths):
    for path in paths:
        for odd in ("", "?asked=oddly"):
            for wanted in ("", "Range: bytes=5-9", "X-Accel-Redirect: /_blobs/"):
                answer = raw_get(front, f"{path}{odd}", *([wanted] if wanted else []))
                head = answer.partition(b"\r\n\r\n")[0].lower()
                assert b"x-accel" not in head
                assert b"_blobs" not in head


def test_callers_cannot_say_where_they_come_from(front, paths):
    lies = ("X-Forwarded-Host: evil.test", "X-Forwarded-Prefix: /evil", "X-Forwarded-For: 6.6.6.6")
    told = raw_get(front, f"/pypi/{NAME}/json", *lies)
    assert b" 200 " in told.splitlines()[0]
    assert b"evil" not in told
    assert b"http://x/" in told

"""Uploads over HTTP, good and bad, on every server and database."""

import hashlib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.accounts.actors import OPERATOR
from app.accounts.models import ApiToken
from app.accounts.tokens import revoke
from app.core import clock
from app.core.database import transaction
from app.core.security import digest_secret
from app.indexes.queries import get_index
from app.projects.queries import get_project, get_release
from app.projects.services import change_status, delete_release
from tests.archives import make_metadata, make_sdist, make_wheel, sdist_name, wheel_name
from tests.functional.house import House
from tests.functional.uploading import (
    BOUNDARY,
    as_uv,
    assert_refused,
    basic,
    body_of,
    fields_for,
    parts_for,
    post,
    publish,
    upload,
)

NAME = "check-uploads"
WHEEL = wheel_name(NAME)
CONTENT = make_wheel(NAME)


@pytest.fixture
def project(house: House) -> str:
    """Give the name of a project that has one wheel."""
    publish(house, WHEEL, CONTENT)
    return NAME


def test_check_24_token_for_another_project_is_forbidden(house, project, unchanged):
    token = house.make_token(project="something-else")
    with unchanged(house, project):
        answer = upload(house, wheel_name(NAME, "7.0"), make_wheel(NAME, "7.0"), token=token)
    assert_refused(house, answer, 403, "token is for another project", "token-scope")


def test_check_24_stranger_may_not_upload_to_a_project(house, project, unchanged):
    token = house.make_token("someone-else")
    with unchanged(house, project):
        answer = upload(house, wheel_name(NAME, "7.0"), make_wheel(NAME, "7.0"), token=token)
    assert_refused(house, answer, 403, "isn't allowed to upload to project", "not-allowed")


def test_check_28_reading_token_may_not_upload(house, project, unchanged):
    token = house.make_token(scope="read")
    with unchanged(house, project):
        answer = upload(house, wheel_name(NAME, "7.0"), make_wheel(NAME, "7.0"), token=token)
    assert_refused(house, answer, 403, "may only read", "token-scope")


@pytest.mark.parametrize("fate", ["revoked", "expired", "unknown"])
def test_check_28_dead_token_is_not_known(house, project, unchanged, fate):
    token = house.make_token()
    end_token(house, token, fate)
    with unchanged(house, project):
        answer = upload(
            house,
            wheel_name(NAME, "7.0"),
            make_wheel(NAME, "7.0"),
            token="unknown" if fate == "unknown" else token,
        )
    assert_refused(house, answer, 401, "token is not valid")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def end_token(house: House, secret: str, fate: str) -> None:
    with house.inside(), transaction() as session:
        token = session.query(ApiToken).filter_by(digest=digest_secret(secret)).one()
        if fate == "revoked":
            revoke(token)
        if fate == "expired":
            token.expires_at = clock.now() - timedelta(seconds=1)


def test_upload_without_credentials_is_not_known(house, unchanged):
    with unchanged(house):
        answer = house.http.post("/legacy/", content=b"")
    assert answer.status_code == 401


def test_check_30_same_bytes_again_change_nothing(house, project, unchanged):
    with unchanged(house, project):
        answer = upload(house, WHEEL, CONTENT)
    assert answer.status_code == 200


def test_check_31_other_bytes_under_the_name_are_refused(house, project, unchanged):
    with unchanged(house, project):
        answer = upload(house, WHEEL, make_wheel(NAME, summary="Other"))
    assert_refused(house, answer, 400, "File already exists", "file-exists")
    assert answer.text.startswith("File already exists")


def test_check_31_uv_is_told_in_json(house, project):
    told = as_uv(house, WHEEL, make_wheel(NAME, summary="Other"))
    assert told["message"].startswith("File already exists")
    assert told["code"]
    assert told["title"]


def test_check_35_two_uploads_of_one_file_at_once(house):
    name = "check-35"
    content = make_wheel(name)
    statuses = at_once(house, [(wheel_name(name), content)] * 4)
    assert 200 in statuses
    assert set(statuses) <= {200, 400}
    assert house.filenames(name) == [wheel_name(name)]


def test_check_35_two_files_of_one_name_at_once(house):
    name = "check-35-b"
    files = [(wheel_name(name), make_wheel(name, summary=str(number))) for number in range(4)]
    statuses = at_once(house, files)
    assert sorted(statuses) == [200, 400, 400, 400]
    assert house.filenames(name) == [wheel_name(name)]


def test_check_36_two_files_of_a_new_version_at_once(house):
    name = "check-36"
    files = [(wheel_name(name), make_wheel(name)), (sdist_name(name), make_sdist(name))]
    assert at_once(house, files) == [200, 200]
    assert sorted(house.filenames(name)) == sorted([wheel_name(name), sdist_name(name)])
    assert house.page(name)["versions"] == ["1.0"]


def at_once(house: House, files: list[tuple[str, bytes]]) -> list[int]:
    token = house.token
    with ThreadPoolExecutor(len(files)) as pool:
        answers = pool.map(lambda file: upload(house, *file, token=token), files)
        return [answer.status_code for answer in answers]


def test_check_37_name_of_a_deleted_file_is_never_used_again(house, unchanged):
    name = "check-37"
    publish(house, wheel_name(name, "1.0"), make_wheel(name, "1.0"))
    publish(house, wheel_name(name, "2.0"), make_wheel(name, "2.0"))
    with house.inside(), transaction():
        release = get_release(get_project(get_index().id, name).id, "2.0")
        delete_release(OPERATOR, release.id, "2.0")
    with unchanged(house, name):
        answer = upload(house, wheel_name(name, "2.0"), make_wheel(name, "2.0", summary="New"))
    assert_refused(house, answer, 400, "filename was used", "filename-used")


@pytest.mark.parametrize("digest", ["md5_digest", "sha256_digest", "blake2_256_digest"])
def test_check_40_wrong_digest(house, unchanged, digest):
    name = "check-40"
    content = make_wheel(name)
    right = {
        "md5_digest": hashlib.md5(content).hexdigest(),
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
    }
    with unchanged(house):
        answer = upload(
            house, wheel_name(name), content, **(right | {digest: "0" * len(right[digest])})
        )
    assert_refused(house, answer, 400, "digest supplied does not match", "digest-mismatch")


def test_check_41_no_digest_at_all(house, unchanged):
    with unchanged(house):
        answer = upload(house, wheel_name("check-41"), make_wheel("check-41"), sha256_digest=None)
    assert_refused(house, answer, 400, "digest", "invalid-form")


def test_check_41_digest_in_capitals(house):
    content = make_wheel("check-41")
    digest = hashlib.sha256(content).hexdigest().upper()
    answer = upload(house, wheel_name("check-41"), content, sha256_digest=digest)
    assert answer.status_code == 200


def test_check_42_body_that_is_cut_off(house, unchanged):
    body = body_of(parts_for(wheel_name("check-42"), make_wheel("check-42")))
    with unchanged(house):
        answer = talk(house, body[: len(body) // 2], length=len(body), is_cut_off=True)
    assert answer == b"" or b" 400 " in answer.split(b"\r\n")[0]


def test_check_42_body_without_its_last_boundary(house, unchanged):
    body = body_of(parts_for(wheel_name("check-42"), make_wheel("check-42")), end=False)
    with unchanged(house):
        answer = post(house, body)
    assert_refused(house, answer, 400, "cut off", "invalid-form")


def talk(
    house: House,
    body: bytes,
    *,
    length: int,
    version: str = "1.1",
    is_cut_off: bool = False,
    **more: str,
) -> bytes:
    """Send a request by hand and return all that comes back."""
    headers = {
        "Host": f"127.0.0.1:{house.port}",
        "Authorization": basic(house.token),
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(length),
        "Connection": "close",
        **more,
    }
    head = f"POST {house.prefix}/legacy/ HTTP/{version}\r\n" + "".join(
        f"{k}: {v}\r\n" for k, v in headers.items()
    )
    with house.connect() as line:
        line.sendall(head.encode() + b"\r\n" + body)
        if is_cut_off and isinstance(line, ssl.SSLSocket):
            # TLS knows no end of one direction alone.
            return b""
        if is_cut_off:
            line.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while chunk := line.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
        return answer


@pytest.mark.parametrize(
    ("case", "message"),
    [("none", "does not have a file"), ("two", "sent twice"), ("text", "file"), ("empty", "empty")],
)
def test_check_43_content_must_be_one_file(house, unchanged, case, message):
    filename, content = wheel_name("check-43"), make_wheel("check-43")
    fields = [(k, v.encode(), None) for k, v in fields_for(filename, content).items()]
    parts = {
        "none": fields,
        "two": [*fields, ("content", content, filename), ("content", content, filename)],
        "text": [*fields, ("content", b"text", None)],
        "empty": parts_for(filename, b""),
    }
    with unchanged(house):
        answer = post(house, body_of(parts[case]))
    assert_refused(house, answer, 400, message, "invalid-form")


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"action": None}, 400, ":action"),
        ({"action": "dance"}, 400, ":action"),
        ({"action": "submit"}, 410, "no longer needed"),
        ({"action": "doc_upload"}, 410, "not hosted"),
        ({"protocol_version": "2"}, 400, "protocol version"),
    ],
)
def test_check_44_actions(house, unchanged, change, status, message):
    with unchanged(house):
        answer = upload(house, wheel_name("check-44"), make_wheel("check-44"), **change)
    assert_refused(house, answer, status, message)


@pytest.mark.parametrize(
    ("filename", "filetype"),
    [
        ("check_45-1.0-py3-none-any.whl", "sdist"),
        ("check_45-1.0.tar.gz", "bdist_wheel"),
        ("check_45-1.0-py3.11.egg", "bdist_egg"),
        ("check_45-1.0.exe", "bdist_wininst"),
        ("check_45-1.0.zip", "sdist"),
        ("check_45-1.0.tar.bz2", "sdist"),
        ("check_45-1.0-py3-none-any.whlx", "bdist_wheel"),
    ],
)
def test_check_45_kinds_that_are_not_taken(house, unchanged, filename, filetype):
    form = {"filetype": filetype, "name": "check-45", "version": "1.0"}
    with unchanged(house):
        answer = upload(house, filename, make_wheel("check-45"), **form)
    assert_refused(house, answer, 400, "")
    assert ".whl" in answer.text or "bdist_wheel" in answer.text


@pytest.mark.parametrize(
    "filename",
    [
        "Check.46_x-1.0-py3-none-any.whl",
        "check-46-x-1.0-py3-none-any.whl",
        "check_46_x-01.0-py3-none-any.whl",
        "check_46_x-1.0-py3-none.whl",
        "chéck_46_x-1.0-py3-none-any.whl",
        "other-1.0-py3-none-any.whl",
        "check_46_x-2.0-py3-none-any.whl",
        "../check_46_x-1.0-py3-none-any.whl",
        "a/check_46_x-1.0-py3-none-any.whl",
        "a\\check_46_x-1.0-py3-none-any.whl",
        "check_46_x-1.0-py3-none-any\x7f.whl",
        "check_46_x-1.0-py3-none-any.WHL",
        f"check_46_x-1.0-{'p' * 300}-none-any.whl",
    ],
)
def test_check_46_file_names_that_are_not_taken(house, unchanged, filename):
    with unchanged(house):
        answer = upload(house, filename, make_wheel("check-46-x"), name="check-46-x", version="1.0")
    assert_refused(house, answer, 400, "")


def test_check_47_name_of_file_and_form_must_agree(house, unchanged):
    content = make_wheel("check-47", metadata=make_metadata("other", "1.0"))
    with unchanged(house):
        answer = upload(house, wheel_name("check-47"), content)
    assert_refused(house, answer, 400, "name")


def test_check_47_version_of_file_and_form_must_agree(house, unchanged):
    with unchanged(house):
        answer = upload(house, wheel_name("check-47"), make_wheel("check-47"), version="2.0")
    assert_refused(house, answer, 400, "version")


def test_check_47_equal_spellings_and_other_metadata_are_taken(house):
    filename, content = wheel_name("check-47"), make_wheel("check-47")
    told = {"name": "Check_47", "version": "1.0.0", "metadata_version": "2.1"}
    more = {"summary": "Said otherwise", "import_name": "elsewhere"}
    assert upload(house, filename, content, **told, **more).status_code == 200
    assert get_info(house, "check-47")["summary"] != "Said otherwise"


def get_info(house: House, project: str) -> dict[str, str]:
    info: dict[str, str] = house.http.get(f"/pypi/{project}/json").json()["info"]
    return info


def test_check_55_every_script_is_kept_exactly(house):
    facts = {
        "author": "Zoë Ключ",
        "summary": "🧀 שלום",
        "keywords": "käse,сыр",
        "description": "Überall: ключ, 🧀, שלום\n",
    }
    publish(house, wheel_name("check-55"), make_wheel("check-55", **facts))
    info = get_info(house, "check-55")
    assert {key: info[key] for key in facts} == facts


def test_check_56_message_that_latin_1_cannot_write(house, unchanged):
    with unchanged(house):
        answer = upload(house, "ключ-1.0-py3-none-any.whl", CONTENT, name="x", version="1.0")
    assert answer.status_code == 400
    assert "ключ" in answer.text
    if house.has_reasons:
        assert "????" in answer.reason_phrase


def test_check_59_long_texts_and_many_parts(house):
    name = "check-59"
    extras = [f"extra-{number}" for number in range(600)]
    needs = [f'dep-{extra} ; extra == "{extra}"' for extra in extras]
    content = make_wheel(name, description="word " * 200_000, extras=extras, requires_dist=needs)
    parts = parts_for(wheel_name(name), content)
    parts[:0] = [("provides_extra", extra.encode(), None) for extra in extras]
    parts[:0] = [("requires_dist", need.encode(), None) for need in needs]
    parts[:0] = [("description", b"word " * 200_000, None)]
    answer = post(house, body_of(parts))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("case", "status"),
    [("twice", {400}), ("file", {400}), ("many", {400, 413}), ("long", {400, 413})],
)
def test_check_60_forms_that_no_client_writes(house, unchanged, case, status):
    parts = parts_for(wheel_name("check-60"), make_wheel("check-60"))
    odd = {
        "twice": [("name", b"check-60", None)],
        "file": [("comment", b"x", "comment.txt")],
        "many": [(f"field{number}", b"x", None) for number in range(10_000)],
        "long": [("x" * 100_000, b"x", None)],
    }
    with unchanged(house):
        answer = post(house, body_of([*odd[case], *parts]))
    assert answer.status_code in status
    assert answer.text


def test_check_63_one_sdist_for_each_version(house, unchanged):
    name = "check-63"
    publish(house, sdist_name(name), make_sdist(name))
    with unchanged(house, name):
        answer = upload(house, sdist_name(name), make_sdist(name, summary="Other"))
    assert_refused(house, answer, 400, "File already exists")


def test_check_63_wheel_with_a_build_tag(house):
    name = "check-63"
    built = "check_63-1.0-1-py3-none-any.whl"
    publish(house, wheel_name(name), make_wheel(name))
    publish(house, built, make_wheel(name, summary="Built again"))
    assert built in house.filenames(name)


def test_check_64_local_version_by_both_spellings(house):
    name, version = "check-64", "1.0+cu12.1"
    publish(house, wheel_name(name, version), make_wheel(name, version))
    path = house.page(name)["files"][0]["url"].removeprefix("../..")
    spellings = {path.replace("%2B", "+"), path.replace("+", "%2B").replace("%252B", "%2B")}
    assert len(spellings) == 2
    assert {house.http.get(path).status_code for path in spellings} == {200}


@pytest.mark.parametrize(
    "tag",
    [
        "cp311-cp311-linux_x86_64",
        "cp314-cp314-pyemscripten_2026_0_wasm32",
        "cp314-cp314-android_24_arm64_v8a",
        "cp314-cp314-ios_13_0_arm64_iphoneos",
        "cp311-cp311-manylinux_2_28_x86_64",
    ],
)
def test_check_65_platforms_that_are_welcome(house, tag):
    name = "check-65"
    answer = upload(house, wheel_name(name, tag=tag), make_wheel(name, summary=tag))
    assert answer.status_code == 200, answer.text


def test_check_65_platform_that_is_not_one(house, unchanged):
    with unchanged(house):
        answer = upload(
            house, wheel_name("check-65-b", tag="cp311-cp311-toaster_9"), make_wheel("check-65-b")
        )
    assert_refused(house, answer, 400, "toaster_9")


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_check_66_closed_project_takes_nothing(house, unchanged, status):
    name = "check-66"
    publish(house, wheel_name(name), make_wheel(name))
    set_status(house, name, status)
    with unchanged(house, name):
        answer = upload(house, wheel_name(name, "2.0"), make_wheel(name, "2.0"))
    set_status(house, name, "active")
    assert_refused(house, answer, 403, status, "project-closed")


def set_status(house: House, name: str, status: str) -> None:
    with house.inside(), transaction():
        change_status(OPERATOR, get_project(get_index().id, name).id, status)


def test_check_67_other_methods(house):
    get_upload = house.http.get("/legacy/")
    assert (get_upload.status_code, get_upload.headers["Allow"]) == (405, "POST")
    assert house.http.post("/simple/").status_code == 405
    assert house.http.post("/simple/x/").status_code == 405


def test_check_67_address_without_its_slash(house):
    body = body_of(parts_for(wheel_name("check-67"), make_wheel("check-67")))
    assert post(house, body, path="/legacy").status_code == 200


@pytest.mark.parametrize(
    ("value", "status"), [("[]", 200), ("[{}]", 200), ("no json", 400), ('{"a": 1}', 400)]
)
def test_check_68_attestations(house, value, status):
    name = "check-68"
    answer = upload(house, wheel_name(name), make_wheel(name), attestations=value)
    assert answer.status_code == status


def test_check_68_signature_of_old(house):
    parts = parts_for(wheel_name("check-68"), make_wheel("check-68"))
    signature = ("gpg_signature", b"-----BEGIN PGP SIGNATURE-----", "x.asc")
    assert post(house, body_of([signature, *parts])).status_code == 200


def test_check_69_body_in_chunks(house):
    body = body_of(parts_for(wheel_name("check-69"), make_wheel("check-69")))
    answer = post(house, (body[at : at + 1000] for at in range(0, len(body), 1000)))
    assert answer.status_code == 200, answer.text


def test_check_69_expecting_100_continue(house):
    body = body_of(parts_for(wheel_name("check-69-b"), make_wheel("check-69-b")))
    answer = talk(house, body, length=len(body), Expect="100-continue")
    assert b" 200 OK" in answer


def test_check_69_by_http_1_0(house):
    body = body_of(parts_for(wheel_name("check-69-c"), make_wheel("check-69-c")))
    answer = talk(house, body, length=len(body), version="1.0")
    assert answer.split(b"\r\n")[0].endswith(b" 200 OK")


def test_check_69_slow_client_holds_up_nobody(house, project):
    body = body_of(parts_for(wheel_name("check-69-d"), make_wheel("check-69-d")))
    head = (
        f"POST {house.prefix}/legacy/ HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {basic(house.token)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with house.connect() as line:
        line.sendall(head.encode())
        for at in range(0, len(body), 400):
            line.sendall(body[at : at + 400])
            assert house.filenames(project)
        assert b" 200 OK" in line.recv(65536)

"""What the house does when something below it breaks; each time in a house of its own."""

import contextlib
import hashlib
import io
import os
import re
import shutil
import socket
import sqlite3
import time
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.archives import make_wheel, wheel_name
from tests.functional.conftest import running
from tests.functional.databases import postgres_server
from tests.functional.house import House
from tests.functional.test_pages import path_of
from tests.functional.uploading import (
    BOUNDARY,
    basic,
    body_of,
    fields_for,
    parts_for,
    publish,
    upload,
)

NAME = "check-failures"
WHEEL = wheel_name(NAME)
MEGABYTE = 1024 * 1024
# By hand: TILSIT_UPLOAD_MB=1024. The budget is the same whatever the size.
UPLOAD_MB = int(os.environ.get("TILSIT_UPLOAD_MB", "256"))
MOST_RESIDENT = 160 * MEGABYTE
MOST_ADDED = 64 * MEGABYTE


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Iterator[House]:
    """Give a house that may be hurt."""
    with running(House("granian", tmp_path_factory.mktemp("own") / "data")) as house:
        yield house


@pytest.fixture
def wheel(own) -> str:
    """Give the path of a wheel in it."""
    publish(own, WHEEL, make_wheel(NAME))
    return path_of(own, NAME, WHEEL)


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert 0 < int(answer.headers["Retry-After"]) < 60


@contextlib.contextmanager
def half_sent(house: House, body: bytes) -> Iterator[None]:
    """Hold a connection on which half an upload has been sent."""
    head = (
        f"POST /legacy/ HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(house.token)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", house.port)) as line:
        line.sendall(head.encode() + body[: len(body) // 2])
        yield


def await_incoming(house: House) -> None:
    deadline = time.monotonic() + 20
    while not house.incoming() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert house.incoming()


def test_check_38_killed_in_the_middle_of_an_upload(own):
    name = "check-38"
    content = make_wheel(name, members={"noise.bin": os.urandom(5 * MEGABYTE)}, store=True)
    before = own.blobs()
    with half_sent(own, body_of(parts_for(wheel_name(name), content))):
        await_incoming(own)
        own.kill()
    own.start()
    assert name not in own.names()
    assert own.blobs() == before
    assert upload(own, wheel_name(name), content).status_code == 200
    assert own.filenames(name) == [wheel_name(name)]


def test_client_that_goes_away_leaves_nothing(own):
    name = "check-gone"
    content = make_wheel(name, members={"noise.bin": os.urandom(5 * MEGABYTE)}, store=True)
    own.restart()
    for leftover in (own.folder / "blobs.incoming").glob("*"):
        leftover.unlink()
    with half_sent(own, body_of(parts_for(wheel_name(name), content))):
        await_incoming(own)
    deadline = time.monotonic() + 20
    while own.incoming() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert own.incoming() == []
    assert name not in own.names()


def test_check_62_disk_full(tmp_path):
    house = House("granian", tmp_path / "data", largest_file=8 * MEGABYTE)
    with running(house):
        big = make_wheel("big", members={"noise.bin": os.urandom(12 * MEGABYTE)}, store=True)
        answer = upload(house, wheel_name("big"), big)
        assert_unavailable(answer)
        assert (house.names(), house.blobs(), house.incoming()) == ([], set(), [])
        publish(house, wheel_name("small"), make_wheel("small"))
        assert house.names() == ["small"]


def test_check_27_database_gone_and_back(tmp_path):
    with postgres_server() as server:
        house = House("granian", tmp_path / "data", server.make_database("gone"))
        with running(house):
            publish(house, WHEEL, make_wheel(NAME))
            file = path_of(house, NAME, WHEEL)
            server.stop()
            assert house.http.get(f"/simple/{NAME}/").status_code == 200  # from the shelf
            for path in (
                f"/simple/{NAME}/?format=text/html",
                "/simple/nobody-has-this/",
                file,
                f"/pypi/{NAME}/json",
            ):
                assert_unavailable(house.http.get(path))
            assert_unavailable(upload(house, wheel_name(NAME, "2.0"), make_wheel(NAME, "2.0")))
            assert house.becomes(503)
            assert house.http.get("/healthz").status_code == 200
            server.start()
            house.await_ready()
            publish(house, wheel_name(NAME, "2.0"), make_wheel(NAME, "2.0"))
            assert len(house.filenames(NAME)) == 2


def test_database_locked(own, wheel):
    content = make_wheel(NAME, "2.0")
    connection = sqlite3.connect(own.folder / "tilsit.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        answer = upload(own, wheel_name(NAME, "2.0"), content)
        page = own.http.get(f"/simple/{NAME}/")
    finally:
        connection.execute("ROLLBACK")
        connection.close()
    assert_unavailable(answer)
    assert page.status_code == 200
    assert wheel_name(NAME, "2.0") not in own.filenames(NAME)
    publish(own, wheel_name(NAME, "2.0"), content)


def test_blob_store_gone_and_back(own, wheel):
    blobs, elsewhere = own.folder / "blobs", own.folder / "elsewhere"
    blobs.rename(elsewhere)
    try:
        answers = [own.http.get(wheel), own.http.get(f"{wheel}.metadata")]
        answers.append(upload(own, wheel_name(NAME, "3.0"), make_wheel(NAME, "3.0")))
        unready = own.becomes(503)
    finally:
        shutil.rmtree(blobs, ignore_errors=True)
        elsewhere.rename(blobs)
    for answer in answers:
        assert_unavailable(answer)
    assert unready
    assert own.becomes(200)
    assert wheel_name(NAME, "3.0") not in own.filenames(NAME)
    assert own.http.get(wheel).status_code == 200


def test_memory_after_a_thousand_requests(own, wheel):
    own.restart()
    for number in range(250):
        for path in ("/simple/", f"/simple/{NAME}/", wheel, f"/pypi/{NAME}/json"):
            assert own.http.get(path).status_code == 200, number
    assert own.peak_memory() <= MOST_RESIDENT


def test_memory_after_a_crowd_has_tried_to_log_in(own):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: fail_to_log_in(own, number), range(48)))
    assert set(answers) <= {403, 429}
    assert max(process.memory_info().rss for process in own.list_processes()) <= MOST_RESIDENT


def fail_to_log_in(house: House, number: int) -> int:
    """Try a wrong password with the form as a browser sends it; return the status."""
    with httpx.Client(base_url=house.url, trust_env=False, timeout=60) as browser:
        page = browser.get("/account/login").text
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
        assert token is not None
        form = {"csrf_token": token[1], "login": f"nobody{number}", "password": "a wrong guess"}
        return browser.post("/account/login", data=form).status_code


def test_memory_of_a_big_upload(own, tmp_path):
    name = "check-memory"
    path = tmp_path / wheel_name(name)
    write_big_wheel(path, name, UPLOAD_MB * MEGABYTE)
    publish(own, wheel_name("warm-up"), make_wheel("warm-up"))
    before = own.peak_memory()
    answer = send_file(own, path)
    assert answer.status_code == 200, answer.text
    assert own.filenames(name) == [path.name]
    assert own.peak_memory() - before <= MOST_ADDED


def write_big_wheel(path: Path, name: str, size: int) -> None:
    """Write a wheel with one member of so many bytes, which never are in memory at once."""
    info = f"{name.replace('-', '_')}-1.0.dist-info"
    block = os.urandom(MEGABYTE)
    digest = hashlib.sha256()
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open(zipfile.ZipInfo("noise.bin"), "w") as member:
            for _ in range(size // len(block)):
                member.write(block)
                digest.update(block)
        with zipfile.ZipFile(io.BytesIO(make_wheel(name))) as model:
            texts = {
                entry: model.read(f"{info}/{entry}").decode() for entry in ("METADATA", "WHEEL")
            }
        record = [_record_line("noise.bin", digest.digest(), size)]
        for entry, text in texts.items():
            archive.writestr(f"{info}/{entry}", text)
            raw = text.encode()
            record.append(_record_line(f"{info}/{entry}", hashlib.sha256(raw).digest(), len(raw)))
        archive.writestr(f"{info}/RECORD", "".join([*record, f"{info}/RECORD,,\n"]))


def send_file(house: House, path: Path) -> httpx.Response:
    """Upload a file from the disk, piece by piece."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    fields = fields_for(path.name, b"", sha256_digest=sha256)
    head = body_of([(key, value.encode(), None) for key, value in fields.items()], end=False)
    head += body_of([("content", b"", path.name)], end=False).removesuffix(b"\r\n")
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()

    def pieces() -> Iterator[bytes]:
        yield head
        with path.open("rb") as file:
            while piece := file.read(MEGABYTE):
                yield piece
        yield tail

    headers = {
        "Authorization": basic(house.token),
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(len(head) + path.stat().st_size + len(tail)),
    }
    return house.http.post("/legacy/", content=pieces(), headers=headers)


def _record_line(path: str, digest: bytes, size: int) -> str:
    return f"{path},sha256={urlsafe_b64encode(digest).rstrip(b'=').decode()},{size}\n"

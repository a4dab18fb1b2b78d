"""Whole houses that break while people use them: killed, crowded, without their database."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import httpx
import pytest

from tests.archives import make_wheel, wheel_name
from tests.functional.conftest import running
from tests.functional.databases import postgres_server
from tests.functional.house import House
from tests.functional.test_pages import path_of
from tests.functional.uploading import basic, body_of, parts_for, publish, upload

CONSENT = {"FAULT_CONSENT": "this is a test"}
WRITERS = 20


def put(house: House, name: str, version: str = "1.0") -> int:
    """Upload a wheel by a connection of its own and return the status."""
    headers = {
        "Authorization": basic(house.token),
        "Content-Type": "multipart/form-data; boundary=a-line-between",
    }
    body = body_of(parts_for(wheel_name(name, version), make_wheel(name, version)))
    answer = httpx.post(
        house.upload_url, content=body, headers=headers, trust_env=False, timeout=60
    )
    assert "locked" not in answer.text
    if answer.status_code == 503:
        assert 0 < int(answer.headers["Retry-After"]) < 60
    return answer.status_code


def assert_whole(house: House, names: list[str]) -> None:
    """Make sure that files are listed and have their bytes, and that the house is sound."""
    for name in names:
        (file,) = house.page(name)["files"]
        content = house.http.get(path_of(house, name, file["filename"])).content
        assert hashlib.sha256(content).hexdigest() == file["hashes"]["sha256"]
    done = house.run_command("check", "--hashes")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def house(tmp_path):
    """Give a house that is not running yet."""
    made = House("granian", tmp_path / "data", environ={"WEB_PROCESSES": "2"})
    made.folder.mkdir()
    made.prepare()
    try:
        yield made
    finally:
        made.http.close()
        for process in made.list_processes():
            process.kill()


def test_a_house_that_is_killed_in_an_upload_opens_again_with_all_it_acknowledged(house, bench):
    house.start()
    publish(house, wheel_name("early"), make_wheel("early"))
    house.stop()
    house.environ |= CONSENT | {"FAULT": "upload.answering"}
    house.start()
    with pytest.raises(httpx.TransportError):
        upload(house, wheel_name("late"), make_wheel("late"))
    house.kill()
    del house.environ["FAULT"]
    house.start()
    try:
        assert put(house, "late") == 200
        assert_whole(house, ["early", "late"])
        done = bench.pip("install", "--index-url", house.simple_url, "early", "late")
        assert done.status == 0, done.output
    finally:
        house.stop()


def test_twenty_writers_at_once_are_served_or_asked_to_come_again(house):
    house.start()
    assert house.token
    names = [f"writer-{number}-{step}" for number in range(WRITERS) for step in range(2)]
    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            statuses = dict(zip(names, pool.map(partial(put, house), names), strict=True))
        assert set(statuses.values()) <= {200, 503}
        assert_whole(house, [name for name, status in statuses.items() if status == 200])
    finally:
        house.stop()
    assert "Traceback" not in house.log


def test_a_database_that_restarts_under_load_loses_nothing(tmp_path):
    with postgres_server() as server:
        house = House("granian", tmp_path / "data", server.make_database("restarted"))
        with running(house):
            names, statuses, over = [f"load-{number}" for number in range(4)], {}, Event()
            assert house.token
            with ThreadPoolExecutor(len(names)) as pool:
                loads = [pool.submit(_load, house, name, statuses, over) for name in names]
                server.stop()
                assert put(house, "while-away") == 503
                server.start()
                house.await_ready()
                assert put(house, "back") == 200
                over.set()
            for load in loads:
                load.result()
            assert set(statuses.values()) <= {200, 503}
            assert_whole(house, ["back", *(name for name in statuses if statuses[name] == 200)])


def _load(house: House, name: str, statuses: dict[str, int], over: Event) -> None:
    number = 0
    while not over.is_set():
        number += 1
        each = f"{name}-{number}"
        statuses[each] = put(house, each)

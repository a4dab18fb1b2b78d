"""The hot path under stress: real servers, slow and absurd clients, processes that are killed."""

import contextlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from app.indexes.queries import get_index
from app.projects.queries import get_project, get_release
from app.simple.inspection import find_faults
from app.stats.queries import count_downloads
from tests.archives import make_wheel, wheel_name
from tests.functional.conftest import running
from tests.functional.house import ROOT, House
from tests.functional.test_pages import V1_JSON, path_of
from tests.functional.uploading import publish

NAME = "check-shelf"
PAGE = f"/simple/{NAME}/"
WHEEL = wheel_name(NAME)
MOST_DELAY_SECONDS = 0.05
MOST_RESIDENT = 160 * 1024 * 1024

# Yanks and unyanks for ever, telling after each that it was done.
YANKER = """
import itertools, sys
from app import create_app
from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.projects.services import unyank, yank

with create_app().app_context():
    for number in itertools.count():
        with transaction():
            yank(OPERATOR, int(sys.argv[1]), f"reason {number}")
        print("done", flush=True)
        with transaction():
            unyank(OPERATOR, int(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def shelved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house with a project of its own."""
    with running(House("granian", tmp_path_factory.mktemp("shelved") / "data")) as house:
        publish(house, WHEEL, make_wheel(NAME))
        yield house


def faults(house: House) -> list[str]:
    with house.inside():
        return list(find_faults("main"))


def delays(house: House, count: int = 40) -> list[float]:
    """Return how many seconds each of some new clients waits for a page."""
    waited = []
    for _ in range(count):
        begin = time.perf_counter()
        assert httpx.get(f"{house.url}{PAGE}", trust_env=False).status_code == 200
        waited.append(time.perf_counter() - begin)
    return waited


@contextlib.contextmanager
def connections(house: House, count: int, said: bytes) -> Iterator[list[socket.socket]]:
    """Hold connections open that have said something and wait."""
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(count):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", house.port)))
            client.sendall(said)
            opened.append(client)
        yield opened


@pytest.mark.parametrize(
    "said", [b"", b"GET /simple/ HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["idle", "half-sent"]
)
def test_five_hundred_waiting_connections_delay_nobody(shelved, said):
    before = statistics.median(delays(shelved))
    with connections(shelved, 500, said):
        meanwhile = statistics.median(delays(shelved))
    assert meanwhile - before <= MOST_DELAY_SECONDS


def test_two_thousand_open_connections_are_no_harm(shelved):
    with connections(shelved, 2_000, b""):
        assert statistics.median(delays(shelved)) <= 1
        assert max(one.memory_info().rss for one in shelved.list_processes()) <= MOST_RESIDENT
    assert shelved.http.get(PAGE).status_code == 200


def test_clients_that_read_one_byte_a_second_delay_nobody(shelved):
    request = f"GET {PAGE} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with connections(shelved, 200, request * 20) as slow:
        for client in slow:
            assert client.recv(1)
        assert statistics.median(delays(shelved)) <= 1


@pytest.mark.parametrize(
    ("headers", "statuses"),
    [
        ({"Accept": ", ".join(["text/html;q=0.1"] * 200)}, {200}),
        ({"X-Long": "x" * 60_000}, {200, 400, 431}),
        ({"Accept": "x" * 60_000}, {200, 400, 406, 431}),
        ({"If-None-Match": ", ".join(['"x"'] * 5_000)}, {200, 400, 431}),
        ({"Range": "bytes=" + ",".join(["0-1"] * 5_000)}, {200, 206, 400, 416, 431}),
        ({"Accept-Encoding": ", ".join(["gzip;q=1.0"] * 3_000)}, {200, 400, 431}),
    ],
    ids=["200 types", "64 KB header", "64 KB type", "validators", "ranges", "encodings"],
)
def test_absurd_headers_get_an_answer(shelved, headers, statuses):
    file = path_of(shelved, NAME, WHEEL)
    for path in (PAGE, "/simple/", file):
        assert shelved.http.get(path, headers=headers).status_code in statuses
    assert shelved.http.get(PAGE).status_code == 200


def test_deleting_the_shelf_while_it_is_read_harms_nobody(shelved):
    file = path_of(shelved, NAME, WHEEL)
    for _ in range(20):
        shutil.rmtree(shelved.folder / "shelf", ignore_errors=True)
        answers = [shelved.http.get(path) for path in (PAGE, "/simple/", file, PAGE)]
        assert [answer.status_code for answer in answers] == [200] * 4
        assert WHEEL in answers[0].text
    assert faults(shelved) == []


def test_process_that_is_killed_anywhere_leaves_no_wrong_page(shelved):
    with shelved.inside():
        release = get_release(get_project(get_index().id, NAME).id, "1.0").id
    chance = random.Random(7)
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", YANKER, str(release)],
            cwd=ROOT,
            env=shelved.settings(),
            stdout=subprocess.PIPE,
        ) as yanker:
            assert yanker.stdout is not None
            for _ in range(chance.randrange(1, 30)):
                assert yanker.stdout.readline() == b"done\n"
            yanker.kill()
        told = shelved.page(NAME)["files"][0]["yanked"]
        assert told == is_yanked(shelved, release)
        assert faults(shelved) == []


def is_yanked(house: House, release_id: int) -> str | bool:
    with house.inside():
        release = get_release(get_project(get_index().id, NAME).id, "1.0")
        assert release.id == release_id
        return release.yanked_reason if release.is_yanked else False


def test_web_process_that_is_killed_is_right_at_once_after_a_restart(shelved):
    publish(shelved, wheel_name(NAME, "2.0"), make_wheel(NAME, "2.0"))
    shelved.kill()
    shelved.start()
    answer = shelved.http.get(PAGE, headers={"Accept": V1_JSON})
    assert answer.json()["versions"] == ["1.0", "2.0"]
    assert faults(shelved) == []


@pytest.mark.parametrize("server", ["granian", "gunicorn", "uwsgi"])
def test_downloads_are_counted_before_the_server_ends(server, tmp_path):
    with running(House(server, tmp_path / "data")) as house:
        publish(house, WHEEL, make_wheel(NAME))
        file = path_of(house, NAME, WHEEL)
        for _ in range(5):
            assert house.http.get(file).status_code == 200
        house.restart()
        with house.inside():
            assert count_downloads("main", NAME) == 5

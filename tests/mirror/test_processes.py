"""Several processes, one house: each file is fetched once, also when who fetches it is killed."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.storage import blobs
from app.mirror import files
from app.mirror.flights import the_flights
from tests.mirror.conftest import await_true
from tests.mirror.copying import bring, copy_of, entry_of, keep_page
from tests.upstreams import Drip, Stall

ROOT = Path(__file__).parents[2]
LARGE = os.urandom(2 * 1024 * 1024)


@pytest.fixture
def held(upstream):
    return upstream.add_file("big", "big-1.0.tar.gz", LARGE)


@pytest.fixture
def entry(mirror, upstream, held):
    entry = entry_of(upstream, held)
    keep_page(mirror, "big", entry)
    return entry


@pytest.fixture
def start(house, entry):
    """Give a function that starts a process with some clients, and returns when it is ready."""
    begun = []

    def begin(clients):
        environ = os.environ | {
            "DATA_DIR": str(house.config["DATA_DIR"]),
            "SECRET_KEY": house.config["SECRET_KEY"],
            "DATABASE_URL": house.config["SQLALCHEMY_DATABASE_URI"],
            "STORAGE_URL": str(blobs().root),
            "PYTHONPATH": str(ROOT),
        }
        process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("client.py"), "pypi"]
            + [entry.address, entry.filename, str(clients)],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def go(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def answers(process):
    return process.communicate(timeout=30)[0].splitlines()


def right(count):
    return [f"{len(LARGE)} {hashlib.sha256(LARGE).hexdigest()}"] * count


def test_two_processes_with_fifty_clients_cost_one_request(upstream, start, entry, mirror):
    upstream.breaks(Drip(piece=200_000, seconds=0.05), "/packages/*")
    processes = [start(25), start(25)]
    for process in processes:
        go(process)
    assert [answers(process) for process in processes] == [right(25), right(25)]
    assert len(upstream.asked("/packages/*")) == 1
    assert copy_of(mirror, entry).sha256 == entry.sha256


def test_a_process_follows_what_another_fetches(upstream, start, entry, mirror):
    upstream.breaks(Stall(share=0.5), "/packages/*")
    process = start(2)
    go(process)
    upstream.await_asked("/packages/*")
    chunks = files.fetch(mirror, entry.address, entry.filename).chunks()
    first = next(chunks)
    upstream.heals()
    assert first + b"".join(chunks) == LARGE
    assert answers(process) == right(2)
    assert len(upstream.asked("/packages/*")) == 1


def test_a_failure_is_told_to_all_processes(upstream, start):
    upstream.add_file("big", "big-1.0.tar.gz", LARGE[:-1] + b"?")
    upstream.breaks(Drip(piece=500_000, seconds=0.05), "/packages/*")
    processes = [start(3), start(3)]
    for process in processes:
        go(process)
    lines = [line for process in processes for line in answers(process)]
    assert {line.split()[1] for line in lines} == {"copy-broken"}
    assert all(int(line.split()[0]) < len(LARGE) for line in lines)


def test_a_killed_process_leaves_its_fetch_to_the_others(upstream, start, entry, mirror):
    upstream.breaks(Stall(share=0.0), "/packages/*")
    process = start(1)
    go(process)
    upstream.await_asked("/packages/*")
    arrival = files.fetch(mirror, entry.address, entry.filename)
    assert arrival.wait(0) is None
    process.kill()
    upstream.await_asked("/packages/*", count=2)
    upstream.heals()
    assert arrival.wait(10).sha256 == entry.sha256


def test_who_has_sent_bytes_of_a_killed_process_sends_no_others(upstream, start, entry, mirror):
    upstream.breaks(Stall(share=0.5), "/packages/*")
    process = start(1)
    go(process)
    upstream.await_asked("/packages/*")
    chunks = files.fetch(mirror, entry.address, entry.filename).chunks()
    process.kill()
    upstream.await_asked("/packages/*", count=2)
    upstream.heals()
    await_true(lambda: not the_flights()._flights)
    with pytest.raises(Exception, match="cannot be reached"):
        list(chunks)
    assert copy_of(mirror, entry).sha256 == entry.sha256


def test_a_killed_process_leaves_nothing_that_is_in_the_way(upstream, start, entry, mirror):
    upstream.breaks(Stall(share=0.5), "/packages/*")
    process = start(1)
    go(process)
    upstream.await_asked("/packages/*")
    process.kill()
    process.wait()
    upstream.heals()
    assert bring(mirror, entry).sha256 == entry.sha256
    assert blobs().forget_incoming() == 1

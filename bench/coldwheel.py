"""Measure what a large wheel costs that comes from an upstream while many ask for it.

    python bench/coldwheel.py --megabytes 200 --clients 50

A real upstream, a real Tilsit with two processes, and clients that all ask at the
same moment for a file that is not there yet. They only count what they get.
"""

import multiprocessing
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urljoin, urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from tests.functional.house import House
from tests.upstreams import UpstreamServer

FOLDER = Path(__file__).parents[1] / ".bench" / "coldwheel"
MEBIBYTE = 1024 * 1024
_PROJECT = "large"


@dataclass(frozen=True)
class Got:
    """What a client got: seconds until the first byte and the last, and how many bytes."""

    first: float
    last: float
    size: int


@click.command()
@click.option("--megabytes", default=200, show_default=True)
@click.option("--clients", default=50, show_default=True)
@click.option("--server", default="granian", show_default=True)
def main(megabytes: int, clients: int, server: str) -> None:
    """Measure one cold file and print the figures."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with _upstream(megabytes) as (pipe, url, place):
        straight = ask(place)
        house = House(server, FOLDER / "data", environ={"UPSTREAM_URL": url, "WEB_PROCESSES": "2"})
        house.prepare()
        house.start()
        try:
            address = urljoin(house.simple_url, _address(house))
            before, memory = _memory(house), _Peak(house)
            with memory:
                all_got = _ask_together(address, clients)
            warm = ask(address)
        finally:
            house.stop()
        pipe.send("how often?")
        asked = pipe.recv()
    _tell(straight, all_got, warm, asked, memory.peak - before)


def ask(url: str) -> Got:
    """Ask for a file and count what comes."""
    parts = urlsplit(url)
    buffer = bytearray(256 * 1024)
    began = time.perf_counter()
    with socket.create_connection((parts.hostname, parts.port), timeout=120) as connection:
        head = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        size = length = 0
        first = 0.0
        # Until the headers end they are counted too, and taken away below.
        while count := connection.recv_into(buffer):
            if not size and b"\r\n\r\n" in buffer[:count]:
                length = buffer.index(b"\r\n\r\n") + 4
            if not first and size + count > length:
                first = time.perf_counter() - began
            size += count
    return Got(first, time.perf_counter() - began, size - length)


def _ask_together(url: str, clients: int) -> list[Got]:
    got: list[Got] = []
    start = threading.Barrier(clients)

    def client() -> None:
        start.wait()
        got.append(ask(url))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def _address(house: House) -> str:
    url = str(house.page(_PROJECT)["files"][0]["url"])
    return urljoin(f"{house.simple_url}{_PROJECT}/", url)


def _memory(house: House) -> float:
    """Return the memory of all processes of a house in MiB, shared pages counted once."""
    processes = house.list_processes()
    return float(sum(process.memory_full_info().pss for process in processes) / MEBIBYTE)


class _Peak:
    """The most memory that a house has while the block runs."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.peak = 0.0

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.25):
            self.peak = max(self.peak, _memory(self._house))


@contextmanager
def _upstream(megabytes: int) -> Iterator[tuple[Connection, str, str]]:
    """Give an upstream in a process of its own: a pipe to it, its address and the file's."""
    pipe, other = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_be_upstream, args=(other, megabytes), daemon=True
    )
    process.start()
    try:
        url, place = pipe.recv()
        yield pipe, url, place
    finally:
        process.kill()
        process.join()


def _be_upstream(pipe: Connection, megabytes: int) -> None:
    with UpstreamServer() as server:
        content = os.urandom(MEBIBYTE) * megabytes
        held = server.add_file(_PROJECT, f"{_PROJECT}-1.0-py3-none-any.whl", content)
        pipe.send((server.url, server.origin + held.path))
        pipe.recv()
        # The first one was ours.
        pipe.send(len(server.asked(held.path)) - 1)


def _tell(straight: Got, all_got: list[Got], warm: Got, asked: int, memory: float) -> None:
    firsts = sorted(got.first for got in all_got)
    whole = sum(got.size == straight.size for got in all_got)
    for label, value in {
        "straight from the upstream, first byte, s": f"{straight.first:.3f}",
        "straight from the upstream, all, s": f"{straight.last:.2f}",
        "first byte of the first and the last client, s": f"{firsts[0]:.3f}, {firsts[-1]:.3f}",
        "all of the last client, s": f"{max(got.last for got in all_got):.2f}",
        "clients that got all of it": f"{whole} of {len(all_got)}",
        "requests to the upstream": str(asked),
        "more memory, MiB": f"{memory:.0f}",
        "once more when it is here, all, s": f"{warm.last:.2f}",
    }.items():
        click.echo(f"{label:50} {value}")


if __name__ == "__main__":
    main()

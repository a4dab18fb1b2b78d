"""Visit the whole map of an installation as crawlers do, and measure it.

    DATA_DIR=.bench/growth/900000 python bench/sitemap.py

A real server is started on that folder, and every part that `/sitemap.xml` names is
asked for from one connection, with gzip. Each must have from 1 to 50,000 addresses
and at most 50 MB, and no address may come twice.
"""

import gzip
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parents[1]))

import click
import psutil

from app.core.progress import track
from tests.functional.house import House

MOST_ADDRESSES, MOST_BYTES = 50_000, 50 * 1024 * 1024
_NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Part:
    """A sitemap: after how many seconds all of it was there, and what it holds."""

    seconds: float
    size: int
    addresses: list[str]


@click.command()
@click.option("--parts", type=int, help="Only so many, spread over all of them.")
def main(parts: int | None) -> None:
    """Measure the map of the installation that DATA_DIR names."""
    house = House("granian", Path(os.environ["DATA_DIR"]).resolve())
    house.start()
    try:
        click.echo(measure(house, parts))
    finally:
        house.stop()


def measure(house: House, wanted: int | None) -> str:
    """Return what was found, in a few lines."""
    connection = HTTPConnection("127.0.0.1", house.port, timeout=_TIMEOUT_SECONDS)
    index = ask(connection, "/sitemap.xml")
    chosen = index.addresses[:: max(len(index.addresses) // (wanted or 10**9), 1)]
    before = _memory(house)
    seen: set[bytes] = set()
    seconds, most = [], 0
    for part in visit(connection, chosen):
        check(part, seen)
        seconds.append(part.seconds * 1000)
        most = max(most, len(part.addresses))
    return (
        f"index: {len(index.addresses)} parts in {index.seconds * 1000:.0f} ms\n"
        f"{len(seconds)} parts with {len(seen):,} addresses, at most {most:,} in one: "
        f"median {median(seconds):.0f} ms, slowest {max(seconds):.0f} ms\n"
        f"memory of all processes: {before:.0f} MB before, {_memory(house):.0f} MB after"
    )


def visit(connection: HTTPConnection, addresses: list[str]) -> Iterator[Part]:
    """Yield the parts at some addresses."""
    for address in track(addresses, label="Parts of the map"):
        yield ask(connection, urlsplit(address).path)


def ask(connection: HTTPConnection, path: str) -> Part:
    """Return what a sitemap holds."""
    began = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    seconds = time.perf_counter() - began
    if answer.status != 200:
        raise click.ClickException(f"{path} answered {answer.status}.")
    plain = gzip.decompress(body)
    places = ElementTree.fromstring(plain).iter(f"{_NAMESPACE}loc")
    return Part(seconds, len(plain), [place.text or "" for place in places])


def check(part: Part, seen: set[bytes]) -> None:
    """Demand what the protocol does, and note the addresses by their digests."""
    if not 0 < len(part.addresses) <= MOST_ADDRESSES or part.size > MOST_BYTES:
        raise click.ClickException(f"A part has {len(part.addresses)} addresses.")
    digests = {hashlib.blake2b(one.encode(), digest_size=8).digest() for one in part.addresses}
    if len(digests) < len(part.addresses) or digests & seen:
        raise click.ClickException("An address comes twice.")
    seen |= digests


def _memory(house: House) -> float:
    processes: list[psutil.Process] = house.list_processes()
    return sum(process.memory_info().rss for process in processes) / 1e6


if __name__ == "__main__":
    main()

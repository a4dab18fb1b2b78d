"""Measure what the page of a mirrored project with very many files costs, step by step.

    python bench/manyfiles.py --files 40000

Without a server: processor time of one process, each step once.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

import click

from app.core import clock
from app.mirror.answers import Answer
from app.mirror.documents import pack, unpack
from app.mirror.entries import Reader
from app.mirror.formats import read_simple
from app.mirror.source import link_to
from app.policy.judging import sift
from app.policy.terms import Rules
from app.simple import serializers
from app.sources.page import IndexPage

_JSON = "application/vnd.pypi.simple.v1+json"
_URL = "https://host.test/simple/big/"
_PER_VERSION = 20
_FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)

Made = TypeVar("Made")


@click.command()
@click.option("--files", "count", default=40_000, show_default=True)
def main(count: int) -> None:
    """Read, pack, unpack, judge and render a page."""
    body = json.dumps({"meta": {"api-version": "1.1"}, "name": "big", "files": [*_list(count)]})
    answer = Answer(status=200, url=_URL, headers={"content-type": _JSON}, body=body.encode())
    reader = Reader("big", answer.url, lambda _server: True)
    page = _timed("read", lambda: read_simple(answer, reader))
    packed = _timed("pack", lambda: pack(page.document))
    document = _timed("unpack", lambda: unpack(packed))
    files = _timed("link", lambda: [link_to(entry) for entry in document.entries])
    terms = Rules(layers=(), is_mirrored=True).about("big")
    sifted = _timed("judge", lambda: sift(files, terms, clock.now()))
    made = IndexPage(
        index_slug="main",
        name="big",
        normalized_name="big",
        versions=document.versions,
        files=sifted.served,
    )
    _timed("render as JSON", lambda: serializers.page_as_json(made, "../../files/"))
    _timed("render as HTML", lambda: serializers.page_as_html(made, "../../files/"))


def _list(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        filename = f"big-{number // _PER_VERSION}.0-cp3{number % _PER_VERSION}-none-any.whl"
        yield {
            "filename": filename,
            "url": f"https://host.test/files/{filename}",
            "hashes": {"sha256": f"{number:064x}"},
            "size": number,
            "upload-time": (_FIRST_DAY + timedelta(minutes=number)).isoformat(),
            "yanked": False,
        }


def _timed(step: str, make: Callable[[], Made]) -> Made:
    begin = time.process_time()
    made = make()
    print(f"{step:16} {time.process_time() - begin:6.2f} s")
    return made


if __name__ == "__main__":
    main()

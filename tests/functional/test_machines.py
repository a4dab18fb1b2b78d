"""Feeds and the map of all pages over HTTP, on every server and database."""

import gzip
import json
from email.utils import parsedate_to_datetime
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import httpx
import pytest

from tests.archives import make_wheel, wheel_name
from tests.functional.house import House
from tests.functional.uploading import publish

NAME = "check-machines"
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def told(house: House) -> House:
    """Give a house with a project of two releases."""
    for version in ("1.0", "2.0"):
        publish(house, wheel_name(NAME, version), make_wheel(NAME, version))
    return house


def ask(house: House, path: str, **headers: str) -> httpx.Response:
    return house.http.get(path, headers=headers)


def read(answer: httpx.Response) -> ElementTree.Element:
    assert answer.status_code == 200, answer.text
    return ElementTree.fromstring(answer.content)


def test_rss_is_read_as_feed_readers_do(told: House) -> None:
    answer = ask(told, "/rss/updates.xml")
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    items = {item.findtext("title"): item for item in read(answer).iter("item")}
    newest = items[f"{NAME} 2.0"]
    assert parsedate_to_datetime(newest.findtext("pubDate") or "").tzinfo is not None
    assert newest.findtext("guid") == newest.findtext("link")
    assert told.http.get(newest.findtext("link") or "").status_code == 200


@pytest.mark.parametrize("kind", ["updates", "packages", f"project/{NAME}/releases"])
@pytest.mark.parametrize("form", ["rss", "atom"])
def test_who_has_a_feed_is_told_so(told: House, form: str, kind: str) -> None:
    answer = ask(told, f"/{form}/{kind}.xml")
    read(answer)
    again = ask(told, f"/{form}/{kind}.xml", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_page_of_the_map_is_there(told: House) -> None:
    rules = RobotFileParser()
    rules.parse(ask(told, "/robots.txt").text.splitlines())
    maps = rules.site_maps() or []
    assert maps == [f"{told.url}/sitemap.xml"]
    parts = [part.findtext(f"{MAP}loc") or "" for part in read(told.http.get(maps[0]))]
    pages = [
        page.findtext(f"{MAP}loc") or "" for part in parts for page in read(told.http.get(part))
    ]
    assert f"{told.url}/project/{NAME}/" in pages
    for page in pages:
        assert told.http.get(page).status_code == 200, page
        assert rules.can_fetch("*", page)


def test_the_map_is_streamed_compressed_to_those_who_want_it(told: House) -> None:
    index = read(ask(told, "/sitemap.xml"))
    part = (index[-1].findtext(f"{MAP}loc") or "").removeprefix(told.url)
    plain = ask(told, part, **{"Accept-Encoding": "identity"})
    with told.http.stream("GET", part, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    known = {"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]}
    assert ask(told, part, **known).status_code == 304


def test_what_is_told_is_what_other_doors_tell(told: House) -> None:
    document = json.loads(ask(told, f"/pypi/{NAME}/json").content)
    feed = read(ask(told, f"/atom/project/{NAME}/releases.xml"))
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert sorted(title or "" for title in titles) == sorted(document["releases"])

"""What clients ask for, and whether an answer is what it should be."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urljoin

import httpx

_HREF = re.compile(r"""<a\b[^>]*?\bhref=["']([^"']*)["']""", re.IGNORECASE)
TIMEOUT_SECONDS = 60


class NotOffered(Exception):
    """A subject has no such thing; the message is what the table says."""


@dataclass(frozen=True)
class Form:
    """A representation of index pages (PEP 691)."""

    name: str
    content_type: str

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that ask for it."""
        return {"Accept": self.content_type}


JSON = Form("json", "application/vnd.pypi.simple.v1+json")
HTML = Form("html", "text/html")
# In the order in which installers like them.
FORMS = (JSON, HTML)


@dataclass(frozen=True)
class Asked:
    """One request, as it is sent over and over."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back, checked."""

    asked: Asked
    content_type: str
    validators: Mapping[str, str]
    content: bytes

    @property
    def form(self) -> Form | None:
        """Return the form of an index page, or None for anything else."""
        return next((form for form in FORMS if form.content_type == self.content_type), None)

    def links(self) -> dict[str, str]:
        """Return the addresses of the files on an index page by file name."""
        return find_links(self.asked.url, self.content.decode(), is_json=self.form is JSON)


def ask(http: httpx.Client, asked: Asked, *, status: int = 200) -> Answer:
    """Send a request once, or raise `NotOffered` when the answer has another status."""
    response = http.get(asked.url, headers=dict(asked.headers))
    if response.status_code != status:
        raise NotOffered(f"not offered ({response.status_code})")
    names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
    return Answer(
        asked=asked,
        content_type=response.headers.get("Content-Type", "").partition(";")[0].strip(),
        validators={
            then: response.headers[n] for n, then in names.items() if n in response.headers
        },
        content=response.content,
    )


def ask_page(http: httpx.Client, url: str, form: Form, *, mention: str) -> Answer:
    """Ask for an index page in one form; it must mention a name."""
    answer = ask(http, Asked(url, form.headers))
    if answer.form is not form:
        raise NotOffered("not offered")
    if mention.encode() not in answer.content:
        raise NotOffered(f"wrong: the page does not mention {mention}")
    return answer


def make_client() -> httpx.Client:
    """Return a client that follows nothing and asks for no compression, as wrk does."""
    return httpx.Client(
        trust_env=False, timeout=TIMEOUT_SECONDS, headers={"Accept-Encoding": "identity"}
    )


def find_links(base: str, page: str, *, is_json: bool) -> dict[str, str]:
    """Return the absolute addresses on an index page by file name, without fragments."""
    if is_json:
        found = [file["url"] for file in json.loads(page)["files"]]
    else:
        found = [html.unescape(href) for href in _HREF.findall(page)]
    urls = [urljoin(base, url.partition("#")[0]) for url in found]
    return {unquote(url.rstrip("/").rpartition("/")[2]): url for url in urls}

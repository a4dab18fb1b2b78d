"""Reads HTML pages of the simple API (PEP 503), as text and never as markup."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from typing_extensions import override

from app.mirror.answers import Answer
from app.mirror.documents import Document, Entry
from app.mirror.entries import MOST_FILES, Reader, size_of, text, time_of
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.names import ENDINGS

# Such a title has a page of a project that has no files.
_TITLE = re.compile(r"\s*links for\s", re.IGNORECASE)
_META = "pypi:"


@dataclass(frozen=True)
class HtmlPage:
    """A page as it was read."""

    document: Document
    api_version: str


def read_html(answer: Answer, reader: Reader) -> HtmlPage:
    """Read an HTML page; raises `UpstreamUnavailable` if it is none of a project, or cut short."""
    anchors = _Anchors(reader.base)
    try:
        # Never closed: what has no end would be read again and again from every `<` in it,
        # and a page of a megabyte would take hours.
        anchors.feed(_decode(answer))
    except (AssertionError, ValueError) as error:
        # So the parser calls declarations that it does not know; a base may be no address.
        raise UpstreamUnavailable from error
    if anchors.rawdata.lstrip().startswith("<") or anchors.is_unfinished:
        raise UpstreamUnavailable
    reader.base = anchors.base
    found = [found for found in anchors.found if _is_file(found["href"])]
    if not found and not anchors.is_of_project:
        raise UpstreamUnavailable
    document = reader.document(
        (_entry(attributes, reader) for attributes in found),
        status=anchors.meta.get("project-status"),
        status_reason=anchors.meta.get("project-status-reason"),
    )
    return HtmlPage(document, anchors.meta.get("repository-version", "1.0"))


class _Anchors(HTMLParser):
    """Gathers links and what stands in the head; texts only to know what kind of page it is."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.found: list[dict[str, str]] = []
        self.meta: dict[str, str] = {}
        self._texts = ""
        self._in_title = False
        self._open_pages = 0

    @property
    def is_of_project(self) -> bool:
        """Tell whether it says of itself that it is a page of an index."""
        return "repository-version" in self.meta or bool(_TITLE.match(self._texts))

    @property
    def is_unfinished(self) -> bool:
        """Tell whether a page began and did not end."""
        return self._open_pages > 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            # HTML takes the first of equal attributes.
            attributes = {name: value or "" for name, value in reversed(attrs)}
            if "href" in attributes:
                self.found.append(attributes)
            if len(self.found) > 2 * MOST_FILES:
                # An index page may have other links too, but not so many.
                raise UpstreamUnavailable
        elif tag in {"meta", "base"}:
            self._note_head(tag, {name: value or "" for name, value in attrs})
        elif tag == "html":
            self._open_pages = 1
        self._in_title = tag in {"title", "h1"}

    @override
    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if tag == "html":
            self._open_pages = 0

    @override
    def handle_data(self, data: str) -> None:
        if self._in_title and not self._texts:
            self._texts = data

    def _note_head(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = attributes.get("name", "").lower()
        if tag == "base" and "href" in attributes:
            self.base = urljoin(self.base, attributes["href"])
        elif name.startswith(_META):
            self.meta.setdefault(name.removeprefix(_META), attributes.get("content", ""))


def _entry(attributes: Mapping[str, str], reader: Reader) -> Entry | None:
    url, _, fragment = attributes["href"].strip().partition("#")
    size = attributes.get("data-size", "")
    metadata = attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))
    return reader.entry(
        _filename(url),
        url,
        hashes=_pairs(fragment),
        core_metadata=_metadata(metadata),
        size=size_of(int(size)) if size.isdecimal() and len(size) < 20 else None,
        uploaded_at=time_of(attributes.get("data-upload-time")),
        requires_python=text(attributes.get("data-requires-python")) or None,
        # PEP 592: the attribute alone says it, whatever its value.
        is_yanked="data-yanked" in attributes,
        yanked_reason=text(attributes.get("data-yanked")) or "",
    )


def _is_file(url: str) -> bool:
    return _filename(url.partition("#")[0]).lower().endswith(ENDINGS)


def _filename(url: str) -> str:
    try:
        path = urlsplit(url.strip()).path
    except ValueError:
        return ""
    name = path.rpartition("/")[2]
    return unquote(name) if "%" in name else name


def _metadata(told: str | None) -> object:
    """Return what an attribute tells as JSON tells it; pip alone takes `false` for a yes."""
    if told is None or told.strip().lower() in {"", "false"}:
        return None
    return _pairs(told) or True


def _pairs(told: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in told.split("&"))
    return {name.strip().lower(): value.strip() for name, sign, value in pairs if sign}


def _decode(answer: Answer) -> str:
    header = Message()
    header["content-type"] = answer.headers.get("content-type", "")
    charset = str(header.get_param("charset") or "utf-8")
    try:
        return answer.body.decode(charset, "replace")
    except LookupError:
        return answer.body.decode("utf-8", "replace")

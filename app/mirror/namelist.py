"""The list of all names of an upstream, read piece by piece: it may have 40 MB.

Nothing is believed before the end of the list was seen: one that was cut short
would make it look as if projects had gone.
"""

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

from app.mirror.exceptions import UpstreamUnavailable
from app.projects.names import is_valid

ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"

_JSON = re.compile(r"application/(vnd\.pypi\.simple\.v1\+)?json\b", re.IGNORECASE)
_BEGIN = re.compile(r'"projects"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
# Longer than what is told of one project and what stands before the first.
_LONGEST = 1024 * 1024


def read_names(chunks: Iterable[str], content_type: str) -> Iterator[str]:
    """Yield the names in a list of the simple API, in JSON or HTML (PEP 503, PEP 691).

    Those that no project may have are left out. Raises `UpstreamUnavailable` if it
    is no such list, or has no end.
    """
    read = _read_json if _JSON.match(content_type) else _read_html
    return (name for name in read(chunks) if is_valid(name))


def _read_json(chunks: Iterable[str]) -> Iterator[str]:
    text = _Text(chunks)
    text.pass_over(_BEGIN)
    while (item := text.next_item()) is not None:
        name = item.get("name")
        if isinstance(name, str):
            yield name


def _read_html(chunks: Iterable[str]) -> Iterator[str]:
    anchors = _Anchors()
    for chunk in chunks:
        anchors.feed(chunk)
        if len(anchors.rawdata) > _LONGEST:
            # It is read from its beginning with every piece that follows.
            raise UpstreamUnavailable
        yield from anchors.take()
    if not anchors.has_ended:
        raise UpstreamUnavailable


class _Text:
    """The part of a long JSON text that is being looked at."""

    def __init__(self, chunks: Iterable[str]) -> None:
        self._chunks = iter(chunks)
        self._text = ""
        self._place = 0
        self._decode = json.JSONDecoder().raw_decode

    def pass_over(self, pattern: re.Pattern[str]) -> None:
        """Go to where a pattern ends for the first time."""
        while (found := pattern.search(self._text)) is None:
            self._read_on()
        self._place = found.end()

    def next_item(self) -> dict[str, Any] | None:
        """Return the next object of the array, or None at its end."""
        while True:
            between = _BETWEEN.match(self._text, self._place)
            self._place = between.end() if between else self._place
            if self._text.startswith("]", self._place):
                return None
            try:
                # Until its last brace is here, an object cannot be decoded.
                item, self._place = self._decode(self._text, self._place)
            except (ValueError, RecursionError):
                self._read_on()
                continue
            if not isinstance(item, dict):
                raise UpstreamUnavailable
            return item

    def _read_on(self) -> None:
        chunk = next(self._chunks, None)
        if chunk is None or len(self._text) - self._place > _LONGEST:
            raise UpstreamUnavailable
        self._text, self._place = self._text[self._place :] + chunk, 0


class _Anchors(HTMLParser):
    """Collects what stands between anchors; everything else is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.has_ended = False
        self._is_inside = False
        self._words: list[str] = []
        self._names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a name."""
        if tag == "a":
            self._is_inside, self._words = True, []

    def handle_data(self, data: str) -> None:
        """Add to a name."""
        if self._is_inside:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End a name, or the list."""
        if tag == "a" and self._is_inside:
            self._is_inside = False
            self._names.append("".join(self._words).strip())
        self.has_ended = self.has_ended or tag in {"body", "html"}

    def take(self) -> list[str]:
        """Return the names that were found since the last time."""
        names, self._names = self._names, []
        return names

"""Answers that are ready: the headers of the views, made once for a file on the shelf."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.http import remove_entity_headers

from app.simple.answers import file_answer, page_answer
from app.simple.negotiation import Form
from app.simple.shelf import is_whole, serial_of
from app.web.documents import tell_audience
from app.web.headers import protect

# Headers and the rest, roughly.
_OVERHEAD = 3_000

Identity = tuple[int, int, int, int]


@dataclass(frozen=True)
class Ready:
    """Headers for 200 and 304, and the bytes unless they are too many to keep.

    `identity` tells whether the file is still the one that this was made of, and
    `until` up to which moment it counts.
    """

    path: str
    identity: Identity
    etag: str
    headers: list[tuple[str, str]]
    headers_304: list[tuple[str, str]]
    body: bytes | None
    until: float = math.inf

    @property
    def weight(self) -> int:
        """Return how many bytes of memory it takes."""
        return len(self.body or b"") + _OVERHEAD


def identity_of(facts: os.stat_result) -> Identity:
    """Return what tells a file from any other that stood in its place."""
    return facts.st_ino, facts.st_mtime_ns, facts.st_size, facts.st_ctime_ns


def ready_page(path: str, form: Form, limit: int, *, is_public: bool) -> Ready | None:
    """Return a page that lies whole at a path, or None; its bytes if they are within a limit."""
    found = _read(path, limit)
    if found is None or not is_whole(found[0]):
        return None
    facts, body = found
    response = page_answer(form, serial=serial_of(facts), size=facts.st_size)
    return _ready(path, facts, response, body, is_public=is_public)


def ready_file(path: str, limit: int, *, is_public: bool) -> Ready | None:
    """Return a file that a path leads to, or None; its bytes if they are within a limit."""
    found = _read(path, limit)
    if found is None:
        return None
    facts, body = found
    response = file_answer(int(facts.st_mtime), facts.st_size, is_public=is_public)
    return _ready(path, facts, response, body, is_public=is_public)


def _read(path: str, limit: int) -> tuple[os.stat_result, bytes | None] | None:
    try:
        with Path(path).open("rb") as file:
            facts = os.fstat(file.fileno())
            return facts, file.read() if facts.st_size <= limit else None
    except OSError:
        return None


def _ready(
    path: str, facts: os.stat_result, response: Response, body: bytes | None, *, is_public: bool
) -> Ready:
    tell_audience(response, is_public=is_public)
    protect(response)
    shorter = Headers(response.headers)
    remove_entity_headers(shorter)
    return Ready(
        path,
        identity_of(facts),
        response.headers["ETag"],
        response.headers.to_wsgi_list(),
        shorter.to_wsgi_list(),
        body,
    )

"""Index pages as bytes (PEP 503, 592, 629, 658, 691, 700, 714, 740, 792).

The same page always gives the same bytes. Addresses are relative, so pages are
right behind every prefix and proxy, and can be served by anything.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from html import escape
from itertools import chain
from typing import Any
from urllib.parse import quote

from app.sources.page import FileLink, IndexPage

API_VERSION = "1.4"

# Both may stand in a path as they are (RFC 3986); versions like 1!2.0+cu12 have them.
_SAFE = "+!"
# What needs no escaping, as all names that can be published; asked once for many of them.
_PLAIN = re.compile(r"[A-Za-z0-9._-]*\Z", re.ASCII)


def page_as_json(page: IndexPage, files: str) -> bytes:
    """Return a project's page as JSON; `files` is the way to the files, relative to it."""
    return _json(
        {
            "meta": _meta(page.serial),
            "name": page.normalized_name,
            "project-status": _status(page),
            "versions": page.versions,
            "files": [_entry(file, files) for file in page.files],
        }
    )


def page_as_html(page: IndexPage, files: str) -> bytes:
    """Return a project's page as HTML; `files` is the way to the files, relative to it."""
    title = f"Links for {_text(page.name)}"
    metas = [("pypi:project-status", page.status)]
    if page.status_reason:
        metas.append(("pypi:project-status-reason", page.status_reason))
    return _html(title, metas, (_anchor(file, files) for file in page.files), page.serial)


def root_as_json(names: Iterable[tuple[str, str]], serial: int) -> bytes:
    """Return the list of all projects as JSON; names come as display and normalised name."""
    head, tail = root_json_frame(serial)
    return head + root_json_items(names, is_first=True) + tail


def root_as_html(names: Iterable[tuple[str, str]], serial: int) -> bytes:
    """Return the list of all projects as HTML."""
    head, tail = root_html_frame(serial)
    return head + root_html_lines(names) + tail


def root_json_frame(serial: int) -> tuple[bytes, bytes]:
    """Return what stands before and behind the projects in the JSON list."""
    document = _json({"meta": _meta(serial), "projects": []})
    middle = document.rindex(b"]")
    return document[:middle], document[middle:]


def root_json_items(names: Iterable[tuple[str, str]], *, is_first: bool) -> bytes:
    """Return projects as they stand in the JSON list, with a comma before them unless first."""
    items = _json([{"name": name} for name, _normalized in names])[1:-2]
    return items if is_first or not items else b"," + items


def root_html_frame(serial: int) -> tuple[bytes, bytes]:
    """Return what stands before and behind the projects in the HTML list."""
    document = _html("Simple index", [], [], serial)
    middle = document.index(b"</body>")
    return document[:middle], document[middle:]


def root_html_lines(names: Iterable[tuple[str, str]]) -> bytes:
    """Return projects as they stand in the HTML list, a line each."""
    # Relative: poetry takes the whole address for the name.
    pairs = list(names)
    if _PLAIN.match("".join(chain.from_iterable(pairs))) is None:
        pairs = [(_text(name), quote(normalized, safe="")) for name, normalized in pairs]
    lines = [f'<a href="{address}/">{name}</a><br>\n' for name, address in pairs]
    return "".join(lines).encode()


def file_url(file: FileLink, files: str) -> str:
    """Return the address of a file below the place where files lie."""
    return f"{files}{file.address}/{quote(file.filename, safe=_SAFE)}"


def _meta(serial: int) -> dict[str, Any]:
    return {"api-version": API_VERSION, "_last-serial": serial}


def _status(page: IndexPage) -> dict[str, str]:
    status = {"status": page.status}
    return status | {"reason": page.status_reason} if page.status_reason else status


def _entry(file: FileLink, files: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "filename": file.filename,
        "url": file_url(file, files),
        "hashes": _hashes(file),
        # An empty reason would mean "not yanked" to pip, so it becomes true.
        "yanked": (file.yanked_reason or True) if file.is_yanked else False,
    }
    # What is not known is left out: uv refuses whole pages because of a null.
    if file.size is not None:
        entry["size"] = file.size
    if file.uploaded_at is not None:
        entry["upload-time"] = _time(file.uploaded_at)
    if file.requires_python:
        entry["requires-python"] = file.requires_python
    if file.metadata_sha256:
        entry["core-metadata"] = {"sha256": file.metadata_sha256}
    elif file.has_metadata:
        entry["core-metadata"] = True
    return entry


def _hashes(file: FileLink) -> dict[str, str]:
    if file.sha256 is not None:
        return {"sha256": file.sha256}
    return {"md5": file.md5} if file.md5 else {}


def _anchor(file: FileLink, files: str) -> str:
    # What we made ourselves needs no escaping; on long pages that counts.
    # Without a digest rather than with a weak one: uv refuses pages that have such.
    fragment = f"#sha256={file.sha256}" if file.sha256 else ""
    parts = [f'<a href="{_attribute(file_url(file, files))}{fragment}"']
    if file.requires_python:
        parts.append(f'data-requires-python="{_attribute(file.requires_python)}"')
    if file.is_yanked:
        # With a value, if only an empty one: pip reads a bare attribute as "not yanked".
        parts.append(f'data-yanked="{_attribute(file.yanked_reason)}"')
    if file.metadata_sha256 or file.has_metadata:
        # PEP 714: the new name and the old one, with the same value.
        told = f"sha256={file.metadata_sha256}" if file.metadata_sha256 else "true"
        parts.append(f'data-core-metadata="{told}"')
        parts.append(f'data-dist-info-metadata="{told}"')
    if file.size is not None:
        parts.append(f'data-size="{file.size}"')
    if file.uploaded_at is not None:
        parts.append(f'data-upload-time="{_time(file.uploaded_at)}"')
    return f"{' '.join(parts)}>{_text(file.filename)}</a><br>"


def _html(title: str, metas: Iterable[tuple[str, str]], lines: Iterable[str], serial: int) -> bytes:
    head = [("pypi:repository-version", API_VERSION), *metas]
    document = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        *(f'<meta name="{name}" content="{_attribute(value)}">' for name, value in head),
        f"<title>{title}</title>",
        "</head>",
        "<body>",
        f"<h1>{title}</h1>",
        *lines,
        "</body>",
        "</html>",
        f"<!--SERIAL {serial}-->",
        "",
    ]
    return "\n".join(document).encode()


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _time(moment: datetime) -> str:
    # PEP 700: UTC with a Z, and at most six digits of a second.
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _text(value: str) -> str:
    return escape(value, quote=False)


def _attribute(value: str) -> str:
    return escape(value).replace("\r", "&#13;").replace("\n", "&#10;")

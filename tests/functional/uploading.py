"""Uploads written by hand, for what no honest client sends."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import httpx

from tests.functional.house import House

BOUNDARY = "a-line-between"
Part = tuple[str, bytes, str | None]


def basic(secret: str, user: str = "__token__") -> str:
    """Return the value of an Authorization header."""
    return "Basic " + b64encode(f"{user}:{secret}".encode()).decode()


def fields_for(filename: str, content: bytes, **changes: str | None) -> dict[str, str]:
    """Return the form that goes with a file; a change to None leaves a field out."""
    stem = filename.removesuffix(".tar.gz").removesuffix(".whl")
    name, _, rest = stem.partition("-")
    is_wheel = filename.endswith(".whl")
    fields: dict[str, str | None] = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.4",
        "name": name,
        "version": rest.split("-")[0],
        "filetype": "bdist_wheel" if is_wheel else "sdist",
        "pyversion": "py3" if is_wheel else "source",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
    }
    fields |= {key.replace("action", ":action"): value for key, value in changes.items()}
    return {key: value for key, value in fields.items() if value is not None}


def body_of(parts: Iterable[Part], *, end: bool = True) -> bytes:
    """Return a multipart body; a part is its name, its bytes and its file name, if any."""
    lines = b""
    for name, content, filename in parts:
        shown = "" if filename is None else f'; filename="{filename}"'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n\r\n'
        lines += head.encode() + content + b"\r\n"
    return lines + (f"--{BOUNDARY}--\r\n".encode() if end else b"")


def parts_for(filename: str, content: bytes, **changes: str | None) -> list[Part]:
    """Return the parts of an upload, the file last."""
    fields = fields_for(filename, content, **changes)
    parts: list[Part] = [(name, value.encode(), None) for name, value in fields.items()]
    return [*parts, ("content", content, filename)]


def post(
    house: House, body: Any, *, token: str | None = None, path: str = "/legacy/", **headers: str
) -> httpx.Response:
    """Post a body as it is; header names are written with `_` for `-`."""
    sent = {
        "Authorization": basic(token or house.token),
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return house.http.post(path, content=body, headers=sent)


def upload(
    house: House, filename: str, content: bytes, *, token: str | None = None, **changes: Any
) -> httpx.Response:
    """Upload a file as an honest client would, but for the changes to its form."""
    return post(house, body_of(parts_for(filename, content, **changes)), token=token)


def publish(house: House, filename: str, content: bytes, *, token: str | None = None) -> None:
    """Upload a file that must be taken."""
    answer = upload(house, filename, content, token=token)
    assert answer.status_code == 200, answer.text


def assert_refused(
    house: House, answer: httpx.Response, status: int, message: str, code: str | None = None
) -> None:
    """Make sure that the refusal is told in body and reason phrase, with its code."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    assert message.lower() in answer.text.lower()
    if house.has_reasons:
        assert message.lower() in answer.reason_phrase.lower()
    if code is not None:
        assert answer.headers["X-Error-Code"] == code


def as_uv(house: House, filename: str, content: bytes, **changes: Any) -> dict[str, str]:
    """Upload as uv does, which prefers JSON, and return what it would read."""
    body = body_of(parts_for(filename, content, **changes))
    accept = "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7"
    told: dict[str, str] = json.loads(post(house, body, Accept=accept).text)
    return told

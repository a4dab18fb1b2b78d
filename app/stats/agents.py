"""What a User-Agent tells of who downloads: the program, its Python and the system.

It is the choice of whoever sends it, so only what is known is kept of it, and
there are few different values whatever comes.
"""

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

OTHER = "other"
CLIENTS = (
    *("pip", "uv", "poetry", "pdm", "hatch", "twine", "conda", "bandersnatch", "devpi", "tilsit"),
    *("browser", "curl", "wget", "requests", OTHER),
)
SYSTEMS = ("Linux", "Windows", "Darwin", OTHER)

# pip's are the longest, of about 700 letters, and have six.
_LONGEST, _MOST_BRACKETS = 2_000, 50
# Those without JSON are short.
_LONGEST_PLAIN = 300
_REMEMBERED = 2_048
_NAME = re.compile(r"([A-Za-z0-9._-]{1,40})/")
_BY_NAME = {client: client for client in CLIENTS[:-1]} | {
    "mozilla": "browser",
    "opera": "browser",
    "devpi-server": "devpi",
    "devpi-client": "devpi",
    "mamba": "conda",
    "micromamba": "conda",
    "python-requests": "requests",
}
# `CPython/3.12.1`, `cpython 3.12.1-final0`, `py3.12.1`, `Python/3.12 aiohttp/3.9`.
_PYTHON = re.compile(r"\b(?:(?:c?python|pypy|py)[/ ]?)(\d\.\d{1,2})\b", re.IGNORECASE)
_VERSION = re.compile(r"(\d\.\d{1,2})(?![\d])")
_SYSTEM = re.compile(r"\b(linux|windows|darwin|macosx?|mac os)", re.IGNORECASE)
_BY_SYSTEM = {"linux": "Linux", "windows": "Windows"}
# Those that there are or will soon be, so that nobody can invent many.
_PYTHONS = frozenset(("2.6", "2.7", *(f"3.{minor}" for minor in range(30))))


class Agent(NamedTuple):
    """A client of `CLIENTS`, its Python as `3.12` or empty, and a system of `SYSTEMS`."""

    client: str
    python: str
    system: str


UNKNOWN = Agent(OTHER, "", OTHER)


def agent_of(text: str) -> Agent:
    """Return what a User-Agent tells; whatever makes no sense is `other`."""
    return UNKNOWN if len(text) > _LONGEST else _parse(text)


@lru_cache(maxsize=_REMEMBERED)
def _parse(text: str) -> Agent:
    match = _NAME.match(text)
    if match is None or not text.isprintable():
        return UNKNOWN
    client = _BY_NAME.get(match[1].lower(), OTHER)
    _head, brace, rest = text.partition("{")
    if not brace:
        plain = text[:_LONGEST_PLAIN]
        return Agent(client, _find_python(plain), _find_system(plain))
    told = _read(brace + rest)
    return UNKNOWN if told is None else Agent(client, *_pick(told))


def _read(text: str) -> dict[str, Any] | None:
    # What is nested deeply takes the parser long, and then it gives up.
    if text.count("{") + text.count("[") > _MOST_BRACKETS:
        return None
    try:
        told = json.loads(text)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _pick(told: dict[str, Any]) -> tuple[str, str]:
    python, system = told.get("python"), told.get("system")
    name = system.get("name") if isinstance(system, dict) else None
    version = _VERSION.match(python) if isinstance(python, str) else None
    known = name if isinstance(name, str) and name in SYSTEMS else OTHER
    return _known_python(version[1]) if version else "", known


def _find_python(text: str) -> str:
    match = _PYTHON.search(text)
    return _known_python(match[1]) if match else ""


def _find_system(text: str) -> str:
    match = _SYSTEM.search(text)
    return _BY_SYSTEM.get(match[1].lower(), "Darwin") if match else OTHER


def _known_python(version: str) -> str:
    return version if version in _PYTHONS else ""

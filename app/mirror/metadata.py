"""What an upstream's metadata tell of a release, whatever they look like.

They are a stranger's: values of the wrong kind are left out, and all are bounded.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeGuard

from packaging.metadata import parse_email

from app.projects.metadata import find_license, list_languages, split_keywords

_LONGEST_LINE = 2_000
_LONGEST_TEXT = 1_000_000
_MOST_VALUES = 1_000
# Old tools wrote this word where they had nothing to say.
_NOTHING = "UNKNOWN"
_LEVEL = 6


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What people read of a release; the fields are those of a `ReleaseDetail`.

    `name` is as its authors write it, and `description_html` None as long as nobody
    has rendered the description.
    """

    name: str = ""
    metadata_version: str = ""
    summary: str = ""
    description: str = ""
    description_html: str | None = None
    description_content_type: str | None = None
    keywords: tuple[str, ...] = ()
    author: str = ""
    author_email: str = ""
    maintainer: str = ""
    maintainer_email: str = ""
    home_page: str = ""
    download_url: str = ""
    license_text: str = ""
    license_expression: str | None = None
    license_files: tuple[str, ...] = ()
    requires_python: str | None = None
    classifiers: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    provides_extra: tuple[str, ...] = ()
    dynamic: tuple[str, ...] = ()
    import_names: tuple[str, ...] = ()
    requires_dist: tuple[str, ...] = ()
    project_urls: tuple[tuple[str, str], ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the programming languages that the classifiers name."""
        return tuple(list_languages(self.classifiers))

    @property
    def license_name(self) -> str | None:
        """Return the licence as it is shown, or None."""
        return find_license(self.license_expression, self.classifiers, self.license_text)


def read_info(info: Mapping[str, Any]) -> Facts:
    """Return what the `info` of a project's JSON document tells."""
    told = dict(info) | {"platforms": [info.get("platform")]}
    return _facts(told, split_keywords(_line(info.get("keywords"))))


def read_core_metadata(raw: bytes) -> Facts:
    """Return what a METADATA file tells."""
    told, _unread = parse_email(raw)
    return _facts(told, _lines(told.get("keywords")))


def pack(facts: Facts) -> bytes:
    """Return facts as they are stored."""
    # As ASCII, for what came may hold halves of characters.
    told = {key: value for key, value in vars(facts).items() if value is not None and value != ()}
    return zlib.compress(json.dumps(told, separators=(",", ":")).encode(), _LEVEL)


def unpack(stored: bytes) -> Facts:
    """Return facts that were stored."""
    told: dict[str, Any] = json.loads(zlib.decompress(stored))
    for name in _LISTS & told.keys():
        told[name] = tuple(told[name])
    urls = told.get("project_urls", ())
    return replace(Facts(**told), project_urls=tuple((label, url) for label, url in urls))


def _facts(told: Mapping[str, Any], keywords: tuple[str, ...]) -> Facts:
    values: dict[str, Any] = {
        **{name: _line(told.get(name)) for name in _LINES},
        **{name: _line(told.get(name)) or None for name in _OPTIONS},
        **{name: _lines(told.get(name)) for name in _LISTS},
    }
    values["description"] = _text(told.get("description"))
    values["license_text"] = _text(told.get("license"))
    values["project_urls"] = _urls(told.get("project_urls"))
    return Facts(**values | {"keywords": keywords})


def _text(value: object, limit: int = _LONGEST_TEXT) -> str:
    if not isinstance(value, str) or value.strip() in {"", _NOTHING}:
        return ""
    # Halves of characters cannot be sent, and no database keeps a NUL.
    return value[:limit].encode(errors="replace").decode().replace("\0", "")


def _line(value: object) -> str:
    return " ".join(_text(value, _LONGEST_LINE).split())


def _lines(value: object) -> tuple[str, ...]:
    if not _is_list(value):
        return ()
    lines = (_line(each) for each in value[:_MOST_VALUES])
    return tuple(line for line in lines if line)


def _urls(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        return ()
    pairs = [(_line(label), _line(url)) for label, url in list(value.items())[:_MOST_VALUES]]
    return tuple((label, url) for label, url in pairs if url)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


_LISTS = {field.name for field in fields(Facts) if field.default == ()}
_LINES = (
    "name",
    "metadata_version",
    "summary",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "home_page",
    "download_url",
)
_OPTIONS = ("description_content_type", "license_expression", "requires_python")

"""The paths of pages: how they are written, and which of them the application has itself."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from app.core.runtime import application
from app.pages.exceptions import BadPath, PathTaken

LONGEST = 200
_DEEPEST = 10
# Letters and digits of every script; nothing that addresses, files or logs read otherwise.
_PART = re.compile(r"[\w~-][\w.~-]*")
_SLASHES = re.compile("/+")


@dataclass(frozen=True)
class Path:
    """A path as it is kept, and whether its address ends with a slash."""

    path: str
    has_slash: bool = False

    @property
    def address(self) -> str:
        """Return the path as addresses have it."""
        return f"{self.path}/" if self.has_slash else self.path

    @property
    def quoted(self) -> str:
        """Return the address as machines are told it, in ASCII."""
        return quote(self.address)


def read_path(text: str) -> Path:
    """Return a path that somebody wrote, or raise `BadPath`."""
    stem = find_stem(text.strip())
    if stem is None or not text.strip().startswith("/"):
        raise BadPath
    return Path(stem, text.strip().endswith("/"))


def find_stem(asked: str) -> str | None:
    """Return what an asked path is kept as: small letters, no slash twice or at its end.

    None if no page can have it.
    """
    if len(asked) > LONGEST:
        return None
    whole = unicodedata.normalize("NFC", _SLASHES.sub("/", asked)).lower()
    parts = whole.strip("/").split("/")
    if len(parts) > _DEEPEST or not all(map(_PART.fullmatch, parts)):
        return None
    stem = "/" + "/".join(parts)
    return stem if len(stem) < LONGEST else None


def find_rule(address: str) -> str | None:
    """Return the route by which the application itself answers at an address, or None."""
    adapter = application().url_map.bind("localhost")
    try:
        rule, _values = adapter.match(address, method="GET", return_rule=True)
    except NotFound:
        return None
    except RequestRedirect as moved:
        return moved.new_url.removeprefix("http://localhost")
    except MethodNotAllowed:
        return address
    except HTTPException:
        return address
    return str(rule)


def demand_free(address: str) -> None:
    """Raise `PathTaken` if the application itself answers at an address: it always wins."""
    rule = find_rule(address)
    if rule is not None:
        raise PathTaken(rule)

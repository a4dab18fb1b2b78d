"""Names of archive members that are safe to unpack on any system."""

import re

from app.uploads.archives.limits import MAX_DEPTH, MAX_NAME_BYTES
from app.uploads.exceptions import InvalidArchive

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_DRIVE = re.compile("[A-Za-z]:")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]|\A/|//|\A[A-Za-z]:|(?:\A|/)\.\.?(?:/|\Z)")


def check_member_name(name: str) -> None:
    """Raise InvalidArchive for a name that could leave the folder it is unpacked in."""
    is_short = 0 < len(name) <= MAX_NAME_BYTES and name.count("/") <= MAX_DEPTH
    if is_short and _UNSAFE.search(name) is None:
        return
    raise InvalidArchive(_complaint(name), code="unsafe-name")


def shorten(name: str) -> str:
    """Return the name quoted for a message of one line."""
    return ascii(name if len(name) <= 80 else f"{name[:60]}...{name[-17:]}")


def _complaint(name: str) -> str:
    if not name or len(name) > MAX_NAME_BYTES:
        return "A member of the archive has an empty or endless name, give it a short one."
    if name.count("/") > MAX_DEPTH:
        return f"Member {shorten(name)} lies too deep, the limit is {MAX_DEPTH} folders."
    if _CONTROL.search(name):
        return f"Member {shorten(name)} has a control character in its name, use printable ones."
    if "\\" in name:
        return f"Member {shorten(name)} has a backslash in its name, separate folders by '/'."
    if name.startswith("/") or _DRIVE.match(name):
        return f"Member {shorten(name)} has an absolute name, it should be relative."
    return f"Member {shorten(name)} has '.', '..' or nothing between slashes, use folder names."

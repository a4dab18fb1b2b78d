"""Writing XML: whatever strangers wrote, what comes out is well-formed."""

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOTHING: Mapping[str, str] = {}
# All that XML 1.0 has no way to write, not even as a reference: control characters,
# halves of a surrogate pair, and the two last of the first plane.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Return a text with the sign for a lost character in place of what XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def element(name: str, text: str = "", attributes: Mapping[str, str] = _NOTHING) -> str:
    """Return an element that holds a text, or nothing."""
    if not text:
        return f"<{name}{_write(attributes)}/>"
    return f"<{name}{_write(attributes)}>{escape(clean(text))}</{name}>"


def parent(name: str, children: Iterable[str], attributes: Mapping[str, str] = _NOTHING) -> str:
    """Return an element that holds others, which are written already."""
    return f"<{name}{_write(attributes)}>{''.join(children)}</{name}>\n"


def _write(attributes: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(clean(value))}" for name, value in attributes.items())

"""Turn titles in European languages into readable addresses."""

import re
import unicodedata

__version__ = "@version@"

_LETTERS = {
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa",
    "ł": "l", "đ": "d", "þ": "th", "ð": "d", "œ": "oe",
}  # fmt: skip
_OTHERS = re.compile(r"[^a-z0-9]+")


def slug(title: str, *, longest: int = 80) -> str:
    """Return a title as lower-case ASCII letters and digits with hyphens between."""
    written = "".join(_LETTERS.get(letter, letter) for letter in title.lower())
    plain = unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode()
    return _OTHERS.sub("-", plain).strip("-")[:longest].rstrip("-")

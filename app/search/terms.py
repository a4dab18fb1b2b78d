"""Words as they are compared: without capitals and accents, cut where no letter stands."""

import re
import unicodedata

LONGEST_WORD = 50

_WORD = re.compile(r"[^\W_]+")
# To fold takes time for each letter, and what follows a long text says nothing more.
_MOST_LETTERS = 1_000


def split_words(text: str) -> list[str]:
    """Return the words of a text in their order, each cut to `LONGEST_WORD` letters."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text[:_MOST_LETTERS]))]


def fold(text: str) -> str:
    """Return a text in small letters and without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(p for p in parts if not unicodedata.combining(p)))

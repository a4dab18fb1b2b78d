"""Words as they are compared: without capitals and accents, cut where no letter stands."""

import re
import unicodedata

LONGEST_WORD = 50
# Of a description; what follows are change logs.
LONGEST_TEXT = 20_000

# "pyre" is no "re".
_SHORTEST_BARE = 5

_WORD = re.compile(r"[^\W_]+")
# Nobody looks for more, and to fold takes time for each letter.
_MOST_LETTERS = 1_000


def split_words(text: str, *, most_letters: int = _MOST_LETTERS) -> list[str]:
    """Return the words of a text in their order, each cut to `LONGEST_WORD` letters."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text[:most_letters]))]


def fold(text: str) -> str:
    """Return a text in small letters and without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(p for p in parts if not unicodedata.combining(p)))


def plain(name: str) -> str:
    """Return a normalised name without its hyphens."""
    return name.replace("-", "")


def bare(word: str) -> str:
    """Return a word of a name without the `py` that many begin with, as in PyYAML."""
    return word[2:] if word.startswith("py") and len(word) >= _SHORTEST_BARE else word

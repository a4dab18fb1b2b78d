"""Line up columns of text, wide letters and colours included."""

import re
import sys
import unicodedata
from collections.abc import Sequence

__version__ = "@version@"

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    seen = (letter for letter in _COLOUR.sub("", text) if not unicodedata.combining(letter))
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in seen)


def align(rows: Sequence[Sequence[str]], gap: int = 2) -> str:
    """Return rows as lines whose columns stand below each other."""
    widest = [0] * max((len(row) for row in rows), default=0)
    for row in rows:
        for place, cell in enumerate(row):
            widest[place] = max(widest[place], width(cell))
    return "\n".join(_line(row, widest, gap) for row in rows)


def main() -> None:
    """Line up what comes on standard input, column by blank."""
    sys.stdout.write(align([line.split() for line in sys.stdin]) + "\n")


def _line(row: Sequence[str], widest: Sequence[int], gap: int) -> str:
    padded = [cell + " " * (widest[place] - width(cell) + gap) for place, cell in enumerate(row)]
    return "".join(padded).rstrip()

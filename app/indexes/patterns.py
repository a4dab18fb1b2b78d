"""Patterns of names, as `acme-*`: normalised names with stars in them."""

import re

LONGEST = 200
# As browsers are told too: they cannot count letters between stars.
SHAPE = r"[A-Za-z0-9*]+([\-_.]+[A-Za-z0-9*]+)*"

# What is shorter covers half the world by mistake.
_FEWEST_LETTERS = 3
_SEPARATORS = re.compile(r"[-_.]+")
_STARS = re.compile(r"\*+")


def normalise(pattern: str) -> str:
    """Return the form in which patterns are compared with normalised names (PEP 503)."""
    return _STARS.sub("*", _SEPARATORS.sub("-", pattern.strip()).lower())


def is_valid(pattern: str) -> bool:
    """Tell whether a normalised pattern says enough about the names that it covers."""
    letters = len(re.sub(r"[-*]", "", pattern))
    fits = re.fullmatch(SHAPE, pattern) is not None
    return fits and letters >= _FEWEST_LETTERS and len(pattern) <= LONGEST

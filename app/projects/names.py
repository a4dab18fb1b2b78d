"""Project names: which are valid, and when two are the same."""

import re
import sys

# PEP 508; `\Z`, because `$` would let a line break pass.
_VALID = re.compile(r"([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])\Z", re.IGNORECASE | re.ASCII)
_SEPARATORS = re.compile(r"[-_.]+")
_TWINS = str.maketrans({"i": "1", "l": "1", "o": "0", "-": ""})

LONGEST = 200

# What people type after `pip install` by mistake.
_SLIPS = {"requirements-txt", "rrequirements-txt", "requirement-txt"}


def normalise(name: str) -> str:
    """Return the form in which names are compared (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def is_valid(name: str) -> bool:
    """Tell whether a project may have this name (PEP 508)."""
    return len(name) <= LONGEST and _VALID.match(name) is not None


def lookalike(name: str) -> str:
    """Return a form in which names that are easily taken for each other are the same."""
    return normalise(name).translate(_TWINS)


def is_reserved(name: str) -> bool:
    """Tell whether a name is a module of Python itself, or what slips into a command."""
    return normalise(name) in _SLIPS | {normalise(module) for module in sys.stdlib_module_names}

"""Which slugs an index may have: they stand in addresses, folders and names of variables."""

import re

LONGEST = 50
PATTERN = "[a-z0-9](-?[a-z0-9])*"

# They stand, or may stand once, where a slug does.
_TAKEN = {"all", "new", "none"}


def is_valid(slug: str) -> bool:
    """Tell whether an index may have this slug."""
    return len(slug) <= LONGEST and re.fullmatch(PATTERN, slug) is not None and slug not in _TAKEN


def variable_of(slug: str) -> str:
    """Return the variable of the environment that may name what a mirror copies."""
    if slug == "pypi":
        return "UPSTREAM_URL"
    return f"UPSTREAM_URL_{slug.upper().replace('-', '_')}"

"""The public projects that are downloaded most, as a list that comes with the program."""

from functools import cache
from pathlib import Path

_LIST = Path(__file__).with_name("popular.txt")


@cache
def list_popular() -> tuple[str, ...]:
    """Return their normalised names, the most downloaded first."""
    return tuple(_LIST.read_text(encoding="ascii").split())


@cache
def ranks() -> dict[str, int]:
    """Return the places of popular names: 1 is the first."""
    return {name: place for place, name in enumerate(list_popular(), start=1)}

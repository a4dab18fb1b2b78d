"""Showing how far work is whose length is only about known."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

Page = TypeVar("Page")

# Shows how far the steps under a label are.
Follow = Callable[[Sequence[int], str], Iterable[int]]


def silently(steps: Sequence[int], _label: str) -> Iterable[int]:
    """Show nothing."""
    return steps


def paced(pages: Iterable[Page], count: int, label: str, follow: Follow) -> Iterator[Page]:
    """Yield all pages, while it is shown how many of about so many are done."""
    ticks = iter(follow(range(max(count, 1)), label))
    for page in pages:
        next(ticks, None)
        yield page
    for _rest in ticks:
        pass

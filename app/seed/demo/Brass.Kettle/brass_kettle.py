"""Try again, politely: retries with growing pauses and an end."""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

__version__ = "@version@"

P = ParamSpec("P")
R = TypeVar("R")


def boil(
    *,
    times: int = 3,
    first_pause: float = 0.5,
    on: type[Exception] | tuple[type[Exception], ...] = OSError,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Repeat a function that raises, with pauses in seconds that double."""

    def wrap(work: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(work)
        def trying(*args: P.args, **kwargs: P.kwargs) -> R:
            for attempt in range(times - 1):
                try:
                    return work(*args, **kwargs)
                except on:
                    noise = random.uniform(0.9, 1.1)  # noqa: S311 - against crowds, not spies
                    time.sleep(first_pause * 2**attempt * noise)
            return work(*args, **kwargs)

        return trying

    return wrap

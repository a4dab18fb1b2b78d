"""Long work that waits for others more than it computes, done by a few threads."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from app.core.progress import track
from app.core.runtime import application

Item = TypeVar("Item")
Result = TypeVar("Result", covariant=True)

HANDS = 4


class Interrupted(Exception):
    """Somebody ended the work while this part of it was waiting."""


class Bell(Protocol):
    """Rings when the work is to end early."""

    def is_set(self) -> bool:
        """Tell whether it has rung."""


def work_through(
    items: Sequence[Item], work: Callable[[Item, Bell], Result], *, label: str
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with what came of it, in their order, showing how many are done.

    Each runs in a context of the application of its own. Who waits long inside
    looks at the bell and raises `Interrupted`.
    """
    app, bell = application(), threading.Event()

    def run(item: Item) -> Result:
        with app.app_context():
            return work(item, bell)

    pool = ThreadPoolExecutor(HANDS)
    try:
        futures = [pool.submit(run, item) for item in items]
        for item, future in track(list(zip(items, futures, strict=True)), label=label):
            yield item, future.result()
    finally:
        bell.set()
        pool.shutdown(cancel_futures=True)

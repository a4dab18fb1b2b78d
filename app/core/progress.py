"""How long work shows that it goes on: a bar on a terminal, else one line a minute."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

import click

Item = TypeVar("Item")

_STEP_SECONDS = 60


def track(items: Sequence[Item], *, label: str) -> Iterator[Item]:
    """Yield the items, showing how many are done."""
    if sys.stdout.isatty():
        with click.progressbar(items, label=label) as bar:
            yield from bar
        return
    spoke_at = time.monotonic()
    for number, item in enumerate(items):
        if time.monotonic() - spoke_at >= _STEP_SECONDS:
            click.echo(f"{label}: {number} of {len(items)}")
            spoke_at = time.monotonic()
        yield item

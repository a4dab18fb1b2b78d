"""How long work shows that it goes on: a bar on a terminal, else one line a minute."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import TextIO, TypeVar

import click

Item = TypeVar("Item")
PartT = TypeVar("PartT", bound=Sized)

_STEP_SECONDS = 60


def track(items: Sequence[Item], *, label: str, file: TextIO | None = None) -> Iterator[Item]:
    """Yield the items, showing how many are done on standard output or in another place."""
    shown = file or sys.stdout
    if shown.isatty():
        with click.progressbar(items, label=label, file=shown) as bar:
            yield from bar
        return
    spoke_at = time.monotonic()
    for number, item in enumerate(items):
        if time.monotonic() - spoke_at >= _STEP_SECONDS:
            click.echo(f"{label}: {number} of {len(items)}", file=shown)
            spoke_at = time.monotonic()
        yield item


def track_bytes(chunks: Iterable[bytes], size: int | None, *, label: str) -> Iterator[bytes]:
    """Yield what comes, showing how much it is, and of how much if that is known."""
    if sys.stdout.isatty():
        with click.progressbar(length=size or 0, label=label) as bar:
            for chunk in chunks:
                yield chunk
                bar.update(len(chunk))
        return
    spoke_at, seen = time.monotonic(), 0
    for chunk in chunks:
        seen += len(chunk)
        if time.monotonic() - spoke_at >= _STEP_SECONDS:
            click.echo(f"{label}: {seen / 1e6:.0f} MB")
            spoke_at = time.monotonic()
        yield chunk


def track_parts(parts: Iterable[PartT], total: int, *, label: str) -> Iterator[PartT]:
    """Yield parts of many things, showing how many of all of them are done."""
    if sys.stdout.isatty():
        with click.progressbar(length=total, label=label) as bar:
            for part in parts:
                yield part
                bar.update(len(part))
        return
    spoke_at, done = time.monotonic(), 0
    for part in parts:
        yield part
        done += len(part)
        if time.monotonic() - spoke_at >= _STEP_SECONDS:
            click.echo(f"{label}: {done:,} of {total:,}")
            spoke_at = time.monotonic()

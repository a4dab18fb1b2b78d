"""What differs between two texts, line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, NEW, GAP = "same", "gone", "new", "gap"
_CONTEXT = 3
# Comparing takes the square of it, at worst.
_MOST_LINES = 2_000


@dataclass(frozen=True)
class Line:
    """A line that is the same, gone or new; a gap stands for lines that are left out."""

    kind: str
    text: str = ""


def compare(old: str, new: str) -> tuple[Line, ...]:
    """Return the lines that differ, with those around them; none if nothing does."""
    before, after = old.splitlines(), new.splitlines()
    lines = [Line(kind, text) for kind, text in _walk(before, after)]
    if all(line.kind == SAME for line in lines):
        return ()
    return tuple(_fold(lines))


def _walk(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    for tag, start, end, new_start, new_end in _steps(before, after):
        if tag == "equal":
            yield from ((SAME, text) for text in before[start:end])
            continue
        yield from ((GONE, text) for text in before[start:end])
        yield from ((NEW, text) for text in after[new_start:new_end])


def _steps(before: Sequence[str], after: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if max(len(before), len(after)) > _MOST_LINES:
        return [("replace", 0, len(before), 0, len(after))]
    return SequenceMatcher(None, before, after).get_opcodes()


def _fold(lines: Sequence[Line]) -> Iterator[Line]:
    """Leave out what is far from any difference."""
    changed = [at for at, line in enumerate(lines) if line.kind != SAME]
    near = {
        at + step
        for at in changed
        for step in range(-_CONTEXT, _CONTEXT + 1)
        if 0 <= at + step < len(lines)
    }
    last = -1
    for at in sorted(near):
        if at > last + 1:
            yield Line(GAP)
        yield lines[at]
        last = at
    if last + 1 < len(lines):
        yield Line(GAP)

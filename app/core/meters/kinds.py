"""Which figures there are; each is named once, beside the work that it counts."""

from dataclasses import dataclass

# Seconds; a page takes a few milliseconds, an upload may take minutes.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)

_kinds: dict[str, "Kind"] = {}


@dataclass(frozen=True)
class Kind:
    """One figure: its name, what it tells, and the labels that tell its series apart.

    With `buckets` it is a histogram, else a counter. Labels hold routes, statuses and
    other words of ours, never what somebody sent: each value is a series for ever.
    """

    name: str
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


def kind(name: str, text: str, *labels: str, buckets: tuple[float, ...] = ()) -> Kind:
    """Name a figure."""
    _kinds[name] = Kind(name, text, labels, buckets)
    return _kinds[name]


def list_kinds() -> list[Kind]:
    """Return all figures by name."""
    return [_kinds[name] for name in sorted(_kinds)]

"""What happened to a project: how many files, in which releases, when, under which names.

How many files a project has follows what a census of the public index found:
half of the projects have up to 4, one in ten more than 35, one in a hundred
more than 262.
"""

import math
import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, product

BEGIN, END = datetime(2005, 3, 21, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)

# Which share of the projects has more files than this; between them the logarithms are straight.
_SHARES = (1e-5, 0.001, 0.01, 0.1, 0.5, 1.0)
_FILES = (4_000, 1_200, 262, 35, 4, 1)

SDIST = ".tar.gz"
_PURE_WHEEL = "-py3-none-any.whl"
_PYTHONS = ("cp313", "cp312", "cp311", "cp310", "cp39")
_PLATFORMS = (
    "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "win_amd64",
    "macosx_11_0_arm64",
    "macosx_10_9_x86_64",
    "manylinux_2_17_aarch64.manylinux2014_aarch64",
    "musllinux_1_2_x86_64",
    "win32",
)
_BINARY_WHEELS = tuple(f"-{py}-{py}-{where}.whl" for py, where in product(_PYTHONS, _PLATFORMS))
# What a release has before it is final; all in the order of PEP 440.
_BEFORE_FINAL = (("rc1",), ("rc1", "rc2"), ("a1", "b1"), ("b1", "b2", "rc1"), (".dev1",), ("a1",))
_LIFETIME_DAYS = 600
_REASONS = ("", "broken metadata", "does not work with Python 3.12", "published by mistake")


@dataclass(frozen=True, slots=True)
class PlannedRelease:
    """One release: `endings` follow `name-version` in the names of its files, sdist first."""

    version: str
    published_at: datetime
    endings: Sequence[str]
    yanked_at: datetime | None
    yanked_reason: str


def draw_file_count(rng: random.Random) -> int:
    """Return how many files a project has."""
    share = 1 - rng.random()
    place = min(max(bisect_left(_SHARES, share), 1), len(_SHARES) - 1)
    (left, right), (most, least) = _SHARES[place - 1 : place + 1], _FILES[place - 1 : place + 1]
    way = (math.log(share) - math.log(left)) / (math.log(right) - math.log(left))
    return round(math.exp(math.log(most) + min(max(way, 0), 1) * (math.log(least / most))))


def moment_of(share: float) -> datetime:
    """Return when a share of all changes had happened; every year brings more than the last."""
    return BEGIN + (END - BEGIN) * math.sqrt(share)


def plan_releases(
    rng: random.Random, file_count: int, updated_at: datetime
) -> list[PlannedRelease]:
    """Return the releases of a project, oldest first; its last file comes at `updated_at`.

    The files of a release are uploaded one a second.
    """
    endings = _choose_endings(rng, file_count)
    number = -(-file_count // len(endings))
    first = file_count - (number - 1) * len(endings)
    versions = list(islice(iterate_versions(rng), number))
    sets = [endings[:first], *[endings] * (number - 1)]
    moments = _choose_moments(rng, number, updated_at - timedelta(seconds=len(sets[-1]) - 1))
    ends = [*moments[1:], updated_at]
    return [
        PlannedRelease(version, published_at, some, *_choose_yank(rng, end))
        for version, published_at, some, end in zip(versions, moments, sets, ends, strict=True)
    ]


def iterate_versions(rng: random.Random) -> Iterator[str]:
    """Yield versions without end, in the order of PEP 440 and as one project counts them."""
    styles = (_count_three, _count_two, _count_months, _count_nights)
    finals = rng.choices(styles, (75, 12, 9, 4))[0](rng)
    for final in finals:
        # Who publishes every night has no candidates.
        if rng.random() < 0.06 and ".dev" not in final:
            yield from (final + ending for ending in rng.choice(_BEFORE_FINAL))
        yield final
        if rng.random() < 0.01 and ".dev" not in final:
            yield f"{final}.post1"


def _choose_endings(rng: random.Random, file_count: int) -> Sequence[str]:
    chance = rng.random()
    # Whoever has wheels for each machine has many files.
    if file_count >= 20 and (chance < 0.25 or file_count > 20_000):
        return (SDIST, *_BINARY_WHEELS[: rng.randrange(4, len(_BINARY_WHEELS) + 1)])
    if chance < 0.45:
        return (SDIST,)
    return (_PURE_WHEEL,) if chance < 0.52 else (SDIST, _PURE_WHEEL)


def _choose_moments(rng: random.Random, number: int, last: datetime) -> list[datetime]:
    if number == 1:
        return [last]
    # An hour between releases is more than their files take.
    shortest = timedelta(hours=number - 1)
    drawn = timedelta(days=rng.expovariate(1 / _LIFETIME_DAYS))
    step = max(min(drawn, last - BEGIN), shortest) / (number - 1)
    return [last - step * (number - 1 - place) for place in range(number)]


def _choose_yank(rng: random.Random, at: datetime) -> tuple[datetime | None, str]:
    if rng.random() > 0.015:
        return None, ""
    return at, rng.choice(_REASONS)


def _count_three(rng: random.Random) -> Iterator[str]:
    major, minor, micro = 0, rng.choice((0, 1)), 1
    while True:
        yield f"{major}.{minor}.{micro}"
        chance = rng.random()
        if chance < 0.65:
            micro += 1
        elif chance < 0.95:
            minor, micro = minor + 1, 0
        else:
            major, minor, micro = major + 1, 0, 0


def _count_two(rng: random.Random) -> Iterator[str]:
    major, minor = 0, 1
    while True:
        yield f"{major}.{minor}"
        minor += 1
        if rng.random() < 0.08:
            major, minor = major + 1, 0


def _count_months(rng: random.Random) -> Iterator[str]:
    month, micro = rng.randrange(96), 0
    while True:
        yield f"{2015 + month // 12}.{month % 12 + 1}.{micro}"
        if rng.random() < 0.5:
            micro += 1
        else:
            month, micro = month + rng.randrange(1, 4), 0


def _count_nights(_rng: random.Random) -> Iterator[str]:
    night = 0
    while True:
        night += 1
        yield f"0.1.0.dev{night}"

"""How popular a project is, as one number."""

import math

MOST = 1_000_000
# Ranks behind this one say nothing any more.
LAST_RANK = 15_001
# Downloads in `DAYS` that are as many as the first of all ranks has for a house like this.
_MOST_DOWNLOADS = 100_000
DAYS = 90


def popularity_of(rank: int | None, downloads: int = 0) -> int:
    """Return from 0 to `MOST` how popular a project is.

    `rank` is its place among all of an upstream, 1 for the first, and `downloads` are
    those from here in the last `DAYS` days. Both grow with the logarithm, and either
    alone can make a project popular: of two with the same rank the one that is used
    here is more so, and nothing becomes less popular by being used.
    """
    return round(MOST * (1 - (1 - _of_rank(rank)) * (1 - _of_downloads(downloads))))


def rank_of(popularity: int) -> float:
    """Return the rank that alone makes a project so popular."""
    return float(LAST_RANK ** (1 - popularity / MOST))


def _of_rank(rank: int | None) -> float:
    if rank is None or not 0 < rank < LAST_RANK:
        return 0
    return 1 - math.log(rank) / math.log(LAST_RANK)


def _of_downloads(downloads: int) -> float:
    return min(math.log1p(max(downloads, 0)) / math.log1p(_MOST_DOWNLOADS), 1)

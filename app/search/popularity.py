"""How popular a project is, as one number."""

import math

MOST = 1_000_000
# Ranks behind this one say nothing any more.
_LAST_RANK = 15_001


def popularity_of(rank: int | None) -> int:
    """Return from 0 to `MOST` how popular the project of a rank is; 1 is the first."""
    if rank is None or not 0 < rank < _LAST_RANK:
        return 0
    return round(MOST * (1 - math.log(rank) / math.log(_LAST_RANK)))

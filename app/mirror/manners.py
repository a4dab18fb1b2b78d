"""What an upstream was found to speak."""

from datetime import datetime, timedelta

from app.core import clock

_BELIEVED = timedelta(days=1)
# So many projects in a row may be strange to the JSON API, or have other files there.
_MISSES = 3


class Manners:
    """Remembers for a day whether the JSON API tells more of projects than the simple pages."""

    def __init__(self) -> None:
        self._prefers_api: bool | None = None
        self._learnt_at: datetime | None = None
        self._misses = 0

    @property
    def prefers_api(self) -> bool | None:
        """Tell whether the JSON API is the one to ask, or None when that must be found out."""
        if self._learnt_at is None or clock.now() - self._learnt_at > _BELIEVED:
            return None
        return self._prefers_api

    def learn(self, *, prefers_api: bool) -> None:
        """Note what was found out."""
        self._prefers_api, self._learnt_at, self._misses = prefers_api, clock.now(), 0

    def miss(self) -> None:
        """Note that the JSON API does not tell of a project what the simple index does."""
        self._misses += 1
        if self._misses >= _MISSES:
            self.learn(prefers_api=False)

    def forget(self) -> None:
        """Find it out anew the next time."""
        self._learnt_at = None

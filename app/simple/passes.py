"""Who may read a guarded index from the shelf: callers that the view has let in just now."""

import time
from hashlib import blake2b

from app.core.events import Event
from app.core.runtime import part

# A token that is taken back opens the shelf for so long.
SECONDS = 5
LIMIT = 1_000


class Passes:
    """Credentials, by their digest, that opened an index within the last seconds."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, bytes], float] = {}

    def note(self, slug: str, authorization: str) -> None:
        """Let whoever shows these credentials in for the next seconds."""
        if len(self._until) >= LIMIT:
            self._until.clear()
        self._until[slug, _digest(authorization)] = time.monotonic() + SECONDS

    def clear(self) -> None:
        """Let nobody in."""
        self._until.clear()

    def opens(self, slug: str, authorization: str) -> bool:
        """Tell whether credentials were let in within the last seconds."""
        return self._until.get((slug, _digest(authorization)), 0.0) > time.monotonic()


def forget(_event: Event) -> None:
    """Let everybody be looked at again: whatever changed, it may have been a right."""
    passes: Passes = part("passes")
    passes.clear()


def _digest(authorization: str) -> bytes:
    return blake2b(authorization.encode(), digest_size=16).digest()

"""Facts that a feature tells upwards; `app.wiring` is the list of who listens."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from app.core.database import after_commit


@dataclass(frozen=True, kw_only=True)
class Event:
    """The root of all facts. Listening to it hears everything.

    `by` and `actor` are the number and the name of the account that did it;
    commands and jobs leave them empty. What happens by itself all day is no
    history, and the journal leaves it out.
    """

    is_history: ClassVar[bool] = True

    by: int | None = None
    actor: str = ""


Listener = Callable[[Any], None]

_inside: list[tuple[type[Event], Listener]] = []
_after: list[tuple[type[Event], Listener]] = []


def connect(
    inside: Iterable[tuple[type[Event], Listener]],
    after: Iterable[tuple[type[Event], Listener]],
) -> None:
    """Replace who listens: `inside` the transaction, and `after` its commit."""
    _inside[:] = inside
    _after[:] = after


def tell(event: Event) -> None:
    """Tell a fact to all who listen to its class or to one above it.

    Listeners inside run at once and may refuse by raising; the others run when
    the transaction has been committed, and never when it was rolled back.
    """
    for kind, listener in _inside:
        if isinstance(event, kind):
            listener(event)
    for kind, listener in _after:
        if isinstance(event, kind):
            after_commit(partial(listener, event))

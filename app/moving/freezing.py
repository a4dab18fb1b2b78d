"""The site stands still while it is moved: people are refused every change, with the reason.

The flag stays on in the source when all has arrived, so that nobody changes what is no
longer looked at.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from app.core.database import transaction, wait_for_turn
from app.core.settings import keep_setting
from app.core.sitestate import KEY, READ_ONLY, site_state

# By the language it is written in, as all reasons are.
REASON = {"en": "it is being moved to another database."}


@contextmanager
def frozen() -> Iterator[None]:
    """Refuse changes, and take them again if the block breaks off."""
    with transaction():
        _freeze()
    try:
        yield
    except BaseException:
        with transaction():
            thaw()
        raise


def thaw() -> None:
    """Take changes again, unless somebody else had refused them before."""
    wait_for_turn(KEY)
    state = site_state()
    if state.flags.get(READ_ONLY) == REASON:
        flags = {flag: why for flag, why in state.flags.items() if flag != READ_ONLY}
        keep_setting(KEY, replace(state, number=state.number + 1, flags=flags).as_value())


def _freeze() -> None:
    wait_for_turn(KEY)
    state = site_state()
    if not state.is_on(READ_ONLY):
        flags = {**state.flags, READ_ONLY: REASON}
        keep_setting(KEY, replace(state, number=state.number + 1, flags=flags).as_value())

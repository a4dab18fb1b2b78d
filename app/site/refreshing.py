"""Readers who want to see at once what an upstream has."""

from datetime import timedelta

from app.core import clock
from app.core.exceptions import TooMany
from app.core.i18n import _l
from app.projects.exceptions import ProjectNotFound
from app.sources.base import Source

# An upstream must not be asked for the same by everybody who is impatient.
BREATHER = timedelta(seconds=10)


class JustAsked(TooMany):
    """An upstream was asked for the same a moment ago."""

    code = "just-asked"
    message = _l("The upstream was asked a moment ago. Please wait some seconds.")


def refresh(source: Source, name: str) -> None:
    """Ask an upstream for a project that was copied from it.

    Raises `ProjectNotFound` if there is none, `JustAsked`, or `Unavailable`.
    """
    page = source.find_page(name)
    if page is None or page.origin is None:
        raise ProjectNotFound
    if clock.now() - page.origin.fetched_at < BREATHER:
        raise JustAsked
    source.refresh(name)

"""Refusing what is switched off for the whole site.

Flags stop those who come by HTTP. Commands and jobs are the operator's, who may
need them just then, and go on.
"""

from typing import Any

from flask import has_request_context

from app.core.exceptions import DomainError, Forbidden, Unavailable
from app.core.i18n import _l
from app.core.sitestate import (
    NO_NEW_PROJECTS,
    NO_REGISTRATION,
    NO_UPLOADS,
    READ_ONLY,
    site_state,
)

_PATIENCE_SECONDS = 300


class SiteReadOnly(Unavailable):
    """Nothing on the site may be changed for the moment."""

    code = READ_ONLY
    message = _l(
        "This site is read-only at the moment, so nothing can be changed. Please try again later."
    )

    def __init__(self, message: Any = None) -> None:
        super().__init__(message, retry_after=_PATIENCE_SECONDS)


class RegistrationStopped(Forbidden):
    """Nobody may open an account for the moment."""

    code = NO_REGISTRATION
    message = _l("Nobody can register at the moment. Please try again later.")


class NewProjectsStopped(Forbidden):
    """No new name may be taken for the moment."""

    code = NO_NEW_PROJECTS
    message = _l(
        "No new projects are taken at the moment, only releases of those that are here. "
        "Please try again later."
    )


class UploadsStopped(Forbidden):
    """No file is taken for the moment."""

    code = NO_UPLOADS
    message = _l("No uploads are taken at the moment. Please try again later.")


def demand_changes() -> None:
    """Raise `SiteReadOnly` if nothing may be changed."""
    _demand_off(READ_ONLY)


def demand_registration() -> None:
    """Raise `SiteReadOnly` or `RegistrationStopped` if nobody may open an account."""
    demand_changes()
    _demand_off(NO_REGISTRATION)


def demand_uploads() -> None:
    """Raise `SiteReadOnly` or `UploadsStopped` if no file is taken."""
    demand_changes()
    _demand_off(NO_UPLOADS)


def demand_new_projects() -> None:
    """Raise `SiteReadOnly` or `NewProjectsStopped` if no new name is taken."""
    demand_changes()
    _demand_off(NO_NEW_PROJECTS)


def _demand_off(flag: str) -> None:
    state = site_state() if has_request_context() else None
    if state is None or not state.is_on(flag):
        return
    kind, explained = _REFUSALS[flag]
    reason = state.reason(flag)
    raise kind(explained % {"reason": reason} if reason else None)


_REFUSALS: dict[str, tuple[type[DomainError], Any]] = {
    READ_ONLY: (SiteReadOnly, _l("This site is read-only at the moment: %(reason)s")),
    NO_REGISTRATION: (RegistrationStopped, _l("Nobody can register at the moment: %(reason)s")),
    NO_NEW_PROJECTS: (
        NewProjectsStopped,
        _l("No new projects are taken at the moment: %(reason)s"),
    ),
    NO_UPLOADS: (UploadsStopped, _l("No uploads are taken at the moment: %(reason)s")),
}

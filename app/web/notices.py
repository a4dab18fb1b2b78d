"""What the state of the whole site means for each request: banners, and no changes."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from app.core.flags import demand_changes
from app.core.settings import read_shared_anew
from app.core.sitestate import NO_REGISTRATION, READ_ONLY, SiteState, site_state

View = TypeVar("View", bound=Callable[..., object])

_READING = {"GET", "HEAD", "OPTIONS"}
_MARK = "goes_on_when_read_only"


def init_app(app: Flask) -> None:
    """Refuse changes while there must be none, and let templates show banners."""
    app.before_request(refuse_changes)
    app.jinja_env.globals["site_state"] = find_state
    app.jinja_env.globals["may_register"] = may_register


def goes_on(view: View) -> View:
    """Mark a view that works on a read-only site as well, for it changes nothing that counts."""
    setattr(view, _MARK, True)
    return view


def refuse_changes() -> None:
    """Refuse every request that could change something while the site is read-only."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and request.method not in _READING and not hasattr(view, _MARK):
        read_shared_anew()
        demand_changes()


def find_state() -> SiteState:
    """Return the state of the site for a page, also for one that tells of a lost database."""
    if g.get("is_database_away"):
        return SiteState()
    try:
        return site_state()
    except SQLAlchemyError:
        return SiteState()


def may_register() -> bool:
    """Tell whether a stranger can open an account on the web now."""
    state = find_state()
    is_stopped = state.is_on(READ_ONLY) or state.is_on(NO_REGISTRATION)
    return current_app.config["REGISTRATION"] == "open" and not is_stopped

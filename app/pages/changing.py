"""What all changes of pages have in common."""

from typing import Any

from app.accounts.actors import Actor
from app.core import clock
from app.core.database import wait_for_turn
from app.indexes.permissions import demand_site_admin
from app.pages.directory import begin_generation
from app.pages.models import Page


def begin_change(actor: Actor) -> None:
    """Let only administrators of the site change pages, one after another."""
    demand_site_admin(actor)
    wait_for_turn("pages")


def note_change(page: Page, actor: Actor) -> None:
    """Note who changed a page, and let everybody read anew what there is."""
    page.updated_at, page.updated_by = clock.now(), actor.username
    begin_generation()


def describe(actor: Actor, path: str) -> dict[str, Any]:
    """Return what every event about a page carries."""
    return {"by": actor.account_id, "actor": actor.username, "path": path}

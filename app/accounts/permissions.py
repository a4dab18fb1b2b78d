"""Who runs the site."""

from app.accounts.actors import Actor
from app.accounts.exceptions import NotAdministrator
from app.core.exceptions import Unauthenticated
from app.core.i18n import _l


def demand_site_admin(actor: Actor) -> None:
    """Raise `Unauthenticated` for nobody and `NotAdministrator` for who does not run the site."""
    if not actor.is_admin or actor.key is not None:
        raise refusal(actor)


def refusal(actor: Actor) -> Unauthenticated | NotAdministrator:
    """Return why an actor may not do what only administrators may."""
    if actor.is_known:
        return NotAdministrator()
    return Unauthenticated(_l("Please log in to do this."))

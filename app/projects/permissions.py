"""Who may upload to a project, and who may manage it."""

from app.accounts.actors import Actor
from app.core.exceptions import Unauthenticated
from app.core.i18n import _l
from app.projects.exceptions import NotAllowed
from app.projects.models import Project
from app.projects.queries import find_role

OWNER, MAINTAINER, READER = "owner", "maintainer", "reader"
KINDS = (OWNER, MAINTAINER, READER)


def may_upload(actor: Actor, project: Project) -> bool:
    """Tell whether an actor may publish files in a project that exists."""
    return actor.is_admin or _role(actor, project) in {OWNER, MAINTAINER}


def may_manage(actor: Actor, project: Project) -> bool:
    """Tell whether an actor may yank, delete and choose maintainers.

    A token never may: it is for programs, and what it opens is uploading.
    """
    if actor.key is not None:
        return False
    return actor.is_admin or _role(actor, project) == OWNER


def demand_manage(actor: Actor, project: Project) -> None:
    """Raise `Unauthenticated` for nobody and `NotAllowed` for who may not manage."""
    if may_manage(actor, project):
        return
    if actor.account_id is None:
        raise Unauthenticated(_l("Please log in to do this."))
    raise NotAllowed


def _role(actor: Actor, project: Project) -> str | None:
    return None if actor.account_id is None else find_role(project.id, actor.account_id)

"""Who may publish what. The refusals go to programs, so they are in English."""

from app.accounts.actors import Actor
from app.accounts.tokens import is_good
from app.core.exceptions import Forbidden, Unauthenticated
from app.core.flags import demand_new_projects, demand_uploads
from app.indexes.models import Index
from app.indexes.permissions import may_publish_names, may_read
from app.projects.models import Project
from app.projects.names import is_reserved, is_valid, normalise
from app.projects.permissions import may_upload
from app.projects.prohibitions import is_prohibited
from app.projects.queries import find_claim, list_lookalikes
from app.projects.services import ARCHIVED, QUARANTINED
from app.uploads.exceptions import (
    NameRefused,
    NameStopped,
    NotAnUploader,
    NotForThisToken,
    ProjectClosed,
)
from app.uploads.ownership import demand_unowned, owns


def demand_known(actor: Actor) -> None:
    """Raise `Unauthenticated` for nobody."""
    if not (actor.is_known or actor.is_admin):
        raise Unauthenticated("Authenticate with an API token, user __token__, to upload.")


def demand_uploader(actor: Actor, index: Index) -> None:
    """Raise unless the actor may upload at all here; asked before a body is read."""
    demand_known(actor)
    demand_uploads()
    if actor.key is not None and actor.key.scope != "upload":
        raise NotForThisToken("This token may only read, use one with the scope upload.")
    if actor.key is not None and not actor.key.reaches(index.slug):
        raise NotForThisToken(f"This token is for another index than {index.slug}.")
    if not may_read(actor, index):
        # Other refusals would tell which names are here and which are not.
        raise NotAnUploader(f"The user {actor.username!r} may not use the index {index.slug}.")
    if index.kind != "hosted":
        raise Forbidden(f"The index {index.slug} is a mirror and takes no uploads.")


def demand_good_key(actor: Actor) -> None:
    """Raise if the key was ended since the upload began, which may be minutes ago."""
    if actor.key is not None and not is_good(actor.key.token_id):
        raise Unauthenticated("This token was revoked or ran out during the upload.")


def demand_upload(actor: Actor, index: Index, name: str) -> None:
    """Raise unless the actor may publish a file under a name, new or not."""
    if not is_valid(name):
        raise NameRefused(
            f"The name {name[:80]!r} is invalid, use ASCII letters, digits and '._-' and start "
            "and end with a letter or digit."
        )
    demand_key_for(actor, index, name)
    project = find_claim(index.id, name)
    if project is None:
        demand_new_name(actor, index, name)
    else:
        demand_project(actor, project)


def demand_key_for(actor: Actor, index: Index, name: str) -> None:
    """Raise if the actor acts with a token that is for another project."""
    if actor.key is not None and not actor.key.reaches(index.slug, normalise(name)):
        raise NotForThisToken(f"This token is for another project than {normalise(name)}.")


def demand_project(actor: Actor, project: Project) -> None:
    """Raise unless the actor may publish in a project that is or was here."""
    if project.removed_at is not None:
        demand_beginning(project.name)
    if project.removed_at is not None and not owns(actor, project):
        raise NotAnUploader(
            f"The project {project.name} was deleted, only its owners may publish it again."
        )
    demand_open(actor, project)


def demand_open(actor: Actor, project: Project) -> None:
    """Raise unless the actor may publish in a project and it takes files."""
    if not may_upload(actor, project):
        raise NotAnUploader(
            f"The user {actor.username!r} isn't allowed to upload to project {project.name!r}."
        )
    if project.status in {ARCHIVED, QUARANTINED}:
        raise ProjectClosed(f"The project {project.name} is {project.status}, it takes no files.")


def demand_beginning(name: str) -> None:
    """Raise if nobody may begin, or begin again, a project of a name now."""
    demand_new_projects()
    if is_prohibited(name):
        raise NameStopped(f"The name {name!r} isn't allowed, an administrator has prohibited it.")


def demand_new_name(actor: Actor, index: Index, name: str) -> None:
    """Raise unless the actor may bring a new name into an index."""
    demand_beginning(name)
    if not may_publish_names(actor, index):
        raise NotAnUploader(
            f"The user {actor.username!r} may not bring new projects into the index "
            f"{index.slug}, ask an administrator."
        )
    if not actor.has_confirmed_email:
        raise NotAnUploader("Confirm your e-mail address before you publish a new project.")
    demand_unowned(actor, index, name)
    if actor.is_admin:
        return
    if is_reserved(name):
        raise NameRefused(f"The name {name!r} isn't allowed, it belongs to Python itself.")
    for other in list_lookalikes(index.id, name):
        if not owns(actor, other):
            raise NameRefused(
                f"The name {name!r} is too similar to the existing project {other.name!r}."
            )

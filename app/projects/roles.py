"""Who owns and maintains a project."""

from app.accounts.actors import Actor
from app.accounts.exceptions import AccountNotFound
from app.accounts.models import Account
from app.accounts.queries import get_account
from app.core import clock
from app.core.events import tell
from app.extensions import db
from app.projects.events import RoleGranted, RoleRemoved
from app.projects.exceptions import (
    LastOwner,
    ProjectNotFound,
    RoleNotFound,
    UnknownRole,
)
from app.projects.models import Project, Role
from app.projects.permissions import KINDS, OWNER, demand_manage
from app.projects.queries import count_owners
from app.projects.services import describe, touch


def grant_role(actor: Actor, project_id: int, username: str, kind: str) -> None:
    """Give an account a role in a project, in place of the one it had."""
    project = _get_project(project_id)
    demand_manage(actor, project)
    if kind not in KINDS:
        raise UnknownRole
    account = _get_account(username)
    role = db.session.get(Role, (project.id, account.id))
    if role is not None and role.kind == kind:
        return
    if kind != OWNER:
        _demand_other_owner(role)
    give(project, account.id, kind)
    touch(project)
    tell(RoleGranted(**describe(actor, project), username=account.username, kind=kind))


def remove_role(actor: Actor, project_id: int, username: str) -> None:
    """Take an account's role; owners may, and everybody may give up their own."""
    project = _get_project(project_id)
    # Closed accounts too: theirs are the roles that should go first.
    account = get_account(username.strip())
    if actor.key is not None or actor.account_id != account.id:
        demand_manage(actor, project)
    role = db.session.get(Role, (project.id, account.id))
    if role is None:
        raise RoleNotFound
    _demand_other_owner(role)
    db.session.delete(role)
    touch(project)
    tell(RoleRemoved(**describe(actor, project), username=account.username))


def give(project: Project, account_id: int, kind: str) -> None:
    """Write down a role, as for the account that publishes a new name."""
    role = Role(project_id=project.id, account_id=account_id, kind=kind, created_at=clock.now())
    db.session.merge(role)


def _get_project(project_id: int) -> Project:
    # The lock keeps two owners from removing each other at the same time.
    project = db.session.get(Project, project_id, with_for_update=True)
    if project is None or project.removed_at is not None:
        raise ProjectNotFound
    return project


def _get_account(username: str) -> Account:
    account = get_account(username.strip())
    if not account.is_active:
        raise AccountNotFound
    return account


def _demand_other_owner(role: Role | None) -> None:
    if role is not None and role.kind == OWNER and count_owners(role.project_id) == 1:
        raise LastOwner

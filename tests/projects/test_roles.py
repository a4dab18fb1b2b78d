import pytest
from sqlalchemy import select, update

from app.accounts.actors import OPERATOR, Actor, Key
from app.accounts.exceptions import AccountNotFound
from app.accounts.models import Account
from app.core.database import transaction
from app.extensions import db
from app.journal.models import Entry
from app.projects.exceptions import (
    LastOwner,
    NotAllowed,
    ProjectNotFound,
    RoleNotFound,
    UnknownRole,
)
from app.projects.queries import find_role
from app.projects.roles import grant_role, remove_role
from app.projects.services import delete_project
from tests.factories import make_account, make_project


def actor_of(account):
    return Actor(account.id, account.username, has_confirmed_email=True)


@pytest.fixture
def owner(app):
    return make_account("ada")


@pytest.fixture
def project(owner):
    return make_project("Foo.Bar", owner=owner)


def grant(actor, project, username, kind):
    with transaction():
        grant_role(actor, project.id, username, kind)


def remove(actor, project, username):
    with transaction():
        remove_role(actor, project.id, username)


def test_an_owner_grants_a_role(owner, project):
    bob = make_account("Bob")
    grant(actor_of(owner), project, " bob ", "maintainer")
    assert find_role(project.id, bob.id) == "maintainer"
    entry = db.session.scalars(select(Entry)).one()
    assert (entry.tag, entry.details) == (
        "role-granted",
        {"username": "Bob", "kind": "maintainer"},
    )


def test_a_role_can_be_changed(owner, project):
    bob = make_account("bob")
    grant(actor_of(owner), project, "bob", "maintainer")
    grant(actor_of(owner), project, "bob", "owner")
    assert find_role(project.id, bob.id) == "owner"


def test_granting_the_same_role_again_changes_nothing(owner, project):
    grant(actor_of(owner), project, "ada", "owner")
    assert project.last_serial == 0


def test_a_maintainer_grants_nothing(owner, project):
    bob = make_account("bob")
    grant(actor_of(owner), project, "bob", "maintainer")
    with pytest.raises(NotAllowed):
        grant(actor_of(bob), project, "bob", "owner")


def test_roles_are_granted_to_people_who_are_here(owner, project):
    make_account("gone", is_active=False)
    for username in ("nobody", "gone"):
        with pytest.raises(AccountNotFound):
            grant(actor_of(owner), project, username, "maintainer")


def test_an_unknown_role_is_refused(owner, project):
    with pytest.raises(UnknownRole):
        grant(actor_of(owner), project, "ada", "king")


def test_the_last_owner_stays_one(owner, project):
    with pytest.raises(LastOwner):
        grant(actor_of(owner), project, "ada", "maintainer")
    with pytest.raises(LastOwner):
        remove(actor_of(owner), project, "ada")
    assert find_role(project.id, owner.id) == "owner"


def test_one_of_two_owners_can_be_removed(owner, project):
    make_account("bob")
    grant(actor_of(owner), project, "bob", "owner")
    remove(actor_of(owner), project, "ada")
    assert find_role(project.id, owner.id) is None


def test_a_maintainer_may_leave(owner, project):
    bob = make_account("bob")
    grant(actor_of(owner), project, "bob", "maintainer")
    remove(actor_of(bob), project, "bob")
    assert find_role(project.id, bob.id) is None


def test_a_token_removes_nobody(owner, project):
    bob = make_account("bob")
    grant(actor_of(owner), project, "bob", "maintainer")
    with pytest.raises(NotAllowed):
        remove(Actor(bob.id, "bob", key=Key(1, "upload")), project, "bob")


def test_a_maintainer_removes_nobody_else(owner, project):
    bob = make_account("bob")
    grant(actor_of(owner), project, "bob", "maintainer")
    with pytest.raises(NotAllowed):
        remove(actor_of(bob), project, "ada")


def test_the_role_of_a_closed_account_can_be_removed(owner, project):
    bob = make_account("bob")
    grant(actor_of(owner), project, "bob", "maintainer")
    db.session.execute(update(Account).where(Account.id == bob.id).values(is_active=False))
    db.session.commit()
    remove(actor_of(owner), project, "bob")
    assert find_role(project.id, bob.id) is None


def test_a_role_that_is_not_there_cannot_be_removed(owner, project):
    make_account("bob")
    with pytest.raises(RoleNotFound):
        remove(actor_of(owner), project, "bob")


def test_a_deleted_project_has_no_roles_to_give(owner, project):
    with transaction():
        delete_project(OPERATOR, project.id, "Foo.Bar")
    with pytest.raises(ProjectNotFound):
        grant(actor_of(owner), project, "ada", "maintainer")

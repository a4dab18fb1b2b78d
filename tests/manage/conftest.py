from datetime import UTC, datetime

import pytest

from app.core import clock
from app.extensions import db
from app.projects.models import Role
from tests.factories import make_account, make_file, make_project, make_release, sign_in


@pytest.fixture
def ada(client):
    """Give the owner of a project, who is logged in with the client."""
    account = make_account("ada")
    sign_in(client, account)
    return account


@pytest.fixture
def project(ada):
    """Give a project with a release of two files."""
    project = make_project("Cheese.Cellar", owner=ada)
    release = make_release(project, "1.0", published_at=datetime(2026, 3, 1, tzinfo=UTC))
    make_file(release)
    make_file(release, "cheese_cellar-1.0.tar.gz", b"sdist")
    return project


@pytest.fixture
def give(project):
    """Give a function that gives an account a role in the project."""

    def give(account, kind):
        role = Role(project_id=project.id, account_id=account.id, kind=kind, created_at=clock.now())
        db.session.add(role)
        db.session.commit()
        return account

    return give

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.accounts.queries import get_account
from app.core.models import Job
from app.core.security import verify_password
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import last_serial
from app.journal.models import Entry
from app.projects.models import File, Project, Release, Role
from app.projects.queries import find_role, get_project, get_release
from app.seed.services import is_empty
from tests.factories import make_account, make_project

TABLES = (Account, Entry, File, Job, Project, Release, Role)


def seed(app) -> str:
    done = app.test_cli_runner().invoke(args=["seed"])
    assert done.exit_code == 0, done.output
    return done.output


def counts() -> dict[str, int]:
    numbers = {
        kind.__name__: db.session.scalar(select(func.count()).select_from(kind)) for kind in TABLES
    }
    return numbers | {"serial": last_serial()}


def test_seeding_twice_changes_nothing(app):
    first = seed(app)
    before = counts()
    second = seed(app)
    assert "3 people and 72 files" in first
    assert "0 people and 0 files" in second
    assert "password" not in second
    assert counts() == before
    checked = app.test_cli_runner().invoke(args=["check", "--hashes"])
    assert checked.output == "Nothing is wrong.\n"


def test_seeding_furnishes_accounts_and_projects(app):
    password = seed(app).split("password")[1].split()[0]
    index = get_index().id
    quiet = get_project(index, "quiethours")
    assert verify_password(get_account("admin").password_hash, password)
    assert get_account("admin").is_admin
    assert find_role(quiet.id, get_account("ada").id) == "owner"
    assert find_role(quiet.id, get_account("grete").id) == "maintainer"
    assert get_release(quiet.id, "1.1.0").yanked_reason == "Took every Sunday for a Monday"
    assert get_release(quiet.id, "1.1.1").is_yanked is False
    assert get_project(index, "old-oak-queue").status == "archived"


def test_house_is_empty_before_anybody_came(app):
    assert is_empty()


@pytest.mark.parametrize("make", [make_account, lambda: make_project("something")])
def test_house_with_somebody_or_something_is_not_empty(app, make):
    make()
    assert not is_empty()

import pytest
from sqlalchemy import select, update

from app.accounts.actors import Actor
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import remove_index
from app.projects import services
from app.projects.models import IndexTotal, Project
from app.projects.totals import Counts, find_totals, recount_all
from tests.factories import make_file, make_index, make_project, make_release, relist_all

ADMIN = Actor(is_admin=True)


def totals(slug="main"):
    db.session.rollback()
    return find_totals([get_index(slug).id])


@pytest.fixture
def project(app):
    """Give a counted project with two releases and three files."""
    project = make_project("attic")
    for version, endings in (("1.0", ("-py3-none-any.whl", ".tar.gz")), ("2.0", (".tar.gz",))):
        release = make_release(project, version)
        for ending in endings:
            make_file(release, f"attic-{version}{ending}")
    relist_all()
    return project


def test_an_index_holds_what_its_projects_have(project):
    assert totals() == Counts(projects=1, releases=2, files=3)


def test_an_index_without_projects_holds_nothing(app):
    assert totals("staging") == Counts()


def test_several_indexes_are_added_up(project):
    make_release(make_project("cellar", index=get_index("staging")))
    relist_all()
    both = [get_index(slug).id for slug in ("main", "staging")]
    assert find_totals(both) == Counts(projects=2, releases=3, files=3)


def test_a_file_that_is_stopped_counts_no_more(project):
    file = project.releases[0].files[0]
    with transaction():
        services.quarantine_file(file.id, "bad")
    assert totals() == Counts(projects=1, releases=2, files=2)
    with transaction():
        services.clear_file(ADMIN, file.id)
    assert totals() == Counts(projects=1, releases=2, files=3)


def test_a_release_that_is_removed_counts_no_more_with_its_files(project):
    release = next(release for release in project.releases if release.version == "1.0")
    with transaction():
        services.delete_release(ADMIN, release.id, "1.0")
    assert totals() == Counts(projects=1, releases=1, files=1)


def test_a_project_that_is_removed_counts_no_more(project):
    with transaction():
        services.delete_project(ADMIN, project.id, "attic")
    assert totals() == Counts()


def test_a_project_in_quarantine_does_not_count_until_it_is_let_out(project):
    with transaction():
        services.change_status(ADMIN, project.id, "quarantined")
    assert totals() == Counts()
    with transaction():
        services.change_status(ADMIN, project.id, "active")
    assert totals() == Counts(projects=1, releases=2, files=3)


def test_a_change_that_is_rolled_back_is_not_counted(project):
    def change_and_fail():
        with transaction():
            services.delete_project(ADMIN, project.id, "attic")
            raise KeyError

    with pytest.raises(KeyError):
        change_and_fail()
    assert totals() == Counts(projects=1, releases=2, files=3)


def test_the_totals_of_an_index_go_with_it(app):
    make_index("short-lived")
    make_release(make_project("gone", index=get_index("short-lived")))
    relist_all()
    with transaction():
        remove_index(get_index("short-lived"), "short-lived", with_projects=True)
    assert list(db.session.scalars(select(IndexTotal.projects))) == []


def test_what_is_counted_wrong_is_set_right(project):
    db.session.execute(update(Project).values(release_count=7, file_count=None))
    db.session.execute(update(IndexTotal).values(projects=9, releases=9, files=9))
    db.session.commit()
    recount_all()
    assert totals() == Counts(projects=1, releases=2, files=3)


def test_nothing_is_written_for_what_is_counted_right(project, queries):
    queries.clear()
    recount_all()
    assert not any(statement.startswith("UPDATE project") for statement in queries)


def test_numbers_are_taken_when_all_else_is_written(project, queries):
    # Who holds the counter and waits for a total would let others wait in a circle.
    queries.clear()
    with transaction():
        services.change_status(ADMIN, project.id, "quarantined", "for a look")
    tables = [statement.split()[1] for statement in queries if statement.startswith("UPDATE")]
    assert "index_total" in tables
    assert "index_total" not in tables[tables.index("serial_counter") :]

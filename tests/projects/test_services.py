import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR, Actor, Key
from app.accounts.exceptions import NotAdministrator
from app.core.database import transaction
from app.core.exceptions import Forbidden, Unauthenticated
from app.extensions import db
from app.indexes.queries import get_index
from app.journal.models import Entry
from app.projects import services
from app.projects.exceptions import (
    FileNotFound,
    NotAllowed,
    NotConfirmed,
    ProjectNotFound,
    ReleaseNotFound,
    UnknownStatus,
)
from app.projects.models import File, Project, Release
from app.projects.queries import find_claim, find_file, find_project, find_release
from app.projects.roles import grant_role
from tests.factories import make_account, make_file, make_project, make_release


def actor_of(account):
    return Actor(account.id, account.username, has_confirmed_email=True)


@pytest.fixture
def owner(app):
    return make_account("ada")


@pytest.fixture
def project(owner):
    return make_project("Foo.Bar", owner=owner)


def latest(project):
    with transaction():
        services.touch(db.session.get(Project, project.id))
    return db.session.get(Release, project.latest_release_id).version


def tags():
    return list(db.session.scalars(select(Entry.tag).order_by(Entry.id)))


def test_a_yank_is_kept_with_its_time_and_reason(owner, project):
    release = make_release(project, "1.0")
    with transaction():
        services.yank(actor_of(owner), release.id, "broken\n build ")
    assert release.is_yanked
    assert release.yanked_reason == "broken build"
    assert tags() == ["release-yanked"]


def test_a_yank_without_a_reason_is_a_yank(owner, project):
    release = make_release(project, "1.0")
    with transaction():
        services.yank(actor_of(owner), release.id)
    assert release.is_yanked


def test_yanking_again_keeps_the_time_and_changes_the_reason(owner, project):
    release = make_release(project, "1.0", yanked="one")
    since = release.yanked_at
    with transaction():
        services.yank(actor_of(owner), release.id, "two")
    assert (release.yanked_at, release.yanked_reason) == (since, "two")


def test_yanking_again_for_the_same_reason_changes_nothing(owner, project):
    release = make_release(project, "1.0", yanked="one")
    before = project.last_serial
    with transaction():
        services.yank(actor_of(owner), release.id, "one")
    assert tags() == []
    assert project.last_serial == get_index().last_serial == before


def test_a_yank_can_be_taken_back(owner, project):
    release = make_release(project, "1.0", yanked="one")
    with transaction():
        services.unyank(actor_of(owner), release.id)
    assert not release.is_yanked
    assert release.yanked_reason == ""
    assert tags() == ["release-unyanked"]


def test_what_is_not_yanked_is_left_as_it_is(owner, project):
    release = make_release(project, "1.0")
    with transaction():
        services.unyank(actor_of(owner), release.id)
    assert tags() == []


def test_a_change_takes_the_next_serial_and_notes_the_time(owner, project, now):
    release = make_release(project, "1.0")
    before = project.last_serial
    moment = now(project.updated_at.replace(year=2040))
    with transaction():
        services.yank(actor_of(owner), release.id)
    assert project.last_serial == get_index().last_serial == before + 1
    assert project.updated_at == moment


def test_many_changes_in_one_transaction_take_one_serial(owner, project):
    first, second = make_release(project, "1.0"), make_release(project, "2.0")
    before = project.last_serial
    with transaction():
        services.yank(actor_of(owner), first.id)
        services.yank(actor_of(owner), second.id)
    assert project.last_serial == before + 1


@pytest.mark.parametrize(
    ("stable", "expected"),
    [
        (["1.0", "1.10", "1.9", "2.0rc1"], "1.10"),
        (["2.0rc1", "2.0.dev1"], "2.0rc1"),
        (["1!1.0", "3.0"], "1!1.0"),
        (["1.0", "1.0.post1"], "1.0.post1"),
    ],
)
def test_the_newest_stable_release_is_the_one_to_install(project, stable, expected):
    for version in stable:
        make_release(project, version)
    assert latest(project) == expected


def test_a_prerelease_comes_before_a_yanked_release(project):
    make_release(project, "1.0", yanked="bad")
    make_release(project, "0.9rc1")
    assert latest(project) == "0.9rc1"


def test_when_all_are_yanked_the_newest_is_the_newest(project):
    for version in ("1.0", "2.0rc1"):
        make_release(project, version, yanked="bad")
    assert latest(project) == "2.0rc1"


def test_the_newest_of_all_projects_can_be_rebuilt(project):
    release = make_release(project, "1.0")
    other = make_project("other")
    project.latest_release_id = None
    db.session.commit()
    with transaction():
        assert services.rebuild_newest() == 1
    assert project.latest_release_id == release.id
    assert other.last_serial == 0
    with transaction():
        assert services.rebuild_newest() == 0


def test_a_deleted_release_keeps_its_rows(owner, project):
    release = make_release(project, "1.0")
    file = make_file(release)
    with transaction():
        services.delete_release(actor_of(owner), release.id, "1.0")
    assert release.removed_at is not None
    assert file.removed_at is not None
    assert find_release(project.id, "1.0") is None
    assert tags() == ["release-deleted"]


def test_a_deleted_release_is_no_longer_the_newest(owner, project):
    make_release(project, "1.0")
    release = make_release(project, "2.0")
    assert latest(project) == "2.0"
    with transaction():
        services.delete_release(actor_of(owner), release.id, "2.0")
    assert latest(project) == "1.0"


def test_a_deletion_must_be_confirmed_by_typing_it(owner, project):
    release = make_release(project, "1.0")
    file = make_file(release)
    for deletion, number in (
        (services.delete_release, release.id),
        (services.delete_file, file.id),
        (services.delete_project, project.id),
    ):
        with pytest.raises(NotConfirmed), transaction():
            deletion(actor_of(owner), number, "yes")
    assert tags() == []


def test_a_deleted_file_keeps_its_name(owner, project):
    release = make_release(project, "1.0")
    file, _other = make_file(release), make_file(release, "foo_bar-1.0.tar.gz")
    with transaction():
        services.delete_file(actor_of(owner), file.id, file.filename)
    assert find_file(project.index_id, file.filename).removed_at is not None
    assert release.removed_at is None
    assert tags() == ["file-deleted"]


def test_the_last_file_takes_its_release_with_it(owner, project):
    release = make_release(project, "1.0")
    file = make_file(release)
    with transaction():
        services.delete_file(actor_of(owner), file.id, file.filename)
    assert release.removed_at is not None
    assert tags() == ["file-deleted", "release-deleted"]


def test_what_is_gone_cannot_be_deleted_again(owner, project):
    release = make_release(project, "1.0")
    file = make_file(release)
    with transaction():
        services.delete_project(actor_of(owner), project.id, "Foo.Bar")
    with pytest.raises(FileNotFound), transaction():
        services.delete_file(actor_of(owner), file.id, file.filename)
    with pytest.raises(ReleaseNotFound), transaction():
        services.delete_release(actor_of(owner), release.id, "1.0")
    with pytest.raises(ProjectNotFound), transaction():
        services.delete_project(actor_of(owner), project.id, "Foo.Bar")


def test_a_deleted_project_keeps_its_name(owner, project):
    make_file(make_release(project, "1.0"))
    with transaction():
        services.delete_project(actor_of(owner), project.id, "Foo.Bar")
    assert find_project(project.index_id, "foo-bar") is None
    assert find_claim(project.index_id, "foo-bar").id == project.id
    assert db.session.scalars(select(File.removed_at)).one() is not None
    assert db.session.scalars(select(Release.removed_at)).one() is not None
    assert project.latest_release_id is None
    assert tags() == ["project-deleted"]


def test_an_index_may_forbid_deletions(owner, project):
    get_index().settings = {"deletion": False}
    db.session.commit()
    with pytest.raises(Forbidden, match="Yank"), transaction():
        services.delete_project(actor_of(owner), project.id, "Foo.Bar")


@pytest.mark.parametrize("kind", ["maintainer", "reader", None])
def test_only_owners_manage(project, kind):
    account = make_account()
    release = make_release(project, "1.0")
    if kind:
        with transaction():
            grant_role(OPERATOR, project.id, account.username, kind)
    with pytest.raises(NotAllowed), transaction():
        services.yank(actor_of(account), release.id)
    assert not release.is_yanked


def test_admins_manage_every_project(project):
    release = make_release(project, "1.0")
    with transaction():
        services.yank(OPERATOR, release.id)
    assert release.is_yanked


def test_nobody_is_asked_to_log_in(project):
    release = make_release(project, "1.0")
    with pytest.raises(Unauthenticated), transaction():
        services.yank(Actor(), release.id)


def test_a_token_never_manages(owner, project):
    release = make_release(project, "1.0")
    program = Actor(owner.id, owner.username, has_confirmed_email=True, key=Key(1, "upload"))
    with pytest.raises(NotAllowed), transaction():
        services.delete_release(program, release.id, "1.0")


def test_a_project_can_be_archived_and_opened_again(owner, project):
    with transaction():
        services.change_status(actor_of(owner), project.id, "archived", " replaced ")
    assert (project.status, project.status_reason) == ("archived", "replaced")
    with transaction():
        services.change_status(actor_of(owner), project.id, "active")
    assert (project.status, project.status_reason) == ("active", None)
    assert tags() == ["project-status-changed"] * 2


def test_owners_decide_nothing_about_quarantine(owner, project):
    with pytest.raises(NotAllowed, match="administrator"), transaction():
        services.change_status(actor_of(owner), project.id, "quarantined")
    with transaction():
        services.change_status(OPERATOR, project.id, "quarantined", "malware")
    with pytest.raises(NotAllowed, match="administrator"), transaction():
        services.change_status(actor_of(owner), project.id, "active")
    assert project.status == "quarantined"


def test_an_unknown_status_is_refused(owner, project):
    with pytest.raises(UnknownStatus), transaction():
        services.change_status(actor_of(owner), project.id, "sleeping")


def test_a_bad_file_is_stopped_once(project):
    file = make_file(make_release(project, "1.0"))
    with transaction():
        services.quarantine_file(file.id, "RECORD does not match")
    with transaction():
        services.quarantine_file(file.id, "again")
    assert not file.is_servable
    assert file.quarantine_reason == "RECORD does not match"
    assert tags() == ["file-quarantined"]


def test_a_file_that_was_stopped_by_mistake_is_let_out(project):
    file = make_file(make_release(project, "1.0"))
    with transaction():
        services.quarantine_file(file.id, "RECORD does not match")
    before = project.last_serial
    for _ in range(2):
        with transaction():
            services.clear_file(OPERATOR, file.id)
    assert file.is_servable
    assert (file.quarantine_reason, tags()) == ("", ["file-quarantined", "file-cleared"])
    assert project.last_serial == before + 1


def test_only_administrators_of_the_site_let_files_out(owner, project):
    file = make_file(make_release(project, "1.0"))
    with transaction():
        services.quarantine_file(file.id, "RECORD does not match")
    with pytest.raises(NotAdministrator), transaction():
        services.clear_file(actor_of(owner), file.id)
    assert not file.is_servable


def test_a_deleted_file_stays_where_it_is(project):
    file = make_file(make_release(project, "1.0"))
    with transaction():
        services.quarantine_file(file.id, "RECORD does not match")
        services.delete_file(OPERATOR, file.id, file.filename)
    with pytest.raises(FileNotFound), transaction():
        services.clear_file(OPERATOR, file.id)

"""What was removed comes back as it was, or leaves for good."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.actors import OPERATOR, Actor
from app.accounts.models import Account
from app.core import clock
from app.core.database import transaction
from app.core.exceptions import Unauthenticated
from app.core.storage import blobs, sweep
from app.extensions import db
from app.journal.models import Entry
from app.projects import services, trash
from app.projects.exceptions import (
    BytesMissing,
    FileWithdrawn,
    FreedForGood,
    NoRoomToRestore,
    NotAllowed,
    NotInTrash,
    PlaceTaken,
    ProjectInTrash,
)
from app.projects.jobs import empty_trash
from app.projects.models import File, Project, Release
from app.projects.prohibitions import prohibit
from app.projects.trashed import FILE, PROJECT, RELEASE, due_before, list_removed, weigh_trash
from app.uploads.copies import copy_file
from app.uploads.exceptions import FilenameBurned
from tests.archives import make_sdist
from tests.factories import make_account, make_file, make_index, make_project, make_release
from tests.uploads.clients import publish_wheel


@pytest.fixture(autouse=True)
def _no_moment(monkeypatch):
    """Let blobs leave at once that came a moment ago."""
    monkeypatch.setattr(sweep, "MOMENT", timedelta(days=-1))


@pytest.fixture
def owner(app):
    account = make_account("owner")
    return Actor(account.id, "owner", has_confirmed_email=True)


@pytest.fixture
def wheel(owner):
    """Give the number of a wheel of the only release of a project."""
    project = make_project("demo", owner=db.session.get(Account, owner.account_id))
    return make_file(make_release(project, "1.0"), content=b"wheel one").id


def get(kind, number=None):
    db.session.expire_all()
    wanted = select(kind) if number is None else select(kind).where(kind.id == number)
    return db.session.scalars(wanted).one()


def do(change, *facts, **more):
    with transaction():
        return change(*facts, **more)


def remove_file(actor, number):
    do(services.delete_file, actor, number, get(File, number).filename)


def later(now, days):
    return now(clock.now() + timedelta(days=days))


def is_served(client, number):
    file = get(File, number)
    with client.get(f"/files/{file.sha256}/{file.filename}") as answer:
        return answer.status_code == 200


def tags():
    return [entry.tag for entry in db.session.scalars(select(Entry).order_by(Entry.id))]


def test_a_removed_file_stops_at_once_and_comes_back_with_the_same_bytes(client, owner, wheel):
    assert is_served(client, wheel)
    remove_file(owner, wheel)
    assert not is_served(client, wheel)
    do(trash.restore_file, owner, wheel)
    assert is_served(client, wheel)
    assert client.get("/simple/demo/").status_code == 200
    assert tags()[-2:] == ["release-restored", "file-restored"]


def test_a_release_comes_back_with_what_was_removed_with_it(owner, wheel):
    release = get(Release)
    earlier = make_file(release, "demo-1.0.tar.gz", b"sdist").id
    remove_file(owner, earlier)
    do(services.delete_release, owner, release.id, "1.0")
    do(trash.restore_release, owner, release.id)
    assert get(File, wheel).removed_at is None
    assert get(File, earlier).removed_at is not None


def test_a_project_comes_back_with_all_that_was_removed_with_it(client, owner, wheel):
    project_id = get(Project).id
    other = make_file(make_release(get(Project), "0.9"), content=b"old").id
    do(services.delete_release, owner, get(File, other).release_id, "0.9")
    do(services.delete_project, owner, project_id, "demo")
    assert client.get("/simple/demo/").status_code == 404
    do(trash.restore_project, owner, project_id)
    assert is_served(client, wheel)
    assert not is_served(client, other)
    project = get(Project)
    assert (project.release_count, project.file_count) == (1, 1)
    assert project.latest_release_id == get(File, wheel).release_id
    assert b"demo" in client.get("/simple/").data
    assert tags()[-1] == "project-restored"


def test_nobody_else_brings_anything_back(owner, wheel):
    remove_file(owner, wheel)
    stranger = make_account("stranger")
    with pytest.raises(NotAllowed):
        do(trash.restore_file, Actor(stranger.id, "stranger"), wheel)
    with pytest.raises(Unauthenticated):
        do(trash.restore_file, Actor(), wheel)


def test_what_is_here_cannot_come_back(owner, wheel):
    for change, number in (
        (trash.restore_file, wheel),
        (trash.restore_release, get(Release).id),
        (trash.restore_project, get(Project).id),
        (trash.restore_file, 999),
        (trash.restore_release, 999),
        (trash.restore_project, 999),
    ):
        with pytest.raises(NotInTrash):
            do(change, owner, number)


def test_a_release_of_a_removed_project_waits_for_its_project(owner, wheel):
    release_id = get(Release).id
    do(services.delete_project, owner, get(Project).id, "demo")
    for change, number in ((trash.restore_release, release_id), (trash.restore_file, wheel)):
        with pytest.raises(ProjectInTrash):
            do(change, owner, number)


def test_after_the_last_day_the_bytes_leave_and_the_name_stays_taken(owner, wheel, now):
    sha256, metadata = get(File).sha256, get(File).metadata_sha256
    remove_file(owner, wheel)
    later(now, 29)
    empty_trash()
    assert blobs().find_size(sha256) is not None
    later(now, 1)
    empty_trash()
    assert blobs().find_size(sha256) is blobs().find_size(metadata) is None
    assert tags()[-1] == "files-freed"
    for change, number in (
        (trash.restore_file, wheel),
        (trash.restore_release, get(Release).id),
    ):
        with pytest.raises(FreedForGood):
            do(change, owner, number)
    with pytest.raises(FilenameBurned):
        publish_wheel(OPERATOR, "demo")


def test_what_was_removed_before_there_was_a_trash_stays_as_long(owner, wheel, now):
    remove_file(owner, wheel)
    long_ago = clock.now() - timedelta(days=400)
    db.session.execute(update(File).values(removed_at=long_ago))
    db.session.commit()
    empty_trash()
    assert get(File).freed_at is None
    assert due_before() is None
    (removed,) = list_removed(limit=9)
    assert removed.until > clock.now() + timedelta(days=29)
    later(now, 31)
    empty_trash()
    assert get(File).freed_at is not None


def test_bytes_stay_that_somebody_else_has(owner, wheel, now):
    other = make_index("other")
    twin = make_file(make_release(make_project("demo", index=other), "1.0"), content=b"wheel one")
    sha256 = twin.sha256
    remove_file(owner, wheel)
    weight = weigh_trash()
    assert (weight.files, weight.size, weight.freed) == (1, 9, 0)
    later(now, 40)
    empty_trash()
    assert get(File, wheel).freed_at is not None
    assert blobs().find_size(sha256) == 9


def test_the_same_bytes_in_two_trashes_are_weighed_once(owner, wheel):
    make_file(get(Release), "demo-1.0-py2-none-any.whl", b"other bytes")
    copy = make_file(
        make_release(make_project("demo", index=make_index("other")), "1.0"), content=b"wheel one"
    ).id
    remove_file(owner, wheel)
    remove_file(OPERATOR, copy)
    assert (weigh_trash().size, weigh_trash().freed) == (18, 9)


def test_an_administrator_gives_up_bytes_at_once(owner, wheel):
    sha256, project_id = get(File).sha256, get(Project).id
    remove_file(owner, wheel)
    with pytest.raises(Exception, match="administrator"):
        do(trash.purge, owner, PROJECT, project_id)
    assert do(trash.purge, OPERATOR, PROJECT, project_id) == 1
    assert blobs().find_size(sha256) is None
    with pytest.raises(NotInTrash):
        do(trash.purge, OPERATOR, PROJECT, project_id)


def test_only_the_bytes_of_one_release_are_given_up(owner, wheel):
    other = make_file(make_release(get(Project), "2.0"), content=b"two").id
    project_id, release_id = get(Project).id, get(File, other).release_id
    do(services.delete_project, owner, project_id, "demo")
    assert do(trash.purge, OPERATOR, RELEASE, release_id) == 1
    do(trash.restore_project, owner, project_id)
    assert get(File, wheel).removed_at is None
    # A release without files does not come back.
    assert get(Release, release_id).removed_at is not None


def test_a_prohibited_name_does_not_come_back(owner, wheel):
    project_id = get(Project).id
    do(services.delete_project, owner, project_id, "demo")
    do(prohibit, OPERATOR, "demo")
    with pytest.raises(PlaceTaken, match="prohibited"):
        do(trash.restore_project, OPERATOR, project_id)


def test_a_release_comes_back_into_quarantine(client, owner, wheel):
    release_id = get(Release).id
    do(services.delete_release, owner, release_id, "1.0")
    do(services.change_status, OPERATOR, get(Project).id, "quarantined")
    do(trash.restore_release, owner, release_id)
    assert not is_served(client, wheel)
    assert get(Project).file_count is None


def test_what_was_found_bad_elsewhere_does_not_come_back(owner, wheel):
    copy = make_file(
        make_release(make_project("demo", index=make_index("other")), "1.0"), content=b"wheel one"
    ).id
    remove_file(owner, wheel)
    do(services.quarantine_file, copy, "malware")
    with pytest.raises(FileWithdrawn):
        do(trash.restore_file, owner, wheel)


def test_nothing_comes_back_beside_the_same_bytes(owner, wheel):
    remove_file(owner, wheel)
    make_file(make_release(get(Project), "1.1"), "demo-1.1-py3-none-any.whl", b"wheel one")
    with pytest.raises(PlaceTaken):
        do(trash.restore_file, owner, wheel)


def test_no_second_sdist_comes_back(owner, wheel):
    first = make_file(get(Release), "demo-1.0.tar.gz", b"first").id
    remove_file(owner, first)
    make_file(get(Release), "demo-1.0.zip", b"second")
    with pytest.raises(PlaceTaken, match="source"):
        do(trash.restore_file, owner, first)


def test_nothing_comes_back_over_the_limit(owner, wheel):
    remove_file(owner, wheel)
    db.session.execute(update(Project).values(max_total_bytes=8))
    db.session.commit()
    with pytest.raises(NoRoomToRestore):
        do(trash.restore_file, owner, wheel)


@pytest.mark.parametrize("digest", ["sha256", "metadata_sha256"])
def test_nothing_comes_back_without_its_bytes(owner, wheel, digest):
    remove_file(owner, wheel)
    blobs().delete(getattr(get(File), digest))
    with pytest.raises(BytesMissing):
        do(trash.restore_file, owner, wheel)
    assert get(File).removed_at is not None


def test_the_trash_tells_what_was_removed_together(owner, wheel):
    release = get(Release)
    sdist = make_file(release, "demo-1.0.tar.gz", b"sdist").id
    old = make_release(get(Project), "0.9")
    make_file(old, content=b"old one")
    remove_file(owner, sdist)
    do(services.delete_release, owner, old.id, "0.9")
    do(services.delete_project, owner, get(Project).id, "demo")
    told = [(each.kind, each.version, each.filename, each.files) for each in list_removed(limit=9)]
    assert told == [
        ("project", "", "", 1),
        ("release", "0.9", "", 1),
        ("file", "1.0", "demo-1.0.tar.gz", 1),
    ]
    assert [each.is_below for each in list_removed(limit=9)] == [False, True, True]
    (_first, second, third) = list_removed(limit=9)
    assert list_removed(limit=9, after=second.removed_at) == [third]


def test_a_project_that_was_begun_anew_keeps_its_trash(owner, wheel):
    do(services.delete_project, owner, get(Project).id, "demo")
    publish_wheel(OPERATOR, "demo", "2.0")
    (removed,) = list_removed(limit=9)
    assert (removed.kind, removed.version, removed.is_below) == ("release", "1.0", False)
    do(trash.restore_release, owner, removed.number)
    assert get(Project).release_count == 2


def test_a_file_comes_back_into_a_release_that_was_begun_anew(owner, wheel):
    do(services.delete_release, owner, get(Release).id, "1.0")
    make_file_of_new_release()
    do(trash.restore_file, owner, wheel)
    assert get(Project).file_count == 2


def make_file_of_new_release():
    release = get(Release)
    release.removed_at = None
    make_file(release, "demo-1.0.tar.gz", make_sdist("demo", "1.0"))


@pytest.fixture
def run(app):
    return lambda *words: app.test_cli_runner().invoke(args=["trash", *words])


def test_commands_list_restore_and_empty(run, owner, wheel):
    filename = get(File).filename
    remove_file(owner, wheel)
    listed = run("list").output
    assert "main demo 1.0: 1 files, 0.0 MB, removed" in listed
    assert "1 files of 0.0 MB; 0.0 MB would be free" in listed
    assert run("list", "demo").output == listed
    assert run("restore", "demo", "--file", filename).exit_code == 0
    do(services.delete_release, owner, get(Release).id, "1.0")
    assert run("restore", "demo", "1.0").exit_code == 0
    do(services.delete_project, owner, get(Project).id, "demo")
    assert run("restore", "demo").exit_code == 0
    do(services.delete_project, owner, get(Project).id, "demo")
    assert "All that was due" in run("empty").output
    assert "1 files are gone" in run("empty", "demo", "1.0", "--yes").output
    assert run("empty", "demo", "--yes").exit_code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("list", "nothing"),
        ("restore", "nothing"),
        ("restore", "demo", "7.0"),
        ("restore", "demo", "--file", "demo-7.0.tar.gz"),
        ("restore", "demo", "--index", "nowhere"),
    ],
)
def test_commands_end_with_a_sentence(run, wheel, words):
    answer = run(*words)
    assert (answer.exit_code, answer.output.startswith("Error: ")) == (1, True)


def test_a_promotion_brings_back_what_is_in_the_trash(owner, wheel):
    """Bytes that left with the trash are here, because those of the source are."""
    other = make_index("other")
    copy = make_file(make_release(make_project("demo", index=other), "1.0"), content=b"wheel one")
    remove_file(owner, wheel)
    do(trash.purge, OPERATOR, FILE, wheel)
    with transaction():
        copy_file(db.session.merge(copy), get(File, wheel).release)
    assert (get(File, wheel).removed_at, get(File, wheel).freed_at) == (None, None)

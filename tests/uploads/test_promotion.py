"""Releases that are brought to another index, and taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app import wiring
from app.accounts.actors import NOBODY, OPERATOR, Actor, Key
from app.accounts.models import Account
from app.core import clock
from app.core.database import transaction
from app.core.exceptions import DomainError, Forbidden, NotFound, Unauthenticated
from app.core.models import Job
from app.core.storage import blobs
from app.extensions import db
from app.indexes.models import NameClaim
from app.indexes.queries import get_index
from app.indexes.services import change_rule, change_visibility, grant
from app.journal.models import Entry
from app.projects import services as catalogue
from app.projects.exceptions import NotAllowed
from app.projects.models import File, Release, Role
from app.projects.queries import find_claim, find_project, get_project
from app.projects.roles import grant_role
from app.sources import registry
from app.sources.local import LocalSource
from app.sources.registry import own_source
from app.stats.models import DownloadDay
from app.uploads.exceptions import (
    AlreadyUndone,
    PromotionNotFound,
    PromotionRefused,
    PromotionSettled,
)
from app.uploads.models import Promotion
from app.uploads.plans import find_promotable, make_plan
from app.uploads.promotion import promote, undo_promotion
from app.uploads.queries import list_promotions
from tests.archives import sdist_name, wheel_name
from tests.factories import make_account, make_file, make_project, make_release, make_token
from tests.uploads.clients import Uploader, publish_wheel, snapshot

UPLOADED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PROMOTED = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)
RICH = {
    "summary": "Toasts bread.",
    "description": "# Toast",
    "description_content_type": "text/markdown",
    "keywords": "bread,heat",
    "author": "Ada",
    "author_email": "ada@example.com",
    "license_expression": "MIT",
    "classifiers": ["Programming Language :: Python :: 3"],
    "requires_python": ">=3.9",
    "requires_dist": ["packaging>=20", "six; extra == 'old'"],
    "extras": ["old"],
    "project_urls": [("Source", "https://example.com/source")],
}


def make_actor(account, **facts):
    return Actor(account.id, account.username, has_confirmed_email=True, **facts)


@pytest.fixture
def releaser(app):
    """Give somebody who may bring new names into main and into staging."""
    account = make_account("releaser")
    grant(get_index("staging").id, account.id, "upload")
    db.session.commit()
    return account


@pytest.fixture
def actor(releaser):
    return make_actor(releaser)


@pytest.fixture
def staged(client, releaser, now):
    """Give a release with a wheel and a source archive, uploaded to staging a week ago."""
    now(UPLOADED)
    uploader = Uploader(client, releaser, make_token(releaser))
    assert uploader.wheel("Foo.Bar", path="/index/staging/legacy/", **RICH).status_code == 200
    assert uploader.sdist("Foo.Bar", path="/index/staging/legacy/", **RICH).status_code == 200
    now(PROMOTED)
    return release_in("staging")


def bring(actor, name="foo-bar", version="1.0", *, source="staging", target="main", reason=""):
    with transaction():
        promotion = promote(actor, name, version, source=source, target=target, reason=reason)
        return None if promotion is None else promotion.id


def undo(actor, promotion_id):
    with transaction():
        return undo_promotion(actor, promotion_id)


def release_in(slug, name="foo-bar"):
    project = find_claim(get_index(slug).id, name)
    return (
        None
        if project is None
        else db.session.scalars(select(Release).where(Release.project_id == project.id)).first()
    )


def plan(actor, name="foo-bar", version="1.0", *, source="staging", target="main"):
    here, there = get_index(source), get_index(target)
    return make_plan(actor, here, there, find_promotable(actor, here, name, version))


def codes(findings):
    return [finding.code for finding in findings]


def facts_of(row):
    return {
        column.key: getattr(row, column.key)
        for column in row.__table__.columns
        if column.key not in {"id", "index_id", "project_id", "release_id"}
    }


def links(slug):
    return own_source(get_index(slug)).find_page("foo-bar").files


def tags():
    return list(db.session.scalars(select(Entry.tag).order_by(Entry.id)))


def test_a_promoted_release_is_the_same_to_the_last_fact(staged, actor):
    bring(actor)
    copy = release_in("main")
    assert copy.id != staged.id
    assert facts_of(copy) == facts_of(staged)
    assert [(each.requirement, each.extra) for each in copy.dependencies] == [
        ("packaging>=20", None),
        ("six; extra == 'old'", "old"),
    ]
    assert [(each.label, each.url) for each in copy.urls] == [
        ("Source", "https://example.com/source")
    ]
    assert [each.name for each in copy.classifiers] == ["Programming Language :: Python :: 3"]
    assert [each.name for each in copy.languages] == ["Python"]


def test_files_keep_their_digests_and_the_time_of_their_upload(staged, actor, releaser):
    bring(actor)
    assert links("main") == links("staging")
    copies = {facts_of(file)["filename"]: facts_of(file) for file in release_in("main").files}
    assert copies == {file.filename: facts_of(file) for file in staged.files}
    assert {each["uploaded_at"] for each in copies.values()} == {UPLOADED}
    assert {each["uploaded_by"] for each in copies.values()} == {releaser.id}


def test_no_byte_is_copied(staged, actor):
    before = snapshot()[1]
    bring(actor)
    assert snapshot()[1] == before


def test_the_next_request_sees_it(staged, actor, client):
    assert client.get("/simple/foo-bar/").status_code == 404
    names = client.get("/simple/").text
    assert "foo-bar" not in names.lower().replace(".", "-")
    bring(actor)
    page = client.get("/simple/foo-bar/")
    assert page.status_code == 200
    assert wheel_name("Foo.Bar") in page.text
    assert '<a href="foo-bar/">' in client.get("/simple/").text
    assert client.get("/project/foo-bar/1.0/").status_code == 200
    [wheel] = [file for file in links("main") if file.filename.endswith(".whl")]
    answer = client.get(f"/files/{wheel.sha256}/{wheel.filename}")
    assert answer.status_code == 200
    assert answer.data == blobs().open(wheel.sha256).read()


def test_who_and_why_are_kept(staged, actor, releaser):
    number = bring(actor, reason=" Passed \n the tests ")
    promotion = db.session.get(Promotion, number)
    assert (promotion.source_slug, promotion.target_slug) == ("staging", "main")
    assert (promotion.project, promotion.version) == ("foo-bar", "1.0")
    assert (promotion.account_id, promotion.actor) == (releaser.id, "releaser")
    assert (promotion.reason, promotion.promoted_at) == ("Passed the tests", PROMOTED)
    assert sorted(promotion.files) == sorted(file.id for file in release_in("main").files)


def test_the_journal_tells_all_that_came(staged, actor):
    before = len(tags())
    bring(actor, reason="Passed the tests")
    assert tags()[before:] == [
        "project-created",
        "role-granted",
        "release-created",
        "file-published",
        "file-published",
        "release-promoted",
    ]
    entry = db.session.scalars(select(Entry).where(Entry.tag == "release-promoted")).one()
    assert (entry.index_slug, entry.project, entry.actor) == ("main", "foo-bar", "releaser")
    assert entry.details == {
        "version": "1.0",
        "source_slug": "staging",
        "reason": "Passed the tests",
    }


def test_what_is_there_already_is_skipped(staged, actor):
    bring(actor)
    before = snapshot(), len(tags())
    assert bring(actor) is None
    assert (snapshot(), len(tags())) == before


def test_a_file_that_came_later_is_brought_later(staged, actor, releaser, client):
    bring(actor)
    tag = "cp311-cp311-win32"
    publish_wheel(actor, "Foo.Bar", tag=tag, slug="staging", members={"a.py": b"a"})
    number = bring(actor)
    [file] = db.session.get(Promotion, number).files
    assert db.session.get(File, file).filename == wheel_name("Foo.Bar", tag=tag)
    assert len(release_in("main").files) == 3


def test_a_yank_is_kept(staged, actor):
    with transaction():
        catalogue.yank(OPERATOR, staged.id, "broken")
    assert codes(plan(actor).warnings) == ["yanked"]
    bring(actor)
    copy = release_in("main")
    assert (copy.is_yanked, copy.yanked_reason) == (True, "broken")


def test_a_description_that_is_not_rendered_yet_is_rendered_there(staged, actor, app, monkeypatch):
    staged.description_html = None
    db.session.commit()
    monkeypatch.setitem(app.extensions, "wake", lambda job_id: None)
    bring(actor)
    jobs = db.session.scalars(select(Job).where(Job.name == "render-description")).all()
    assert jobs[-1].payload == {"release_id": release_in("main").id}


def test_a_release_that_was_begun_there_keeps_what_it_said(staged, actor):
    publish_wheel(actor, "Foo.Bar", tag="cp311-cp311-win32", summary="Said in main.")
    bring(actor)
    copy = release_in("main")
    assert (copy.summary, len(copy.files)) == ("Said in main.", 3)


# Who works on a project that is new in the other index


def roles_in(slug):
    project = find_project(get_index(slug).id, "foo-bar")
    wanted = select(Role.account_id, Role.kind).where(Role.project_id == project.id)
    return dict(db.session.execute(wanted).all())


def test_a_promoter_owns_a_project_that_nobody_else_may_own(staged, actor, releaser):
    bring(actor)
    assert roles_in("main") == {releaser.id: "owner"}


def test_only_those_who_may_bring_names_there_keep_their_roles(staged, releaser):
    owner, maintainer, stranger = make_account(), make_account(), make_account(uploads=False)
    with transaction():
        for account, kind in ((owner, "owner"), (maintainer, "maintainer"), (stranger, "owner")):
            grant_role(OPERATOR, staged.project_id, account.username, kind)
    bring(OPERATOR)
    expected = {owner.id: "owner", maintainer.id: "maintainer", releaser.id: "owner"}
    assert roles_in("main") == expected


def test_a_closed_account_gets_no_role(staged, releaser):
    db.session.get(Account, releaser.id).is_active = False
    db.session.commit()
    bring(OPERATOR)
    assert roles_in("main") == {}


def test_a_promoter_who_is_no_owner_maintains_the_project(staged, releaser):
    other = make_account()
    bring(make_actor(other))
    assert roles_in("main") == {releaser.id: "owner", other.id: "maintainer"}


def test_roles_in_a_project_that_was_there_stay_as_they_are(staged, actor, releaser):
    make_project("foo_bar", owner=(owner := make_account()))
    bring(OPERATOR)
    assert roles_in("main") == {owner.id: "owner"}


# What is refused


def assert_refused(actor, code, told, **where):
    before = snapshot(), len(tags())
    assert code in codes(plan(actor, **where).refusals)
    with pytest.raises(PromotionRefused, match=told) as refused:
        bring(actor, **where)
    assert refused.value.code == code
    assert (snapshot(), len(tags())) == before


def test_who_may_bring_no_names_there_is_refused(staged):
    stranger = make_actor(make_account(uploads=False))
    assert_refused(stranger, "not-allowed", "may not publish Foo.Bar in the index main")


def test_who_may_not_upload_to_the_project_there_is_refused(staged, actor):
    make_project("foo_bar", owner=make_account())
    assert_refused(actor, "not-allowed", "may not publish Foo.Bar in the index main")


def test_who_may_not_read_the_source_is_told_nothing(staged):
    with transaction():
        change_visibility(get_index("staging"), "members")
    with pytest.raises(Forbidden):
        bring(make_actor(make_account()))
    with pytest.raises(Unauthenticated):
        bring(NOBODY)
    with pytest.raises(Forbidden):
        bring(make_actor(make_account()), "no-such-project")


def test_who_may_not_use_the_target_is_told_nothing_of_it(staged):
    make_project("foo_bar", owner=make_account())
    with transaction():
        change_visibility(get_index("staging"), "public")
        change_visibility(get_index("main"), "members")
    account = make_account(uploads=False)
    grant(get_index("staging").id, account.id, "read")
    db.session.commit()
    here, there = get_index("staging"), get_index("main")
    found = make_plan(make_actor(account), here, there, staged).refusals
    assert codes(found) == ["not-allowed"]


@pytest.mark.parametrize(
    "key",
    [
        Key(1, "read"),
        Key(1, "upload", index_slug="staging"),
        Key(1, "upload", project="another"),
    ],
    ids=["read", "another index", "another project"],
)
def test_a_token_that_does_not_reach_there_is_refused(staged, releaser, key):
    assert_refused(make_actor(releaser, key=key), "token-scope", "token may not be used for that")


def test_a_token_that_reaches_there_promotes(staged, releaser):
    key = Key(1, "upload", project="foo-bar")
    assert bring(make_actor(releaser, key=key)) is not None


def test_a_mirror_is_no_place_to_promote_to(staged):
    assert_refused(OPERATOR, "forbidden", "pypi is a mirror", target="pypi")


def test_a_mirror_s_projects_cannot_be_promoted(app):
    with pytest.raises(Forbidden, match="its upstream's"):
        bring(OPERATOR, source="pypi")


def test_an_index_is_not_its_own_target(staged):
    assert_refused(OPERATOR, "same-index", "in this index already", target="staging")


@pytest.mark.parametrize(
    ("name", "version", "where"),
    [
        ("nothing", "1.0", {}),
        ("foo-bar", "2.0", {}),
        ("foo-bar", "one", {}),
        ("foo-bar", "1.0", {"source": "none"}),
        ("foo-bar", "1.0", {"target": "none"}),
        ("foo-bar", "1.0", {"source": "main", "target": "staging"}),
    ],
)
def test_what_is_not_there_is_not_found(staged, name, version, where):
    with pytest.raises(NotFound):
        bring(OPERATOR, name, version, **where)


@pytest.fixture
def upstream(app):
    """Let the mirror hold what its rows in the catalogue say, without asking anybody."""
    registry.register("mirror", LocalSource)
    yield lambda name: make_project(name, index=get_index("pypi"))
    wiring.wire()


def test_a_name_of_an_upstream_is_refused_until_it_is_claimed(staged, upstream):
    upstream("foo_bar")
    assert_refused(OPERATOR, "name-upstream", "flask index claim Foo.Bar --index main")
    index = get_index("main")
    db.session.add(NameClaim(index_id=index.id, normalized_name="foo-bar", claimed_at=clock.now()))
    db.session.commit()
    assert bring(OPERATOR) is not None


def test_a_name_that_is_owned_below_the_target_is_refused(app, actor):
    """From main to staging, whose base has the name by then."""
    make_file(make_release(make_project("foo_bar", owner=make_account(), index=get_index("main"))))
    assert_refused(actor, "name-elsewhere", "below staging", source="main", target="staging")


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_a_project_that_takes_no_files_there_is_refused(staged, status):
    make_project("foo_bar").status = status
    db.session.commit()
    assert_refused(OPERATOR, "project-closed", "takes no files in main")


def test_a_project_in_quarantine_stays_where_it_is(staged):
    staged.project.status = "quarantined"
    db.session.commit()
    assert_refused(OPERATOR, "source-quarantined", "is in quarantine")


def test_a_file_name_that_was_removed_there_is_refused(staged, actor):
    bring(actor)
    file = release_in("main").files[0]
    with transaction():
        catalogue.delete_file(OPERATOR, file.id, file.filename)
    assert_refused(actor, "filename-used", "was removed from main")


def test_other_bytes_under_the_same_name_are_refused(staged, actor):
    publish_wheel(actor, "Foo.Bar", summary="other bytes")
    assert_refused(actor, "file-exists", "is in main with other content")


def test_a_file_that_was_stopped_there_is_refused(staged, actor):
    bring(actor)
    release_in("main").files[0].quarantined_at = clock.now()
    db.session.commit()
    assert_refused(actor, "file-quarantined", "is in quarantine in main")


def test_a_second_sdist_of_a_release_is_refused(staged, actor):
    project = make_project("foo_bar")
    make_file(make_release(project), "Foo.Bar-1.0.tar.gz", b"another")
    assert_refused(OPERATOR, "sdist-exists", "another source archive in main")


def test_local_versions_are_refused_where_they_are_not_taken(actor):
    publish_wheel(actor, version="1.0+house", slug="staging")
    with transaction():
        change_rule(get_index("main"), "local_versions", is_on=False)
    assert_refused(actor, "local-version", "main takes no local versions", version="1.0+house")


def test_plain_linux_wheels_are_refused_where_they_are_not_taken(actor):
    publish_wheel(actor, tag="cp311-cp311-linux_x86_64", slug="staging")
    with transaction():
        change_rule(get_index("main"), "linux_wheels", is_on=False)
    assert_refused(actor, "unsupported-platform", "main takes no wheels for the platform")


def test_direct_dependencies_are_refused_where_they_are_not_taken(actor):
    with transaction():
        change_rule(get_index("staging"), "direct_dependencies", is_on=True)
    publish_wheel(actor, slug="staging", requires_dist=["six @ https://example.com/six.whl"])
    assert_refused(actor, "direct-dependency", "from an address of its own")


def test_a_release_without_files_is_refused(app):
    make_release(make_project("foo_bar", index=get_index("staging")))
    assert_refused(OPERATOR, "no-files", "no file that may be downloaded")


def test_all_reasons_are_told_at_once(staged, actor):
    make_project("foo_bar", owner=make_account()).status = "archived"
    publish_wheel(OPERATOR, "another")
    with transaction():
        catalogue.yank(OPERATOR, staged.id)
    db.session.commit()
    found = plan(actor)
    assert codes(found.refusals) == ["not-allowed"]
    assert codes(found.warnings) == ["yanked"]
    assert not found.is_ready


def test_files_in_quarantine_stay_behind_and_are_listed(staged, actor):
    [sdist] = [file for file in staged.files if file.filetype == "sdist"]
    with transaction():
        catalogue.quarantine_file(sdist.id, "lies")
    [warning] = plan(actor).warnings
    assert (warning.code, warning.details) == ("files-stopped", (sdist_name("Foo.Bar"),))
    bring(actor)
    assert [file.filename for file in release_in("main").files] == [wheel_name("Foo.Bar")]


def test_a_release_that_more_people_will_see_is_told(staged, actor):
    with transaction():
        change_visibility(get_index("staging"), "members")
    [warning] = plan(actor).warnings
    assert (warning.code, "may read main" in warning.message) == ("more-readers", True)
    assert bring(actor) is not None


# What only the source has


def needs(actor, **where):
    return [
        finding.details
        for finding in plan(actor, **where).warnings
        if finding.code == "needs-left-behind"
    ]


def stage(actor, *requirements):
    publish_wheel(actor, "foo_bar", slug="staging", requires_dist=requirements)


def test_a_dependency_that_only_staging_has_is_listed_and_goes_on(actor):
    stage(actor, "heat>=1", "nobody-knows-it")
    publish_wheel(actor, "heat", slug="staging")
    assert needs(actor) == [("heat>=1",)]
    assert bring(actor) is not None


def test_a_dependency_whose_versions_are_only_in_staging_is_listed(actor):
    stage(actor, "heat>=2")
    publish_wheel(actor, "heat", "1.0")
    publish_wheel(actor, "heat", "2.0", slug="staging")
    assert needs(actor) == [("heat>=2",)]


def test_a_dependency_that_main_has_is_not_listed(actor):
    stage(actor, "heat>=1", "foo_bar[all]")
    publish_wheel(actor, "heat", "1.5")
    publish_wheel(actor, "heat", "2.0", slug="staging")
    assert needs(actor) == []


def test_a_dependency_that_was_yanked_in_main_is_listed(actor):
    stage(actor, "heat>=1")
    publish_wheel(actor, "heat", "1.5")
    publish_wheel(actor, "heat", "1.6", slug="staging")
    with transaction():
        catalogue.yank(OPERATOR, release_in("main", "heat").id)
    assert needs(actor) == [("heat>=1",)]


def test_a_dependency_of_the_upstream_is_not_listed(actor, upstream):
    stage(actor, "heat>=1")
    make_file(make_release(upstream("heat"), "1.5"))
    assert needs(actor) == []


# Taking it back


def test_an_undone_promotion_leaves_nothing_to_see(staged, actor, client):
    number = bring(actor)
    [file] = [each for each in links("main") if each.filename.endswith(".whl")]
    client.get("/simple/foo-bar/")
    consequences = undo(actor, number)
    assert sorted(consequences.files) == [wheel_name("Foo.Bar"), sdist_name("Foo.Bar")]
    assert client.get("/simple/foo-bar/").status_code == 404
    assert "foo-bar" not in client.get("/simple/").text
    assert client.get("/project/foo-bar/").status_code == 404
    assert find_project(get_index("main").id, "foo-bar") is None
    # It is in staging still, and that anybody may read.
    assert client.get(f"/files/{file.sha256}/{file.filename}").status_code == 200
    assert len(links("staging")) == 2


def test_an_undo_is_noted(staged, actor, now):
    number = bring(actor)
    before = len(tags())
    at = now(PROMOTED + timedelta(hours=24))
    undo(actor, number)
    assert db.session.get(Promotion, number).undone_at == at
    assert tags()[before:] == [
        "file-deleted",
        "file-deleted",
        "release-deleted",
        "project-deleted",
        "promotion-undone",
    ]


def test_a_promotion_can_be_undone_for_a_day_only(staged, actor, now):
    number = bring(actor)
    now(PROMOTED + timedelta(hours=24, seconds=1))
    with pytest.raises(PromotionSettled, match="24 hours"):
        undo(actor, number)
    assert len(links("main")) == 2


def test_a_promotion_is_undone_once(staged, actor):
    number = bring(actor)
    undo(actor, number)
    with pytest.raises(AlreadyUndone):
        undo(actor, number)


def test_what_was_undone_can_be_promoted_again(staged, actor, client):
    before = links("staging")
    undo(actor, bring(actor))
    assert plan(actor).refusals == ()
    again = bring(actor)
    assert links("main") == before
    assert wheel_name("Foo.Bar") in client.get("/simple/foo-bar/").text
    undo(actor, again)
    assert bring(actor) is not None
    assert links("main") == before
    assert db.session.query(File).filter_by(index_id=get_index("main").id).count() == 2


def test_a_maintainer_may_promote_again_what_was_undone(staged, releaser):
    other = make_actor(make_account())
    undo(other, bring(other))
    assert bring(other) is not None


def test_a_project_that_its_owners_removed_is_not_brought_back_by_others(staged, releaser):
    other = make_actor(make_account())
    bring(other)
    project = get_project(get_index("main").id, "foo-bar")
    with transaction():
        catalogue.delete_project(OPERATOR, project.id, project.name)
    assert "not-allowed" in codes(plan(other).refusals)


def test_what_was_undone_cannot_be_uploaded_with_other_bytes(staged, actor):
    undo(actor, bring(actor))
    with pytest.raises(DomainError) as refused:
        publish_wheel(actor, "Foo.Bar", summary="other bytes")
    assert refused.value.code == "filename-used"


def test_a_file_that_was_removed_after_it_came_again_stays_removed(staged, actor, now):
    undo(actor, bring(actor))
    bring(actor)
    now(PROMOTED + timedelta(minutes=1))
    file = release_in("main").files[0]
    with transaction():
        catalogue.delete_file(OPERATOR, file.id, file.filename)
    assert codes(plan(actor).refusals) == ["filename-used"]


def test_files_that_others_added_stay(staged, actor):
    number = bring(actor)
    other = wheel_name("Foo.Bar", tag="cp311-cp311-win32")
    publish_wheel(actor, "Foo.Bar", tag="cp311-cp311-win32", members={"a.py": b"a"})
    undo(actor, number)
    assert [file.filename for file in links("main")] == [other]


def test_a_project_with_other_releases_stays(staged, actor):
    publish_wheel(actor, "Foo.Bar", "0.9")
    undo(actor, bring(actor))
    project = get_project(get_index("main").id, "foo-bar")
    assert db.session.get(Release, project.latest_release_id).version == "0.9"


def test_a_file_that_was_deleted_meanwhile_is_passed_over(staged, actor):
    number = bring(actor)
    file = release_in("main").files[0]
    with transaction():
        catalogue.delete_file(OPERATOR, file.id, file.filename)
    removed_at = file.removed_at
    assert len(undo(actor, number).files) == 1
    assert db.session.get(File, file.id).removed_at == removed_at


def test_numbers_of_files_that_went_with_their_index_are_nobody_s(staged, actor):
    number = bring(actor)
    publish_wheel(actor, "another")
    [other] = release_in("main", "another").files
    db.session.get(Promotion, number).files = [other.id]
    db.session.commit()
    assert undo(actor, number).files == ()
    assert db.session.get(File, other.id).removed_at is None


def test_an_undo_is_allowed_where_nothing_can_be_deleted(staged, actor):
    with transaction():
        change_rule(get_index("main"), "deletion", is_on=False)
    assert undo(actor, bring(actor)).files


def test_downloads_and_dependents_are_told_and_forbid_nothing(staged, actor):
    number = bring(actor)
    publish_wheel(actor, "Relying", requires_dist=["foo-bar>=1"])
    for slug, count in (("main", 3), ("staging", 5)):
        db.session.add(
            DownloadDay(
                day=PROMOTED.date(),
                index_slug=slug,
                filename=wheel_name("Foo.Bar"),
                project="foo-bar",
                version="1.0",
                count=count,
            )
        )
    db.session.commit()
    consequences = undo(actor, number)
    assert (consequences.downloads, consequences.needed_by) == (3, ("Relying",))


def test_owners_and_admins_may_undo_what_others_promoted(staged, releaser):
    other = make_actor(make_account())
    undo(make_actor(releaser), bring(other))
    undo(make_actor(make_account(), is_admin=True), bring(other))


def test_strangers_tokens_and_nobody_may_not_undo(staged, actor, releaser):
    number = bring(actor)
    for who in (make_actor(make_account()), make_actor(releaser, key=Key(1, "upload"))):
        with pytest.raises(NotAllowed):
            undo(who, number)
    with pytest.raises(Unauthenticated):
        undo(NOBODY, number)
    assert len(links("main")) == 2


def test_a_promoter_without_a_role_any_more_may_not_undo(staged, releaser):
    account = make_account()
    number = bring(make_actor(account))
    project = get_project(get_index("main").id, "foo-bar")
    db.session.delete(db.session.get(Role, (project.id, account.id)))
    db.session.commit()
    with pytest.raises(NotAllowed):
        undo(make_actor(account), number)


def test_an_unknown_promotion_is_not_found(app):
    with pytest.raises(PromotionNotFound):
        undo(OPERATOR, 4711)


# Lists


def test_somebody_sees_their_promotions_and_those_of_their_projects(staged, releaser):
    other, stranger = make_account(), make_account()
    number = bring(make_actor(other))
    for account, seen in ((other, [number]), (releaser, [number]), (stranger, [])):
        found = list_promotions(account_id=account.id)
        assert [promotion.id for promotion in found] == seen
    assert [each.id for each in list_promotions()] == [number]
    assert list_promotions(project="another") == []


def test_staging_shows_its_own_project_before_that_of_main(staged, actor, client):
    bring(actor)
    publish_wheel(actor, "Foo.Bar", "2.0")
    page = registry.source_for(get_index("staging")).find_page("foo-bar")
    assert (page.index_slug, page.versions) == ("staging", ("1.0",))

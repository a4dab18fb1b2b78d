"""To whom a new name belongs already, as those who upload see it."""

import pytest

from app.core import clock
from app.extensions import db
from app.indexes.models import NameClaim, ReservedPattern
from app.indexes.queries import get_index
from app.indexes.services import grant
from app.mirror.models import MirroredProject
from app.mirror.upstream import forget_upstreams
from app.projects.names import normalise
from app.projects.queries import find_project
from app.search.models import Listing
from app.uploads import intake
from tests.factories import make_account, make_project
from tests.uploads.clients import assert_refused, snapshot
from tests.upstreams import UpstreamServer

STAGING = "/index/staging/legacy/"


@pytest.fixture
def server(app):
    """Give the upstream of the mirror, which no upload may ask for anything."""
    with UpstreamServer() as server:
        get_index("pypi").upstream_url = server.url
        db.session.commit()
        yield server
        assert server.log == []
    forget_upstreams()


@pytest.fixture(params=["loaded list", "copied page"])
def upstream(request, server):
    """Give a function that makes a name known as the upstream's."""

    def hold(name):
        names = {"index_id": get_index("pypi").id, "normalized_name": normalise(name)}
        if request.param == "loaded list":
            row = Listing(**names, name=name)
        else:
            times = {"fetched_at": clock.now(), "changed_at": clock.now()}
            row = MirroredProject(**names, **times, body_sha256="0" * 64)
        db.session.add(row)
        db.session.commit()

    return hold


@pytest.fixture
def bob(app, uploader):
    """Give somebody who may bring new names into main and staging."""
    account = make_account("bob")
    grant(get_index("staging").id, account.id, "upload")
    db.session.commit()
    return uploader(account)


def claim(name, slug="main"):
    index = get_index(slug)
    name = normalise(name)
    db.session.add(NameClaim(index_id=index.id, normalized_name=name, claimed_at=clock.now()))
    db.session.commit()


def is_in(slug, name="foo-bar"):
    return find_project(get_index(slug).id, name) is not None


def test_check_100_a_name_of_the_upstream_is_refused_with_what_to_do(ada, upstream):
    upstream("foo_bar")
    before = snapshot()
    told = "belongs to the upstream pypi, an administrator can claim it: "
    answer = ada.wheel()
    assert_refused(answer, 403, f"{told}flask index claim foo-bar --index main", "name-upstream")
    assert snapshot() == before


def test_a_name_that_nobody_here_knows_of_is_not_asked_for(ada, server):
    server.add_wheel("foo_bar")
    assert ada.wheel().status_code == 200


def test_a_name_that_the_upstream_was_found_not_to_have_is_free(ada, server):
    names = {"index_id": get_index("pypi").id, "normalized_name": "foo-bar"}
    db.session.add(MirroredProject(**names, fetched_at=clock.now(), changed_at=clock.now()))
    db.session.commit()
    assert ada.wheel().status_code == 200


@pytest.mark.parametrize("path", ["/legacy/", STAGING])
def test_check_66_an_administrator_needs_the_claim_too(uploader, upstream, path):
    upstream("foo_bar")
    admin = uploader(make_account(is_admin=True))
    assert_refused(admin.wheel(path=path), 403, "an administrator can claim it", "name-upstream")


def test_a_spelling_of_an_upstream_s_name_is_the_same_name(ada, upstream):
    upstream("Foo.Bar")
    assert_refused(ada.wheel(), 403, "belongs to the upstream", "name-upstream")


def test_check_100_a_claimed_name_is_ours(ada, upstream):
    upstream("foo_bar")
    claim("Foo.Bar")
    assert ada.wheel().status_code == 200
    assert is_in("main")


def test_a_claim_in_an_index_of_the_chain_is_enough(bob, upstream):
    upstream("foo_bar")
    claim("foo_bar", "main")
    assert bob.wheel(path=STAGING).status_code == 200


def test_a_claim_in_an_index_above_says_nothing_about_those_below(bob, upstream):
    upstream("foo_bar")
    claim("foo_bar", "staging")
    assert_refused(bob.wheel(), 403, "belongs to the upstream", "name-upstream")


def test_a_claim_alone_gives_the_name_to_nobody(uploader, upstream):
    upstream("foo_bar")
    claim("foo_bar")
    stranger = uploader(make_account(uploads=False))
    assert_refused(stranger.wheel(), 403, "may not bring new projects", "not-allowed")


def test_a_name_under_a_reserved_pattern_is_ours(ada, upstream):
    upstream("foo_bar")
    db.session.add(ReservedPattern(pattern="foo-*", reserved_at=clock.now()))
    db.session.commit()
    assert ada.wheel().status_code == 200


def test_a_project_that_was_here_before_the_upstream_s_stays_ours(ada, upstream):
    assert ada.wheel().status_code == 200
    upstream("foo_bar")
    assert ada.wheel(version="2.0").status_code == 200


def test_a_name_that_no_list_knows_is_free(ada, upstream):
    upstream("something_else")
    assert ada.wheel().status_code == 200


def test_a_name_is_asked_for_again_when_the_file_is_written_down(ada, upstream, monkeypatch):
    def appear(*_):
        upstream("foo_bar")

    monkeypatch.setattr(intake, "store", appear)
    assert_refused(ada.wheel(), 403, "belongs to the upstream", "name-upstream")
    assert not is_in("main")


def test_a_project_of_a_base_is_closed_to_strangers(bob):
    make_project("foo_bar", owner=make_account("carol"))
    told = "belongs to the index main, where the user 'bob' may not publish it"
    assert_refused(bob.wheel(path=STAGING), 403, told, "name-elsewhere")
    assert not is_in("staging")


def test_a_project_of_a_base_is_open_to_those_who_publish_it_there(bob):
    make_project("foo_bar", owner=bob.account)
    assert bob.wheel(path=STAGING).status_code == 200
    assert is_in("staging")


def test_a_project_of_a_base_is_open_to_administrators(uploader):
    make_project("foo_bar", owner=make_account("carol"))
    assert uploader(make_account(is_admin=True)).wheel(path=STAGING).status_code == 200


def test_a_removed_project_of_a_base_stays_with_its_owners(bob):
    project = make_project("foo_bar", owner=make_account("carol"))
    project.removed_at = clock.now()
    db.session.commit()
    assert_refused(bob.wheel(path=STAGING), 403, "belongs to the index main", "name-elsewhere")


@pytest.mark.parametrize(("right", "status"), [(None, 403), ("read", 403), ("upload", 200)])
@pytest.mark.parametrize("is_claimed", [True, False], ids=["claimed", "removed"])
def test_a_name_of_a_base_without_owner_is_for_those_who_bring_names_there(
    uploader, right, status, is_claimed
):
    account = make_account(uploads=False)
    grant(get_index("staging").id, account.id, "upload")
    if right is not None:
        grant(get_index("main").id, account.id, right)
    if is_claimed:
        claim("foo_bar")
    else:
        make_project("foo_bar").removed_at = clock.now()
    db.session.commit()
    answer = uploader(account).wheel(path=STAGING)
    assert (answer.status_code, answer.headers.get("X-Error-Code")) == (
        (status, None) if status == 200 else (status, "name-elsewhere")
    )


def test_a_project_of_an_index_above_is_no_hindrance(ada, bob):
    make_project("foo_bar", owner=make_account("carol"), index=get_index("staging"))
    assert ada.wheel().status_code == 200


def test_staging_takes_uploads_of_those_who_may_bring_names_there(ada, bob):
    assert_refused(ada.wheel(path=STAGING), 403, "into the index staging", "not-allowed")
    assert bob.wheel(path=STAGING).status_code == 200
    assert (is_in("staging"), is_in("main")) == (True, False)


def test_check_66_the_mirror_refuses_every_upload(uploader):
    admin = uploader(make_account(is_admin=True))
    told = "The index pypi is a mirror and takes no uploads."
    assert_refused(admin.wheel(path="/index/pypi/legacy/"), 403, told)


def test_two_indexes_may_have_a_file_name_with_other_bytes(bob):
    make_project("foo_bar", owner=bob.account)
    assert bob.wheel().status_code == 200
    assert bob.wheel(path=STAGING, summary="other bytes").status_code == 200

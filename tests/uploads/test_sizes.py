"""What a project may have, and names that nobody may take, at the door for uploads."""

import pytest

from app.accounts.actors import OPERATOR, Actor
from app.core.database import transaction
from app.extensions import db
from app.indexes import limits as index_limits
from app.indexes.limits import BadLimit
from app.indexes.queries import get_index
from app.projects import limits, prohibitions, services
from app.projects.exceptions import NotProhibited, ProhibitedAlready
from app.projects.queries import find_project
from app.uploads.exceptions import PromotionRefused
from app.uploads.promotion import promote
from tests.factories import make_account, make_file, make_project, make_release
from tests.uploads.clients import assert_refused, snapshot

MB = 2**20


def limit_index(**sizes):
    sizes = {"max_file": None, "max_project": None} | sizes
    with transaction():
        index_limits.change_limits(OPERATOR, get_index(), **sizes)


def limit_project(name="foo-bar", **sizes):
    sizes = {"max_file": None, "max_project": None} | sizes
    with transaction():
        limits.change_limits(OPERATOR, find_project(get_index().id, name).id, **sizes)


def fill(name, size):
    """Let a project have so many bytes already."""
    file = make_file(make_release(find_project(get_index().id, name), "0.1"))
    file.size = size
    db.session.commit()


@pytest.fixture
def big(app, monkeypatch):
    """Let files be big without the bytes: the site's own limit is counted in small ones."""
    monkeypatch.setattr("app.indexes.limits.MEGABYTE", 100)
    monkeypatch.setattr("app.projects.limits.MEGABYTE", 100)


def test_a_file_over_the_limit_of_its_index_is_refused(ada, big):
    limit_index(max_file=1)
    before = snapshot()
    assert_refused(ada.wheel(), 413, "File too large, the limit is", "file-too-large")
    assert snapshot() == before


def test_the_limit_of_a_project_goes_before_that_of_its_index(ada, big):
    make_project("foo-bar", owner=ada.account)
    limit_index(max_file=1)
    limit_project(max_file=1000)
    assert ada.wheel().status_code == 200


def test_no_file_is_larger_than_the_site_takes(ada):
    assert limits.limits_of(get_index(), None).file == 5 * 1024 * MB
    with pytest.raises(BadLimit):
        limit_index(max_file=5 * 1024 + 1)


@pytest.mark.parametrize("size", [0, -1, 2**40])
def test_a_limit_is_a_number_of_megabytes(app, size):
    with pytest.raises(BadLimit):
        limit_index(max_project=size)


def test_a_project_that_would_be_too_large_is_refused(ada):
    ada.wheel()
    limit_project(max_project=3)
    fill("foo-bar", 3 * MB)
    before = snapshot()
    answer = ada.wheel(version="2.0")
    assert_refused(
        answer, 413, "Project too large, it has 3.0 MB and the limit is 3 MB.", "project-too-large"
    )
    assert snapshot() == before


def test_the_limit_of_an_index_holds_for_every_project_of_it(ada):
    ada.wheel()
    fill("foo-bar", 3 * MB)
    limit_index(max_project=3)
    assert ada.wheel(version="2.0").status_code == 413
    assert ada.wheel("other").status_code == 200


def test_the_same_file_again_is_fine_in_a_full_project(ada):
    ada.wheel()
    fill("foo-bar", 3 * MB)
    limit_project(max_project=3)
    assert ada.wheel().status_code == 200


def test_what_was_deleted_makes_room(ada):
    ada.wheel()
    fill("foo-bar", 3 * MB)
    limit_project(max_project=3)
    release = find_project(get_index().id, "foo-bar").releases[-1]
    with transaction():
        services.delete_release(OPERATOR, release.id, "0.1")
    assert ada.wheel(version="2.0").status_code == 200


def test_a_promotion_fits_or_is_refused(app):
    ada = make_account("ada")
    release = make_release(make_project("Toaster", owner=ada, index=get_index("staging")), "1.0")
    make_file(release).size = 3 * MB
    db.session.commit()
    actor = Actor(ada.id, "ada", has_confirmed_email=True)
    for sizes, code in (
        ({"max_file": 2}, "file-too-large"),
        ({"max_project": 2}, "project-too-large"),
    ):
        limit_index(**sizes)
        with pytest.raises(PromotionRefused) as refusal, transaction():
            promote(actor, "toaster", "1.0", source="staging", target="main")
        assert refusal.value.code == code
    limit_index()
    with transaction():
        assert promote(actor, "toaster", "1.0", source="staging", target="main")


# Names


def prohibit(name="Foo.Bar"):
    with transaction():
        return prohibitions.prohibit(OPERATOR, name, "Malware")


def test_a_prohibited_name_is_refused_in_every_spelling_and_index(ada):
    assert prohibit() == "foo-bar"
    for name in ("foo_bar", "Foo.Bar"):
        answer = ada.wheel(name)
        assert_refused(
            answer,
            400,
            f"The name {name!r} isn't allowed, an administrator has prohibited it.",
            "name-prohibited",
        )


def test_administrators_must_allow_the_name_first(uploader):
    prohibit()
    boss = uploader(make_account("boss", is_admin=True))
    assert boss.wheel().status_code == 400
    with transaction():
        prohibitions.allow(OPERATOR, "foo_bar")
    assert boss.wheel().status_code == 200


def test_a_project_that_is_here_is_left_alone(ada):
    ada.wheel()
    prohibit()
    assert ada.wheel(version="2.0").status_code == 200


def test_a_project_that_was_deleted_does_not_come_back(ada):
    ada.wheel()
    with transaction():
        services.delete_project(OPERATOR, find_project(get_index().id, "foo-bar").id, "foo_bar")
    prohibit()
    assert_refused(ada.wheel(version="2.0"), 400, "prohibited", "name-prohibited")


def test_names_that_look_like_it_stay_free(ada):
    prohibit("f00-bar")
    assert ada.wheel().status_code == 200


def test_a_name_is_prohibited_once_and_allowed_once(app):
    prohibit()
    with pytest.raises(ProhibitedAlready):
        prohibit("foo_bar")
    with transaction():
        prohibitions.allow(OPERATOR, "foo-bar")
    with pytest.raises(NotProhibited), transaction():
        prohibitions.allow(OPERATOR, "foo-bar")

from xml.etree import ElementTree

import pytest

from app.extensions import db
from app.indexes.queries import get_index
from app.search.models import Listing
from tests.factories import (
    make_account,
    make_file,
    make_project,
    make_release,
    relist_all,
    sign_in,
)
from tests.site.test_views import close, status


@pytest.fixture
def cheese(app):
    project = make_project("Cheese")
    make_file(make_release(project, "1.0", requires_python=">=3.11", license_expression="MIT"))
    return project


def words(answer):
    picture = ElementTree.fromstring(answer.data)
    return [tag.text for tag in picture.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("kind", "message"),
    [("version", "1.0"), ("python", ">=3.11"), ("license", "MIT"), ("downloads", "0")],
)
def test_badges_tell_one_fact_each(client, cheese, kind, message):
    answer = client.get(f"/project/cheese/badge/{kind}.svg")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert words(answer) == [kind, message]


def test_downloads_are_counted_in_short(client, cheese):
    relist_all()
    db.session.query(Listing).update({"downloads": 12_345})
    db.session.commit()
    assert words(client.get("/project/cheese/badge/downloads.svg")) == ["downloads", "12k"]


def test_badges_of_bare_projects_say_that_nothing_is_stated(client):
    make_release(make_project("bare"))
    for kind in ("python", "license"):
        assert words(client.get(f"/project/bare/badge/{kind}.svg")) == [kind, "not stated"]


def test_a_badge_is_kept_by_caches_and_asked_for_with_its_tag(client, cheese):
    answer = client.get("/project/cheese/badge/version.svg")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = client.get(
        "/project/cheese/badge/version.svg", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    make_release(cheese, "2.0")
    changed = client.get("/project/cheese/badge/version.svg")
    assert changed.headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize("name", ["nobody", "x" * 300, "%F0%9F%A7%80", "a%22b"])
def test_unknown_projects_have_a_badge_that_says_so(client, app, name):
    answer = client.get(f"/project/{name}/badge/version.svg")
    assert answer.status_code == 404
    assert words(answer) == ["version", "not found"]


def test_there_are_no_other_badges(client, cheese):
    assert client.get("/project/cheese/badge/secrets.svg").status_code == 404


@pytest.mark.parametrize("path", ["/project/cheese", "/index/nothing/project/cheese"])
def test_badges_of_closed_indexes_tell_strangers_nothing(client, cheese, path):
    close("members")
    answer = client.get(f"{path}/badge/version.svg")
    assert answer.status_code == 404
    assert words(answer) == ["version", "not found"]


def test_members_see_badges_of_their_index_and_no_cache_keeps_them(client, cheese):
    close("members")
    answer = sign_in(client, make_account()).get("/project/cheese/badge/version.svg")
    assert words(answer) == ["version", "1.0"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_the_page_of_a_closed_index_offers_no_badges(client, cheese):
    assert "badge/version.svg" in client.get("/project/cheese/").text
    close("members")
    member = sign_in(client, make_account())
    assert "badge/version.svg" not in member.get("/project/cheese/").text


def test_the_colour_tells_what_a_version_is(client, cheese):
    good = client.get("/project/cheese/badge/version.svg").text
    make_release(make_project("early"), "1.0a1")
    make_release(make_project("taken"), "1.0", yanked="bad")
    early = client.get("/project/early/badge/version.svg").text
    taken = client.get("/project/taken/badge/version.svg").text
    colours = [picture.split('fill="#')[2][:6] for picture in (good, early, taken)]
    assert len(set(colours)) == 3


def test_a_project_in_quarantine_has_a_badge_that_warns(client, cheese):
    status(cheese, "quarantined")
    assert 'fill="#963a12"' in client.get("/project/cheese/badge/version.svg").text


def test_each_index_has_badges_of_its_own(client, cheese):
    make_release(make_project("cheese", index=get_index("staging")), "2.0")
    answer = client.get("/index/staging/project/cheese/badge/version.svg")
    assert words(answer) == ["version", "2.0"]

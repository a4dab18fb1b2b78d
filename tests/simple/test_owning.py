"""What claims, reserved patterns and removed bases do to the pages that installers read."""

import pytest

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.indexes.bases import change_bases
from app.indexes.queries import get_index
from app.indexes.reservations import free, reserve
from app.indexes.services import remove_index
from app.projects.claims import claim_name, release_claim
from tests.simple.far import Coming

DOORS = ["/simple/far-away/", "/index/staging/simple/far-away/"]
WHEEL = Coming("far_away-1.0-py3-none-any.whl", b"a wheel")


@pytest.fixture
def seen(client, far):
    """Give a function that tells how the pages of an upstream's project are answered."""
    far.put("Far.Away", WHEEL)

    def answers():
        return [client.get(door).status_code for door in DOORS]

    assert answers() == [200, 200]
    return answers


def names(client, path="/index/staging/simple/"):
    headers = {"Accept": "application/vnd.pypi.simple.v1+json"}
    return [each["name"] for each in client.get(path, headers=headers).json["projects"]]


def test_a_claim_hides_what_an_upstream_has_at_once(client, far, seen):
    asked = list(far.asked)
    with transaction():
        claim_name(OPERATOR, get_index(), "far.away")
    assert seen() == [404, 404]
    assert names(client) == []
    assert far.asked == asked
    assert client.get("/index/pypi/simple/far-away/").status_code == 200


def test_a_released_claim_shows_it_again_at_once(client, far, seen):
    for change in (claim_name, release_claim):
        with transaction():
            change(OPERATOR, get_index(), "far-away")
        shown = seen()
    assert shown == [200, 200]
    assert names(client) == ["Far.Away"]


def test_check_26_a_reserved_name_is_hidden_and_never_asked_for(client, far, seen):
    asked = list(far.asked)
    with transaction():
        reserve("far-*")
    assert seen() == [404, 404]
    assert client.get("/index/pypi/simple/far-away/").status_code == 404
    assert names(client) == []
    assert far.asked == asked
    with transaction():
        free("far-*")
    assert seen() == [200, 200]


def test_an_index_without_its_base_works_on_without_what_that_had(client, far, seen, demo):
    with transaction():
        remove_index(get_index("pypi"), "pypi")
    assert seen() == [404, 404]
    assert client.get("/index/staging/simple/foo-bar-baz/").status_code == 200
    assert client.get("/index/pypi/simple/").status_code == 404


def test_a_change_of_bases_is_seen_by_the_next_request(client, far, seen):
    with transaction():
        change_bases(get_index("main"), [])
    assert seen() == [404, 404]
    with transaction():
        change_bases(get_index("main"), ["pypi"])
    assert seen() == [200, 200]

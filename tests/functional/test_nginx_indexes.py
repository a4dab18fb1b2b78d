"""nginx serves the pages of all indexes, and leaves to the application what ages."""

from collections.abc import Iterator

import pytest

from app.accounts.queries import find_by_username
from app.core.database import transaction
from app.indexes.bases import change_bases
from app.indexes.queries import find_index, get_index
from app.indexes.services import change_visibility, grant, open_index
from tests.archives import wheel_name
from tests.functional.conftest import running
from tests.functional.fronting import NAME, SERIAL, ask, both
from tests.functional.house import BEHIND_NGINX, House
from tests.functional.test_pages import V1_JSON, get
from tests.functional.uploading import basic, body_of, parts_for, post
from tests.upstreams import UpstreamServer

TEAM = "/index/team/simple/"
PAGE = f"{TEAM}{NAME}/"
LONG_AGO = "2024-01-01T00:00:00.000000Z"


@pytest.fixture
def team(front: House, paths: list[str]) -> House:
    """Give a house with another index, whose base is `main`, all on the shelf."""
    with front.inside(), transaction():
        if find_index("team") is None:
            change_bases(open_index("team", "Team"), ["main"])
    lay(front)
    return front


def lay(house: House, **headers: str) -> None:
    for path in (TEAM, PAGE):
        for accept in (V1_JSON, "text/html"):
            assert get(house, path, Accept=accept, **headers).status_code == 200


def close(house: House, visibility: str) -> None:
    with house.inside(), transaction():
        change_visibility(get_index("team"), visibility)


@pytest.fixture
def guarded(team: House) -> Iterator[House]:
    """Give the same with the other index for its members only."""
    close(team, "members")
    yield team
    close(team, "public")


def member(house: House, name: str, slug: str) -> str:
    key = basic(house.make_token(name, scope="read"))
    with house.inside(), transaction():
        grant(get_index(slug).id, find_by_username(name).id, "read")
    return key


def test_pages_of_another_index_are_those_of_the_application(team):
    for path in (TEAM, PAGE):
        for accept in (V1_JSON, None, "text/html"):
            for coding in (None, "gzip"):
                fast, slow = both(team, path, Accept=accept, Accept_Encoding=coding)
                assert fast == slow
                assert fast[0] == 200
        assert SERIAL not in get(team, path).headers


def test_pages_of_another_index_need_no_application(team):
    team.stop_behind()
    try:
        assert get(team, PAGE).status_code == 200
        assert get(team, "/index/other/simple/").status_code == 503
    finally:
        team.start_behind()


def test_the_other_address_of_main_comes_from_the_application(team):
    path = f"/index/main/simple/{NAME}/"
    fast, slow = both(team, path)
    assert fast == slow
    assert SERIAL in get(team, path).headers
    assert b"../../../../files/" in fast[2]


def test_members_read_a_guarded_index_from_the_shelf(guarded):
    key = member(guarded, "insider", "team")
    lay(guarded, Authorization=key)
    for path in (TEAM, PAGE):
        fast, slow = both(guarded, path, Authorization=key)
        assert fast == slow
        assert fast[1]["cache-control"] == "private, no-cache"
        assert SERIAL not in get(guarded, path, Authorization=key).headers


def test_a_token_that_opens_one_guarded_index_opens_no_other(guarded):
    inside, outside = member(guarded, "guest", "team"), member(guarded, "other", "main")
    lay(guarded, Authorization=inside)
    for _ in range(2):
        assert ask(guarded, PAGE, Authorization=inside)[0] == 200
        assert ask(guarded, PAGE, Authorization=outside)[0] == 403
        assert ask(guarded, PAGE)[0] == 401


@pytest.mark.parametrize("path", ["/index/team/legacy/", "/index/team/legacy"])
def test_uploads_to_every_index_may_be_long(team, path):
    # Longer than what nginx takes elsewhere; there is no right to publish, says the application.
    body = body_of(parts_for(wheel_name("long", "1.0"), bytes(4 * 1024 * 1024)))
    answer = post(team, body, path=path, token=team.token)
    assert answer.status_code == 403


@pytest.fixture(scope="module", params=BEHIND_NGINX)
def mirror(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, UpstreamServer]]:
    """Give a house behind nginx that copies an upstream, and that."""
    folder = tmp_path_factory.mktemp(f"mirror-{request.param}") / "data"
    with UpstreamServer() as upstream:
        environ = {"UPSTREAM_URL": upstream.url, "UPSTREAM_HOSTS": "127.0.0.1"}
        with running(House(request.param, folder, environ=environ)) as house:
            yield house, upstream


def test_pages_that_age_come_from_the_application(mirror):
    house, upstream = mirror
    upstream.add_wheel("far-away", "1.0", uploaded_at=LONG_AGO)
    for path in ("/simple/far-away/", "/index/staging/simple/far-away/"):
        for _ in range(2):
            answer = get(house, path, Accept=V1_JSON)
            assert answer.status_code == 200
            # Only the application tells it.
            assert SERIAL in answer.headers
    assert len(upstream.asked("/simple/far-away/")) == 1


def test_a_file_of_the_upstream_comes_from_the_shelf_once_it_is_here(mirror):
    house, upstream = mirror
    held = upstream.add_wheel("kept", "1.0", uploaded_at=LONG_AGO)
    page = get(house, "/simple/kept/", Accept=V1_JSON).json()
    path = "/files/" + page["files"][0]["url"].partition("/files/")[2]
    facts = [ask(house, path) for _ in range(3)]
    assert facts[0] == facts[1] == facts[2]
    assert facts[0][2] == held.content
    house.stop_behind()
    try:
        assert ask(house, path) == facts[0]
    finally:
        house.start_behind()

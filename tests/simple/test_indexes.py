"""Indexes beside the main one are served by the same rules, and show what their bases have."""

import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.extensions import db
from app.indexes.bases import change_bases
from app.indexes.queries import get_index
from app.indexes.services import grant, open_index
from app.projects import services
from app.projects.models import Project
from app.projects.queries import get_release
from app.simple import shelving
from app.simple.shelf import ENDINGS, GUARDED, PUBLIC, the_shelf
from tests.factories import basic, make_account, make_file, make_project, make_release
from tests.factories import make_token as make_secret
from tests.simple.test_middleware import ask, both, warm

HERE = "/index/team/simple/"
PAGE = f"{HERE}foo-bar-baz/"
JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


@pytest.fixture
def team(demo):
    """An index with a project of its own, and the demo project in its base `main`."""
    with transaction():
        team = open_index("team", "Team")
        change_bases(team, ["main"])
    make_file(make_release(make_project("own", index=get_index("team"))), content=b"own")
    return get_index("team")


@pytest.fixture
def vault(app):
    """An index for members, with one project and without bases."""
    with transaction():
        open_index("vault", "Vault", visibility="members")
    return make_file(make_release(make_project("secret", index=get_index("vault"))))


@pytest.fixture
def doors(vault):
    """Every address of the guarded index that an installer asks."""
    return [
        "/index/vault/simple/",
        "/index/vault/simple/secret/",
        "/index/vault/simple/Secret/",
        "/index/vault/simple/nothing/",
        "/index/vault/simple",
        "/index/vault/simple/secret",
        "/index/vault/legacy/+simple/secret/",
        f"/files/{vault.sha256}/{vault.filename}",
        f"/files/{vault.sha256}/{vault.filename}.metadata",
        "/index/vault/pypi/secret/json",
        "/index/vault/pypi/secret/1.0/json",
        "/index/vault/pypi/nothing/json",
    ]


class Anchors(HTMLParser):
    """The addresses on a page."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found += [dict(attrs)["href"]] if tag == "a" else []


def read(client, path):
    return json.loads(client.get(path, headers=JSON).data)


def names(client, path=HERE):
    return [project["name"] for project in read(client, path)["projects"]]


def member_token(slug="vault", **limits):
    account = make_account(uploads=False)
    grant(get_index(slug).id, account.id, "read")
    return basic(make_secret(account, scope="read", **limits))


def laid(slug, name="foo-bar-baz"):
    stem = the_shelf().page(slug, get_index(slug).generation, name)
    return [Path(f"{stem}.{ending}").exists() for ending in ENDINGS]


@pytest.mark.parametrize(
    "path",
    [PAGE, "/index/main/simple/foo-bar-baz/", "/index/team/legacy/+simple/foo-bar-baz/"]
    + ["/simple/foo-bar-baz/", "/legacy/+simple/foo-bar-baz/", f"{HERE}own/"],
)
def test_links_lead_to_the_files(client, team, path):
    links = Anchors(client.get(path).text).found
    assert links
    for link in links:
        address = urljoin(path, link.partition("#")[0])
        assert address.startswith("/files/")
        assert client.get(address).status_code == 200


def test_check_11_a_page_says_the_same_as_in_its_base(client, team):
    here, there = read(client, PAGE), read(client, "/simple/foo-bar-baz/")
    for page in (here, there):
        page.pop("meta")
        for file in page["files"]:
            file["url"] = file["url"].removeprefix("../../")
    # The way up is longer by two steps.
    for file in here["files"]:
        file["url"] = file["url"].removeprefix("../../")
    assert here["versions"] == ["1.0", "1.1", "2.0rc1", "3.0"]
    assert [file["url"] for file in here["files"]] == [
        file["url"].removeprefix("../../") for file in there["files"]
    ]


def test_the_list_has_the_names_of_all_bases(client, team):
    assert names(client) == ["Foo.Bar_baz", "own"]
    assert names(client, "/simple/") == ["Foo.Bar_baz"]
    assert names(client, "/index/main/simple/") == ["Foo.Bar_baz"]


def test_check_14_other_spellings_are_sent_to_the_page(client, team):
    answer = client.get(f"{HERE}Foo.Bar_baz/?format=text/html")
    assert answer.status_code == 301
    assert urljoin(f"{HERE}Foo.Bar_baz/", answer.headers["Location"]) == f"{PAGE}?format=text/html"


@pytest.mark.parametrize(
    ("path", "target"), [(f"{HERE}Foo.Bar_baz", PAGE), (HERE.rstrip("/"), HERE)]
)
def test_check_14_a_missing_slash_is_added(client, team, path, target):
    answer = client.get(path)
    assert (answer.status_code, urljoin(path, answer.headers["Location"])) == (301, target)


@pytest.mark.parametrize("ending", ["json", "1.0/json", "json/", "1.0/json/"])
def test_check_89_documents_are_told_by_index(client, team, ending):
    path = f"/index/team/pypi/foo-bar-baz/{ending}"
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.json["info"]["package_url"] == "http://localhost/index/team/project/foo-bar-baz/"
    assert all(file["url"].startswith("http://localhost/files/") for file in answer.json["urls"])
    other = client.get(path.replace("foo-bar-baz", "Foo.Bar_baz"))
    assert other.status_code == 301
    assert urljoin(path, other.headers["Location"]) == path.rstrip("/")


def test_check_6_hatch_finds_its_probe(client, team):
    assert client.get("/index/team/legacy/%2Bsimple/own/").mimetype == "text/html"
    assert client.get("/index/team/legacy/+simple/nothing/").status_code == 404


@pytest.mark.parametrize("path", [HERE, HERE.rstrip("/"), PAGE, PAGE.rstrip("/")])
def test_check_67_these_addresses_are_for_reading(client, team, path):
    answer = client.post(path, data={"name": "foo"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert "/index/team/legacy/" in answer.text


@pytest.mark.parametrize(
    "ending", ["simple/", "simple/foo/", "simple", "legacy/+simple/foo/", "pypi/foo/json"]
)
def test_an_index_that_is_not_there_is_not_found(client, demo, ending):
    for method in ("get", "options"):
        assert getattr(client, method)(f"/index/nowhere/{ending}").status_code == 404
    assert ask_admission(client, "nowhere") == 403


def ask_admission(client, slug, headers=None):
    return client.get(f"/_/admit/{slug}", headers=headers or {}).status_code


def test_check_25_a_name_that_is_nowhere_is_not_found(client, team):
    answer = client.get(f"{HERE}nothing/")
    assert (answer.status_code, answer.headers["X-Error-Code"]) == (404, "project-not-found")


def test_check_20_nobody_is_asked_who_they_are(client, doors):
    for path in doors:
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
        assert "secret-1.0" not in answer.text
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_check_21_a_member_may_read_everything(client, doors):
    headers = member_token()
    found = [client.get(path, headers=headers).status_code for path in doors]
    assert found == [200, 200, 301, 404, 301, 301, 200, 200, 200, 200, 200, 404]


def test_check_22_a_wrong_token_is_asked_for_another(client, doors):
    for path in doors:
        assert client.get(path, headers=basic("tilsit-wrong")).status_code == 401, path


def test_check_23_asking_without_a_token_first_harms_nobody(client, vault):
    headers = member_token()
    path = "/index/vault/simple/secret/"
    assert [client.get(path, headers=sent).status_code for sent in ({}, headers) * 5] == [
        401,
        200,
    ] * 5


def test_check_24_who_is_no_member_is_refused(client, doors):
    headers = member_token("main")
    for path in doors:
        assert client.get(path, headers=headers).status_code == 403, path


def test_check_24_a_token_for_another_project_is_refused(client, vault):
    own, other = (member_token(project=name) for name in ("secret", "other"))
    paths = ("/index/vault/simple/secret/", "/index/vault/pypi/secret/json")
    assert [client.get(path, headers=own).status_code for path in paths] == [200, 200]
    assert [client.get(path, headers=other).status_code for path in paths] == [403, 403]
    assert client.get("/index/vault/simple/", headers=own).status_code == 403


def test_check_29_no_answer_repeats_the_token(client, doors, caplog):
    headers = member_token()
    secret = headers["Authorization"].partition(" ")[2]
    for path in doors:
        answer = client.get(path, headers=headers)
        assert secret not in answer.text + str(answer.headers)
    assert secret not in caplog.text


@pytest.fixture
def above(vault):
    """A public index with the guarded one as its base."""
    with transaction():
        change_bases(open_index("above", "Above"), ["vault"])


@pytest.mark.parametrize("path", ["simple/secret/", "simple/", "pypi/secret/json", "simple/x/"])
def test_check_20_a_guarded_base_stays_closed_behind_a_public_index(client, above, path):
    path = f"/index/above/{path}"
    both_members = make_account(uploads=False)
    for slug in ("above", "vault"):
        grant(get_index(slug).id, both_members.id, "read")
    db.session.commit()
    key = basic(make_secret(both_members, scope="read"))
    assert client.get(path).status_code == 401
    assert client.get(path, headers=member_token("above")).status_code == 403
    assert client.get(path, headers=key).status_code in {200, 404}
    assert not (the_shelf().root / "above" / PUBLIC).exists()


def test_check_80_an_upload_is_seen_in_all_that_show_it(client, team):
    before = client.get(PAGE).headers["ETag"], client.get("/index/staging/simple/").headers["ETag"]
    assert [laid(slug) for slug in ("team", "main")] == [[True] * 4, [False] * 4]
    with transaction():
        release = get_release(get_demo().id, "1.0")
        services.yank(OPERATOR, release.id, "bad")
    assert [laid(slug) for slug in ("team", "main")] == [[False] * 4, [True] * 4]
    assert "bad" in [file["yanked"] for file in read(client, PAGE)["files"]]
    assert client.get(PAGE).headers["ETag"] != before[0]


def get_demo():
    return db.session.query(Project).filter_by(normalized_name="foo-bar-baz").one()


def test_check_76_a_new_name_is_listed_in_all_that_show_it(client, team):
    names(client)
    before = client.get(HERE).headers["ETag"]
    with transaction():
        services.delete_project(OPERATOR, get_demo().id, "Foo.Bar_baz")
    assert names(client) == ["own"]
    assert client.get(PAGE).status_code == 404
    assert client.get(HERE).headers["ETag"] != before


def test_check_77_quarantine_holds_in_all_that_show_it(client, team):
    page = read(client, PAGE)
    with transaction():
        services.change_status(OPERATOR, get_demo().id, "quarantined")
    assert read(client, PAGE)["files"] == []
    for file in page["files"]:
        assert client.get(urljoin(PAGE, file["url"])).status_code == 403


def test_check_79_other_bases_change_the_validators(client, team):
    before = {client.get(path).headers["ETag"] for path in (PAGE, HERE)}
    with transaction():
        change_bases(get_index("team"), ["main", "pypi"])
    after = {client.get(path).headers["ETag"] for path in (PAGE, HERE)}
    assert not before & after


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", ["text/html", JSON["Accept"]])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_pages_come_from_the_shelf_and_are_the_same(app, team, queries, method, accept, encoding):
    warm(app, PAGE, HERE)
    for path in (PAGE, HERE):
        wanted = {"method": method, "Accept": accept, "Accept_Encoding": encoding}
        first, behind = both(app, path, **wanted)
        assert first == behind
        queries.clear()
        assert ask(app.wsgi_app, path, **wanted) == behind
        assert queries == []


def test_the_other_address_of_main_is_on_no_shelf(app, client, team):
    path = "/index/main/simple/foo-bar-baz/"
    warm(app, path, "/simple/foo-bar-baz/")
    first, behind = both(app, path)
    assert first == behind
    assert b'href="../../../../files/' in first[2]
    assert b'href="../../files/' in ask(app.wsgi_app, "/simple/foo-bar-baz/")[2]


def test_a_pass_opens_the_index_for_which_it_was_given(app, client, vault, queries, close):
    close()
    path, key = "/index/vault/simple/secret/", member_token()
    for _ in range(2):
        assert ask(app.wsgi_app, path, **key)[0] == 200
    queries.clear()
    assert ask(app.wsgi_app, path, **key)[0] == 200
    assert queries == []
    assert (the_shelf().root / "vault" / GUARDED).exists()
    assert ask(app.wsgi_app, "/simple/", **key)[0] == 403


def test_nginx_is_told_who_may_read_which_index(client, vault, close):
    close()
    key = member_token()
    assert [ask_admission(client, slug, key) for slug in ("vault", "main")] == [204, 403]
    assert ask_admission(client, "vault") == 401


def test_programs_in_browsers_may_read_a_public_index_only(client, team, vault):
    assert client.options(PAGE).headers["Access-Control-Allow-Origin"] == "*"
    closed = client.options("/index/vault/simple/secret/")
    assert "Access-Control-Allow-Origin" not in closed.headers


def test_an_index_that_began_to_show_it_meanwhile_refuses_the_change(demo, monkeypatch):
    """Its readers have laid the page by what was committed before."""
    told = iter([["main"], ["late", "main"]])
    monkeypatch.setattr(shelving, "list_showing", lambda _: next(told))
    release = get_release(demo.id, "1.0").id
    with pytest.raises(shelving.BasesChanged), transaction():
        services.yank(OPERATOR, release, "bad")


def test_a_change_may_give_an_index_bases_and_change_them(client, team):
    with transaction():
        services.yank(OPERATOR, get_release(get_demo().id, "1.0").id, "bad")
        change_bases(open_index("fresh", "Fresh"), ["main"])
    assert "bad" in [file["yanked"] for file in read(client, PAGE)["files"]]
    fresh = read(client, "/index/fresh/simple/foo-bar-baz/")
    assert "bad" in [file["yanked"] for file in fresh["files"]]


def test_what_is_in_no_shelf_that_is_looked_at_is_not_led_to(client, vault):
    path = f"/files/{vault.sha256}/{vault.filename}"
    client.get(path, headers=member_token()).close()
    assert not any(the_shelf().root.glob("vault/*/files"))


def test_what_only_members_may_have_is_not_kept_for_all_where_main_refuses_it(client, vault):
    twin = make_project("secret")
    make_file(make_release(twin))
    with transaction():
        services.change_status(OPERATOR, twin.id, "quarantined")
    file = f"/files/{vault.sha256}/{vault.filename}"

    refused = client.get(file)
    answer = client.get(file, headers=member_token())

    assert refused.status_code in {401, 403}
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private")
    assert "Access-Control-Allow-Origin" not in answer.headers

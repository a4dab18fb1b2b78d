import gzip
from xml.etree import ElementTree

import pytest
from sqlalchemy import insert, select

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.extensions import db
from app.feeds import map_queries
from app.indexes.models import NameClaim, ReservedPattern
from app.indexes.queries import get_index
from app.indexes.reservations import reserve
from app.policy.rules import BLOCK
from app.policy.services import add_rule
from app.projects.claims import claim_name
from app.projects.models import Project, Release
from app.search.models import Listing
from app.search.services import learn_name
from tests.factories import make_account, make_index, make_project, relist_all, sign_in
from tests.feeds.publishing import NOON, mirror, publish
from tests.feeds.reading import LINK, MAP, pages, parts, projects, root_of
from tests.site.pages import soup


@pytest.fixture
def small_blocks(monkeypatch):
    """Let a part of the map have room for few rows."""
    monkeypatch.setattr(map_queries, "PROJECTS", 10)
    monkeypatch.setattr(map_queries, "PEOPLE", 10)


def close_main():
    get_index().visibility = "signed-in"
    db.session.commit()


def visit(client, url):
    """Visit a page of the map, and demand that it is what the map says."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    head = soup(answer).head
    assert [tag["href"] for tag in head.find_all("link", rel="canonical")] == [url]
    return head


def links_of(head):
    return {tag["hreflang"]: tag["href"] for tag in head.select("link[hreflang]")}


def test_every_page_of_the_map_of_a_small_catalogue_is_there(far, client):
    owner = make_account("ada")
    publish("Weft_Line", owner=owner)
    publish("warp", owner=make_account("Grace.H-1"))
    mirror(far, "far-away")
    found = pages(client)
    assert {"http://localhost/", "http://localhost/user/ada/"} <= found.keys()
    assert "http://localhost/project/weft-line/" in found
    for url in found.keys() - {"http://localhost/project/far-away/"}:
        visit(client, url)


def test_the_map_and_the_page_agree_on_its_languages(client):
    publish("weftline", owner=make_account("ada"))
    for url, told in pages(client).items():
        links = {link.get("hreflang"): link.get("href") for link in told.findall(LINK)}
        assert links == links_of(visit(client, url))
        assert links["x-default"] == url
        assert links["de"] == f"{url}?lang=de"
        german = visit(client, links["de"])
        assert links_of(german) == links
        assert german.parent["lang"] == "de"


def test_one_page_of_each_kind_of_a_large_catalogue_is_there(client):
    fill(3_000)
    found = pages(client)
    assert len(found) > 3_000
    for url in ("", "user/person0/", "project/project0/", "project/project2999/"):
        told = found[f"http://localhost/{url}"]
        assert len(told.findall(LINK)) == 3
        visit(client, f"http://localhost/{url}")


def fill(count):
    """Publish many projects at once; the first one has an owner."""
    publish("project0", owner=make_account("person0"))
    index_id, version = get_index().id, "1.0"
    names = [f"project{number}" for number in range(1, count)]
    times = {"created_at": NOON, "updated_at": NOON}
    rows = [{"name": name, "normalized_name": name, "index_id": index_id} | times for name in names]
    db.session.execute(insert(Listing), [row | {"version": version} for row in rows])
    db.session.execute(insert(Project), [row | {"lookalike": row["name"]} for row in rows])
    release = {"version": version, "canonical_version": version, "sort_key": b"1"}
    release |= {"is_prerelease": False, "published_at": NOON, "metadata_version": "2.4"}
    numbers = db.session.scalars(select(Project.id).where(Project.name != "project0"))
    db.session.execute(insert(Release), [release | {"project_id": number} for number in numbers])
    db.session.commit()


def test_the_map_says_when_projects_changed(client):
    publish("weftline", hours=1)
    told = pages(client)["http://localhost/project/weftline/"]
    assert told.findtext(f"{MAP}lastmod") == "2091-05-01T13:00:00Z"
    part = root_of(client.get("/sitemap.xml"))[-1]
    assert part.findtext(f"{MAP}lastmod") == "2091-05-01T13:00:00Z"


def test_a_catalogue_without_anything_has_a_map_of_the_site(client):
    names = ("site", "pages")
    assert parts(client) == [f"http://localhost/sitemap-{name}-1.xml" for name in names]
    expected = {"", "popular", "browse/", "browse/licenses/", "classifiers/", "help/pip", "about"}
    assert {f"http://localhost/{path}" for path in expected} <= pages(client).keys()


def test_parts_stay_the_same_while_others_come_and_go(client, small_blocks):
    for number in range(25):
        publish(f"project{number}")
    found = [part for part in parts(client) if "projects" in part]
    assert len(found) in {3, 4}
    before = {part: client.get(part).get_data() for part in found}
    assert sum(body.count(b"<loc>") for body in before.values()) == 25
    gone = db.session.query(Project).filter_by(name="project12").one()
    gone.removed_at = NOON
    db.session.commit()
    relist_all()
    publish("one-more")
    after = {part: client.get(part).get_data() for part in found}
    assert sum(before[part] != after[part] for part in found) == 2


def test_people_are_told_of_block_by_block(client, small_blocks):
    names = {f"person{number}" for number in range(35)}
    for name in sorted(names):
        account = make_account(name)
        if name not in {f"person{number}" for number in range(10, 25)}:
            publish(f"project-{name}", owner=account)
    found = [part for part in parts(client) if "people" in part]
    assert 2 <= len(found) <= 4
    people = {url for url in pages(client) if "/user/" in url}
    assert len(people) == 20


def test_a_part_without_pages_is_not_named(client, small_blocks):
    for number in range(25):
        publish(f"project{number}")
    found = [part for part in parts(client) if "projects" in part]
    middle = client.get(found[1]).text
    for project in db.session.query(Project):
        if f"/project/{project.normalized_name}/<" in middle:
            project.removed_at = NOON
    db.session.commit()
    relist_all()
    assert found[1] not in parts(client)
    assert client.get(found[1]).status_code == 404


def test_a_part_with_nothing_but_names_of_ours_is_not_named(far, client, small_blocks):
    mirror(far, "weftline")
    for number in range(10):
        with transaction():
            learn_name(get_index("pypi").id, f"bare{number}")
    publish("weftline")
    assert len([part for part in parts(client) if "projects" in part]) == 1
    assert projects(client) == {"/project/weftline/"}


# What is on no map


def test_what_people_may_not_see_is_not_on_the_map(client):
    publish("shown")
    publish("hidden").project.status = "quarantined"
    publish("gone").project.removed_at = NOON
    publish("shut")
    make_project("without-release")
    db.session.commit()
    relist_all()
    with transaction():
        add_rule(get_index(), BLOCK, "shut")
    assert projects(client) == {"/project/shown/"}


def test_an_upstreams_project_of_a_name_of_ours_is_not_on_the_map(far, client):
    for name in ("far-away", "claimed", "acme-tool", "hidden"):
        mirror(far, name)
    publish("hidden").project.status = "quarantined"
    db.session.add(NameClaim(index_id=get_index().id, normalized_name="claimed", claimed_at=NOON))
    db.session.add(ReservedPattern(pattern="acme-*", reserved_at=NOON))
    db.session.commit()
    relist_all()
    assert projects(client) == {"/project/far-away/"}


def test_names_that_are_only_known_are_not_on_the_map(far, client):
    mirror(far, "far-away")
    far.put("bare-name")
    far.freshen("bare-name")
    with transaction():
        learn_name(get_index("pypi").id, "bare-name")
    assert projects(client) == {"/project/far-away/"}


def test_a_project_is_on_the_map_once(far, client):
    mirror(far, "weftline")
    publish("weftline")
    text = "".join(client.get(part).text for part in parts(client))
    assert text.count("<loc>http://localhost/project/weftline/</loc>") == 1


def test_other_indexes_are_not_on_the_map(client):
    publish("hush-hush", index=make_index("secret", visibility="members"))
    publish("team-tool", index=make_index("team"), owner=make_account("teammate"))
    text = " ".join(pages(client))
    for word in ("hush-hush", "team-tool", "teammate", "/index/"):
        assert word not in text


def test_only_people_who_publish_something_shown_are_on_the_map(client):
    make_account("reader")
    publish("a", owner=make_account("ada"))
    publish("b", owner=make_account("frozen", is_active=False))
    publish("c", owner=make_account("hider")).project.status = "quarantined"
    make_project("empty", owner=make_account("beginner"))
    db.session.commit()
    relist_all()
    people = {url for url in pages(client) if "/user/" in url}
    assert people == {"http://localhost/user/ada/"}


@pytest.mark.parametrize(
    "path",
    ["/sitemap.xml", "/sitemap-site-1.xml", "/sitemap-projects-1.xml", "/sitemap-people-1.xml"],
)
def test_a_site_that_is_not_for_everyone_has_no_map(client, path):
    publish("weftline", owner=make_account("ada"))
    close_main()
    assert client.get(path).status_code == 404
    # Nobody gets one, so that no cache can mix them up.
    assert sign_in(client, make_account("member")).get(path).status_code == 404


def test_the_map_asks_no_upstream(far, client):
    mirror(far, "far-away")
    far.asked.clear()
    pages(client)
    assert far.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap-nothing-1.xml",
        "/sitemap-site-2.xml",
        "/sitemap-projects-0.xml",
        "/sitemap-projects--1.xml",
        "/sitemap-projects-400000.xml",
        "/sitemap-projects-999999999.xml",
        "/sitemap-people-400000.xml",
        "/sitemap-people-999999999.xml",
        f"/sitemap-projects-{10**30}.xml",
        "/sitemap-projects-x.xml",
        "/sitemap-%F0%9F%90%9B-1.xml",
        f"/sitemap-{'a' * 10_000}-1.xml",
    ],
)
def test_parts_that_are_not_there_are_not_found(client, path):
    assert client.get(path).status_code == 404


# On the wire


def test_addresses_are_right_behind_a_prefix(client):
    publish("weftline", owner=make_account("ada"))
    base = "https://packages.example.org/python"
    options = {"base_url": base}
    named = [part.removeprefix(base) for part in parts(client, **options)]
    assert named[0] == "/sitemap-site-1.xml"
    for part in named:
        for url in root_of(client.get(part, **options)):
            addresses = [url.findtext(f"{MAP}loc"), *(link.get("href") for link in url[1:])]
            assert all(each.startswith(f"{base}/") for each in addresses if each)
    found = client.get("/project/weftline/", **options)
    canonical = soup(found).find("link", rel="canonical")["href"]
    assert canonical == f"{base}/project/weftline/"


def test_addresses_are_those_of_the_configured_site(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_URL", "https://packages.example.org/python")
    publish("weftline", owner=make_account("ada"))
    for path in ("/sitemap.xml", "/sitemap-site-1.xml", "/project/weftline/", "/"):
        answer = client.get(path, base_url="http://10.0.0.1:5000")
        assert "10.0.0.1" not in answer.text
        assert "https://packages.example.org/python/" in answer.text


@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_who_has_a_part_already_is_told_so(client, encoding):
    publish("weftline")
    takes = {"Accept-Encoding": encoding}
    for path in ["/sitemap.xml", parts(client)[-1]]:
        answer = client.get(path, headers=takes)
        known = takes | {"If-None-Match": answer.headers["ETag"]}
        again = client.get(path, headers=known)
        assert (again.status_code, again.get_data()) == (304, b"")
        publish("weftline", f"2.{len(path)}", hours=len(path))
        assert client.get(path, headers=known).status_code == 200


def test_a_part_changes_when_the_rules_do(client):
    publish("weftline")
    publish("shut")
    part = parts(client)[-1]
    known = {"If-None-Match": client.get(part).headers["ETag"]}
    with transaction():
        add_rule(get_index(), BLOCK, "shut")
    answer = client.get(part, headers=known)
    assert answer.status_code == 200
    assert "/shut/" not in answer.text


def test_a_part_changes_when_a_name_is_claimed_or_reserved(far, client):
    for name in ("far-away", "claimed", "acme-tool"):
        mirror(far, name)
    part = parts(client)[-1]
    tags = {client.get(part).headers["ETag"]}
    with transaction():
        claim_name(OPERATOR, get_index(), "claimed")
    tags.add(client.get(part).headers["ETag"])
    with transaction():
        reserve("acme-*")
    tags.add(client.get(part).headers["ETag"])
    assert len(tags) == 3
    assert projects(client) == {"/project/far-away/"}


def test_the_map_comes_compressed(client):
    publish("weftline")
    for path in ["/sitemap.xml", parts(client)[-1]]:
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Vary"] == "Accept-Encoding"
        plain = client.get(path)
        assert gzip.decompress(answer.get_data()) == plain.get_data()
        assert plain.headers["ETag"] != answer.headers["ETag"]


def test_the_map_is_for_everyone_and_no_cookie_goes_with_it(client):
    publish("weftline")
    sign_in(client, make_account("ada"))
    for path in ["/sitemap.xml", parts(client)[-1]]:
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
        assert "Set-Cookie" not in answer.headers


def test_the_head_of_a_part_can_be_asked_for_alone(client):
    publish("weftline")
    answer = client.head(parts(client)[-1])
    assert (answer.status_code, answer.get_data()) == (200, b"")


def test_the_number_of_queries_does_not_grow(client, queries):
    publish("weftline", owner=make_account("ada"))
    paths = ["/sitemap.xml", *parts(client)]
    few = {}
    for path in paths:
        queries.clear()
        client.get(path).get_data()
        few[path] = len(queries)
    for number in range(30):
        publish(f"project{number}", owner=make_account(f"someone{number}"))
    for path in paths:
        queries.clear()
        ElementTree.fromstring(client.get(path).get_data())
        assert len(queries) <= few[path] <= 12

"""What a project's page tells: both ways of needing, wheels, licences, links, history."""

import json
from datetime import UTC, datetime

import pytest

from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.projects.models import (
    Classifier,
    Dependency,
    ProjectUrl,
    ReleaseClassifier,
)
from app.search.services import learn_names
from tests.factories import (
    make_account,
    make_file,
    make_index,
    make_project,
    make_release,
    relist_all,
    sign_in,
)
from tests.search.test_dependents import known, mirror_is_on, own
from tests.site.pages import faults, soup
from tests.site.test_views import close, make_releases, status, text_of

__all__ = ["mirror_is_on"]


def need(release, *requirements):
    for position, requirement in enumerate(requirements):
        name = requirement.split("[")[0].split(";")[0].split(">")[0].strip().lower()
        db.session.add(
            Dependency(
                release_id=release.id,
                position=position,
                requirement=requirement,
                normalized_name=name,
            )
        )
    db.session.commit()


def structured(answer):
    return json.loads(soup(answer).find("script", type="application/ld+json").string)


# Dependencies both ways


def test_who_needs_a_project_is_listed_with_their_number(client, mirror_is_on):
    make_release(make_project("six"))
    for number in range(12):
        known(f"p{number:02}", "six")
    own("shop", "six")
    relist_all()
    page = soup(client.get("/project/six/"))
    links = [tag["href"] for tag in page.select(".dependents a")]
    assert links == [f"/project/p{number:02}/" for number in range(10)]
    assert page.find(id="dependents").text == "Needed by (13)"
    assert page.find("a", href="/project/six/dependents/")


def test_dependents_of_closed_indexes_are_neither_listed_nor_counted(client, app):
    make_release(make_project("six"))
    secret = make_index("secret", visibility="members")
    own("hidden", "six", index=get_index(secret.slug))
    relist_all()
    assert not soup(client.get("/project/six/")).find(id="dependents")


def test_what_it_needs_links_to_known_projects_of_upstreams(client, mirror_is_on):
    need(make_release(make_project("shop")), "packaging>=1", "unheard-of")
    with transaction():
        learn_names(get_index("pypi").id, {"packaging": "packaging"})
    links = [tag["href"] for tag in soup(client.get("/project/shop/")).select(".needs a")]
    assert links == ["/project/packaging/"]


def test_extras_come_with_what_they_need_and_the_line_that_installs_them(client):
    release = make_release(make_project("Shop"), details={"provides_extra": ["fast"]})
    need(release, "six", "cython>=3 ; extra == 'fast' and sys_platform == 'win32'")
    extra = soup(client.get("/project/shop/")).select_one(".extra")
    text = " ".join(extra.text.split())
    assert "fast" in text
    assert "cython >=3 only on Windows" in text
    line = 'pip install --index-url http://localhost/simple/ "shop[fast]"'
    assert extra.select_one(".copyable-text").text.strip() == line


def test_the_line_of_an_extra_names_the_version_where_it_must(client):
    project = make_project("shop")
    make_release(project, "2.0")
    need(make_release(project, "1.0"), "six ; extra == 'fast'")
    assert "shop[fast]==1.0" in client.get("/project/shop/1.0/").text


@pytest.mark.parametrize("extra", ['x"; rm -rf ~; "', "$(id)", "`id`", "a b", "", "x" * 500])
def test_an_extra_with_a_hostile_name_has_no_line(client, extra):
    make_release(make_project("shop"), details={"provides_extra": [extra]})
    page = soup(client.get("/project/shop/"))
    assert page.select(".extra")
    assert not page.select(".extra .copyable-text")


# Wheels and files


def test_wheels_are_shown_by_python_and_platform(client):
    release = make_release(make_project("fast"))
    for tag in ("cp312-cp312-manylinux_2_17_x86_64", "cp313-cp313t-win_amd64"):
        make_file(release, f"fast-1.0-{tag}.whl")
    table = soup(client.get("/project/fast/?tab=files")).select_one(".wheel-table")
    assert [tag.text for tag in table.select("thead th")] == [
        "Python",
        "Linux x86-64",
        "Windows 64-bit",
    ]
    rows = [" ".join(row.text.split()) for row in table.select("tbody tr")]
    assert rows == ["CPython 3.12 yes 2.17 no", "CPython 3.13, free-threaded no yes"]
    assert table.select_one("tbody th")["scope"] == "row"


def test_a_release_with_its_source_alone_says_so(client):
    make_file(make_release(make_project("old")), "old-1.0.tar.gz")
    page = client.get("/project/old/?tab=files")
    assert "This release has its source alone" in text_of(page)
    assert not soup(page).select(".wheel-table")


def test_every_digest_and_the_line_for_a_requirements_file_can_be_copied(client):
    file = make_file(make_release(make_project("six")), "six-1.0.tar.gz", b"sdist")
    page = soup(client.get("/project/six/?tab=files"))
    copied = [tag.text.strip() for tag in page.select(".digests .copyable-text")]
    pinned = f"six==1.0 --hash=sha256:{file.sha256}"
    assert copied == [file.sha256, file.blake2_256, file.md5, pinned]
    assert len(page.select(".digests [data-copy]")) == 4


def test_a_release_can_be_pinned_by_the_hashes_of_all_its_files(client):
    release = make_release(make_project("six"))
    files = [make_file(release, f"six-1.0{end}", end.encode()) for end in (".tar.gz", ".zip")]
    lines = soup(client.get("/project/six/?tab=files")).select_one(".listing .copyable-text").text
    hashes = sorted(file.sha256 for file in files)
    assert lines == "six==1.0 \\\n" + " \\\n".join(f"    --hash=sha256:{each}" for each in hashes)


# Licences, links, keywords, classifiers


def test_each_licence_of_an_expression_has_a_link(client):
    make_release(make_project("p"), license_expression="MIT OR Apache-2.0")
    facts = soup(client.get("/project/p/")).find(id="facts").parent
    links = {tag.text: tag["href"] for tag in facts.select("dd")[0].find_all("a")}
    assert links == {
        "MIT": "/browse/licenses/MIT/",
        "Apache-2.0": "/browse/licenses/Apache-2.0/",
    }
    assert "MIT OR Apache-2.0" in " ".join(facts.text.split())


def test_brackets_of_an_expression_stay_with_their_licences(client):
    make_release(make_project("p"), license_expression="(MIT AND ISC) OR BSD-3-Clause")
    text = " ".join(soup(client.get("/project/p/")).main.text.split())
    assert "(MIT AND ISC) OR BSD-3-Clause" in text


def test_links_have_icons_that_say_nothing_by_themselves(client):
    release = make_release(make_project("p"), home_page="https://p.example")
    db.session.add(
        ProjectUrl(
            release_id=release.id, position=0, label="Bug Tracker", url="https://p.example/bugs"
        )
    )
    db.session.commit()
    items = soup(client.get("/project/p/")).select(".link-list li")
    icons = [item.select_one("use")["href"].partition("#")[2] for item in items]
    assert icons == ["issues", "home"]
    assert all(item.svg["aria-hidden"] == "true" for item in items)


def test_all_icons_are_there(app):
    symbols = soup_of_icons(app)
    kinds = {"home", "source", "docs", "changes", "issues", "funding", "download", "chat"}
    assert kinds | {"mail", "other"} <= symbols


def soup_of_icons(app):
    with app.test_client().get("/static/img/icons.svg") as answer:
        return {tag["id"] for tag in soup(answer).find_all("symbol")}


def test_keywords_classifiers_languages_and_people_are_links(client):
    release = make_release(
        make_project("p"), keywords="Blue Cheese,wheel", author_email="Ada <ada@example.org>"
    )
    classifier = Classifier(name="Topic :: Internet :: WWW/HTTP")
    db.session.add(classifier)
    db.session.flush()
    db.session.add(ReleaseClassifier(release_id=release.id, classifier_id=classifier.id))
    db.session.commit()
    links = {tag["href"] for tag in soup(client.get("/project/p/")).select(".sidebar a")}
    assert {
        "/browse/keywords/blue%20cheese/",
        "/browse/keywords/wheel/",
        "/browse/classifiers/Topic%20::%20Internet%20::%20WWW/HTTP/",
        "/browse/people/Ada/",
        "mailto:ada@example.org",
    } <= links


# History


def test_the_timeline_tells_kinds_by_shape_and_text(client):
    project = make_project("p")
    for month, version, facts in (
        (1, "1.0", {}),
        (2, "1.1", {"yanked": "bad"}),
        (3, "2.0rc1", {}),
    ):
        make_release(project, version, published_at=datetime(2025, month, 1, tzinfo=UTC), **facts)
    figure = soup(client.get("/project/p/?tab=history")).select_one(".release-line")
    marks = {tag.title.text: tag["d"] for tag in figure.select("[role=img] .release-mark")}
    assert list(marks) == ["1.0, Jan 1, 2025", "1.1, Feb 1, 2025", "2.0rc1, Mar 1, 2025"]
    assert len(set(marks.values())) == 3
    legend = [" ".join(tag.text.split()) for tag in figure.select("figcaption li")]
    assert legend == ["Stable: 1", "Pre-release: 1", "Yanked: 1"]
    assert figure.svg.title.text.startswith("Releases over time, from Jan 1, 2025")


def test_every_line_of_the_history_has_a_date(client):
    project = make_project("p")
    for day in (1, 2):
        at = datetime(2025, 1, day, tzinfo=UTC)
        make_release(project, f"{day}.0", published_at=at)
    lines = soup(client.get("/project/p/?tab=history")).select(".timeline li")
    assert all(line.find("time") for line in lines)


def shown(answer):
    return [tag.text for tag in soup(answer).select(".timeline-head a")]


@pytest.fixture
def many():
    project = make_project("many")
    make_releases(project, 250)
    return project


def test_the_history_turns_in_pages_of_100_below_one_line_of_time(client, many):
    first = client.get("/project/many/?tab=history")
    assert shown(first) == [f"1.{number}" for number in range(249, 149, -1)]
    forth = soup(first).select_one("nav.pages a[rel=next]")["href"]
    assert forth == "/project/many/?page=2&tab=history#history"
    last = client.get("/project/many/?tab=history&page=3")
    assert shown(last) == [f"1.{number}" for number in range(49, -1, -1)]
    turning = soup(last).select_one("nav.pages")
    assert turning["aria-label"] == "Pages"
    assert " ".join(turning.text.split()) == "Previous Page 3 of 3"
    assert len(soup(last).select("[role=img] .release-mark")) == 250
    assert faults(last) == []


def test_the_history_of_an_older_release_opens_where_it_stands(client, many):
    answer = client.get("/project/many/1.20/?tab=history")
    assert soup(answer).select_one(".timeline [aria-current]").text == "1.20"
    back = soup(answer).select_one("nav.pages a[rel=prev]")["href"]
    assert back == "/project/many/1.20/?page=2&tab=history#history"
    assert "1.249" in shown(client.get("/project/many/1.20/?tab=history&page=1"))


def test_a_short_history_has_no_pages(client):
    make_release(make_project("p"))
    assert not soup(client.get("/project/p/?tab=history")).select("nav.pages")


@pytest.mark.parametrize("page", ["0", "-1", "4", "1" + "0" * 9, "9" * 400])
def test_no_page_of_the_history_is_beyond_its_end(client, many, page):
    assert client.get(f"/project/many/?tab=history&page={page}").status_code == 404


@pytest.mark.parametrize("page", ["", "x", "1.5", "9" * 10_000])
def test_a_page_that_is_no_number_is_the_first(client, many, page):
    answer = client.get("/project/many/", query_string={"tab": "history", "page": page})
    assert shown(answer)[0] == "1.249"


def test_other_tabs_have_no_pages(client, many):
    assert client.get("/project/many/?tab=files&page=9").status_code == 200


def test_a_newer_pre_release_is_named(client):
    project = make_project("p")
    for version in ("1.0", "2.0a1", "2.0rc1", "0.9rc1"):
        make_release(project, version)
    make_release(project, "3.0rc1", yanked="bad")
    text = text_of(client.get("/project/p/"))
    assert "A newer pre-release is there: 2.0rc1" in text
    assert "A newer pre-release" not in text_of(client.get("/project/p/2.0rc1/"))


def test_an_older_pre_release_is_no_news(client):
    project = make_project("p")
    for version in ("1.0rc1", "1.0"):
        make_release(project, version)
    assert "A newer pre-release" not in text_of(client.get("/project/p/"))


# For machines


def test_every_release_names_the_one_address_of_its_project(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_URL", "https://packages.example")
    project = make_project("p")
    for version in ("1.0", "2.0"):
        make_release(project, version)
    for path in ("/project/p/", "/project/p/1.0/", "/project/p/?tab=files"):
        canonical = soup(client.get(path)).find("link", rel="canonical")
        assert canonical["href"] == "https://packages.example/project/p/"


def test_search_engines_read_what_a_project_is(client):
    release = make_release(
        make_project("Six"),
        summary="Bridges old and new",
        license_expression="MIT",
        author_email="Ada <ada@example.org>",
        requires_python=">=3.9",
    )
    db.session.add(
        ProjectUrl(release_id=release.id, position=0, label="Source", url="https://code.example/6")
    )
    db.session.commit()
    told = structured(client.get("/project/six/"))
    assert told["@type"] == "SoftwareSourceCode"
    assert (told["name"], told["version"]) == ("Six", "1.0")
    assert told["url"] == "http://localhost/project/six/"
    assert told["license"] == "https://spdx.org/licenses/MIT.html"
    assert told["codeRepository"] == "https://code.example/6"
    assert told["author"] == [{"@type": "Person", "name": "Ada"}]
    assert "ada@example.org" not in json.dumps(told)


def test_cards_for_social_networks_tell_name_summary_and_picture(client):
    make_release(make_project("six"), summary="Bridges old and new")
    page = soup(client.get("/project/six/"))
    cards = {
        tag.get("property") or tag.get("name"): tag["content"]
        for tag in page.find_all("meta", content=True)
    }
    assert cards["og:title"] == "six 1.0"
    assert cards["og:description"] == "Bridges old and new"
    assert cards["og:url"] == "http://localhost/project/six/"
    assert cards["twitter:card"] == "summary"
    with client.get(cards["og:image"].removeprefix("http://localhost")) as picture:
        assert picture.mimetype == "image/png"


def test_hostile_words_do_not_leave_the_block_of_data(client):
    evil = '</script><script>alert(1)</script>\u2028\u2029<!-- "\\'
    make_release(make_project("p"), summary=evil, keywords=evil, author=evil)
    answer = client.get("/project/p/")
    assert faults(answer) == []
    block = answer.text.partition('<script type="application/ld+json">')[2].partition("</script>")[
        0
    ]
    assert not set("<>\u2028\u2029") & set(block)
    assert structured(answer)["description"].startswith("</script><script>alert(1)")


def test_what_is_in_quarantine_is_kept_from_search_engines(client):
    make_release(make_project("good"))
    project = make_project("p")
    make_release(project)
    status(project, "quarantined")
    assert not soup(client.get("/project/good/")).find("meta", attrs={"name": "robots"})
    robots = soup(client.get("/project/p/")).find("meta", attrs={"name": "robots"})
    assert robots["content"] == "noindex"


def test_downloads_have_a_tab(client):
    make_file(make_release(make_project("p")))
    answer = client.get("/project/p/?tab=downloads")
    assert faults(answer) == []
    assert soup(answer).find("a", href="?tab=downloads")["aria-current"] == "page"
    assert soup(answer).find(id="downloads")


def test_every_link_to_a_label_leads_to_its_projects(client):
    make_release(make_project("p"), license_expression="MIT", keywords="a/b c")
    relist_all()
    links = [tag["href"] for tag in soup(client.get("/project/p/")).select(".sidebar a")]
    labels = [link for link in links if link.startswith("/browse/")]
    assert labels == ["/browse/licenses/MIT/", "/browse/keywords/a/b/", "/browse/keywords/c/"]
    assert [client.get(link).status_code for link in labels] == [200, 200, 200]


# Badges to copy


def test_badges_come_with_the_lines_that_show_them(client):
    make_release(make_project("six"))
    text = client.get("/project/six/").text
    assert (
        "[![version](http://localhost/project/six/badge/version.svg)]"
        "(http://localhost/project/six/)"
    ) in text
    assert ".. image:: http://localhost/project/six/badge/python.svg" in text
    assert "&lt;a href=&#34;http://localhost/project/six/&#34;&gt;" in text


# Whatever there is of it


@pytest.mark.parametrize("tab", ["description", "files", "history"])
def test_pages_are_well_formed_for_bare_and_rich_projects(client, tab):
    make_release(make_project("bare"))
    release = make_release(
        make_project("rich"),
        license_expression="MIT",
        keywords="a,b",
        details={"provides_extra": ["x", "X_"]},
    )
    need(release, "six", "seven ; extra == 'x'")
    make_file(release)
    make_release(db.session.get_one(type(make_project("other")), release.project_id), "2.0rc1")
    for name in ("bare", "rich"):
        assert faults(client.get(f"/project/{name}/?tab={tab}")) == []


def test_a_page_asks_the_same_with_300_files_and_100_dependents(client, mirror_is_on, queries):
    release = make_release(make_project("six"))
    need(release, "packaging")
    known("first", "six")
    client.get("/project/six/")

    def count():
        queries.clear()
        assert client.get("/project/six/?tab=files").status_code == 200
        return len(queries)

    few = count()
    for number in range(300):
        make_file(release, f"six-1.0-cp3{number}-none-any.whl", metadata=None)
    for number in range(100):
        known(f"p{number}", "six")
    assert count() == few <= 8


def test_members_of_a_closed_index_cost_no_more_than_eight_questions(client, mirror_is_on, queries):
    need(make_release(make_project("six")), "packaging")
    known("shop", "six")
    close("members")
    sign_in(client, make_account())
    client.get("/project/six/")
    queries.clear()
    assert client.get("/project/six/").status_code == 200
    assert len(queries) <= 8


def test_endless_files_are_cut_and_counted(client):
    release = make_release(make_project("many"))
    for number in range(503):
        make_file(release, f"many-1.0-cp3{number}-none-any.whl", metadata=None)
    answer = client.get("/project/many/?tab=files")
    assert len(soup(answer).select(".file")) == 500
    assert "3 more files are not listed here" in text_of(answer)


@pytest.mark.parametrize("tab", ["description", "files", "history", "downloads"])
def test_no_tab_asks_more_than_eight_questions(client, mirror_is_on, queries, tab):
    need(make_release(make_project("six")), "packaging")
    known("shop", "six")
    client.get("/project/six/")
    queries.clear()
    assert client.get(f"/project/six/?tab={tab}").status_code == 200
    assert len(queries) <= 8

from datetime import UTC, datetime

import pytest

from app.accounts.models import Account
from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility, grant
from app.projects.models import (
    Classifier,
    Dependency,
    ProjectUrl,
    Release,
    ReleaseClassifier,
    Role,
)
from app.projects.versions import canonical, parse_version, sort_key
from tests.factories import make_account, make_file, make_project, make_release, sign_in
from tests.site.pages import faults, inline, soup


def text_of(answer):
    return " ".join(soup(answer).main.get_text(" ").split())


def close(visibility):
    with transaction():
        change_visibility(get_index(), visibility)
    db.session.commit()


def status(project, status, reason=None):
    project.status, project.status_reason = status, reason
    db.session.commit()


@pytest.fixture
def cellar(app):
    """Give a project with a stable release, an older one and a pre-release."""
    project = make_project("Cheese.Cellar", owner=make_account("ada", name="Ada Birkenhain"))
    for version in ("1.0", "1.10", "2.0rc1"):
        make_file(make_release(project, version, summary="Counts wheels"))
    return project


# Project


def test_a_project_opens_at_its_newest_stable_release(client, cellar):
    heading = soup(client.get("/project/cheese-cellar/")).h1
    assert " ".join(heading.get_text().split()) == "Cheese.Cellar 1.10"


def test_a_yanked_release_is_passed_over(client):
    project = make_project("p")
    make_release(project, "1.0")
    make_release(project, "2.0", yanked="")
    assert "1.0" in soup(client.get("/project/p/")).h1.text


def test_other_spellings_lead_to_the_one_address(client, cellar):
    answer = client.get("/project/Cheese_CELLAR/?tab=files")
    assert (answer.status_code, answer.location) == (301, "/project/cheese-cellar/?tab=files")


def test_another_spelling_of_a_version_leads_to_the_one_address(client, cellar):
    answer = client.get("/project/cheese-cellar/1.10.0/")
    assert (answer.status_code, answer.location) == (301, "/project/cheese-cellar/1.10/")


@pytest.mark.parametrize(
    "path", ["/project/nobody/", "/project/cheese-cellar/9/", "/project/cheese-cellar/x%20y/"]
)
def test_what_is_not_there_is_not_found(client, cellar, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert soup(answer).find("input", {"name": "q"})


def test_a_deleted_release_is_not_found(client, cellar):
    make_release(cellar, "3.0").removed_at = clock.now()
    db.session.commit()
    assert client.get("/project/cheese-cellar/3.0/").status_code == 404


def test_install_lines_carry_the_real_address(client, cellar):
    commands = [tag.text for tag in soup(client.get("/project/cheese-cellar/")).select("code")]
    assert "pip install --index-url http://localhost/simple/ cheese-cellar" in commands
    assert "uv add --index http://localhost/simple/ cheese-cellar" in commands


def test_the_front_page_tells_whose_packages_its_one_address_has(client, app, monkeypatch):
    assert "One address" not in client.get("/").text
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": "https://packages.example.org/simple/"})
    # Settings never change while a process runs, so the page is asked for as another one.
    text = text_of(client.get("/?now"))
    assert "all others from packages.example.org" in text


def test_uv_need_not_look_elsewhere_where_an_index_has_an_upstream(
    client, cellar, app, monkeypatch
):
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": "https://packages.example.org/simple/"})
    commands = [tag.text for tag in soup(client.get("/project/cheese-cellar/")).select("code")]
    assert "uv add --default-index http://localhost/simple/ cheese-cellar" in commands


def test_the_install_line_of_another_release_names_its_version(client, cellar):
    assert "cheese-cellar==1.0" in client.get("/project/cheese-cellar/1.0/").text


def test_a_project_in_quarantine_has_neither_files_nor_install_lines(client, cellar):
    status(cellar, "quarantined", "Looks like malware")
    page = client.get("/project/cheese-cellar/?tab=files")
    assert "in quarantine" in text_of(page)
    assert "Looks like malware" in text_of(page)
    assert "pip install" not in page.text
    assert ".whl" not in page.text


@pytest.mark.parametrize(
    ("kind", "words"), [("archived", "is archived"), ("deprecated", "is deprecated")]
)
def test_the_status_of_a_project_stands_on_top(client, cellar, kind, words):
    status(cellar, kind, "Use rind instead")
    banner = soup(client.get("/project/cheese-cellar/")).select_one(".banner").text
    assert words in banner
    assert "Use rind instead" in banner


def test_a_yanked_release_says_why_and_what_to_use(client, cellar):
    make_release(cellar, "1.5", yanked="Eats data")
    banner = soup(client.get("/project/cheese-cellar/1.5/")).select_one(".banner")
    assert "Eats data" in banner.text
    assert banner.a["href"] == "/project/cheese-cellar/"


def test_a_prerelease_names_the_stable_release(client, cellar):
    banner = soup(client.get("/project/cheese-cellar/2.0rc1/")).select_one(".banner")
    assert "The stable release is 1.10" in banner.text


def test_a_project_with_prereleases_only_says_so(client):
    make_release(make_project("young"), "0.1a1")
    assert "There is no stable release yet" in client.get("/project/young/").text


def test_files_come_with_their_hashes_and_links(client, cellar):
    file = make_file(make_release(cellar, "4.0"), "cheese_cellar-4.0.tar.gz", b"sdist")
    page = soup(client.get("/project/cheese-cellar/4.0/?tab=files"))
    assert page.find("a", string=file.filename)["href"] == f"/files/{file.sha256}/{file.filename}"
    assert all(digest in page.text for digest in (file.sha256, file.blake2_256, file.md5))


def test_a_release_without_a_source_says_so(client, cellar):
    page = client.get("/project/cheese-cellar/?tab=files")
    assert "This release has no source distribution." in page.text


def test_history_marks_what_is_yanked_and_what_is_early(client, cellar):
    make_release(cellar, "1.5", yanked="Eats data")
    page = soup(client.get("/project/cheese-cellar/?tab=history"))
    lines = [" ".join(tag.get_text(" ").split()) for tag in page.select(".timeline-head")]
    assert lines == ["2.0rc1 Pre-release", "1.10 Latest release this page", "1.5 Yanked", "1.0"]


def test_an_unknown_tab_shows_the_description(client, cellar):
    tab = soup(client.get("/project/cheese-cellar/?tab=../../x")).find(
        attrs={"aria-current": "page"}
    )
    assert tab.text == "Description"


def test_the_readme_is_shown_as_it_was_sanitised(client):
    make_release(make_project("p"), description="x", description_html="<p>Turn <em>it</em></p>")
    assert soup(client.get("/project/p/")).select_one(".description em").text == "it"


def test_a_readme_that_was_not_rendered_is_shown_as_text(client):
    make_release(make_project("p"), description="<b>bold</b>")
    assert soup(client.get("/project/p/")).select_one(".description pre").text == "<b>bold</b>"


def test_people_are_named_without_readers(client, cellar):
    reader = make_account("grete")
    db.session.add(
        Role(project_id=cellar.id, account_id=reader.id, kind="reader", created_at=clock.now())
    )
    db.session.commit()
    page = client.get("/project/cheese-cellar/")
    assert "Ada Birkenhain" in page.text
    assert "/user/grete/" not in page.text


def test_dependencies_link_to_projects_that_are_here(client, cellar):
    release = make_release(make_project("shop"))
    status(make_project("stopped"), "quarantined")
    wanted = ("Cheese-Cellar[x]>=1 ; extra == 'y'", "elsewhere<2", "stopped<2")
    for position, needed in enumerate(wanted):
        name = needed.split("[")[0].split("<")[0].lower()
        db.session.add(
            Dependency(
                release_id=release.id, position=position, requirement=needed, normalized_name=name
            )
        )
    db.session.commit()
    page = soup(client.get("/project/shop/"))
    assert [link["href"] for link in page.select(".needs a")] == ["/project/cheese-cellar/"]
    assert "elsewhere" in page.select_one(".needs").text


def test_classifiers_are_grouped_by_their_first_word(client):
    release = make_release(make_project("p"))
    for name in ("Topic :: Food", "Topic :: Food :: Cheese", "Private"):
        classifier = Classifier(name=name)
        db.session.add(classifier)
        db.session.flush()
        db.session.add(ReleaseClassifier(release_id=release.id, classifier_id=classifier.id))
    db.session.commit()
    groups = soup(client.get("/project/p/")).select_one(".classifiers")
    assert [tag.text for tag in groups.find_all("dt")] == ["Private", "Topic"]
    assert [tag.text for tag in groups.find_all("dd")] == ["Private", "Food", "Food :: Cheese"]


def test_all_facts_are_shown(client):
    make_release(
        make_project("p"),
        license_expression="MIT",
        requires_python=">=3.11",
        keywords="cheese,wheel",
        author_email="Ada <ada@example.org>",
        details={"provides_extra": ["smoked"]},
    )
    page = text_of(client.get("/project/p/"))
    assert all(word in page for word in ("MIT", ">=3.11", "cheese", "wheel", "Ada", "smoked"))


def test_hostile_metadata_stay_words(client):
    evil = '<script>alert(1)</script><img src=x onerror=alert(1)>" onload="x'
    release = make_release(
        make_project("p"),
        summary=evil,
        author=evil,
        author_email=f'"{evil}" <x@example.org>',
        keywords=evil,
        license_text=evil * 3,
        requires_python=evil,
        yanked=evil,
        home_page="javascript:alert(1)",
        download_url="JaVaScRiPt:alert(1)",
        details={"provides_extra": [evil]},
    )
    for position, url in enumerate(
        ("javascript:alert(1)", " data:text/html,x", "https://ok.example")
    ):
        db.session.add(ProjectUrl(release_id=release.id, position=position, label=evil, url=url))
    db.session.add(
        Dependency(release_id=release.id, position=0, requirement=evil, normalized_name="x")
    )
    make_file(release, comment=evil)
    for tab in ("description", "files", "history"):
        answer = client.get(f"/project/p/?tab={tab}")
        assert inline(soup(answer)) == []
        assert not soup(answer).main.find("img", src="x")


@pytest.mark.parametrize("visibility", ["public", "members"])
def test_a_project_page_asks_at_most_eight_questions(client, cellar, queries, visibility):
    close(visibility)
    sign_in(client, make_account("grace"))
    queries.clear()
    assert client.get("/project/cheese-cellar/").status_code == 200
    assert len(queries) <= 8


def test_a_project_with_thousands_of_releases_asks_no_more(client, queries):
    project = make_project("many")
    make_releases(project, 5000)
    queries.clear()
    answer = client.get("/project/many/?tab=history&page=5")
    assert len(queries) <= 8
    assert "4,500 older releases are not listed here" in text_of(answer)


def make_releases(project, count):
    versions = [parse_version(f"1.{number}") for number in range(count)]
    db.session.execute(
        Release.__table__.insert(),
        [
            {
                "project_id": project.id,
                "version": str(version),
                "canonical_version": canonical(version),
                "sort_key": sort_key(version),
                "is_prerelease": False,
                "metadata_version": "2.4",
                "published_at": datetime(2026, 1, 1, tzinfo=UTC),
                "details": {},
            }
            for version in versions
        ],
    )
    db.session.commit()


@pytest.mark.parametrize(
    ("username", "sees"), [("ada", True), ("boss", True), ("grace", False), (None, False)]
)
def test_the_way_to_manage_is_shown_to_who_may(client, cellar, username, sees):
    people = {"boss": {"is_admin": True}, "grace": {}}
    if username in people:
        sign_in(client, make_account(username, **people[username]))
    elif username:
        sign_in(client, db.session.get_one(*owner_of(cellar)))
    page = client.get("/project/cheese-cellar/")
    assert ("/manage/project/cheese-cellar/" in page.text) is sees


def owner_of(project):
    return Account, db.session.query(Role).filter_by(project_id=project.id).one().account_id


# Profile


def test_a_profile_lists_what_somebody_publishes(client, cellar):
    page = client.get("/user/ada/")
    assert "Ada Birkenhain" in page.text
    assert [link.text.strip() for link in soup(page).select(".project-line-name a")] == [
        "Cheese.Cellar"
    ]


def test_archived_projects_stand_apart(client, cellar):
    status(cellar, "archived")
    assert "Archived projects" in client.get("/user/ada/").text


def test_a_profile_in_another_case_leads_to_the_one_address(client, cellar):
    answer = client.get("/user/ADA/")
    assert (answer.status_code, answer.location) == (301, "/user/ada/")


@pytest.mark.parametrize("username", ["nobody", "gone", "%00"])
def test_who_is_not_there_is_not_found(client, username):
    make_account("gone", is_active=False)
    assert client.get(f"/user/{username}/").status_code == 404


def test_only_oneself_is_offered_to_edit(client):
    ada, grace = make_account("ada"), make_account("grace")
    sign_in(client, ada)
    assert "Edit your account" in client.get(f"/user/{ada.username}/").text
    assert "Edit your account" not in client.get(f"/user/{grace.username}/").text


def test_a_profile_shows_no_address(client):
    make_account("ada", email="secret@example.org")
    assert "secret@example.org" not in client.get("/user/ada/").text


# A closed index


CLOSED = ["/", "/project/cheese-cellar/", "/project/nobody/", "/user/ada/"]


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("visibility", ["signed-in", "members"])
def test_a_closed_index_sends_strangers_to_log_in_and_names_nothing(
    client, cellar, path, visibility
):
    close(visibility)
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/account/login?next=")
    assert "Cheese.Cellar" not in answer.text
    assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize("path", CLOSED)
def test_who_is_not_a_member_may_not_look(client, cellar, path):
    close("members")
    sign_in(client, make_account("grace", uploads=False))
    answer = client.get(path)
    assert answer.status_code == 403
    assert "Cheese.Cellar" not in answer.text


def test_a_member_sees_a_closed_index(client, cellar):
    close("members")
    grace = make_account("grace", uploads=False)
    grant(get_index().id, grace.id, "read")
    db.session.commit()
    sign_in(client, grace)
    assert "Cheese.Cellar" in client.get("/project/cheese-cellar/").text


def test_help_is_open_even_if_the_index_is_closed(client, cellar):
    close("members")
    assert client.get("/help/pip").status_code == 200


# Markup


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/project/cheese-cellar/",
        "/project/cheese-cellar/?tab=files",
        "/project/cheese-cellar/?tab=history",
        "/project/nobody/",
        "/user/ada/",
        "/about",
        "/help/",
        "/classifiers/",
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_pages_are_well_formed_and_hold_nothing_inline(client, cellar, path, language):
    client.set_cookie("locale", language)
    answer = client.get(path)
    assert faults(answer) == []
    assert soup(answer).html["lang"] == language


@pytest.mark.parametrize("path", ["/project/{}/{}/", "/pypi/{}/{}/json"])
def test_endless_version_in_an_address_is_not_found(client, path):
    release = make_release()
    name = release.project.name
    assert client.get(path.format(name, "9" * 5_000)).status_code == 404

"""Finding projects and deciding about them, and about names, on pages."""

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.core.sitestate import READ_ONLY
from app.extensions import db
from app.indexes.queries import get_index
from app.journal.models import Entry
from app.projects import services
from app.projects.models import File, ProhibitedName
from app.projects.queries import find_file, find_project, find_role
from tests.admin.test_switches import turn_on
from tests.factories import make_account, make_file, make_index, make_project, make_release
from tests.site.pages import faults, soup

LIST = "/admin/projects/"
PAGE = "/admin/project/main/toaster/"
NAMES = "/admin/prohibited/"


def names(answer):
    return [" ".join(row.get_text(" ").split()) for row in soup(answer).select("tbody th a")]


def text(answer):
    return " ".join(soup(answer).main.get_text(" ").split())


def toaster():
    db.session.expire_all()
    return find_project(get_index().id, "toaster")


@pytest.fixture
def project(boss):
    """Give a project with a release, owned by ada."""
    project = make_project("Toaster", owner=make_account("ada"))
    make_file(make_release(project, "1.0"))
    return project


def test_projects_of_all_indexes_are_found(client, project):
    make_project("Toaster", index=get_index("staging"))
    make_project("toast-rack", index=make_index("team"))
    make_project("kettle")
    answer = client.get(LIST, query_string={"q": "Toast"})
    assert names(answer) == ["toast-rack", "Toaster", "Toaster"]
    assert faults(answer) == []
    assert len(names(client.get(LIST, query_string={"q": "toast", "index": "team"}))) == 1


@pytest.mark.parametrize("q", ["%", "x" * 200, "🦀", "'--", "\u202e"])
def test_whatever_is_looked_for_is_answered(client, project, q):
    answer = client.get(LIST, query_string={"q": q})
    assert (answer.status_code, names(answer)) == (200, [])
    assert faults(answer) == []


@pytest.mark.parametrize("asked", [{"q": "x" * 10_000}, {"which": "x"}, {"index": "x"}])
def test_what_cannot_be_looked_for_is_said_at_its_field(client, project, asked):
    answer = client.get(LIST, query_string=asked)
    assert answer.status_code == 400
    assert soup(answer).select(".field-errors")


def test_projects_are_chosen_by_how_they_stand(client, project):
    make_project("gone").removed_at = project.created_at
    make_project("shut").status = "quarantined"
    make_project("big").max_total_bytes = 1
    db.session.commit()
    for which, found in {
        "removed": ["gone"],
        "quarantined": ["shut"],
        "limited": ["big"],
        "active": ["big", "Toaster"],
    }.items():
        assert names(client.get(LIST, query_string={"which": which})) == found


def test_a_long_list_goes_on_where_it_ended_across_indexes(client, boss, queries):
    for number in range(30):
        make_project(f"p{number:02}")
        make_project(f"p{number:02}", index=get_index("staging"))
    client.get(LIST)
    queries.clear()
    first = client.get(LIST)
    assert len(queries) <= 4
    second = client.get(soup(first).find("a", rel="next")["href"])
    expected = [f"p{number:02}" for number in range(30) for _ in range(2)]
    assert names(first) + names(second) == expected


def test_a_project_is_shown_with_all_that_is_known(client, project):
    answer = client.get(PAGE)
    assert faults(answer) == []
    for part in ("Toaster", "ada", "Owner", "7 B", "1.0"):
        assert part in text(answer)


def test_the_page_asks_the_same_for_one_release_and_for_many(client, project, queries):
    client.get(PAGE)
    queries.clear()
    client.get(PAGE)
    few = len(queries)
    for number in range(10):
        make_file(make_release(project, f"2.{number}"))
    queries.clear()
    client.get(PAGE)
    assert len(queries) == few <= 12


def test_a_project_goes_into_quarantine_with_a_reason_and_comes_out(client, project):
    data = {"status-status": "quarantined", "status-reason": "Malware"}
    answer = client.post(f"{PAGE}status", data=data)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#status")
    assert (toaster().status, toaster().status_reason) == ("quarantined", "Malware")
    assert client.get("/simple/toaster/").text.count("<a ") == 0
    entry = db.session.scalars(select(Entry).where(Entry.tag == "project-status-changed")).one()
    assert (entry.actor, entry.project) == ("boss", "toaster")
    client.post(f"{PAGE}status", data={"status-status": "active", "status-reason": ""})
    assert toaster().status == "active"


def test_quarantine_works_while_the_site_is_read_only(client, project):
    turn_on(READ_ONLY)
    data = {"status-status": "quarantined", "status-reason": "Malware"}
    assert client.post(f"{PAGE}status", data=data).status_code == 303
    assert client.post(f"{PAGE}delete", data={"delete-confirmation": "Toaster"}).status_code == 503


def test_a_project_of_another_index_is_changed_where_it_is(client, project):
    make_project("Toaster", index=get_index("staging"))
    data = {"status-status": "archived", "status-reason": ""}
    assert client.post("/admin/project/staging/toaster/status", data=data).status_code == 303
    assert toaster().status == "active"


def test_a_file_that_was_stopped_by_mistake_is_let_out(client, project):
    make_file(make_release(project, "2.0"), "toaster-2.0.tar.gz")
    with transaction():
        services.quarantine_file(find_file(get_index().id, "toaster-2.0.tar.gz").id, "It lies")
    answer = client.get(PAGE)
    assert faults(answer) == []
    assert "It lies" in text(answer)
    address = soup(answer).find("section", attrs={"aria-labelledby": "stopped"}).form["action"]
    assert client.post(address).status_code == 303
    assert "toaster-2.0.tar.gz can be downloaded again." in text(client.get(PAGE))
    assert "toaster-2.0.tar.gz" in client.get("/simple/toaster/").text
    assert db.session.scalars(select(Entry.tag).order_by(Entry.id)).all()[-1] == "file-cleared"


@pytest.mark.parametrize("filename", ["toaster-9.tar.gz", "kettle-1.0-py3-none-any.whl"])
def test_no_file_is_let_out_that_is_not_of_the_project(client, project, filename):
    kettle = make_file(make_release(make_project("kettle"), "1.0"))
    with transaction():
        services.quarantine_file(kettle.id, "It lies")
    assert client.post(f"{PAGE}files/{filename}/clear").status_code == 404
    assert not db.session.get(File, kettle.id).is_servable


def test_the_owner_is_changed(client, project):
    grace = make_account("grace")
    gone = f"{PAGE}roles/ada/remove"
    assert client.post(gone).status_code == 409
    data = {"role-username": "grace", "role-kind": "owner"}
    assert client.post(f"{PAGE}roles", data=data).status_code == 303
    assert client.post(gone).status_code == 303
    assert find_role(toaster().id, grace.id) == "owner"


def test_nobody_gets_a_role_who_is_not_there(client, project):
    answer = client.post(f"{PAGE}roles", data={"role-username": "nobody", "role-kind": "owner"})
    assert answer.status_code == 404
    assert "There is no account of this name." in text(answer)
    assert "Toaster" in text(answer)


def test_a_project_gets_limits_of_its_own_and_loses_them(client, project):
    data = {"limits-max_file": "3", "limits-max_project": "40"}
    assert client.post(f"{PAGE}limits", data=data).status_code == 303
    assert (toaster().max_file_bytes, toaster().max_total_bytes) == (3 * 2**20, 40 * 2**20)
    assert "7 B of 41.9 MB" in text(client.get(PAGE))
    client.post(f"{PAGE}limits", data={"limits-max_file": "", "limits-max_project": ""})
    assert (toaster().max_file_bytes, toaster().max_total_bytes) == (None, None)


@pytest.mark.parametrize("size", ["0", "-3", "x", "999999999999999999999", "6000"])
def test_a_limit_that_is_none_is_said_at_its_field(client, project, size):
    answer = client.post(f"{PAGE}limits", data={"limits-max_file": size})
    assert answer.status_code == 400
    assert soup(answer).select(".field-errors, .message-error")
    assert toaster().max_file_bytes is None


def test_a_release_is_deleted_by_its_version(client, project):
    make_release(project, "2.0")
    answer = client.post(f"{PAGE}release", data={"release-confirmation": "3.0"})
    assert answer.status_code == 404
    assert "This project has no such release." in text(answer)
    assert client.post(f"{PAGE}release", data={"release-confirmation": "2.0"}).status_code == 303
    assert "2.0" not in text(client.get("/project/toaster/"))


def test_a_project_is_deleted_by_its_name_and_its_history_stays(client, project):
    assert client.post(f"{PAGE}delete", data={"delete-confirmation": "toast"}).status_code == 400
    assert client.post(f"{PAGE}delete", data={"delete-confirmation": "Toaster"}).status_code == 303
    assert toaster() is None
    answer = client.get(PAGE)
    assert "Deleted on" in text(answer)
    assert "project-deleted" in text(answer)
    assert faults(answer) == []
    for part in ("status", "limits", "release", "delete"):
        data = {"status-status": "active", "release-confirmation": "1", "delete-confirmation": "x"}
        assert client.post(f"{PAGE}{part}", data=data).status_code == 404


@pytest.mark.parametrize("path", ["main/nothing/", "nowhere/toaster/"])
def test_what_is_not_there_has_no_page(client, project, path):
    assert client.get(f"/admin/project/{path}").status_code == 404


# Names


def test_a_name_is_prohibited_and_allowed_again(client, project):
    assert f"{NAMES}?name=toaster" in client.get(PAGE).text
    answer = client.post(NAMES, data={"name": "Toast_Rack", "reason": "Typosquat"})
    assert (answer.status_code, answer.location) == (303, NAMES)
    shown = client.get(NAMES)
    assert "toast-rack" in text(shown)
    assert "Typosquat" in text(shown)
    assert faults(shown) == []
    assert client.post(f"{NAMES}toast-rack/allow").status_code == 303
    assert db.session.scalars(select(ProhibitedName)).first() is None
    tags = list(db.session.scalars(select(Entry.tag).where(Entry.project == "toast-rack")))
    assert tags == ["name-prohibited", "name-allowed"]


def test_projects_that_have_a_prohibited_name_are_shown_beside_it(client, project):
    client.post(NAMES, data={"name": "toaster", "reason": ""})
    assert soup(client.get(NAMES)).find("a", href=PAGE)
    assert "The name is prohibited" in text(client.get(PAGE))


@pytest.mark.parametrize("name", ["", "-x", "a b", "x" * 201, "a\x00b", "ä"])
def test_what_is_no_name_is_not_prohibited(client, boss, name):
    answer = client.post(NAMES, data={"name": name, "reason": ""})
    assert answer.status_code == 400
    assert soup(answer).select(".field-errors")


def test_a_name_is_prohibited_once(client, boss):
    client.post(NAMES, data={"name": "foo", "reason": ""})
    answer = client.post(NAMES, data={"name": "FOO", "reason": ""})
    assert answer.status_code == 409
    assert "This name is prohibited already." in text(answer)


def test_a_long_list_of_names_goes_on_where_it_ended(client, boss, queries):
    for number in range(60):
        client.post(NAMES, data={"name": f"n{number:02}", "reason": ""})
    client.get(NAMES)
    queries.clear()
    first = client.get(NAMES)
    assert len(queries) <= 4
    second = client.get(soup(first).find("a", rel="next")["href"])
    found = [
        row.text.split()[0] for page in (first, second) for row in soup(page).select("tbody th")
    ]
    assert found == [f"n{number:02}" for number in range(60)]

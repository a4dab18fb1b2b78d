import pytest

from app.accounts.queries import find_by_username
from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility
from app.projects.models import Project, Role
from app.projects.queries import find_project, find_role
from tests.factories import make_account, make_project, make_release, sign_in
from tests.site.pages import faults, soup

PAGE = "/manage/project/cheese-cellar/"
# Every page and every deed, with a form that would be good.
DOORS = [
    ("get", PAGE, {}),
    ("get", f"{PAGE}release/1.0/", {}),
    ("post", f"{PAGE}status", {"status-status": "archived"}),
    ("post", f"{PAGE}people", {"person-username": "mallory", "person-kind": "owner"}),
    ("post", f"{PAGE}people/ada/remove", {}),
    ("post", f"{PAGE}delete", {"delete-confirmation": "Cheese.Cellar"}),
    ("post", f"{PAGE}release/1.0/yank", {"yank-reason": "x"}),
    ("post", f"{PAGE}release/1.0/unyank", {}),
    ("post", f"{PAGE}release/1.0/delete", {"delete-confirmation": "1.0"}),
    ("post", f"{PAGE}release/1.0/file/1/delete", {"file1-confirmation": "x"}),
]


def reload(project):
    db.session.expire_all()
    return db.session.get_one(Project, project.id)


def snapshot(project):
    project = reload(project)
    facts = [(r.version, r.yanked_at, r.removed_at, len(r.files)) for r in project.releases]
    people = sorted((role.account_id, role.kind) for role in project.roles)
    return project.status, project.removed_at, facts, people


@pytest.mark.parametrize(("method", "path", "form"), DOORS)
def test_nobody_is_sent_to_log_in(app, project, method, path, form):
    before = snapshot(project)
    answer = getattr(app.test_client(), method)(path, data=form)
    assert answer.status_code in {302, 303}
    assert "/account/login" in answer.location
    assert snapshot(project) == before


@pytest.mark.parametrize("kind", [None, "reader", "maintainer"])
@pytest.mark.parametrize(("method", "path", "form"), DOORS)
def test_who_is_not_an_owner_is_refused(app, project, give, kind, method, path, form):
    mallory = make_account("mallory")
    if kind:
        give(mallory, kind)
    browser = sign_in(app.test_client(), mallory)
    before = snapshot(project)
    assert getattr(browser, method)(path, data=form).status_code == 403
    assert snapshot(project) == before


@pytest.mark.parametrize(("method", "path", "form"), [door for door in DOORS if door[0] == "post"])
def test_a_form_without_its_token_is_refused(client, app, project, monkeypatch, method, path, form):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    before = snapshot(project)
    assert client.post(path, data=form).status_code == 400
    assert snapshot(project) == before


def test_who_may_not_read_the_index_does_not_learn_its_names(app, project):
    with transaction():
        change_visibility(get_index(), "members")
    db.session.commit()
    browser = sign_in(app.test_client(), make_account("mallory", uploads=False))
    answers = [browser.get(f"/manage/project/{name}/") for name in ("cheese-cellar", "nothing")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert soup(answers[0]).main.text == soup(answers[1]).main.text


def test_an_admin_manages_every_project(app, project):
    browser = sign_in(app.test_client(), make_account("boss", is_admin=True))
    assert browser.get(PAGE).status_code == 200


def test_a_project_that_is_not_there_is_not_found(client, ada):
    assert client.get("/manage/project/nothing/").status_code == 404


def test_own_projects_are_listed_with_the_role(client, project):
    make_release(lend("borrowed", "maintainer"), "2.0")
    page = soup(client.get("/manage/projects/"))
    rows = [" ".join(tag.get_text(" ").split()) for tag in page.select(".project-line")]
    assert [row.split()[0] for row in rows] == ["borrowed", "Cheese.Cellar"]
    assert "Maintainer" in rows[0]
    assert page.find("a", href=PAGE)
    assert not page.find("a", href="/manage/project/borrowed/")


def lend(name, kind):
    project = make_project(name, owner=make_account())
    ada = find_by_username("ada")
    db.session.add(
        Role(project_id=project.id, account_id=ada.id, kind=kind, created_at=clock.now())
    )
    db.session.commit()
    return project


def test_who_has_no_project_is_told_how_to_begin(client, ada):
    assert "You have no projects yet" in client.get("/manage/projects/").text


def test_who_may_not_publish_names_is_told(client, app):
    browser = sign_in(app.test_client(), make_account("grace", uploads=False))
    assert "You may not publish new names here" in browser.get("/manage/projects/").text


def test_the_list_of_projects_asks_the_same_for_one_and_for_many(client, ada, queries):
    make_release(make_project("p0", owner=ada))
    queries.clear()
    client.get("/manage/projects/")
    few = len(queries)
    for number in range(1, 10):
        make_release(make_project(f"p{number}", owner=ada))
    queries.clear()
    client.get("/manage/projects/")
    assert len(queries) == few


@pytest.mark.parametrize("status", ["archived", "deprecated"])
def test_an_owner_changes_the_status(client, project, status):
    form = {"status-status": status, "status-reason": "Use rind"}
    answer = client.post(f"{PAGE}status", data=form)
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert (reload(project).status, reload(project).status_reason) == (status, "Use rind")


@pytest.mark.parametrize("status", ["quarantined", "nonsense", ""])
def test_an_owner_cannot_choose_what_is_not_offered(client, project, status):
    answer = client.post(f"{PAGE}status", data={"status-status": status})
    assert answer.status_code == 400
    assert reload(project).status == "active"


def test_an_owner_cannot_end_a_quarantine(client, project):
    project.status = "quarantined"
    db.session.commit()
    answer = client.post(f"{PAGE}status", data={"status-status": "active"})
    assert answer.status_code == 403
    assert reload(project).status == "quarantined"


def test_a_reason_that_is_too_long_is_refused_and_kept(client, project):
    reason = "x" * 501
    form = {"status-status": "archived", "status-reason": reason}
    answer = client.post(f"{PAGE}status", data=form)
    assert answer.status_code == 400
    assert soup(answer).find(id="status-reason")["value"] == reason


def test_an_owner_adds_a_maintainer(client, project):
    grace = make_account("Grace")
    form = {"person-username": " grace ", "person-kind": "maintainer"}
    assert client.post(f"{PAGE}people", data=form).status_code == 303
    assert find_role(project.id, grace.id) == "maintainer"


def test_somebody_unknown_cannot_be_added_and_the_name_is_kept(client, project):
    form = {"person-username": "nobody", "person-kind": "owner"}
    answer = client.post(f"{PAGE}people", data=form)
    assert answer.status_code == 404
    assert "There is no account of this name." in answer.text
    assert soup(answer).find(id="person-username")["value"] == "nobody"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("status", {"status-status": "archived", "status-reason": "a\x00b"}),
        ("people", {"person-username": "ada\x00", "person-kind": "owner"}),
        ("release/1.0/yank", {"yank-reason": "\x00"}),
    ],
)
def test_what_no_database_could_hold_is_refused(client, project, path, form):
    before = snapshot(project)
    answer = client.post(f"{PAGE}{path}", data=form)
    assert answer.status_code == 400
    assert "cannot be used" in answer.text
    assert snapshot(project) == before


def test_a_name_is_needed(client, project):
    answer = client.post(f"{PAGE}people", data={"person-kind": "owner"})
    assert answer.status_code == 400
    assert soup(answer).find(id="person-username")["aria-invalid"] == "true"


def test_an_owner_removes_somebody(client, project, give):
    grace = give(make_account("grace"), "maintainer")
    answer = client.post(f"{PAGE}people/grace/remove")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert find_role(project.id, grace.id) is None


def test_the_last_owner_stays(client, project, ada):
    assert client.post(f"{PAGE}people/ada/remove").status_code == 303
    assert "at least one owner" in client.get(PAGE).text
    assert find_role(project.id, ada.id) == "owner"


def test_a_maintainer_may_leave(app, project, give):
    grace = give(make_account("grace"), "maintainer")
    answer = sign_in(app.test_client(), grace).post(f"{PAGE}people/grace/remove")
    assert (answer.status_code, answer.location) == (303, "/manage/projects/")
    assert find_role(project.id, grace.id) is None


def test_a_project_is_deleted_when_its_name_is_typed(client, project):
    answer = client.post(f"{PAGE}delete", data={"delete-confirmation": "Cheese.Cellar"})
    assert (answer.status_code, answer.location) == (303, "/manage/projects/")
    assert find_project(get_index().id, "cheese-cellar") is None


@pytest.mark.parametrize("typed", ["", "cheese", "CHEESE.CELLAR"])
def test_a_project_stays_when_something_else_is_typed(client, project, typed):
    answer = client.post(f"{PAGE}delete", data={"delete-confirmation": typed})
    assert answer.status_code == 400
    assert find_project(get_index().id, "cheese-cellar") is not None


def test_an_index_that_keeps_everything_offers_no_deletion(client, project):
    get_index().settings = {"deletion": False}
    db.session.commit()
    assert "delete-confirmation" not in client.get(PAGE).text
    answer = client.post(f"{PAGE}delete", data={"delete-confirmation": "Cheese.Cellar"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/manage/projects/", PAGE, f"{PAGE}release/1.0/"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_pages_are_well_formed_and_hold_nothing_inline(client, project, give, path, language):
    give(make_account("grace"), "reader")
    make_release(project, "2.0rc1", yanked="x")
    client.set_cookie("locale", language)
    assert faults(client.get(path)) == []


@pytest.mark.parametrize("path", ["/manage/projects/", PAGE, f"{PAGE}release/1.0/"])
def test_pages_for_owners_are_kept_by_nobody(client, project, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"

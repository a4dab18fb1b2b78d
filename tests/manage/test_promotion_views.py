from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import change_visibility, grant, open_index
from app.projects.models import Dependency
from app.projects.queries import find_project
from app.uploads.models import Promotion
from tests.factories import make_account, make_file, make_project, make_release, sign_in
from tests.site.pages import faults, soup

LIST = "/manage/promotions/"
PAGE = "/manage/promote/staging/toaster/1.0/"
TO_MAIN = f"{PAGE}to/main"
NOW = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)


@pytest.fixture
def staged(ada, now):
    """Give a release in staging, of the one who is logged in with the client."""
    now(NOW)
    project = make_project("Toaster", owner=ada, index=get_index("staging"))
    release = make_release(project, "1.0")
    make_file(release)
    return release


def promotion():
    return db.session.scalars(select(Promotion)).one()


def is_in_main():
    return find_project(get_index("main").id, "toaster") is not None


def text_of(answer):
    return " ".join(soup(answer).main.get_text(" ").split())


def test_the_page_shows_what_would_come_and_where(client, staged):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    text = text_of(answer)
    assert "From the index staging to the index main" in text
    assert "Nothing stands against it." in text
    assert "toaster-1.0-py3-none-any.whl" in text
    assert faults(answer) == []


def test_a_release_is_promoted_with_a_reason(client, staged, ada):
    answer = client.post(TO_MAIN, data={"reason": "Passed the tests"})
    assert (answer.status_code, answer.location) == (303, LIST)
    assert (promotion().reason, promotion().account_id) == ("Passed the tests", ada.id)
    assert is_in_main()
    shown = client.get(LIST)
    assert "The release is in the index main now." in shown.text
    assert "Passed the tests" in text_of(shown)
    assert "From staging to main" in text_of(shown)
    assert faults(shown) == []


def test_a_second_promotion_says_that_nothing_is_left(client, staged):
    client.post(TO_MAIN)
    assert "All of it is in the index main already." in text_of(client.get(PAGE))
    assert soup(client.get(PAGE)).find("form", action=TO_MAIN) is None
    client.post(TO_MAIN)
    assert "All of it is in the index main already." in client.get(LIST).text
    assert promotion()


def test_refusals_are_listed_and_there_is_no_button(client, staged):
    make_project("toaster", owner=make_account())
    answer = client.get(PAGE)
    assert "You may not publish Toaster in the index main." in text_of(answer)
    assert soup(answer).find("form", action=TO_MAIN) is None
    assert faults(answer) == []


def test_a_refused_promotion_shows_why(client, staged):
    make_project("toaster", owner=make_account())
    answer = client.post(TO_MAIN)
    assert answer.status_code == 403
    assert "You may not publish Toaster in the index main." in text_of(answer)
    assert db.session.scalars(select(Promotion)).all() == []


def test_warnings_are_listed_and_forbid_nothing(client, staged):
    make_file(make_release(make_project("heat", index=get_index("staging"))))
    row = {"position": 0, "requirement": "heat>=1", "normalized_name": "heat"}
    db.session.add(Dependency(release_id=staged.id, **row))
    db.session.commit()
    answer = client.get(PAGE)
    assert "It needs what only staging has: heat>=1" in text_of(answer)
    assert faults(answer) == []
    assert client.post(TO_MAIN).status_code == 303
    assert is_in_main()


def test_a_reason_that_is_too_long_is_refused(client, staged):
    answer = client.post(TO_MAIN, data={"reason": "x" * 501})
    assert answer.status_code == 400
    assert "at most 500 characters" in answer.text
    assert not is_in_main()


def test_the_reader_chooses_among_the_indexes_they_may_read(client, staged):
    with transaction():
        open_index("team", "Team")
        open_index("secret", "Secret", visibility="members")
        open_index("ours", "Ours", visibility="members")
    grant(get_index("ours").id, ada_id(), "upload")
    db.session.commit()
    tabs = soup(client.get(PAGE)).find("nav", class_="tabs").find_all("a")
    assert [tab.text for tab in tabs] == ["main", "ours", "team"]
    answer = client.get(f"{PAGE}?to=ours")
    assert "to the index ours" in text_of(answer)
    assert "Nothing stands against it." in text_of(answer)


def ada_id():
    return find_project(get_index("staging").id, "toaster").roles[0].account_id


def test_the_public_page_of_a_staged_release_leads_there(app, client, staged):
    public = "/index/staging/project/toaster/1.0/"
    assert soup(client.get(public)).find("a", string="Promote")["href"] == PAGE
    stranger = sign_in(app.test_client(), make_account())
    assert soup(stranger.get(public)).find("a", string="Promote") is None


def test_the_public_page_of_a_release_in_main_does_not(client, ada):
    make_file(make_release(make_project("Toaster", owner=ada)))
    for public in ("/project/toaster/1.0/", "/index/staging/project/toaster/1.0/"):
        page = client.get(public)
        assert page.status_code == 200
        assert soup(page).find("a", string="Promote") is None


def test_an_index_that_looks_into_the_source_is_not_offered(client, ada):
    make_file(make_release(make_project("Toaster", owner=ada)))
    answer = client.get("/manage/promote/main/toaster/1.0/")
    assert "There is no other index" in text_of(answer)
    assert "Promote it" not in client.get("/manage/project/toaster/release/1.0/").text


def test_the_page_of_a_release_leads_there_when_there_is_an_index(client, ada):
    make_file(make_release(make_project("Toaster", owner=ada)))
    with transaction():
        open_index("team", "Team")
    page = soup(client.get("/manage/project/toaster/release/1.0/"))
    link = page.find("a", string="Promote it to another index")
    assert client.get(link["href"]).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/manage/promote/none/toaster/1.0/",
        "/manage/promote/staging/nothing/1.0/",
        "/manage/promote/staging/toaster/2.0/",
        f"{PAGE}?to=none",
    ],
)
def test_what_is_not_there_is_not_found(client, staged, path):
    assert client.get(path).status_code == 404


def test_a_closed_index_shows_nothing_to_strangers(app, staged):
    with transaction():
        change_visibility(get_index("staging"), "members")
    stranger = sign_in(app.test_client(), make_account())
    assert stranger.get(PAGE).status_code == 403
    assert stranger.post(TO_MAIN).status_code == 403
    assert stranger.get("/manage/promote/staging/nothing/1.0/").status_code == 403


@pytest.mark.parametrize("path", [LIST, PAGE])
def test_nobody_is_sent_to_log_in(app, staged, path):
    answer = app.test_client().get(path)
    assert answer.status_code in {302, 303}
    assert "/account/login" in answer.location
    assert app.test_client().post(TO_MAIN).status_code in {302, 303}
    assert not is_in_main()


def test_own_releases_that_are_not_in_main_are_listed(client, staged, ada):
    make_release(make_project("Others", index=get_index("staging")), "3.0")
    make_release(make_project("Kettle", owner=ada), "2.0")
    answer = client.get(LIST)
    lines = soup(answer).find("section", attrs={"aria-labelledby": "staged"}).find_all("h3")
    assert [" ".join(line.text.split()) for line in lines] == ["Toaster 1.0"]
    assert soup(answer).find("a", href=PAGE)
    assert faults(answer) == []
    client.post(TO_MAIN)
    assert soup(client.get(LIST)).find("a", href=PAGE) is None


def test_own_releases_in_an_index_that_was_closed_are_not_listed(client, staged):
    with transaction():
        change_visibility(get_index("staging"), "members")
    assert soup(client.get(LIST)).find("a", href=PAGE) is None


def test_a_promotion_is_undone_with_a_button(client, staged):
    client.post(TO_MAIN)
    undo = soup(client.get(LIST)).find("form", action=f"{LIST}{promotion().id}/undo")
    assert "1 file goes at once from main" in undo.parent.text
    answer = client.post(undo["action"])
    assert (answer.status_code, answer.location) == (303, LIST)
    shown = client.get(LIST)
    assert "The promotion is undone." in shown.text
    assert "Undone" in text_of(shown)
    assert soup(shown).find("form", action=undo["action"]) is None
    assert not is_in_main()


def test_an_undo_that_comes_too_late_is_told(client, staged, now):
    client.post(TO_MAIN)
    now(NOW + timedelta(hours=25))
    path = f"{LIST}{promotion().id}/undo"
    assert soup(client.get(LIST)).find("form", action=path) is None
    assert client.post(path).status_code == 303
    assert "can be undone for 24 hours" in client.get(LIST).text
    assert is_in_main()


def test_strangers_see_no_promotion_and_undo_none(app, client, staged):
    client.post(TO_MAIN)
    stranger = sign_in(app.test_client(), make_account())
    assert "Nothing was promoted yet." in text_of(stranger.get(LIST))
    assert stranger.post(f"{LIST}{promotion().id}/undo").status_code == 403
    assert stranger.post(f"{LIST}4711/undo").status_code == 404
    assert is_in_main()


def test_administrators_see_all_promotions(app, client, staged):
    client.post(TO_MAIN)
    admin = sign_in(app.test_client(), make_account(is_admin=True))
    assert "toaster 1.0" in text_of(admin.get(LIST))
    assert admin.post(f"{LIST}{promotion().id}/undo").status_code == 303
    assert not is_in_main()


def test_a_promotion_to_an_index_that_is_gone_is_listed_all_the_same(client, staged):
    client.post(TO_MAIN)
    promotion().target_slug = "gone"
    db.session.commit()
    assert "From staging to gone" in text_of(client.get(LIST))
    assert client.post(f"{LIST}{promotion().id}/undo").status_code == 404


def test_the_list_of_projects_leads_to_promotions(client, ada):
    assert soup(client.get("/manage/projects/")).find("a", href=LIST)


def test_the_number_of_queries_does_not_grow_with_old_promotions(client, staged, now, queries):
    client.post(TO_MAIN)
    now(NOW + timedelta(days=2))
    queries.clear()
    client.get(LIST)
    few = len(queries)
    for number in range(5):
        row = {"project": f"p{number}", "version": "1", "account_id": ada_id()}
        row |= {"source_slug": "staging", "target_slug": "main", "promoted_at": NOW}
        db.session.add(Promotion(**row))
    db.session.commit()
    queries.clear()
    client.get(LIST)
    assert len(queries) == few


def test_the_list_of_own_projects_leads_to_what_is_elsewhere(client, staged):
    answer = client.get("/manage/projects/")
    assert faults(answer) == []
    assert "1 release of yours is in another index" in text_of(answer)
    assert "You have no projects yet" not in text_of(answer)
    assert soup(answer).main.find("a", href=LIST)
    assert soup(client.get(LIST)).main.find("a", href="/index/staging/project/toaster/1.0/")

"""Finding accounts and deciding about them, on pages."""

import pytest
from sqlalchemy import select

from app.accounts.queries import get_account
from app.core import clock
from app.core.sitestate import READ_ONLY
from app.extensions import db
from app.indexes.queries import get_index
from app.indexes.services import grant
from app.journal.models import Entry
from tests.admin.test_switches import turn_on
from tests.factories import make_account, make_project, make_token, sign_in
from tests.site.pages import faults, soup

LIST = "/admin/accounts/"


def names(answer):
    return [link.text for link in soup(answer).select("tbody th a")]


def text(answer):
    return " ".join(soup(answer).main.get_text(" ").split())


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ADA", ["ada"]),
        ("lovelace", ["ada"]),
        ("ada@else.example", ["ada"]),
        ("else", ["ada"]),
        ("example.com", ["boss", "grace"]),
        ("a_a", []),
        ("%", []),
        ("'; drop table account", []),
        ("nobody", []),
        ("x" * 10_000, []),
        ("🦀", []),
    ],
)
def test_accounts_are_found_by_username_name_and_address(client, boss, q, found):
    make_account("ada", name="Ada Lovelace", email="ada@else.example")
    make_account("grace")
    answer = client.get(LIST, query_string={"q": q})
    assert names(answer) == found
    assert faults(answer) == []


@pytest.mark.parametrize(
    ("which", "found"),
    [
        ("", ["ada", "boss", "cold", "new"]),
        ("administrators", ["boss"]),
        ("frozen", ["cold"]),
        ("unconfirmed", ["new"]),
        ("other", ["ada", "boss", "cold", "new"]),
    ],
)
def test_accounts_are_chosen_by_how_they_stand(client, boss, which, found):
    make_account("ada")
    make_account("cold", is_active=False)
    make_account("new", confirmed=False)
    assert names(client.get(LIST, query_string={"which": which})) == found


def test_a_long_list_goes_on_where_it_ended(client, boss, queries):
    for number in range(60):
        make_account(f"p{number:02}", uploads=False)
    client.get(LIST)
    queries.clear()
    first = client.get(LIST)
    assert len(queries) <= 3
    assert len(names(first)) == 50
    following = soup(first).find("a", rel="next")["href"]
    second = client.get(following)
    assert names(first) + names(second) == ["boss", *(f"p{number:02}" for number in range(60))]
    assert not soup(second).find("a", rel="next")


@pytest.mark.parametrize("after", ["%00", "zzzz", "x" * 5000, "%27%3B--"])
def test_a_list_goes_on_nowhere_from_a_place_that_nobody_gave_out(client, boss, after):
    assert client.get(f"{LIST}?after={after}").status_code in {200, 404}


def test_an_account_is_shown_with_all_that_is_known(client, boss):
    ada = make_account("ada", name="Ada", uploads=False)
    grant(get_index().id, ada.id, "upload")
    make_project("Toaster", owner=ada)
    make_token(ada)
    answer = client.get("/admin/account/ADA/")
    shown = text(answer)
    assert faults(answer) == []
    for part in ("ada@example.com", "Toaster", "upload in the index main", "Tokens 1"):
        assert part in shown


def test_the_page_asks_the_same_for_one_project_and_for_many(client, boss, queries):
    ada = make_account("ada")
    make_project("one", owner=ada)
    client.get("/admin/account/ada/")
    queries.clear()
    client.get("/admin/account/ada/")
    few = len(queries)
    for number in range(10):
        make_project(f"p{number}", owner=ada)
        make_token(ada)
    queries.clear()
    client.get("/admin/account/ada/")
    assert len(queries) == few <= 10


def test_who_is_not_there_has_no_page(client, boss):
    assert client.get("/admin/account/nobody/").status_code == 404
    assert client.post("/admin/account/nobody/freeze").status_code == 404


def test_an_account_is_frozen_with_a_reason_and_used_again(client, boss):
    ada = make_account("ada")
    answer = client.post("/admin/account/ada/freeze", data={"freeze-reason": "Sends spam"})
    assert (answer.status_code, answer.location) == (303, "/admin/account/ada/")
    shown = client.get(answer.location)
    assert "Sends spam" in text(shown)
    assert faults(shown) == []
    assert not get_account("ada").is_active
    assert client.post("/admin/account/ada/unfreeze").status_code == 303
    db.session.expire_all()
    assert ada.is_active


def test_nobody_is_frozen_without_a_reason(client, boss):
    ada = make_account("ada")
    for reason in ("", "x" * 501, "a\x00b"):
        answer = client.post("/admin/account/ada/freeze", data={"freeze-reason": reason})
        assert answer.status_code == 400
        assert soup(answer).select(".field-errors")
    assert ada.is_active


def test_an_account_can_be_frozen_while_the_site_is_read_only(client, boss):
    make_account("ada")
    turn_on(READ_ONLY)
    answer = client.post("/admin/account/ada/freeze", data={"freeze-reason": "Stolen"})
    assert answer.status_code == 303
    assert client.post("/admin/account/ada/make-administrator").status_code == 503


@pytest.mark.parametrize(
    ("deed", "tag"),
    [
        ("make-administrator", "administrator-made"),
        ("revoke-tokens", "tokens-revoked"),
        ("send-reset", "reset-link-ordered"),
        ("confirm", "email-confirmed"),
        ("let-upload", "upload-allowed"),
    ],
)
def test_deeds_are_done_told_and_written_down(client, boss, deed, tag):
    make_token(make_account("ada", confirmed=False, uploads=False))
    assert deed in client.get("/admin/account/ada/").text
    answer = client.post(f"/admin/account/ada/{deed}")
    assert (answer.status_code, answer.location) == (303, "/admin/account/ada/")
    entry = db.session.scalars(select(Entry).where(Entry.tag == tag)).one()
    assert (entry.actor, entry.account_id, entry.about) == ("boss", boss.id, "ada")
    assert soup(client.get("/admin/account/ada/")).select(".message-success")


def test_an_administrator_becomes_an_ordinary_account(client, boss):
    make_account("ada", is_admin=True)
    assert client.post("/admin/account/ada/unmake-administrator").status_code == 303
    db.session.expire_all()
    assert not get_account("ada").is_admin


def test_nobody_locks_themselves_out(client, boss):
    make_account("second", is_admin=True)
    assert "/admin/account/boss/freeze" not in client.get("/admin/account/boss/").text
    for deed, data in (("freeze", {"freeze-reason": "x"}), ("unmake-administrator", {})):
        answer = client.post(f"/admin/account/boss/{deed}", data=data)
        assert answer.status_code == 409
        assert "You cannot do this to your own account." in text(answer)
    assert get_account("boss").is_admin


def test_a_frozen_administrator_is_out_at_once(app, client, boss):
    second = make_account("second", is_admin=True)
    other = sign_in(app.test_client(), second)
    assert other.get("/admin/").status_code == 200
    client.post("/admin/account/second/freeze", data={"freeze-reason": "Left"})
    assert other.get("/admin/").status_code == 303


def test_a_strangers_name_is_text(client, boss):
    make_account("eve", name="<b>eve</b>", last_login_at=clock.now())
    for path in (LIST, "/admin/account/eve/"):
        answer = client.get(path)
        assert "&lt;b&gt;eve" in answer.text
        assert faults(answer) == []

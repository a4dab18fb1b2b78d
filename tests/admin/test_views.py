"""The door of the back office: every endpoint, also one that nobody thought of here."""

import pytest

from app.extensions import db
from app.indexes.queries import list_indexes
from app.indexes.services import grant
from tests.admin.doors import list_doors
from tests.factories import basic, make_account, make_token, sign_in
from tests.site.pages import faults, soup


def doors(app):
    """Return method and address of every endpoint of the back office."""
    return [door[1:] for door in list_doors(app) if door[0].startswith("admin.")]


def statuses(app, browser, **kwargs):
    return {
        (method, path): browser.open(path, method=method, **kwargs).status_code
        for method, path in doors(app)
    }


def test_there_are_doors(app):
    assert ("GET", "/admin/") in set(doors(app))


def test_nobody_is_sent_to_log_in_and_comes_back(app):
    for method, path in doors(app):
        answer = app.test_client().open(path, method=method)
        assert answer.status_code == 303, path
        assert answer.location.startswith("/account/login?next="), path


def test_everybody_else_is_refused_everywhere(app, client):
    sign_in(client, make_account("mallory"))
    assert set(statuses(app, client).values()) == {403}


def test_the_administrator_of_all_indexes_is_refused_everywhere(app, client):
    olga = make_account("olga")
    for index in list_indexes():
        grant(index.id, olga.id, "admin")
    db.session.commit()
    sign_in(client, olga)
    assert set(statuses(app, client).values()) == {403}


@pytest.mark.parametrize("scope", ["read", "upload"])
def test_the_token_of_an_administrator_opens_nothing(app, client, scope):
    secret = make_token(make_account("boss", is_admin=True), scope=scope)
    assert set(statuses(app, client, headers=basic(secret)).values()) == {303}


def test_a_closed_account_opens_nothing(app, client, boss):
    boss.is_active = False
    db.session.commit()
    assert set(statuses(app, client).values()) == {303}


def test_an_administrator_is_let_in_everywhere(app, client, boss):
    found = statuses(app, client)
    assert not {door for door, status in found.items() if status in {401, 403, 500}}


def test_nothing_is_done_without_the_token_of_a_form(app, client, boss, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    posts = {door: status for door, status in statuses(app, client).items() if door[0] == "POST"}
    assert set(posts.values()) <= {400}


def test_pages_are_kept_out_of_caches(client, boss):
    assert client.get("/admin/").headers["Cache-Control"] == "no-store"


def test_the_way_to_the_page_is_the_current_one(client, boss):
    page = client.get("/admin/")
    assert faults(page) == []
    current = soup(page).select(".office-nav [aria-current]")
    assert [link["href"] for link in current] == ["/admin/"]


def test_only_administrators_see_the_way_in(app, client, boss):
    assert soup(client.get("/")).find("a", href="/admin/")
    other = sign_in(app.test_client(), make_account("mallory"))
    assert not soup(other.get("/")).find("a", href="/admin/")

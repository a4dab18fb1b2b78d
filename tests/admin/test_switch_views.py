"""Switches and messages on their page."""

import pytest

from app.core.sitestate import FLAGS, READ_ONLY, site_state
from tests.admin.test_switches import banners, put_up, turn_on
from tests.site.pages import faults, soup

PAGE = "/admin/switches/"
MESSAGE = {"banner-level": "warning", "banner-text_en": "Closed on Sunday", "banner-url": "/help/"}


@pytest.mark.parametrize("flag", FLAGS)
def test_a_switch_is_turned_on_with_reasons_and_off(client, boss, flag):
    data = {f"{flag}-text_en": "New disk", f"{flag}-text_de": "Neue Platte"}
    answer = client.post(f"{PAGE}{flag}/on", data=data)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#{flag}")
    assert site_state().flags == {flag: {"en": "New disk", "de": "Neue Platte"}}
    shown = client.get(PAGE)
    assert faults(shown) == []
    assert soup(shown).find("input", {"name": f"{flag}-text_de"})["value"] == "Neue Platte"
    assert client.post(f"{PAGE}{flag}/off").status_code == 303
    assert site_state().flags == {}


def test_a_read_only_site_is_opened_again_by_who_logs_in_for_it(app, client, boss):
    turn_on(READ_ONLY)
    browser = app.test_client()
    browser.post("/account/login", data={"login": "boss", "password": "correct horse battery"})
    assert browser.post(f"{PAGE}read-only/off").status_code == 303
    assert not site_state().is_on(READ_ONLY)


def test_a_reason_that_is_too_long_is_said_at_its_field(client, boss):
    answer = client.post(f"{PAGE}read-only/on", data={"read-only-text_en": "x" * 151})
    assert answer.status_code == 400
    assert soup(answer).select(".field-errors")
    assert site_state().flags == {}


def test_there_is_no_other_switch(client, boss):
    assert client.post(f"{PAGE}no-fun/on").status_code == 404


def test_a_message_is_put_up_changed_and_taken_down(client, boss):
    answer = client.post("/admin/banners/", data=MESSAGE)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#messages")
    assert banners(client.get("/")) == ["Closed on Sunday Read more"]
    number = site_state().banners[0].id
    page = f"/admin/banner/{number}/"
    assert faults(client.get(page)) == []
    changed = MESSAGE | {
        "banner-text_en": "Closed",
        "banner-url": "",
        "banner-ends_at": "2999-01-01T10:00",
    }
    assert client.post(page, data=changed).status_code == 303
    assert banners(client.get("/")) == ["Closed"]
    assert (
        soup(client.get(page)).find("input", {"name": "banner-ends_at"})["value"]
        == "2999-01-01T10:00"
    )
    assert client.post(f"{page}down").status_code == 303
    assert banners(client.get("/")) == []
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    "bad",
    [
        {"banner-text_en": ""},
        {"banner-text_en": "x" * 501},
        {"banner-url": "javascript:alert(1)"},
        {"banner-level": "loud"},
        {"banner-starts_at": "yesterday"},
        {"banner-starts_at": "2026-01-02T00:00", "banner-ends_at": "2026-01-01T00:00"},
    ],
)
def test_a_bad_message_is_said_and_not_put_up(client, boss, bad):
    answer = client.post("/admin/banners/", data=MESSAGE | bad)
    assert answer.status_code == 400
    assert soup(answer).select(".field-errors, .message-error")
    assert faults(answer) == []
    assert site_state().banners == ()


def test_no_sixth_message_is_offered_or_taken(client, boss):
    assert soup(client.get(PAGE)).find("input", {"name": "banner-text_en"})
    for _ in range(5):
        put_up()
    assert not soup(client.get(PAGE)).find("input", {"name": "banner-text_en"})
    assert client.post("/admin/banners/", data=MESSAGE).status_code == 409

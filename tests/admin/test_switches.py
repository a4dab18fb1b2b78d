"""What is switched off stays shut at every door, and every page carries the messages."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR, Actor
from app.accounts.models import Account
from app.admin import switches
from app.admin.exceptions import (
    BadBanner,
    BadReason,
    BannerNotFound,
    TooManyBanners,
    UnknownFlag,
)
from app.admin.switches import Message
from app.core.database import transaction
from app.core.exceptions import Unauthenticated
from app.core.flags import SiteReadOnly, UploadsStopped
from app.core.sitestate import FLAGS, site_state
from app.core.storage import blobs
from app.extensions import db
from app.indexes.exceptions import NotAdministrator
from app.indexes.queries import get_index
from app.journal.models import Entry
from app.projects.queries import find_project
from app.uploads.candidates import judge
from app.uploads.services import publish
from app.uploads.uploadform import UploadForm
from tests.admin.doors import list_doors
from tests.archives import make_wheel, wheel_name
from tests.factories import (
    PASSWORD,
    make_account,
    make_file,
    make_project,
    make_release,
    make_token,
    sign_in,
)
from tests.site.pages import faults, soup
from tests.uploads.clients import Uploader, assert_refused, publish_wheel, snapshot

NOW = datetime(2026, 3, 8, 9, 30, tzinfo=UTC)
READ_ONLY, NO_REGISTRATION, NO_NEW_PROJECTS, NO_UPLOADS = FLAGS
NEWCOMER = {
    "username": "eve",
    "email": "eve@example.com",
    "password": PASSWORD,
    "again": PASSWORD,
    "name": "",
}


def turn_on(flag, **reason):
    with transaction():
        switches.turn_on(OPERATOR, flag, reason)


def put_up(text="Closed on Sunday", **facts):
    texts = facts.pop("texts", {"en": text})
    with transaction():
        return switches.put_up(
            OPERATOR, Message(level=facts.pop("level", "info"), texts=texts, **facts)
        )


def banners(answer):
    return [" ".join(aside.text.split()) for aside in soup(answer).select(".site-banners aside")]


@pytest.fixture
def ada(client):
    account = make_account("ada")
    return Uploader(client, account, make_token(account))


# Read-only


def marked(app):
    return {
        name for name, view in app.view_functions.items() if hasattr(view, "goes_on_when_read_only")
    }


def test_only_these_go_on_when_the_site_is_read_only(app):
    refusing = {"uploads.explain", "simple.read_only", "api.read_only"}
    switching = {"site.switch_locale", "site.switch_theme"}
    assert {name for name in marked(app) if not name.startswith("admin.")} - refusing == {
        "accounts.log_in",
        "accounts.log_out",
        *switching,
    }


@pytest.mark.parametrize("who", ["nobody", "somebody", "boss"])
def test_a_read_only_site_refuses_every_change_by_people(app, client, who):
    if who != "nobody":
        sign_in(client, make_account(who, is_admin=who == "boss"))
    turn_on(READ_ONLY)
    for endpoint, method, path in list_doors(app):
        if method == "GET" or endpoint in marked(app):
            continue
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300"), path


def test_a_read_only_site_refuses_uploads_with_the_sentence_in_the_reason(ada):
    turn_on(READ_ONLY, en="The disk is being replaced until 18:00.")
    before = snapshot()
    answer = ada.wheel()
    assert_refused(answer, 503, "The disk is being replaced until 18:00.", "read-only")
    assert answer.headers["Retry-After"] == "300"
    assert snapshot() == before


def test_a_read_only_site_says_so_on_a_page_in_the_readers_language(client):
    sign_in(client, make_account("ada"))
    turn_on(READ_ONLY, en="New disk.", de="Neue Platte.")
    client.set_cookie("locale", "de")
    answer = client.post("/account/name", data={"name": "Ada"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert "Neue Platte." in soup(answer).main.text
    assert faults(answer) == []


def test_a_read_only_site_can_be_read_and_installed_from(client):
    project = make_project("Toaster")
    file = make_file(make_release(project, "1.0"))
    turn_on(READ_ONLY)
    assert client.get("/project/toaster/").status_code == 200
    page = client.get("/simple/toaster/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    address = urljoin("/simple/toaster/", page.json["files"][0]["url"])
    assert client.get(address).data == b"a wheel"
    assert file.filename in page.text


def test_people_can_log_in_to_a_read_only_site(client):
    make_account("ada")
    turn_on(READ_ONLY)
    answer = client.post("/account/login", data={"login": "ada", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/account")


def test_nobody_can_register_at_a_read_only_site(client):
    turn_on(READ_ONLY)
    assert client.get("/account/register").status_code == 503
    assert client.post("/account/register", data=NEWCOMER).status_code == 503


def test_commands_go_on_when_the_site_is_read_only(app):
    ada = make_account("ada")
    for flag in FLAGS:
        turn_on(flag)
    publish_wheel(Actor(ada.id, "ada", has_confirmed_email=True))
    assert find_project(get_index().id, "foo-bar")


# The other flags


def test_nobody_can_register_when_that_is_switched_off(client):
    turn_on(NO_REGISTRATION, en="Spam wave.")
    for answer in (
        client.get("/account/register"),
        client.post("/account/register", data=NEWCOMER),
    ):
        assert answer.status_code == 403
        assert "Nobody can register at the moment: Spam wave." in soup(answer).main.text
    assert db.session.scalars(select(Account).where(Account.username == "eve")).first() is None


def test_no_page_leads_to_a_form_that_is_switched_off(client):
    assert soup(client.get("/")).find("a", href="/account/register")
    turn_on(NO_REGISTRATION)
    for path in ("/", "/account/login"):
        assert not soup(client.get(path)).find("a", href="/account/register")


def test_a_new_project_is_refused_when_that_is_switched_off(ada):
    turn_on(NO_NEW_PROJECTS)
    answer = ada.wheel()
    assert_refused(answer, 403, "No new projects are taken at the moment", "no-new-projects")
    assert find_project(get_index().id, "foo-bar") is None


def test_a_deleted_project_does_not_return_when_new_ones_are_switched_off(ada):
    ada.wheel()
    project = find_project(get_index().id, "foo-bar")
    project.removed_at = NOW
    db.session.commit()
    turn_on(NO_NEW_PROJECTS)
    assert_refused(ada.wheel(version="2.0"), 403, "No new projects", "no-new-projects")


def test_releases_go_on_when_new_projects_are_switched_off(ada):
    ada.wheel()
    turn_on(NO_NEW_PROJECTS)
    assert ada.wheel(version="2.0").status_code == 200


def test_uploads_are_refused_when_they_are_switched_off(ada):
    ada.wheel()
    turn_on(NO_UPLOADS, en="Come back on Monday.")
    before = snapshot()
    answer = ada.wheel(version="2.0")
    assert_refused(
        answer, 403, "No uploads are taken at the moment: Come back on Monday.", "no-uploads"
    )
    assert snapshot() == before


def test_uploaders_are_told_in_english_whatever_language_they_name(ada):
    turn_on(NO_UPLOADS, en="Monday.", de="Montag.")
    answer = ada.send_body(b"", **{"Accept-Language": "de"})
    assert_refused(answer, 403, "No uploads are taken at the moment: Monday.", "no-uploads")


def test_administrators_upload_nothing_either(client):
    boss = make_account("boss", is_admin=True)
    turn_on(NO_UPLOADS)
    assert Uploader(client, boss, make_token(boss)).wheel().status_code == 403


@pytest.mark.parametrize(
    ("flag", "refusal"), [(READ_ONLY, SiteReadOnly), (NO_UPLOADS, UploadsStopped)]
)
def test_an_upload_that_had_begun_is_refused_too(app, flag, refusal):
    ada, content = make_account("ada"), make_wheel()
    actor = Actor(ada.id, "ada", has_confirmed_email=True)
    digests = {"sha256": hashlib.sha256(content).hexdigest()}
    form = UploadForm(wheel_name(), "bdist_wheel", "foo_bar", "1.0", digests)
    with app.test_request_context("/legacy/", method="POST"), blobs().receive() as incoming:
        incoming.write(content)
        candidate = judge(actor, "main", form, incoming)
        turn_on(flag)
        with pytest.raises(refusal), transaction():
            publish(actor, "main", candidate)


def test_a_promotion_is_an_upload(client):
    ada = make_account("ada")
    sign_in(client, ada)
    make_file(make_release(make_project("Toaster", owner=ada, index=get_index("staging")), "1.0"))
    turn_on(NO_UPLOADS, en="Monday.")
    answer = client.post("/manage/promote/staging/toaster/1.0/to/main", data={"reason": ""})
    assert answer.status_code == 403
    assert "No uploads are taken at the moment: Monday." in soup(answer).main.text


def test_a_promotion_brings_no_new_project_when_those_are_switched_off(client):
    ada = make_account("ada")
    sign_in(client, ada)
    make_file(make_release(make_project("Toaster", owner=ada, index=get_index("staging")), "1.0"))
    turn_on(NO_NEW_PROJECTS)
    answer = client.post("/manage/promote/staging/toaster/1.0/to/main", data={"reason": ""})
    assert answer.status_code == 403
    assert find_project(get_index().id, "toaster") is None


def test_what_is_turned_off_again_goes_on(ada):
    for flag in FLAGS:
        turn_on(flag)
    for flag in FLAGS:
        with transaction():
            switches.turn_off(OPERATOR, flag)
    assert ada.wheel().status_code == 200


def test_turning_flags_is_written_down_with_who_did_it(app):
    boss = make_account("boss", is_admin=True)
    actor = Actor(boss.id, "boss", is_admin=True)
    with transaction():
        switches.turn_on(actor, NO_UPLOADS, {"en": "Why"})
    with transaction():
        switches.turn_off(actor, NO_UPLOADS)
    entries = list(db.session.scalars(select(Entry).order_by(Entry.id)))
    assert [(entry.tag, entry.actor) for entry in entries] == [
        ("flag-turned-on", "boss"),
        ("flag-turned-off", "boss"),
    ]
    assert entries[0].details == {"flag": "no-uploads", "reason": {"en": "Why"}}


@pytest.mark.parametrize("reason", ["x" * 151, "a\x00b", "a\x1bb"])
def test_a_reason_must_fit_into_a_reason_phrase(app, reason):
    with pytest.raises(BadReason), transaction():
        switches.turn_on(OPERATOR, NO_UPLOADS, {"en": reason})


def test_a_reason_is_one_line(app):
    turn_on(NO_UPLOADS, en="  two\r\nlines ", de=" ")
    assert site_state().flags == {NO_UPLOADS: {"en": "two lines"}}


def test_there_are_no_other_flags(app):
    with pytest.raises(UnknownFlag), transaction():
        switches.turn_on(OPERATOR, "no-fun", {})


def test_only_administrators_of_the_site_switch(app):
    ada = make_account("ada")
    for actor, refusal in ((Actor(ada.id, "ada"), NotAdministrator), (Actor(), Unauthenticated)):
        with pytest.raises(refusal), transaction():
            switches.turn_on(actor, NO_UPLOADS, {})
        with pytest.raises(refusal), transaction():
            switches.take_down(actor, 1)


# Banners


def test_a_banner_stands_on_every_page(client):
    put_up()
    for path in ("/", "/account/login", "/nowhere", "/help/"):
        answer = client.get(path)
        assert banners(answer) == ["Closed on Sunday"], path
        assert faults(answer) == []


def test_a_banner_speaks_the_readers_language_or_one_that_it_has(client):
    put_up(texts={"en": "Closed", "de": "Geschlossen"})
    put_up(texts={"de": "Nur deutsch"})
    assert banners(client.get("/")) == ["Closed", "Nur deutsch"]
    client.set_cookie("locale", "de")
    assert banners(client.get("/")) == ["Geschlossen", "Nur deutsch"]


def test_a_banner_is_shown_from_its_beginning_to_its_end(client, now):
    now(NOW)
    put_up(starts_at=NOW + timedelta(hours=1), ends_at=NOW + timedelta(hours=2))
    for hours, expected in [(0, 0), (1, 1), (1.99, 1), (2, 0)]:
        now(NOW + timedelta(hours=hours))
        assert len(banners(client.get("/"))) == expected, hours


def test_the_generation_changes_with_everything_that_pages_show(app, now):
    now(NOW)
    seen = [site_state().generation]

    def note():
        seen.append(site_state().generation)

    banner = put_up(starts_at=NOW + timedelta(hours=1), ends_at=NOW + timedelta(hours=2))
    note()
    now(NOW + timedelta(hours=1))
    note()
    with transaction():
        switches.change(OPERATOR, banner, Message(level="info", texts={"en": "Other"}))
    note()
    turn_on(READ_ONLY)
    note()
    assert len(set(seen)) == len(seen) == 5


def test_a_banner_is_text_whatever_it_looks_like(client):
    put_up("<script>alert(1)</script> {{ 7 * 7 }}")
    answer = client.get("/")
    assert banners(answer) == ["<script>alert(1)</script> {{ 7 * 7 }}"]
    assert faults(answer) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"text": ""},
        {"text": " \n "},
        {"text": "x" * 501},
        {"text": "a\x00b"},
        {"level": "loud"},
        {"texts": {"xx": "No such language"}},
        {"url": "javascript:alert(1)"},
        {"url": "//evil.example"},
        {"url": "https://a.example/ b"},
        {"url": "https://a.example/" + "x" * 500},
        {"starts_at": NOW, "ends_at": NOW},
    ],
)
def test_a_bad_banner_is_refused(app, facts):
    with pytest.raises(BadBanner):
        put_up(**facts)
    assert site_state().banners == ()


def test_there_are_at_most_five_banners(app):
    for _ in range(5):
        put_up()
    with pytest.raises(TooManyBanners):
        put_up()


def test_a_banner_that_is_gone_cannot_be_changed(app):
    banner = put_up()
    with transaction():
        switches.take_down(OPERATOR, banner)
    with pytest.raises(BannerNotFound), transaction():
        switches.take_down(OPERATOR, banner)
    with pytest.raises(BannerNotFound), transaction():
        switches.change(OPERATOR, banner, Message(level="info", texts={"en": "x"}))
    assert put_up() != banner


# What it costs


def test_the_state_of_the_site_is_one_question_however_much_there_is(app, client, queries):
    for _ in range(5):
        put_up()
    turn_on(NO_UPLOADS)
    app.extensions["shared_settings"].clear()
    list.clear(queries)
    client.get("/help/")
    assert len([one for one in queries if re.search(r"setting\W+key\W+IN", one)]) == 1


def test_pages_read_it_from_memory(client, queries):
    put_up()
    client.get("/help/")
    queries.clear()
    assert banners(client.get("/help/"))
    assert not [one for one in queries if re.search(r"setting\W+key\W+IN", one)]


def test_a_change_is_never_allowed_from_memory(app, client, ada):
    client.get("/help/")
    with transaction() as session:
        # As another process does it, of which this one hears nothing.
        session.execute(
            db.text("INSERT INTO setting (key, value) VALUES ('site.state', :value)"),
            {"value": '{"number": 1, "flags": {"read-only": {}}, "banners": []}'},
        )
    assert ada.wheel().status_code == 503

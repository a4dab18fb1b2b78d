"""The catalogues are whole, and nothing of a page stays in English."""

import re
import runpy
from functools import cache
from html import unescape

import pytest
from babel.messages.pofile import read_po
from flask import render_template

import config
from app.core.i18n import LANGUAGES, force_locale
from app.extensions import db
from tests.factories import make_account, make_file, make_project, make_release, make_token, sign_in

CATALOGUES = sorted((config.ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))
GERMAN = {"Accept-Language": "de"}
TAG = re.compile(r"</?[a-z][^<>]*>")

PAGES = [
    "/",
    "/search",
    "/search?q=nothing-like-it",
    "/about",
    "/classifiers/",
    "/browse/",
    *(f"/browse/{kind}/" for kind in ("topics", "classifiers", "licenses", "languages")),
    *(f"/browse/{kind}/" for kind in ("keywords", "people", "maintainers", "newest", "releases")),
    "/popular",
    "/stats/",
    "/company/history",
    *("/team", "/privacy", "/terms", "/security"),
    "/help/",
    *(f"/help/{slug}" for slug in ("pip", "uv", "poetry", "pdm", "twine", "hatch", "flit")),
    *(f"/help/{slug}" for slug in ("tokens", "publishing", "yanking")),
    "/help/refused/",
    "/policy/explain",
    "/policy/explain?name=cellar&version=1.0",
    "/account/login",
    "/account/register",
    "/account/reset",
    "/account/confirm/no-such-link",
    "/project/cellar/",
    "/project/cellar/?tab=files",
    "/project/cellar/?tab=history",
    "/project/cellar/1.0/",
    "/project/cellar/3.0a1/",
    "/project/early/",
    "/project/old/",
    "/project/dubious/",
    "/user/ada/",
    "/user/nobody/",
    "/project/nothing/",
    "/nowhere",
]
OWN_PAGES = [
    "/",
    "/account",
    "/account/name",
    "/account/password",
    "/account/tokens",
    "/manage/projects/",
    "/manage/project/cellar/",
    "/manage/project/dubious/",
    "/manage/project/cellar/release/1.0/",
    "/manage/project/cellar/release/2.0/",
]
ADMIN_PAGES = [
    *(f"/admin/{part}/" for part in ("accounts", "projects", "prohibited", "indexes", "synonyms")),
    *(f"/admin/{part}/" for part in ("switches", "jobs", "journal", "stats")),
    "/admin/",
    "/admin/account/ada/",
    "/admin/project/main/cellar/",
    "/admin/index/main/limits",
    "/admin/stats/unused",
    "/admin/pages/",
    *(f"/admin/pages/{part}" for part in ("new", "menus", "redirects", "images")),
    "/admin/pages/edit?path=about&locale=de",
]


def read(path):
    with path.open("rb") as file:
        return [message for message in read_po(file, locale=path.parts[-3]) if message.id]


def both(text):
    return text if isinstance(text, tuple) else (text,)


@cache
def sentences():
    """Return what of the English texts stands between placeholders, if it is over three words."""
    texts = {text for message in read(CATALOGUES[0]) for text in both(message.id)}
    pieces = {piece.strip() for text in texts for piece in re.split(r"%\(\w+\)s", text)}
    return [piece for piece in pieces if len(piece.split()) > 3]


def left_in_english(text):
    shown = " ".join(unescape(text).split())
    return [sentence for sentence in sentences() if sentence in shown]


def set_status(name, status, **roles):
    project = make_project(name, **roles)
    make_file(make_release(project))
    project.status = status
    db.session.commit()


@pytest.fixture
def ada(app):
    """Give somebody who owns projects in every state."""
    ada = make_account("ada", confirmed=False)
    project = make_project("cellar", owner=ada)
    for version, yanked in (("1.0", "broken"), ("2.0", None), ("3.0a1", None)):
        make_file(make_release(project, version, yanked=yanked))
    make_release(make_project("early"), "1.0a1")
    set_status("old", "archived", owner=ada)
    set_status("dubious", "quarantined", owner=ada)
    set_status("superseded", "deprecated", owner=ada)
    make_token(ada)
    return ada


def test_every_language_has_a_catalogue_but_the_one_the_texts_are_written_in():
    assert {path.parts[-3] for path in CATALOGUES} == set(LANGUAGES) - {"en"}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_complete_and_fits_its_placeholders(path):
    checks = runpy.run_path(str(config.ROOT / ".ci" / "translations.py"))
    assert checks["judge"](path, checks["extract"]()) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_has_the_markup_of_its_text(path):
    changed = [
        message.id
        for message in read(path)
        for text in both(message.string)
        if sorted(TAG.findall(text)) != sorted(TAG.findall(both(message.id)[0]))
    ]
    assert changed == []


def test_english_is_found_where_it_is(client):
    page = client.get("/about", headers={"Accept-Language": "en"}).text
    assert "Skip to the content" in left_in_english(page)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_german_to_the_last_sentence(client, ada, path):
    page = client.get(path, headers=GERMAN)
    assert '<html lang="de"' in page.text
    assert left_in_english(page.text) == []


@pytest.mark.parametrize("path", OWN_PAGES)
def test_an_own_page_is_german_to_the_last_sentence(client, ada, path):
    page = sign_in(client, ada).get(path, headers=GERMAN)
    assert page.status_code == 200
    assert left_in_english(page.text) == []


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_a_page_of_the_administration_is_german_to_the_last_sentence(client, ada, path):
    root = make_account("root", is_admin=True)
    page = sign_in(client, root).get(path, headers=GERMAN)
    assert page.status_code == 200
    assert left_in_english(page.text) == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/register", {"username": "-", "email": "no", "password": "a", "again": "b"}),
        ("/account/login", {"login": "nobody", "password": "wrong"}),
        ("/account/login", {"login": "n" * 400, "password": "wrong"}),
        ("/account/reset", {}),
    ],
)
def test_a_refusal_is_german_to_the_last_sentence(client, path, form):
    page = client.post(path, data=form, headers=GERMAN)
    assert page.status_code in {400, 401, 403}
    assert "field-errors" in page.text or "message-error" in page.text
    assert left_in_english(page.text) == []
    assert not re.search(r"Field must|Not a valid|Invalid", page.text)


def test_a_choice_that_is_none_is_refused_in_german(client, ada):
    form = {"name": "build", "scope": "everything", "days": "7"}
    page = sign_in(client, ada).post("/account/tokens", data=form, headers=GERMAN)
    assert page.status_code == 400
    assert "Keine gültige Auswahl" in page.text


@pytest.mark.parametrize("letter", ["claim", "confirm", "password_changed", "reset"])
@pytest.mark.parametrize("kind", ["txt", "html"])
def test_a_mail_is_german_to_the_last_sentence(app, ada, letter, kind):
    facts = {
        "account": ada,
        "name": "ada",
        "site": "Tilsit",
        "url": "https://example.com/",
        "subject": "Betreff",
    }
    with app.test_request_context(), force_locale("de"):
        text = render_template(f"accounts/mail/{letter}.{kind}", **facts)
    assert "Hallo ada," in text
    assert left_in_english(text) == []

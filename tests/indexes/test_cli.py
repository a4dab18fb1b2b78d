import re

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.indexes.queries import get_index, list_bases, list_indexes
from app.journal.models import Entry
from tests.factories import basic, make_account, make_token


@pytest.fixture
def flask(app):
    """Give a function that runs a command."""

    def run(*words):
        return app.test_cli_runner().invoke(args=["index", *words])

    return run


def test_an_index_is_closed_and_opened_again(client, flask):
    statuses = []
    for visibility in ("signed-in", "members", "public"):
        assert flask("visibility", "main", visibility).exit_code == 0
        statuses.append(client.get("/simple/").status_code)
    assert statuses == [401, 401, 200]


def test_ready_pages_are_void_after_a_change_of_visibility(app, flask):
    before = get_index().generation
    flask("visibility", "main", "members")
    assert get_index().generation == before + 1


def test_a_member_is_let_in_and_out(client, flask):
    token = basic(make_token(make_account("ada", uploads=False), scope="read"))
    flask("visibility", "main", "members")
    statuses = [client.get("/simple/", headers=token).status_code]
    for words in (("grant", "main", "ada", "read"), ("revoke", "main", "ada")):
        assert flask(*words).exit_code == 0
        statuses.append(client.get("/simple/", headers=token).status_code)
    assert statuses == [403, 200, 403]


def test_who_has_no_right_cannot_lose_it(flask):
    make_account("ada", uploads=False)
    result = flask("revoke", "main", "ada")
    assert result.exit_code == 1
    assert "no right in this index" in result.output


def test_a_rule_is_switched(flask):
    assert flask("rule", "main", "deletion", "off").exit_code == 0
    assert get_index().settings["deletion"] is False


@pytest.mark.parametrize("words", [("show", "attic"), ("grant", "main", "nobody", "read")])
def test_what_is_not_there_is_told_in_one_sentence(flask, words):
    result = flask(*words)
    assert result.exit_code == 1
    assert result.output.startswith("Error: There is no")


def test_changes_stand_in_the_journal(flask):
    make_account("ada")
    flask("visibility", "main", "members")
    flask("grant", "main", "ada", "admin")
    flask("rule", "main", "deletion", "off")
    flask("revoke", "main", "ada")
    tags = list(db.session.scalars(select(Entry.tag).order_by(Entry.id)))
    assert tags == ["visibility-changed", "right-granted", "rule-changed", "right-taken"]


def test_an_index_is_made_with_all_that_it_needs(flask):
    words = ("create", "team", "--title", "The team", "--visibility", "members")
    assert flask(*words, "--base", "staging", "--base", "pypi").exit_code == 0
    index = get_index("team")
    assert (index.title, index.kind, index.visibility) == ("The team", "hosted", "members")
    assert [base.slug for base in list_bases(index.id)] == ["staging", "pypi"]


def test_a_mirror_is_made_with_its_upstream(flask):
    url = "https://packages.example.com/simple/"
    assert flask("create", "corp", "--kind", "mirror", "--upstream", url).exit_code == 0
    assert get_index("corp").upstream_url == url


@pytest.mark.parametrize(
    "words",
    [
        ("create", "Team"),
        ("create", "main"),
        ("create", "team", "--base", "nothing"),
        ("create", "team", "--kind", "mirror", "--base", "main"),
        ("create", "corp", "--kind", "mirror", "--upstream", "https://a:b@packages.example.com/"),
        ("create", "team", "--upstream", "https://packages.example.com/"),
        ("bases", "main", "staging"),
        ("bases", "nothing", "main"),
        ("upstream", "main", "https://packages.example.com/"),
        ("age", "main", "4000"),
        ("reserve", "*"),
        ("unreserve", "acme-*"),
    ],
    ids=" ".join,
)
def test_a_refusal_is_one_sentence_and_changes_nothing(flask, words):
    result = flask(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"Error: [^\n]+\.\n", result.stderr)
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0
    assert [index.slug for index in list_indexes()] == ["main", "pypi", "staging"]


def test_all_indexes_are_listed(flask):
    flask("create", "corp", "--kind", "mirror", "--upstream", "https://packages.example.com/")
    flask("bases", "staging", "main", "corp")
    assert flask("list").output.splitlines() == [
        "corp: mirror, public < packages.example.com",
        "main: hosted, public < pypi",
        "pypi: mirror, public",
        "staging: hosted, public < main, corp",
    ]


def test_bases_are_taken_only_by_name(flask):
    assert flask("bases", "main").exit_code == 2
    assert flask("bases", "main", "pypi", "--none").exit_code == 2
    assert flask("bases", "main", "--none").exit_code == 0
    assert list_bases(get_index().id) == []


def test_an_upstream_that_the_configuration_overrules_is_said_to(flask, app, monkeypatch):
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": "https://packages.example.com/"})
    result = flask("upstream", "pypi", "https://other.example.com/")
    assert result.exit_code == 0
    assert "UPSTREAM_URL is set" in result.stderr


def test_a_title_and_an_age_are_set(flask):
    assert flask("title", "main", "Our house").exit_code == 0
    assert flask("age", "main", "14").exit_code == 0
    assert (get_index().title, get_index().settings) == ("Our house", {"minimum_age_days": 14})
    assert flask("age", "main", "default").exit_code == 0
    assert get_index().settings == {}
    assert flask("age", "main", "soon").exit_code == 2


def test_patterns_are_reserved_listed_and_freed(flask):
    assert flask("reserve", "Acme_*", "--reason", "ours").exit_code == 0
    assert flask("reserved").output == "acme-*  ours\n"
    assert flask("unreserve", "acme-*").exit_code == 0
    assert flask("reserved").output == ""

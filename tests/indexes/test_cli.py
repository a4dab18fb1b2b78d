import pytest
from sqlalchemy import select

from app.extensions import db
from app.indexes.queries import get_index
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


def test_all_is_shown(flask):
    make_account("ada")
    flask("rule", "main", "linux_wheels", "off")
    assert flask("show").output.splitlines() == [
        "main: hosted, public",
        "rule local_versions: on",
        "rule linux_wheels: off",
        "rule direct_dependencies: off",
        "rule deletion: on",
        "upload ada",
    ]


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

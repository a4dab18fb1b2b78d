import pytest

from app.accounts import tokens
from app.core import clock
from tests.factories import make_account


@pytest.fixture
def flask(app):
    """Give a function that runs a command."""
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


def test_a_token_is_printed_alone(flask):
    make_account("grace")
    result = flask("token", "create", "grace")
    actor = tokens.authenticate(result.stdout.removesuffix("\n"))
    assert (actor.username, actor.key.scope) == ("grace", "upload")


def test_a_token_gets_the_limits_asked_for(flask):
    account = make_account("grace")
    words = ["--index", "main", "--project", "My.Name", "--scope", "read", "--days", "2"]
    assert flask("token", "create", "Grace", *words).exit_code == 0
    (token,) = tokens.list_tokens(account.id)
    assert (token.index_slug, token.project, token.scope) == ("main", "my-name", "read")
    assert (token.expires_at - clock.now()).days == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nobody"], "There is no account of this name"),
        (["grace", "--index", "none"], "There is no index of this name"),
        (["grace", "--project", "-x"], "cannot be a project's name"),
        (["grace", "--days", "0"], "--days"),
        (["grace", "--scope", "all"], "--scope"),
    ],
)
def test_what_cannot_be_is_said_and_no_token_made(flask, words, message):
    account = make_account("grace")
    result = flask("token", "create", *words)
    assert result.exit_code != 0
    assert message in result.stderr
    assert result.stdout == ""
    assert tokens.list_tokens(account.id) == []

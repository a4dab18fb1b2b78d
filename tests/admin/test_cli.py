import pytest

from app.core.sitestate import FLAGS, site_state


@pytest.fixture
def flask(app):
    """Give a function that runs a command."""

    def run(*words):
        return app.test_cli_runner().invoke(args=["site", *words])

    return run


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_is_turned_on_and_off(flask, flag):
    assert flask(flag, "on", "--reason", "New disk").exit_code == 0
    assert site_state().flags == {flag: {"en": "New disk"}}
    assert flask(flag, "off").exit_code == 0
    assert site_state().flags == {}


def test_flags_are_listed_with_their_reasons(flask):
    flask("read-only", "on", "--reason", "New disk")
    flask("no-uploads", "on")
    assert flask("flags").stdout.splitlines() == [
        "read-only        on: New disk",
        "no-registration  off",
        "no-new-projects  off",
        "no-uploads       on",
    ]


def test_a_reason_that_is_too_long_is_told_in_one_sentence(flask):
    result = flask("read-only", "on", "--reason", "x" * 151)
    assert result.exit_code == 1
    assert result.stderr == "Error: A reason is one line of at most 150 characters.\n"

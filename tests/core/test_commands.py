import click
import pytest

from app.core.commands import refusals_as_messages
from app.core.exceptions import Conflict, TooMany


def test_a_refusal_ends_a_command_with_one_sentence():
    with pytest.raises(click.ClickException, match="taken") as end, refusals_as_messages():
        raise Conflict("taken")
    assert end.value.exit_code == 1


def test_a_surprise_is_not_hidden():
    with pytest.raises(ZeroDivisionError), refusals_as_messages():
        _ = 1 / 0


def test_errors_carry_a_code_and_a_sentence():
    assert (Conflict("a").code, str(Conflict("a"))) == ("conflict", "a")
    assert Conflict("a", code="b").code == "b"
    assert str(Conflict()) == "Something went wrong."
    assert TooMany(retry_after=9).retry_after == 9

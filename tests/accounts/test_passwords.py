import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.names import find_address, is_reserved, is_username
from app.accounts.passwords import is_trivial


@pytest.mark.parametrize(
    "password",
    [
        *("password", "Password1!", "12345678", "87654321", "abcdefgh", "qwertyui", "P@ssw0rd"),
        *("aaaaaaaa", "abababab", "letmein99", "tilsit2026", "changeme", "Passwort1"),
    ],
)
def test_what_everybody_tries_first_is_trivial(password):
    assert is_trivial(password)


@pytest.mark.parametrize("password", ["Grace.Hopper", "grace@example.com", "GRACE", "hopper99"])
def test_the_own_names_are_trivial(password):
    names = {"username": "Grace.Hopper", "address": "grace@example.com"}
    assert is_trivial(password, **names) is (password != "hopper99")


@pytest.mark.parametrize("password", ["correct horse battery", "zT9#kq2!", "vier wilde Wörter"])
def test_others_pass(password):
    assert not is_trivial(password, username="grace", address="g@a.test")


@given(st.text(max_size=60))
def test_any_text_is_judged(text):
    is_trivial(text, username=text, address=text)
    find_address(text)
    if is_username(text):
        assert text.isascii()
        assert text[0].isalnum()
        assert text[-1].isalnum()


@pytest.mark.parametrize("name", ["Admin", "no.reply", "no_reply", "ROOT", "mailer-daemon"])
def test_names_that_speak_for_the_house_are_reserved(name):
    assert is_reserved(name)


def test_other_names_are_free():
    assert not is_reserved("grace")


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "x@", "@x.test", "a@b", "a b@c.test", "a@b..test", "a@b.test\nBcc: c@d.test"),
        *('"a b"@c.test', "Ada <a@b.test>", "a@[127.0.0.1]", "ä@b.test", "a@b.invalid"),
        "a" * 65 + "@b.test",
    ],
)
def test_what_mail_cannot_be_sent_to_is_no_address(text):
    assert find_address(text) is None

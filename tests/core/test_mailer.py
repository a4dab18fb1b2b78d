import smtplib
import socket
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from flask_mail import BadHeaderError
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select

from app.core import jobs, mailer
from app.core.database import transaction
from app.core.mailer import post, send
from app.core.models import Job
from app.core.runtime import data_path
from app.extensions import db
from tests.core.mailserver import free_port, mail_server

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TEMPLATES = {
    "test/note.txt": "{{ word }} – Grüße\n\nText: {{ word }} äöü ✓\n",
    "test/note.html": "<p lang='{{ locale }}'>{{ subject }}: {{ word }} ✓</p>",
}


@pytest.fixture(autouse=True)
def templates(app, monkeypatch):
    """Put a small letter before the house's own."""
    loader = ChoiceLoader([DictLoader(TEMPLATES), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)
    for path in data_path("mail").glob("*.eml"):
        path.unlink()


@pytest.fixture
def smtp(app, monkeypatch):
    """Give a function that makes the application use the mail server at a port."""

    def use(port, **facts):
        monkeypatch.setitem(app.config, "MAIL_SERVER", "127.0.0.1")
        for name, value in {
            "server": "127.0.0.1",
            "port": port,
            "suppress": False,
            **facts,
        }.items():
            monkeypatch.setattr(app.extensions["mail"], name, value)

    return use


def write(**facts):
    with transaction():
        post("test/note", **({"to": "ada@example.com", "locale": "en", "word": "Hallo"} | facts))


def laid_down():
    (path,) = data_path("mail").glob("*.eml")
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def test_a_letter_is_laid_down_when_there_is_no_server(app):
    write()
    letter = laid_down()
    assert letter["Subject"] == "Hallo – Grüße"
    assert letter["To"] == "ada@example.com"
    assert letter["From"] == "Tilsit <no-reply@localhost>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_body(("plain",)).get_content() == "Text: Hallo äöü ✓\n"
    assert "Hallo – Grüße: Hallo ✓" in letter.get_body(("html",)).get_content()


def test_a_letter_can_be_read_as_it_lies_there(app):
    write()
    (path,) = data_path("mail").glob("*.eml")
    assert "Text: Hallo äöü ✓" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_letter_has_the_language_of_its_reader(app):
    write(locale="de")
    letter = laid_down()
    assert letter["Content-Language"] == "de"
    assert "lang='de'" in letter.get_body(("html",)).get_content()


def test_no_letter_without_a_commit(app):
    with pytest.raises(ZeroDivisionError), transaction():
        post("test/note", to="ada@example.com", locale="en", word=str(1 / 0))
    assert list(data_path("mail").glob("*.eml")) == []


@pytest.mark.parametrize("word", ["a\nBcc: eve@example.com", "a\r\nBcc: eve@example.com", "a\rb"])
def test_a_subject_cannot_begin_a_header(app, word):
    write(word=word)
    letter = laid_down()
    assert letter["Bcc"] is None


@pytest.mark.parametrize("field", ["to", "subject"])
def test_a_letter_with_a_broken_header_is_never_sent(app, smtp, field):
    facts = {"to": "a@b.test", "subject": "s", "text": "t", "html": "h", "locale": "en"}
    with mail_server() as (box, port):
        smtp(port)
        with pytest.raises(BadHeaderError):
            send(**(facts | {field: "a@b.test\nBcc: eve@example.com"}))
    assert box.envelopes == []


def test_a_file_of_a_letter_stays_in_its_folder(app):
    write(to="../../x/ada@example.com")
    (path,) = data_path("mail").iterdir()
    assert "/" not in path.name


def test_a_letter_goes_through_a_real_server(app, smtp):
    with mail_server() as (box, port):
        smtp(port)
        write()
    (envelope,), (letter,) = box.envelopes, box.letters
    assert envelope.rcpt_tos == ["ada@example.com"]
    assert "no-reply@localhost" in envelope.mail_from
    assert letter["Subject"] == "Hallo – Grüße"
    assert letter.get_body(("plain",)).get_content().strip() == "Text: Hallo äöü ✓"
    assert "✓" in letter.get_body(("html",)).get_content()
    assert letter["Message-ID"]
    assert letter["Date"]


def test_a_domain_in_another_alphabet_is_reached(app, smtp):
    with mail_server() as (box, port):
        smtp(port)
        write(to="ada@bücher.example")
    assert box.envelopes[0].rcpt_tos == ["ada@xn--bcher-kva.example"]


def test_a_site_may_have_a_comma_in_its_name(app, smtp, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_DEFAULT_SENDER", ("Acme, Inc. (Köln)", "p@a.test"))
    with mail_server() as (box, port):
        smtp(port)
        write()
    sender = box.letters[0]["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Acme, Inc. (Köln)", "p@a.test")


def test_a_letter_waits_while_the_server_is_down(app, smtp, now):
    now(NOON)
    smtp(free_port())
    write()
    job = db.session.scalars(select(Job)).one()
    assert (job.state, job.attempts, job.due_at) == ("queued", 1, NOON + timedelta(seconds=20))
    assert "ConnectionRefusedError" in job.last_error
    now(NOON + timedelta(seconds=20))
    with mail_server() as (box, port):
        smtp(port)
        assert jobs.sweep() == 1
    assert len(box.envelopes) == 1
    assert db.session.scalars(select(Job)).all() == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_letter_waits_when_the_server_does_not_take_it(app, smtp):
    with mail_server(auth_required=True, auth_require_tls=False) as (box, port):
        smtp(port)
        write()
    assert box.envelopes == []
    assert "SMTP" in db.session.scalars(select(Job)).one().last_error


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_login_is_shown_to_the_server(app, smtp):
    logins = []

    def check(_mechanism, login, password):
        logins.append((login, password))
        return True

    options = {"auth_required": True, "auth_require_tls": False, "auth_callback": check}
    with mail_server(**options) as (box, port):
        smtp(port, username="me", password="secret")
        write()
    assert logins == [(b"me", b"secret")]
    assert len(box.envelopes) == 1


def test_a_server_without_encryption_gets_nothing_when_it_is_demanded(app, smtp):
    with mail_server() as (box, port):
        smtp(port, use_tls=True, username="me", password="secret")
        write()
    assert box.envelopes == []
    assert "STARTTLS" in db.session.scalars(select(Job)).one().last_error


def test_a_server_is_not_waited_for_without_end(app, smtp, monkeypatch):
    monkeypatch.setattr(mailer, "_TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        smtp(silent.getsockname()[1])
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            send(to="a@b.test", subject="s", text="t", html="h", locale="en")


def test_tls_from_the_start_checks_the_certificate(app, smtp, monkeypatch):
    seen = {}

    class Refused(smtplib.SMTP_SSL):
        def __init__(self, *_args, context, timeout):
            seen.update(checks=context.check_hostname, timeout=timeout)
            raise ConnectionRefusedError

    monkeypatch.setattr(smtplib, "SMTP_SSL", Refused)
    smtp(1, use_ssl=True)
    with pytest.raises(ConnectionRefusedError):
        send(to="a@b.test", subject="s", text="t", html="h", locale="en")
    assert seen == {"checks": True, "timeout": 30}

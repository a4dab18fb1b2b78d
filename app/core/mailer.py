"""Mail: rendered in the reader's language, kept as a job, sent by the worker."""

import logging
import re
import smtplib
import ssl
from dataclasses import asdict, dataclass
from email import message_from_bytes, policy
from email.utils import quote
from typing import Any

from flask import render_template
from flask_mail import Connection, Message
from typing_extensions import override

from app.core import clock
from app.core.faults import reach
from app.core.i18n import force_locale
from app.core.jobs import enqueue, job
from app.core.runtime import data_path, part, setting

_TIMEOUT = 30

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """One mail, ready to go."""

    to: str
    subject: str
    text: str
    html: str
    locale: str


def post(template: str, *, to: str, locale: str, **context: Any) -> None:
    """Render a mail and promise to send it, inside the open transaction.

    `template` names two files, `<template>.txt`, whose first line is the
    subject, and `<template>.html`.
    """
    with force_locale(locale):
        head, _, text = render_template(f"{template}.txt", **context).partition("\n")
        # On one line whatever stands in it: what follows a break would be a header.
        subject = " ".join(head.split())
        html = render_template(f"{template}.html", **context, subject=subject)
    letter = Letter(to, subject, text.strip() + "\n", html, locale)
    enqueue("mail", **asdict(letter))


@job("mail")
def send(**letter: str) -> None:
    """Send a mail, or lay it into DATA_DIR/mail when no server is set."""
    message = _compose(Letter(**letter))
    if setting("MAIL_SERVER"):
        with _Line(part("mail")) as line:
            line.send(message)
    else:
        _lay_down(message)


class _Line(Connection):
    """A connection to the mail server that is not waited for without end, and is checked."""

    @override
    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        state, tls = self.mail, ssl.create_default_context()
        server: smtplib.SMTP | smtplib.SMTP_SSL
        if state.use_ssl:
            server = smtplib.SMTP_SSL(state.server, state.port, timeout=_TIMEOUT, context=tls)
        else:
            server = smtplib.SMTP(state.server, state.port, timeout=_TIMEOUT)
        try:
            if state.use_tls:
                # Without a context, smtplib would take any certificate.
                server.starttls(context=tls)
            if state.username:
                server.login(state.username, state.password)
        except Exception:
            server.close()
            raise
        return server


def _compose(letter: Letter) -> Message:
    name, address = setting("MAIL_DEFAULT_SENDER")
    return Message(
        letter.subject,
        recipients=[letter.to],
        body=letter.text,
        html=letter.html,
        # Quoted by us: Flask-Mail would take a name like "Acme, Inc." for two senders.
        sender=f'"{quote(name)}" <{address}>',
        extra_headers={"Content-Language": letter.locale, "Auto-Submitted": "auto-generated"},
    )


def _lay_down(message: Message) -> None:
    folder = data_path("mail")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    recipient = re.sub(r"[^\w.@+-]", "_", str(message.recipients[0]))
    path = folder / f"{clock.now():%Y%m%dT%H%M%S.%f}-{recipient}.eml"
    # Whoever watches the folder finds only whole letters.
    draft = path.with_suffix(".draft")
    reach("mail.writing")
    draft.touch(mode=0o600)
    draft.write_bytes(_readable(message))
    reach("mail.written")
    draft.rename(path)
    reach("mail.laid")
    _log.info("mail written", extra={"path": str(path), "subject": message.subject})


def _readable(message: Message) -> bytes:
    """Return a mail whose text can be read in the file, whatever its alphabet."""
    letter = message_from_bytes(message.as_bytes(), policy=policy.default)
    for text in (inner for inner in letter.walk() if inner.get_content_maintype() == "text"):
        text.set_content(text.get_content(), subtype=text.get_content_subtype(), cte="8bit")
    return letter.as_bytes(policy=policy.default)

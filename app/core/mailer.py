"""Mail: rendered in the reader's language, kept as a job, sent by the worker."""

import logging
import re
from dataclasses import asdict, dataclass
from typing import Any

from flask import render_template
from flask_mail import Message

from app.core import clock
from app.core.i18n import force_locale
from app.core.jobs import enqueue, job
from app.core.runtime import data_path, setting
from app.extensions import mail

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
        html = render_template(f"{template}.html", **context, subject=head.strip())
    letter = Letter(to, head.strip(), text.strip() + "\n", html, locale)
    enqueue("mail", **asdict(letter))


@job("mail")
def send(**letter: str) -> None:
    """Send a mail, or lay it into DATA_DIR/mail when no server is set."""
    message = _compose(Letter(**letter))
    if setting("MAIL_SERVER"):
        mail.send(message)
    else:
        _lay_down(message)


def _compose(letter: Letter) -> Message:
    return Message(
        letter.subject,
        recipients=[letter.to],
        body=letter.text,
        html=letter.html,
        sender=setting("MAIL_DEFAULT_SENDER"),
        extra_headers={"Content-Language": letter.locale, "Auto-Submitted": "auto-generated"},
    )


def _lay_down(message: Message) -> None:
    folder = data_path("mail")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    recipient = re.sub(r"[^\w.@+-]", "_", str(message.recipients[0]))
    path = folder / f"{clock.now():%Y%m%dT%H%M%S.%f}-{recipient}.eml"
    path.write_bytes(message.as_bytes())
    path.chmod(0o600)
    _log.info("mail written", extra={"path": str(path), "subject": message.subject})

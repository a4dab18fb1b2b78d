"""Links that go out by mail: for one purpose, for one use, for a while."""

from datetime import timedelta

from sqlalchemy import delete, select

from app.accounts.exceptions import LinkDead
from app.accounts.models import Email, MailLink
from app.core import clock
from app.core.security import digest_secret, make_secret
from app.extensions import db

CONFIRM, RESET = "confirm", "reset"
LIFETIMES = {CONFIRM: timedelta(days=3), RESET: timedelta(hours=1)}


def make_link(email_id: int, purpose: str) -> str:
    """Return the secret of a new link; older ones of the same purpose are dead."""
    void_links([email_id], purpose)
    secret = make_secret()
    db.session.add(
        MailLink(
            email_id=email_id,
            purpose=purpose,
            digest=digest_secret(secret),
            expires_at=clock.now() + LIFETIMES[purpose],
        )
    )
    return secret


def get_link(secret: str, purpose: str) -> MailLink:
    """Return a link that can still be used; raises `LinkDead`."""
    wanted = select(MailLink).where(
        MailLink.digest == digest_secret(secret), MailLink.purpose == purpose
    )
    link = db.session.scalars(wanted).one_or_none()
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        raise LinkDead
    return link


def use_link(secret: str, purpose: str) -> Email:
    """Return the address that a link was sent to, and end the link; raises `LinkDead`."""
    link = get_link(secret, purpose)
    link.used_at = clock.now()
    return link.email


def void_links(email_ids: list[int], purpose: str) -> None:
    """End all links of a purpose that were sent to some addresses."""
    db.session.execute(
        delete(MailLink).where(MailLink.email_id.in_(email_ids), MailLink.purpose == purpose)
    )

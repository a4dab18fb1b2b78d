"""People and their keys."""

from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.extensions import Base


class Account(UserMixin, Base):
    """Somebody who can log in. The username is fixed for ever."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(50))
    username_key: Mapped[str] = mapped_column(String(50), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    # Stands in every session cookie; a new one ends all other sessions.
    session_key: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str | None] = mapped_column(String(20))
    is_admin: Mapped[bool] = mapped_column(default=False)
    # Flask-Login asks for `is_active`, so the column carries that name too.
    is_active: Mapped[bool] = mapped_column(default=True)
    # Since when, and why, an account is frozen; see `administration`.
    frozen_at: Mapped[datetime | None]
    frozen_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]

    emails: Mapped[list["Email"]] = relationship(
        back_populates="account", order_by="Email.id", passive_deletes=True
    )

    def get_id(self) -> str:
        """Return what the session cookie carries."""
        return f"{self.id}:{self.session_key}"

    @property
    def primary_email(self) -> "Email":
        """Return the address that mail goes to."""
        return next(email for email in self.emails if email.is_primary)

    @property
    def display_name(self) -> str:
        """Return the name to show: the given one, else the username."""
        return self.name or self.username


class Email(Base):
    """An address of an account; nobody else can have it."""

    __tablename__ = "email"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str] = mapped_column(String(254))
    address_key: Mapped[str] = mapped_column(String(254), unique=True)
    is_primary: Mapped[bool] = mapped_column(default=True)
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship(back_populates="emails")


class MailLink(Base):
    """A single-use link that was sent to an address; only its digest is kept."""

    __tablename__ = "mail_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("email.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    email: Mapped[Email] = relationship()


class ApiToken(Base):
    """A key for a program; only its digest is kept.

    `project` is a normalised name, so that a token can be made before the
    project's first upload. `index_slug` limits it to one index.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(10))
    index_slug: Mapped[str | None] = mapped_column(String(50))
    project: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()

    @property
    def is_usable(self) -> bool:
        """Tell whether the token is neither revoked nor expired."""
        expired = self.expires_at is not None and self.expires_at <= clock.now()
        return self.revoked_at is None and not expired


class LoginDelay(Base):
    """How long a caller must wait after failed logins.

    `key` is a digest of an account together with an address, or of an address
    alone, so that guessing from one place locks nobody out elsewhere.
    """

    __tablename__ = "login_delay"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failed_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime]

"""Makers of rows; a call names only what matters to its test."""

import itertools
from base64 import b64encode
from typing import Any

from app.accounts import tokens
from app.accounts.models import Account, Email
from app.core import clock
from app.core.security import hash_password
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import MAIN, get_index
from app.indexes.services import grant
from app.projects.models import Project, Role
from app.projects.names import normalise

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)
# Hashing takes 30 ms; all accounts of the tests share one hash.
_HASH = hash_password(PASSWORD)


def make_account(username: str | None = None, *, confirmed: bool = True, **facts: Any) -> Account:
    """Make an account with PASSWORD and one address."""
    username = username or f"person{next(_numbers)}"
    address = facts.pop("email", f"{username}@example.com")
    uploads = facts.pop("uploads", True)
    account = Account(
        username=username,
        username_key=username.lower(),
        password_hash=_HASH,
        session_key=f"session-{username}",
        created_at=clock.now(),
        **facts,
    )
    email = Email(
        address=address,
        address_key=address.lower(),
        confirmed_at=clock.now() if confirmed else None,
        created_at=clock.now(),
    )
    account.emails.append(email)
    db.session.add(account)
    db.session.flush()
    if uploads:
        grant(get_index(MAIN).id, account.id, "upload")
    db.session.commit()
    return account


def make_token(account: Account | None = None, *, scope: str = "upload", **limits: Any) -> str:
    """Make a token and return its secret."""
    owner = account or make_account()
    _token, secret = tokens.make_token(owner.id, f"token {next(_numbers)}", scope=scope, **limits)
    db.session.commit()
    return secret


def make_project(name: str, *, owner: Account | None = None, index: Index | None = None) -> Project:
    """Make a project without releases."""
    index = index or get_index(MAIN)
    project = Project(
        index_id=index.id,
        name=name,
        normalized_name=normalise(name),
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    db.session.add(project)
    db.session.flush()
    if owner is not None:
        role = Role(
            project_id=project.id, account_id=owner.id, kind="owner", created_at=clock.now()
        )
        db.session.add(role)
    db.session.commit()
    return project


def basic(secret: str) -> dict[str, str]:
    """Return the headers of a client that shows a token, as pip and twine do."""
    return {"Authorization": "Basic " + b64encode(f"__token__:{secret}".encode()).decode()}

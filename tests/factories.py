"""Makers of rows; a call names only what matters to its test."""

import hashlib
import itertools
import shutil
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts import tokens
from app.accounts.models import Account, Email
from app.core import clock
from app.core.database import transaction
from app.core.security import hash_password
from app.core.storage import blobs
from app.extensions import db
from app.indexes.bases import change_bases
from app.indexes.models import Index
from app.indexes.queries import MAIN, get_index
from app.indexes.services import grant, number_names, open_index, take_serial
from app.projects.models import File, Project, Release, Role
from app.projects.names import normalise
from app.projects.queries import find_newest
from app.projects.totals import recount
from app.projects.versions import canonical, parse_version, sort_key
from app.search.own import relist
from app.simple.shelf import the_shelf

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


def make_index(slug: str, *, bases: Sequence[str] = (), **facts: Any) -> Index:
    """Make an index; `bases` are slugs."""
    with transaction():
        index = open_index(slug, facts.pop("title", slug.title()), **facts)
        if bases:
            change_bases(index, bases)
    return get_index(slug)


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
    number_names(index.id)
    db.session.commit()
    shutil.rmtree(the_shelf().root, ignore_errors=True)
    return project


def make_release(
    project: Project | None = None,
    version: str = "1.0",
    *,
    yanked: str | None = None,
    **facts: Any,
) -> Release:
    """Make a release without files; `yanked` is a reason, and an empty one yanks too.

    `details` holds the lists that are only shown: `license_files`, `platforms`,
    `provides_extra`, `dynamic`, `import_names`.
    """
    project = project or make_project(f"project{next(_numbers)}")
    parsed = parse_version(version)
    release = Release(
        project_id=project.id,
        version=version,
        canonical_version=canonical(parsed),
        sort_key=sort_key(parsed),
        is_prerelease=parsed.is_prerelease,
        metadata_version=facts.pop("metadata_version", "2.4"),
        published_at=facts.pop("published_at", clock.now()),
        yanked_at=None if yanked is None else clock.now(),
        yanked_reason=yanked or "",
        **facts,
    )
    db.session.add(release)
    _count_change(project)
    db.session.commit()
    return release


def make_file(
    release: Release | None = None,
    filename: str | None = None,
    content: bytes = b"a wheel",
    *,
    metadata: bytes | None = b"Metadata-Version: 2.4\n",
    uploaded_at: datetime | None = None,
    **facts: Any,
) -> File:
    """Make a file and store its bytes; by default it is a wheel with core metadata."""
    release = release or make_release()
    project = db.session.get_one(Project, release.project_id)
    stem = f"{project.normalized_name.replace('-', '_')}-{release.version}"
    filename = filename or f"{stem}-py3-none-any.whl"
    is_wheel = filename.endswith(".whl")
    file = File(
        index_id=project.index_id,
        release_id=release.id,
        filename=filename,
        filetype="bdist_wheel" if is_wheel else "sdist",
        python_tag="py3" if is_wheel else "source",
        size=len(content),
        sha256=blobs().save_bytes(content),
        blake2_256=hashlib.blake2b(content, digest_size=32).hexdigest(),
        md5=hashlib.md5(content).hexdigest(),
        metadata_sha256=blobs().save_bytes(metadata) if is_wheel and metadata else None,
        uploaded_at=uploaded_at or clock.now(),
        **facts,
    )
    db.session.add(file)
    _count_change(project)
    db.session.commit()
    return file


def _count_change(project: Project) -> None:
    db.session.flush()  # The newest release is found by SQL.
    project.latest_release_id = find_newest(project.id)
    project.last_serial = take_serial(project.index_id)
    project.updated_at = clock.now()
    # No event tells of it, so nothing that was laid before may be served.
    shutil.rmtree(the_shelf().root, ignore_errors=True)


def basic(secret: str) -> dict[str, str]:
    """Return the headers of a client that shows a token, as pip and twine do."""
    return {"Authorization": "Basic " + b64encode(f"__token__:{secret}".encode()).decode()}


def sign_in(client: FlaskClient, account: Account) -> FlaskClient:
    """Log a browser in without the form, which takes the time of a password check."""
    with client.session_transaction() as session:
        session.update(_user_id=account.get_id(), _fresh=True)
    return client


def relist_all() -> None:
    """List and count all own projects for pages and searches, which factories leave out."""
    wanted = select(Project.index_id, Project.normalized_name)
    _relist(db.session.execute(wanted).all())


def relist_one(project: Project) -> None:
    """List and count one project, as `relist_all` does."""
    _relist([(project.index_id, project.normalized_name)])


def _relist(projects: Iterable[Any]) -> None:
    with transaction():
        for index_id, name in projects:
            relist(index_id, name)
            recount(index_id, name)

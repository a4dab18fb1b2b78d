"""What is done in an installation that may break at any moment, and what must be true then."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import func, select

from app.accounts import services as accounts
from app.accounts import tokens
from app.accounts.actors import OPERATOR, Actor
from app.core import clock, jobs
from app.core.database import transaction
from app.core.models import Job
from app.core.storage import blobs
from app.core.storage.sweep import sweep_blobs
from app.extensions import db
from app.indexes.queries import get_index, list_indexes
from app.indexes.services import change_visibility, grant, open_index, remove_index
from app.mirror.upstream import forget_upstreams
from app.projects import services as catalogue
from app.projects.jobs import empty_trash
from app.projects.models import File, Project, Release
from app.projects.trash import restore_project
from app.search.services import learn_name
from app.simple.inspection import renew_list, renew_page
from app.simple.shelf import the_shelf
from app.stats.agents import UNKNOWN
from app.stats.counter import Download
from app.stats.models import DownloadDay
from app.uploads.models import Promotion
from app.uploads.promotion import promote, undo_promotion
from tests.archives import make_sdist, make_wheel, sdist_name, wheel_name
from tests.factories import basic
from tests.functional.crashing import BACKUPS
from tests.uploads.clients import CONTENT_TYPE, encode, form_of, publish_wheel

JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}
# What the upstream has, and what it only lists.
HELD, CLAIMED = "upstreams-own", "claimed"
HARD_WORK = "a work that fails"
# An index that is closed and removed.
ATTIC = "attic"
# What must have happened by then happens: leases run out, jobs that failed are due again.
LATER = timedelta(hours=2)
LONG_AFTER = timedelta(days=40)


class Refused(Exception):
    """The house said that it cannot do this now."""


@dataclass(frozen=True)
class Deed:
    """Something that somebody does; of an atomic one, all or nothing is there after a crash.

    `only` are the beginnings of the points on its way that no other deed passes as well.
    """

    name: str
    do: Callable[[Flask], object]
    is_atomic: bool = True
    only: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Picture:
    """What people see, and what is promised.

    `files` are the names, digests and yanks by index and project; `jobs` counts what
    waits to be done.
    """

    files: dict[tuple[str, str], frozenset[tuple[str, str, str]]]
    jobs: Counter[str]
    downloads: int

    def lies_between(self, before: "Picture", after: "Picture") -> bool:
        """Tell whether every project is as it was, or as it will be, or on the way."""
        return all(
            before.of(key) & after.of(key) <= self.of(key) <= before.of(key) | after.of(key)
            for key in {*self.files, *before.files, *after.files}
        )

    def of(self, key: tuple[str, str]) -> frozenset[tuple[str, str, str]]:
        """Return the files of a project, none if it is not there."""
        return self.files.get(key, frozenset())


def furnish(app: Flask) -> None:
    """Fill an empty installation with something that each deed can be done to."""
    with transaction():
        owner = accounts.open_account("owner", "owner@example.com", password="a quiet harbour")
        grant(get_index("main").id, owner.id, "upload")
        open_index(ATTIC, "Attic")
        actor = Actor(owner.id, owner.username, has_confirmed_email=True)
        secret = tokens.make_token(owner.id, "crash tests", scope="upload")[1]
        learn_name(get_index("pypi").id, CLAIMED)
    (_outside(app) / "token").write_text(secret)
    for version in ("1.0", "2.0"):
        publish_wheel(OPERATOR, "alpha", version, requires_dist=["beta"])
    publish_wheel(OPERATOR, "alpha", "2.0", "py2-none-any", members={"a.py": b"2"})
    for version in ("0.9", "1.0"):
        publish_wheel(actor, "beta", version)
    publish_wheel(OPERATOR, "removed")
    publish_wheel(OPERATOR, "binned")
    publish_wheel(OPERATOR, "attic-lamp", slug=ATTIC)
    for name in ("gamma", "delta"):
        publish_wheel(OPERATOR, name, slug="staging")
    with transaction():
        promote(OPERATOR, "delta", "1.0", source="staging", target="main")
        catalogue.yank(OPERATOR, _release("alpha", "1.0"), "too old")
        wanted = select(Project.id).where(Project.name == "binned")
        catalogue.delete_project(OPERATOR, db.session.scalars(wanted).one(), "binned")
    _fill_outside(app)
    # The shelf is warm, and the jobs of all this are done.
    take_picture(app)
    jobs.sweep()
    complaints = list_complaints(app)
    assert complaints == [], complaints
    forget_upstreams()


def take_picture(app: Flask) -> Picture:
    """Look at everything as its readers do; every file must have the bytes of its digest."""
    headers = basic((_outside(app) / "token").read_text())
    browser = app.test_client()
    files, read = {}, set[str]()
    # What an upstream has is no promise of ours.
    for slug in [index.slug for index in list_indexes() if index.kind == "hosted"]:
        prefix = "" if slug == "main" else f"/index/{slug}"
        listed = browser.get(f"{prefix}/simple/", headers=headers | JSON, buffered=True)
        if slug == ATTIC and listed.status_code == 403:
            continue
        assert listed.status_code == 200, (slug, listed.status)
        for project in json.loads(listed.data)["projects"]:
            page = browser.get(
                f"{prefix}/simple/{project['name']}/", headers=headers | JSON, buffered=True
            )
            if project["name"] == CLAIMED and page.status_code == 404:
                # Its upstream lists it and has nothing.
                continue
            assert page.status_code == 200, (slug, project, page.status)
            files[slug, project["name"]] = _look_at(browser, json.loads(page.data), headers, read)
    names = db.session.scalars(select(Job.name))
    downloads = db.session.scalar(select(func.sum(DownloadDay.count)))
    return Picture(files, Counter(names), downloads or 0)


def _look_at(
    browser: Any, page: dict[str, Any], headers: Any, read: set[str]
) -> frozenset[tuple[str, str, str]]:
    seen = set()
    for file in page["files"]:
        expected = file["hashes"]["sha256"]
        if expected not in read:
            answer = browser.get(_path_of(file), headers=headers, buffered=True)
            assert answer.status_code == 200, (file["filename"], answer.status)
            assert hashlib.sha256(answer.get_data()).hexdigest() == expected, file["filename"]
            read.add(expected)
        seen.add((file["filename"], expected, str(file.get("yanked", ""))))
    return frozenset(seen)


def _path_of(file: dict[str, Any]) -> str:
    return "/" + file["url"].partition("#")[0].replace("../", "").lstrip("/")


def list_complaints(app: Flask) -> list[str]:
    """Return all that is wrong between database, store and shelf."""
    done = app.test_cli_runner().invoke(args=["check"])
    return done.output.splitlines() if done.exit_code else []


def list_left(app: Flask) -> list[str]:
    """Return the works that are not done although all leases have run out and all is due."""
    with later(LATER):
        jobs.sweep()
    left = list(db.session.scalars(select(Job.name)))
    db.session.remove()
    return left


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """Let the clock be fast."""
    now = clock.now
    with patch.object(clock, "now", lambda: now() + by):
        yield


def _outside(app: Flask) -> Path:
    """Return the folder of what is not the installation's."""
    folder = Path(app.config["DATA_DIR"]).with_name("outside")
    folder.mkdir(exist_ok=True)
    return folder


def _fill_outside(app: Flask) -> None:
    for folder, names in (("imported", ("one", "two")), ("claimed", ("claimed",))):
        (_outside(app) / folder).mkdir()
        for name in names:
            (_outside(app) / folder / wheel_name(name)).write_bytes(make_wheel(name))


def _release(name: str, version: str) -> int:
    wanted = (
        select(Release.id)
        .join(Project)
        .where(
            Project.normalized_name == name,
            Release.version == version,
            Project.index_id == get_index("main").id,
        )
    )
    return db.session.scalars(wanted).one()


def _upload(app: Flask, filename: str, content: bytes, name: str, version: str) -> None:
    headers = basic((_outside(app) / "token").read_text()) | {"Content-Type": CONTENT_TYPE}
    body = encode(form_of(content, filename, name, version))
    answer = app.test_client().post("/legacy/", data=body, headers=headers, buffered=True)
    if answer.status_code == 503:
        assert 0 < int(answer.headers["Retry-After"]) < 60
        raise Refused
    assert answer.status_code == 200, answer.text


def _upload_new(app: Flask) -> None:
    _upload(app, wheel_name("omega"), make_wheel("omega"), "omega", "1.0")


def _upload_more(app: Flask) -> None:
    _upload(app, sdist_name("beta", "2.0"), make_sdist("beta", "2.0"), "beta", "2.0")


def _yank(_app: Flask) -> None:
    with transaction():
        catalogue.yank(OPERATOR, _release("alpha", "2.0"), "broken")


def _unyank(_app: Flask) -> None:
    with transaction():
        catalogue.unyank(OPERATOR, _release("alpha", "1.0"))


def _delete_file(_app: Flask) -> None:
    name = wheel_name("alpha", "2.0")
    with transaction():
        number = db.session.scalars(select(File.id).where(File.filename == name)).one()
        catalogue.delete_file(OPERATOR, number, name)


def _delete_release(_app: Flask) -> None:
    with transaction():
        catalogue.delete_release(OPERATOR, _release("alpha", "2.0"), "2.0")


def _delete_project(_app: Flask) -> None:
    with transaction():
        wanted = select(Project.id).where(Project.name == "removed")
        catalogue.delete_project(OPERATOR, db.session.scalars(wanted).one(), "removed")


def _promote(_app: Flask) -> None:
    with transaction():
        promote(OPERATOR, "gamma", "1.0", source="staging", target="main")


def _undo(_app: Flask) -> None:
    with transaction():
        undo_promotion(OPERATOR, db.session.scalars(select(Promotion.id)).first() or 0)


def _import(app: Flask, *, folder: str, options: tuple[str, ...] = ()) -> None:
    command = ["import", str(_outside(app) / folder), *options]
    done = app.test_cli_runner().invoke(args=command)
    if done.exit_code:
        raise Refused(done.output)


def _read(app: Flask, *, paths: tuple[str, ...]) -> None:
    """Read what has to be laid first."""
    browser = app.test_client()
    # As whoever opens the house anew does.
    browser.get("/healthz", buffered=True)
    the_shelf().clear()
    the_shelf().settle("nobody's", 0)
    for path in paths:
        answer = browser.get(path, headers=JSON, buffered=True)
        assert answer.status_code in {200, 503}, answer.status
        if answer.status_code == 503:
            raise Refused
        answer.get_data()


def _read_file(app: Flask) -> None:
    page = json.loads(app.test_client().get("/simple/beta/", headers=JSON, buffered=True).data)
    _read(app, paths=tuple(map(_path_of, page["files"])))


def _rebuild(_app: Flask) -> None:
    renew_list("main")
    renew_page("main", "alpha")


def _close_index(_app: Flask) -> None:
    with transaction():
        change_visibility(get_index(ATTIC), "members")


def _remove_index(_app: Flask) -> None:
    with transaction():
        remove_index(get_index(ATTIC), ATTIC, with_projects=True)


def _restore_file(_app: Flask) -> None:
    with transaction():
        name = wheel_name("binned")
        number = db.session.scalars(select(File.id).where(File.filename == name)).one()
        restore_project(OPERATOR, db.session.get_one(File, number).release.project_id)


def _empty_trash(_app: Flask) -> None:
    with later(LONG_AFTER):
        empty_trash()


def _back_up(app: Flask) -> None:
    folder = str(Path(app.config["DATA_DIR"]).with_name(BACKUPS))
    for command in (("backup", folder, "--hurry"), ("backup", "verify", folder)):
        done = app.test_cli_runner().invoke(args=command)
        if done.exit_code:
            raise Refused(done.output)


def _count(app: Flask) -> None:
    file = db.session.scalars(select(File).where(File.filename == wheel_name("beta"))).one()
    download = Download(clock.today(), "main", file.sha256, file.filename, UNKNOWN)
    db.session.remove()
    app.extensions["downloads"].note(download)
    app.extensions["downloads"].write()


def _mail(_app: Flask) -> None:
    with transaction():
        letter = {"to": "a@example.com", "subject": "S", "text": "T", "html": "H", "locale": "en"}
        jobs.enqueue("mail", **letter)
    jobs.sweep()


def _fail(_app: Flask) -> None:
    with transaction():
        jobs.enqueue(HARD_WORK)
    jobs.sweep()


@jobs.job(HARD_WORK)
def _work_hard() -> None:
    raise ZeroDivisionError


def _sweep(_app: Flask) -> None:
    blobs().save_bytes(b"nobody stands on these")
    with later(LONG_AFTER):
        sweep_blobs()


def _fetch(app: Flask) -> None:
    page = json.loads(
        app.test_client().get(f"/index/pypi/simple/{HELD}/", headers=JSON, buffered=True).data
    )
    answer = app.test_client().get(_path_of(page["files"][0]), buffered=True)
    if answer.status_code == 503:
        raise Refused
    sha256 = hashlib.sha256(answer.get_data()).hexdigest()
    assert sha256 == page["files"][0]["hashes"]["sha256"]
    # Who fetches it notes that it is here, after the last byte was sent.
    for thread in threading.enumerate():
        if thread.name.startswith("flight-"):
            thread.join()


DEEDS = (
    Deed("upload-new", _upload_new),
    Deed("upload-more", _upload_more, only=("transaction", "project", "shelf")),
    Deed("yank", _yank),
    Deed("unyank", _unyank, only=("transaction",)),
    Deed("delete-file", _delete_file, only=("transaction",)),
    Deed("delete-release", _delete_release, only=("transaction",)),
    Deed("delete-project", _delete_project),
    Deed("promote", _promote),
    Deed("undo-promotion", _undo, only=("promotion", "transaction", "shelf")),
    Deed(
        "import",
        partial(_import, folder="imported"),
        is_atomic=False,
        only=("import", "upload", "transaction"),
    ),
    Deed(
        "claim",
        partial(_import, folder="claimed", options=("--claim",)),
        is_atomic=False,
        only=("import", "transaction"),
    ),
    Deed("read-pages", partial(_read, paths=("/simple/", "/simple/alpha/"))),
    Deed("read-file", _read_file),
    Deed("rebuild", _rebuild),
    Deed("close-index", _close_index),
    Deed("remove-index", _remove_index, is_atomic=False),
    Deed("restore", _restore_file),
    Deed("empty-trash", _empty_trash),
    Deed("backup", _back_up),
    Deed("count", _count),
    Deed("mail", _mail, is_atomic=False, only=("job", "mail", "transaction")),
    Deed("fail", _fail, is_atomic=False, only=("job",)),
    Deed("sweep", _sweep),
    Deed("fetch", _fetch, is_atomic=False, only=("mirror",)),
)

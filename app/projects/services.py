"""Changing the catalogue: yanking, deleting, and the status of a project.

History is kept: a removed row stays with the time of its removal, and neither
its file name nor its project name is given to anybody else.
"""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select, update

from app.accounts.actors import Actor
from app.accounts.permissions import demand_site_admin
from app.core import clock
from app.core.database import before_commit
from app.core.events import tell
from app.core.exceptions import Forbidden
from app.core.faults import reach
from app.core.i18n import _l, ngettext
from app.extensions import db
from app.indexes.events import IndexRemoved
from app.indexes.exceptions import IndexNotEmpty
from app.indexes.models import Index
from app.indexes.queries import get_index, list_showing
from app.indexes.services import number_names, take_serial
from app.projects.events import (
    FileCleared,
    FileDeleted,
    FileQuarantined,
    NamesChanged,
    NamesLoaded,
    ProjectDeleted,
    ProjectStatusChanged,
    ReleaseDeleted,
    ReleaseUnyanked,
    ReleaseYanked,
)
from app.projects.exceptions import (
    FileNotFound,
    NotAllowed,
    NotConfirmed,
    ProjectNotFound,
    ReleaseNotFound,
    UnknownStatus,
)
from app.projects.models import File, Project, Release
from app.projects.permissions import demand_manage
from app.projects.queries import count_projects, find_newest, list_stale

ACTIVE, ARCHIVED, QUARANTINED, DEPRECATED = "active", "archived", "quarantined", "deprecated"
STATUSES = (ACTIVE, ARCHIVED, QUARANTINED, DEPRECATED)


def yank(actor: Actor, release_id: int, reason: str = "") -> None:
    """Take a release back (PEP 592); doing it again changes the reason."""
    release = _get_release(actor, release_id)
    reason = " ".join(reason.split())
    if release.is_yanked and release.yanked_reason == reason:
        return
    release.yanked_at = release.yanked_at or clock.now()
    release.yanked_reason = reason
    touch(release.project)
    tell(ReleaseYanked(**describe(actor, release.project), version=release.version, reason=reason))


def unyank(actor: Actor, release_id: int) -> None:
    """Take a yank back."""
    release = _get_release(actor, release_id)
    if not release.is_yanked:
        return
    release.yanked_at = None
    release.yanked_reason = ""
    touch(release.project)
    tell(ReleaseUnyanked(**describe(actor, release.project), version=release.version))


def delete_release(actor: Actor, release_id: int, confirmation: str) -> None:
    """Remove a release with all its files; `confirmation` is its version."""
    release = _get_release(actor, release_id)
    _demand_deletion(release.project, confirmation, release.version)
    _remove_release(actor, release, clock.now())
    touch(release.project)


def retire_release(release_id: int) -> None:
    """Remove a release because of a rule that an administrator has made."""
    release = db.session.get_one(Release, release_id)
    _lock(release.project_id)
    db.session.refresh(release)
    if release.removed_at is None:
        _remove_release(Actor(), release, clock.now())
        touch(release.project)


def delete_file(actor: Actor, file_id: int, confirmation: str) -> None:
    """Remove a file, and the release with its last one; `confirmation` is the file name."""
    file = _get_file(file_id)
    release = file.release
    demand_manage(actor, release.project)
    _demand_deletion(release.project, confirmation, file.filename)
    now = file.removed_at = clock.now()
    touch(release.project)
    facts = describe(actor, release.project)
    tell(FileDeleted(**facts, version=release.version, filename=file.filename))
    if all(other.removed_at is not None for other in release.files):
        _remove_release(actor, release, now)


def delete_project(actor: Actor, project_id: int, confirmation: str) -> None:
    """Remove a project with all its releases; `confirmation` is its name.

    The roles stay: those who owned it, and admins, may publish there again.
    """
    project = _get_project(actor, project_id)
    _demand_deletion(project, confirmation, project.name)
    project.removed_at = clock.now()
    releases = select(Release.id).where(Release.project_id == project.id)
    for kind, belongs in (
        (File, File.release_id.in_(releases)),
        (Release, Release.id.in_(releases)),
    ):
        present = update(kind).where(belongs, kind.removed_at.is_(None))
        db.session.execute(
            present.values(removed_at=project.removed_at),
            execution_options={"synchronize_session": False},
        )
    db.session.expire_all()  # What is loaded does not know yet.
    touch(project)
    tell(ProjectDeleted(**describe(actor, project)))


def change_status(actor: Actor, project_id: int, status: str, reason: str = "") -> None:
    """Make a project active, archived, quarantined or deprecated (PEP 792).

    Only admins put a project into quarantine or let it out.
    """
    project = _get_project(actor, project_id)
    if status not in STATUSES:
        raise UnknownStatus
    if QUARANTINED in {status, project.status} and not actor.is_admin:
        raise NotAllowed(_l("Only an administrator decides about quarantine."))
    project.status = status
    project.status_reason = " ".join(reason.split()) or None
    touch(project)
    facts = describe(actor, project)
    tell(ProjectStatusChanged(**facts, status=status, reason=project.status_reason or ""))


def quarantine_file(file_id: int, reason: str) -> None:
    """Stop a file that was found bad; its name stays taken."""
    file = _get_file(file_id)
    if file.quarantined_at is not None:
        return
    file.quarantined_at = clock.now()
    file.quarantine_reason = reason
    project = file.release.project
    touch(project)
    version, filename = file.release.version, file.filename
    facts = describe(Actor(), project)
    tell(FileQuarantined(**facts, version=version, filename=filename, reason=reason))


def clear_file(actor: Actor, file_id: int) -> None:
    """Let a file out of quarantine that is good after all; only administrators of the site may."""
    demand_site_admin(actor)
    file = _get_file(file_id)
    if file.quarantined_at is None:
        return
    file.quarantined_at = None
    file.quarantine_reason = ""
    project = file.release.project
    touch(project)
    facts = describe(actor, project)
    tell(FileCleared(**facts, version=file.release.version, filename=file.filename))


def touch(project: Project) -> None:
    """Note a change: its time, the newest release and, as the last thing, its number."""
    reach("project.changing")
    project.updated_at = clock.now()
    with db.session.no_autoflush:
        _lock(project.id)
    before_commit(("serial", project.id), partial(_settle, project), as_last=True)


def count_names(event: NamesChanged | NamesLoaded) -> None:
    """Take a number for a change of the list of all projects, in all indexes that show it."""
    for slug in list_showing(event.index_slug):
        before_commit(("names", slug), partial(_count_names, slug), as_last=True)


def refuse_loss(event: IndexRemoved) -> None:
    """Keep an index from being removed with its projects, unless somebody said so."""
    count = count_projects(get_index(event.index_slug).id)
    if count and not event.with_projects:
        raise IndexNotEmpty(
            ngettext(
                "One project is published in this index. Say that it may go too.",
                "%(num)s projects are published in this index. Say that they may go too.",
                count,
            )
        )


def keep_html(release_id: int, text: str, html: str) -> None:
    """Keep the HTML of a release's description, unless the text is another one by now.

    It takes no number: what installers read is the same as before.
    """
    release = db.session.get_one(Release, release_id)
    # Another upload may be beginning the release anew at this moment.
    _lock(release.project_id)
    db.session.refresh(release)
    if release.description == text:
        release.description_html = html


def rebuild_newest() -> int:
    """Choose the newest release of every project anew; return how many were wrong."""
    stale = list_stale()
    for project in stale:
        project.latest_release_id = find_newest(project.id)
    return len(stale)


def describe(actor: Actor, project: Project) -> dict[str, Any]:
    """Return what every event of the catalogue carries."""
    index = db.session.get_one(Index, project.index_id)
    return {
        "by": actor.account_id,
        "actor": actor.username,
        "index_slug": index.slug,
        "project": project.normalized_name,
    }


def _count_names(slug: str) -> None:
    number_names(get_index(slug).id)


def _settle(project: Project) -> None:
    db.session.flush()  # The newest release is found by SQL.
    project.latest_release_id = find_newest(project.id)
    project.last_serial = take_serial(project.index_id)


def _lock(project_id: int) -> None:
    """Wait until nobody else changes a project.

    Everybody locks it before its releases, its files and the counter of
    changes, so that nobody waits in a circle.
    """
    db.session.execute(select(Project.id).where(Project.id == project_id).with_for_update())


def _get_project(actor: Actor, project_id: int) -> Project:
    project = db.session.get(Project, project_id, with_for_update=True)
    if project is None or project.removed_at is not None:
        raise ProjectNotFound
    demand_manage(actor, project)
    return project


def _get_release(actor: Actor, release_id: int) -> Release:
    release = db.session.get(Release, release_id)
    if release is not None:
        _lock(release.project_id)
        db.session.refresh(release)
    if release is None or release.removed_at is not None:
        raise ReleaseNotFound
    demand_manage(actor, release.project)
    return release


def _get_file(file_id: int) -> File:
    file = db.session.get(File, file_id)
    if file is not None:
        _lock(file.release.project_id)
        db.session.refresh(file)
    if file is None or file.removed_at is not None:
        raise FileNotFound
    return file


def _demand_deletion(project: Project, confirmation: str, expected: str) -> None:
    index = db.session.get_one(Index, project.index_id)
    if not index.settings.get("deletion", True):
        raise Forbidden(_l("Nothing can be deleted in this index. Yank the release instead."))
    if confirmation.strip() != expected:
        raise NotConfirmed


def _remove_release(actor: Actor, release: Release, now: datetime) -> None:
    # One time for all that goes together: so the trash knows what comes back together.
    release.removed_at = now
    for file in release.files:
        file.removed_at = file.removed_at or now
    tell(ReleaseDeleted(**describe(actor, release.project), version=release.version))

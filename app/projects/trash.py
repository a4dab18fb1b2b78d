"""Bringing back what was removed, and giving its bytes up for good.

A removed file keeps its name, and its bytes for some days: until then it comes back as
it was. Whatever changes the trash of a project holds the lock of the project.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import select

from app.accounts.actors import Actor
from app.accounts.permissions import demand_site_admin
from app.core import clock
from app.core.database import after_commit
from app.core.events import tell
from app.core.faults import reach
from app.core.i18n import _l
from app.core.storage import blobs, sweep
from app.extensions import db
from app.indexes.models import Index
from app.projects.events import FileRestored, FilesFreed, ProjectRestored, ReleaseRestored
from app.projects.exceptions import (
    BytesMissing,
    FileWithdrawn,
    FreedForGood,
    NoRoomToRestore,
    NotInTrash,
    PlaceTaken,
    ProjectInTrash,
)
from app.projects.limits import limits_of, measure
from app.projects.models import File, Project, Release
from app.projects.permissions import demand_manage
from app.projects.prohibitions import is_prohibited
from app.projects.services import describe, touch
from app.projects.trashed import (
    FILE,
    IS_TRASH,
    PROJECT,
    RELEASE,
    due_before,
    find_project_of,
    is_of,
)

_SDIST = "sdist"
_BATCH = 500


def restore(actor: Actor, kind: str, number: int) -> None:
    """Bring back what was removed at once: a PROJECT, a RELEASE or a FILE by its number."""
    deeds = {PROJECT: restore_project, RELEASE: restore_release, FILE: restore_file}
    deeds[kind](actor, number)


def restore_file(actor: Actor, file_id: int) -> None:
    """Bring a removed file back, and its release if it was the last one of it."""
    file = db.session.get(File, file_id)
    project = _hold(actor, None if file is None else file.release.project_id)
    assert file is not None  # noqa: S101 - its project is here
    db.session.refresh(file)
    release = file.release
    db.session.refresh(release)
    if file.removed_at is None:
        raise NotInTrash
    _demand_here(project)
    _bring_back(project, [file])
    facts = describe(actor, project) | {"version": release.version}
    if release.removed_at is not None:
        release.removed_at = None
        tell(ReleaseRestored(**facts))
    tell(FileRestored(**facts, filename=file.filename))


def restore_release(actor: Actor, release_id: int) -> None:
    """Bring a removed release back, with the files that were removed with it."""
    release = db.session.get(Release, release_id)
    project = _hold(actor, None if release is None else release.project_id)
    assert release is not None  # noqa: S101 - its project is here
    db.session.refresh(release)
    if release.removed_at is None:
        raise NotInTrash
    _demand_here(project)
    _bring_back(project, _list_together(project, release.removed_at, release.id))
    release.removed_at = None
    tell(ReleaseRestored(**describe(actor, project), version=release.version))


def restore_project(actor: Actor, project_id: int) -> None:
    """Bring a removed project back, with all that was removed with it."""
    project = _hold(actor, project_id)
    if project.removed_at is None:
        raise NotInTrash
    if is_prohibited(project.normalized_name):
        raise PlaceTaken(_l("The name of this project is prohibited by now."))
    files = _list_together(project, project.removed_at)
    _bring_back(project, files)
    for release in {file.release for file in files}:
        release.removed_at = None
    project.removed_at = None
    tell(ProjectRestored(**describe(actor, project)))


def purge(actor: Actor, kind: str, number: int) -> int:
    """Give up the bytes of all that is in the trash of a project or release, or of a file.

    For what must not stay, such as a secret or malware. Only administrators of the site
    may. Returns how many files it were.
    """
    demand_site_admin(actor)
    found = find_project_of(kind, number)
    if found is None:
        raise NotInTrash
    project = db.session.get_one(Project, found.id, with_for_update=True)
    narrower = {
        PROJECT: (),
        RELEASE: (File.release_id == number,),
        FILE: (File.id == number,),
    }
    freed = _free(actor, project, _list_trash(project, *narrower[kind]))
    if not freed:
        raise NotInTrash
    return freed


def free_due(project_id: int) -> int:
    """Give up the bytes of what was in the trash of a project for long enough; return how many."""
    before = due_before()
    project = db.session.get(Project, project_id, with_for_update=True)
    if project is None or before is None:
        return 0
    return _free(Actor(), project, _list_trash(project, File.removed_at < before))


def _hold(actor: Actor, project_id: int | None) -> Project:
    """Return a project, locked, whose trash an actor may look after; raises `NotInTrash`."""
    if project_id is None:
        raise NotInTrash
    project = db.session.get(Project, project_id, with_for_update=True, populate_existing=True)
    if project is None:
        raise NotInTrash
    demand_manage(actor, project)
    return project


def _demand_here(project: Project) -> None:
    if project.removed_at is not None:
        raise ProjectInTrash


def _list_together(
    project: Project, removed_at: datetime, release_id: int | None = None
) -> Sequence[File]:
    """Return the files that were removed at one time; raises `FreedForGood` without any."""
    narrower = () if release_id is None else (File.release_id == release_id,)
    files = _list_trash(project, File.removed_at == removed_at, *narrower)
    if not files:
        raise FreedForGood
    return files


def _list_trash(project: Project, *which: object) -> Sequence[File]:
    wanted = select(File).join(Release, Release.id == File.release_id)
    wanted = wanted.where(is_of(project.id), IS_TRASH, *which).order_by(File.id)  # type: ignore[arg-type]
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _bring_back(project: Project, files: Sequence[File]) -> None:
    """Show files again, if they are as they were and nothing came in their place."""
    if any(file.freed_at is not None for file in files):
        raise FreedForGood
    _demand_bytes(files)
    for start in range(0, len(files), _BATCH):
        _demand_place(project, files[start : start + _BATCH])
    limit = limits_of(db.session.get_one(Index, project.index_id), project).total
    if limit is not None and measure(project.id) + sum(file.size for file in files) > limit:
        raise NoRoomToRestore
    for file in files:
        file.removed_at = None
    touch(project)


def _demand_bytes(files: Sequence[File]) -> None:
    for file in files:
        if blobs().find_size(file.sha256) != file.size:
            raise BytesMissing
        if file.metadata_sha256 and blobs().find_size(file.metadata_sha256) is None:
            raise BytesMissing


def _demand_place(project: Project, files: Sequence[File]) -> None:
    """Raise if files are here that could not stand beside those that come back."""
    here = select(File.id).where(File.removed_at.is_(None)).limit(1)
    same = here.where(File.sha256.in_([file.sha256 for file in files]))
    if db.session.scalar(same.where(File.quarantined_at.is_not(None))):
        raise FileWithdrawn(_l("The same file was found bad in another place by now."))
    if db.session.scalar(same.where(File.index_id == project.index_id)):
        raise PlaceTaken(_l("The same file is here under another name by now."))
    sdists = {file.release_id for file in files if file.filetype == _SDIST}
    if db.session.scalar(here.where(File.filetype == _SDIST, File.release_id.in_(sdists))):
        raise PlaceTaken(_l("The release has another source distribution by now."))


def _free(actor: Actor, project: Project, files: Sequence[File]) -> int:
    for file in files:
        file.freed_at = clock.now()
    reach("trash.freed")
    if files:
        tell(FilesFreed(**describe(actor, project), files=len(files)))
        digests = {each for file in files for each in (file.sha256, file.metadata_sha256) if each}
        after_commit(partial(_forget, digests))
    return len(files)


def _forget(digests: Collection[str]) -> None:
    # Whoever is killed here leaves blobs without a row, which the sweep takes.
    for sha256 in digests:
        reach("trash.forgetting")
        sweep.forget(sha256)

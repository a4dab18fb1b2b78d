"""Writing down a file that was judged and stored."""

from app.accounts.actors import Actor
from app.core import clock
from app.core.database import add_unless_there, wait_for_turn
from app.core.events import tell
from app.core.jobs import enqueue
from app.core.storage import blobs
from app.core.storage.exceptions import StorageUnavailable
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.projects.events import FilePublished, ProjectCreated, ReleaseCreated
from app.projects.models import File, Project, Release
from app.projects.names import lookalike, normalise
from app.projects.permissions import OWNER
from app.projects.queries import lock_claim
from app.projects.roles import give
from app.projects.services import describe, touch
from app.uploads.candidates import Candidate
from app.uploads.duplicates import is_published
from app.uploads.permissions import (
    demand_good_key,
    demand_new_name,
    demand_project,
    demand_uploader,
)
from app.uploads.releases import open_release
from app.uploads.sizes import demand_room


def publish(actor: Actor, slug: str, candidate: Candidate) -> bool:
    """Publish a file; False if another upload of the very same one was faster."""
    index = get_index(slug)
    demand_good_key(actor)
    demand_uploader(actor, index)
    project = _claim(actor, index, candidate.distribution.metadata.name)
    if is_published(index.id, candidate.name, candidate.digests["sha256"]):
        return False
    demand_room(index, project, candidate.size)
    _demand_blob(candidate)
    release = _open_release(actor, project, candidate)
    _add_file(actor, release, candidate)
    touch(project)
    return True


def _claim(actor: Actor, index: Index, name: str) -> Project:
    """Return the project of a name, locked, and taken for the actor if it was free."""
    project = lock_claim(index.id, name)
    if project is None:
        wait_for_turn(f"{index.id}:{lookalike(name)}")
        demand_new_name(actor, index, name)
        project, is_new = add_project(actor, index, name)
        if is_new and actor.account_id is not None:
            give(project, actor.account_id, OWNER)
    demand_project(actor, project)
    if project.removed_at is not None:
        project.removed_at = None
        project.name = name
        tell(ProjectCreated(**describe(actor, project)))
    return project


def add_project(actor: Actor, index: Index, name: str) -> tuple[Project, bool]:
    """Return the project of a name, locked, and whether it is new; nobody owns a new one."""
    now = clock.now()
    names = {"name": name, "normalized_name": normalise(name)}
    times = {"created_at": now, "updated_at": now}
    is_new = add_unless_there(Project, index_id=index.id, **names, **times)
    project = lock_claim(index.id, name)
    # Nobody deletes the row of a project, so it is there by now.
    assert project is not None  # noqa: S101
    if is_new:
        tell(ProjectCreated(**describe(actor, project)))
    return project, is_new


def _demand_blob(candidate: Candidate) -> None:
    """Make sure that no sweep took the bytes since they were stored."""
    if blobs().find_size(candidate.digests["sha256"]) != candidate.size:
        raise StorageUnavailable


def _open_release(actor: Actor, project: Project, candidate: Candidate) -> Release:
    metadata = candidate.distribution.metadata
    release, is_new = open_release(project, metadata, actor.account_id)
    if is_new:
        tell(ReleaseCreated(**describe(actor, project), version=release.version))
        enqueue("render-description", release_id=release.id)
    return release


def _add_file(actor: Actor, release: Release, candidate: Candidate) -> None:
    project, name = release.project, candidate.name
    file = File(
        index_id=project.index_id,
        release_id=release.id,
        filename=name.filename,
        filetype=name.filetype,
        python_tag=name.python_tag[:100],
        size=candidate.size,
        metadata_sha256=candidate.metadata_sha256,
        requires_python=candidate.distribution.metadata.requires_python,
        comment=candidate.form.comment,
        uploaded_at=clock.now(),
        uploaded_by=actor.account_id,
        uploaded_via=candidate.via,
        **candidate.digests,
    )
    db.session.add(file)
    db.session.flush()  # The job is told the number.
    if not candidate.is_verified:
        enqueue("verify-record", file_id=file.id)
    facts = describe(actor, project) | {"version": release.version, "sha256": file.sha256}
    tell(FilePublished(**facts, filename=file.filename))

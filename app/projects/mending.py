"""Setting right what no change of the catalogue should ever have left behind."""

from sqlalchemy import select

from app.accounts.actors import Actor
from app.core import clock
from app.core.events import tell
from app.extensions import db
from app.projects.events import FileDeleted, ReleaseDeleted
from app.projects.models import File, Project, Release
from app.projects.names import lookalike, normalise
from app.projects.services import describe, touch
from app.projects.versions import canonical, parse_version, sort_key


def remove_empty(release_id: int) -> None:
    """Remove a release that has no files, as the deletion of its last one would have done."""
    release = db.session.get_one(Release, release_id)
    project = db.session.get_one(Project, release.project_id, with_for_update=True)
    db.session.refresh(release)
    has_files = db.session.scalar(
        select(File.id).where(File.release_id == release_id, File.removed_at.is_(None)).limit(1)
    )
    if has_files or release.removed_at is not None:
        return
    release.removed_at = clock.now()
    touch(project)
    tell(ReleaseDeleted(**describe(Actor(), project), version=release.version))


def remove_left(file_id: int) -> None:
    """Remove a file of a release that is removed; nobody was shown it."""
    file = db.session.get_one(File, file_id)
    release = file.release
    project = db.session.get_one(Project, release.project_id, with_for_update=True)
    db.session.refresh(file)
    if release.removed_at is None or file.removed_at is not None:
        return
    # From now on, so that its bytes stay as long as those of any other that is removed.
    file.removed_at = clock.now()
    touch(project)
    facts = describe(Actor(), project)
    tell(FileDeleted(**facts, version=release.version, filename=file.filename))


def derive_names(project_id: int) -> None:
    """Make anew what a project's name and its versions come to for comparisons."""
    project = db.session.get_one(Project, project_id, with_for_update=True)
    project.lookalike = lookalike(normalise(project.name))
    for release in project.releases:
        parsed = parse_version(release.version)
        if parsed is not None:
            release.canonical_version = canonical(parsed)
            release.sort_key = sort_key(parsed)
            release.is_prerelease = parsed.is_prerelease
    touch(project)

"""Our own projects on their way into the list."""

from datetime import datetime
from functools import partial

from sqlalchemy import func, select

from app.core.database import before_commit
from app.extensions import db
from app.indexes.queries import HOSTED, find_index
from app.projects.events import PageChanged
from app.projects.metadata import split_keywords
from app.projects.models import Project, Release
from app.projects.queries import find_newest, find_project
from app.projects.services import QUARANTINED
from app.search.facts import Facts, list_people
from app.search.listers import Lister
from app.search.services import forget_name, list_project


def note_change(event: PageChanged) -> None:
    """Let the list say of one of our projects what is true at the end of the transaction."""
    index = find_index(event.index_slug)
    if index is not None and index.kind == HOSTED:
        step = partial(relist, index.id, event.project)
        before_commit(("listing", index.id, event.project), step)


def relist(index_id: int, normalized_name: str) -> None:
    """List one of our projects as it is now, or no longer when nobody may see it."""
    facts = find_facts(index_id, normalized_name)
    if facts is None:
        forget_name(index_id, normalized_name)
    else:
        list_project(index_id, facts)


def _last() -> int:
    return db.session.scalar(select(func.max(Project.id))) or 0


def _relist_some(begin: int, end: int) -> None:
    wanted = select(Project.index_id, Project.normalized_name).where(
        Project.id >= begin, Project.id < end
    )
    for index_id, name in db.session.execute(wanted).all():
        relist(index_id, name)


RELISTING = Lister("Own projects", _last, _relist_some)


def find_facts(index_id: int, normalized_name: str) -> Facts | None:
    """Return what is told of one of our projects, or None if it is not shown."""
    project = find_project(index_id, normalized_name)
    if project is None or project.status == QUARANTINED:
        return None
    newest = find_newest(project.id)
    return None if newest is None else _facts(project, db.session.get_one(Release, newest))


def _facts(project: Project, release: Release) -> Facts:
    fields = (release.author, release.author_email, release.maintainer, release.maintainer_email)
    return Facts(
        name=project.name,
        version=release.version,
        summary=release.summary,
        description=release.description,
        keywords=split_keywords(release.keywords),
        people=list_people(*fields),
        license=release.license.name if release.license else release.license_expression,
        classifiers=tuple(classifier.name for classifier in release.classifiers),
        requires_dist=tuple(dependency.requirement for dependency in release.dependencies),
        is_yanked=release.is_yanked,
        created_at=_first_published(project.id),
        updated_at=release.published_at,
    )


def _first_published(project_id: int) -> datetime | None:
    wanted = select(func.min(Release.published_at)).where(Release.project_id == project_id)
    return db.session.scalar(wanted)

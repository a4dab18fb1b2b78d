"""Reading promotions, and what they left behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import aliased

from app.extensions import db
from app.indexes.models import Index
from app.projects.models import Dependency, File, Project, Release, Role
from app.projects.permissions import OWNER
from app.uploads.exceptions import PromotionNotFound
from app.uploads.models import Promotion

NEWEST = 200


@dataclass(frozen=True)
class Returning:
    """What undone promotions took out of a project, and may bring back.

    `files` are numbers. The project itself returns if nothing else was in it.
    """

    files: frozenset[int] = frozenset()
    project: bool = False


def get_promotion(promotion_id: int) -> Promotion:
    """Return a promotion by its number; raises `PromotionNotFound`."""
    promotion = db.session.get(Promotion, promotion_id, populate_existing=True)
    if promotion is None:
        raise PromotionNotFound
    return promotion


def list_promotions(
    *, account_id: int | None = None, project: str | None = None
) -> list[Promotion]:
    """Return promotions, the newest first.

    With an account only those that it made, or of projects that it owns now in
    the index they were brought to; with a normalised name only those of its projects.
    """
    wanted = select(Promotion).where(
        true() if project is None else Promotion.project == project,
        true() if account_id is None else _concerns(account_id),
    )
    newest = wanted.order_by(Promotion.promoted_at.desc(), Promotion.id.desc()).limit(NEWEST)
    return list(db.session.scalars(newest))


def find_returning(target_slug: str, project: Project | None) -> Returning:
    """Return what undone promotions may bring back into a project that is or was there.

    A row that was removed by anything else has another time of removal, and stays.
    """
    if project is None:
        return Returning()
    undone = _list_undone(target_slug, project.normalized_name)
    times: dict[int, set[datetime | None]] = {}
    for files, undone_at in undone:
        for number in files:
            times.setdefault(number, set()).add(undone_at)
    removed = select(File.id, File.removed_at).where(File.id.in_(times))
    return Returning(
        files=frozenset(
            row.id for row in db.session.execute(removed) if row.removed_at in times[row.id]
        ),
        project=project.removed_at is not None
        and project.removed_at in {undone_at for _, undone_at in undone},
    )


def list_present_files(promotion: Promotion, project: Project) -> list[File]:
    """Return those files that a promotion brought to a project and that were not removed since."""
    wanted = (
        select(File)
        .join(Release, File.release_id == Release.id)
        .where(
            File.id.in_(promotion.files),
            File.removed_at.is_(None),
            # When an index is removed with its rows, their numbers may be given again.
            Release.project_id == project.id,
        )
        .order_by(File.filename)
    )
    return list(db.session.scalars(wanted))


def list_needing(project: Project) -> list[str]:
    """Return the names of other projects in the same index whose newest release needs a project."""
    other = aliased(Project)
    wanted = (
        select(other.name)
        .join(Dependency, Dependency.release_id == other.latest_release_id)
        .where(
            Dependency.normalized_name == project.normalized_name,
            other.index_id == project.index_id,
            other.id != project.id,
            other.removed_at.is_(None),
        )
        .distinct()
        .order_by(other.name)
    )
    return list(db.session.scalars(wanted))


def has_files(release_id: int) -> bool:
    """Tell whether a release has a file that was not removed."""
    wanted = select(File.id).where(File.release_id == release_id, File.removed_at.is_(None))
    return db.session.scalar(wanted.limit(1)) is not None


def has_releases(project_id: int) -> bool:
    """Tell whether a project has a release that was not removed."""
    wanted = select(Release.id).where(
        Release.project_id == project_id, Release.removed_at.is_(None)
    )
    return db.session.scalar(wanted.limit(1)) is not None


def _list_undone(target_slug: str, project: str) -> Sequence[tuple[list[int], datetime | None]]:
    wanted = select(Promotion.files, Promotion.undone_at).where(
        Promotion.project == project,
        Promotion.target_slug == target_slug,
        Promotion.undone_at.is_not(None),
    )
    return [(files, undone_at) for files, undone_at in db.session.execute(wanted)]


def _concerns(account_id: int) -> ColumnElement[bool]:
    owned = (
        select(Role.project_id)
        .join(Project, Project.id == Role.project_id)
        .join(Index, Index.id == Project.index_id)
        .where(
            Role.account_id == account_id,
            Role.kind == OWNER,
            Project.normalized_name == Promotion.project,
            Index.slug == Promotion.target_slug,
        )
    )
    return or_(Promotion.account_id == account_id, owned.exists())

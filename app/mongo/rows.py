"""What documents are made of, read from SQL in a few statements for many projects.

They select columns, never objects, and run on the connection: see `sources.queries`.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Executable, RowMapping, func, select

from app.accounts.models import Account
from app.extensions import db
from app.indexes.models import Index
from app.projects.models import (
    Classifier,
    Dependency,
    File,
    Language,
    License,
    Project,
    ProjectUrl,
    Release,
    ReleaseClassifier,
    ReleaseLanguage,
    Role,
)
from app.sources.queries import NEWEST_RELEASES
from app.sources.statements import STABLE, preference

Rows = Sequence[RowMapping]
Grouped = dict[int, list[RowMapping]]

_is_servable = File.removed_at.is_(None) & File.quarantined_at.is_(None)


def read(statement: Executable) -> Rows:
    """Return what a statement finds."""
    return db.session.connection().execute(statement).mappings().all()


def list_projects(ids: Collection[int]) -> Rows:
    """Return the facts of projects, removed ones too, with the slugs of their indexes."""
    return read(
        select(
            Project.id,
            Index.slug,
            Project.name,
            Project.normalized_name,
            Project.status,
            Project.status_reason,
            Project.last_serial,
            Project.created_at,
            Project.updated_at,
            Project.removed_at,
        )
        .join(Index, Index.id == Project.index_id)
        .where(Project.id.in_(ids))
        .order_by(Project.id)
    )


def map_serials(ids: Collection[int]) -> dict[int, int]:
    """Return the numbers of the last changes of projects."""
    wanted = select(Project.id, Project.last_serial).where(Project.id.in_(ids))
    return {row["id"]: row["last_serial"] for row in read(wanted)}


def list_people(ids: Collection[int]) -> Grouped:
    """Return who has which role, by project."""
    return _grouped(
        select(Role.project_id.label("of"), Account.username, Role.kind)
        .join(Account, Account.id == Role.account_id)
        .where(Role.project_id.in_(ids))
    )


def list_latest(ids: Collection[int]) -> Grouped:
    """Return the release that people should install, by project."""
    place = func.row_number().over(
        partition_by=Release.project_id,
        order_by=(preference(Release), Release.sort_key.desc()),
    )
    ranked = _present(ids, place)
    return _grouped(
        select(
            Release.project_id.label("of"),
            Release.version,
            Release.canonical_version,
            (preference(Release) == STABLE).label("is_stable"),
            Release.yanked_at.is_not(None).label("is_yanked"),
            Release.published_at,
            Release.summary,
            Release.keywords,
            Release.requires_python,
            Release.id,
            License.name.label("license"),
        )
        .join(ranked, ranked.c.id == Release.id)
        .outerjoin(License, License.id == Release.license_id)
        .where(ranked.c.place == 1)
    )


def list_history(ids: Collection[int]) -> Grouped:
    """Return the newest releases, newest first, by project; each with the number of all."""
    place = func.row_number().over(
        partition_by=Release.project_id, order_by=Release.sort_key.desc()
    )
    ranked = _present(ids, place)
    files = select(func.count()).where(File.release_id == Release.id, _is_servable)
    return _grouped(
        select(
            Release.project_id.label("of"),
            Release.version,
            Release.published_at,
            Release.is_prerelease,
            Release.yanked_at.is_not(None).label("is_yanked"),
            Release.yanked_reason,
            files.correlate(Release).scalar_subquery().label("file_count"),
            ranked.c.total,
        )
        .join(ranked, ranked.c.id == Release.id)
        .where(ranked.c.place <= NEWEST_RELEASES)
        .order_by(Release.project_id, ranked.c.place)
    )


def list_heads(ids: Collection[int]) -> Rows:
    """Return number and weight of all releases of projects: files, and letters of long texts."""
    files = select(func.count()).where(File.release_id == Release.id, File.removed_at.is_(None))
    description, html, text = (
        func.coalesce(func.length(column), 0)
        for column in (Release.description, Release.description_html, Release.license_text)
    )
    return read(
        select(
            Release.id,
            Release.project_id,
            files.correlate(Release).scalar_subquery().label("files"),
            (description + html + text).label("letters"),
        )
        .where(Release.project_id.in_(ids), Release.removed_at.is_(None))
        .order_by(Release.project_id, Release.sort_key)
    )


def list_releases(ids: Collection[int]) -> Rows:
    """Return all columns of releases, with the names of their projects and licences."""
    return read(
        select(
            *Release.__table__.c,
            License.name.label("license_name"),
            Index.slug,
            Project.name,
            Project.normalized_name,
        )
        .join(Project, Project.id == Release.project_id)
        .join(Index, Index.id == Project.index_id)
        .outerjoin(License, License.id == Release.license_id)
        .where(Release.id.in_(ids), Release.removed_at.is_(None))
        .order_by(Release.project_id, Release.sort_key)
    )


def list_files(ids: Collection[int]) -> Grouped:
    """Return the files that were not removed, by release and then by name."""
    return _grouped(
        select(
            File.release_id.label("of"),
            File.filename,
            File.filetype,
            File.python_tag,
            File.size,
            File.sha256,
            File.blake2_256,
            File.md5,
            File.metadata_sha256,
            File.requires_python,
            File.comment,
            File.uploaded_at,
            File.quarantined_at.is_not(None).label("is_quarantined"),
        )
        .where(File.release_id.in_(ids), File.removed_at.is_(None))
        .order_by(File.release_id, File.filename)
    )


def list_classifiers(ids: Collection[int]) -> Grouped:
    """Return the classifiers of releases."""
    return _grouped(
        select(ReleaseClassifier.release_id.label("of"), Classifier.name)
        .join(Classifier, Classifier.id == ReleaseClassifier.classifier_id)
        .where(ReleaseClassifier.release_id.in_(ids))
    )


def list_languages(ids: Collection[int]) -> Grouped:
    """Return the programming languages of releases."""
    return _grouped(
        select(ReleaseLanguage.release_id.label("of"), Language.name)
        .join(Language, Language.id == ReleaseLanguage.language_id)
        .where(ReleaseLanguage.release_id.in_(ids))
    )


def list_dependencies(ids: Collection[int]) -> Grouped:
    """Return what releases need, in the order of their metadata."""
    return _grouped(
        select(
            Dependency.release_id.label("of"), Dependency.requirement, Dependency.normalized_name
        )
        .where(Dependency.release_id.in_(ids))
        .order_by(Dependency.release_id, Dependency.position, Dependency.id)
    )


def list_urls(ids: Collection[int]) -> Grouped:
    """Return the links of releases, in the order of their metadata."""
    return _grouped(
        select(ProjectUrl.release_id.label("of"), ProjectUrl.label, ProjectUrl.url)
        .where(ProjectUrl.release_id.in_(ids))
        .order_by(ProjectUrl.release_id, ProjectUrl.position, ProjectUrl.id)
    )


def list_ids(begin: int, end: int) -> list[int]:
    """Return the numbers of the projects from one number up to, without, another."""
    wanted = select(Project.id).where(Project.id >= begin, Project.id < end).order_by(Project.id)
    return [row["id"] for row in read(wanted)]


def map_places(slug: str, names: Collection[str]) -> dict[str, int]:
    """Return the numbers of those projects of an index, removed ones too, that are there.

    By normalised name.
    """
    wanted = (
        select(Project.normalized_name, Project.id)
        .join(Index, Index.id == Project.index_id)
        .where(Index.slug == slug, Project.normalized_name.in_(names))
    )
    return {row["normalized_name"]: row["id"] for row in read(wanted)}


def last_id() -> int:
    """Return the highest number of a project."""
    return db.session.connection().scalar(select(func.max(Project.id))) or 0


def slices(heads: Rows, *, files: int, letters: int, releases: int) -> Iterator[list[int]]:
    """Yield the numbers of some releases at a time, so that none is much to hold."""
    part: list[int] = []
    has_files = has_letters = 0
    for head in heads:
        has_files, has_letters = has_files + head["files"], has_letters + head["letters"]
        if part and (has_files > files or has_letters > letters or len(part) >= releases):
            yield part
            part, has_files, has_letters = [], head["files"], head["letters"]
        part.append(head["id"])
    if part:
        yield part


def _present(ids: Collection[int], place: Any) -> Any:
    total = func.count().over(partition_by=Release.project_id)
    return (
        select(Release.id, place.label("place"), total.label("total"))
        .where(Release.project_id.in_(ids), Release.removed_at.is_(None))
        .subquery()
    )


def _grouped(statement: Executable) -> Grouped:
    grouped: Grouped = {}
    for row in read(statement):
        grouped.setdefault(row["of"], []).append(row)
    return grouped

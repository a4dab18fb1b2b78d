"""What sources read from the catalogue: columns, never objects, in few statements."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from app.accounts.models import Account
from app.extensions import db
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

QUARANTINED = "quarantined"
NEWEST_RELEASES = 500

_STABLE, _PRERELEASE, _YANKED = range(3)
_FILE_COLUMNS = (
    File.filename,
    File.sha256,
    File.size,
    File.uploaded_at,
    File.filetype,
    File.python_tag,
    File.md5,
    File.blake2_256,
    File.requires_python,
    File.metadata_sha256,
    File.comment,
)
_PROJECT_COLUMNS = (
    Project.id,
    Project.name,
    Project.normalized_name,
    Project.status,
    Project.status_reason,
    Project.last_serial,
)
_IS_SERVABLE = (
    File.removed_at.is_(None),
    File.quarantined_at.is_(None),
    Release.removed_at.is_(None),
)
# What people should install: stable, else pre-release, else whatever is newest.
_PREFERENCE = case(
    (Release.yanked_at.is_not(None), _YANKED), (Release.is_prerelease, _PRERELEASE), else_=_STABLE
)


def find_project_row(index_id: int, normalized_name: str) -> RowMapping | None:
    """Return the facts of a project, or None."""
    wanted = select(*_PROJECT_COLUMNS).where(_is_project(index_id, normalized_name))
    return db.session.execute(wanted).mappings().one_or_none()


def find_project_with_latest(index_id: int, normalized_name: str) -> RowMapping | None:
    """Return the facts of a project with the release that people should install, or None.

    `latest_id` is None when there is no release; `is_latest_stable` says
    whether that release is neither yanked nor a pre-release.
    """
    wanted = (
        select(
            *_PROJECT_COLUMNS,
            Release.id.label("latest_id"),
            Release.version.label("latest_version"),
            (_PREFERENCE == _STABLE).label("is_latest_stable"),
        )
        .outerjoin(Release, (Release.project_id == Project.id) & Release.removed_at.is_(None))
        .where(_is_project(index_id, normalized_name))
        .order_by(_PREFERENCE, Release.sort_key.desc())
        .limit(1)
    )
    return db.session.execute(wanted).mappings().one_or_none()


def list_file_rows(project_id: int, *, release_id: int | None = None) -> list[RowMapping]:
    """Return the files of a project, or of one release, that may be downloaded.

    They come with their release's version and yank, in PEP 440 order.
    """
    wanted = (
        select(*_FILE_COLUMNS, Release.version, Release.yanked_at, Release.yanked_reason)
        .join(Release, File.release_id == Release.id)
        .where(Release.project_id == project_id, *_IS_SERVABLE)
        .order_by(Release.sort_key, File.filename)
    )
    if release_id is not None:
        wanted = wanted.where(Release.id == release_id)
    return list(db.session.execute(wanted).mappings())


def find_release_row(
    project_id: int, *, release_id: int | None = None, canonical_version: str | None = None
) -> RowMapping | None:
    """Return all columns of a release, by its number or its version, and its licence."""
    wanted = (
        select(*Release.__table__.c, License.name.label("license_name"))
        .outerjoin(License, Release.license_id == License.id)
        .where(Release.project_id == project_id, Release.removed_at.is_(None))
    )
    if release_id is not None:
        wanted = wanted.where(Release.id == release_id)
    else:
        wanted = wanted.where(Release.canonical_version == canonical_version)
    return db.session.execute(wanted).mappings().one_or_none()


def list_history_rows(project_id: int) -> list[RowMapping]:
    """Return the newest releases of a project; each carries the number of all of them."""
    newest = (
        select(
            Release.id,
            Release.version,
            Release.sort_key,
            Release.published_at,
            Release.is_prerelease,
            Release.yanked_at,
            Release.yanked_reason,
            func.count().over().label("release_count"),
        )
        .where(Release.project_id == project_id, Release.removed_at.is_(None))
        .order_by(Release.sort_key.desc())
        .limit(NEWEST_RELEASES)
        .subquery()
    )
    files = (
        select(func.count())
        .where(
            File.release_id == newest.c.id,
            File.removed_at.is_(None),
            File.quarantined_at.is_(None),
        )
        .scalar_subquery()
    )
    wanted = select(newest, files.label("file_count")).order_by(newest.c.sort_key.desc())
    return list(db.session.execute(wanted).mappings())


def list_belongings(project_id: int, release_id: int) -> list[RowMapping]:
    """Return what belongs to a release, and the project's people, in one statement.

    Each row has a `kind`, a `position` and up to three texts.
    """
    every = union_all(
        _belonging("classifier", literal(0), Classifier.name)
        .join(ReleaseClassifier, ReleaseClassifier.classifier_id == Classifier.id)
        .where(ReleaseClassifier.release_id == release_id),
        _belonging("language", literal(0), Language.name)
        .join(ReleaseLanguage, ReleaseLanguage.language_id == Language.id)
        .where(ReleaseLanguage.release_id == release_id),
        _belonging("dependency", Dependency.position, Dependency.requirement).where(
            Dependency.release_id == release_id
        ),
        _belonging("url", ProjectUrl.position, ProjectUrl.label, ProjectUrl.url).where(
            ProjectUrl.release_id == release_id
        ),
        _belonging("person", literal(0), Account.username, Account.name, Role.kind)
        .join(Role, Role.account_id == Account.id)
        .where(Role.project_id == project_id),
    ).subquery()
    wanted = select(every).order_by(every.c.kind, every.c.position, every.c.first)
    return list(db.session.execute(wanted).mappings())


def iterate_names(index_id: int) -> Iterator[tuple[str, str]]:
    """Yield the names of an index's projects, sorted; those in quarantine are left out."""
    wanted = (
        select(Project.name, Project.normalized_name)
        .where(
            Project.index_id == index_id,
            Project.removed_at.is_(None),
            Project.status != QUARANTINED,
        )
        .order_by(Project.normalized_name)
        .execution_options(yield_per=5_000)
    )
    for row in db.session.execute(wanted):
        yield row.name, row.normalized_name


def find_file_row(index_id: int, sha256: str, filename: str) -> RowMapping | None:
    """Return a file that was not removed, with its project's name and status, or None."""
    wanted = (
        select(
            File.filename,
            File.sha256,
            File.size,
            File.metadata_sha256,
            File.quarantined_at,
            Release.version,
            Project.normalized_name,
            Project.status,
        )
        .join(Release, File.release_id == Release.id)
        .join(Project, Release.project_id == Project.id)
        .where(
            File.index_id == index_id,
            File.filename == filename,
            File.sha256 == sha256,
            File.removed_at.is_(None),
            Release.removed_at.is_(None),
            Project.removed_at.is_(None),
        )
    )
    return db.session.execute(wanted).mappings().one_or_none()


def _is_project(index_id: int, normalized_name: str) -> ColumnElement[bool]:
    return and_(
        Project.index_id == index_id,
        Project.normalized_name == normalized_name,
        Project.removed_at.is_(None),
    )


def _belonging(kind: str, position: Any, *texts: Any) -> Select[Any]:
    # The parts of a union need the same columns, and PostgreSQL the same types.
    padded = (*texts, *[literal("")] * (3 - len(texts)))
    columns = zip(("first", "second", "third"), padded, strict=True)
    return select(
        literal(kind).label("kind"),
        position.label("position"),
        *(cast(text, Text).label(name) for name, text in columns),
    )

"""The statements of the catalogue as a source, built once: that costs more than running them.

They select columns, never objects. Their parameters are named as the arguments
in `queries.py`.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.accounts.models import Account
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

STABLE, _PRERELEASE, _YANKED = range(3)

_index_id = bindparam("index_id", type_=Integer)
_project_id = bindparam("project_id", type_=Integer)
_release_id = bindparam("release_id", type_=Integer)

_is_project = and_(
    Project.index_id == _index_id,
    Project.normalized_name == bindparam("normalized_name"),
    Project.removed_at.is_(None),
)
_is_open = and_(Project.removed_at.is_(None), Project.status != QUARANTINED)
_is_release = and_(Release.project_id == _project_id, Release.removed_at.is_(None))
_is_servable = and_(File.removed_at.is_(None), File.quarantined_at.is_(None))


def preference(release: Any) -> ColumnElement[int]:
    """Return what people should install: stable, else pre-release, else whatever is newest."""
    return case(
        (release.yanked_at.is_not(None), _YANKED),
        (release.is_prerelease, _PRERELEASE),
        else_=STABLE,
    )


PROJECT = select(
    Project.id,
    Project.name,
    Project.normalized_name,
    Project.status,
    Project.status_reason,
    Project.last_serial,
    Project.updated_at,
    Project.file_count,
).where(_is_project)

_other = aliased(Release)
_latest = aliased(Release)
_latest_id = (
    select(_other.id)
    .where(_other.project_id == Project.id, _other.removed_at.is_(None))
    .order_by(preference(_other), _other.sort_key.desc())
    .limit(1)
    .correlate(Project)
    .scalar_subquery()
)
# Columns of a release are told from those of its project by what their names begin with.
RELEASE_PREFIX = "release_"
_project_with_latest = (
    PROJECT.add_columns(
        _latest.id.label("latest_id"),
        _latest.version.label("latest_version"),
        (preference(_latest) == STABLE).label("is_latest_stable"),
        *(column.label(f"{RELEASE_PREFIX}{column.key}") for column in Release.__table__.c),
        License.name.label(f"{RELEASE_PREFIX}license_name"),
    )
    .select_from(Project)
    .outerjoin(_latest, _latest.id == _latest_id)
    .limit(1)
)
PROJECT_AT_LATEST = _project_with_latest.outerjoin(Release, Release.id == _latest.id).outerjoin(
    License, Release.license_id == License.id
)
PROJECT_AT_VERSION = _project_with_latest.outerjoin(
    Release,
    and_(
        Release.project_id == Project.id,
        Release.canonical_version == bindparam("canonical_version"),
        Release.removed_at.is_(None),
    ),
).outerjoin(License, Release.license_id == License.id)

# The columns are named as the fields of a FileLink.
LINKS = (
    select(
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
        Release.version,
        # PEP 592: an empty reason still means yanked, so ask for the time.
        Release.yanked_at.is_not(None).label("is_yanked"),
        Release.yanked_reason,
    )
    .join(Release, File.release_id == Release.id)
    .where(_is_release, _is_servable)
    .order_by(Release.sort_key, File.filename)
)
LINKS_OF_RELEASE = LINKS.where(Release.id == _release_id)

_newest = (
    select(
        Release.id,
        Release.version,
        Release.sort_key,
        Release.published_at,
        Release.is_prerelease,
        Release.yanked_at.is_not(None).label("is_yanked"),
        Release.yanked_reason,
    )
    .where(_is_release)
    .order_by(Release.sort_key.desc())
    .limit(bindparam("limit", type_=Integer))
    .subquery()
)
_file_count = select(func.count()).where(File.release_id == _newest.c.id, _is_servable)
_release_count = select(func.count()).where(_is_release).select_from(Release)
HISTORY = select(
    _newest.c.version,
    _newest.c.published_at,
    _newest.c.is_prerelease,
    _newest.c.is_yanked,
    _newest.c.yanked_reason,
    _file_count.scalar_subquery().label("file_count"),
    _release_count.scalar_subquery().label("release_count"),
).order_by(_newest.c.sort_key.desc())


def _belonging(kind: str, position: Any, *texts: Any) -> Select[Any]:
    # The parts of a union need the same columns, and PostgreSQL the same types.
    padded = (*texts, *[literal("")] * (3 - len(texts)))
    columns = zip(("first", "second", "third"), padded, strict=True)
    return select(
        literal(kind).label("kind"),
        position.label("position"),
        *(cast(text, Text).label(name) for name, text in columns),
    )


_own = aliased(Project)
_own_index = select(_own.index_id).where(_own.id == _project_id).scalar_subquery()


def _company(release_id: Any) -> tuple[Select[Any], ...]:
    """Select what others change without a number: people, and what is here of what is needed."""
    neighbours = (
        _belonging("neighbour", literal(0), Project.normalized_name)
        .join(Dependency, Dependency.normalized_name == Project.normalized_name)
        .where(Dependency.release_id == release_id, Project.index_id == _own_index, _is_open)
    )
    people = (
        _belonging("person", literal(0), Account.username, Account.name, Role.kind)
        .join(Role, Role.account_id == Account.id)
        .where(Role.project_id == _project_id)
    )
    return neighbours, people


_belongings = (
    _belonging("classifier", literal(0), Classifier.name)
    .join(ReleaseClassifier, ReleaseClassifier.classifier_id == Classifier.id)
    .where(ReleaseClassifier.release_id == _release_id),
    _belonging("language", literal(0), Language.name)
    .join(ReleaseLanguage, ReleaseLanguage.language_id == Language.id)
    .where(ReleaseLanguage.release_id == _release_id),
    _belonging("dependency", Dependency.position, Dependency.requirement).where(
        Dependency.release_id == _release_id
    ),
    _belonging("url", ProjectUrl.position, ProjectUrl.label, ProjectUrl.url).where(
        ProjectUrl.release_id == _release_id
    ),
)


def _in_order(*parts: Select[Any]) -> Select[Any]:
    rows = union_all(*parts).subquery()
    return select(rows).order_by(rows.c.kind, rows.c.position, rows.c.first)


BELONGINGS = _in_order(*_belongings, *_company(_release_id))
_at_version = and_(_is_release, Release.canonical_version == bindparam("canonical_version"))
COMPANY = _in_order(*_company(select(Release.id).where(_at_version).scalar_subquery()))
HTML = select(Release.description_html).where(_at_version)

NAMES = (
    select(Project.name, Project.normalized_name)
    .where(
        Project.index_id == _index_id,
        Project.normalized_name >= bindparam("begin", type_=Text),
        Project.normalized_name < bindparam("end", type_=Text),
        _is_open,
    )
    .order_by(Project.normalized_name)
    .execution_options(yield_per=5_000)
)

FILE = (
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
        File.index_id == _index_id,
        File.filename == bindparam("filename"),
        File.sha256 == bindparam("sha256"),
        File.removed_at.is_(None),
        Release.removed_at.is_(None),
        Project.removed_at.is_(None),
    )
)

"""Writing down a release and what belongs to it, from the first file of it."""

from typing import Any

from sqlalchemy import delete, select

from app.core import clock
from app.core.database import add_unless_there
from app.extensions import db
from app.projects.models import (
    Classifier,
    Dependency,
    Language,
    License,
    Project,
    ProjectUrl,
    Release,
    ReleaseClassifier,
    ReleaseLanguage,
)
from app.projects.versions import canonical, sort_key
from app.uploads import facts
from app.uploads.metadata import CoreMetadata

BELONGINGS: tuple[type[Any], ...] = (Dependency, ProjectUrl, ReleaseClassifier, ReleaseLanguage)


def open_release(
    project: Project, metadata: CoreMetadata, published_by: int | None
) -> tuple[Release, bool]:
    """Return the release of a version and whether it is new; the project is locked.

    The first file says what the release is, and later ones change nothing. A
    release that was deleted begins anew.
    """
    wanted = select(Release).where(
        Release.project_id == project.id,
        Release.canonical_version == canonical(metadata.version),
    )
    release = db.session.scalars(wanted).one_or_none()
    if release is not None and release.removed_at is None:
        return release, False
    release = release or Release(
        project_id=project.id, canonical_version=canonical(metadata.version)
    )
    _fill(release, metadata)
    release.published_by = published_by
    db.session.add(release)
    db.session.flush()  # What belongs to it needs its number.
    _add_belongings(release.id, metadata)
    return release, True


def _fill(release: Release, metadata: CoreMetadata) -> None:
    columns = facts.release_facts(metadata) | {
        "version": str(metadata.version),
        "sort_key": sort_key(metadata.version),
        "is_prerelease": metadata.version.is_prerelease,
        "license_id": _number_of_license(facts.find_license(metadata)),
        "published_at": clock.now(),
        "yanked_at": None,
        "yanked_reason": "",
        "removed_at": None,
    }
    for column, value in columns.items():
        setattr(release, column, value)


def _add_belongings(release_id: int, metadata: CoreMetadata) -> None:
    for kind in BELONGINGS:
        db.session.execute(delete(kind).where(kind.release_id == release_id))
    rows: list[Any] = [
        *(Dependency(release_id=release_id, **row) for row in facts.list_dependencies(metadata)),
        *(ProjectUrl(release_id=release_id, **row) for row in facts.list_urls(metadata)),
        *(
            ReleaseClassifier(release_id=release_id, classifier_id=number)
            for number in _numbers(Classifier, metadata.classifiers)
        ),
        *(
            ReleaseLanguage(release_id=release_id, language_id=number)
            for number in _numbers(Language, facts.list_languages(metadata))
        ),
    ]
    db.session.add_all(rows)


def _number_of_license(name: str | None) -> int | None:
    return None if name is None else _numbers(License, [name[:400]])[0]


def _numbers(kind: type[Any], names: Any) -> list[int]:
    """Return the numbers of names in one of the short tables, which learns new ones."""
    # In one order everywhere, so that two transactions never wait for each other.
    wanted = sorted(set(names))
    known = _known(kind, wanted)
    for name in wanted:
        if name not in known:
            add_unless_there(kind, name=name)
    return list((known if len(known) == len(wanted) else _known(kind, wanted)).values())


def _known(kind: type[Any], names: list[str]) -> dict[str, int]:
    rows = db.session.execute(select(kind.name, kind.id).where(kind.name.in_(names)))
    return {row.name: row.id for row in rows}

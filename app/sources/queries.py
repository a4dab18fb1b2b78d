"""What sources read from the catalogue."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import CursorResult, Executable, RowMapping, or_, select

from app.extensions import db
from app.indexes.models import Index, NameClaim
from app.projects.models import Project
from app.sources import statements
from app.sources.page import FileLink

NEWEST_RELEASES = 500


def find_project_row(index_id: int, normalized_name: str) -> RowMapping | None:
    """Return the facts of a project, or None."""
    return _find(statements.PROJECT, index_id=index_id, normalized_name=normalized_name)


def find_project_at(
    index_id: int, normalized_name: str, canonical_version: str | None
) -> RowMapping | None:
    """Return the facts of a project with those of one of its releases, or None.

    By default of the release that people should install, which is `latest_id`, or
    None when there is none. `is_latest_stable` says whether that is neither yanked nor
    a pre-release. Columns of the release begin with `release_`.
    """
    place = {"index_id": index_id, "normalized_name": normalized_name}
    if canonical_version is None:
        return _find(statements.PROJECT_AT_LATEST, **place)
    return _find(statements.PROJECT_AT_VERSION, **place, canonical_version=canonical_version)


def list_links(project_id: int) -> list[FileLink]:
    """Return the files of a project that may be downloaded.

    They come in PEP 440 order of their releases, by name within each.
    """
    return _links(statements.LINKS, project_id=project_id)


def list_links_of_release(project_id: int, release_id: int) -> list[FileLink]:
    """Return the files of a release that may be downloaded, by name."""
    wanted = statements.LINKS_OF_RELEASE
    return _links(wanted, project_id=project_id, release_id=release_id)


def list_history_rows(project_id: int) -> list[RowMapping]:
    """Return the newest releases of a project; each carries the number of all of them."""
    return _list(statements.HISTORY, project_id=project_id, limit=NEWEST_RELEASES)


def list_belongings(project_id: int, release_id: int) -> list[RowMapping]:
    """Return what belongs to a release, and the project's people, in one statement.

    Each row has a `kind`, a `position` and up to three texts.
    """
    return _list(statements.BELONGINGS, project_id=project_id, release_id=release_id)


def list_company(project_id: int, canonical_version: str) -> list[RowMapping]:
    """Return of the belongings those that change without a change of the project."""
    return _list(statements.COMPANY, project_id=project_id, canonical_version=canonical_version)


def find_html(project_id: int, canonical_version: str) -> str | None:
    """Return the HTML of a release's description, or None if it was not made yet."""
    place = {"project_id": project_id, "canonical_version": canonical_version}
    row = _find(statements.HTML, **place)
    return None if row is None else row["description_html"]


def iterate_names(index_id: int, begin: str, end: str) -> Iterator[tuple[str, str]]:
    """Yield the names of an index's projects from one up to, without, another, sorted.

    Those in quarantine are left out.
    """
    wanted = {"index_id": index_id, "begin": begin, "end": end}
    # Whoever has seen enough leaves, and the database must not keep the rest for them.
    with _execute(statements.NAMES, wanted) as rows:
        for row in rows:
            yield row.name, row.normalized_name


def find_names_serial(index_id: int) -> int:
    """Return the number of the last change of the names that an index shows."""
    wanted = select(Index.names_serial).where(Index.id == index_id)
    return db.session.scalar(wanted) or 0


def list_shown(index_id: int, names: Collection[str]) -> set[str]:
    """Return those of some normalised names that `iterate_names` yields."""
    wanted = select(Project.normalized_name).where(
        Project.index_id == index_id,
        Project.normalized_name.in_(names),
        Project.removed_at.is_(None),
        Project.status != statements.QUARANTINED,
    )
    return set(db.session.scalars(wanted))


def list_held(index_id: int, names: Collection[str]) -> set[str]:
    """Return those of some normalised names that an index has, had or claims."""
    projects = select(Project.normalized_name).where(
        Project.index_id == index_id, Project.normalized_name.in_(names)
    )
    claims = select(NameClaim.normalized_name).where(
        NameClaim.index_id == index_id, NameClaim.normalized_name.in_(names)
    )
    return set(db.session.scalars(projects.union(claims)))


def list_withheld(index_id: int) -> set[str]:
    """Return the normalised names that an index keeps without showing them."""
    is_hidden = or_(Project.removed_at.is_not(None), Project.status == statements.QUARANTINED)
    projects = select(Project.normalized_name).where(Project.index_id == index_id, is_hidden)
    claims = select(NameClaim.normalized_name).where(NameClaim.index_id == index_id)
    return set(db.session.scalars(projects.union(claims)))


def find_file_row(index_id: int, sha256: str, filename: str) -> RowMapping | None:
    """Return a file that was not removed, with its project's name and status, or None."""
    return _find(statements.FILE, index_id=index_id, sha256=sha256, filename=filename)


def _execute(statement: Executable, values: dict[str, Any]) -> CursorResult[Any]:
    # By the connection: what a session does for objects takes three times as long as the
    # rest, and there are none here.
    return db.session.connection().execute(statement, values)


def _find(statement: Executable, **values: Any) -> RowMapping | None:
    return _execute(statement, values).mappings().one_or_none()


def _list(statement: Executable, **values: Any) -> list[RowMapping]:
    return list(_execute(statement, values).mappings())


def _links(statement: Executable, **values: Any) -> list[FileLink]:
    rows = _execute(statement, values)
    fields = tuple(rows.keys())
    return [FileLink(**dict(zip(fields, row, strict=True))) for row in rows]

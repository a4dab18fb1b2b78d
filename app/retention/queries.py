"""Reading rules, and what they are about."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from sqlalchemy import Row, and_, case, exists, func, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.indexes.models import Index
from app.projects.models import Dependency, File, Project, Release
from app.projects.services import QUARANTINED
from app.projects.versions import canonical, parse_version
from app.retention.judging import Candidate
from app.retention.models import RetentionRule
from app.retention.rules import Rule
from app.stats.models import DownloadDay, DownloadMonth
from app.stats.sums import next_month

_BATCH = 500


def list_rules(index_id: int) -> list[Rule]:
    """Return the rules of an index by pattern."""
    wanted = (
        select(RetentionRule)
        .where(RetentionRule.index_id == index_id)
        .order_by(RetentionRule.pattern)
    )
    return [_rule(row) for row in db.session.scalars(wanted)]


def find_row(index_id: int, pattern: str) -> RetentionRule | None:
    """Return the row of a rule, or None."""
    wanted = select(RetentionRule).where(
        RetentionRule.index_id == index_id, RetentionRule.pattern == pattern
    )
    return db.session.scalars(wanted).one_or_none()


def list_projects(index_id: int, after: int) -> Sequence[Row[int, str]]:
    """Return the next projects of an index, by number, of which something could go."""
    wanted = (
        select(Project.id, Project.normalized_name)
        .where(
            Project.index_id == index_id,
            Project.id > after,
            Project.removed_at.is_(None),
            Project.status != QUARANTINED,
            # The only release of a project always stays.
            Project.release_count > 1,
        )
        .order_by(Project.id)
        .limit(_BATCH)
    )
    return db.session.execute(wanted).all()


def list_candidates(project: Project) -> list[Candidate]:
    """Return the releases of a project, the newest first."""
    rows = _list_releases(project.id)
    downloads = _map_downloads(project.id)
    pins = _map_pins(project)
    return [
        Candidate(
            release_id=row.id,
            version=row.version,
            is_prerelease=row.is_prerelease,
            is_yanked=row.is_yanked,
            is_latest=row.id == project.latest_release_id,
            is_stopped=bool(row.stopped),
            touched_at=row.touched_at or row.published_at,
            downloaded_on=downloads.get(row.id),
            pinned_by=pins.get(row.canonical_version, ""),
            files=row.files,
            size=int(row.size or 0),
        )
        for row in rows
    ]


def _list_releases(project_id: int) -> Sequence[Row[Any]]:
    present = and_(File.release_id == Release.id, File.removed_at.is_(None))
    held = aliased(File)
    # What another release has too is not freed.
    elsewhere = exists().where(
        held.sha256 == File.sha256, held.release_id != File.release_id, held.removed_at.is_(None)
    )
    wanted: Any = (
        select(
            Release.id,
            Release.version,
            Release.canonical_version,
            Release.is_prerelease,
            Release.published_at,
            Release.yanked_at.is_not(None).label("is_yanked"),
            func.count(File.id).label("files"),
            func.sum(case((elsewhere, 0), else_=File.size)).label("size"),
            func.max(File.uploaded_at).label("touched_at"),
            func.count(File.quarantined_at).label("stopped"),
        )
        .outerjoin(File, present)
        .where(Release.project_id == project_id, Release.removed_at.is_(None))
        .group_by(Release.id)
        .order_by(Release.sort_key.desc())
    )
    return db.session.execute(wanted).all()


def _map_downloads(project_id: int) -> dict[int, date]:
    """Return the last day on which anything of a release may have been downloaded.

    From any index: who shares the bytes may have been the one it was counted for.
    """
    wanted = (
        select(File.filename, File.release_id)
        .join(Release, Release.id == File.release_id)
        .where(Release.project_id == project_id, File.removed_at.is_(None))
    )
    releases = {row.filename: row.release_id for row in db.session.execute(wanted)}
    found: dict[int, date] = {}
    for filename, day in _list_last_days(list(releases)):
        number = releases[filename]
        found[number] = max(day, found.get(number, day))
    return found


def _list_last_days(filenames: Sequence[str]) -> Iterator[tuple[str, date]]:
    slugs = db.session.scalars(select(Index.slug)).all()
    for start in range(0, len(filenames), _BATCH):
        part = filenames[start : start + _BATCH]
        for facts, moment in ((DownloadDay, DownloadDay.day), (DownloadMonth, DownloadMonth.month)):
            # Slugs are named, because the keys of the tables begin with them.
            own = (facts.index_slug.in_(slugs), facts.filename.in_(part))
            last = select(facts.filename, func.max(moment)).where(*own).group_by(facts.filename)
            for filename, day in db.session.execute(last):
                # Of a month nobody knows the day any more, so it may have been the last one.
                is_month = facts is DownloadMonth
                yield filename, next_month(day) - timedelta(days=1) if is_month else day


def _map_pins(project: Project) -> dict[str, str]:
    """Return who needs exactly a version of a project, by canonical versions."""
    wanted = (
        select(Dependency.requirement, Project.normalized_name)
        .join(Release, Release.id == Dependency.release_id)
        .join(Project, Project.id == Release.project_id)
        .where(
            Dependency.normalized_name == project.normalized_name,
            Dependency.requirement.contains("=="),
            Release.removed_at.is_(None),
            Project.removed_at.is_(None),
            Project.normalized_name != project.normalized_name,
        )
        .distinct()
    )
    return {
        version: name
        for requirement, name in db.session.execute(wanted)
        for version in _list_pinned(requirement)
    }


def _list_pinned(requirement: str) -> Collection[str]:
    try:
        specifiers = Requirement(requirement).specifier
    except InvalidRequirement:
        return ()
    exact = (each.version for each in specifiers if each.operator in {"==", "==="})
    return {canonical(version) for version in map(parse_version, exact) if version is not None}


def _rule(row: RetentionRule) -> Rule:
    return Rule(
        pattern=row.pattern,
        keep_newest=row.keep_newest,
        downloaded_days=row.downloaded_days,
        prerelease_days=row.prerelease_days,
        age_days=row.age_days,
    )

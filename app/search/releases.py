"""The newest releases of an index: our own as they were published, and those known of upstreams."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, select

from app.extensions import db
from app.indexes.queries import MIRROR
from app.projects.models import Project, Release
from app.search.browsing import NEWEST, ProjectPage
from app.search.models import Listing
from app.search.scopes import Scope
from app.search.turning import PAGE_SIZE, Key, Place, turn
from app.search.walking import walk
from app.sources.page import ProjectLine


@dataclass(frozen=True)
class NewRelease:
    """A release, and its place among the others: its time, its project and its version."""

    key: Key
    line: ProjectLine

    @property
    def name(self) -> str:
        """Return the normalised name of its project."""
        return self.line.normalized_name


def list_new_releases(scope: Scope, place: Place, *, size: int = PAGE_SIZE) -> ProjectPage:
    """Return a page of the newest releases; yanked ones are no news.

    Of an upstream's projects only the release is known that people should install.
    """
    page = turn(partial(_read, scope), place, scope.listed, size=size)
    return ProjectPage(tuple(row.line for row in page.rows), page.before, page.after)


def list_own_releases(scope: Scope, size: int) -> tuple[ProjectLine, ...]:
    """Return the releases that were published here last."""
    page = turn(partial(_read_own, scope), Place(), scope.listed, size=size)
    return tuple(row.line for row in page.rows)


def _read(scope: Scope, place: Place, limit: int) -> list[NewRelease]:
    """Return the next releases of both kinds."""
    found = [*_read_own(scope, place, limit), *_read_copied(scope, place, limit)]
    found.sort(key=lambda row: row.key[1:], reverse=place.is_back)
    found.sort(key=lambda row: row.key[0], reverse=not place.is_back)
    return found[:limit]


def _read_own(scope: Scope, place: Place, limit: int) -> list[NewRelease]:
    # Asked like this, the database goes by the newest releases and not by all projects.
    is_listed = exists().where(
        Listing.index_id == Project.index_id,
        Listing.normalized_name == Project.normalized_name,
        *scope.fits(),
    )
    order = (Release.published_at, Project.normalized_name, Release.version)
    at, *rest = order
    directions = (at, *(each.desc() for each in rest)) if place.is_back else (at.desc(), *rest)
    wanted = (
        select(*order, Project.index_id, Project.name, Release.summary)
        .join(Project, Release.project_id == Project.id)
        .where(
            Release.removed_at.is_(None),
            Release.yanked_at.is_(None),
            is_listed,
            *_behind(place),
        )
        .order_by(*directions)
        .limit(limit)
    )
    return [_own(scope, row) for row in db.session.execute(wanted)]


def _behind(place: Place) -> tuple[ColumnElement[bool], ...]:
    if place.key is None:
        return ()
    moment, name, version = place.key
    at, by_name, by_version = Release.published_at, Project.normalized_name, Release.version
    if place.is_back:
        beyond = (by_name < name) | ((by_name == name) & (by_version < version))
        return (at >= moment, (at > moment) | beyond)
    beyond = (by_name > name) | ((by_name == name) & (by_version > version))
    return (at <= moment, (at < moment) | beyond)


def _own(scope: Scope, row: Row[*tuple[Any, ...]]) -> NewRelease:
    line = ProjectLine(
        name=row.name,
        normalized_name=row.normalized_name,
        summary=row.summary,
        version=row.version,
        updated_at=row.published_at,
        index_slug=scope.slugs[row.index_id],
    )
    return NewRelease((row.published_at, row.normalized_name, row.version), line)


def _read_copied(scope: Scope, place: Place, limit: int) -> list[NewRelease]:
    """Return the next of an upstream's; a project has one, so its name is place enough."""
    near = Place(None if place.key is None else place.key[:2], place.is_back)
    found: list[NewRelease] = []
    for index in scope.indexes:
        if index.kind != MIRROR:
            continue
        wanted = select(Listing).where(
            Listing.version.is_not(None), Listing.is_yanked.is_(False), *scope.fits()
        )
        for listing in walk(wanted, index.id, NEWEST, near, limit=limit):
            key = (listing.updated_at, listing.normalized_name, listing.version)
            found.append(NewRelease(key, scope.line(listing)))
    return found

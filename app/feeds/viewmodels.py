"""What each feed tells, and under which heading."""

from dataclasses import dataclass

from app.core.i18n import _, reader_locale
from app.core.runtime import setting
from app.feeds.entries import Entry, Feed, News
from app.feeds.news import find_change, list_new_projects, list_new_releases, list_releases_of
from app.indexes.models import Index
from app.indexes.queries import MAIN
from app.sources.page import ReleaseDetail
from app.web.http import absolute_url

MOST_ENTRIES = 100


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a feed is: its address, and the same without what a reader may choose."""

    address: str
    name: str


def feed_of_projects(index: Index, place: Place) -> Feed:
    """Return the feed of the newest projects."""
    facts = {"site": setting("SITE_NAME"), "index": index.title}
    if index.slug == MAIN:
        title = _("Newest projects in %(site)s", **facts)
    else:
        title = _("Newest projects in the index %(index)s of %(site)s", **facts)
    news = list_new_projects(index, MOST_ENTRIES)
    return Feed(
        title=title,
        text=_("Projects whose first release is the newest."),
        link=_page_of(index),
        changed_at=find_change(index, news),
        entries=tuple(_project_entry(index, each) for each in news),
        **_frame(place),
    )


def feed_of_releases(index: Index, place: Place) -> Feed:
    """Return the feed of the newest releases."""
    facts = {"site": setting("SITE_NAME"), "index": index.title}
    if index.slug == MAIN:
        title = _("Newest releases in %(site)s", **facts)
    else:
        title = _("Newest releases in the index %(index)s of %(site)s", **facts)
    news = list_new_releases(index, MOST_ENTRIES)
    return Feed(
        title=title,
        text=_("What was published last, in all projects."),
        link=_page_of(index),
        changed_at=find_change(index, news),
        entries=tuple(_release_entry(index, each) for each in news),
        **_frame(place),
    )


def feed_of_project(index: Index, detail: ReleaseDetail, place: Place) -> Feed:
    """Return the feed of the newest releases of a project."""
    where = {"slug": index.slug, "name": detail.normalized_name}
    entries = tuple(
        Entry(
            title=version,
            link=absolute_url("site.release", version=version, **where),
            text=detail.summary,
            moment=moment,
        )
        for version, moment in list_releases_of(detail, MOST_ENTRIES)
    )
    return Feed(
        title=_("Releases of %(project)s", project=detail.name),
        text=detail.summary or _("What was published last, in this project."),
        link=absolute_url("site.project", **where),
        changed_at=entries[0].moment if entries else index.created_at,
        entries=entries,
        **_frame(place),
    )


def _project_entry(index: Index, news: News) -> Entry:
    return Entry(
        title=news.name,
        link=absolute_url("site.project", slug=index.slug, name=news.normalized_name),
        text=news.summary,
        moment=news.moment,
        people=news.people,
    )


def _release_entry(index: Index, news: News) -> Entry:
    where = {"slug": index.slug, "name": news.normalized_name, "version": news.version}
    return Entry(
        title=f"{news.name} {news.version}",
        link=absolute_url("site.release", **where),
        text=news.summary,
        moment=news.moment,
        people=news.people,
    )


def _page_of(index: Index) -> str:
    if index.slug == MAIN:
        return absolute_url("site.home")
    return absolute_url("site.index", slug=index.slug)


def _frame(place: Place) -> dict[str, str]:
    return {
        "address": place.address,
        "name": place.name,
        "site": setting("SITE_NAME"),
        "language": reader_locale().replace("_", "-"),
    }

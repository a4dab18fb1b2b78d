"""The page of a project as a frozen object."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from markupsafe import Markup

from app.accounts.actors import Actor
from app.core import clock
from app.core.i18n import _
from app.indexes.queries import MAIN
from app.search.dependents import Dependents, Related
from app.search.facts import list_people
from app.site.downloads import DownloadsView
from app.site.installing import Command, extra_command, list_commands, pin_line, pin_lines
from app.site.licenses import LicensePart, license_parts, short_license
from app.site.links import Contact, Link, list_contacts, list_links
from app.site.prose import readable
from app.site.requirements import Extra, Needs, list_needs
from app.site.snippets import Snippet
from app.site.structured import describe, short
from app.site.timeline import Timeline, make_timeline
from app.site.wheels import Compatibility, list_compatibility
from app.sources.page import FileLink, ProjectLine, ReleaseDetail, ReleaseLine
from app.web.http import absolute_url
from app.web.paging import NumberedPage

HISTORY, DOWNLOADS = "history", "downloads"
TABS = ("description", "files", HISTORY, DOWNLOADS)
# No page can show more, and installers do not read it.
MOST_FILES = 500
_MOST_WORDS = 200
_SOURCES = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.z", ".tar")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page is, and who reads it."""

    slug: str
    tab: str
    actor: Actor
    url: str
    index_url: str
    has_upstream: bool
    is_public: bool


@dataclass(frozen=True, kw_only=True)
class KnownView:
    """A project of which an index knows no more than a line."""

    slug: str
    line: ProjectLine


@dataclass(frozen=True, kw_only=True)
class ProjectView:
    """A project at one release, as an index shows it.

    `detail` is what the source said; the rest is what it means for a reader.
    `history` and `downloads` are looked up for their own tabs only.
    """

    place: Place
    detail: ReleaseDetail
    commands: tuple[Command, ...]
    links: tuple[Link, ...]
    authors: tuple[Contact, ...]
    maintainers: tuple[Contact, ...]
    needs: Needs
    dependents: Dependents
    snippets: tuple[Snippet, ...]
    history: NumberedPage[ReleaseLine] | None
    downloads: DownloadsView | None

    @classmethod
    def of(
        cls,
        detail: ReleaseDetail,
        place: Place,
        *,
        related: Related,
        snippets: tuple[Snippet, ...],
        history: NumberedPage[ReleaseLine] | None,
        downloads: DownloadsView | None,
    ) -> "ProjectView":
        """Return the page of a release as an actor sees it."""
        known = detail.neighbours | related.here
        return cls(
            place=place,
            detail=detail,
            commands=list_commands(detail, place.index_url, has_upstream=place.has_upstream),
            links=_links(detail),
            authors=list_contacts(detail.author, detail.author_email),
            maintainers=list_contacts(detail.maintainer, detail.maintainer_email),
            needs=list_needs(detail.requires_dist, known, detail.provides_extra),
            dependents=related.dependents,
            snippets=snippets if place.is_public else (),
            history=history,
            downloads=downloads,
        )

    @property
    def slug(self) -> str:
        """Return the index whose page it is."""
        return self.place.slug

    @property
    def tab(self) -> str:
        """Return which part of the page is shown."""
        return self.place.tab if self.place.tab in TABS else TABS[0]

    @property
    def may_manage(self) -> bool:
        """Tell whether the reader may change the project."""
        # The pages of owners are about the main index alone.
        return self.detail.index_slug == MAIN and self._works_on({"owner"})

    @property
    def may_promote(self) -> bool:
        """Tell whether the reader may bring the release to another index."""
        # What is in the main index has arrived.
        return self.detail.index_slug != MAIN and self._works_on({"owner", "maintainer"})

    @property
    def url(self) -> str:
        """Return the full address of the project."""
        return self.place.url

    @property
    def description(self) -> Markup | None:
        """Return the description as HTML, or None when it was not rendered."""
        html = self.detail.description_html
        return readable(html) if html else None

    @property
    def structured(self) -> dict[str, Any]:
        """Return what search engines read."""
        detail = self.detail
        people = list_people(
            detail.author, detail.author_email, detail.maintainer, detail.maintainer_email
        )
        return describe(detail, url=self.url, links=self.links, people=people)

    @property
    def summary(self) -> str:
        """Return the summary as short as cards and results show it."""
        return short(self.detail.summary)

    @property
    def picture(self) -> str:
        """Return the full address of the picture that social networks show."""
        return absolute_url("static", filename="img/card.png")

    @property
    def classifiers(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Return classifiers by their first words; each with what follows and as a whole."""
        groups: dict[str, tuple[tuple[str, str], ...]] = {}
        for classifier in self.detail.classifiers[:_MOST_WORDS]:
            head, _sep, rest = classifier.partition(" :: ")
            groups[head] = (*groups.get(head, ()), (rest or head, classifier))
        return groups

    @property
    def keywords(self) -> tuple[tuple[str, str], ...]:
        """Return keywords as they are written, and as they are listed."""
        words = self.detail.keywords[:_MOST_WORDS]
        return tuple((word, " ".join(word.lower().split())) for word in words)

    @property
    def first_published(self) -> datetime | None:
        """Return when the first release came, as far as it is told."""
        times = [line.published_at for line in self.detail.releases if line.published_at]
        return None if self.hidden_releases else min(times, default=None)

    @property
    def is_hidden(self) -> bool:
        """Tell whether search engines are asked to leave the page out."""
        return self.detail.status == "quarantined" or not self.place.is_public

    @property
    def is_default(self) -> bool:
        """Tell whether this is the release that people should install."""
        return self.detail.version == self.detail.latest_version

    @property
    def newer_prerelease(self) -> ReleaseLine | None:
        """Return the newest pre-release that comes after the stable release, or None."""
        detail = self.detail
        if not self.is_default or detail.latest_stable_version is None:
            return None
        newer = takewhile(lambda line: line.version != detail.latest_version, detail.releases)
        return next((line for line in newer if line.is_prerelease and not line.is_yanked), None)

    @property
    def license(self) -> str | None:
        """Return the licence in few words, or None when nobody said."""
        return short_license(self.detail)

    @property
    def license_parts(self) -> tuple[LicensePart, ...]:
        """Return the licence in parts, of which those that are licences have pages."""
        return license_parts(self.license) if self.license else ()

    @property
    def long_license(self) -> str | None:
        """Return the text of a licence that was put where its name belongs, or None."""
        text = self.detail.license_text.strip()
        return text if text and text != self.license else None

    @property
    def sdists(self) -> tuple[FileLink, ...]:
        """Return the source distributions."""
        return tuple(file for file in self._shown_files if _is_source(file))

    @property
    def wheels(self) -> tuple[FileLink, ...]:
        """Return the built distributions, the newest Python first."""
        return tuple(file for file in reversed(self._shown_files) if not _is_source(file))

    @property
    def hidden_files(self) -> int:
        """Return how many files the page leaves out."""
        return len(self.detail.files) - len(self._shown_files)

    @property
    def compatibility(self) -> Compatibility:
        """Return for which Pythons and platforms there are wheels."""
        return list_compatibility(file.filename for file in self.detail.files)

    @property
    def pins(self) -> tuple[str, ...]:
        """Return the lines that take all files by their hashes, unless they are too many."""
        return () if self.hidden_files else pin_lines(self.detail)

    def pin(self, file: FileLink) -> str:
        """Return the line that takes the release by the hash of one file."""
        return pin_line(self.detail, file.sha256 or "")

    @property
    def timeline(self) -> Timeline | None:
        """Return the releases along a line of time."""
        return make_timeline(self.detail.releases, clock.now())

    @property
    def hidden_releases(self) -> int:
        """Return how many older releases the history leaves out."""
        return self.detail.release_count - len(self.detail.releases)

    def is_shown(self, line: ReleaseLine) -> bool:
        """Tell whether a line of the history is the release on this page."""
        return line.version == self.detail.version

    def command_of(self, extra: Extra) -> Command | None:
        """Return the line that installs the release with an extra, or None."""
        return extra_command(self.detail, self.place.index_url, extra.name)

    @property
    def _shown_files(self) -> tuple[FileLink, ...]:
        return self.detail.files[:MOST_FILES]

    def _works_on(self, roles: Set[str]) -> bool:
        actor, detail = self.place.actor, self.detail
        if detail.origin is not None:
            return False
        return actor.is_admin or any(
            person.username == actor.username and person.role in roles for person in detail.people
        )


def _is_source(file: FileLink) -> bool:
    # Upstreams may not tell it, and old ones have eggs and installers too.
    return file.filetype == "sdist" or (not file.filetype and file.filename.endswith(_SOURCES))


def _links(detail: ReleaseDetail) -> tuple[Link, ...]:
    old = ((_("Homepage"), detail.home_page), (_("Download"), detail.download_url))
    return list_links((*detail.project_urls, *old))

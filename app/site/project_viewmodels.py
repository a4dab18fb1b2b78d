"""The page of a project as a frozen object."""

from collections.abc import Set
from dataclasses import dataclass, field

from markupsafe import Markup

from app.accounts.actors import Actor
from app.core.i18n import _
from app.indexes.queries import MAIN
from app.site.installing import Command, list_commands
from app.site.links import Contact, Link, list_contacts, list_links
from app.site.prose import readable
from app.site.requirements import Need, list_needs
from app.sources.page import FileLink, ReleaseDetail, ReleaseLine

TABS = ("description", "files", "history")
_SHORT_LICENSE = 60
_SOURCES = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.z", ".tar")


@dataclass(frozen=True, kw_only=True)
class ProjectView:
    """A project at one release, as an index shows it.

    `detail` is what the source said; the rest is what it means for a reader.
    """

    slug: str
    detail: ReleaseDetail
    tab: str
    may_manage: bool
    may_promote: bool
    commands: tuple[Command, ...]
    links: tuple[Link, ...]
    authors: tuple[Contact, ...]
    maintainers: tuple[Contact, ...]
    needs: tuple[Need, ...]
    classifiers: dict[str, tuple[str, ...]] = field(hash=False)

    @classmethod
    def of(
        cls,
        detail: ReleaseDetail,
        *,
        slug: str,
        tab: str,
        actor: Actor,
        index_url: str,
        has_upstream: bool,
    ) -> "ProjectView":
        """Return the page of a release as an actor sees it."""
        return cls(
            slug=slug,
            detail=detail,
            tab=tab if tab in TABS else TABS[0],
            may_manage=_may_manage(actor, detail),
            may_promote=_may_promote(actor, detail),
            commands=list_commands(detail, index_url, has_upstream=has_upstream),
            links=_links(detail),
            authors=list_contacts(detail.author, detail.author_email),
            maintainers=list_contacts(detail.maintainer, detail.maintainer_email),
            needs=list_needs(detail.requires_dist, detail.neighbours),
            classifiers=_group(detail.classifiers),
        )

    @property
    def description(self) -> Markup | None:
        """Return the description as HTML, or None when it was not rendered."""
        html = self.detail.description_html
        return readable(html) if html else None

    @property
    def is_default(self) -> bool:
        """Tell whether this is the release that people should install."""
        return self.detail.version == self.detail.latest_version

    @property
    def license(self) -> str | None:
        """Return the licence in few words, or None when nobody said."""
        detail = self.detail
        text = detail.license_text.strip()
        short = text if text and len(text) <= _SHORT_LICENSE and "\n" not in text else None
        return detail.license_expression or detail.license_name or short

    @property
    def long_license(self) -> str | None:
        """Return the text of a licence that was put where its name belongs, or None."""
        text = self.detail.license_text.strip()
        return text if text and text != self.license else None

    @property
    def sdists(self) -> tuple[FileLink, ...]:
        """Return the source distributions."""
        return tuple(file for file in self.detail.files if _is_source(file))

    @property
    def wheels(self) -> tuple[FileLink, ...]:
        """Return the built distributions, the newest Python first."""
        return tuple(file for file in reversed(self.detail.files) if not _is_source(file))

    @property
    def hidden_releases(self) -> int:
        """Return how many older releases the history leaves out."""
        return self.detail.release_count - len(self.detail.releases)

    def is_shown(self, line: ReleaseLine) -> bool:
        """Tell whether a line of the history is the release on this page."""
        return line.version == self.detail.version


def _may_manage(actor: Actor, detail: ReleaseDetail) -> bool:
    # The pages of owners are about the main index alone.
    return detail.index_slug == MAIN and _works_on(actor, detail, {"owner"})


def _may_promote(actor: Actor, detail: ReleaseDetail) -> bool:
    # What is in the main index has arrived.
    return detail.index_slug != MAIN and _works_on(actor, detail, {"owner", "maintainer"})


def _works_on(actor: Actor, detail: ReleaseDetail, roles: Set[str]) -> bool:
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


def _group(classifiers: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for classifier in classifiers:
        head, _sep, rest = classifier.partition(" :: ")
        groups[head] = (*groups.get(head, ()), rest or head)
    return groups

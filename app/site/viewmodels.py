"""Frozen page objects: a template gets one of them and asks nobody else."""

from dataclasses import dataclass

from app.projects.totals import Counts
from app.search.labels import LabelLine
from app.site.queries import OwnLine, Profile
from app.sources.page import ProjectLine


@dataclass(frozen=True, kw_only=True)
class HomeView:
    """The front page; `upstreams` are the hosts that the index copies.

    `known` is how many names are known of each of them. Releases are our own ones,
    or an upstream's as long as there are none.
    """

    counts: Counts
    known: tuple[tuple[str, int], ...]
    releases: tuple[ProjectLine, ...]
    projects: tuple[ProjectLine, ...]
    popular: tuple[ProjectLine, ...]
    topics: tuple[LabelLine, ...]
    index_url: str
    upload_url: str
    upstreams: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ProfileView:
    """A person and what they publish."""

    person: Profile
    projects: tuple[OwnLine, ...]
    is_own: bool

    @property
    def active(self) -> tuple[OwnLine, ...]:
        """Return the projects that live on."""
        return tuple(own for own in self.projects if own.status != "archived")

    @property
    def archived(self) -> tuple[OwnLine, ...]:
        """Return the projects that get no more releases."""
        return tuple(own for own in self.projects if own.status == "archived")

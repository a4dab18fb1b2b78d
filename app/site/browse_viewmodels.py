"""Frozen page objects of the pages to browse."""

from dataclasses import dataclass

from app.search.labels import LabelLine
from app.site.queries import MaintainerLine
from app.sources.page import ProjectLine


@dataclass(frozen=True, kw_only=True)
class Turning:
    """How one turns from a page to those beside it, by cursors."""

    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A kind of labels, and the most used ones of it; `segment` is what addresses say."""

    kind: str
    segment: str
    lines: tuple[LabelLine, ...]


@dataclass(frozen=True, kw_only=True)
class BrowseView:
    """Where browsing begins."""

    slug: str
    shelves: tuple[Shelf, ...]
    newest: tuple[ProjectLine, ...]


@dataclass(frozen=True, kw_only=True)
class LabelsView:
    """Labels of a kind; `sort` is `used` or `name`, `text` is what they were asked to hold."""

    slug: str
    kind: str
    segment: str
    sort: str
    text: str
    lines: tuple[LabelLine, ...]
    turning: Turning
    is_part: bool


@dataclass(frozen=True, kw_only=True)
class LabelView:
    """The projects that have a label, and the classifiers below it.

    `address` is the one full address of all views of the page, but not of those that
    one turned to.
    """

    slug: str
    kind: str
    segment: str
    value: str
    count: int
    sort: str
    lines: tuple[ProjectLine, ...]
    turning: Turning
    address: str | None
    below: tuple[LabelLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProjectsView:
    """A list of projects, or of releases."""

    slug: str
    lines: tuple[ProjectLine, ...]
    turning: Turning


@dataclass(frozen=True, kw_only=True)
class MaintainersView:
    """People who have a part in projects that an index holds."""

    slug: str
    text: str
    lines: tuple[MaintainerLine, ...]
    turning: Turning


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A part of a classifier and what is below it.

    `value` is the whole classifier. `count` is how many projects carry it, None when
    none does, and `total` adds up those of all that is below.
    """

    name: str
    value: str
    count: int | None
    total: int
    branches: tuple["Branch", ...]


@dataclass(frozen=True, kw_only=True)
class TreeView:
    """The classifiers that projects carry, by their parts."""

    slug: str
    segment: str
    branches: tuple[Branch, ...]

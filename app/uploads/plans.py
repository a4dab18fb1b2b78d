"""What bringing a release to another index would do, and what stands against it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from packaging.requirements import Requirement

from app.accounts.actors import Actor
from app.core.exceptions import DomainError, Forbidden
from app.core.i18n import _, _l
from app.indexes.models import Index
from app.indexes.permissions import demand_read, may_read
from app.indexes.queries import VISIBILITIES, list_indexes, list_paths, openness
from app.projects.exceptions import ReleaseNotFound
from app.projects.models import File, Project, Release
from app.projects.names import normalise
from app.projects.queries import find_claim, find_release, get_project
from app.projects.services import QUARANTINED
from app.uploads.candidates import policy_of
from app.uploads.duplicates import is_published
from app.uploads.exceptions import InvalidMetadata, ProjectClosed, PromotionRefused
from app.uploads.filenames import check_policy, parse_filename
from app.uploads.needs import list_left_behind
from app.uploads.permissions import (
    demand_beginning,
    demand_key_for,
    demand_new_name,
    demand_open,
    demand_project,
    demand_uploader,
)
from app.uploads.queries import Returning, find_returning
from app.uploads.sizes import demand_file_size, demand_room

# A release may have hundreds of files, all with the same fault.
_MOST_REASONS = 5


@dataclass(frozen=True)
class Finding:
    """Something that stands against a promotion, or that should be known before it."""

    code: str
    message: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a promotion would do; `files` are the names of those that would come."""

    files: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    refusals: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    is_new_project: bool = False

    @property
    def is_ready(self) -> bool:
        """Tell whether there is something to bring and nothing against it."""
        return bool(self.files) and not self.refusals


def find_promotable(actor: Actor, source: Index, name: str, version: str) -> Release:
    """Return the release that somebody wants to promote.

    Raises `Unauthenticated` or `Forbidden` for who may not read it, and `NotFound`.
    """
    demand_read(actor, source, normalise(name))
    if source.kind != "hosted":
        raise Forbidden(_l("A mirror's projects are its upstream's, and cannot be promoted."))
    release = find_release(get_project(source.id, name).id, version)
    if release is None:
        raise ReleaseNotFound
    return release


def list_targets(actor: Actor, source: Index) -> list[Index]:
    """Return the indexes to which somebody may think of promoting, the bases of the source first.

    Those that look into the source show its releases already.
    """
    below = [path[-1].id for path in list_paths(source)]
    targets = [
        index
        for index in list_indexes()
        if index.kind == "hosted" and may_read(actor, index) and not _looks_into(index, source)
    ]
    return sorted(targets, key=lambda index: (index.id not in below, index.slug))


def make_plan(actor: Actor, source: Index, target: Index, release: Release) -> Plan:
    """Return what bringing a release to an index would do; reads only."""
    if source.id == target.id:
        return Plan(refusals=(Finding("same-index", _("It is in this index already.")),))
    try:
        demand_uploader(actor, target)
    except DomainError as error:
        # Who may not use the index must not learn from us what is in it.
        return Plan(refusals=(_explain(error, target, release.project.name),))
    return _Planner(actor, source, target, release).plan()


def demand_ready(plan: Plan) -> None:
    """Raise `PromotionRefused`, with the first reasons, if something stands against a plan."""
    if plan.refusals:
        reasons = dict.fromkeys(finding.message for finding in plan.refusals)
        first = " ".join(islice(reasons, _MOST_REASONS))
        raise PromotionRefused(first, code=plan.refusals[0].code)


class _Planner:
    """Looks at a release with the eyes of the index where it is to go."""

    def __init__(self, actor: Actor, source: Index, target: Index, release: Release) -> None:
        self.actor, self.source, self.target, self.release = actor, source, target, release
        self.name = release.project.name
        self.project = find_claim(target.id, self.name)
        self.returning = find_returning(target.slug, self.project)
        self.files: list[str] = []
        self.size = 0
        self.present: list[str] = []

    def plan(self) -> Plan:
        """Return what would be done."""
        refusals = (*self._refuse_name(), *self._refuse_content(), *self._refuse_files())
        return Plan(
            files=tuple(self.files),
            present=tuple(self.present),
            refusals=refusals,
            warnings=tuple(self._warn()),
            is_new_project=self.project is None,
        )

    def _refuse_name(self) -> Iterator[Finding]:
        yield from self._find(demand_key_for, self.actor, self.target, self.name)
        yield from self._find(
            demand_name, self.actor, self.target, self.name, self.project, self.returning
        )

    def _refuse_content(self) -> Iterator[Finding]:
        yield from self._find(self._demand_no_quarantine)
        yield from self._find(self._demand_no_direct_dependency)
        if not any(file.is_servable for file in self.release.files):
            yield Finding("no-files", _("The release has no file that may be downloaded."))

    def _refuse_files(self) -> Iterator[Finding]:
        for file in self.release.files:
            if file.is_servable:
                yield from self._find(self._place, file, name=file.filename)
        yield from self._find(demand_room, self.target, self.project, self.size)

    def _place(self, file: File) -> None:
        """Note whether a file would come or is there already; raise why it may not come."""
        name = parse_filename(file.filename, file.filetype)
        returning = self.returning.files
        if is_published(self.target.id, name, file.sha256, returning=returning):
            self.present.append(file.filename)
            return
        check_policy(name, policy_of(self.target))
        demand_file_size(self.target, self.project, file.size)
        self.files.append(file.filename)
        self.size += file.size

    def _demand_no_quarantine(self) -> None:
        if self.release.project.status == QUARANTINED:
            raise ProjectClosed(code="source-quarantined")

    def _demand_no_direct_dependency(self) -> None:
        if policy_of(self.target).direct_dependencies:
            return
        if any(Requirement(each.requirement).url for each in self.release.dependencies):
            raise InvalidMetadata(code="direct-dependency")

    def _warn(self) -> Iterator[Finding]:
        if self.release.is_yanked:
            yield Finding("yanked", _("The release is yanked, and will be there too."))
        if VISIBILITIES.index(openness(self.target)) < VISIBILITIES.index(openness(self.source)):
            text = _("More people may read %(target)s than now see it.", target=self.target.slug)
            yield Finding("more-readers", text)
        stopped = _list_stopped(self.release)
        if stopped:
            text = _("These files are in quarantine and stay behind:")
            yield Finding("files-stopped", text, stopped)
        needs = list_left_behind(self.release, self.source, self.target)
        if needs:
            text = _("It needs what only %(source)s has:", source=self.source.slug)
            yield Finding("needs-left-behind", text, tuple(needs))

    def _find(self, check: Callable[..., None], *values: object, name: str = "") -> list[Finding]:
        """Return what a check raises; `name` is that of the file that it looks at."""
        try:
            check(*values)
        except DomainError as error:
            return [_explain(error, self.target, self.name, name)]
        return []


def _list_stopped(release: Release) -> tuple[str, ...]:
    return tuple(
        file.filename
        for file in release.files
        if file.removed_at is None and file.quarantined_at is not None
    )


def _looks_into(index: Index, other: Index) -> bool:
    return any(path[-1].id == other.id for path in list_paths(index))


def demand_name(
    actor: Actor, index: Index, name: str, project: Project | None, returning: Returning
) -> None:
    """Raise unless the actor may bring a release of a project, new or not, into an index."""
    if project is None:
        demand_new_name(actor, index, name)
    elif returning.project:
        # It was removed with the promotion that had brought it, and by nobody's wish to end it.
        demand_beginning(name)
        demand_open(actor, project)
    else:
        demand_project(actor, project)


def _explain(error: DomainError, index: Index, name: str, file: str = "") -> Finding:
    """Return a refusal in the reader's language, or in that of programs if it is a rare one."""
    sentence = _SENTENCES.get(error.code)
    if sentence is None:
        return Finding(error.code, str(error))
    values = {"index": index.slug, "project": name, "file": file}
    return Finding(error.code, str(sentence) % values)


# Their values are filled in when they are shown.
_SENTENCES = {
    "not-allowed": _l(
        "You may not publish %(project)s in the index %(index)s. Ask its owners, or an "
        "administrator."
    ),
    "token-scope": _l("This token may not be used for that."),
    "forbidden": _l("The index %(index)s is a mirror, and nothing is published there."),
    "name-refused": _l(
        "A new project in %(index)s may not be called %(project)s: the name is Python's own, or "
        "too similar to another one."
    ),
    "name-prohibited": _l("An administrator has prohibited the name %(project)s."),
    "file-too-large": _l("%(file)s is larger than a file of %(project)s may be in %(index)s."),
    "project-too-large": _l("%(project)s would be larger than it may be in %(index)s."),
    "name-upstream": _l(
        "The name %(project)s belongs to an upstream of %(index)s. An administrator can claim it: "
        "flask index claim %(project)s --index %(index)s"
    ),
    "name-elsewhere": _l(
        "The name %(project)s belongs to an index below %(index)s, where you may not publish it."
    ),
    "project-closed": _l(
        "The project %(project)s takes no files in %(index)s: it is archived or in quarantine."
    ),
    "source-quarantined": _l("The project %(project)s is in quarantine."),
    "direct-dependency": _l(
        "The release needs something from an address of its own, and %(index)s takes no such "
        "releases."
    ),
    "file-exists": _l(
        "%(file)s is in %(index)s with other content, or its content has another name there."
    ),
    "filename-used": _l(
        "%(file)s was removed from %(index)s, and file names are never used again. Publish a new "
        "version."
    ),
    "file-quarantined": _l("%(file)s is in quarantine in %(index)s."),
    "sdist-exists": _l("The release has another source archive in %(index)s."),
    "local-version": _l("%(index)s takes no local versions, and %(file)s is one."),
    "unsupported-platform": _l("%(index)s takes no wheels for the platform of %(file)s."),
}

"""Bringing a release from one index to another, and taking that back for a day.

No byte is copied: the rows in the other index stand on the same blobs, and keep
the time at which the files were uploaded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from app.accounts.actors import Actor
from app.accounts.models import Account
from app.core import clock
from app.core.database import wait_for_turn
from app.core.events import tell
from app.core.exceptions import Unauthenticated
from app.core.faults import reach
from app.core.jobs import enqueue
from app.extensions import db
from app.indexes.models import Index
from app.indexes.permissions import may_publish_names, may_read
from app.indexes.queries import find_index, get_index
from app.projects.events import (
    FileDeleted,
    FilePublished,
    ProjectCreated,
    ProjectDeleted,
    PromotionUndone,
    ReleaseCreated,
    ReleaseDeleted,
    ReleasePromoted,
    RoleGranted,
)
from app.projects.exceptions import NotAllowed
from app.projects.models import File, Project, Release
from app.projects.names import lookalike
from app.projects.permissions import MAINTAINER, OWNER, may_manage, may_upload
from app.projects.queries import count_owners, find_claim, lock_claim
from app.projects.roles import give
from app.projects.services import describe, touch
from app.stats.queries import count_downloads_of_files
from app.uploads.copies import copy_file, copy_release
from app.uploads.exceptions import AlreadyUndone, PromotionNotFound, PromotionSettled
from app.uploads.models import Promotion
from app.uploads.plans import demand_ready, find_promotable, make_plan
from app.uploads.queries import (
    get_promotion,
    has_files,
    has_releases,
    list_needing,
    list_present_files,
)
from app.uploads.services import add_project

UNDONE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Consequences:
    """What taking a promotion back does to those who may rely on it by now.

    `needed_by` are other projects of the index whose newest release needs this one.
    """

    files: tuple[str, ...]
    downloads: int
    needed_by: tuple[str, ...]


def promote(
    actor: Actor, name: str, version: str, *, source: str, target: str, reason: str = ""
) -> Promotion | None:
    """Bring a release from an index to another one, by their slugs.

    Returns None if all of it is there already; raises `PromotionRefused`, or what
    `find_promotable` raises.
    """
    here, there = get_index(source), get_index(target)
    _hold(name, here, there)
    release = find_promotable(actor, here, name, version)
    plan = make_plan(actor, here, there, release)
    demand_ready(plan)
    if not plan.files:
        return None
    project = _open_project(actor, release.project, there)
    reach("promotion.opened")
    brought = _bring_files(actor, release, project, plan.files)
    reach("promotion.brought")
    touch(project)
    promotion = _note(actor, release, here, there, brought, " ".join(reason.split()))
    facts = describe(actor, project) | {"version": release.version}
    tell(ReleasePromoted(**facts, source_slug=source, reason=promotion.reason))
    return promotion


def undo_promotion(actor: Actor, promotion_id: int) -> Consequences:
    """Remove what a promotion brought and is there still; the same bytes may come again.

    Raises `NotAllowed`, `AlreadyUndone` or `PromotionSettled`.
    """
    project = _hold_promoted(promotion_id)
    promotion = get_promotion(promotion_id)
    _demand_undo(actor, promotion, project)
    consequences = _weigh(promotion, project)
    promotion.undone_at = clock.now()
    _take_files(actor, promotion, project)
    reach("promotion.taken-back")
    touch(project)
    facts = describe(actor, project) | {"version": promotion.version}
    tell(PromotionUndone(**facts, source_slug=promotion.source_slug))
    return consequences


def foresee_undo(actor: Actor, promotion: Promotion) -> Consequences | None:
    """Return what taking a promotion back would do, or None if the actor cannot do it now."""
    if promotion.undone_at is not None or _is_settled(promotion):
        return None
    index = find_index(promotion.target_slug)
    project = None if index is None else find_claim(index.id, promotion.project)
    if project is None or not _may_take_back(actor, promotion, project):
        return None
    return _weigh(promotion, project)


def _hold(name: str, source: Index, target: Index) -> None:
    """Lock the projects of a name in two indexes, or the place of one that is not there yet."""
    # In one order everywhere, so that two who promote to and fro never wait in a circle.
    for index in sorted((source, target), key=lambda index: index.id):
        if lock_claim(index.id, name) is None:
            wait_for_turn(f"{index.id}:{lookalike(name)}")
            lock_claim(index.id, name)


def _open_project(actor: Actor, source: Project, target: Index) -> Project:
    """Return the project in the other index, made or shown again if that is needed."""
    project, is_new = add_project(actor, target, source.name)
    if is_new:
        _pass_on_roles(actor, source, project, target)
    elif project.removed_at is not None:
        project.removed_at = None
        tell(ProjectCreated(**describe(actor, project)))
    return project


def _pass_on_roles(actor: Actor, source: Project, project: Project, target: Index) -> None:
    """Let those work on a new project who do so in its other index.

    Only those who may bring new projects here: a promotion must open no door to
    anybody for whom the index has none. Whoever promotes gets in by the same rule.
    """
    for role in source.roles:
        account = db.session.get_one(Account, role.account_id)
        if role.kind in {OWNER, MAINTAINER} and _may_bring_names(account, target):
            _give(actor, project, account, role.kind)
    db.session.flush()  # Who owns it is asked of the database.
    if actor.account_id is None:
        return
    promoter = db.session.get_one(Account, actor.account_id)
    if count_owners(project.id) == 0:
        _give(actor, project, promoter, OWNER)
    elif not may_upload(actor, project):
        _give(actor, project, promoter, MAINTAINER)


def _may_bring_names(account: Account, index: Index) -> bool:
    owner = Actor(account.id, account.username, is_admin=account.is_admin)
    return account.is_active and may_publish_names(owner, index)


def _give(actor: Actor, project: Project, account: Account, kind: str) -> None:
    give(project, account.id, kind)
    tell(RoleGranted(**describe(actor, project), username=account.username, kind=kind))


def _bring_files(
    actor: Actor, source: Release, project: Project, filenames: Iterable[str]
) -> list[File]:
    release, is_new = copy_release(source, project)
    facts = describe(actor, project) | {"version": release.version}
    if is_new:
        tell(ReleaseCreated(**facts))
        if release.description_html is None:
            enqueue("render-description", release_id=release.id)
    wanted = [file for file in source.files if file.filename in set(filenames)]
    brought = [copy_file(file, release) for file in wanted]
    db.session.flush()  # The promotion notes their numbers.
    for file in brought:
        tell(FilePublished(**facts, filename=file.filename, sha256=file.sha256))
    return brought


def _note(
    actor: Actor, release: Release, source: Index, target: Index, files: list[File], reason: str
) -> Promotion:
    promotion = Promotion(
        source_slug=source.slug,
        target_slug=target.slug,
        project=release.project.normalized_name,
        version=release.version,
        reason=reason,
        account_id=actor.account_id,
        actor=actor.username,
        files=[file.id for file in files],
        promoted_at=clock.now(),
    )
    db.session.add(promotion)
    db.session.flush()  # Callers tell its number.
    return promotion


def _hold_promoted(promotion_id: int) -> Project:
    """Return the project that a release was brought to, locked."""
    promotion = get_promotion(promotion_id)
    index = find_index(promotion.target_slug)
    project = None if index is None else lock_claim(index.id, promotion.project)
    if project is None:
        raise PromotionNotFound
    return project


def _demand_undo(actor: Actor, promotion: Promotion, project: Project) -> None:
    if not _may_take_back(actor, promotion, project):
        if actor.account_id is None:
            raise Unauthenticated
        raise NotAllowed
    if promotion.undone_at is not None:
        raise AlreadyUndone
    if _is_settled(promotion):
        raise PromotionSettled


def _is_settled(promotion: Promotion) -> bool:
    return clock.now() - promotion.promoted_at > UNDONE_WITHIN


def _may_take_back(actor: Actor, promotion: Promotion, project: Project) -> bool:
    """Tell whether somebody owns the project, or brought the release and works on it still."""
    # A token never may: it is for programs, and what it opens is uploading.
    if actor.key is not None or not may_read(actor, db.session.get_one(Index, project.index_id)):
        return False
    is_own = actor.account_id is not None and promotion.account_id == actor.account_id
    return may_manage(actor, project) or (is_own and may_upload(actor, project))


def _weigh(promotion: Promotion, project: Project) -> Consequences:
    files = tuple(file.filename for file in list_present_files(promotion, project))
    return Consequences(
        files=files,
        downloads=count_downloads_of_files(promotion.target_slug, files),
        needed_by=tuple(list_needing(project)),
    )


def _take_files(actor: Actor, promotion: Promotion, project: Project) -> None:
    """Remove the files of a promotion, and the release and the project that become empty."""
    files = list_present_files(promotion, project)
    facts = describe(actor, project)
    for file in files:
        file.removed_at = promotion.undone_at
        tell(FileDeleted(**facts, version=file.release.version, filename=file.filename))
    db.session.flush()  # What is left is found by SQL.
    for release in {file.release for file in files}:
        if not has_files(release.id):
            release.removed_at = promotion.undone_at
            tell(ReleaseDeleted(**facts, version=release.version))
    db.session.flush()
    if files and not has_releases(project.id):
        project.removed_at = promotion.undone_at
        tell(ProjectDeleted(**facts))

"""Comparing all that is counted, or noted of the newest, with what it is made from."""

from collections.abc import Iterable
from datetime import date
from functools import partial

from sqlalchemy import Select, exists, func, or_, select, update

from app.checking.findings import Check, Finding, Wanted
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import Index, SerialCounter
from app.indexes.queries import map_slugs
from app.projects import totals
from app.projects.models import Project
from app.projects.queries import find_newest, list_stale
from app.search.inspection import list_miscounted, recount_label
from app.stats.rebuilding import count_wrong, list_months, rebuild_month


def project_counts(_wanted: Wanted) -> Check:
    """Look whether projects count their releases and files right."""
    return Check("Counts of projects", _judge_projects)


def index_totals(_wanted: Wanted) -> Check:
    """Look whether indexes count what their projects come to."""
    return Check("Counts of indexes", _judge_indexes)


def newest_releases(_wanted: Wanted) -> Check:
    """Look whether the newest releases that are noted are the newest."""
    return Check("Newest releases", _judge_newest)


def serials(_wanted: Wanted) -> Check:
    """Look whether nothing has a number of a change that is still to come."""
    return Check("Numbers of changes", _judge_serials)


def label_counts(_wanted: Wanted) -> Check:
    """Look whether labels are counted right."""
    return Check("Counts of labels", _judge_labels)


def download_sums(_wanted: Wanted) -> Check:
    """Look whether the sums of downloads are what was counted, month by month."""
    return Check("Sums of downloads", _judge_month, list_months)


def _judge_projects(_step: None) -> Iterable[Finding]:
    slugs = map_slugs()
    for index_id, name in totals.list_miscounted():

        def mend(index_id: int = index_id, name: str = name) -> None:
            with transaction():
                totals.recount(index_id, name)

        yield Finding(
            kind="project-count",
            subject=f"{slugs[index_id]}/{name}",
            detail="its numbers of releases and files are not those of what is shown of it",
            cure="they are counted anew",
            mend=mend,
        )


def _judge_indexes(_step: None) -> Iterable[Finding]:
    def mend() -> None:
        with transaction():
            totals.add_up()

    slugs = map_slugs()
    for index_id in totals.list_wrong_totals():
        yield Finding(
            kind="index-count",
            subject=slugs.get(index_id, str(index_id)),
            detail="its numbers of projects, releases and files are not what its projects come to",
            cure="they are added up anew",
            mend=mend,
        )


def _judge_newest(_step: None) -> Iterable[Finding]:
    slugs = map_slugs()
    for project in list_stale():
        yield Finding(
            kind="newest-release",
            subject=f"{slugs[project.index_id]}/{project.normalized_name}",
            detail="another release is noted as its newest",
            cure="the newest one is noted",
            mend=partial(_note_newest, project.id),
        )


def _note_newest(project_id: int) -> None:
    with transaction() as session:
        project = session.get_one(Project, project_id, with_for_update=True)
        project.latest_release_id = find_newest(project_id)


def _judge_serials(_step: None) -> Iterable[Finding]:
    ahead = select(Project.id).where(
        Project.index_id == Index.id, Project.last_serial > Index.last_serial
    )
    is_wrong = or_(
        exists(ahead),
        Index.names_serial > Index.last_serial,
        Index.floor_serial > Index.last_serial,
        Index.last_serial > _counter().scalar_subquery(),
    )
    for slug in db.session.scalars(select(Index.slug).where(is_wrong).order_by(Index.slug)):
        yield Finding(
            kind="serial",
            subject=slug,
            detail="a project or list in it has the number of a change that is still to come",
            cure="the counters are raised to the highest number that was given",
            mend=_raise_serials,
        )


def _raise_serials() -> None:
    """Raise all counters to what was given; numbers only grow, so no follower misses a change."""
    given = select(func.max(Project.last_serial)).where(Project.index_id == Index.id)
    columns = (Index.last_serial, Index.names_serial, Index.floor_serial)
    with transaction() as session:
        for index in session.execute(
            select(Index.id, given.scalar_subquery().label("given"), *columns)
        ).all():
            highest = max(int(number or 0) for number in index[1:])
            own = update(Index).where(Index.id == index.id)
            session.execute(own.values(last_serial=highest))
        highest_of_all = session.scalar(select(func.max(Index.last_serial))) or 0
        behind = update(SerialCounter).where(SerialCounter.value < highest_of_all)
        session.execute(behind.values(value=highest_of_all))


def _judge_labels(_step: None) -> Iterable[Finding]:
    slugs = map_slugs()
    for index_id, label_id, kind, value in list_miscounted():

        def mend(index_id: int = index_id, label_id: int = label_id) -> None:
            with transaction():
                recount_label(index_id, label_id)

        yield Finding(
            kind="label-count",
            subject=f"{slugs.get(index_id, index_id)}: {kind} {value}",
            detail="another number is noted than projects that have this label",
            cure="they are counted anew",
            mend=mend,
        )


def _judge_month(month: date) -> Iterable[Finding]:
    if wrong := count_wrong(month):
        yield Finding(
            kind="download-sum",
            subject=f"{month:%Y-%m}",
            detail=f"sums of days and months that are not what was counted: {wrong}",
            cure="the sums are made anew from what was counted",
            mend=partial(_rebuild, month),
        )


def _rebuild(month: date) -> None:
    rebuild_month(month)


def _counter() -> Select[int]:
    return select(func.coalesce(func.max(SerialCounter.value), 0))

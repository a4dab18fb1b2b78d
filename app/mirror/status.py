"""How mirrors are: what is here, what it saves, and whether their upstreams answer."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.core import clock
from app.core.runtime import part, setting
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import MIRROR, list_indexes
from app.mirror.figures import Traffic, count_stock, list_traffic
from app.mirror.models import MirroredFile, MirroredProject, UpstreamState
from app.mirror.upstream import upstream_for

DAYS = 30
_BELIEVED = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Use:
    """What the readers of a mirror got in the last DAYS, and what it took for that.

    `hit_rate` is the share of downloads for which no upstream was asked, or None
    when there were none.
    """

    downloads: int
    fetched_files: int
    fetched_pages: int
    sent_bytes: int
    fetched_bytes: int
    failures: int

    @classmethod
    def of(cls, days: Iterable[Traffic]) -> "Use":
        """Return the sum of some days."""
        every = list(days)
        return cls(
            downloads=sum(day.downloads for day in every),
            fetched_files=sum(day.files for day in every),
            fetched_pages=sum(day.pages for day in every),
            sent_bytes=sum(day.sent_bytes for day in every),
            fetched_bytes=sum(day.bytes for day in every),
            failures=sum(day.failures for day in every),
        )

    @property
    def hit_rate(self) -> float | None:
        """Return how often nobody had to be asked, from 0 to 1."""
        if not self.downloads:
            return None
        # What was fetched before anybody asked is no miss of a download.
        return max(0.0, 1 - self.fetched_files / self.downloads)

    @property
    def saved_bytes(self) -> int:
        """Return how many bytes did not have to come from the upstream."""
        return max(0, self.sent_bytes - self.fetched_bytes)


@dataclass(frozen=True, kw_only=True)
class MirrorStatus:
    """One mirror; `upstream` is the origin of what it copies, and None when it is off.

    `due` of its projects are older than MIRROR_TTL: they are checked when somebody
    asks for them. `is_up` is None as long as nobody has asked the upstream.
    """

    slug: str
    title: str
    upstream: str | None
    is_up: bool | None
    since: datetime | None
    last_error: str
    projects: int
    due: int
    files: int
    bytes: int
    pinned_bytes: int
    names_count: int
    names_at: datetime | None
    use: Use


@dataclass(frozen=True, kw_only=True)
class Page:
    """A project's page that is due."""

    project: str
    fetched_at: datetime


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A file that is here."""

    index_slug: str
    project: str
    filename: str
    address: str
    size: int
    stored_at: datetime
    used_at: datetime
    is_pinned: bool


def list_mirrors() -> list[Index]:
    """Return all mirrors by slug."""
    return [index for index in list_indexes() if index.kind == MIRROR]


def read_use(index: Index) -> Use:
    """Return how a mirror was used."""
    return Use.of(list_traffic(index, days=DAYS))


def recall_use(index: Index) -> Use:
    """Return how a mirror was used, as far as was known some minutes ago: it is a long sum."""
    recalled: dict[int, tuple[datetime, Use]] = part("mirror_use")
    at, use = recalled.get(index.id, (None, None))
    if at is None or use is None or clock.now() - at > _BELIEVED:
        use = read_use(index)
        recalled[index.id] = (clock.now(), use)
    return use


def read_status(index: Index, use: Use) -> MirrorStatus:
    """Return how a mirror is, and how it was used."""
    upstream = upstream_for(index)
    state = db.session.get(UpstreamState, index.id, populate_existing=True)
    stock = count_stock(index.id)
    return MirrorStatus(
        slug=index.slug,
        title=index.title,
        upstream=None if upstream is None else upstream.title,
        is_up=state.is_up if state else None,
        since=state.since if state else None,
        last_error=state.last_error if state else "",
        projects=_count(index),
        due=_count(index, _is_due()),
        files=stock.files,
        bytes=stock.bytes,
        pinned_bytes=stock.bytes - stock.evictable,
        names_count=state.names_count if state else 0,
        names_at=state.names_at if state else None,
        use=use,
    )


def list_due(index: Index, limit: int) -> list[Page]:
    """Return the pages that are due, those that were fetched longest ago first."""
    wanted = (
        select(MirroredProject.normalized_name, MirroredProject.fetched_at)
        .where(_is_here(index) & _is_due())
        .order_by(MirroredProject.fetched_at)
        .limit(limit)
    )
    return [Page(project=name, fetched_at=at) for name, at in db.session.execute(wanted)]


def list_largest(mirrors: Iterable[Index], limit: int) -> list[Copy]:
    """Return the largest files that are here, the largest first."""
    return _list_copies(mirrors, MirroredFile.size.desc(), limit)


def list_newest(mirrors: Iterable[Index], limit: int) -> list[Copy]:
    """Return the files that were fetched last, the newest first."""
    return _list_copies(mirrors, MirroredFile.stored_at.desc(), limit)


def as_document(told: Iterable[MirrorStatus], arriving: int) -> dict[str, Any]:
    """Return all figures as they are written in JSON; times are ISO 8601, a bound of 0 is none."""
    mirrors = [
        _plain(asdict(one)) | {"hit_rate": one.use.hit_rate, "saved_bytes": one.use.saved_bytes}
        for one in told
    ]
    bound = setting("MIRROR_CACHE_BYTES")
    return {"days": DAYS, "bound_bytes": bound, "arriving": arriving, "mirrors": mirrors}


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in facts.items()
    }


def _count(index: Index, *conditions: ColumnElement[bool]) -> int:
    wanted = select(func.count()).select_from(MirroredProject).where(_is_here(index), *conditions)
    return db.session.scalar(wanted) or 0


def _is_here(index: Index) -> ColumnElement[bool]:
    return (MirroredProject.index_id == index.id) & MirroredProject.body_sha256.is_not(None)


def _is_due() -> ColumnElement[bool]:
    ttl: timedelta = setting("MIRROR_TTL")
    return MirroredProject.fetched_at < clock.now() - ttl


def _list_copies(mirrors: Iterable[Index], order: ColumnElement[Any], limit: int) -> list[Copy]:
    numbers = [index.id for index in mirrors]
    wanted = (
        select(
            Index.slug.label("index_slug"),
            MirroredFile.normalized_name.label("project"),
            MirroredFile.filename,
            MirroredFile.address,
            MirroredFile.size,
            MirroredFile.stored_at,
            MirroredFile.used_at,
            MirroredFile.is_pinned,
        )
        .join(Index, Index.id == MirroredFile.index_id)
        .where(MirroredFile.sha256.is_not(None), MirroredFile.index_id.in_(numbers))
        .order_by(order, MirroredFile.address)
        .limit(limit)
    )
    return [Copy(**row) for row in db.session.execute(wanted).mappings()]

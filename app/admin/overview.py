"""What needs attention, and how much there is."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app.accounts.listing import count_accounts
from app.admin.project_queries import count_attention
from app.core.backlog import Load, read_load
from app.core.runtime import setting
from app.core.sitestate import SiteState, site_state
from app.extensions import db
from app.indexes.models import Index
from app.indexes.queries import list_indexes
from app.mirror.models import UpstreamState
from app.projects.totals import find_totals
from app.projects.trashed import Weight, weigh_trash

# Below a tenth, or below a few files of the largest kind, somebody should look.
_LOW_SHARE = 0.1
_LOW_BYTES = 5 * 10**9


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A disk on which the site keeps something; sizes are in bytes."""

    path: str
    free: int
    total: int

    @property
    def is_low(self) -> bool:
        """Tell whether it will be full soon."""
        return self.free < min(self.total * _LOW_SHARE, _LOW_BYTES)


@dataclass(frozen=True, kw_only=True)
class FallenUpstream:
    """An upstream that does not answer."""

    slug: str
    since: datetime
    last_error: str


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How much there is."""

    accounts: int
    administrators: int
    frozen: int
    projects: int
    files: int
    trash: Weight


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All that the first page of the back office shows."""

    load: Load
    quarantined_projects: int
    bad_files: int
    fallen: tuple[FallenUpstream, ...]
    disks: tuple[Disk, ...]
    state: SiteState
    totals: Totals

    @property
    def is_calm(self) -> bool:
        """Tell whether nothing needs attention."""
        counts = (self.load.failed, self.quarantined_projects, self.bad_files)
        is_low = any(disk.is_low for disk in self.disks)
        is_late = self.load.late_since is not None
        return not (any(counts) or self.fallen or is_low or is_late or self.state.flags)


def read_overview() -> Overview:
    """Return how the site is."""
    attention = count_attention()
    return Overview(
        load=read_load(),
        quarantined_projects=attention["projects"],
        bad_files=attention["files"],
        fallen=tuple(_list_fallen()),
        disks=tuple(_list_disks()),
        state=site_state(),
        totals=_read_totals(),
    )


def _list_fallen() -> list[FallenUpstream]:
    wanted = (
        select(Index.slug, UpstreamState.since, UpstreamState.last_error)
        .join(Index, UpstreamState.index_id == Index.id)
        .where(UpstreamState.is_up.is_(False))
        .order_by(Index.slug)
    )
    return [FallenUpstream(**row) for row in db.session.execute(wanted).mappings()]


def _list_disks() -> list[Disk]:
    """Return the disks under data and files, each once."""
    folders = {Path(setting("DATA_DIR")), Path(setting("STORAGE_URL"))}
    there = {folder.stat().st_dev: folder for folder in sorted(folders) if folder.exists()}
    usages = {folder: shutil.disk_usage(folder) for folder in there.values()}
    return [Disk(path=str(one), free=use.free, total=use.total) for one, use in usages.items()]


def _read_totals() -> Totals:
    accounts = count_accounts()
    held = find_totals([index.id for index in list_indexes()])
    return Totals(
        accounts=accounts["all"],
        administrators=accounts["administrators"],
        frozen=accounts["frozen"],
        projects=held.projects,
        files=held.files,
        trash=weigh_trash(),
    )

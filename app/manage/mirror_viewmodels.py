"""Frozen page objects of the pages about mirrors."""

from dataclasses import dataclass

from app.mirror.status import Copy, MirrorStatus, Page
from app.web.forms import Form


@dataclass(frozen=True, kw_only=True)
class MirrorView:
    """One mirror before its administrator, with the pages that are due longest."""

    status: MirrorStatus
    due: tuple[Page, ...]
    refresh_form: Form
    prune_form: Form


@dataclass(frozen=True, kw_only=True)
class MirrorsView:
    """All mirrors that somebody administers; `bound` is in bytes, and 0 is none."""

    mirrors: tuple[MirrorView, ...]
    largest: tuple[Copy, ...]
    newest: tuple[Copy, ...]
    arriving: int
    bound: int
    days: int

"""The frozen page object of the trash."""

from dataclasses import dataclass

from app.admin.slices import Slice
from app.projects.trashed import Removed, Weight


@dataclass(frozen=True, kw_only=True)
class TrashView:
    """What was deleted, how much it is all together, and how many days things stay."""

    lines: Slice[Removed]
    weight: Weight
    days: int

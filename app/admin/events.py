"""Facts about the site as a whole."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, kw_only=True)
class FlagTurnedOn(Event):
    """Something is switched off for the whole site; `reason` is by language."""

    flag: str
    reason: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class FlagTurnedOff(Event):
    """Something goes on again."""

    flag: str


@dataclass(frozen=True, kw_only=True)
class BannerPutUp(Event):
    """A message stands on all pages, now or from some time on; `texts` are by language."""

    banner_id: int
    level: str
    texts: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class BannerChanged(BannerPutUp):
    """A message is another one now, or shown at another time."""


@dataclass(frozen=True, kw_only=True)
class BannerTakenDown(Event):
    """A message is gone."""

    banner_id: int


@dataclass(frozen=True, kw_only=True)
class JobEvent(Event):
    """Somebody decided about a job; what it was about is not told, for that may be secret."""

    job_id: int
    job_name: str


@dataclass(frozen=True, kw_only=True)
class JobRunAgain(JobEvent):
    """A job is done once more."""


@dataclass(frozen=True, kw_only=True)
class JobRemoved(JobEvent):
    """A job will not be done."""

"""Which releases of a project stay by a rule, and why: without a database, so easily told."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.retention.rules import Rule

# Why a release stays.
NEWEST = "newest"
LATEST = "latest"
YOUNG = "young"
PRERELEASE = "prerelease"
UNLIMITED = "unlimited"
DOWNLOADED = "downloaded"
PINNED = "pinned"
STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A release as a rule sees it.

    `touched_at` is when the newest of its files was uploaded; `downloaded_on` is the last
    day on which one may have been downloaded. `is_latest` is whether people should install
    it, `is_stopped` whether a file of it was found bad.
    """

    release_id: int
    version: str
    is_prerelease: bool
    is_yanked: bool
    is_latest: bool
    is_stopped: bool
    touched_at: datetime
    downloaded_on: date | None
    # A project that needs exactly this version, or nothing.
    pinned_by: str
    files: int
    size: int


@dataclass(frozen=True)
class Verdict:
    """Whether a release stays: the reason why, and nothing if it goes."""

    release: Candidate
    reason: str = ""
    # Who pins it, or how many are kept.
    detail: str = ""

    @property
    def goes(self) -> bool:
        """Tell whether the release goes to the trash."""
        return not self.reason


def judge(releases: Sequence[Candidate], rule: Rule, now: datetime) -> list[Verdict]:
    """Return what becomes of the releases of a project, which come newest first."""
    newest = _list_newest(releases, rule)
    return [
        next(_reasons(release, rule, now, newest=newest), Verdict(release)) for release in releases
    ]


def _list_newest(releases: Iterable[Candidate], rule: Rule) -> set[int]:
    """Return the newest final releases that are not yanked, and always one that is final."""
    final = [release for release in releases if not release.is_prerelease]
    good = [release for release in final if not release.is_yanked] or final
    return {release.release_id for release in good[: rule.keep_newest or 1]}


def _reasons(
    release: Candidate, rule: Rule, now: datetime, *, newest: set[int]
) -> Iterator[Verdict]:
    yield from _reasons_of_all(release)
    if now - release.touched_at < timedelta(days=rule.age_days):
        yield Verdict(release, YOUNG, str(rule.age_days))
    if release.release_id in newest:
        yield Verdict(release, NEWEST, str(rule.keep_newest or 1))
    if release.is_prerelease:
        yield from _reasons_of_prerelease(release, rule, now)
    elif rule.keep_newest is None:
        yield Verdict(release, UNLIMITED)
    if _was_downloaded(release, rule, now):
        yield Verdict(release, DOWNLOADED, str(release.downloaded_on))


def _reasons_of_all(release: Candidate) -> Iterator[Verdict]:
    if release.is_latest:
        yield Verdict(release, LATEST)
    if release.is_stopped:
        yield Verdict(release, STOPPED)
    if release.pinned_by:
        yield Verdict(release, PINNED, release.pinned_by)


def _reasons_of_prerelease(release: Candidate, rule: Rule, now: datetime) -> Iterator[Verdict]:
    if rule.prerelease_days is None:
        yield Verdict(release, UNLIMITED)
    elif now - release.touched_at < timedelta(days=rule.prerelease_days):
        yield Verdict(release, PRERELEASE, str(rule.prerelease_days))


def _was_downloaded(release: Candidate, rule: Rule, now: datetime) -> bool:
    if rule.downloaded_days is None or release.downloaded_on is None:
        return False
    return now.date() - release.downloaded_on < timedelta(days=rule.downloaded_days)

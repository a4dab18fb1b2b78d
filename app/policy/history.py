"""The releases of a project without those that are refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import takewhile

from app.policy.judging import judge, sift
from app.policy.rules import TOO_YOUNG, Refusal
from app.policy.terms import Terms
from app.projects.versions import parse_version
from app.sources.histories import choose, choose_stable
from app.sources.page import FileLink, IndexPage, ReleaseDetail, ReleaseLine


@dataclass(frozen=True)
class Fate:
    """What became of the files of a version: how many are served, and why others are not.

    Of several reasons it is the one that passes by itself soonest.
    """

    served: int = 0
    yanked: int = 0
    refusal: Refusal | None = None

    @property
    def is_yanked(self) -> bool:
        """Tell whether all that is served was taken back."""
        return self.served == self.yanked


@dataclass(frozen=True, kw_only=True)
class History:
    """What is left of a project until a moment at which it may be more.

    It holds no files, so that it can be remembered of projects with 40,000 of them.
    `versions` are all that the project has, oldest first.
    """

    versions: Sequence[str]
    fates: Mapping[str, Fate]
    terms: Terms
    changes_at: datetime | None

    @classmethod
    def of(cls, page: IndexPage, terms: Terms, now: datetime) -> "History":
        """Return the history of a project whose files are judged at a moment."""
        sifted = sift(page.files, terms, now)
        fates: dict[str, Fate] = {}
        for file in sifted.served:
            fate = fates.get(file.version, Fate())
            yanked = fate.yanked + file.is_yanked
            fates[file.version] = replace(fate, served=fate.served + 1, yanked=yanked)
        for file, refusal in sifted.refused:
            fate = fates.get(file.version, Fate())
            soonest = min(fate.refusal or refusal, refusal, key=_patience)
            fates[file.version] = replace(fate, refusal=soonest)
        return cls(versions=page.versions, fates=fates, terms=terms, changes_at=sifted.changes_at)

    def is_over(self, now: datetime) -> bool:
        """Tell whether more may be served by now."""
        return self.changes_at is not None and self.changes_at <= now

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is refused."""
        return not self.terms.doors and not any(fate.refusal for fate in self.fates.values())

    def find_refusal(self, version: str) -> Refusal | None:
        """Return why no file of a version is served, or None if one is or it has none."""
        fate = self.fates.get(version, Fate())
        if fate.served:
            return None
        return fate.refusal or self.terms.of_version(version)[0]

    @cached_property
    def newest(self) -> str | None:
        """Return the version that people should install, or None if none is served."""
        newest = choose(self._lines)
        return None if newest is None else newest.version

    def rewrite(self, detail: ReleaseDetail, now: datetime) -> ReleaseDetail:
        """Return a release that is served, as if there were no others than those."""
        if self.is_whole:
            return detail
        lines = self._cut(detail.releases)
        hidden = {line.version for line in detail.releases} - {line.version for line in lines}
        hidden |= {version for version, fate in self.fates.items() if not fate.served}
        latest, stable = self.newest or detail.version, choose_stable(self._lines)
        held = self._list_held(latest)
        return replace(
            detail,
            files=tuple(file for file in detail.files if self._is_served(file, now)),
            releases=lines,
            release_count=detail.release_count - len(hidden),
            latest_version=latest,
            latest_stable_version=None if stable is None else stable.version,
            held_back=len(held),
            held_until=min((each.until for each in held if each.until), default=None),
        )

    def _is_served(self, file: FileLink, now: datetime) -> bool:
        return judge(file, self.terms, now) is None

    def _cut(self, lines: Iterable[ReleaseLine]) -> tuple[ReleaseLine, ...]:
        shown = (line for line in lines if self.find_refusal(line.version) is None)
        return tuple(self._retell(line) for line in shown)

    def _retell(self, line: ReleaseLine) -> ReleaseLine:
        """Return a release as those of its files tell it that are served."""
        fate = self.fates.get(line.version, Fate())
        if fate.refusal is None:
            return line
        return replace(line, file_count=fate.served, is_yanked=fate.is_yanked)

    def _list_held(self, latest: str) -> list[Refusal]:
        """Return why those versions are refused that are newer and only too young."""
        newer = takewhile(lambda version: version != latest, reversed(self.versions))
        fates = (self.fates.get(version, Fate()) for version in newer)
        refusals = [fate.refusal for fate in fates if fate.refusal and not fate.served]
        return [refusal for refusal in refusals if refusal.code == TOO_YOUNG]

    @cached_property
    def _lines(self) -> tuple[ReleaseLine, ...]:
        """Return what is served, newest first, as far as it must be known for a choice."""
        known = dict.fromkeys((*reversed(self.versions), *self.fates))
        fates = ((version, self.fates.get(version, Fate())) for version in known)
        return tuple(_line(version, fate) for version, fate in fates if fate.served)


def _line(version: str, fate: Fate) -> ReleaseLine:
    parsed = parse_version(version)
    return ReleaseLine(
        version=version,
        published_at=None,
        file_count=fate.served,
        is_prerelease=parsed is not None and parsed.is_prerelease,
        is_yanked=fate.is_yanked,
    )


def _patience(refusal: Refusal) -> datetime:
    return refusal.until or datetime.max.replace(tzinfo=UTC)

"""The releases of a project without those that are refused."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import takewhile

from app.policy.judging import Sifted
from app.policy.rules import TOO_YOUNG, Refusal
from app.policy.terms import Terms
from app.sources.histories import choose, choose_stable, list_lines
from app.sources.page import FileLink, IndexPage, ReleaseDetail, ReleaseLine


@dataclass(frozen=True, kw_only=True)
class History:
    """What is left of a project: its page as its source has it, and its files, sifted."""

    page: IndexPage
    sifted: Sifted
    terms: Terms

    def find_refusal(self, version: str) -> Refusal | None:
        """Return why no file of a version is served, or None if one is or it has none."""
        if version in self._served:
            return None
        return self._refused.get(version) or self.terms.of_version(version)[0]

    def find_newest(self, lines: Iterable[ReleaseLine]) -> str | None:
        """Return the version that people should install, or None if none is served.

        `lines` stand newest first, and may leave out older releases.
        """
        newest = choose(self._cut(lines)) or choose(list_lines((), self.sifted.served))
        return None if newest is None else newest.version

    def rewrite(self, detail: ReleaseDetail) -> ReleaseDetail:
        """Return a release that is served, as if there were no others than those."""
        if not self.sifted.refused and not self.terms.doors:
            return detail
        lines = self._cut(detail.releases)
        hidden = {line.version for line in detail.releases} - {line.version for line in lines}
        hidden |= self._refused.keys() - self._served.keys()
        latest, stable = self.find_newest(lines) or detail.version, choose_stable(lines)
        held = self._list_held(latest)
        return replace(
            detail,
            files=tuple(file for file in detail.files if file.filename in self._filenames),
            releases=lines,
            release_count=detail.release_count - len(hidden),
            latest_version=latest,
            latest_stable_version=None if stable is None else stable.version,
            held_back=len(held),
            held_until=min((each.until for each in held if each.until), default=None),
        )

    def _cut(self, lines: Iterable[ReleaseLine]) -> tuple[ReleaseLine, ...]:
        shown = (line for line in lines if self.find_refusal(line.version) is None)
        return tuple(self._retell(line) for line in shown)

    def _retell(self, line: ReleaseLine) -> ReleaseLine:
        """Return a release as those of its files tell it that are served."""
        if line.version not in self._refused:
            return line
        files = self._served.get(line.version, [])
        is_yanked = all(file.is_yanked for file in files)
        return replace(line, file_count=len(files), is_yanked=is_yanked)

    def _list_held(self, latest: str) -> list[Refusal]:
        """Return why those versions are refused that are newer and only too young."""
        newer = takewhile(lambda version: version != latest, reversed(self.page.versions))
        held = (version for version in newer if version not in self._served)
        refusals = [self._refused[version] for version in held if version in self._refused]
        return [refusal for refusal in refusals if refusal.code == TOO_YOUNG]

    @cached_property
    def _served(self) -> dict[str, list[FileLink]]:
        served: dict[str, list[FileLink]] = {}
        for file in self.sifted.served:
            served.setdefault(file.version, []).append(file)
        return served

    @cached_property
    def _refused(self) -> dict[str, Refusal]:
        """Return why versions are refused; of several files, what passes by itself soonest."""
        found: dict[str, Refusal] = {}
        for file, refusal in self.sifted.refused:
            found[file.version] = min(found.get(file.version, refusal), refusal, key=_patience)
        return found

    @cached_property
    def _filenames(self) -> set[str]:
        return {file.filename for file in self.sifted.served}


def _patience(refusal: Refusal) -> datetime:
    return refusal.until or datetime.max.replace(tzinfo=UTC)

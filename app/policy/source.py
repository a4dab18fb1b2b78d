"""A policy laid over a source: what it refuses is not there, and its files say why."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from typing_extensions import override

from app.core import clock
from app.policy import queries
from app.policy.exceptions import Refused
from app.policy.history import History
from app.policy.judging import Sifted, judge, sift
from app.policy.queries import Path
from app.policy.terms import Rules, Terms
from app.projects.names import normalise
from app.sources.base import LAST, Arrival, Source, find_stored
from app.sources.histories import choose, list_lines
from app.sources.page import IndexPage, ReleaseDetail, RemoteFile, StoredFile


def lay_policy(source: Source, path: Path) -> Source:
    """Lay the rules of a path over the source at its end, or nothing if they refuse nothing."""
    rules = queries.rules_of(path)
    return source if rules.are_idle else PolicySource(source, rules, path[-1].slug)


class PolicySource(Source):
    """What the rules of a path let through of a source."""

    def __init__(self, source: Source, rules: Rules, slug: str) -> None:
        self._source = source
        self._rules = rules
        self._slug = slug

    @override
    def find_page(self, name: str) -> IndexPage | None:
        terms = self._about(name)
        if terms.shut is not None and terms.is_mirrored:
            # Nobody asks the upstream whether it has the project at all.
            return _empty_page(self._slug, normalise(name))
        page = self._source.find_page(name)
        if page is None or terms.are_idle:
            return page
        return _left_of(page, sift(page.files, terms, clock.now()))

    @override
    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        terms = self._about(name)
        if terms.shut is not None and terms.is_mirrored:
            raise Refused(terms.shut)
        detail = self._source.find_release(name, version)
        page = None if detail is None or terms.are_idle else self._source.find_page(name)
        if detail is None or page is None:
            return detail
        history = History(page=page, sifted=sift(page.files, terms, clock.now()), terms=terms)
        if version is None:
            detail = self._find_default(detail, history)
        refusal = history.find_refusal(detail.version)
        if refusal is not None:
            raise Refused(refusal)
        return history.rewrite(detail)

    @override
    def names(self, begin: str = "", end: str = LAST) -> Iterator[tuple[str, str]]:
        names = self._source.names(begin, end)
        if not self._rules.may_shut_names:
            return names
        return (each for each in names if not self._rules.is_shut(each[1]))

    @override
    def listed(self, names: Collection[str]) -> set[str]:
        listed = self._source.listed(names)
        if not self._rules.may_shut_names:
            return listed
        return {name for name in listed if not self._rules.is_shut(name)}

    @override
    def holds(self, names: Collection[str]) -> set[str]:
        return self._source.holds(names)

    @override
    def withheld(self) -> set[str]:
        if not self._rules.may_shut_names:
            return self._source.withheld()
        shut = {name for _display, name in self._source.names() if self._rules.is_shut(name)}
        return self._source.withheld() | shut

    @override
    def find_file(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        return self._admitted(self._source.find_file(address, filename))

    @override
    def find_metadata(self, address: str, filename: str) -> StoredFile | RemoteFile | None:
        return self._admitted(self._source.find_metadata(address, filename))

    @override
    def freshen(self, name: str) -> bool:
        return self._is_unasked(name) or self._source.freshen(name)

    @override
    def freshen_release(self, name: str, version: str | None = None) -> None:
        if self._is_unasked(name):
            return
        if version is None and not self._about(name).are_idle:
            version = self._find_served(name)
        self._source.freshen_release(name, version)

    @override
    def refresh(self, name: str) -> bool:
        return self._is_unasked(name) or self._source.refresh(name)

    @override
    def fetch(self, address: str, filename: str) -> Arrival:
        # Raises what stands against it.
        find_stored(self, address, filename)
        return self._source.fetch(address, filename)

    def _about(self, name: str) -> Terms:
        return self._rules.about(normalise(name))

    def _is_unasked(self, name: str) -> bool:
        """Tell whether no upstream is asked for a name, because nothing of it can be served."""
        return self._rules.is_mirrored and self._rules.is_shut(normalise(name))

    def _find_default(self, detail: ReleaseDetail, history: History) -> ReleaseDetail:
        """Return the release that people should install of those that are served."""
        newest = history.find_newest(detail.releases)
        if newest is None or newest == detail.version:
            return detail
        return self._source.find_release(detail.normalized_name, newest) or detail

    def _find_served(self, name: str) -> str | None:
        """Return the version that people should install of those that are served, or None."""
        page = self.find_page(name)
        line = None if page is None else choose(list_lines(page.versions, page.files))
        return None if line is None else line.version

    def _admitted(self, stored: StoredFile | RemoteFile | None) -> StoredFile | RemoteFile | None:
        if stored is None:
            return None
        refusal = judge(stored, self._about(stored.project), clock.now())
        if refusal is not None:
            raise Refused(refusal)
        return stored


def _empty_page(slug: str, name: str) -> IndexPage:
    return IndexPage(index_slug=slug, name=name, normalized_name=name, versions=(), files=())


def _left_of(page: IndexPage, sifted: Sifted) -> IndexPage:
    if not sifted.refused:
        return page
    served = {file.version for file in sifted.served}
    moments = [at for at in (page.fresh_until, sifted.changes_at) if at is not None]
    return replace(
        page,
        versions=tuple(version for version in page.versions if version in served),
        files=sifted.served,
        fresh_until=min(moments, default=None),
    )

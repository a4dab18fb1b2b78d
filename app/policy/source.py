"""A policy laid over a source: what it refuses is not there, and its files say why."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from typing_extensions import override

from app.core import clock
from app.core.runtime import part
from app.policy import queries
from app.policy.exceptions import Refused
from app.policy.history import History
from app.policy.judging import Sifted, judge, sift
from app.policy.queries import Path
from app.policy.recent import HISTORIES, RecentHistories, Subject
from app.policy.terms import Rules, Terms
from app.projects.names import normalise
from app.sources.base import LAST, Arrival, Source, find_stored
from app.sources.page import IndexPage, ReleaseDetail, RemoteFile, StoredFile


def lay_policy(source: Source, path: Path) -> Source:
    """Lay the rules of a path over the source at its end, or nothing if they refuse nothing."""
    rules = queries.rules_of(path)
    return source if rules.are_idle else PolicySource(source, rules, path[-1].slug, part(HISTORIES))


class PolicySource(Source):
    """What the rules of a path let through of a source; `recent` is remembered between them."""

    def __init__(
        self, source: Source, rules: Rules, slug: str, recent: RecentHistories | None = None
    ) -> None:
        self._source = source
        self._rules = rules
        self._slug = slug
        self._recent = recent or RecentHistories()

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
    def find_serial(self, name: str) -> int | None:
        return self._source.find_serial(name)

    @override
    def find_release(self, name: str, version: str | None = None) -> ReleaseDetail | None:
        terms = self._about(name)
        if terms.shut is not None and terms.is_mirrored:
            raise Refused(terms.shut)
        history = None if terms.are_idle else self._find_history(name, terms)
        if history is None:
            return self._source.find_release(name, version)
        detail = self._source.find_release(name, version or history.newest)
        if detail is None:
            return None
        refusal = history.find_refusal(detail.version)
        if refusal is not None:
            raise Refused(refusal)
        return history.rewrite(detail, clock.now())

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
    def shuts(self, names: Collection[str]) -> set[str]:
        if not self._rules.may_shut_names:
            return set()
        return {name for name in names if self._rules.is_shut(name)}

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
        terms = self._about(name)
        if version is None and not terms.are_idle:
            history = self._find_history(name, terms)
            version = None if history is None else history.newest
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

    def _find_history(self, name: str, terms: Terms) -> History | None:
        """Return what is left of a project, or None if it is not here."""
        serial, now = self._source.find_serial(name), clock.now()
        if serial is None:
            return None
        subject = Subject(normalise(name), self._slug, self._rules)
        history = self._recent.find(subject, serial, now)
        if history is None:
            page = self._source.find_page(name)
            if page is None:
                return None
            history = History.of(page, terms, now)
            self._recent.keep(subject, serial, history)
        return history

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

"""What is asked of an upstream for one project, and in which form.

Its simple pages, if these tell which wheels have core metadata. Otherwise the JSON
API, if it has the same files: it tells sizes, times, yanks and digests of metadata
in one answer. Which it is holds for all projects of an upstream.
"""

import hashlib
import time
from dataclasses import dataclass, replace

from app.mirror.answers import Answer
from app.mirror.documents import Document, pack
from app.mirror.entries import Reader
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.formats import ACCEPT, SimplePage, read_api, read_simple
from app.mirror.upstream import PATIENCE_SECONDS, Upstream

# 40,000 files are about 50 MB in the JSON API.
LARGEST_PAGE = 96 * 1024 * 1024
_LONGEST_VALIDATOR = 100


@dataclass(frozen=True, kw_only=True)
class News:
    """What an upstream said of a project: `document` is None if it is the one that is known.

    `body_sha256` is None when it has no such project.
    """

    asked_url: str
    body_sha256: str | None = None
    document: Document | None = None
    etag: str | None = None
    last_modified: str | None = None
    size: int = 0
    # The document as it is stored: packing takes longer than all that is done with it.
    packed: bytes | None = None


def ask(upstream: Upstream, name: str, known: News | None = None) -> News:
    """Ask for a project of which something may be known; raises `UpstreamUnavailable`."""
    news = _Question(upstream, name, known).ask()
    return news if news.document is None else replace(news, packed=pack(news.document))


class _Question:
    def __init__(self, upstream: Upstream, name: str, known: News | None) -> None:
        self._upstream = upstream
        self._name = name
        self._known = known
        self._deadline = time.monotonic() + PATIENCE_SECONDS

    def ask(self) -> News:
        if self._upstream.manners.prefers_api:
            found = self._try_api()
            if found is not None:
                return found
        news, page = self._ask_simple()
        if page is None or self._upstream.manners.prefers_api is not None:
            return news
        return self._compare(news, page)

    def _compare(self, news: News, page: SimplePage) -> News:
        """Find out whether the JSON API tells more than a simple page, and return the better."""
        manners = self._upstream.manners
        # What has the status of projects is not left for what has none.
        if page.knows_status or any(entry.core_metadata for entry in page.document.entries):
            manners.learn(prefers_api=False)
            return news
        api = self._try_api()
        if api is None:
            return news
        if api.document is not None and _names(api.document) != _names(page.document):
            manners.miss()
            return news
        manners.learn(prefers_api=True)
        return api

    def _ask_simple(self) -> tuple[News, SimplePage | None]:
        url = self._upstream.page_url(self._name)
        answer = self._get(url, ACCEPT)
        news = self._news(url, answer)
        if answer.status != 200 or self._is_known(news):
            return news, None
        page = read_simple(answer, self._reader(answer))
        return replace(news, document=page.document), page

    def _try_api(self) -> News | None:
        """Return what the JSON API tells, or None if it does not know the project or fails."""
        url = self._upstream.api_url(self._name)
        if url is None:
            return None
        try:
            answer = self._get(url, "application/json")
            news = self._news(url, answer)
            if answer.status == 404:
                self._miss()
                return None
            if answer.status == 304 or self._is_known(news):
                return news
            return replace(news, document=read_api(answer, self._reader(answer)))
        except UpstreamUnavailable:
            self._upstream.manners.forget()
            if self._upstream.is_resting:
                raise
            return None

    def _miss(self) -> None:
        manners = self._upstream.manners
        if manners.prefers_api is None:
            manners.miss()

    def _get(self, url: str, accept: str) -> Answer:
        known = self._known if self._known and self._known.asked_url == url else None
        validators = {
            "if-none-match": known.etag if known else None,
            "if-modified-since": known.last_modified if known else None,
        }
        headers = {name: value for name, value in validators.items() if value}
        answer = self._upstream.get(
            url,
            limit=LARGEST_PAGE,
            headers=headers | {"accept": accept},
            patience=self._deadline - time.monotonic(),
        )
        if answer.status == 304 and known is None:
            # Nobody asked whether it was modified.
            raise UpstreamUnavailable
        return answer

    def _news(self, url: str, answer: Answer) -> News:
        """Return what is known of an answer before its body is read."""
        if answer.status == 304 and self._known is not None:
            return replace(self._known, document=None, size=0)
        is_there = answer.status == 200
        return News(
            asked_url=url,
            body_sha256=hashlib.sha256(answer.body).hexdigest() if is_there else None,
            etag=_validator(answer, "etag"),
            last_modified=_validator(answer, "last-modified"),
            size=len(answer.body),
        )

    def _is_known(self, news: News) -> bool:
        """Tell whether a body is the one that is known, for upstreams without validators."""
        known = self._known
        return known is not None and (known.asked_url, known.body_sha256) == (
            news.asked_url,
            news.body_sha256,
        )

    def _reader(self, answer: Answer) -> Reader:
        return Reader(self._name, answer.url, self._upstream.guard.allows)


def _validator(answer: Answer, name: str) -> str | None:
    value = answer.headers.get(name, "")
    is_sendable = value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR
    return value if value and is_sendable else None


def _names(document: Document | None) -> set[str]:
    return {entry.filename for entry in document.entries} if document else set()

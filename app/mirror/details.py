"""What people read of releases: asked of the upstream when somebody wants to see one.

Index pages do without it, so nobody waits long for it and nothing fails for lack of it.
"""

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.core import clock
from app.core.database import read_once, release_connection, transaction
from app.core.exceptions import Unavailable
from app.core.jobs import enqueue
from app.core.runtime import setting
from app.extensions import db
from app.mirror.documents import Document, Entry
from app.mirror.exceptions import UpstreamUnavailable
from app.mirror.formats import read_object
from app.mirror.metadata import Facts, pack, read_core_metadata, read_info, unpack
from app.mirror.models import MirroredDetail
from app.mirror.releases import pick_release
from app.mirror.stock import find_document, find_state
from app.mirror.upstream import Upstream
from app.projects.descriptions import render_within
from app.projects.versions import canonical, parse_version
from app.search.facts import Facts as ListedFacts
from app.search.facts import list_people
from app.search.services import list_project
from app.sources.base import METADATA

PATIENCE_SECONDS = 3.0
MOST_METADATA = 4 * 1024 * 1024
MOST_JSON = 64 * 1024 * 1024

_log = logging.getLogger(__name__)


def freshen_detail(
    index_id: int, upstream: Upstream, normalized_name: str, version: str | None = None
) -> None:
    """Bring what people read of a release up to date, unless it is fresh.

    By default of the one that people should install. What cannot be found out in
    a moment is left as it is.
    """
    state = find_state(index_id, normalized_name)
    document = find_document(index_id, normalized_name, state) if state else None
    if state is None or document is None:
        return
    line = pick_release(document, version)
    if line is None or _is_fresh(index_id, normalized_name, line.version, state.serial):
        return
    release_connection()
    facts = _find_facts(upstream, document, line.version)
    if facts is not None:
        is_latest = line == document.latest
        keep_facts(
            index_id, document, line.version, facts, serial=state.serial, is_latest=is_latest
        )


def find_facts(index_id: int, normalized_name: str, version: str) -> Facts:
    """Return what is known of a release; nothing if nobody has asked."""
    row = _find_row(index_id, normalized_name, version)
    return Facts() if row is None else unpack(row.document)


def keep_facts(
    index_id: int,
    document: Document,
    version: str,
    facts: Facts,
    *,
    serial: int,
    is_latest: bool,
) -> None:
    """Keep what people read of a release, in a transaction of its own."""
    html = render_within(facts.description, facts.description_content_type, PATIENCE_SECONDS)
    facts = replace(facts, description_html=html)
    name = document.normalized_name
    with transaction() as session:
        row = MirroredDetail(
            index_id=index_id,
            normalized_name=name,
            version=version,
            # What nobody could tell yet may be told later of the same files.
            serial=serial if facts != Facts() else -1,
            fetched_at=clock.now(),
            document=pack(facts),
        )
        session.merge(row)
        if is_latest:
            list_project(index_id, _listed(document, version, facts))
        if html is None:
            enqueue("render-copy", index_id=index_id, project=name, version=version)


def list_detail(index_id: int, normalized_name: str) -> None:
    """List a project by what somebody has read of the release that people should install."""
    state = find_state(index_id, normalized_name)
    document = find_document(index_id, normalized_name, state) if state else None
    line = pick_release(document, None) if document else None
    if document is None or line is None:
        return
    facts = find_facts(index_id, normalized_name, line.version)
    if facts != Facts():
        list_project(index_id, _listed(document, line.version, facts))


def _listed(document: Document, version: str, facts: Facts) -> ListedFacts:
    """Return what lists and searches need to know."""
    fields = (facts.author, facts.author_email, facts.maintainer, facts.maintainer_email)
    times = [entry.uploaded_at for entry in document.entries if entry.uploaded_at is not None]
    files = document.of_version(version)
    return ListedFacts(
        name=document.name,
        version=version,
        summary=facts.summary,
        keywords=facts.keywords,
        people=list_people(*fields),
        license=facts.license_name,
        classifiers=facts.classifiers,
        requires_dist=facts.requires_dist,
        is_yanked=bool(files) and all(entry.is_yanked for entry in files),
        created_at=min(times, default=None),
        updated_at=min((each.uploaded_at for each in files if each.uploaded_at), default=None),
    )


def _is_fresh(index_id: int, name: str, version: str, serial: int) -> bool:
    row = _find_row(index_id, name, version)
    if row is None:
        return False
    return row.serial == serial or clock.now() < row.fetched_at + setting("MIRROR_TTL")


def _find_row(index_id: int, name: str, version: str) -> MirroredDetail | None:
    key = (index_id, name, version)
    return read_once(("mirrored detail", key), lambda: db.session.get(MirroredDetail, key))


def _find_facts(upstream: Upstream, document: Document, version: str) -> Facts | None:
    """Return what the first that knows it tells, nothing at all if nobody does.

    None says that somebody could not be asked.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    name = document.normalized_name
    try:
        # The metadata of a wheel are small and have a digest; the JSON API may list 40,000 files.
        told = _ask_wheel(upstream, document.of_version(version), deadline)
        return told or _ask_api(upstream, name, version, deadline) or Facts()
    except Unavailable as error:
        extra = {"project": name, "version": version, "reason": error.code}
        _log.warning("a page is shown without details", extra=extra)
        return None


def _ask_wheel(upstream: Upstream, entries: Sequence[Entry], deadline: float) -> Facts | None:
    announced = [entry for entry in entries if entry.core_metadata]
    if not announced:
        return None
    entry = announced[0]
    answer = upstream.get(
        f"{entry.url.partition('#')[0]}{METADATA}", limit=MOST_METADATA, patience=_rest(deadline)
    )
    if answer.status != 200:
        return None
    if entry.metadata_sha256 not in {None, hashlib.sha256(answer.body).hexdigest()}:
        return None
    return read_core_metadata(answer.body)


def _ask_api(upstream: Upstream, name: str, version: str, deadline: float) -> Facts | None:
    url = upstream.api_url(name)
    if url is None:
        return None
    answer = upstream.get(url, limit=MOST_JSON, patience=_rest(deadline))
    if answer.status != 200:
        return None
    info = _read_info(answer.body)
    return read_info(info) if _is_same(str(info.get("version", "")), version) else None


def _read_info(body: bytes) -> dict[str, Any]:
    """Return what a JSON document says under `info`, which is nothing if it makes no sense."""
    try:
        info = read_object(body).get("info")
    except UpstreamUnavailable:
        return {}
    return info if isinstance(info, dict) else {}


def _is_same(told: str, version: str) -> bool:
    one, other = parse_version(told), parse_version(version)
    if one is None or other is None:
        return told == version
    return canonical(one) == canonical(other)


def _rest(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.1)

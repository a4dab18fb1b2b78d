"""What releases need, told by their core metadata, so that all of it can be here."""

from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import compat32

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement

from app.core.crews import Bell
from app.core.exceptions import DomainError
from app.core.storage import blobs
from app.indexes.queries import get_index
from app.mirror.prefetching import Plan, obtain
from app.mirror.wishes import Wish
from app.projects.names import normalise
from app.sources.base import METADATA
from app.sources.chain import Chain
from app.sources.page import FileLink, StoredFile
from app.sources.registry import source_for

_LARGEST = 8 * 1024 * 1024


def list_needs(slug: str, wish: Wish, plan: Plan, bell: Bell) -> list[Wish]:
    """Return what a release needs with the extras that are wished for, on a machine like this.

    One wheel tells it for all files of the release. Of source archives nobody knows
    before they are built.
    """
    source = source_for(get_index(slug))
    for order in plan.orders:
        if order.link.filename.endswith(".whl"):
            metadata = _find_metadata(source, order.link, bell)
            if metadata is not None:
                return list(_read(metadata, wish, plan.version))
    return []


def _find_metadata(source: Chain, link: FileLink, bell: Bell) -> StoredFile | None:
    try:
        if not (link.metadata_sha256 or link.has_metadata):
            # Ours are made from the wheel when it comes.
            obtain(source, link.address, link.filename, bell)
        return obtain(source, link.address, link.filename + METADATA, bell)[0]
    except DomainError:
        # The file itself is fetched later on, and is missed then.
        return None


def _read(metadata: StoredFile, wish: Wish, version: str) -> Iterator[Wish]:
    with blobs().open(metadata.sha256) as file:
        message = BytesParser(policy=compat32).parsebytes(file.read(_LARGEST), headersonly=True)
    for text in message.get_all("Requires-Dist", []):
        need = _requirement(str(text))
        if need is not None and need.url is None and _applies(need, wish.extras):
            yield Wish.of(need, f"{wish.name} {version}")


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        # Very old releases say things that no installer follows.
        return None


def _applies(need: Requirement, extras: frozenset[str]) -> bool:
    if need.marker is None:
        return True
    try:
        return any(need.marker.evaluate({"extra": normalise(extra)}) for extra in extras | {""})
    except UndefinedEnvironmentName:
        return True

"""Making the shelf anew, and comparing it with the database."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.database import release_connection
from app.core.storage import blobs
from app.indexes.models import Index
from app.indexes.queries import get_index
from app.projects.exceptions import FileWithdrawn
from app.simple import serializers
from app.simple.opening import PATIENCE_SECONDS, find_stored, link_of, page_key
from app.simple.pages import lay_page, texts_of
from app.simple.roots import find_current, lay_list, list_key, rebuild_list, segments_of
from app.simple.shelf import ENDINGS, GUARDED, PUBLIC, is_whole, moment, serial_of, the_shelf
from app.sources.registry import source_for


def list_names(slug: str) -> list[str]:
    """Return the normalised names of all that has or should have a page."""
    index = get_index(slug)
    wanted = [normalized for _name, normalized in source_for(index).names()]
    return sorted({*wanted, *_list_pages(index)})


def renew_page(slug: str, name: str) -> bool:
    """Lay a project's page anew; without a project take it down and return False."""
    with _alone(page_key(slug, name), slug) as index:
        page = source_for(index).find_page(name)
        if page is not None:
            lay_page(index, page)
        else:
            the_shelf().take_down(the_shelf().page(slug, index.generation, name))
    return page is not None


def renew_list(slug: str) -> None:
    """Lay the list of all projects anew."""
    with _alone(list_key(slug), slug) as index:
        lay_list(index, rebuild_list(index))


def find_faults(slug: str) -> Iterator[str]:
    """Yield what differs between the shelf and the database, a line each."""
    index = get_index(slug)
    yield from _judge_links(index)
    yield from _judge_list(slug)
    for name in _list_pages(index):
        yield from _judge_page(slug, name)
    for path in _walk(index, "files/*/*/*"):
        yield from _judge_way(index, path)
    for path in _walk(index, "pages/*/*"):
        if path.name.partition(".")[2] not in ENDINGS:
            yield f"{path}: does not belong here"


@contextmanager
def _alone(key: str, slug: str) -> Iterator[Index]:
    """Hold a lock, and give the index as it is while nobody changes what the lock is for."""
    release_connection()
    with the_shelf().locks.hold(key, patience=PATIENCE_SECONDS):
        yield get_index(slug)


def _judge_links(index: Index) -> Iterator[str]:
    for link in (PUBLIC, GUARDED):
        path = the_shelf().root / index.slug / link
        if not path.is_symlink():
            continue
        if link != link_of(index):
            yield f"{path}: the index is {index.visibility}"
        elif str(path.readlink()) != str(index.generation):
            yield f"{path}: leads to {path.readlink()}, not to {index.generation}"


def _judge_list(slug: str) -> Iterator[str]:
    with _alone(list_key(slug), slug) as index:
        serial, names = index.names_serial, list(source_for(index).names())
        texts = {
            "html": serializers.root_as_html(names, serial),
            "json": serializers.root_as_json(names, serial),
        }
        yield from _compare(the_shelf().root_list(slug, index.generation), texts, serial)
        known = find_current(index)
        if known is not None and not _adds_up(segments_of(index).forms(known), texts):
            yield f"{the_shelf().segments(slug, index.generation)}: not the names of the index"


def _judge_page(slug: str, name: str) -> Iterator[str]:
    with _alone(page_key(slug, name), slug) as index:
        stem = the_shelf().page(slug, index.generation, name)
        page = source_for(index).find_page(name)
        if page is None:
            yield f"{stem}: there is no such project"
        else:
            yield from _compare(stem, texts_of(page), page.serial)


def _judge_way(index: Index, path: Path) -> Iterator[str]:
    try:
        stored = find_stored(source_for(index), path.parent.name, path.name)
    except FileWithdrawn:
        stored = None
    if stored is None:
        yield f"{path}: no such file may be sent"
        return
    blob = blobs().find_path(stored.sha256)
    if blob is None or path.resolve() != blob.resolve():
        yield f"{path}: does not lead to the bytes of the file"


def _compare(stem: str, texts: dict[str, bytes], serial: int) -> Iterator[str]:
    """Yield what is wrong with the forms of a page that lie on the shelf."""
    for ending, number in ENDINGS.items():
        path = Path(f"{stem}.{ending}")
        if not path.exists():
            continue
        facts = path.stat()
        if not is_whole(facts):
            yield f"{path}: cut short"
        elif int(facts.st_mtime) != moment(serial, number):
            yield f"{path}: shows change {serial_of(facts)}, not {serial}"
        elif _unpack(ending, path.read_bytes()) != texts[ending.removesuffix(".gz")]:
            yield f"{path}: says something else than the database"


def _adds_up(forms: dict[str, Iterator[bytes]], texts: dict[str, bytes]) -> bool:
    try:
        return all(
            _unpack(ending, b"".join(chunks)) == texts[ending.removesuffix(".gz")]
            for ending, chunks in forms.items()
        )
    except OSError:
        return False


def _unpack(ending: str, content: bytes) -> bytes | None:
    if not ending.endswith(".gz"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return None


def _list_pages(index: Index) -> list[str]:
    found = {path.name.partition(".")[0] for path in _walk(index, "pages/*/*")}
    return sorted(name for name in found if name)


def _walk(index: Index, pattern: str) -> list[Path]:
    """Return what lies in the generation of an index that counts."""
    return sorted((the_shelf().root / index.slug / str(index.generation)).glob(pattern))

"""Making the shelf anew, and comparing it with the database."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.core.database import begin_anew
from app.core.exceptions import Forbidden
from app.core.storage import blobs
from app.indexes.models import Index
from app.indexes.queries import HOSTED, get_index, openness
from app.simple import serializers
from app.simple.aging import counts
from app.simple.opening import (
    INDEX,
    LIST,
    PAGE,
    alone,
    find_here,
    let_readers_in,
    link_of,
    page_key,
)
from app.simple.pages import lay_page, texts_of
from app.simple.roots import find_current, lay_sum, list_serial, rebuild_list, segments_of
from app.simple.shelf import (
    ENDINGS,
    FOLDERS,
    GUARDED,
    PAGES,
    PUBLIC,
    UNTIL,
    is_whole,
    moment,
    serial_of,
    the_shelf,
)
from app.sources.base import Source
from app.sources.page import IndexPage
from app.sources.registry import own_source, source_for

# Beside INDEX, LIST and PAGE, where something can be wrong.
WAY, STRAY = "way", "stray"


def list_names(slug: str) -> list[str]:
    """Return the normalised names of what an index has itself, and of all that has a page.

    Not those of its bases: an upstream may have a million names.
    """
    index = get_index(slug)
    source = own_source(index) if index.kind == HOSTED else None
    own = source.names() if source is not None else ()
    return sorted({*(normalized for _name, normalized in own), *_list_pages(index)})


def renew_page(slug: str, name: str) -> bool:
    """Lay a project's page anew; without a project take it down and return False."""
    with alone(PAGE, page_key(slug, name), slug) as index:
        page = source_for(index).find_page(name)
        if page is not None:
            lay_page(index, page)
        else:
            the_shelf().take_down_page(slug, index.generation, name)
    let_readers_in(index)
    return page is not None


def renew_list(slug: str) -> None:
    """Lay the list of all projects anew."""
    with alone(LIST, slug, slug) as index:
        lay_sum(index, rebuild_list(index))
    let_readers_in(index)


@dataclass(frozen=True)
class Fault:
    """A file on the shelf of an index that differs from the database, and why.

    `place` is INDEX, LIST, PAGE, WAY or STRAY; `name` is that of the project of a page.
    """

    place: str
    path: Path
    why: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


# A place to look at: of one kind, and with the name of a project or the digits of files.
Spot = tuple[str, str]


def list_spots(slug: str) -> list[Spot]:
    """Return all places of an index's shelf where something lies."""
    index = get_index(slug)
    ways = {path.parent.name for path in _walk(index, "files/*/*")}
    return [
        (INDEX, ""),
        (LIST, ""),
        *((PAGE, name) for name in _list_pages(index)),
        *((WAY, digits) for digits in sorted(ways)),
        (STRAY, ""),
    ]


def find_faults(slug: str) -> Iterator[Fault]:
    """Yield what differs between the shelf and the database."""
    for spot in list_spots(slug):
        yield from judge(slug, spot)


def judge(slug: str, spot: Spot) -> Iterator[Fault]:
    """Yield what differs between a place of the shelf and the database."""
    place, name = spot
    if place == INDEX:
        yield from _judge_links(slug)
    elif place == LIST:
        yield from _judge_list(slug)
    elif place == PAGE:
        yield from _judge_page(slug, name)
    elif place == WAY:
        yield from _judge_ways(slug, name)
    else:
        yield from _judge_strays(slug)


def mend(slug: str, fault: Fault) -> None:
    """Set a place of the shelf right; what is taken away is made when somebody asks for it."""
    if fault.place == PAGE:
        renew_page(slug, fault.name)
    elif fault.place == LIST:
        renew_list(slug)
    elif fault.place == INDEX:
        with alone(INDEX, slug, slug) as index:
            the_shelf().open_to(slug, index.generation, link_of(index))
    else:
        fault.path.unlink(missing_ok=True)


def _judge_links(slug: str) -> Iterator[Fault]:
    with alone(INDEX, slug, slug) as index:
        for link in (PUBLIC, GUARDED):
            path = the_shelf().root / slug / link
            if not path.is_symlink():
                continue
            if link != link_of(index):
                yield Fault(INDEX, path, f"the index is {openness(index)}")
            elif str(path.readlink()) != str(index.generation):
                leads = f"leads to {path.readlink()}, not to {index.generation}"
                yield Fault(INDEX, path, leads)


def _judge_list(slug: str) -> Iterator[Fault]:
    with alone(LIST, slug, slug) as index:
        serial, names = list_serial(index), list(source_for(index).names())
        texts = {
            "html": serializers.root_as_html(names, serial),
            "json": serializers.root_as_json(names, serial),
        }
        for path, why in _compare(the_shelf().root_list(slug, index.generation), texts, serial):
            yield Fault(LIST, path, why)
        known = find_current(index)
        if known is not None and not _adds_up(segments_of(index).forms(known), texts):
            segments = the_shelf().segments(slug, index.generation)
            yield Fault(LIST, segments, "not the names of the index")


def _judge_page(slug: str, name: str) -> Iterator[Fault]:
    with alone(PAGE, page_key(slug, name), slug) as index:
        page = source_for(index).find_page(name)
        for folder in FOLDERS:
            stem = the_shelf().page(slug, index.generation, name, folder)
            # Nobody is served what has had its time.
            if any(_forms_of(stem)) and (folder == PAGES or counts(stem)):
                for path, why in _judge_forms(slug, stem, folder, page):
                    yield Fault(PAGE, path, why, name)


def _judge_forms(
    slug: str, stem: str, folder: str, page: IndexPage | None
) -> Iterator[tuple[Path, str]]:
    if page is None:
        yield Path(stem), "there is no such project"
    elif (folder == PAGES) != (page.fresh_until is None):
        yield Path(stem), "lies in the wrong folder"
    else:
        yield from _compare(stem, texts_of(page, slug), page.serial)


def _judge_ways(slug: str, digits: str) -> Iterator[Fault]:
    paths = _walk(get_index(slug), f"files/{digits}/*/*")
    begin_anew()
    source = source_for(get_index(slug))
    for path in paths:
        fault = _find_fault(source, path)
        # A way is closed before the change that withdraws its file is committed.
        if fault and path.is_symlink():
            yield Fault(WAY, path, fault)


def _find_fault(source: Source, path: Path) -> str | None:
    try:
        stored = find_here(source, path.parent.name, path.name)
    except Forbidden:
        stored = None
    if stored is None:
        return "no such file may be sent"
    blob = blobs().find_path(stored.sha256)
    is_right = blob is not None and path.resolve() == blob.resolve()
    return None if is_right else "does not lead to the bytes of the file"


def _judge_strays(slug: str) -> Iterator[Fault]:
    for path in _list_forms(get_index(slug)):
        if path.name.partition(".")[2] not in {*ENDINGS, UNTIL}:
            yield Fault(STRAY, path, "does not belong here")


def _compare(stem: str, texts: dict[str, bytes], serial: int) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with the forms of a page that lie on the shelf."""
    for ending, number in ENDINGS.items():
        path = Path(f"{stem}.{ending}")
        try:
            facts, content = path.stat(), path.read_bytes()
        except FileNotFoundError:
            continue
        if not is_whole(facts):
            yield path, "cut short"
        elif int(facts.st_mtime) != moment(serial, number):
            yield path, f"shows change {serial_of(facts)}, not {serial}"
        elif _unpack(ending, content) != texts[ending.removesuffix(".gz")]:
            yield path, "says something else than the database"


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
    found = {path.name.partition(".")[0] for path in _list_forms(index)}
    return sorted(name for name in found if name)


def _list_forms(index: Index) -> list[Path]:
    return [path for folder in FOLDERS for path in _walk(index, f"{folder}/*/*")]


def _forms_of(stem: str) -> list[Path]:
    forms = (Path(f"{stem}.{ending}") for ending in ENDINGS)
    return [path for path in forms if path.exists()]


def _walk(index: Index, pattern: str) -> list[Path]:
    """Return what lies in the generation of an index that counts."""
    return sorted((the_shelf().root / index.slug / str(index.generation)).glob(pattern))

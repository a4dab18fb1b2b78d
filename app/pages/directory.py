"""What there is of pages: which everybody may see, where redirects lead, what menus hold.

Every page of the site asks for the menus, so all of it is remembered by each process.
Whatever changes pages begins a new generation, which is read with all that pages need
of settings, and renews the stamp, so that the processes of a machine see it at once.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, select

from app.core.database import after_commit, is_writing
from app.core.runtime import part
from app.core.settings import find_setting, find_shared, keep_setting
from app.extensions import db
from app.pages.links import (
    GENERATION,
    HAS_MENUS,
    STATE,
    default_menus,
    has_own_menus,
    open_menus,
    read_menus,
)
from app.pages.models import Page, PageRedirect, PageTranslation, PageVersion
from app.pages.paths import Path
from app.pages.public import Destination, Directory, Edition, PublicPage
from app.pages.seeded import Seeded, list_seeded
from app.pages.stamps import Stamp, read_stamp, renew_stamp

REMEMBERED = "page_directory"


@dataclass(frozen=True)
class _Memory:
    directory: Directory
    stamp: Stamp | None


def recall_directory() -> Directory:
    """Return what there is, read anew if it changed since this process read it."""
    if is_writing():
        # It may be rolled back.
        return read_directory(find_setting(STATE))
    known, stamp = _known(), read_stamp()
    is_stamped = known is None or known.stamp == stamp
    state = find_shared(STATE) if is_stamped else find_setting(STATE)
    if known is not None and known.directory.generation == (state or {}).get(GENERATION):
        directory = known.directory
    else:
        directory = read_directory(state)
    part(REMEMBERED)[REMEMBERED] = _Memory(directory, stamp)
    return directory


def last_directory() -> Directory:
    """Return what this process read last, or what came with the software, without asking."""
    known = _known()
    if known is not None:
        return known.directory
    pages = dict(_list_seeded_pages())
    return Directory(generation=None, pages=pages, menus=open_menus(default_menus(), pages, {}))


def read_directory(state: Mapping[str, Any] | None) -> Directory:
    """Read what there is from the database, where the setting of pages says more of it."""
    told = state or {}
    seeded = dict(_list_seeded_pages())
    every = seeded | dict(_list_written(seeded))
    pages = {path: page for path, page in every.items() if page.editions}
    rows = db.session.scalars(select(PageRedirect))
    redirects = {
        row.path: Destination(target=row.target, is_permanent=row.is_permanent) for row in rows
    }
    menus = open_menus(read_menus(are_own=bool(told.get(HAS_MENUS))), pages, redirects)
    return Directory(generation=told.get(GENERATION), pages=pages, redirects=redirects, menus=menus)


def begin_generation(*, has_menus: bool | None = None) -> None:
    """Let every process read anew what there is, when the transaction is over.

    `has_menus` says whether the menus are an administrator's from now on.
    """
    kept = has_own_menus() if has_menus is None else has_menus
    keep_setting(STATE, {GENERATION: secrets.token_hex(8), HAS_MENUS: kept})
    after_commit(renew_stamp)


def _known() -> _Memory | None:
    remembered: dict[str, _Memory] = part(REMEMBERED)
    return remembered.get(REMEMBERED)


def _list_seeded_pages() -> Iterator[tuple[str, PublicPage]]:
    texts: dict[str, dict[str, Seeded]] = {}
    for (path, locale), seeded in list_seeded().items():
        texts.setdefault(path, {})[locale] = seeded
    for path, found in texts.items():
        place = next(iter(found.values())).path
        editions = {locale: _came(seeded) for locale, seeded in found.items()}
        yield path, PublicPage(path=place, is_listed=True, editions=editions)


def _list_written(seeded: Mapping[str, PublicPage]) -> Iterator[tuple[str, PublicPage]]:
    """Yield the pages that somebody wrote or changed, with what came with us beside it."""
    stands: dict[int, list[Row[*tuple[PageTranslation, int, str, str]]]] = {}
    for row in db.session.execute(_stands()):
        stands.setdefault(row[0].page_id, []).append(row)
    for page in db.session.scalars(select(Page)):
        editions = dict(seeded[page.path].editions) if page.path in seeded else {}
        for stand, version_id, title, description in stands.get(page.id, ()):
            if stand.is_withdrawn:
                editions.pop(stand.locale, None)
            elif version_id is not None:
                editions[stand.locale] = Edition(
                    locale=stand.locale,
                    title=title,
                    description=description,
                    version_id=version_id,
                    published_at=stand.published_at,
                )
        path = Path(page.path, page.has_slash)
        yield page.path, PublicPage(path=path, is_listed=page.is_listed, editions=editions)


def _stands() -> Select[*tuple[PageTranslation, int, str, str]]:
    # Without the texts: they are long, and only one is shown.
    return select(
        PageTranslation, PageVersion.id, PageVersion.title, PageVersion.description
    ).outerjoin(
        PageVersion,
        and_(
            PageVersion.page_id == PageTranslation.page_id,
            PageVersion.locale == PageTranslation.locale,
            PageVersion.number == PageTranslation.published,
        ),
    )


def _came(seeded: Seeded) -> Edition:
    text = seeded.text
    return Edition(locale=seeded.locale, title=text.title, description=text.description)

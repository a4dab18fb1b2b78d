"""Writing all pages that somebody has written into a folder of files."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path as Folder

from app.core.storage import blobs
from app.pages import queries
from app.pages.bundles import (
    DRAFTS,
    IMAGES,
    MENU,
    PAGES,
    REDIRECTS,
    Bundle,
    WrittenImage,
    WrittenText,
)
from app.pages.exceptions import FolderNotEmpty
from app.pages.links import has_own_menus, read_menus
from app.pages.models import Image, Page, PageTranslation
from app.pages.paths import Path
from app.pages.pictures import Picture
from app.pages.public import Destination, MenuLink
from app.pages.services import text_of

_OURS = (PAGES, DRAFTS, IMAGES, MENU, REDIRECTS)


def gather_bundle() -> Bundle:
    """Return all that somebody has written; what came with the software is left out."""
    pages = {page.id: page for page in queries.list_pages()}
    stands = queries.list_translations()
    return Bundle(
        public=tuple(_texts(pages, stands)),
        drafts=tuple(_drafts(pages, stands)),
        menus=read_menus(are_own=True) if has_own_menus() else None,
        redirects={
            row.path: Destination(target=row.target, is_permanent=row.is_permanent)
            for row in queries.list_redirects()
        },
        images=tuple(map(_image, queries.list_images())),
    )


def write_bundle(bundle: Bundle, root: Folder, *, replace: bool = False) -> int:
    """Write files into a folder and return how many; what is there already must be replaced.

    Raises `FolderNotEmpty` if it may not be.
    """
    _make_room(root, replace=replace)
    files = dict(_list_files(bundle))
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return len(files)


def _make_room(root: Folder, *, replace: bool) -> None:
    there = [root / name for name in _OURS if (root / name).exists() or (root / name).is_symlink()]
    if there and not replace:
        raise FolderNotEmpty
    for path in there:
        # The tree behind a link is nobody's business here.
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _list_files(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    for folder, texts in ((PAGES, bundle.public), (DRAFTS, bundle.drafts)):
        for text in texts:
            yield f"{folder}/{text.filename}", text.content.encode()
    for image in bundle.images:
        yield f"{IMAGES}/{image.sha256}/{image.name}", image.content
    if bundle.menus is not None:
        yield MENU, _menus_as_toml(bundle.menus).encode()
    if bundle.redirects:
        yield REDIRECTS, _redirects_as_toml(bundle.redirects).encode()


def _texts(pages: Mapping[int, Page], stands: list[PageTranslation]) -> Iterator[WrittenText]:
    for stand in stands:
        if stand.published is not None:
            yield _written(pages[stand.page_id], stand, stand.published)


def _drafts(pages: Mapping[int, Page], stands: list[PageTranslation]) -> Iterator[WrittenText]:
    for stand in stands:
        if stand.published != stand.latest:
            yield _written(pages[stand.page_id], stand, stand.latest)


def _written(page: Page, stand: PageTranslation, number: int) -> WrittenText:
    return WrittenText(
        path=Path(page.path, page.has_slash),
        locale=stand.locale,
        text=text_of(queries.get_version(page.id, stand.locale, number)),
        is_listed=page.is_listed,
        is_withdrawn=stand.is_withdrawn,
    )


def _image(image: Image) -> WrittenImage:
    with blobs().open(image.sha256) as file:
        content = file.read()
    picture = Picture(image.media_type, image.width, image.height)
    return WrittenImage(name=image.name, sha256=image.sha256, content=content, picture=picture)


def _menus_as_toml(menus: Mapping[str, tuple[MenuLink, ...]]) -> str:
    lines = []
    for place, links in menus.items():
        for link in links:
            lines += [f"[[{place}]]", f"target = {_quote(link.target)}", f"[{place}.labels]"]
            lines += [f"{locale} = {_quote(label)}" for locale, label in link.labels.items()]
            lines.append("")
    return "\n".join(lines)


def _redirects_as_toml(redirects: Mapping[str, Destination]) -> str:
    lines = []
    for path, found in redirects.items():
        lines += ["[[redirect]]", f"path = {_quote(path)}", f"target = {_quote(found.target)}"]
        lines += [f"permanent = {str(found.is_permanent).lower()}", ""]
    return "\n".join(lines)


def _quote(text: str) -> str:
    # What can be printed is written alike in JSON and in TOML.
    return json.dumps(text, ensure_ascii=False)

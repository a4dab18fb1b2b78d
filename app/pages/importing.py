"""Bringing in what a folder of pages holds, in one transaction."""

from collections.abc import Iterator

from app.accounts.actors import OPERATOR, Actor
from app.core.storage import blobs
from app.pages import queries, services
from app.pages.bundles import Bundle, WrittenText
from app.pages.images import add_image
from app.pages.links import has_own_menus, read_menus
from app.pages.menus import replace_menus
from app.pages.models import PageTranslation
from app.pages.opening import change_place, open_page
from app.pages.public import Destination
from app.pages.redirects import make_redirects
from app.pages.seeded import list_seeded_paths

NOTE = "Imported"


def store_pictures(bundle: Bundle) -> None:
    """Keep the bytes of pictures, before the transaction that writes their rows."""
    for image in bundle.images:
        blobs().save_bytes(image.content)


def apply_bundle(bundle: Bundle, *, actor: Actor = OPERATOR) -> list[str]:
    """Make pages, menus, redirects and pictures as files say; return what was changed.

    What the files do not name stays as it is, and so does what is like that already.
    """
    return [
        *_apply_images(bundle, actor),
        *(told for text in bundle.public for told in _apply_public(text, actor)),
        *(told for text in bundle.drafts for told in _apply_draft(text, actor)),
        *_apply_redirects(bundle, actor),
        *_apply_menus(bundle, actor),
    ]


def _apply_images(bundle: Bundle, actor: Actor) -> Iterator[str]:
    for image in bundle.images:
        if queries.find_image(image.sha256, image.name) is None:
            size = len(image.content)
            add_image(image.name, image.sha256, image.picture, size, actor=actor)
            yield f"picture {image.name}"


def _apply_public(written: WrittenText, actor: Actor) -> Iterator[str]:
    yield from _place(written, actor)
    path, locale = written.path.path, written.locale
    stand = _find_stand(path, locale)
    known = None
    if stand is not None and stand.published is not None:
        known = services.text_of(queries.get_version(stand.page_id, locale, stand.published))
    if known != written.text:
        services.save_text(path, locale, written.text, note=NOTE, actor=actor)
        services.publish(path, locale, actor=actor)
        yield f"{path} ({locale})"


def _apply_draft(written: WrittenText, actor: Actor) -> Iterator[str]:
    yield from _place(written, actor)
    path, locale = written.path.path, written.locale
    before = _find_stand(path, locale)
    number = None if before is None else before.latest
    saved = services.save_text(path, locale, written.text, note=NOTE, actor=actor)
    stand = _find_stand(path, locale)
    if written.is_withdrawn and stand is not None and not stand.is_withdrawn:
        services.withdraw(path, locale, actor=actor)
        yield f"{path} ({locale}), withdrawn"
    elif saved.number != number:
        yield f"{path} ({locale}), draft"


def _place(written: WrittenText, actor: Actor) -> Iterator[str]:
    """Make a place for a text, or change the one that is there."""
    path, page = written.path, queries.find_page(written.path.path)
    if page is None and path.path not in list_seeded_paths():
        open_page(path.address, is_listed=written.is_listed, actor=actor)
        return
    is_listed = True if page is None else page.is_listed
    has_slash = path.has_slash if page is None else page.has_slash
    if (is_listed, has_slash) != (written.is_listed, path.has_slash):
        change_place(path.path, path.address, is_listed=written.is_listed, actor=actor)
        yield f"{path.path}, its place"


def _apply_redirects(bundle: Bundle, actor: Actor) -> Iterator[str]:
    known = {
        row.path: Destination(target=row.target, is_permanent=row.is_permanent)
        for row in queries.list_redirects()
    }
    changed = {path: to for path, to in bundle.redirects.items() if known.get(path) != to}
    if changed:
        make_redirects(changed, actor=actor)
    yield from (f"redirect {path}" for path in changed)


def _apply_menus(bundle: Bundle, actor: Actor) -> Iterator[str]:
    if bundle.menus is not None and bundle.menus != read_menus(are_own=has_own_menus()):
        replace_menus(dict(bundle.menus), actor=actor)
        yield "menus"


def _find_stand(path: str, locale: str) -> PageTranslation | None:
    page = queries.find_page(path)
    return None if page is None else queries.find_translation(page.id, locale)

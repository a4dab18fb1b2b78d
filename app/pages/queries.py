"""Reading pages with all their versions, for those who write them."""

from collections.abc import Collection

from sqlalchemy import func, or_, select

from app.extensions import db
from app.pages.exceptions import PageNotFound
from app.pages.models import Image, Page, PageRedirect, PageTranslation, PageVersion
from app.pages.seeded import list_seeded_locales


def find_page(path: str) -> Page | None:
    """Return a page that somebody wrote or changed, by its path, or None."""
    return db.session.scalars(select(Page).where(Page.path == path)).one_or_none()


def get_page(path: str) -> Page:
    """Return a page that somebody wrote or changed; raises `PageNotFound`."""
    page = find_page(path)
    if page is None:
        raise PageNotFound
    return page


def is_known(path: str) -> bool:
    """Tell whether a page has a path, be it one that came with the software."""
    return bool(list_seeded_locales(path)) or find_page(path) is not None


def list_pages() -> list[Page]:
    """Return the pages that somebody wrote or changed, by path."""
    return list(db.session.scalars(select(Page).order_by(Page.path)))


def list_translations() -> list[PageTranslation]:
    """Return how all pages stand in all languages."""
    order = (PageTranslation.page_id, PageTranslation.locale)
    return list(db.session.scalars(select(PageTranslation).order_by(*order)))


def find_translation(page_id: int, locale: str) -> PageTranslation | None:
    """Return how a page stands in a language, or None if nobody wrote anything in it."""
    return db.session.get(PageTranslation, (page_id, locale))


def map_translations(page_id: int) -> dict[str, PageTranslation]:
    """Return how a page stands, by language."""
    wanted = select(PageTranslation).where(PageTranslation.page_id == page_id)
    return {stand.locale: stand for stand in db.session.scalars(wanted)}


def map_titles() -> dict[tuple[int, str], str]:
    """Return the titles of the newest versions, by page and language."""
    wanted = select(PageVersion.page_id, PageVersion.locale, PageVersion.title).join(
        PageTranslation,
        (PageTranslation.page_id == PageVersion.page_id)
        & (PageTranslation.locale == PageVersion.locale)
        & (PageTranslation.latest == PageVersion.number),
    )
    return {(page_id, locale): title for page_id, locale, title in db.session.execute(wanted)}


def find_version(page_id: int, locale: str, number: int) -> PageVersion | None:
    """Return a version of a page's text by its number, or None."""
    wanted = select(PageVersion).where(
        PageVersion.page_id == page_id,
        PageVersion.locale == locale,
        PageVersion.number == number,
    )
    return db.session.scalars(wanted).one_or_none()


def get_version(page_id: int, locale: str, number: int) -> PageVersion:
    """Return a version of a page's text; raises `PageNotFound`."""
    version = find_version(page_id, locale, number)
    if version is None:
        raise PageNotFound
    return version


def list_versions(page_id: int, locale: str) -> list[PageVersion]:
    """Return the versions of a page in a language, the newest first."""
    wanted = (
        select(PageVersion)
        .where(PageVersion.page_id == page_id, PageVersion.locale == locale)
        .order_by(PageVersion.number.desc())
    )
    return list(db.session.scalars(wanted))


def last_number(page_id: int, locale: str) -> int:
    """Return the number of the newest version of a page in a language, or 0."""
    wanted = select(func.max(PageVersion.number)).where(
        PageVersion.page_id == page_id, PageVersion.locale == locale
    )
    return db.session.scalar(wanted) or 0


def count_pages() -> int:
    """Return how many pages somebody wrote or changed."""
    return db.session.scalar(select(func.count()).select_from(Page)) or 0


def list_redirects() -> list[PageRedirect]:
    """Return all redirects by path."""
    return list(db.session.scalars(select(PageRedirect).order_by(PageRedirect.path)))


def list_images() -> list[Image]:
    """Return all pictures, the newest first."""
    return list(db.session.scalars(select(Image).order_by(Image.id.desc())))


def find_image(sha256: str, name: str) -> Image | None:
    """Return a picture by its content and its name, or None."""
    wanted = select(Image).where(Image.sha256 == sha256, Image.name == name)
    return db.session.scalars(wanted).one_or_none()


def list_uses(address: str) -> list[tuple[str, str]]:
    """Return path and language of the pages whose newest or public text holds an address."""
    is_current = or_(
        PageVersion.number == PageTranslation.latest,
        PageVersion.number == PageTranslation.published,
    )
    wanted = (
        select(Page.path, PageVersion.locale)
        .join(PageTranslation, PageTranslation.page_id == Page.id)
        .join(
            PageVersion,
            (PageVersion.page_id == Page.id) & (PageVersion.locale == PageTranslation.locale),
        )
        .where(is_current, PageVersion.body.contains(address, autoescape=True))
        .distinct()
        .order_by(Page.path, PageVersion.locale)
    )
    return [(path, locale) for path, locale in db.session.execute(wanted)]


def list_referred(digests: Collection[str]) -> set[str]:
    """Return those of some blobs that are pictures of pages."""
    return set(db.session.scalars(select(Image.sha256).where(Image.sha256.in_(digests))))

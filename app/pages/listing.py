"""All pages and how they stand, for those who write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.pages import queries
from app.pages.models import Page, PageTranslation
from app.pages.paths import Path, find_rule
from app.pages.seeded import list_seeded, list_seeded_paths

PUBLISHED, CHANGED, DRAFT, WITHDRAWN, SEEDED = (
    *("published", "changed", "draft", "withdrawn", "seeded"),
)
STATES = (PUBLISHED, CHANGED, DRAFT, WITHDRAWN, SEEDED)


@dataclass(frozen=True, kw_only=True)
class PageLine:
    """A page in the list; `states` by language, and `rule` if the application answers there."""

    path: Path
    titles: Mapping[str, str]
    states: Mapping[str, str]
    is_listed: bool
    updated_at: datetime | None
    updated_by: str
    rule: str | None


def list_lines(*, text: str = "", state: str = "") -> list[PageLine]:
    """Return the pages by path: those with a text in their path or a title, and in a state."""
    wanted = text.strip().casefold()
    return [
        line
        for line in _list_all()
        if (not state or state in line.states.values())
        and any(wanted in words.casefold() for words in (line.path.address, *line.titles.values()))
    ]


def state_of(path: str, stand: PageTranslation | None, locale: str) -> str | None:
    """Return how a page stands in a language, or None if there is nothing in it."""
    is_seeded = (path, locale) in list_seeded()
    if stand is None:
        return SEEDED if is_seeded else None
    if stand.published is not None:
        return PUBLISHED if stand.published == stand.latest else CHANGED
    if stand.is_withdrawn:
        return WITHDRAWN
    return CHANGED if is_seeded else DRAFT


def _list_all() -> list[PageLine]:
    pages = {page.path: page for page in queries.list_pages()}
    stands: dict[int, dict[str, PageTranslation]] = {}
    for stand in queries.list_translations():
        stands.setdefault(stand.page_id, {})[stand.locale] = stand
    titles = queries.map_titles()
    paths = sorted({*pages, *list_seeded_paths()})
    return [_line(path, pages.get(path), stands, titles) for path in paths]


def _line(
    path: str,
    page: Page | None,
    stands: Mapping[int, Mapping[str, PageTranslation]],
    titles: Mapping[tuple[int, str], str],
) -> PageLine:
    own = {} if page is None else stands.get(page.id, {})
    seeded = {locale: text for (known, locale), text in list_seeded().items() if known == path}
    locales = sorted({*own, *seeded})
    shown = {locale: seeded[locale].text.title for locale in seeded}
    if page is not None:
        shown |= {locale: titles[page.id, locale] for locale in own if (page.id, locale) in titles}
    place = Path(page.path, page.has_slash) if page is not None else list_seeded_paths()[path]
    states = {locale: state_of(path, own.get(locale), locale) or DRAFT for locale in locales}
    return PageLine(
        path=place,
        titles=shown,
        states=states,
        is_listed=page.is_listed if page is not None else True,
        updated_at=None if page is None else page.updated_at,
        updated_by="" if page is None else page.updated_by,
        rule=find_rule(place.address),
    )

"""The releases of a project, a page at a time."""

from app.sources.page import ReleaseDetail, ReleaseLine
from app.web.paging import NumberedPage, cut_page

LINES = 100


def find_history(detail: ReleaseDetail, number: int | None) -> NumberedPage[ReleaseLine]:
    """Return a page of the history that a release stands in; raises `NotFound` beyond the end.

    When none is asked for it is the one with that release, but for the release that
    people should install, whose history begins with what came last.
    """
    if number is None:
        number = 1 if detail.version == detail.latest_version else _page_of(detail)
    return cut_page(detail.releases, number, LINES)


def _page_of(detail: ReleaseDetail) -> int:
    places = (place for place, line in enumerate(detail.releases) if line.version == detail.version)
    return next(places, 0) // LINES + 1

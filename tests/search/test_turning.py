"""Pages of rows that were read behind a key, or before one."""

import pytest

from app.search.turning import Place, Turned, cut


def key(row):
    return (row,)


@pytest.mark.parametrize(
    ("found", "place", "page"),
    [
        ("ab", Place(), Turned(("a", "b"), None, None)),
        ("abc", Place(), Turned(("a", "b"), None, ("b",))),
        ("cde", Place(("b",)), Turned(("c", "d"), ("c",), ("d",))),
        ("e", Place(("d",)), Turned(("e",), ("e",), None)),
        ("dcb", Place(("e",), is_back=True), Turned(("c", "d"), ("c",), ("d",))),
        ("ba", Place(("c",), is_back=True), Turned(("a", "b"), None, ("b",))),
        ("", Place(), Turned((), None, None)),
        ("", Place(("z",)), Turned((), ("z",), None)),
        ("", Place(("a",), is_back=True), Turned((), None, ("a",))),
    ],
)
def test_a_page_is_turned_back_and_on_where_there_is_more(found, place, page):
    assert cut(found, place, key, size=2) == page

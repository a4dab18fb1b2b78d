"""Numbered pages of lists."""

import pytest

from app.core.exceptions import NotFound
from app.web.paging import NumberedPage, cut_page


def test_a_list_is_cut_into_pages():
    assert cut_page("abcde", 3, 2) == NumberedPage(("e",), 3, 3)


def test_an_empty_list_has_one_page():
    assert cut_page([], 1, 2) == NumberedPage((), 1, 1)


@pytest.mark.parametrize("number", [-1, 0, 3, 10**30])
def test_there_is_nothing_beyond_the_end(app, number):
    with pytest.raises(NotFound):
        cut_page("abcd", number, 2)

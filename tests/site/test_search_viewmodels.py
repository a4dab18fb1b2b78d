"""What the search page makes of what was asked and found."""

from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict

from app.search.wishes import Choice, Found
from app.site.asked import Asked
from app.site.search_viewmodels import SearchView


@pytest.fixture(autouse=True)
def _texts(app):
    with app.test_request_context():
        yield


def view(address="", *, total=0, number=1, is_more=False, **choices):
    found = Found(lines=(), total=total, number=number, is_more=is_more, choices=choices)
    asked = Asked.of(MultiDict(parse_qsl(address)))
    return SearchView(slug="main", asked=asked, found=found)


def labels(page, key):
    [found] = (each for each in page.filters if each.key == key)
    return [option.label for option in found.options]


@pytest.mark.parametrize(
    ("number", "pages", "numbers"),
    [
        (1, 1, "1"),
        (1, 3, "1 2 3"),
        (1, 9, "1 2 3 … 9"),
        (4, 9, "1 2 3 4 5 6 … 9"),
        (5, 9, "1 2 3 4 5 6 7 8 9"),
        (50, 150, "1 … 48 49 50 51 52 … 150"),
        (150, 150, "1 … 148 149 150"),
    ],
)
def test_numbers_lead_to_both_ends_and_those_around(number, pages, numbers):
    shown = view(number=number, total=pages * 20).numbers
    assert " ".join("…" if each is None else str(each) for each in shown) == numbers


@pytest.mark.parametrize(
    ("number", "is_more", "is_end"), [(150, True, True), (149, True, False), (150, False, False)]
)
def test_the_last_page_says_if_there_are_more(number, is_more, is_end):
    assert view(total=3_000, number=number, is_more=is_more).is_end is is_end


def test_a_heading_holds_the_beginning_of_a_long_text():
    assert view("q=" + "x" * 60).short_text == "x" * 60
    assert view("q=" + "x" * 61).short_text == "x" * 59 + "…"


def test_newest_python_comes_first_and_stages_in_their_order():
    pythons = tuple(Choice(value=value, count=1) for value in ("3.9", "3.12", "2.7"))
    stages = ("5 - Production/Stable", "3 - Alpha")
    status = tuple(Choice(value=f"Development Status :: {value}", count=1) for value in stages)
    page = view(python=pythons, status=status)
    assert labels(page, "python") == ["3.12", "3.9", "2.7"]
    assert labels(page, "status") == ["Alpha", "Production/Stable"]


def test_values_of_a_filter_unfold_behind_the_first_ones():
    licenses = tuple(Choice(value=f"L{number}", count=1) for number in range(10))
    [found] = view("license=L9", license=licenses).filters
    assert [option.value for option in found.rest] == ["L6", "L7", "L8", "L9"]
    assert found.is_rest_chosen
    [found] = view("license=L0", license=licenses).filters
    assert not found.is_rest_chosen


def test_what_leaves_no_choice_is_not_shown():
    main = (Choice(value="main", count=3),)
    assert view(index=main, license=()).filters == ()
    assert [each.key for each in view("index=main", index=main).filters] == ["index"]
    assert len(view(index=(*main, Choice(value="pypi", count=1))).filters) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [("flask", "flask"), ("name:flask", "flask"), ("a b", ""), ('"a b"', ""), ("", "")],
)
def test_only_a_single_word_may_be_a_name(text, name):
    page = view("q=" + text)
    assert page.name == name


def test_another_text_keeps_what_was_chosen_and_begins_in_front():
    page = view("q=reqests&license=MIT&page=2", number=2)
    assert page.parameters_for("requests") == {"q": "requests", "license": ["MIT"]}

import pytest

from app.projects.descriptions import render
from app.site.prose import readable
from config import ROOT


def test_headings_lose_their_links_without_words():
    html = readable(render("# Käse & *Brot*", "text/markdown"))
    assert "<a" not in html
    assert "Käse &amp; <em>Brot</em>" in html


def test_links_with_words_stay():
    assert ">up</a>" in readable(render("[up](#x)", "text/markdown"))


def test_code_is_in_no_language_of_people_and_in_reach_of_the_keyboard():
    html = readable(render("```python\nx = 1\n```", "text/markdown"))
    assert "lang=" not in html
    assert '<pre tabindex="0">' in html


def test_tables_are_in_reach_of_the_keyboard():
    assert '<table tabindex="0">' in readable(render("|a|\n|-|\n|b|", "text/markdown"))


@pytest.mark.parametrize(
    "text",
    [
        '![<pre lang="x">](https://example.org/x.png)',
        '<a href="#" title="<table>">x</a>',
        '`<a href="#x"></a>`',
    ],
)
def test_what_only_looks_like_markup_stays_words(text):
    before = render(text, "text/markdown")
    assert readable(before).count("<") == before.count("<")


def test_a_text_that_names_our_classes_covers_nothing_but_itself():
    html = readable(render('<div class="position-fixed vw-100 vh-100">x</div>', "text/markdown"))
    assert "position-fixed" in html
    rules = (ROOT / "app/static/css/pages.css").read_text()
    # What is painted, fixed boxes too, then ends with the box of the text.
    assert "contain: paint" in rules.partition(".description {")[2].partition("}")[0]

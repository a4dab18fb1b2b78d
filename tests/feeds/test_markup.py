from xml.etree import ElementTree

import pytest

from app.feeds.markup import DECLARATION, clean, element, parent


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("tab\tline\n", "tab\tline\n"),
        ("\x00\x08\x0b\x0c\x1f", "\ufffd" * 5),
        ("half \ud800 of \udfff two", "half \ufffd of \ufffd two"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("\U0001f41b \u202e \u0085", "\U0001f41b \u202e \u0085"),
    ],
)
def test_what_xml_cannot_hold_is_marked_as_lost(text, kept):
    assert clean(text) == kept


@pytest.mark.parametrize(
    "text", ["]]>", "<![CDATA[", "&amp;", "<b>", "\"'", "&#0;", "-->", "\ud800\x01"]
)
def test_any_text_comes_out_as_it_was(text):
    document = parent("a", [element("b", text, {"c": text})])
    read = ElementTree.fromstring((DECLARATION + document).encode()).find("b")
    assert (read.text, read.get("c")) == (clean(text), clean(text))


def test_nothing_is_an_empty_element():
    assert element("a", attributes={"b": "1"}) == '<a b="1"/>'

from xml.etree import ElementTree

import pytest

from app.site.badges import BAD, EARLY, FACT, GOOD, NOTHING, Badge, draw, in_short, measure


def texts(badge):
    picture = ElementTree.fromstring(draw(badge))
    return [tag.text for tag in picture.iter("{http://www.w3.org/2000/svg}text")]


def test_a_badge_is_a_picture_with_words_and_a_title():
    picture = ElementTree.fromstring(draw(Badge("version", "1.0", GOOD)))
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == "version: 1.0"
    assert picture.find("{http://www.w3.org/2000/svg}title").text == "version: 1.0"
    assert texts(Badge("version", "1.0", GOOD)) == ["version", "1.0"]


def test_a_badge_is_as_wide_as_its_words():
    narrow, wide = (
        int(ElementTree.fromstring(draw(Badge("v", text, GOOD))).get("width"))
        for text in ("iiii", "WWWW")
    )
    assert wide > narrow + 20


@pytest.mark.parametrize(
    ("text", "pixels"), [("", 0), ("version", 40), ("1.0", 18), ("漢字", 22), ("e\u0301", 7)]
)
def test_widths_are_those_of_the_glyphs(text, pixels):
    assert abs(measure(text) - pixels) <= 1


@pytest.mark.parametrize(
    "evil",
    [
        "</text><script>alert(1)</script>",
        '" onload="alert(1)',
        "\0\x1b\ud800\ufffe",
        "{width} {0} %s",
        "\u202eevil",
        "x" * 10_000,
        "]]>&amp;",
    ],
)
def test_hostile_words_stay_words(evil):
    picture = draw(Badge("license", evil, FACT))
    root = ElementTree.fromstring(picture)
    assert {tag.tag.partition("}")[2] for tag in root.iter()} == {
        "svg",
        "title",
        "clipPath",
        "rect",
        "g",
        "text",
    }
    assert not any(name.startswith("on") for tag in root.iter() for name in tag.attrib)
    assert len(picture) < 2_000


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (950, "950"),
        (999, "999"),
        (1_000, "1.0k"),
        (1_234, "1.2k"),
        (34_500, "34k"),
        (999_499, "999k"),
        (999_999, "1.0M"),
        (5_600_000, "5.6M"),
        (7_000_000_000, "7.0G"),
    ],
)
def test_numbers_are_written_in_short(number, text):
    assert in_short(number) == text


@pytest.mark.parametrize("colour", [GOOD, FACT, EARLY, BAD, NOTHING])
def test_white_words_can_be_read_on_each_colour(colour):
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    light = 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)
    assert 1.05 / (light + 0.05) >= 4.5


def _linear(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

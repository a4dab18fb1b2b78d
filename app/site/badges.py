"""Badges: small pictures of one fact of a project, for READMEs anywhere.

They are in English for everybody: caches keep one picture, and a README has one
language. The colours carry white text with a contrast of 4.5 to 1 and more.
"""

import re
import unicodedata
from dataclasses import dataclass
from xml.sax.saxutils import escape

from app.projects.versions import parse_version
from app.sources.page import ReleaseDetail

KINDS = ("version", "python", "downloads", "license")

GOOD, FACT, EARLY, BAD, NOTHING = "#175a52", "#1f5a99", "#7d5200", "#963a12", "#5f5b52"
_LABEL = "#3a362e"
_LONGEST = 40
# What XML cannot hold, escaped or not.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STEPS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))
_PYTHON = re.compile(r"Programming Language :: Python :: (\d+\.\d+)")

# Widths of the glyphs of Verdana, in parts of 2048 of an em, by those who share them.
_EM, _SIZE, _USUAL = 2048, 11, 1302
_WIDTHS = {
    glyph: width
    for width, glyphs in (
        (562, "il'"),
        (705, "j"),
        (720, " f"),
        (745, ".,"),
        (807, "t!"),
        (862, "I"),
        (874, "r"),
        (930, "J-/:;|()[]\\"),
        (1067, "cs"),
        (1140, "L"),
        (1177, "Fz"),
        (1220, "kvxye"),
        (1243, "oaYPT"),
        (1276, "bdgpq"),
        (1296, "hnuE"),
        (1400, "ABKRSVXZC"),
        (1489, "U&"),
        (1539, "HDGN"),
        (1612, "OQ"),
        (1676, "w<=>+~^"),
        (1726, "M"),
        (1992, "m"),
        (2048, "W@…"),
        (2204, "%"),
    )
    for glyph in glyphs
}

_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" \
aria-label="{title}"><title>{title}</title>\
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>\
<g clip-path="url(#r)"><rect width="{left}" height="20" fill="{label_colour}"/>\
<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>\
<g fill="#fff" text-anchor="middle" font-size="11" \
font-family="Verdana,Geneva,DejaVu Sans,sans-serif">\
<text x="{left_middle}" y="14" textLength="{left_text}">{label}</text>\
<text x="{right_middle}" y="14" textLength="{right_text}">{message}</text></g></svg>
"""


@dataclass(frozen=True)
class Badge:
    """A label and what it says, with the colour of what that means."""

    label: str
    message: str
    colour: str


def make_badge(kind: str, detail: ReleaseDetail, downloads: int) -> Badge:
    """Return a badge of the release that people should install."""
    if kind == "version":
        return Badge("version", detail.version, _colour_of(detail))
    if kind == "python":
        return _badge("python", _pythons(detail), FACT)
    if kind == "license":
        return _badge("license", detail.license_expression or detail.license_name, FACT)
    return Badge("downloads", in_short(downloads), GOOD if downloads else NOTHING)


def not_found(kind: str) -> Badge:
    """Return the badge of a project that is not there for who asks."""
    return Badge(kind, "not found", NOTHING)


def unavailable(kind: str) -> Badge:
    """Return the badge of a project that nobody can be asked for at the moment."""
    return Badge(kind, "unavailable", NOTHING)


def draw(badge: Badge) -> bytes:
    """Return a badge as SVG; a stranger's words are cut and cannot become markup."""
    label, message = _clean(badge.label), _clean(badge.message)
    left_text, right_text = measure(label), measure(message)
    left, right = left_text + 10, right_text + 10
    picture = _PICTURE.format(
        width=left + right,
        left=left,
        right=right,
        left_text=left_text,
        right_text=right_text,
        left_middle=left / 2,
        right_middle=left + right / 2,
        label=_escape(label),
        message=_escape(message),
        title=_escape(f"{label}: {message}"),
        label_colour=_LABEL,
        colour=badge.colour,
    )
    return picture.encode()


def measure(text: str) -> int:
    """Return how wide a text is, in pixels."""
    return round(sum(map(_width, text)) * _SIZE / _EM)


def in_short(number: int) -> str:
    """Return a number with at most three digits, or a dot among two: 950, 1.2k, 34k, 5.6M."""
    for step, sign in _STEPS:
        # What would be written as 1000 is one of the next sign.
        if number >= step * 0.9995:
            share = number / step
            return f"{share:.1f}{sign}" if share < 9.95 else f"{share:.0f}{sign}"
    return str(number)


def _badge(label: str, message: str | None, colour: str) -> Badge:
    return Badge(label, message, colour) if message else Badge(label, "not stated", NOTHING)


def _colour_of(detail: ReleaseDetail) -> str:
    if detail.is_yanked or detail.status == "quarantined":
        return BAD
    return EARLY if detail.is_prerelease else GOOD


def _pythons(detail: ReleaseDetail) -> str:
    if detail.requires_python:
        return detail.requires_python.replace(" ", "")
    found = (_PYTHON.fullmatch(classifier) for classifier in detail.classifiers)
    versions = {match[1]: parse_version(match[1]) for match in found if match}
    known = [(parsed, text) for text, parsed in versions.items() if parsed is not None]
    return " | ".join(text for _parsed, text in sorted(known))


def _clean(text: str) -> str:
    line = " ".join(_UNFIT.sub("", text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _escape(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _width(glyph: str) -> int:
    known = _WIDTHS.get(glyph)
    if known is not None or glyph.isascii():
        return known or _USUAL
    if unicodedata.combining(glyph) or unicodedata.category(glyph) in {"Cf", "Me", "Mn"}:
        return 0
    return _EM if unicodedata.east_asian_width(glyph) in {"W", "F"} else _USUAL

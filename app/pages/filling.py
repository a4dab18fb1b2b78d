"""Filling the places that the rendered text of a page has left open."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import get_template_attribute
from markupsafe import Markup, escape

from app.core.i18n import _
from app.pages.markup import BLOCKS, PLACE

_STEP = re.compile(r"<!--if( not)? ([a-z_]+)-->(.*?)(?:<!--else-->(.*?))?<!--end-->", re.DOTALL)
_BLOCK = re.compile(r"<p>TILSITPLACE([a-z_]+)ENDPLACE</p>")
_VALUE = re.compile(r"TILSITPLACE([a-z_]+)ENDPLACE")
# In a tag: a text may show one.
_ADDRESS = r'(<[a-z][^<>]*? (?:href|src)=")'
_BEGUN = re.compile(rf"{_ADDRESS}TILSITPLACE([a-z_]+)ENDPLACE")
_OWN = re.compile(rf"{_ADDRESS}/(?!/)")
_CODE = re.compile(r"<pre(?: [^<>]*)?>(?:<code(?: [^<>]*)?>)?(.*?)(?:</code>)?</pre>", re.DOTALL)
_ADDRESSES = ("http://", "https://")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What stands in the places of pages, for one reader."""

    values: Mapping[str, Callable[[], str]]
    blocks: Mapping[str, Callable[[], Markup]]
    conditions: Mapping[str, Callable[[], bool]]
    prefix: str


def fill(html: str, facts: Facts) -> Markup:
    """Return the rendered text of a page as one reader sees it."""

    def choose(found: re.Match[str]) -> str:
        holds = facts.conditions[found[2]]() is not bool(found[1])
        return found[3] if holds else found[4] or ""

    def show(found: re.Match[str]) -> str:
        return facts.blocks[found[1]]() if found[1] in BLOCKS else found[0]

    def begin(found: re.Match[str]) -> str:
        value = _read(facts, found[2])
        # An address may begin with a value only if that is one itself.
        return f"{found[1]}{escape(value) if value.startswith(_ADDRESSES) else '#'}"

    def write(found: re.Match[str]) -> str:
        return escape(_read(facts, found[1]))

    chosen = _STEP.sub(choose, html)
    own = _OWN.sub(rf"\1{escape(facts.prefix)}/", chosen) if facts.prefix else chosen
    filled = _VALUE.sub(write, _BEGUN.sub(begin, _BLOCK.sub(show, own)))
    scrolling = filled.replace("<table>", '<table tabindex="0">')
    return Markup(_CODE.sub(_show_code, scrolling))  # noqa: S704 - sanitised when it was rendered


def fill_line(text: str, facts: Facts) -> str:
    """Return a line, such as a title, with values in its places."""

    def write(found: re.Match[str]) -> str:
        return _read(facts, found[1]) if found[1] in facts.values else found[0]

    return PLACE.sub(write, text)


def _read(facts: Facts, name: str) -> str:
    return facts.values[name]() if name in facts.values else ""


def _show_code(found: re.Match[str]) -> str:
    code = found[1].strip("\n")
    macro = "listing" if "\n" in code else "copyable"
    show = get_template_attribute("macros/pages.html", macro)
    return str(show(Markup(code), _("Code to copy")))  # noqa: S704 - sanitised, see above

"""Markdown of pages as HTML that is safe to show, with places left open in it.

What is rendered here is kept. `app.pages.filling` fills the places when a page is
shown, for what stands there depends on the address by which the reader came.
"""

import itertools
import re

import nh3

from app.core.i18n import _l
from app.pages.exceptions import BadText

VALUES = ("site_name", "site_url", "index_url", "upload_url", "host", "contact_email", "upstreams")
BLOCKS = ("team",)
CONDITIONS = ("upstreams", "team", "contact_email", "plain_http")

PLACE = re.compile(r"(?<!\\)\{\{ ?([a-z_]{1,30}) ?\}\}")
_STEP = re.compile(
    r"^\{\{ ?((?:if not|if) [a-z_]{1,30}|else|end) ?\}\}[ \t]*$\n?", re.MULTILINE | re.ASCII
)
# Each level costs the sanitiser as much as all those above it together.
_DEEP = re.compile(r"^(?:[ \t]*(?:>|[-+*]|[0-9]{1,9}[.)])){21}", re.MULTILINE)
_HEADING = re.compile(r"<(/?)h([1-5])(?=[ >])")
_EMPTY_LINK = re.compile(r'<a href="#[^"<>]*"></a>')
_OUTSIDE = re.compile(r'<a (?=[^<>]*\bhref="(?:https?:)?//)')
# In a tag: a text may show one, and what stands in attributes has its quotes escaped.
_ID = re.compile(r'(<[a-z][^<>]*? id=")([^"<>]*)"')
_REL = "nofollow noopener"
_PREFIXES = ("user-content-", "fn-", "fnref-")


def render_page(body: str) -> str:
    """Return the sanitised HTML of a page's Markdown; raises `BadText`.

    What stands between two conditions is rendered by itself, so that leaving it out
    leaves no tag open. They are comments in what is returned, and the sanitiser
    lets no comment through that somebody wrote.
    """
    if _DEEP.search(body):
        raise BadText(_l("This text has lists or quotes in each other, more than 20 deep."))
    texts, steps = _STEP.split(body)[::2], _STEP.findall(body)
    _demand_order(steps)
    marks = [f"<!--{step}-->" for step in steps]
    pieces = itertools.zip_longest(map(_render, texts), marks, fillvalue="")
    html = "".join(itertools.chain.from_iterable(pieces))
    return _lower_headings(_number_ids(html))


def place(name: str) -> str:
    """Return the word that holds a place open, which no renderer takes apart."""
    return f"TILSITPLACE{name}ENDPLACE"


def _demand_order(steps: list[str]) -> None:
    """Raise `BadText` unless every condition is known and has an end before the next one."""
    allowed: set[str] = {"if"}
    for step in steps:
        kind, _, name = step.replace("if not", "if").partition(" ")
        if kind not in allowed or (name and name not in CONDITIONS):
            raise BadText(
                _l(
                    "A condition stands on lines of its own: “{{ if upstreams }}”, perhaps "
                    "“{{ else }}”, and “{{ end }}”; there is none in another one."
                )
            )
        allowed = {"if": {"else", "end"}, "else": {"end"}, "end": {"if"}}[kind]
    if "if" not in allowed:
        raise BadText(_l("A condition has no “{{ end }}”."))


def _render(text: str) -> str:
    from readme_renderer import clean, markdown  # noqa: PLC0415 - only who writes pages needs them

    html = markdown.render(PLACE.sub(_open, text), variant="GFM") or ""
    safe = nh3.clean(
        html,
        tags=clean.ALLOWED_TAGS,
        # The language of a program is no language of people.
        attributes={**clean.ALLOWED_ATTRIBUTES, "pre": {"class"}},
        attribute_filter=_filter,
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )
    return _OUTSIDE.sub(f'<a rel="{_REL}" ', _EMPTY_LINK.sub("", safe))


def _open(match: re.Match[str]) -> str:
    return place(match[1]) if match[1] in {*VALUES, *BLOCKS} else match[0]


def _filter(tag: str, name: str, value: str) -> str | None:
    if name == "id":
        # The frame around the text has names of its own.
        return value if value.startswith(_PREFIXES) else f"{_PREFIXES[0]}{value}"
    if (tag, name) == ("img", "src"):
        return value if value.startswith(("/media/", "https://")) else None
    return value


def _lower_headings(html: str) -> str:
    """Keep the first rank for the title of the page."""
    if "<h1" not in html:
        return html
    return _HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 1}", html)


def _number_ids(html: str) -> str:
    """Let no two elements have the same name."""
    seen: dict[str, int] = {}

    def rename(found: re.Match[str]) -> str:
        start, name = found.groups()
        seen[name] = seen.get(name, 0) + 1
        return found[0] if seen[name] == 1 else f'{start}{name}-again{seen[name]}"'

    return _ID.sub(rename, html)

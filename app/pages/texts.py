"""The text of a page: a title, a description and Markdown, and how a file holds them."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.i18n import _l
from app.pages.exceptions import BadPageTitle, BadText

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_NOTE = 200, 300, 300
LONGEST_BODY = 50_000
_FENCE = "---"


@dataclass(frozen=True, kw_only=True)
class PageText:
    """What somebody writes for a page in one language."""

    title: str
    description: str = ""
    body: str


def clean_text(text: PageText) -> PageText:
    """Return a text as it is kept, or raise `BadPageTitle` or `BadText`."""
    body, title = clean_body(text.body), _clean_line(text.title, LONGEST_TITLE)
    if not title:
        raise BadPageTitle
    description = _clean_line(text.description, LONGEST_DESCRIPTION)
    return PageText(title=title, description=description, body=body)


def clean_body(given: str) -> str:
    """Return Markdown with the ends of lines that browsers change in forms, or raise `BadText`."""
    body = given.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    if len(body) > LONGEST_BODY:
        raise BadText(_l("A text has at most 50,000 characters."))
    if "\x00" in body:
        raise BadText(_l("This holds a character that cannot be used."))
    return body


def clean_note(note: str) -> str:
    """Return what somebody says about a change as it is kept, or raise `BadPageTitle`."""
    return _clean_line(note, LONGEST_NOTE)


def split_file(content: str) -> tuple[dict[str, str], str]:
    """Return what stands at the head of a file, by name, and the body below it.

    A head is lines of `name: value` between two lines of three hyphens.
    """
    lines = content.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != _FENCE or _FENCE not in map(str.strip, lines[1:]):
        raise BadText(_l("A file begins with lines of “name: value” between two lines of “---”."))
    end = [line.strip() for line in lines[1:]].index(_FENCE) + 1
    facts = dict(map(_split_line, filter(str.strip, lines[1:end])))
    return facts, "\n".join(lines[end + 1 :]).strip("\n") + "\n"


def join_file(facts: Mapping[str, str], body: str) -> str:
    """Return the content of a file with a head; empty facts are left out."""
    head = [f"{name}: {value}" for name, value in facts.items() if value]
    return "\n".join([_FENCE, *head, _FENCE, "", body])


def join_text(text: PageText) -> str:
    """Return a text as one, as its differences are shown."""
    return join_file({"title": text.title, "description": text.description}, text.body)


def _split_line(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _clean_line(text: str, longest: int) -> str:
    clean = " ".join(text.split())
    if len(clean) > longest or not clean.isprintable():
        raise BadPageTitle(
            _l(
                "A title has 1 to 200 characters, a description and a note at most 300, "
                "and all of them can be printed."
            )
        )
    return clean

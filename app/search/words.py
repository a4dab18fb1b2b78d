"""The words of a search: what was typed, taken apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

LONGEST_TEXT = 200
_MOST_READ = 20 * LONGEST_TEXT
# Each of them is looked up: a sentence has fewer.
MOST_WORDS = 32

NAME, AUTHOR, DEPENDS, CLASSIFIER, LICENSE = "name", "author", "depends", "classifier", "license"
FIELDS = (NAME, AUTHOR, DEPENDS, CLASSIFIER, LICENSE)

# No database takes a NUL, and those that turn the direction would turn what stands around.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
# Telephones and word processors write them.
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_WORD = re.compile(
    rf"""
    (?: (?P<kind>{"|".join(FIELDS)}) : (?= [^\s"] | "[^"]*[^"\s][^"]*" ) )?
    (?: "(?P<phrase>[^"]*)" | (?P<term>[^\s"]+) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PARTS = re.compile(r"\s*::\s*")


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is looked for, in the order in which it was typed, with its case and its dots.

    `terms` are plain words, without white space; `phrases` stood in quotes, their words
    with one space between them; `fields` are by FIELDS, and none of them is empty:
    `name:flask license:"MIT License" "web app" fast` has the term `fast`, the phrase
    `web app` and the fields `{"name": ("flask",), "license": ("MIT License",)}`. Parts
    of a classifier have ` :: ` between them, however it was typed. `text` is all of it,
    `is_cut` tells that more was typed. Only where nothing was typed is there nothing.
    """

    text: str = ""
    terms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    is_cut: bool = False

    @classmethod
    def of(cls, typed: str) -> Self:
        """Take apart what was typed, whatever it is.

        An unknown prefix is part of a plain word (`https://…`), and so is a known one with
        nothing behind it; a quote without its end is left out.
        """
        # No time for what is cut away after all.
        long = " ".join(_UNSEEN.sub(" ", typed.strip()[:_MOST_READ]).split())
        text = long[:LONGEST_TEXT].rstrip()
        found = list(dict.fromkeys(_split(text)))[:MOST_WORDS]
        kinds = dict.fromkeys(kind for kind, value in found if kind in FIELDS)
        return cls(
            text=text,
            # Quotes around nothing: no name is like them, and that is the answer.
            terms=_values(found, "term") or ((text,) if text and not found else ()),
            phrases=_values(found, "phrase"),
            fields={kind: _values(found, kind) for kind in kinds},
            is_cut=len(long) > LONGEST_TEXT,
        )

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not self.text


def _split(text: str) -> Iterator[tuple[str, str]]:
    for match in _WORD.finditer(text.translate(_QUOTES)):
        value = " ".join((match["phrase"] or match["term"] or "").split())
        kind = (match["kind"] or ("term" if match["phrase"] is None else "phrase")).lower()
        if value:
            yield kind, " :: ".join(_PARTS.split(value)) if kind == CLASSIFIER else value


def _values(found: list[tuple[str, str]], kind: str) -> tuple[str, ...]:
    return tuple(value for each, value in found if each == kind)

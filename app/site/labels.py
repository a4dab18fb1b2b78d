"""The addresses of what projects have in common: licences, keywords, classifiers and more."""

from urllib.parse import quote

from flask import url_for

from app.indexes.queries import MAIN
from app.search.facts import (
    CLASSIFIER,
    KEYWORD,
    LANGUAGE,
    LICENSE,
    LONGEST_LABEL,
    PERSON,
    PYTHON,
)
from app.web.http import absolute_url

# The kinds that have pages, as they stand in addresses.
KINDS = {
    LICENSE: "licenses",
    LANGUAGE: "languages",
    CLASSIFIER: "classifiers",
    KEYWORD: "keywords",
    PERSON: "people",
    PYTHON: "pythons",
}


def label_url(kind: str, value: str, slug: str = MAIN) -> str | None:
    """Return the address of the projects of an index that have a label, or None if it has none.

    `kind` is one of the singular words in `app.search.facts`. Browsers and servers make
    another path of one with empty steps, or with dots for steps.
    """
    path = _path_of(kind, value)
    home = url_for("site.home") if slug == MAIN else url_for("site.index", slug=slug)
    return None if path is None else f"{home}{path}"


def label_address(kind: str, value: str, slug: str = MAIN) -> str | None:
    """Return the same address with the site before it, as others than its pages need it."""
    path = _path_of(kind, value)
    home = absolute_url("site.home") if slug == MAIN else absolute_url("site.index", slug=slug)
    return None if path is None else f"{home}{path}"


def _path_of(kind: str, value: str) -> str | None:
    steps = value.split("/")
    if len(value) > LONGEST_LABEL or "\0" in value or not {"", ".", ".."}.isdisjoint(steps):
        return None
    return f"browse/{KINDS[kind]}/{quote(value.encode(errors='replace'), safe='/:')}/"

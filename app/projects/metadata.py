"""What fields of core metadata mean for people, wherever they come from."""

import re
from collections.abc import Iterable

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from app.projects.names import normalise

# PEP 508: a requirement begins with a name.
_NAME = re.compile(r"\s*([A-Z0-9](?:[A-Z0-9._-]{0,198}[A-Z0-9])?)", re.IGNORECASE | re.ASCII)
_LANGUAGE = "Programming Language"
_LICENSE = "License"
# "License :: OSI Approved" alone says nothing.
_VAGUE = {_LICENSE, "OSI Approved"}
_LONGEST_LICENSE = 100
_LONGEST_EXPRESSION = 400
_LICENSE_WORDS = re.compile(r"([()]| AND | OR )")
_BETWEEN_LICENSES = {"AND", "OR", "(", ")"}


def list_languages(classifiers: Iterable[str]) -> list[str]:
    """Return the programming languages that classifiers name."""
    parts = [classifier.split(" :: ") for classifier in classifiers]
    return sorted({part[1] for part in parts if part[0] == _LANGUAGE and len(part) > 1})


def find_license(expression: str | None, classifiers: Iterable[str], text: str) -> str | None:
    """Return the licence as it is shown: by expression, classifier or the text's first line."""
    if expression:
        return expression
    parts = [classifier.split(" :: ") for classifier in classifiers]
    named = [part[-1] for part in parts if part[0] == _LICENSE and part[-1] not in _VAGUE]
    if named:
        return ", ".join(dict.fromkeys(named))
    first = text.strip().partition("\n")[0].strip()
    return first[:_LONGEST_LICENSE] or None


def split_license(text: str) -> tuple[str, ...]:
    """Return the words, brackets and licences of an SPDX expression, or the text if it is none.

    An exception stands with its licence: `GPL-2.0-only WITH Classpath-exception-2.0` is one.
    """
    if len(text) > _LONGEST_EXPRESSION:
        return (text,)
    try:
        expression = canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return (text,)
    parts = (part.strip() for part in _LICENSE_WORDS.split(expression))
    return tuple(part for part in parts if part)


def list_licenses(text: str) -> list[str]:
    """Return the licences that an SPDX expression names, or the text if it is none."""
    return [part for part in split_license(text) if part not in _BETWEEN_LICENSES]


def split_keywords(text: str) -> tuple[str, ...]:
    """Return the keywords of a field: the standard says commas, older metadata only spaces."""
    words = text.split(",") if "," in text else text.split()
    return tuple(word.strip() for word in words if word.strip())


def needed_name(requirement: str) -> str:
    """Return the normalised name of what a requirement asks for, or nothing."""
    found = _NAME.match(requirement)
    return "" if found is None else normalise(found[1])

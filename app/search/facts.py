"""What is told of a project, so that it can be listed and found."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import getaddresses

from app.projects.metadata import list_languages, list_licenses, needed_name
from app.projects.names import normalise

LICENSE, LANGUAGE, CLASSIFIER, KEYWORD = "license", "language", "classifier", "keyword"
PERSON, PYTHON, NEEDS = "person", "python", "needs"
KINDS = (LICENSE, LANGUAGE, CLASSIFIER, KEYWORD, PERSON, PYTHON, NEEDS)

LONGEST_LABEL = 400
# Honest projects have a few dozen; each is a row.
MOST_LABELS = 300
_LONGEST_NAMES = 4_000
_PYTHON_CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d+\.\d+)")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A project by the release that people should install; `name` is as it is written.

    `license` is the licence in few words. `people` are the names of those who wrote it.
    """

    name: str
    version: str = ""
    summary: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    license: str | None = None
    classifiers: tuple[str, ...] = ()
    requires_dist: tuple[str, ...] = ()
    is_yanked: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None

    def labels(self) -> list[tuple[str, str]]:
        """Return kind and value of each label, each of them once."""
        usable = (
            (kind, value)
            for kind, value in self._told()
            if 0 < len(value) <= LONGEST_LABEL and "\0" not in value
        )
        return list(dict.fromkeys(usable))[:MOST_LABELS]

    def _told(self) -> Iterator[tuple[str, str]]:
        yield from _each(CLASSIFIER, self.classifiers)
        yield from _each(LICENSE, list_licenses(self.license) if self.license else [])
        yield from _each(LANGUAGE, list_languages(self.classifiers))
        yield from _each(PYTHON, _list_pythons(self.classifiers))
        yield from _each(PERSON, self.people)
        yield from _each(KEYWORD, (" ".join(word.lower().split()) for word in self.keywords))
        yield from _each(NEEDS, self._list_needed())

    def _list_needed(self) -> Iterator[str]:
        # Extras that take in others name the project itself.
        own = normalise(self.name)
        names = map(needed_name, self.requires_dist)
        return (name for name in names if name != own)


def list_people(*fields: str) -> tuple[str, ...]:
    """Return the names in name fields and e-mail fields (RFC 5322), without addresses."""
    named = (name or address for field in fields for name, address in _split(field))
    people = (" ".join(name.split()) for name in named if "@" not in name)
    return tuple(dict.fromkeys(name for name in people if name))


def _split(field: str) -> list[tuple[str, str]]:
    if "@" not in field:
        return [(name, "") for name in field[:_LONGEST_NAMES].split(",")]
    try:
        return getaddresses([field[:_LONGEST_NAMES]])
    except RecursionError:
        # Comments in comments in comments name nobody.
        return []


def _each(kind: str, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((kind, value) for value in values)


def _list_pythons(classifiers: Iterable[str]) -> list[str]:
    found = (_PYTHON_CLASSIFIER.fullmatch(classifier) for classifier in classifiers)
    return [match[1] for match in found if match]

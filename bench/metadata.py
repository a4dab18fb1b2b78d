"""What made-up projects say of themselves: licences, classifiers, keywords, people, needs.

How often each is met follows roughly what the projects of the public index say.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from trove_classifiers import sorted_classifiers

_LICENSES = {
    "MIT": 44,
    "Apache-2.0": 14,
    "BSD-3-Clause": 9,
    "GPL-3.0-or-later": 8,
    "AGPL-3.0-only": 3,
    "LGPL-3.0-or-later": 2,
    "MPL-2.0": 2,
    "MIT OR Apache-2.0": 1,
    "ISC": 1,
    None: 16,
}
# Families of names have a framework in common.
_FRAMEWORKS = {
    "django-": "Framework :: Django",
    "flask-": "Framework :: Flask",
    "pytest-": "Framework :: Pytest",
    "odoo-addon-": "Framework :: Odoo",
    "collective.": "Framework :: Plone",
    "jupyter-": "Framework :: Jupyter",
    "mkdocs-": "Framework :: MkDocs",
}
_PYTHON = "Programming Language :: Python"
_OTHER_LANGUAGES = ("C", "C++", "Rust", "Cython", "JavaScript", "Unix Shell", "Fortran", "Java")
_MINORS = range(6, 15)
_TOPICS = [name for name in sorted_classifiers if name.startswith("Topic :: ")]
_STATES = [name for name in sorted_classifiers if name.startswith("Development Status :: ")]
_AUDIENCES = [name for name in sorted_classifiers if name.startswith("Intended Audience :: ")]
_SYSTEMS = [name for name in sorted_classifiers if name.startswith("Operating System :: ")]
_NATURAL = [name for name in sorted_classifiers if name.startswith("Natural Language :: ")]
# Each of these is on about so many projects of a hundred.
_COMMON = {
    f"{_PYTHON} :: 3": 62,
    f"{_PYTHON} :: 3 :: Only": 9,
    "Operating System :: OS Independent": 46,
    "Typing :: Typed": 7,
}
_DRAWN = ((_STATES, 42), (_AUDIENCES, 45), (_SYSTEMS, 9), (_NATURAL, 7))

_FASHION = """
    ai agent api llm data cli machine-learning automation python sdk testing django async
    aws mcp bioinformatics security flask database json http web science statistics cloud
    docker nlp visualization finance config logging graph parser geo robotics physics client
    plugin framework
"""
_KEYWORDS = tuple(_FASHION.split())
_GIVEN = """
    Ada Alan Amina Anna Barbara Bela Bo Carla Chen Clara Dana David Dilip Edith Elif Emil
    Eva Fatima Felix Fumiko Grace Gustav Hana Hedy Igor Ines Ivan Jan Jorge Julia Kenji Kofi
    Lena Liu Luca Maria Mei Miguel Nadia Nils Noor Olga Omar Otto Paula Pedro Priya Rana
    Ravi Rosa Sara Sofia Sven Tariq Thea Tim Uma Vera Viktor Wei Yara Yusuf Zoe
"""
_FIRST = tuple(_GIVEN.split())
_FAMILIES = """
    Abe Adler Ahmed Alves Baker Bauer Berg Borg Castro Chan Cohen Costa Dahl Diaz Duarte
    Eriksen Fischer Fuchs Garcia Ghosh Gupta Haas Hansen Ito Ivanov Jansen Jones Kaya Keller
    Khan Kim Kovacs Kumar Lang Lee Lind Lopez Maier Martin Mori Moreau Nagy Nguyen Novak
    Okafor Olsen Ortiz Park Patel Petrov Rao Reyes Rossi Saito Sato Schmidt Shah Silva Singh
    Smith Sokolov Tanaka Toth Vogel Wagner Wang Weber Wolf Wood Yamada Yang Yilmaz Zhang
    Zhou
"""
_LAST = tuple(_FAMILIES.split())
# Most people have few projects and some have hundreds.
_PEOPLE_PER_PROJECT = 0.45
_MOST_NEEDED = 5_000


@dataclass(frozen=True, slots=True)
class Told:
    """What a project says of itself."""

    license: str | None
    classifiers: tuple[str, ...]
    keywords: tuple[str, ...]
    person: str
    needs: tuple[str, ...]


def draw_metadata(rng: random.Random, name: str, names: Sequence[str]) -> Told:
    """Return what a project says of itself; it needs some of the first of `names`."""
    return Told(
        license=rng.choices(tuple(_LICENSES), tuple(_LICENSES.values()))[0],
        classifiers=tuple(dict.fromkeys(_draw_classifiers(rng, name.lower()))),
        keywords=_draw_keywords(rng, name),
        person=_draw_person(rng, len(names)),
        needs=_draw_needs(rng, name, names),
    )


def _draw_classifiers(rng: random.Random, name: str) -> list[str]:
    found = [each for each, share in _COMMON.items() if rng.random() * 100 < share]
    if rng.random() < 0.5:
        oldest = rng.choice(_MINORS[:6])
        found += [
            f"{_PYTHON} :: 3.{minor}" for minor in range(oldest, rng.randrange(oldest, 14) + 1)
        ]
    for choices, share in _DRAWN:
        if rng.random() * 100 < share:
            found.append(_choose(rng, choices))
    if rng.random() < 0.4:
        found += [_choose(rng, _TOPICS) for _ in range(rng.choice((1, 1, 2, 3)))]
    if rng.random() < 0.05:
        found.append(f"Programming Language :: {_choose(rng, _OTHER_LANGUAGES)}")
    return found + [each for begin, each in _FRAMEWORKS.items() if name.startswith(begin)]


def _draw_keywords(rng: random.Random, name: str) -> tuple[str, ...]:
    if rng.random() < 0.45:
        return ()
    own = name.lower().replace("_", "-").replace(".", "-").split("-")
    drawn = [_choose(rng, _KEYWORDS) for _ in range(rng.randrange(1, 4))]
    return tuple(dict.fromkeys(word for word in (*own, *drawn) if word))


def _draw_person(rng: random.Random, projects: int) -> str:
    number = int(max(projects * _PEOPLE_PER_PROJECT, 20) * rng.random() ** 2)
    first, rest = divmod(number, len(_LAST))
    generation, first = divmod(first, len(_FIRST))
    name = f"{_FIRST[first]} {_LAST[rest]}"
    return f"{name} {generation + 1}" if generation else name


def _draw_needs(rng: random.Random, name: str, names: Sequence[str]) -> tuple[str, ...]:
    if rng.random() < 0.35:
        return ()
    most = min(len(names), _MOST_NEEDED)
    drawn = (names[int(most * rng.random() ** 3)] for _ in range(rng.choice((1, 1, 2, 3, 4, 7))))
    return tuple(dict.fromkeys(other for other in drawn if other != name))


def _choose(rng: random.Random, choices: Sequence[str]) -> str:
    """Return one of some, the first ones far more often than the last."""
    return choices[int(len(choices) * rng.random() ** 2.5)]

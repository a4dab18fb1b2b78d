"""Measure searches among the names of a file, and whether they answer what people look for.

A fresh installation gets the names by the same code as `flask mirror names --file`,
and its most popular projects labels, so that filters have something to count. Then
searches and suggestions run in this process, without HTTP and templates, each with
a session of its own; times are of all that they do, counts of filters included.

    python bench/finding.py names.tsv
    python bench/finding.py names.tsv --keep .bench/finding    # loads only once
"""

import os
import random
import string
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

import config
from app import create_app
from app.core import clock
from app.core.database import transaction
from app.core.memory import leave_alone_what_is_there
from app.core.progress import track
from app.extensions import db
from app.indexes.queries import get_index
from app.mirror.loading import Follower
from app.mirror.namefiles import load_file
from app.search.facts import Facts
from app.search.finding import find
from app.search.models import Listing
from app.search.queries import count_known
from app.search.services import list_project
from app.search.suggesting import suggest
from app.search.wishes import Wish

NEEDS = tuple(Path(__file__).with_name(name) for name in ("needs.tsv", "more-needs.tsv"))
_ROUND = 50
# Those who look for something look at so many.
_SEEN = 5
_LICENSES = ("MIT", "BSD-3-Clause", "Apache-2.0", "GPL-3.0-only", "MPL-2.0")
_TOPICS = ("Internet", "Software Development", "Scientific/Engineering", "Utilities", "Database")
_STATUSES = ("3 - Alpha", "4 - Beta", "5 - Production/Stable")


@click.command()
@click.argument("names", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--keep", type=click.Path(path_type=Path), help="Folder of the installation.")
@click.option("--needs", type=click.Path(exists=True, path_type=Path), multiple=True, default=NEEDS)
@click.option("--labelled", default=3_000, show_default=True, help="How many get labels.")
def main(names: Path, keep: Path | None, needs: tuple[Path, ...], labelled: int) -> None:
    """Measure searches among the names of a file."""
    with tempfile.TemporaryDirectory() as folder:
        app = _installation(keep or Path(folder))
        with app.app_context():
            upgrade()
            if not count_known(get_index("pypi").id):
                _fill(names, labelled)
            _measure()
            for each in needs:
                _ask(each)


def _installation(folder: Path) -> Flask:
    folder.mkdir(parents=True, exist_ok=True)
    environ = {"DATA_DIR": str(folder), "UPSTREAM_URL": "http://127.0.0.1:9/simple/"}
    return create_app(config.Config(dict(os.environ) | environ))


def _fill(names: Path, labelled: int) -> None:
    began = time.monotonic()
    loaded = load_file(
        get_index("pypi"), names, Follower(writing=partial(track, label="Loading names"))
    )
    print(f"{loaded.count:,} names loaded in {time.monotonic() - began:.0f} s")
    draw = random.Random(5)
    for listing in track(_popular(labelled), label="Giving labels"):
        with transaction():
            list_project(listing.index_id, _facts(listing, draw))


def _popular(count: int) -> Sequence[Listing]:
    wanted = select(Listing).where(Listing.rank.is_not(None)).order_by(Listing.rank)
    return db.session.scalars(wanted.limit(count)).all()


def _facts(listing: Listing, draw: random.Random) -> Facts:
    return Facts(
        name=listing.name,
        version=listing.version or "1.0",
        summary=listing.summary or "",
        license=draw.choice(_LICENSES),
        classifiers=(
            f"Topic :: {draw.choice(_TOPICS)}",
            f"Development Status :: {draw.choice(_STATUSES)}",
            *(f"Programming Language :: Python :: 3.{minor}" for minor in range(9, 14)),
            *(["Typing :: Typed"] if draw.random() < 0.3 else []),
        ),
        keywords=tuple((listing.summary or "").lower().split()[:4]),
        updated_at=clock.now(),
    )


def _measure() -> None:
    # As web processes do.
    leave_alone_what_is_there()
    # On a machine with other work the processor's time is what can be compared.
    print(f"\n{'ms':24}{'p50':>9}{'p95':>9}{'cpu p50':>9}{'cpu p95':>9}  slowest")
    for label, texts in _texts(random.Random(7)).items():
        _time(label, [(text, partial(find, wish=Wish(text=text))) for text in texts])
    words = list(_texts(random.Random(8))["many words"])
    for label, wish in _filters().items():
        _time(label, [(text, partial(find, wish=wish(text))) for text in words])
    _time("common words", [(text, partial(find, wish=Wish(text=text))) for text in _COMMON])
    typed = [text[:end] for text in _texts(random.Random(9))["exact name"] for end in (1, 2, 3, 5)]
    _time("suggestions", [(text, partial(suggest, text=text)) for text in typed])


_COMMON = ("python", "api", "a", "ap", "py", "data", "client for api", "the", "python library", "")


def _filters() -> dict[str, Callable[[str], Wish]]:
    mit, stable = ("license", "MIT"), ("classifier", "Development Status :: 5 - Production/Stable")
    return {
        "one filter": lambda text: Wish(text=_main(text), labels=frozenset({mit})),
        "two filters, recent": lambda text: Wish(
            text=_main(text), labels=frozenset({mit, stable}), days=90, is_yanked_hidden=True
        ),
        "filters alone": lambda text: Wish(labels=frozenset({mit, stable})),
        "by name, page 3": lambda text: Wish(text=_main(text), sort="name", number=3),
    }


def _main(text: str) -> str:
    return max(text.split(), key=len)


def _texts(draw: random.Random) -> dict[str, list[str]]:
    """Return what people may type, made from the most popular projects."""
    listings = draw.sample(list(_popular(8_000)), k=_ROUND * 4)
    parts = [listings[at : at + _ROUND] for at in range(0, len(listings), _ROUND)]
    return {
        "exact name": [each.name for each in parts[0]],
        "beginning of a name": [each.name[: draw.randint(3, 6)] for each in parts[1]],
        "many words": [_phrase(each, draw) for each in parts[2]],
        "one slip": [_slip(each.normalized_name, draw) for each in parts[3]],
    }


def _phrase(listing: Listing, draw: random.Random) -> str:
    words = (listing.summary or listing.name).split()
    at = draw.randrange(max(len(words) - 2, 1))
    return " ".join(words[at : at + draw.randint(2, 3)])


def _slip(name: str, draw: random.Random) -> str:
    at = draw.randrange(1, max(len(name) - 1, 2))
    letter = draw.choice(string.ascii_lowercase)
    return draw.choice([name[:at] + name[at + 1 :], name[:at] + letter + name[at:]])


def _time(label: str, searches: Sequence[tuple[str, Callable[..., object]]]) -> None:
    # The first ones teach SQLAlchemy its statements, as they do in every process.
    for _text, search in searches[:3]:
        search(get_index())
    timed = list(_timed(searches))
    walls, works = sorted(each[0] for each in timed), sorted(each[1] for each in timed)
    figures = (_at(walls, 0.5), _at(walls, 0.95), _at(works, 0.5), _at(works, 0.95))
    print(f"{label:24}" + "".join(f"{each:9.1f}" for each in figures) + f"  {max(timed)[2]!r}")


def _at(times: Sequence[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]


def _timed(
    searches: Sequence[tuple[str, Callable[..., object]]],
) -> Iterator[tuple[float, float, str]]:
    """Yield milliseconds that passed, those that a processor worked, and the text."""
    for text, search in searches:
        db.session.close()
        began, worked = time.perf_counter(), time.process_time()
        search(get_index())
        passed = time.perf_counter() - began
        yield passed * 1_000, (time.process_time() - worked) * 1_000, text


def _ask(needs: Path) -> None:
    """Say where the first accepted project stands for every need."""
    met, asked = 0, 0
    print()
    for line in needs.read_text("utf-8").splitlines()[1:]:
        need, accepted = line.split("\t")
        db.session.close()
        names = [each.normalized_name for each in find(get_index(), Wish(text=need)).lines]
        place = next((at for at, name in enumerate(names, 1) if name in accepted.split()), None)
        met, asked = met + (place is not None and place <= _SEEN), asked + 1
        print(f"{place or '-':>3}  {need:28} {', '.join(names[:_SEEN])}")
    print(f"\n{met} of {asked} needs have an accepted project among the first {_SEEN}.")


if __name__ == "__main__":
    main()

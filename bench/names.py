"""Names of projects as people choose them: words, invented words, and families."""

import random
from collections.abc import Callable, Collection

from app.projects.names import normalise

# Projects that are in every catalogue, with the number of their files.
ENORMOUS, THOUSANDS, TEN = "enormous", "thousands", "ten-files"
KNOWN = {ENORMOUS: 43_145, THOUSANDS: 5_000, TEN: 10}

_SEED = "names"
_ONSETS = ("b", "br", "c", "ch", "d", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "qu")
_MORE_ONSETS = ("r", "s", "sh", "st", "t", "tr", "v", "w", "y", "z")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "oo")
_CODAS = ("", "", "", "n", "r", "s", "t", "x", "l", "ck", "m")
_COMMON = """
    agent alert api archive async audio auth backup batch bench bio blog board bot bridge browser
    build cache calendar camera card cert chain chart chat check chem class client clock cloud
    cluster code color command config connect console contact core crawler cron crypto csv cube
    dash data date db debug deep deploy diff disk dns docker docs dom drive echo edge email engine
    env event excel export face fast feed fetch field file filter finance flow font form forge
    format frame fuzzy game gate geo git glass graph grid guard hash health helper hook host html
    http hub image index info ingest insight iot job json kafka kernel key lab lambda lang layer
    learn lens lib light line link lint list live load local lock log loop mail map mark math
    media mesh meta metric micro mini mirror mobile mock model money monitor music nano net neural
    news node note notify number ocr online open optim order pack page paint panel parse path pay
    pdf phone photo pipe pixel plan plot plugin point pool port press print proxy pulse query
    queue quick random reader record redis remote render report rest robot route rule safe sales
    sample scan schema score scrape script search secret sense serve session shape sheet shell
    shop signal simple site slack smart snap social sound space spark speech sql stack stats
    storage store stream string style sync table tag task tensor term test text theme thread time
    token tool topic torch trace track trade train tree trend type unit url user vault vector
    video view vision voice watch weather web widget wiki work wrap xml yaml zip zone
"""
_WORDS = tuple(_COMMON.split())
_PREFIXES = {
    "py": 40,
    "python-": 12,
    "django-": 16,
    "pytest-": 8,
    "flask-": 5,
    "odoo-addon-": 9,
    "aws-": 5,
    "azure-mgmt-": 3,
    "types-": 3,
    "collective.": 4,
    "mkdocs-": 2,
    "jupyter-": 2,
    "langchain-": 3,
    "lib": 3,
    "auto": 3,
}
_SUFFIXES = {
    "-client": 12,
    "-sdk": 10,
    "-cli": 10,
    "-api": 8,
    "-py": 9,
    "-utils": 8,
    "-tools": 6,
    "-mcp": 5,
    "-server": 5,
    "-python": 4,
    "-core": 4,
    "-plugin": 4,
    "-lite": 2,
    "2": 5,
    "3": 3,
    "lib": 3,
}
# Every shape of a name and how often it is met.
_SHAPES = {
    "{word}": 10,
    "{new}": 14,
    "{word}-{word}": 22,
    "{word}-{new}": 14,
    "{new}-{word}": 8,
    "{prefix}{word}": 6,
    "{prefix}{new}": 10,
    "{prefix}{word}-{word}": 8,
    "{word}{suffix}": 3,
    "{new}{suffix}": 9,
    "{word}-{word}{suffix}": 5,
    "{word}-{word}-{word}": 6,
    "{new}-{word}-{number}": 2,
}


def make_names(count: int, taken: Collection[str] = ()) -> list[str]:
    """Return names as they are displayed, those of `KNOWN` first; the same names every time.

    All are different once they are normalised, and from those that are taken.
    """
    rng = random.Random(_SEED)
    names = [name for name in KNOWN if name not in taken]
    seen = {*taken, *KNOWN}
    while len(names) < count:
        name = _display(_make_name(rng), rng)
        key = normalise(name)
        if key not in seen:
            seen.add(key)
            names.append(name)
    return names[:count]


def _make_name(rng: random.Random) -> str:
    shape = _pick(_SHAPES, rng)
    for part, make in _PARTS.items():
        while part in shape:
            shape = shape.replace(part, make(rng), 1)
    return shape


def _display(name: str, rng: random.Random) -> str:
    """Spell a name as some people like it."""
    chance = rng.random()
    if chance < 0.10:
        return name.replace("-", "_")
    if chance < 0.13:
        return name.replace("-", ".")
    if chance < 0.16:
        return name.title().replace("-", "")
    return name.title() if chance < 0.18 else name


def _make_word(rng: random.Random) -> str:
    return "".join(_make_syllable(rng) for _ in range(rng.choice((2, 2, 2, 3))))


def _make_syllable(rng: random.Random) -> str:
    choice = rng.choice
    return choice(_ONSETS + _MORE_ONSETS) + choice(_VOWELS) + choice(_CODAS)


def _pick(weights: dict[str, int], rng: random.Random) -> str:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


_PARTS: dict[str, Callable[[random.Random], str]] = {
    "{prefix}": lambda rng: _pick(_PREFIXES, rng),
    "{suffix}": lambda rng: _pick(_SUFFIXES, rng),
    "{word}": lambda rng: rng.choice(_WORDS),
    "{new}": _make_word,
    "{number}": lambda rng: str(rng.randrange(2, 100)),
}

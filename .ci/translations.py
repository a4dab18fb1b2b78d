"""Fail when a catalogue lacks a text, keeps a doubtful one or does not fit its placeholders."""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def main() -> int:
    """Print what is wrong with the catalogues and return the exit status."""
    wanted = extract()
    paths = sorted((ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))
    complaints = [complaint for path in paths for complaint in judge(path, wanted)]
    if not paths:
        complaints.append("translations/: there is no catalogue at all")
    for complaint in complaints:
        print(complaint)
    print(f"{len(wanted)} texts, {len(paths)} catalogues, {len(complaints)} complaints")
    return 1 if complaints else 0


def extract() -> set[str | tuple[str, ...]]:
    """Return all texts in the sources."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=KEYWORDS)
    return {message for _path, _line, message, _comments, _context in found}


def judge(path: Path, wanted: set[str | tuple[str, ...]]) -> list[str]:
    """Return what is wrong with a catalogue."""
    with path.open("rb") as file:
        catalog: Catalog = read_po(file, locale=path.parts[-3])
    shown = path.relative_to(ROOT)
    by_id = {message.id: message for message in catalog if message.id}
    complaints = [f"{shown}: missing: {text!r}" for text in sorted(wanted - set(by_id), key=str)]
    for text, message in by_id.items():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if text not in wanted:
            complaints.append(f"{shown}: no longer used: {text!r}")
        if message.fuzzy:
            complaints.append(f"{shown}: fuzzy: {text!r}")
        if not all(strings):
            complaints.append(f"{shown}: not translated: {text!r}")
        complaints += [f"{shown}: {error}: {text!r}" for error in message.check(catalog)]
    return complaints


if __name__ == "__main__":
    sys.exit(main())

"""entry_points.txt, from which installers write scripts."""

import configparser
import re

from app.uploads.exceptions import InvalidArchive

_SCRIPTS = ("console_scripts", "gui_scripts")
# A script name becomes a file name.
_SCRIPT_NAME = re.compile(r"[\w.-]+")


def check_entry_points(raw: bytes) -> None:
    """Raise InvalidArchive when installers could not write the scripts."""
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise _invalid("it is not UTF-8") from None
    except configparser.Error:
        raise _invalid("write sections of 'name = module:object' lines") from None
    for section in _SCRIPTS:
        if parser.has_section(section):
            _check_names(parser.options(section))


def _check_names(names: list[str]) -> None:
    for name in names:
        if _SCRIPT_NAME.fullmatch(name) is None or name in (".", ".."):
            raise _invalid(
                f"script name {ascii(name[:60])} should be letters, digits, '_', '.', '-'"
            )


def _invalid(detail: str) -> InvalidArchive:
    return InvalidArchive(f"entry_points.txt is not valid: {detail}.", code="invalid-entry-points")

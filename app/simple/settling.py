"""Whether what lies on the shelf was made of our database, asked once in each process."""

import logging
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.core.settings import find_setting
from app.indexes.services import last_serial
from app.simple.shelf import the_shelf

# A random text that a migration has put into every database.
INSTALLATION = "installation"

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_log = logging.getLogger(__name__)


def settle() -> None:
    """Use the shelf if it is ours, clear it if it is not, do without it if neither can be."""
    try:
        the_shelf().settle(find_mark(), last_serial())
    except (OSError, SQLAlchemyError) as error:
        _log.warning("the shelf is not used: %s", error)


def find_mark() -> str:
    """Return what pages are made of: this database, while this machine is up."""
    boot = _BOOT.read_text().strip() if _BOOT.exists() else ""
    return f"{find_setting(INSTALLATION)} {boot}"

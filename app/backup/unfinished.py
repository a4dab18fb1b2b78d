"""The mark of a restore that is under way: until it is finished, nothing may start here."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import config
from app.backup.copying import sync_folder

COMMAND = "restore"
# First what was there is moved aside, then all is brought in.
MOVING, FILLING = "moving", "filling"
_NAME = "restoring.json"


@dataclass(frozen=True)
class Mark:
    """Which backup is being restored, how far that is, and into what."""

    backup: str
    stage: str
    suffix: str
    database: str
    storage: str


def find_mark(data_dir: Path) -> Mark | None:
    """Return the mark of a restore that was not finished, or None."""
    try:
        return Mark(**json.loads((data_dir / _NAME).read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        # Cut short by a power cut, so nothing had been changed yet.
        return Mark("", MOVING, "", "", "")


def leave_mark(data_dir: Path, mark: Mark) -> None:
    """Let nothing start in a folder, durably, until `take_mark_away`."""
    draft = data_dir / f"{_NAME}.new"
    draft.write_text(json.dumps(asdict(mark)))
    draft.replace(data_dir / _NAME)
    sync_folder(data_dir)


def take_mark_away(data_dir: Path) -> None:
    """Let the house start again."""
    (data_dir / _NAME).unlink(missing_ok=True)
    sync_folder(data_dir)


def refuse_unfinished(data_dir: Path) -> None:
    """Stop the start with one sentence while a restore is unfinished; only itself may go on."""
    mark = find_mark(data_dir)
    if mark is not None and COMMAND not in sys.argv[1:]:
        raise config.ConfigError(
            f"{data_dir} holds a half-finished restore of the backup {mark.backup}: "
            "run the same `flask restore` again."
        )

"""A queue of jobs in a folder."""

import uuid
from pathlib import Path
from typing import Optional

__version__ = "@version@"


def put(folder: Path, job: str) -> Path:
    """Lay a job into the folder."""
    path = folder / f"{uuid.uuid4().hex}.job"
    path.write_text(job)
    return path


def take(folder: Path) -> Optional[Path]:  # noqa: UP045 - as old as its readers' Python
    """Return the next job, renamed so that nobody else takes it, or None."""
    for path in sorted(folder.glob("*.job")):
        taken = path.with_suffix(".taken")
        try:
            return path.rename(taken)
        except FileNotFoundError:
            continue
    return None

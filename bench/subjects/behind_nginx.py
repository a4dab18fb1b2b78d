"""Tilsit behind nginx, as its deployment files set it up."""

import os
from collections.abc import Sequence

from bench.environments import ROOT
from bench.subjects.tilsit import Tilsit

# A program that stays in the foreground, keeps all it writes in DATA_DIR, listens on
# PORT, and on SIGTERM ends with everything it started.
SERVE = ROOT / "deploy" / "nginx" / "serve"


class TilsitBehindNginx(Tilsit):
    """The production set-up, as soon as there is one."""

    def __init__(self, processes: int) -> None:
        super().__init__(processes)
        self.name = f"nginx + {self.name}"
        self.folder = self.folder.with_name(f"nginx-{self.folder.name}")

    def find_obstacle(self) -> str | None:
        """Return None once the deployment files are there."""
        if os.access(SERVE, os.X_OK):
            return None
        return f"{SERVE.relative_to(ROOT)} is not there"

    def command(self) -> Sequence[str]:
        """Return the program that starts nginx and Tilsit."""
        return [str(SERVE)]

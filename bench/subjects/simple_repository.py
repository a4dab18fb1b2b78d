"""simple-repository-server on a local folder."""

from collections.abc import Sequence
from pathlib import Path

from packaging.utils import parse_wheel_filename

from bench.environments import program
from bench.subjects.base import Installed, lay


class SimpleRepository(Installed):
    """One uvicorn process, which is all that its command line offers."""

    name = environment = "simple-repository-server"

    def command(self) -> Sequence[str]:
        """Return its command line."""
        own = ["--host", "127.0.0.1", "--port", str(self.port), str(self.folder)]
        return [program(self.name), *own]

    def place(self, files: Sequence[Path]) -> bool:
        """Copy files to one folder a project, as its documentation has it."""
        for path in files:
            lay(path, self.folder / parse_wheel_filename(path.name)[0])
        return True

"""pypiserver under gunicorn, with its cache."""

from collections.abc import Sequence
from pathlib import Path

from bench.environments import program
from bench.subjects.base import Door, Installed, lay


class Pypiserver(Installed):
    """Four gunicorn workers and the cached folder, as its README advises for speed."""

    name = environment = "pypiserver"

    def command(self) -> Sequence[str]:
        """Return its command line."""
        options = (
            f"root={str(self.folder)!r}, backend_arg='cached-dir', disable_fallback=True, "
            "authenticate=[], password_file='.'"
        )
        gunicorn = [program("pypiserver", "gunicorn"), "--no-control-socket", "-w4"]
        return [*gunicorn, "-b", f"127.0.0.1:{self.port}", f"pypiserver:app({options})"]

    def door(self) -> Door | None:
        """Return its upload address, which asks for no password here."""
        return Door(f"{self.url}/", "anybody", "nothing")

    def place(self, files: Sequence[Path]) -> bool:
        """Copy what is very much into its folder, as its documentation has it."""
        if len(files) < 1000:
            return False
        for path in files:
            lay(path, self.folder)
        return True

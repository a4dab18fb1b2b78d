"""pypiron on a local folder."""

from collections.abc import Sequence

from bench.environments import program
from bench.subjects.base import Door, Installed

PASSWORD = "a quiet harbour"


class Pypiron(Installed):
    """One binary, as its README starts it."""

    name = environment = "pypiron"
    ready_path = "/health"

    def command(self) -> Sequence[str]:
        """Return its command line."""
        address = f"127.0.0.1:{self.port}"
        # The feed of advisories is the one thing that it would fetch from elsewhere.
        own = ["--data-dir", str(self.folder), "--bind-addr", address, "--advisory-feed", ""]
        return [program("pypiron"), "serve", *own]

    def environ(self) -> dict[str, str]:
        """Return the password of its administrator."""
        return {"PYPIRON_ADMIN_PASS": PASSWORD}

    def door(self) -> Door | None:
        """Return its upload address."""
        return Door(f"{self.url}/legacy/", "admin", PASSWORD)

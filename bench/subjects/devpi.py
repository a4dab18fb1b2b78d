"""devpi-server with one index and no mirror."""

import subprocess
from collections.abc import Sequence

import httpx

from bench.environments import program
from bench.processes import plain_environ
from bench.subjects.base import Door, Installed

INDEX = "root/bench"


class Devpi(Installed):
    """Its own web server with the fifty threads it comes with."""

    name = environment = "devpi-server"
    ready_path = "/+api"
    simple_path = f"/{INDEX}/+simple/"

    def __init__(self) -> None:
        self._token: str | None = None
        super().__init__()

    def command(self) -> Sequence[str]:
        """Return its command line; without the option it has no core metadata at all."""
        own = ["--serverdir", str(self.folder), "--enable-core-metadata", "--offline-mode"]
        return [program(self.name), *own, "--host", "127.0.0.1", "--port", str(self.port)]

    def prepare(self) -> None:
        """Make an empty server, without the mirror it would have."""
        super().prepare()
        if not (self.folder / ".nodeinfo").exists():
            init = [program(self.name, "devpi-init"), "--serverdir", str(self.folder)]
            subprocess.run(
                [*init, "--no-root-pypi"], env=plain_environ(), check=True, capture_output=True
            )

    def start(self) -> None:
        """Start it, and log in as its client does: a token is checked faster than a password."""
        super().start()
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30) as http:
            login = http.post("/+login", json={"user": "root", "password": ""}).raise_for_status()
            self._token = login.json()["result"]["password"]
            options = {"type": "stage", "bases": [], "volatile": True}
            # A second time it answers that the index is there.
            http.put(f"/{INDEX}", json=options, auth=("root", self._token))

    def door(self) -> Door | None:
        """Return its upload address."""
        assert self._token is not None
        return Door(f"{self.url}/{INDEX}/", "root", self._token)

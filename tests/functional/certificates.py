"""Certificates that nobody but the tests trusts."""

import ssl
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A certificate for this machine, and the key to it."""

    path: Path
    key: Path

    @cached_property
    def context(self) -> ssl.SSLContext:
        """Return what a client needs to trust it."""
        return ssl.create_default_context(cafile=self.path)


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate in a folder; without fitting dates and names it would be refused."""
    made = Certificate(folder / "made.pem", folder / "key.pem")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-days", "2", "-nodes"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *names),
            *("-keyout", str(made.key), "-out", str(made.path)),
        ],
        check=True,
        capture_output=True,
    )
    return made

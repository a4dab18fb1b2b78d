"""The soak of `make soak`, for a few seconds: it runs, and finds nothing."""

import subprocess
import sys

from config import ROOT


def test_a_short_soak_finds_no_error(tmp_path):
    document = tmp_path / "figures.md"
    document.write_text(
        "# Figures\n\n<!-- soak: written by `make soak` -->\n<!-- end of soak -->\n"
    )
    command = [sys.executable, "bench/soak.py", "--minutes", "0.1", "--clients", "12", "--short"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path / "soak"), "--write", str(document)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| Errors" in document.read_text()

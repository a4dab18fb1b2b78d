"""A release on its way: uploaded to staging, tried there, promoted, installed, taken back."""

import pytest

from tests.archives import make_sdist, make_wheel, sdist_name, wheel_name
from tests.functional.clients import Workbench
from tests.functional.house import House

NAME = "way-farer"


@pytest.fixture(scope="module")
def token(lab: House) -> str:
    """Give the token of somebody who may bring new names into staging and into main."""
    token = lab.make_token("releaser")
    granted = lab.run_command("index", "grant", "staging", "releaser", "upload")
    assert granted.returncode == 0, granted.stderr
    return token


def write_files(bench: Workbench) -> list[str]:
    """Write a wheel and a source archive, and return their paths."""
    contents = {
        wheel_name(NAME): make_wheel(NAME, members={"way_farer.py": b"arrived = True\n"}),
        sdist_name(NAME): make_sdist(NAME),
    }
    for filename, content in contents.items():
        (bench.folder / filename).write_bytes(content)
    return [str(bench.folder / filename) for filename in contents]


def files_of(lab: House, base: str) -> list[tuple[str, ...]]:
    """Return what the JSON page of an index says of the files, but their addresses."""
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    answer = lab.http.get(f"{base}/simple/{NAME}/", headers=accept)
    if answer.status_code == 404:
        return []
    facts = ("filename", "upload-time", "hashes", "core-metadata", "size")
    return [
        tuple(str(file.get(fact)) for fact in facts)
        for file in answer.raise_for_status().json()["files"]
    ]


def install(bench: Workbench, lab: House, client: str, base: str = "") -> bool:
    """Install anew from an index; tell whether it worked."""
    more = ("--no-cache-dir", "--force-reinstall") if client == "pip" else ("--reinstall",)
    run = bench.pip if client == "pip" else bench.uv
    arguments = ("install", *more, "-i", f"{lab.url}{base}/simple/", NAME)
    done = run(*arguments) if client == "pip" else run("pip", *arguments, "--no-cache")
    return done.status == 0


def promote(lab: House) -> str:
    """Promote the release by command and return the number of the promotion."""
    done = lab.run_command("index", "promote", NAME, "1.0", "--reason", "It arrived")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[1]


def test_a_release_is_tried_in_staging_promoted_and_taken_back(
    bench: Workbench, lab: House, token: str
) -> None:
    paths = write_files(bench)
    where = ("--repository-url", f"{lab.url}/index/staging/legacy/", "--non-interactive")
    sent = bench.tool("twine7", "upload", *where, "-u", "__token__", "-p", token, *paths)
    assert sent.status == 0, sent.output
    assert install(bench, lab, "pip", "/index/staging")
    assert bench.versions() == {NAME: "1.0"}
    assert not install(bench, lab, "uv")
    staged, blobs = files_of(lab, "/index/staging"), lab.blobs()
    assert len(staged) == 2

    number = promote(lab)
    assert files_of(lab, "") == staged
    assert lab.blobs() == blobs
    assert install(bench, lab, "pip")
    assert install(bench, lab, "uv")

    undone = lab.run_command("index", "undo-promotion", number)
    assert undone.returncode == 0, undone.stderr
    assert files_of(lab, "") == []
    assert not install(bench, lab, "pip")
    assert install(bench, lab, "uv", "/index/staging")

    promote(lab)
    assert files_of(lab, "") == staged
    assert install(bench, lab, "pip")

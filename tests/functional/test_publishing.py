"""Real uploaders against a real house. They run once: granian and SQLite, as `make run` does."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.archives import make_wheel, wheel_name
from tests.functional.clients import Outcome, Workbench
from tests.functional.conftest import running
from tests.functional.demo import write_distributions, write_sources
from tests.functional.house import BEHIND_NGINX, House
from tests.functional.uploading import publish

CLIENTS = ("twine7", "uv", "poetry", "hatch", "flit", "pdm")
Publish = Callable[..., Outcome]


def twine(
    bench: Workbench, lab: House, folder: Path, *more: str, client: str = "twine7"
) -> Outcome:
    files = sorted(str(path) for path in (folder / "dist").iterdir())
    credentials = ("-u", "__token__", "-p", lab.token)
    where = ("--repository-url", lab.upload_url, "--non-interactive")
    return bench.tool(client, "upload", *where, *credentials, *more, *files)


def uv(bench: Workbench, lab: House, folder: Path, *more: str) -> Outcome:
    where = ("--publish-url", lab.upload_url, "--token", lab.token)
    return bench.run(bench.clients.uv, "publish", *where, *more, "dist/*", cwd=folder)


def poetry(bench: Workbench, lab: House, folder: Path, *more: str) -> Outcome:
    bench.tool("poetry", "config", "repositories.lab", lab.upload_url)
    credentials = ("-u", "__token__", "-p", lab.token, "-n")
    return bench.tool("poetry", "publish", "-r", "lab", *credentials, *more, cwd=folder)


def hatch(bench: Workbench, lab: House, folder: Path, *more: str) -> Outcome:
    credentials = ("-u", "__token__", "-a", lab.token, "-n")
    return bench.tool("hatch", "publish", "-r", lab.upload_url, *credentials, *more, cwd=folder)


def flit(bench: Workbench, lab: House, folder: Path, *more: str) -> Outcome:
    account = {"FLIT_USERNAME": "__token__", "FLIT_PASSWORD": lab.token}
    environ = {"FLIT_INDEX_URL": lab.upload_url, **account, "SOURCE_DATE_EPOCH": "1700000000"}
    return bench.tool("flit", "publish", *more, cwd=folder, **environ)


def pdm(bench: Workbench, lab: House, folder: Path, *more: str) -> Outcome:
    where = ("--no-build", "-r", lab.upload_url)
    credentials = ("-u", "__token__", "-P", lab.token)
    return bench.tool(
        *("pdm", "publish", *where, *credentials, *more), cwd=folder, PDM_CHECK_UPDATE="0"
    )


PUBLISHERS: dict[str, Publish] = {
    "twine7": twine,
    "uv": uv,
    "poetry": poetry,
    "hatch": hatch,
    "flit": flit,
    "pdm": pdm,
}


def built(bench: Workbench, name: str, **changes: str) -> Path:
    """Return a project with a wheel and an sdist in dist/, built by flit, offline."""
    folder = write_sources(
        bench.folder / f"{name}-{len(list(bench.folder.iterdir()))}", name, **changes
    )
    done = bench.tool("flit", "build", "--no-use-vcs", cwd=folder, SOURCE_DATE_EPOCH="1700000000")
    assert done.status == 0, done.output
    return folder


def files_of(name: str) -> set[str]:
    stem = name.replace("-", "_")
    return {f"{stem}-1.0-py3-none-any.whl", f"{stem}-1.0.tar.gz"}


@pytest.mark.parametrize("client", CLIENTS)
def test_checks_3_4_5_6_7_8_55_client_publishes_what_it_built(lab, bench, client):
    name = f"check-3-{client}"
    done = PUBLISHERS[client](bench, lab, built(bench, name))
    assert done.status == 0, done.output
    assert set(lab.filenames(name)) == files_of(name)
    info = lab.http.get(f"/pypi/{name}/json").json()["info"]
    assert "Zoë says: ключ 🧀 שלום" in info["description"]
    assert "Zoë Ключ" in info["author"] + info["author_email"]
    assert info["keywords"] == "käse,ключ"


@pytest.mark.parametrize("client", CLIENTS)
def test_check_30_same_files_again_change_nothing(lab, bench, client):
    name = f"check-30-{client}"
    folder = built(bench, name)
    first = PUBLISHERS[client](bench, lab, folder)
    before = lab.page(name)["files"]
    second = PUBLISHERS[client](bench, lab, folder)
    assert first.status == 0, first.output
    assert second.status == 0, second.output
    assert lab.page(name)["files"] == before


@pytest.mark.parametrize("client", CLIENTS)
def test_check_31_refusal_is_shown_where_reasons_pass(reasons, bench, client):
    assert "already exist" in refuse(bench, reasons, client)


@pytest.mark.parametrize("client", ["uv", "poetry", "hatch", "flit"])
def test_check_31_refusal_is_shown_without_reasons(lab, bench, client):
    assert "already exist" in refuse(bench, lab, client)


def test_check_31_twine_shows_the_body_when_told_to(lab, bench):
    assert "already exist" in refuse(bench, lab, "twine7", "--verbose")


def refuse(bench: Workbench, house: House, client: str, *more: str) -> str:
    """Let a client send other bytes under names that are taken; return what it said."""
    name = f"check-31-{client}"
    if name not in house.names():
        assert uv(bench, house, built(bench, name)).status == 0
    before = house.page(name)["files"]
    done = PUBLISHERS[client](bench, house, built(bench, name, summary="Other"), *more)
    # hatch looks first and finds nothing to do.
    assert (done.status == 0) is (client == "hatch"), done.output
    assert house.page(name)["files"] == before
    return done.output


@pytest.mark.parametrize("client", ["poetry", "pdm"])
def test_check_32_skip_existing(lab, bench, client):
    name = f"check-32-{client}"
    assert uv(bench, lab, built(bench, name)).status == 0
    other = built(bench, name, summary="Other")
    done = PUBLISHERS[client](bench, lab, other, "--skip-existing")
    assert done.status == 0, done.output


@pytest.mark.parametrize("client", ["twine6", "twine7"])
def test_check_33_newer_twine_refuses_to_skip(lab, bench, client):
    folder = built(bench, f"check-33-{client}")
    done = twine(bench, lab, folder, "--skip-existing", client=client)
    assert done.status != 0
    assert "skip" in done.output.lower()


def test_check_33_older_twine_skips(lab, bench):
    name = "check-33-twine5"
    old = {"metadata_version": "2.1"}
    write_distributions(bench.folder / "first" / "dist", name, **old)
    write_distributions(bench.folder / "second" / "dist", name, summary="Other", **old)
    first = twine(bench, lab, bench.folder / "first", client="twine5")
    second = twine(bench, lab, bench.folder / "second", "--skip-existing", client="twine5")
    assert first.status == 0, first.output
    assert second.status == 0, second.output
    assert "skipping" in second.output.lower()


def test_check_34_uv_looks_before_it_publishes(lab, bench):
    name = "check-34"
    folder = built(bench, name)
    look = ("--check-url", lab.simple_url)
    first = uv(bench, lab, folder, *look)
    again = uv(bench, lab, folder, *look)
    other = uv(bench, lab, built(bench, name, summary="Other"), *look)
    assert first.status == 0, first.output
    assert again.status == 0, again.output
    assert "already exists" in again.output
    assert other.status != 0
    assert "do not match" in other.output


def test_check_22_wrong_token_is_told_by_twine(lab, bench):
    write_distributions(bench.folder / "dist", "check-22")
    files = sorted(str(path) for path in (bench.folder / "dist").iterdir())
    where = ("--repository-url", lab.upload_url, "--non-interactive", "--verbose")
    done = bench.tool("twine7", "upload", *where, "-u", "__token__", "-p", "wrong", *files)
    assert done.status != 0
    assert "401" in done.output
    assert "token is not valid" in done.output
    assert "check-22" not in lab.names()


def test_check_24_token_for_another_project_is_told(lab, bench):
    folder = built(bench, "check-24")
    token = lab.make_token(project="something-else")
    where = ("--publish-url", lab.upload_url, "--token", token)
    done = bench.run(bench.clients.uv, "publish", *where, "dist/*", cwd=folder)
    assert done.status != 0
    assert "another project" in done.output


def test_check_39_big_file_goes_through(lab, bench):
    lay_big_wheel(bench, "check-39", 57_000_000)
    done = uv(bench, lab, bench.folder)
    assert done.status == 0, done.output
    assert lab.filenames("check-39") == [wheel_name("check-39")]


@pytest.fixture(scope="module", params=["granian", "gunicorn", *BEHIND_NGINX])
def narrow(request, tmp_path_factory):
    """Give a house that takes small files only."""
    folder = tmp_path_factory.mktemp("narrow") / "data"
    with running(House(request.param, folder, environ={"MAX_UPLOAD_MB": "1"})) as house:
        yield house


@pytest.mark.parametrize("client", ["twine7", "uv"])
@pytest.mark.parametrize("size", [2_000_000, 20_000_000])
def test_check_61_file_over_the_limit_is_told(narrow, bench, client, size):
    lay_big_wheel(bench, "check-61", size)
    verbose = ("--verbose",) if client == "twine7" else ()
    done = PUBLISHERS[client](bench, narrow, bench.folder, *verbose)
    assert done.status != 0
    assert "the limit is 1 MB" in done.output
    assert (narrow.names(), narrow.blobs(), narrow.incoming()) == ([], set(), [])


def lay_big_wheel(bench: Workbench, name: str, size: int) -> None:
    """Write a wheel of so many bytes into dist/."""
    content = make_wheel(name, members={"noise.bin": os.urandom(size)}, store=True)
    (bench.folder / "dist").mkdir()
    (bench.folder / "dist" / wheel_name(name)).write_bytes(content)


def test_published_project_is_there_for_the_next_install(lab, bench):
    publish(lab, wheel_name("check-next"), make_wheel("check-next"))
    done = bench.pip("install", "-i", lab.simple_url, "check-next")
    assert done.status == 0, done.output

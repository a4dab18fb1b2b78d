"""`flask shelf`: laying pages anew, and finding every kind of fault."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from app.core.database import transaction
from app.core.events import tell
from app.core.runtime import application
from app.core.storage import make_storage
from app.extensions import db
from app.indexes.queries import get_index
from app.policy.models import PolicyRule
from app.projects.events import CopyAppeared
from app.projects.models import Project
from app.simple.shelf import AGING, ENDINGS, GUARDED, PAGES, PUBLIC, the_shelf
from tests.factories import make_file, make_project, make_release
from tests.simple.far import Coming

PAGE = "/simple/foo-bar-baz/"


@pytest.fixture
def flask(app):
    """A function that runs a command and returns its status and its lines."""

    def run(*words):
        db.session.close()
        result = app.test_cli_runner().invoke(args=["shelf", *words])
        return result.exit_code, result.output.splitlines()

    return run


@pytest.fixture
def shelved(app, demo, client, tmp_path):
    """A shelf with a page, the list, and the way to a file; gives the file."""
    app.extensions["blobs"] = make_storage(str(tmp_path / "blobs"))
    wheel = make_file(make_release(demo, "5.0"))
    for path in (PAGE, "/simple/", f"/files/{wheel.sha256}/{wheel.filename}"):
        client.get(path).close()
    return wheel


def page(ending="json"):
    return Path(f"{the_shelf().page('main', PUBLIC, 'foo-bar-baz')}.{ending}")


def root(ending="json"):
    return Path(f"{the_shelf().root_list('main', PUBLIC)}.{ending}")


def way(wheel):
    return Path(the_shelf().file("main", PUBLIC, wheel.sha256, wheel.filename))


def rewrite(path, content):
    """Write other bytes as if they had been laid."""
    seconds = int(path.stat().st_mtime)
    path.write_bytes(content)
    time = seconds * 10**9 + len(content)
    os.utime(path, ns=(time, time))


def test_a_sound_shelf_has_no_faults(shelved, flask):
    assert flask("verify") == (0, ["0 differences."])


def test_an_empty_shelf_has_no_faults(app, flask):
    assert flask("verify") == (0, ["0 differences."])


def drop_project(_wheel):
    db.session.query(Project).delete()
    db.session.commit()


def touch_serial(_wheel):
    db.session.query(Project).update({"last_serial": Project.last_serial + 1})
    db.session.commit()


def number_names(_wheel):
    get_index().names_serial += 1
    db.session.commit()


def rename(_wheel):
    db.session.query(Project).update({"name": "FOO.bar-BAZ"})
    db.session.commit()


def quarantine(wheel):
    wheel.quarantined_at = wheel.uploaded_at
    db.session.add(wheel)
    db.session.commit()


def block(wheel):
    facts = {"kind": "block", "pattern": "foo-bar-baz", "made_at": wheel.uploaded_at}
    db.session.add(PolicyRule(index_id=wheel.index_id, **facts))
    db.session.commit()
    # As if the process had ended before the pages were void.
    application().extensions["remembered"].clear()


def relink(wheel):
    way(wheel).unlink()
    way(wheel).symlink_to("/dev/null")


def open_both(_wheel):
    (the_shelf().root / "main" / GUARDED).symlink_to("1")


def lead_elsewhere(_wheel):
    link = the_shelf().root / "main" / PUBLIC
    link.unlink()
    link.symlink_to("9")


FAULTS = {
    "page of other bytes": (lambda _: rewrite(page(), b"{}"), "foo-bar-baz.json: says something"),
    "page in bad gzip": (lambda _: rewrite(page("json.gz"), b"x"), "json.gz: says something"),
    "page in other gzip": (
        lambda _: rewrite(page("html.gz"), gzip.compress(b"x")),
        "html.gz: says something",
    ),
    "page cut short": (lambda _: os.truncate(page("html"), 9), "foo-bar-baz.html: cut short"),
    "page of an old change": (touch_serial, "foo-bar-baz.json: shows change"),
    "page of nothing": (drop_project, "foo-bar-baz: there is no such project"),
    "list of other bytes": (lambda _: rewrite(root(), b"{}"), "root.json: says something"),
    "list cut short": (lambda _: os.truncate(root("html.gz"), 9), "root.html.gz: cut short"),
    "list of an old change": (number_names, "root.html: shows change"),
    "segments of other names": (rename, "segments: not the names of the index"),
    "way to a withdrawn file": (quarantine, "no such file may be sent"),
    "way to a blocked file": (block, "no such file may be sent"),
    "way to other bytes": (relink, "does not lead to the bytes"),
    "strange file": (lambda _: page("exe").touch(), "does not belong here"),
    "open to strangers": (open_both, "guarded: the index is public"),
    "link to another generation": (lead_elsewhere, "public: leads to 9, not to 1"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_found(shelved, flask, fault):
    plant, told = FAULTS[fault]
    plant(shelved)
    status, lines = flask("verify")
    assert status == 1
    assert told in "\n".join(lines)


def test_pages_are_laid_by_name(shelved, flask):
    make_project("other")
    assert flask("rebuild", "Foo.Bar_baz") == (0, ["1 pages laid."])
    assert page().exists()
    assert not Path(f"{the_shelf().page('main', PUBLIC, 'other')}.json").exists()


def test_all_pages_and_the_list_are_laid(shelved, flask):
    make_project("other")
    assert flask("rebuild") == (0, ["2 pages laid."])
    for ending in ENDINGS:
        assert page(ending).exists()
        assert root(ending).exists()
    assert flask("verify") == (0, ["0 differences."])


@pytest.mark.parametrize("fault", [name for name in FAULTS if name.startswith(("page", "list"))])
def test_rebuilding_mends_pages_and_the_list(shelved, flask, fault):
    FAULTS[fault][0](shelved)
    assert flask("rebuild")[0] == 0
    faults = [line for line in flask("verify")[1] if "/files/" not in line]
    assert faults[:-1] == []


def test_a_page_of_nothing_is_taken_down(shelved, flask):
    drop_project(shelved)
    assert flask("rebuild", "foo-bar-baz") == (0, ["0 pages laid."])
    assert not page().exists()


def test_an_index_that_is_not_there_is_told(app, flask):
    for command in ("rebuild", "verify"):
        status, lines = flask(command, "--index", "nowhere")
        assert (status, lines) == (1, ["Error: There is no index of this name."])


def test_a_shelf_that_was_removed_is_laid_again(shelved, flask):
    shutil.rmtree(the_shelf().root)
    assert flask("rebuild")[0] == 0
    assert page().exists()


@pytest.fixture
def copied(far, client):
    """A page of the upstream on the shelves of two indexes."""
    far.put("Far.Away", Coming("far_away-1.0.tar.gz", b"an sdist"))
    far.put("Never.Asked")
    far.freshen("far-away")
    with transaction():
        tell(CopyAppeared(index_slug="pypi", project="far-away"))
    for path in ("/simple/far-away/", "/index/staging/simple/far-away/", "/simple/"):
        client.get(path)
    return far


def aging(ending="json", slug="main"):
    return Path(f"{the_shelf().page(slug, PUBLIC, 'far-away', AGING)}.{ending}")


@pytest.mark.parametrize("slug", ["main", "staging", "pypi"])
def test_a_sound_shelf_of_an_index_with_bases_has_no_faults(shelved, copied, flask, slug):
    assert flask("verify", "--index", slug) == (0, ["0 differences."])


def test_only_pages_that_are_there_or_own_are_laid_anew(shelved, copied, flask):
    copied.freshen("never-asked")
    aging().unlink()
    assert flask("rebuild")[1] == ["2 pages laid."]
    assert aging().exists()
    assert flask("rebuild", "--index", "staging")[1] == ["1 pages laid."]
    assert flask("rebuild", "--index", "pypi")[1] == ["0 pages laid."]
    assert flask("verify") == (0, ["0 differences."])


AGING_FAULTS = {
    "page of other bytes": (lambda _: rewrite(aging(), b"{}"), "far-away.json: says something"),
    "page cut short": (lambda _: os.truncate(aging("html"), 9), "far-away.html: cut short"),
    "page of nothing": (lambda far: far.pages.clear(), "far-away: there is no such project"),
    "strange file": (lambda _: aging("exe").touch(), "does not belong here"),
}


@pytest.mark.parametrize("fault", AGING_FAULTS)
def test_faults_of_pages_that_age_are_found(shelved, copied, flask, fault):
    plant, told = AGING_FAULTS[fault]
    plant(copied)
    status, lines = flask("verify")
    assert status == 1
    assert told in "\n".join(lines)


def test_a_page_in_the_wrong_folder_is_found(shelved, copied, flask):
    folder = Path(the_shelf().page("main", PUBLIC, "far-away", PAGES)).parent
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(aging(), folder)
    assert "far-away: lies in the wrong folder" in "\n".join(flask("verify")[1])


def test_a_page_whose_time_is_over_is_no_fault(shelved, copied, flask):
    rewrite(aging(), b"{}")
    os.utime(aging("until"), (1, 1))
    assert flask("verify") == (0, ["0 differences."])

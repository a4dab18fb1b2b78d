import re

import pytest

from app.accounts.actors import OPERATOR
from app.core.database import transaction
from app.extensions import db
from app.indexes.queries import find_index, find_name_claim, get_index
from app.indexes.reservations import reserve
from app.projects.services import delete_project
from app.search.models import Listing
from tests.factories import make_account, make_index, make_project, make_release


@pytest.fixture
def flask(app):
    """Give a function that runs a command."""

    def run(*words, given=None):
        return app.test_cli_runner().invoke(args=["index", *words], input=given)

    return run


def test_all_is_shown(flask):
    make_account("ada")
    make_project("foo")
    flask("rule", "main", "linux_wheels", "off")
    flask("age", "main", "3")
    flask("claim", "bar")
    assert flask("show").output.splitlines() == [
        "main: hosted, public",
        "title: Main",
        "base pypi",
        "path main",
        "path main > pypi",
        "rule local_versions: on",
        "rule linux_wheels: off",
        "rule direct_dependencies: off",
        "rule deletion: on",
        "rule only_allowed: off",
        "minimum age: 3",
        "projects: 1",
        "claim bar",
        "upload ada",
    ]


def test_of_a_mirror_the_upstream_is_shown_without_its_login(flask, app, monkeypatch):
    assert "upstream: off" in flask("show", "pypi").output
    configured = {"pypi": "https://user:password@packages.example.com/simple/"}
    monkeypatch.setitem(app.config, "UPSTREAMS", configured)
    shown = flask("show", "pypi").output
    assert "upstream: packages.example.com" in shown
    assert "password" not in shown


def test_an_index_is_removed_when_its_slug_is_typed(flask):
    make_index("team")
    make_index("top", bases=["team"])
    result = flask("remove", "team", given="team\n")
    assert result.exit_code == 0
    assert "top looks into team, and will go on without it." in result.stderr
    assert "Note: top works without it from now on." in result.stderr
    assert find_index("team") is None


@pytest.mark.parametrize("given", ["main\n", ""])
def test_an_index_stays_when_it_is_not_typed(flask, given):
    assert flask("remove", "staging", given=given).exit_code == 1
    assert find_index("staging") is not None


def test_an_index_with_projects_goes_only_with_them(flask):
    make_release(make_project("foo", index=make_index("team")))
    result = flask("remove", "team", "--yes")
    assert result.exit_code == 1
    assert "One project is published in this index." in result.stderr
    assert flask("remove", "team", "--yes", "--with-projects").exit_code == 0
    assert find_index("team") is None


def test_a_name_is_claimed_listed_and_released(flask):
    assert flask("claim", "Foo_Bar", "--reason", "ours").exit_code == 0
    assert find_name_claim(get_index().id, "foo-bar").reason == "ours"
    assert re.fullmatch(r"foo-bar  \d{4}-\d\d-\d\d  ours\n", flask("claims").output)
    assert flask("unclaim", "foo.bar").exit_code == 0
    assert flask("claims").output == ""


@pytest.mark.parametrize(
    "words",
    [
        ("claim", "foo bar"),
        ("claim", "foo"),
        ("claim", "bar", "--index", "pypi"),
        ("unclaim", "bar"),
        ("origin", "not a name"),
        ("origin", "foo", "--index", "nothing"),
        ("remove", "main", "--yes"),
        ("remove", "nothing", "--yes"),
    ],
    ids=" ".join,
)
def test_a_refusal_is_one_sentence(flask, words):
    make_project("foo")
    result = flask(*words)
    assert result.exit_code == 1
    assert re.fullmatch(r"Error: [^\n]+\.", result.stderr.splitlines()[-1])


def test_the_origin_of_a_name_is_told(flask, app, monkeypatch):
    make_project("foo")
    flask("claim", "bar")
    with transaction():
        reserve("acme-*")
    configured = {"pypi": "https://user:password@packages.example.com/simple/"}
    told = [flask("origin", name, "--index", "staging").output for name in ("Foo", "bar", "acme-x")]
    told.append(flask("origin", "new").output)
    monkeypatch.setitem(app.config, "UPSTREAMS", configured)
    told.append(flask("origin", "new").output)
    assert told == [
        "foo is published in main.\n",
        "bar is claimed by main.\n",
        "acme-x is reserved by acme-*: no upstream is asked.\n",
        "new is not known here.\n",
        "new is not known yet. Who asks for it makes us ask packages.example.com.\n",
    ]


def test_a_removed_project_keeps_its_name(flask):
    project = make_project("foo")
    with transaction():
        delete_project(OPERATOR, project.id, "foo")
    assert flask("origin", "foo").output == "foo was removed from main, which keeps the name.\n"


@pytest.fixture
def known(app, monkeypatch):
    """Let an upstream be known to have a project, which nobody may ask it for."""
    monkeypatch.setitem(app.config, "UPSTREAMS", {"pypi": "https://packages.example.com/simple/"})
    index_id = get_index("pypi").id
    db.session.add(Listing(index_id=index_id, normalized_name="far-away", name="Far.Away"))
    db.session.commit()


def test_who_claims_an_upstreams_name_is_told(flask, known):
    assert "an upstream has far-away too" in flask("claim", "far.away").stderr
    assert "upstream" not in flask("claim", "nobodys").stderr


def test_the_origin_of_an_upstreams_name_is_told_without_asking_it(flask, known):
    told = flask("origin", "Far_Away", "--index", "staging").output
    assert told == "far-away comes from pypi, which copies packages.example.com.\n"

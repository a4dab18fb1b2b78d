import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR
from app.extensions import db
from app.indexes.queries import get_index
from app.projects.queries import find_project
from app.uploads.models import Promotion
from tests.factories import make_account
from tests.uploads.clients import publish_wheel


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=["index", *arguments])


@pytest.fixture
def staged(app):
    publish_wheel(OPERATOR, slug="staging", requires_dist=["heat>=1"])


def is_in(slug, name="foo-bar"):
    return find_project(get_index(slug).id, name) is not None


def promotion():
    return db.session.scalars(select(Promotion).order_by(Promotion.id.desc())).first()


def test_a_release_is_promoted_from_staging_to_main(run, staged):
    result = run("promote", "Foo.Bar", "1", "--reason", "It is good")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Promotion {promotion().id} is done, files brought to main: 1.\n"
    assert (promotion().actor, promotion().reason) == ("operator", "It is good")
    assert is_in("main")


def test_a_release_is_promoted_between_indexes_that_are_named(run, app):
    publish_wheel(OPERATOR)
    result = run("promote", "foo-bar", "1.0", "--from", "main", "--to", "staging")
    assert result.exit_code == 0, result.output
    assert is_in("staging")


def test_a_second_promotion_says_that_nothing_is_left(run, staged):
    run("promote", "foo-bar", "1.0")
    assert run("promote", "foo-bar", "1.0").stdout == "All of it is in main already.\n"


def test_what_only_staging_has_is_told_and_forbids_nothing(run, staged):
    publish_wheel(OPERATOR, "heat", slug="staging")
    result = run("promote", "foo-bar", "1.0")
    assert result.exit_code == 0
    assert result.stderr == "Warning: It needs what only staging has: heat>=1\n"


def test_an_account_is_asked_for_its_own_rights(run, staged):
    make_account("carol", uploads=False)
    result = run("promote", "foo-bar", "1.0", "--as", "Carol")
    assert result.exit_code == 1
    assert "You may not publish foo_bar in the index main." in result.stderr
    make_account("dave")
    assert run("promote", "foo-bar", "1.0", "--as", "dave").exit_code == 0
    assert promotion().actor == "dave"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("foo-bar", "2.0"), "no such release"),
        (("nothing", "1.0"), "no project"),
        (("foo-bar", "1.0", "--to", "none"), "no index"),
        (("foo-bar", "1.0", "--to", "pypi"), "is a mirror"),
        (("foo-bar", "1.0", "--as", "nobody"), "account"),
    ],
)
def test_a_refusal_is_one_sentence(run, staged, arguments, told):
    result = run("promote", *arguments)
    assert result.exit_code == 1
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_a_promotion_is_undone_by_its_number(run, staged):
    run("promote", "foo-bar", "1.0")
    publish_wheel(OPERATOR, "relying", requires_dist=["foo-bar"])
    number = str(promotion().id)
    result = run("undo-promotion", number)
    assert result.stdout == f"Promotion {number} is undone, files removed: 1.\n"
    assert result.stderr == "Projects that need it: relying\n"
    assert not is_in("main")
    again = run("undo-promotion", number)
    assert (again.exit_code, "undone already" in again.stderr) == (1, True)


def test_promotions_are_listed_with_who_and_why(run, staged):
    run("promote", "foo-bar", "1.0", "--reason", "It is good")
    run("undo-promotion", str(promotion().id))
    [line] = run("promotions", "--project", "Foo_Bar").stdout.splitlines()
    assert "foo-bar 1.0  staging -> main  operator  It is good  undone " in line
    assert run("promotions", "--project", "another").stdout == ""
    assert len(run("promotions").stdout.splitlines()) == 1

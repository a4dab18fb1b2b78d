import pytest

from app.core.database import transaction
from app.indexes.queries import get_index
from app.indexes.services import change_rule
from app.policy.queries import list_rules
from app.sources.registry import source_for
from tests.factories import make_file, make_project, make_release
from tests.policy.places import DAY, NOW, link, page


@pytest.fixture(autouse=True)
def _stopped(now):
    now(NOW)


def test_rules_are_made_listed_and_removed(flask):
    made = flask("policy", "block", "Foo", ">=2", "--reason", "It steals keys.")
    assert made.exit_code == 0, made.output
    flask("policy", "allow", "acme-*")
    flask("policy", "exempt", "bar", "1.0")
    lines = flask("policy", "list").output.splitlines()
    assert [line.partition(": ")[2] for line in lines] == [
        "allow acme-*",
        "exempt bar ==1.0",
        "block foo >=2 (It steals keys.)",
    ]
    number = lines[0].partition(":")[0]
    assert flask("policy", "remove", number).output == "Removed: allow acme-*\n"
    assert [rule.pattern for rule in list_rules(get_index())] == ["bar", "foo"]


def test_an_index_is_named(flask):
    flask("policy", "block", "foo", "--index", "pypi")
    assert flask("policy", "list").output == ""
    assert "block foo" in flask("policy", "list", "--index", "pypi").output


def test_an_age_is_set_and_taken_back(flask):
    assert flask("policy", "age", "14").exit_code == 0
    assert flask("policy", "list").output == "minimum age: 14 days\n"
    assert flask("policy", "age", "default").exit_code == 0
    assert flask("policy", "list").output == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("block", "-"), "no name of a project"),
        (("block", "foo", "nonsense"), "These are no versions"),
        (("remove", "7"), "no such rule"),
        (("age", "soon"), "a number of days"),
        (("age", "99999"), "0 to 3650"),
        (("list", "--index", "none"), "no index of this name"),
        (("explain", "foo bar"), "begins and ends with a letter"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(flask, words, message):
    result = flask("policy", *words)
    assert result.exit_code != 0
    assert message in result.output


def explained(flask, *words):
    result = flask("policy", "explain", *words)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_young_file_is_explained(flask, pile):
    pile.keep(page(link("1.0"), link("1.1", age=3 * DAY)))
    output = explained(flask, "foo", "1.1")
    assert "foo comes from the upstream of the index pypi." in output
    assert "must be 7 days old" in output
    assert "No file of foo 1.1 is served." in output
    assert "foo-1.1.tar.gz: This is held back until 2026-11-28 12:00 UTC" in output


def test_a_version_in_another_spelling_is_found(flask, pile):
    pile.keep(page(link("1.0")))
    assert "All files of foo 1.0.0 are served." in explained(flask, "foo", "1.0.0")


def test_a_project_is_explained_with_what_is_held_back(flask, pile):
    pile.keep(page(link("1.0"), *(link(f"1.{n}", age=n * DAY / 4) for n in range(1, 16))))
    output = explained(flask, "foo")
    assert "The newest version served is 1.0." in output
    assert "1.15: This is held back" in output
    assert "… and 5 more versions" in output


def test_the_rule_that_decides_is_marked(flask, pile):
    pile.keep(page(link("1.0")))
    flask("policy", "block", "foo", "<2")
    flask("policy", "allow", "f*")
    output = explained(flask, "foo", "1.0")
    assert "block foo <2 - decides" in output
    assert "allow f* - fits the name" in output
    assert "/help/refused/blocked" in output


def test_an_exemption_that_decides_is_marked(flask, pile):
    pile.keep(page(link("1.0", age=DAY)))
    flask("policy", "exempt", "foo", "1.0")
    output = explained(flask, "foo", "1.0")
    assert "exempt foo ==1.0 - decides" in output
    assert "foo-1.0.tar.gz: served" in output


def test_a_blocked_name_is_explained_without_its_upstream(flask, pile):
    flask("policy", "block", "foo")
    output = explained(flask, "foo", "--ask")
    assert "foo is not known in the index main." in output
    assert "No version of it is served." in output
    assert pile.asked == []


def test_an_upstream_is_asked_only_on_demand(flask, pile):
    explained(flask, "foo")
    assert pile.asked == []
    explained(flask, "foo", "--ask")
    assert pile.asked == ["foo"]


def test_a_name_of_our_own_is_explained(flask, pile):
    make_file(make_release(make_project("foo"), "1.0"))
    pile.keep(page(link("9.0")))
    output = explained(flask, "foo", "1.0")
    assert "foo is published in the index main." in output
    assert "All files of foo 1.0 are served." in output
    assert "days old" not in output
    assert "No file of foo 9.0 is known here." in explained(flask, "foo", "9.0")


def test_names_that_no_upstream_is_asked_for_are_explained(flask, pile):
    flask("index", "claim", "foo")
    flask("index", "reserve", "acme-*")
    assert "foo belongs to the index main" in explained(flask, "foo")
    assert "acme-x is a reserved name" in explained(flask, "acme-x")


def test_an_index_that_serves_only_what_is_allowed_is_explained(flask, pile):
    pile.keep(page(link("1.0")))
    with transaction():
        change_rule(get_index(), "only_allowed", is_on=True)
    assert "/help/refused/not-allowed-here" in explained(flask, "foo")
    flask("policy", "allow", "foo", "1.0")
    assert "All files of foo 1.0 are served." in explained(flask, "foo", "1.0")
    assert source_for(get_index()).find_page("foo").versions == ("1.0",)

"""Finding projects among our own and those that are known of upstreams."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock
from app.core.database import transaction
from app.extensions import db
from app.indexes.models import NameClaim, ReservedPattern
from app.indexes.queries import get_index
from app.indexes.upstreams import find_host
from app.policy.models import PolicyRule
from app.search import finding, matching
from app.search.finding import find
from app.search.services import forget_all, forget_name
from app.search.wishes import MOST_MATCHES, NAME, NEWEST, POPULARITY, Choice, Wish
from tests.factories import make_index, make_project, make_release, relist_all

TYPED = ("classifier", "Typing :: Typed")
STABLE = ("classifier", "Development Status :: 5 - Production/Stable")
BETA = ("classifier", "Development Status :: 4 - Beta")


def own(*names, index=None, **facts):
    for name in names:
        make_release(make_project(name, index=index), **facts)
    relist_all()


def search(text="", index="main", **wish):
    return find(get_index(index), Wish(text=text, **wish))


def test_the_exact_name_comes_first_however_it_is_written(listed, found):
    listed("flask-login", "User sessions")
    listed("flask", "flask login flask login")
    for text in ("flask-login", "Flask_Login", "flask.login", "flasklogin", '"flask-login"'):
        assert found(text)[0] == "flask-login", text


def test_several_words_are_a_name_only_when_all_know_it(listed, found):
    for name in ("requests", "numpy", "boto3", "urllib3", "six", "certifi"):
        listed(name, "toml parser")
    listed("toml-parser", "")
    assert found("toml parser").index("toml-parser") == 4
    assert found("toml-parser")[0] == "toml-parser"
    listed("flask-cors", "")
    assert found("flask cors")[0] == "flask-cors"


def test_a_beginning_counts_less_than_the_whole_word(listed, found):
    listed("boto3", "The AWS SDK")
    listed("discordbot", "Moderates")
    listed("chat-bot", "A bot for Discord")
    assert found("discord bot")[:2] == ["discordbot", "chat-bot"]


def test_words_that_are_one_in_a_name_are_found(listed, found):
    listed("opencv-python", "Bindings")
    for number in range(finding.FEW):
        listed(f"open-cv{number}", "open cv")
    assert found("open cv")[0] == "opencv-python"


def test_known_projects_with_one_word_come_before_unknown_ones_with_all(listed, found):
    listed("lxml", "An XML processing library")
    for number in range(finding.FEW):
        listed(f"tool{number}", "xml parsing")
    assert found("xml parsing")[0] == "lxml"


def test_words_within_names_of_known_projects_are_found(listed, found):
    listed("docutils", "Documents")
    listed("mydocutilsthing", "Documents")
    assert found("cutil") == ["docutils"]


def test_vague_words_are_not_demanded_but_count_a_little(listed, found):
    listed("a-packer", "a package manager")
    listed("b-packer", "a window manager")
    assert found("package manager") == ["a-packer", "b-packer"]
    assert found("simple tool: manager in python")[:2] == ["a-packer", "b-packer"]


def test_all_words_must_be_there_and_the_last_may_be_a_beginning(listed, found):
    listed("one", "parse html quickly")
    listed("two", "parse yaml")
    for number in range(finding.FEW):
        listed(f"other{number}", "parse hts")
    assert "two" not in found("parse ht")
    assert "one" in found("parse ht")
    assert found("html parse")[0] == "one"
    assert found("yam") == ["two"]


def test_forms_of_a_word_are_the_same(listed, found):
    listed("one", "database migrations made simple")
    assert found("migration of databases") == ["one"]


def test_words_in_quotes_follow_each_other(listed, found):
    listed("near", "a fast web framework")
    listed("apart", "a framework for the web")
    assert set(found("web framework")) == {"near", "apart"}
    assert found('"web framework"') == ["near"]


def test_small_words_and_those_that_all_have_do_not_matter(listed, found):
    listed("one", "Driver for databases")
    assert found("a driver for the database in python") == ["one"]
    listed("python", "")
    assert found("python")[0] == "python"


def test_what_means_the_same_is_found(listed, found):
    listed("psycopg2", "Python-PostgreSQL Database Adapter")
    listed("clicky", "Composable command line toolkit")
    assert found("a postgres driver") == ["psycopg2"]
    assert found("cli toolkit") == ["clicky"]
    assert found("command line") == ["clicky"]


def test_with_few_full_matches_those_with_some_words_follow(listed, found):
    listed("both", "solve sudoku puzzles")
    listed("one", "solve equations")
    assert found("solve puzzles") == ["both", "one"]


def test_many_full_matches_need_no_others(listed, found):
    for number in range(finding.FEW):
        listed(f"both{number}", "solve puzzles")
    listed("one", "solve equations")
    names = found("solve puzzles")
    assert names[: finding.FEW] == [f"both{number}" for number in range(finding.FEW)]


def test_popular_projects_come_before_others(known, found):
    known("requests-mimic", "requests", "requests-oauthlib")
    assert found("request")[:2] == ["requests", "requests-oauthlib"]


def test_description_keywords_and_people_are_looked_into(listed, found):
    listed("one", description="It makes marmalade.")
    listed("two", keywords=("jam", "toast"))
    listed("three", people=("Grace Hopper",))
    assert found("marmalade") == ["one"]
    assert found("toast") == ["two"]
    assert found("hopper") == ["three"]


def test_name_without_py_is_found(listed, found):
    listed("PyYAML", "A parser")
    assert found("yaml") == ["pyyaml"]


def test_accents_do_not_matter(listed, found):
    listed("one", "Grüße aus dem Café, ПРИВЕТ")
    for text in ("grusse", "grüße", "cafe", "CAFÉ", "привет"):
        assert found(text) == ["one"], text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name:alpha", ["alpha-one"]),
        ("name:al", ["alpha-one"]),
        ("author:hopper", ["alpha-one"]),
        ('author:"Grace Hopper"', ["alpha-one"]),
        ("author:turing", []),
        ("depends:Numpy", ["alpha-one"]),
        ("depends:num", []),
        ("depends:numpy>=1.26", ["alpha-one"]),
        ("depends:\"Numpy[all] >=1; python_version > '3'\"", ["alpha-one"]),
        ("depends:>=1", []),
        ("license:mit", ["alpha-one"]),
        ("license:gpl", []),
        ("classifier:typed", ["alpha-one"]),
        ('classifier:"Typing :: Typed"', ["alpha-one"]),
        ("name:! summary", []),
        ("license:! summary", []),
        ("summary author:hopper", ["alpha-one"]),
        ("nothing author:hopper", []),
    ],
)
def test_fields_of_a_text(listed, found, text, names):
    listed(
        "alpha-one",
        "its summary",
        people=("Grace Hopper",),
        license="MIT License",
        classifiers=("Typing :: Typed",),
        requires_dist=("numpy>=1",),
    )
    listed("beta", "another summary alpha hopper mit typed")
    assert found(text) == names


def test_filters_hold_together_and_of_each_kind_one_is_enough(listed, found):
    listed("one", "a thing", license="MIT", classifiers=(TYPED[1], STABLE[1]))
    listed("two", "a thing", license="MIT", classifiers=(BETA[1],))
    listed("three", "a thing", license="BSD", classifiers=(STABLE[1],))
    assert set(found("thing", labels=frozenset({STABLE}))) == {"one", "three"}
    assert set(found("thing", labels=frozenset({STABLE, BETA}))) == {"one", "two", "three"}
    assert found("thing", labels=frozenset({STABLE, TYPED})) == ["one"]
    assert set(found(labels=frozenset({("license", "MIT")}))) == {"one", "two"}
    assert found(labels=frozenset({("license", "none such")})) == []


def test_choices_count_what_could_be_chosen_instead_too(listed):
    listed("one", "a thing", license="MIT", classifiers=(TYPED[1], "Topic :: Internet"))
    listed("two", "a thing", license="MIT", classifiers=("Programming Language :: Python :: 3.12",))
    listed("three", "a thing", license="BSD")
    choices = search("thing", labels=frozenset({("license", "BSD")})).choices
    assert choices["license"] == (
        Choice(value="MIT", count=2),
        Choice(value="BSD", count=1, is_chosen=True),
    )
    assert choices["topic"] == ()
    choices = search("thing").choices
    assert choices["topic"] == (Choice(value="Topic :: Internet", count=1),)
    assert choices["typed"] == (Choice(value="Typing :: Typed", count=1),)
    assert choices["python"] == (Choice(value="3.12", count=1),)
    assert choices["index"] == (Choice(value="pypi", count=3),)


def test_an_index_can_be_chosen(known, found):
    known("far-x")
    own("near-x")
    assert set(found("x")) == {"near-x", "far-x"}
    chosen = search(index="main")
    assert {choice.value: choice.count for choice in chosen.choices["index"]} == {
        "main": 1,
        "pypi": 1,
    }
    only = find(get_index(), Wish(index="pypi"))
    assert [line.normalized_name for line in only.lines] == ["far-x"]
    assert {choice.value: choice.is_chosen for choice in only.choices["index"]} == {
        "main": False,
        "pypi": True,
    }
    assert find(get_index(), Wish(index="no-such")).total == 0
    # One that is there, but that main does not look into.
    assert find(get_index(), Wish(index="staging")).total == 0


def test_updated_within_counts_days_and_not_only_months(listed, found, now):
    today = now(datetime(2026, 3, 15, 12, tzinfo=UTC))
    for days in (1, 20, 100, 400, 4_000):
        listed(f"d{days}", "thing", updated_at=today - timedelta(days=days))
    listed("never", "thing")
    assert set(found("thing", days=30)) == {"d1", "d20"}
    assert set(found(days=90)) == {"d1", "d20"}
    assert set(found("thing", days=365)) == {"d1", "d20", "d100"}
    assert set(found("thing", days=36_500)) == {"d1", "d20", "d100", "d400", "d4000"}


def test_yanked_ones_can_be_hidden(listed, found):
    listed("good", "thing")
    listed("bad", "thing", is_yanked=True)
    assert set(found("thing")) == {"good", "bad"}
    assert found("thing", is_yanked_hidden=True) == ["good"]
    assert found(is_yanked_hidden=True) == ["good"]


def test_orders(listed, found, now):
    at = now(datetime(2026, 3, 15, 12, tzinfo=UTC))
    listed("b-requests", "thing", updated_at=at - timedelta(days=2))
    listed("a-thing", "thing", updated_at=at - timedelta(days=5))
    listed("numpy", "thing")
    for text in ("thing", ""):
        assert found(text, sort=NAME) == ["a-thing", "b-requests", "numpy"]
        assert found(text, sort=NEWEST) == ["b-requests", "a-thing", "numpy"]
        assert found(text, sort=POPULARITY)[0] == "numpy"
    assert found("thing")[0] == "numpy"


def test_without_any_wish_all_are_listed_the_most_popular_first(known, found):
    known("zzz", "requests", "aaa")
    assert found() == ["requests", "aaa", "zzz"]


def test_a_project_of_ours_stands_among_those_that_all_know(known, listed, found):
    for name in ("requests", "httpx", "urllib3"):
        listed(name, "http client")
    for number in range(40):
        listed(f"x{number:02}", "http client")
    own("acme-http", summary="http client")
    assert "acme-http" in found("http client")[:5]


def test_a_name_of_ours_is_not_shown_twice(known):
    known("flask")
    own("flask")
    result = search("flask")
    [line] = result.lines
    assert (line.upstream, line.version, result.total) == ("", "1.0", 1)


def test_a_name_that_we_removed_claimed_or_reserved_is_not_shown(known, found):
    known("removed-x", "claimed-x", "acme-x", "other-x")
    project = make_project("removed-x")
    project.removed_at = clock.now()
    main = get_index().id
    db.session.add(NameClaim(index_id=main, normalized_name="claimed-x", claimed_at=clock.now()))
    db.session.add(ReservedPattern(pattern="acme-*", reserved_at=clock.now()))
    db.session.commit()
    for text in ("x", "removed", "claimed", "acme", "removed-x"):
        assert not {"removed-x", "claimed-x", "acme-x"} & set(found(text)), text
    assert search().total == 1


def test_a_name_that_is_blocked_is_neither_shown_nor_suggested(house, known, found):
    known("good-name", "evil-name")
    rule = PolicyRule(
        index_id=get_index("pypi").id, kind="block", pattern="evil-*", specifier="", reason="no"
    )
    rule.made_at = clock.now()
    db.session.add(rule)
    db.session.commit()
    house.extensions["remembered"].clear()
    try:
        assert found("name") == ["good-name"]
        assert search("name").total == 1
        assert search("evilname").suggestion is None
        assert search("evilnam").suggestion is None
    finally:
        db.session.delete(db.session.get(PolicyRule, rule.id))
        db.session.commit()
        house.extensions["remembered"].clear()


def test_an_index_finds_what_its_bases_have_and_no_other(known, found):
    known("foreign-thing")
    own("shared-thing")
    own("staged-thing", index=get_index("staging"))
    assert set(found("thing", "staging")) == {"shared-thing", "staged-thing", "foreign-thing"}
    assert set(found("thing", "main")) == {"shared-thing", "foreign-thing"}
    assert found("thing", "pypi") == ["foreign-thing"]


def test_nothing_tells_of_an_index_that_is_not_looked_into(known):
    make_index("secret", visibility="members")
    own("hidden-thing", index=get_index("secret"), license_expression="Secret-1.0")
    known("open-thing")
    for text in ("thing", "hidden-thing", "hiden-thing", "", "hidden"):
        result = search(text)
        assert "hidden-thing" not in {line.normalized_name for line in result.lines}, text
        assert result.suggestion != "hidden-thing", text
        assert result.choices.get("license", ()) == (), text
        assert {choice.value for choice in result.choices.get("index", ())} <= {"pypi"}, text
    assert search("thing").total == 1


def test_of_two_own_indexes_the_nearer_one_has_the_name(mirror, found):
    own("twice", index=get_index("staging"))
    own("twice")
    assert found("twice", "staging") == ["twice"]


def test_names_of_a_mirror_that_is_off_are_not_shown(known, settings, house, found):
    known("foreign-x")
    get_index("pypi").upstream_url = None
    db.session.commit()
    assert found("foreign") == []
    assert found() == []


def test_a_line_shows_what_is_known(listed, known):
    listed("Six", "Bridges", version="1.17")
    [six] = search("six").lines
    assert (six.name, six.version, six.summary) == ("Six", "1.17", "Bridges")
    assert six.upstream == find_host(get_index("pypi"))


@pytest.mark.parametrize("typed", ["reqests", "requets", "reuqests", "requestss", "rrequests"])
def test_a_slip_leads_to_what_was_meant(known, typed, found):
    known("requests", "numpy")
    assert search(typed).suggestion == "requests"
    assert found(typed) == ["requests"]


def test_what_is_there_and_known_is_not_doubted(known, listed):
    known("requests")
    assert search("requests").suggestion is None
    assert search("request").suggestion is None
    listed("yarl", "URLs")
    listed("pyyaml", "YAML")
    assert search("yaml").suggestion is None


def test_an_unknown_name_a_letter_away_from_a_known_one_is_doubted(listed, known):
    listed("numpi", "Pi")
    known("numpy")
    assert search("numpi").suggestion == "numpy"
    listed("pipe", "Pipes")
    listed("urllib3", "a pipe to the web")
    known("pip")
    assert search("pipe").suggestion is None


def test_pages_follow_each_other_without_gaps(known, found):
    known(*(f"thing-{number:02}" for number in range(45)))
    pages = [found("thing", number=number) for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [20, 20, 5, 0]
    assert len({name for page in pages for name in page}) == 45
    result = search("thing", number=3)
    assert (result.total, result.pages, result.is_more) == (45, 3, False)


def test_no_more_than_so_many_are_looked_at(known, monkeypatch):
    for module in (finding, matching):
        monkeypatch.setattr(module, "MOST_MATCHES", 30)
    monkeypatch.setattr(matching.Field.number, "__defaults__", (30,))
    known(*(f"thing-{number:02}" for number in range(60)))
    result = search("thing")
    assert (result.total, result.is_more) == (30, True)
    assert MOST_MATCHES == 3_000


@pytest.mark.parametrize(
    "text",
    [
        *("%", "_", "\\", "a%", "é", "\x00", "~", "!", '"', '""', "'", "*", "(", "a AND", "NOT a"),
        *("a OR", "NEAR(a b)", "name:", "labels : l1", "^a", "-a", "a*b", "🚀", "שלום", "مرحبا"),
        *("a" * 10_000, "a " * 5_000, '"' * 9_999, "(" * 10_000, "\u202e evil", "l1", "u2026"),
        *("{name} : a", "a' OR '1'='1", ":*", "<->", "a & b | !c", "a:b:c", "%s", "%(x)s"),
    ],
)
def test_any_text_can_be_looked_for(known, text):
    known("alpha", "beta")
    result = search(text)
    assert result.total <= 2


def test_what_has_no_letter_finds_nothing(known, found):
    known("alpha")
    for text in ("!", "🚀", "***", "\x00!"):
        assert found(text) == []


def test_what_goes_is_not_found_any_more(known, listed, found):
    known("alpha", "beta-thing")
    listed("gamma", "thing")
    with transaction():
        forget_name(get_index("pypi").id, "beta-thing")
    assert found("thing") == ["gamma"]
    with transaction():
        forget_all(get_index("pypi").id)
    assert found("thing") == []
    listed("delta", "stuff")
    assert found("thing") == []


def test_what_changes_is_found_by_its_new_words(listed, found):
    listed("one", "old words", license="MIT")
    listed("one", "new text", license="BSD")
    assert found("old") == []
    assert found("text") == ["one"]
    assert found(labels=frozenset({("license", "MIT")})) == []
    assert found(labels=frozenset({("license", "BSD")})) == ["one"]


def test_a_search_takes_the_same_number_of_statements_whatever_it_finds(listed, queries, found):
    def count():
        # What is remembered of indexes is asked for by the first.
        found("thing")
        queries.clear()
        found("thing")
        return len(queries)

    for number in range(6):
        listed(f"thing{number}", "thing", license="MIT")
    few = count()
    assert few <= 14
    for number in range(40):
        listed(f"more{number}", "thing", license="MIT")
    assert count() == few

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.core import clock
from app.policy.exceptions import Refused
from app.policy.rules import KINDS, Rule
from app.policy.source import PolicySource
from app.policy.terms import Layer, Rules
from app.projects.exceptions import FileNotFound
from app.sources.base import METADATA, find_stored
from tests.policy.places import DAY, NOW, Pile, link, page


@pytest.fixture(autouse=True)
def _stopped(now):
    now(NOW)


def rule(text, number=1):
    kind, pattern, *specifier = text.split(" ", 2)
    specifier = "".join(specifier)
    return Rule(number=number, index_slug="main", kind=kind, pattern=pattern, specifier=specifier)


def over(pile, *texts, days=None, only_allowed=None, is_mirrored=True):
    layer = Layer(
        index_slug="main",
        rules=tuple(map(rule, texts)),
        minimum_age=None if days is None else days * DAY,
        only_allowed=only_allowed,
    )
    return PolicySource(pile, Rules(layers=(layer,), is_mirrored=is_mirrored), "pypi")


def code(call):
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def test_what_is_refused_is_not_on_the_page():
    source = over(Pile(page(link("1.0"), link("1.1", age=DAY), link("1.2", age=None))))
    found = source.find_page("Foo")
    assert found.versions == ("1.0",)
    assert [file.filename for file in found.files] == ["foo-1.0.tar.gz"]


def test_a_page_that_loses_nothing_is_the_very_page():
    pile = Pile(page(link("1.0"), versions=("0.9", "1.0")))
    assert over(pile).find_page("foo") is pile.pages["foo"]


def test_a_page_is_fresh_until_a_file_is_old_enough():
    files = (link("1.0"), link("1.1", age=3 * DAY), link("1.2", age=2 * DAY))
    assert over(Pile(page(*files))).find_page("foo").fresh_until == NOW + 4 * DAY


def test_a_page_is_fresh_no_longer_than_its_source_says():
    soon = NOW + timedelta(minutes=10)
    pile = Pile(page(link("1.0"), link("1.1", age=3 * DAY), fresh_until=soon))
    assert over(pile).find_page("foo").fresh_until == soon


def test_the_page_shows_a_file_when_its_time_has_come(now):
    source = over(Pile(page(link("1.0"), link("1.1", age=3 * DAY))))
    now(source.find_page("foo").fresh_until)
    found = source.find_page("foo")
    assert (found.versions, found.fresh_until) == (("1.0", "1.1"), None)


def test_a_shut_name_is_never_asked_for():
    pile = Pile(page(link("1.0")))
    source = over(pile, "block foo")
    assert source.freshen("FOO") is True
    assert source.refresh("foo") is True
    source.freshen_release("foo")
    found = source.find_page("Foo")
    assert (found.normalized_name, found.files, found.versions) == ("foo", (), ())
    assert code(lambda: source.find_release("foo")) == "blocked"
    assert code(lambda: source.fetch(link("1.0").address, "foo-1.0.tar.gz")) == "blocked"
    assert list(source.names()) == []
    assert pile.asked == []


def test_a_name_of_our_own_that_is_shut_has_an_empty_page_if_it_is_here():
    source = over(Pile(page(link("1.0"))), "block foo", "block bar", is_mirrored=False)
    assert source.find_page("foo").files == ()
    assert source.find_page("bar") is None
    assert source.withheld() == {"foo"}
    assert source.find_release("bar") is None


def test_other_names_are_asked_for():
    pile = Pile(page(link("1.0")))
    over(pile, "block bar", "block foo >=2").freshen("foo")
    assert pile.asked == ["foo"]


def test_details_are_asked_for_of_the_release_that_is_served():
    pile = Pile(page(link("1.0"), link("1.1", age=DAY)))
    over(pile).freshen_release("foo")
    over(pile).freshen_release("foo", "1.0")
    assert pile.asked == ["foo 1.0", "foo 1.0"]


def test_a_release_is_as_yanked_as_those_of_its_files_that_are_served():
    young = link("1.1", age=DAY, ending="-py3-none-any.whl")
    pile = Pile(page(link("1.0"), link("1.1", is_yanked=True), young))
    detail = over(pile).find_release("foo")
    assert detail.version == "1.0"
    assert [line.is_yanked for line in detail.releases] == [True, False]


def test_the_newest_release_that_is_served_is_the_one_to_install():
    source = over(Pile(page(link("1.0"), link("1.1"), link("2.0", age=DAY))))
    detail = source.find_release("foo")
    assert (detail.version, detail.latest_version, detail.latest_stable_version) == ("1.1",) * 3
    assert [line.version for line in detail.releases] == ["1.1", "1.0"]
    assert detail.release_count == 2
    assert [file.filename for file in detail.files] == ["foo-1.1.tar.gz"]


def test_a_stable_release_comes_before_a_newer_pre_release():
    files = (link("1.0"), link("1.1", is_yanked=True), link("2.0rc1"), link("2.0", age=DAY))
    detail = over(Pile(page(*files))).find_release("foo")
    assert (detail.version, detail.latest_stable_version) == ("1.0", "1.0")


def test_a_release_tells_how_many_newer_ones_wait():
    files = (link("1.0"), link("1.1", age=3 * DAY), link("1.2", age=2 * DAY), link("1.3", age=None))
    detail = over(Pile(page(*files))).find_release("foo")
    assert (detail.held_back, detail.held_until) == (2, NOW + 4 * DAY)


def test_a_release_that_is_refused_says_why():
    source = over(Pile(page(link("1.0"), link("1.1", age=DAY))), "block foo <1.1")
    assert code(lambda: source.find_release("foo", "1.0")) == "blocked"
    assert code(lambda: source.find_release("foo", "1.1")) == "too-young"
    assert code(lambda: source.find_release("foo")) in {"blocked", "too-young"}
    assert source.find_release("foo", "7.0") is None


def test_a_release_keeps_those_of_its_files_that_are_served():
    late = link("1.0", age=DAY, ending="-py3-none-any.whl")
    detail = over(Pile(page(link("1.0"), late))).find_release("foo", "1.0")
    assert [file.filename for file in detail.files] == ["foo-1.0.tar.gz"]
    assert detail.releases[0].file_count == 1


def test_a_release_without_files_stays_unless_it_is_blocked():
    pile = Pile(page(link("1.0"), versions=("0.8", "0.9", "1.0")))
    detail = over(pile, "block foo ==0.8").find_release("foo")
    assert [line.version for line in detail.releases] == ["1.0", "0.9"]


def test_a_history_counts_what_it_leaves_out():
    pile = Pile(page(*(link(f"{number}.0") for number in range(600))))
    detail = over(pile, "block foo <100", "block foo ==599").find_release("foo")
    assert (len(detail.releases), detail.release_count) == (499, 499)
    assert detail.latest_version == "598.0"


def test_what_is_served_may_be_older_than_the_history_reaches():
    pile = Pile(page(*(link(f"{number}.0") for number in range(600))))
    assert over(pile, "block foo >=50").find_release("foo").version == "49.0"


def test_a_release_among_forty_thousand_files_is_found():
    files = [
        link(f"{number // 20}.0", age=number % 40 * DAY, ending=f"-{number}.whl")
        for number in range(40_000)
    ]
    source = over(Pile(page(*files)))
    assert source.find_release("foo").version == "1999.0"


def test_names_that_are_shut_are_on_no_list():
    pages = [page(link("1.0", name=name), name=name) for name in ("a", "b", "c")]
    assert [n for n, _ in over(Pile(*pages), "block b", "block a >=2").names()] == ["a", "c"]
    assert [n for n, _ in over(Pile(*pages), "allow b", only_allowed=True).names()] == ["b"]


NAMES = ("foo", "foo-bar", "bar")
VERSIONS = ("1.0", "1.1", "2.0rc1", "2.0", "3.0+x")
files_of = some.lists(
    some.builds(
        link,
        some.sampled_from(VERSIONS),
        age=some.none() | some.integers(-1, 12).map(lambda days: days * DAY),
        ending=some.sampled_from((".tar.gz", "-py3-none-any.whl")),
        was=some.sampled_from(("", "", "", "1" * 64)),
        is_yanked=some.booleans(),
    ),
    unique_by=lambda file: file.filename,
    max_size=8,
)
rule_texts = some.builds(
    lambda kind, pattern, specifier: f"{kind} {pattern} {specifier}".strip(),
    some.sampled_from(KINDS),
    some.sampled_from((*NAMES, "foo*", "*", "*bar")),
    some.sampled_from(("", "", "==1.0", ">=2", "<2", "==3.*", "!=1.1")),
)
layers = some.builds(
    lambda slug, texts, days, only: Layer(
        index_slug=slug,
        rules=tuple(rule(text, number) for number, text in enumerate(texts)),
        minimum_age=None if days is None else days * DAY,
        only_allowed=only,
    ),
    some.sampled_from(("main", "pypi")),
    some.lists(rule_texts, max_size=5),
    some.none() | some.integers(0, 10),
    some.none() | some.booleans(),
)


def renamed(files, name):
    return [
        link(
            file.version,
            name=name,
            age=None if file.uploaded_at is None else NOW - file.uploaded_at,
            ending=file.filename.removeprefix(f"foo-{file.version}"),
            was=file.was,
            is_yanked=file.is_yanked,
        )
        for file in files
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    catalogue=some.dictionaries(some.sampled_from(NAMES), files_of, min_size=1),
    stack=some.lists(layers, min_size=1, max_size=3),
    is_mirrored=some.booleans(),
    later=some.integers(0, 20),
)
def test_page_file_metadata_release_and_names_agree(now, catalogue, stack, is_mirrored, later):
    now(NOW + later * DAY)
    pages = [
        page(*sorted(renamed(files, name), key=lambda f: VERSIONS.index(f.version)), name=name)
        for name, files in catalogue.items()
    ]
    pile = Pile(*pages)
    source = PolicySource(pile, Rules(layers=tuple(stack), is_mirrored=is_mirrored), "pypi")
    listed = {name for _, name in source.names()}
    for whole in pages:
        shown = source.find_page(whole.name)
        assert {file.version for file in shown.files} == set(shown.versions) or not shown.files
        served = {file.filename for file in shown.files}
        for file in whole.files:
            for filename in (file.filename, file.filename + METADATA):
                if file.filename in served:
                    assert find_stored(source, file.address, filename) is not None
                else:
                    assert code(lambda f=file, n=filename: find_stored(source, f.address, n))
                    assert code(lambda f=file, n=filename: source.fetch(f.address, n))
        agrees_with_releases(source, whole, shown)
        assert (whole.name in listed) or not served
    if is_mirrored:
        for name in (whole.name for whole in pages):
            pile.asked.clear()
            source.freshen(name)
            source.refresh(name)
            source.freshen_release(name)
            assert bool(pile.asked) is (name in listed)


def agrees_with_releases(source, whole, shown):
    """Compare each release, and the one to install, with what is on the page."""
    for version in whole.versions:
        wanted = {file.filename for file in shown.files if file.version == version}
        if not wanted:
            assert code(lambda v=version: source.find_release(whole.name, v))
            continue
        detail = source.find_release(whole.name, version)
        assert {file.filename for file in detail.files} == wanted
        assert {line.version for line in detail.releases} == set(shown.versions)
        assert detail.release_count == len(shown.versions)
        assert detail.latest_version in shown.versions
        assert detail.latest_version == source.find_release(whole.name).version


def test_what_is_fetched_is_what_is_served():
    pile = Pile(page(link("1.0")))
    with pytest.raises(FileNotFound):
        over(pile).fetch(link("1.0").address, "foo-1.0.tar.gz")
    assert pile.asked == ["foo-1.0.tar.gz"]
    assert clock.now() == NOW

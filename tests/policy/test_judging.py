from datetime import UTC, datetime, timedelta

import pytest

from app.policy.judging import judge, sift
from app.policy.rules import KINDS, Rule
from app.policy.terms import Layer, Rules
from app.sources.page import FileLink

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def link(version="1.0", *, age=30 * DAY, filename="", was=""):
    uploaded_at = None if age is None else NOW - age
    return FileLink(
        filename=filename or f"foo-{version}.tar.gz",
        version=version,
        sha256="0" * 64,
        size=1,
        uploaded_at=uploaded_at,
        was=was,
    )


def layer(*texts, slug="main", days=None, only_allowed=None):
    """Return what an index decided; a rule is written as `kind pattern specifier`."""
    rules = []
    for number, text in enumerate(texts, 1):
        kind, pattern, *specifier = text.split(" ", 2)
        rules.append(
            Rule(
                number=number,
                index_slug=slug,
                kind=kind,
                pattern=pattern,
                specifier="".join(specifier),
            )
        )
    age = None if days is None else days * DAY
    return Layer(index_slug=slug, rules=tuple(rules), minimum_age=age, only_allowed=only_allowed)


def rules(*layers, is_mirrored=True):
    return Rules(layers=layers or (layer(),), is_mirrored=is_mirrored)


def code(file, *layers, name="foo", is_mirrored=True, now=NOW):
    refusal = judge(file, rules(*layers, is_mirrored=is_mirrored).about(name), now)
    return None if refusal is None else refusal.code


def test_a_file_of_an_upstream_must_be_seven_days_old():
    assert code(link(age=7 * DAY)) is None
    assert code(link(age=7 * DAY - timedelta(seconds=1))) == "too-young"


def test_a_refusal_tells_from_when_on_the_file_is_served():
    refusal = judge(link(age=2 * DAY), rules().about("foo"), NOW)
    assert refusal.until == NOW + 5 * DAY
    assert judge(link(age=2 * DAY), rules().about("foo"), refusal.until) is None


def test_what_was_published_here_has_no_age():
    assert code(link(age=timedelta(0)), is_mirrored=False) is None
    assert code(link(age=None), is_mirrored=False) is None


def test_a_missing_time_is_refused():
    assert code(link(age=None)) == "no-upload-time"


@pytest.mark.parametrize("age", [-1 * DAY, -400 * DAY])
def test_a_time_in_the_future_is_refused(age):
    assert code(link(age=age)) == "too-young"


def test_a_time_at_the_end_of_all_times_is_refused():
    file = FileLink(
        filename="a", version="1", sha256=None, size=1, uploaded_at=datetime.max.replace(tzinfo=UTC)
    )
    assert code(file) == "too-young"


def test_the_nearest_index_that_sets_an_age_decides():
    young = link(age=3 * DAY)
    assert code(young, layer(days=2), layer(slug="pypi", days=30)) is None
    assert code(young, layer(), layer(slug="pypi", days=2)) is None
    assert code(young, layer(days=4), layer(slug="pypi", days=0)) == "too-young"


def test_no_age_lets_all_in():
    assert code(link(age=None), layer(days=0)) is None
    assert code(link(age=-1 * DAY), layer(days=0)) is None


@pytest.mark.parametrize(
    ("rule", "version", "is_served"),
    [
        ("exempt foo", "1.0", True),
        ("exempt foo ==1.0", "1.0", True),
        ("exempt foo ==1.0", "1.1", False),
        ("exempt bar", "1.0", False),
        ("exempt f*", "1.0", True),
        ("allow foo", "1.0", False),
    ],
)
def test_an_exemption_lets_young_files_in(rule, version, is_served):
    assert (code(link(version, age=DAY), layer(rule)) is None) is is_served
    assert (code(link(version, age=None), layer(rule)) is None) is is_served


def test_the_age_of_an_index_is_not_lifted_by_one_behind_it():
    near, far = layer(days=30), layer("exempt foo", slug="pypi")
    assert code(link(age=DAY), near, far) == "too-young"
    assert code(link(age=DAY), layer(), far) is None
    assert code(link(age=DAY), layer("exempt foo"), layer(slug="pypi", days=30)) is None


def test_an_exemption_does_not_lift_a_block():
    assert code(link(), layer("exempt foo", "block foo")) == "blocked"


@pytest.mark.parametrize(
    ("specifier", "version", "is_blocked"),
    [
        ("", "1.0", True),
        ("", "not a version", True),
        ("", "", True),
        ("==1.0", "1.0", True),
        ("==1.0", "1.0.0", True),
        ("==1.0", "1.0+local", True),
        ("==1.*", "1.9", True),
        (">=1,<2", "1.5", True),
        (">=1,<2", "2.0", False),
        (">=1,<2", "1.9rc1", True),
        (">=2", "3.0.dev1", True),
        ("!=1.0", "1.0", False),
        (">=1!0", "1!1.0", True),
        (">=1!0", "7.0", False),
        ("==1.0", "not a version", False),
        (">=0", "", False),
    ],
)
def test_a_block_is_for_a_range_of_versions(specifier, version, is_blocked):
    found = code(link(version), layer(f"block foo {specifier}".strip()))
    assert found == ("blocked" if is_blocked else None)


@pytest.mark.parametrize("is_mirrored", [True, False])
def test_a_block_is_for_all_sources(is_mirrored):
    assert code(link(), layer("block foo"), is_mirrored=is_mirrored) == "blocked"


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("foo", "foo", True),
        ("foo", "foo-bar", False),
        ("foo-*", "foo-bar", True),
        ("foo-*", "foo", False),
        ("*", "anything", True),
        ("*-evil", "foo-evil", True),
        ("*-evil", "evil", False),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "ab", False),
    ],
)
def test_a_pattern_fits_names(pattern, name, fits):
    found = code(link(), layer(f"block {pattern}"), name=name)
    assert found == ("blocked" if fits else None)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["block *", "allow foo"], None),
        (["allow *", "block foo"], "blocked"),
        (["block f*", "allow fo*"], None),
        (["block foo", "allow foo ==1.0"], None),
        (["allow foo", "block foo ==1.0"], "blocked"),
        (["allow foo", "block foo"], "blocked"),
        (["block fo*", "allow f* ==1.0"], "blocked"),
    ],
)
def test_inside_an_index_the_rule_that_fits_fewest_decides(texts, expected):
    assert code(link(), layer(*texts)) == expected
    assert code(link(), layer(*reversed(texts))) == expected


def test_the_nearest_index_with_a_rule_that_fits_decides():
    allow, block = layer("allow *"), layer("block foo", slug="pypi")
    assert code(link(), allow, block) is None
    assert code(link(), layer("block *"), layer("allow foo", slug="pypi")) == "blocked"
    assert code(link(), layer("allow bar"), block) == "blocked"
    assert code(link("2.0"), layer("allow foo ==1.0"), block) == "blocked"


def test_only_what_is_allowed_comes_from_an_upstream():
    closed = layer("allow foo ==1.0", only_allowed=True)
    assert code(link("1.0"), closed) is None
    assert code(link("2.0"), closed) == "not-allowed-here"
    assert code(link("1.0"), closed, name="bar") == "not-allowed-here"
    assert code(link("1.0"), closed, name="bar", is_mirrored=False) is None


def test_the_nearest_index_that_decides_says_whether_all_must_be_allowed():
    far = layer("allow foo", slug="pypi")
    assert code(link(), layer(only_allowed=True), far) == "not-allowed-here"
    closed = layer(slug="pypi", only_allowed=True)
    assert code(link(), layer("allow foo"), closed) is None
    assert code(link(), layer(only_allowed=False), closed) is None
    assert code(link(), layer(), closed) == "not-allowed-here"


def test_a_changed_file_is_refused_until_it_is_exempted():
    changed = link(was="1" * 64)
    assert code(changed) == "file-changed"
    assert code(changed, layer(days=0)) == "file-changed"
    assert code(changed, layer("exempt foo ==1.0")) is None
    assert code(changed, layer("exempt foo ==2.0")) == "file-changed"
    assert code(changed, layer(days=1), layer("exempt foo", slug="pypi")) is None


@pytest.mark.parametrize(
    ("texts", "only_allowed", "is_shut"),
    [
        (["block foo"], None, True),
        (["block f*"], None, True),
        (["block foo >=1"], None, False),
        (["block foo", "allow foo ==1.0"], None, False),
        (["block foo", "block foo ==1.0"], None, True),
        (["block foo", "allow f*"], None, True),
        (["block bar"], None, False),
        ([], True, True),
        (["allow foo >=2"], True, False),
        (["exempt foo"], None, False),
    ],
)
def test_a_name_is_shut_when_no_version_can_be_served(texts, only_allowed, is_shut):
    assert rules(layer(*texts, only_allowed=only_allowed)).is_shut("foo") is is_shut


def test_rules_that_refuse_nothing_are_idle():
    assert rules(layer("allow foo", "exempt bar"), is_mirrored=False).are_idle
    assert not rules(layer("block foo"), is_mirrored=False).are_idle
    assert not rules(layer(days=0)).are_idle


def test_forty_thousand_files_are_judged_by_a_thousand_rules():
    files = [
        link(f"{number // 20}.0", filename=f"foo-{number}.whl", age=(number % 40) * DAY)
        for number in range(40_000)
    ]
    others = [f"{kind} other{number}-*" for number in range(300) for kind in KINDS]
    all_rules = rules(layer("block foo >=1900", "allow foo <1900", "exempt foo <100", *others))
    sifted = sift(files, all_rules.about("foo"), NOW)
    assert {refusal.code for _file, refusal in sifted.refused} == {"blocked", "too-young"}

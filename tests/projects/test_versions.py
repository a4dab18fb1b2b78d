from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from app.projects.versions import canonical, parse_version, sort_key

numbers = st.one_of(st.integers(0, 12), st.integers(0, 10**12))
maybe = st.one_of(st.none(), numbers)
segments = st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True)


@st.composite
def versions(draw):
    text = f"{draw(st.integers(0, 3))}!" + ".".join(
        map(str, draw(st.lists(numbers, min_size=1, max_size=5)))
    )
    pre, post, dev = draw(maybe), draw(maybe), draw(maybe)
    text += "" if pre is None else f"{draw(st.sampled_from(['a', 'b', 'rc']))}{pre}"
    text += "" if post is None else f".post{post}"
    text += "" if dev is None else f".dev{dev}"
    local = draw(st.lists(segments, max_size=3))
    return Version(text + ("+" + ".".join(local) if local else ""))


@given(versions(), versions())
def test_keys_compare_as_versions_do(one, other):
    assert (sort_key(one) < sort_key(other)) == (one < other)
    assert (sort_key(one) == sort_key(other)) == (one == other)


@given(versions())
def test_equal_versions_have_one_canonical_spelling(version):
    longer = Version(str(version).replace(version.base_version, version.base_version + ".0", 1))
    assert longer == version
    assert canonical(longer) == canonical(version)
    assert Version(canonical(version)) == version


def test_version_of_five_thousand_digits_is_none():
    assert parse_version("9" * 5_000) is None


def test_number_of_two_hundred_digits_has_a_key():
    assert sort_key(parse_version("9" * 200)) > sort_key(parse_version("9" * 199))

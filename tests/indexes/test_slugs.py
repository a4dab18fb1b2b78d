import pytest

from app.indexes.slugs import is_valid, variable_of


@pytest.mark.parametrize("slug", ["a", "0", "team-7", "a-b-c", "x" * 50])
def test_small_letters_digits_and_single_hyphens_are_a_slug(slug):
    assert is_valid(slug)


@pytest.mark.parametrize(
    "slug", ["", "A", "-a", "a-", "a--b", "a_b", "a.b", "a/b", "ä", "a\n", "x" * 51, "new", "all"]
)
def test_all_else_is_none(slug):
    assert not is_valid(slug)


def test_the_variable_of_a_mirror_is_named_like_it():
    assert variable_of("corp-two") == "UPSTREAM_URL_CORP_TWO"
    assert variable_of("pypi") == "UPSTREAM_URL"

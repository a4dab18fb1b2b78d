import pytest

from app.indexes.patterns import is_valid, normalise


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Acme_*", "acme-*"), ("acme.-_x**", "acme-x*"), (" acme ", "acme"), ("*acme*", "*acme*")],
)
def test_a_pattern_is_kept_normalised(given, kept):
    assert normalise(given) == kept
    assert is_valid(kept)


@pytest.mark.parametrize(
    "pattern", ["", "*", "ab*", "a-b-*", "-abc", "abc-", "a[bc]d", "abc?", "ä*bcd"]
)
def test_what_covers_too_much_or_is_no_name_is_no_pattern(pattern):
    assert not is_valid(pattern)

"""Taking apart what was typed."""

import pytest

from app.search.words import LONGEST_TEXT, MOST_WORDS, Words


def taken(text):
    words = Words.of(text)
    return words.terms, words.phrases, words.fields


def test_words_phrases_and_query_words_are_told_apart():
    text = 'name:flask license:"MIT License" "web  app" fast name:login'
    fields = {"name": ("flask", "login"), "license": ("MIT License",)}
    assert taken(text) == (("fast",), ("web app",), fields)


@pytest.mark.parametrize("kind", ["name", "author", "depends", "classifier", "license"])
def test_each_query_word_is_known_in_any_case(kind):
    assert taken(f"{kind.upper()}:x y") == (("y",), (), {kind: ("x",)})


@pytest.mark.parametrize("text", ["https://example.org/", "foo:bar", "name:", "::", "filename:x"])
def test_what_is_no_query_word_is_a_plain_word(text):
    assert taken(text) == ((text,), (), {})


@pytest.mark.parametrize(
    "value", ['"Topic :: Internet"', "Topic::Internet", '"Topic:: Internet"', '" Topic ::Internet"']
)
def test_parts_of_a_classifier_stand_apart_however_they_are_typed(value):
    assert taken(f"classifier:{value}") == ((), (), {"classifier": ("Topic :: Internet",)})


def test_a_query_word_takes_all_that_follows_its_colon():
    assert taken("name:a:b depends:requests[socks]>=2") == (
        (),
        (),
        {"name": ("a:b",), "depends": ("requests[socks]>=2",)},
    )


@pytest.mark.parametrize("text", ["“web app”", "„web app“", "«web app»", '"web app"'])
def test_quotes_of_all_kinds_hold_phrases(text):
    assert taken(text) == ((), ("web app",), {})


def test_a_quote_without_its_end_is_left_out():
    assert taken('"web app') == (("web", "app"), (), {})
    assert taken('license:"MIT') == (("license:", "MIT"), (), {})


@pytest.mark.parametrize("text", ['"', '""', '"" ""', 'name:""', "«»", "%", "\\", "*", "🐍", "!"])
def test_what_was_typed_is_never_nothing(text):
    words = Words.of(text)
    assert words.terms
    assert not words.is_empty


@pytest.mark.parametrize("text", ["", "  ", "\0", "\n\t\x1f", "\u202e"])
def test_only_where_nothing_was_typed_is_there_nothing(text):
    assert Words.of(text) == Words()
    assert Words.of(text).is_empty


def test_what_nobody_sees_is_left_out():
    assert Words.of("a\0b \u202eevil\u202c").text == "a b evil"


def test_words_are_kept_once_and_as_they_were_typed():
    assert taken("Flask flask Flask שלום c++") == (("Flask", "flask", "שלום", "c++"), (), {})


def test_a_long_text_is_cut_and_says_so():
    words = Words.of("  " + "long " * 2_000)
    assert len(words.text) == LONGEST_TEXT - 1
    assert words.is_cut
    assert not Words.of("x" * LONGEST_TEXT + " " * 2_000).is_cut


def test_only_so_many_words_are_looked_at():
    assert len(Words.of(" ".join(f"a{number}" for number in range(60))).terms) == MOST_WORDS

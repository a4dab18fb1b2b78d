"""What strangers' metadata tell, whatever they look like."""

import pytest

from app.mirror.metadata import Facts, pack, read_core_metadata, read_info, unpack


@pytest.mark.parametrize(
    "value", [None, 7, True, {}, [], [1, None, {}], {"a": 1}, "UNKNOWN", "\0", " "]
)
def test_values_of_the_wrong_kind_are_left_out(value):
    names = [
        *("name", "summary", "author", "keywords", "license", "classifiers", "requires_dist"),
        *("project_urls", "description", "platform", "requires_python", "license_files", "dynamic"),
    ]
    assert read_info(dict.fromkeys(names, value)) == Facts()


def test_an_info_becomes_facts():
    facts = read_info(
        {
            "name": "Six",
            "summary": "Two\nlines",
            "keywords": "a, b",
            "license": "MIT",
            "platform": "any",
            "project_urls": {"Home": "https://example.org", "None": None},
            "classifiers": ["Programming Language :: Python :: 3", "License :: OSI Approved"],
        }
    )
    assert (facts.summary, facts.keywords, facts.license_text) == ("Two lines", ("a", "b"), "MIT")
    assert facts.platforms == ("any",)
    assert facts.project_urls == (("Home", "https://example.org"),)
    assert facts.languages == ("Python",)
    assert facts.license_name == "MIT"


def test_halves_of_characters_are_no_characters():
    facts = read_info({"summary": "a\ud800b", "classifiers": ["\udfff"]})
    assert facts.summary == "a?b"
    assert unpack(pack(facts)) == facts


def test_what_is_kept_comes_back_as_it_was():
    raw = b"Metadata-Version: 2.4\nName: Six\nVersion: 1\nProject-URL: A, https://x.example\n"
    raw += b"Requires-Dist: a\nRequires-Dist: b\nKeywords: x,y\n\nText"
    facts = read_core_metadata(raw)
    assert facts.requires_dist == ("a", "b")
    assert facts.keywords == ("x", "y")
    assert facts.description == "Text"
    assert unpack(pack(facts)) == facts
    assert unpack(pack(Facts(description_html=""))).description_html == ""


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"garbage", b"Name: a\nName: b\n", b"\0" * 99])
def test_core_metadata_may_be_anything(raw):
    assert isinstance(read_core_metadata(raw), Facts)


def test_much_is_cut():
    facts = read_info({"summary": "x" * 10**6, "classifiers": ["a"] * 10**5})
    assert len(facts.summary) == 2_000
    assert len(facts.classifiers) == 1_000

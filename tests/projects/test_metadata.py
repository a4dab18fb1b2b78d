import pytest

from app.projects.metadata import list_licenses, split_license


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("MIT", ("MIT",)),
        ("mit or Apache-2.0", ("MIT", "OR", "Apache-2.0")),
        ("(MIT AND BSD-3-Clause) OR ISC", ("(", "MIT", "AND", "BSD-3-Clause", ")", "OR", "ISC")),
        (
            "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT",
            ("GPL-2.0-only WITH Classpath-exception-2.0", "OR", "MIT"),
        ),
        ("LicenseRef-Our-Own", ("LicenseRef-Our-Own",)),
        ("BSD License", ("BSD License",)),
        ("Do what you like, or do not", ("Do what you like, or do not",)),
    ],
)
def test_an_expression_is_taken_apart_and_other_texts_stay(text, parts):
    assert split_license(text) == parts


@pytest.mark.parametrize("text", ["(" * 300 + "MIT" + ")" * 300, "MIT OR " * 5000, "\0", "(", ""])
def test_hostile_expressions_stay_texts(text):
    assert split_license(text) == (text,)


def test_licences_are_listed_without_what_stands_between_them():
    assert list_licenses("(MIT AND BSD-3-Clause) OR ISC") == ["MIT", "BSD-3-Clause", "ISC"]

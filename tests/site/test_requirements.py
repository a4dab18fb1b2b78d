import pytest

from app.site.requirements import MOST_NEEDS, Need, list_needs

NOBODY: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def request_context(app):
    with app.test_request_context():
        yield


def always(*requirements, here=NOBODY):
    return list_needs(requirements, here).always


def test_a_requirement_is_taken_apart():
    assert always("Foo.Bar[b,a]>=1,<2 ; python_version < '3.12'") == (
        Need("Foo.Bar", "foo-bar", ("a", "b"), "<2, >=1", "", ("Python < 3.12",)),
    )


def test_a_direct_reference_is_shown():
    [need] = always("foo @ https://example.org/foo.whl")
    assert need.specifier == "@ https://example.org/foo.whl"


def test_what_cannot_be_read_is_shown_as_it_is():
    assert always("not a requirement!") == (Need("not a requirement!", "", (), "", ""),)


def test_only_known_names_are_marked():
    needs = always("a", "B_c", here=frozenset({"b-c"}))
    assert [need.is_here for need in needs] == [False, True]


def test_what_an_extra_needs_stands_with_it():
    needs = list_needs(
        ("six", "rich>=1 ; extra == 'Fancy_Text'", "curses ; os_name == 'nt' and extra == 'tui'"),
        NOBODY,
        ("fancy-text", "tui", "empty"),
    )
    assert [need.name for need in needs.always] == ["six"]
    assert [(extra.name, [need.name for need in extra.needs]) for extra in needs.extras] == [
        ("fancy-text", ["rich"]),
        ("tui", ["curses"]),
        ("empty", []),
    ]
    assert needs.extras[1].needs[0].conditions == ("only on Windows",)


def test_an_extra_that_nobody_declared_is_listed_too():
    [extra] = list_needs(("six ; extra == 'late'",), NOBODY).extras
    assert extra.name == "late"


def test_a_requirement_of_several_extras_stands_with_each():
    extras = list_needs(("six ; extra == 'a' or extra == 'b'",), NOBODY).extras
    assert [(extra.name, extra.needs[0].marker) for extra in extras] == [
        ("a", 'extra == "a" or extra == "b"'),
        ("b", 'extra == "a" or extra == "b"'),
    ]


@pytest.mark.parametrize(
    ("marker", "conditions"),
    [
        ("sys_platform != 'win32'", ("not on Windows",)),
        ("platform_python_implementation == 'PyPy'", ("only on PyPy",)),
        (
            "python_full_version >= '3.11.1' and platform_machine == 'x86_64'",
            ("Python >= 3.11.1", "only on x86_64"),
        ),
    ],
)
def test_markers_are_told_in_words(marker, conditions):
    [need] = always(f"six ; {marker}")
    assert (need.conditions, need.marker) == (conditions, "")


@pytest.mark.parametrize(
    "marker",
    [
        'os_name == "nt" or sys_platform == "darwin"',
        '(os_name == "nt" or sys_platform == "darwin") and python_version < "4"',
        '"3.8" > python_version',
        'platform_release > "5"',
    ],
)
def test_a_marker_without_plain_words_stays_as_it_is(marker):
    [need] = always(f"six ; {marker}")
    assert (need.conditions, need.marker) == ((), marker)


def test_a_marker_with_brackets_is_left_without_its_extra():
    wanted = '(os_name == "nt" or sys_platform == "darwin") and extra == "x"'
    [extra] = list_needs((f"six ; {wanted}",), NOBODY).extras
    assert extra.needs[0].marker == '(os_name == "nt" or sys_platform == "darwin")'


def test_endless_requirements_are_cut_and_counted():
    needs = list_needs(tuple(f"p{number}" for number in range(MOST_NEEDS + 7)), NOBODY)
    assert (len(needs.always), needs.hidden) == (MOST_NEEDS, 7)


@pytest.mark.parametrize(
    "text",
    [
        "a; " + "(" * 500 + "extra == 'x'" + ")" * 500,
        "a; " + " and ".join(["extra == 'x'"] * 300),
        "a; " + " or ".join(f"extra == 'x{number}'" for number in range(90)),
        "\0<script>",
        "x" * 10_000,
    ],
)
def test_hostile_requirements_are_shown_in_bounded_time(text):
    needs = list_needs((text,) * 20, NOBODY)
    assert len(needs.always) + len(needs.extras) <= 20

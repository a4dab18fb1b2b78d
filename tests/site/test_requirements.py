from app.site.requirements import Need, list_needs

NOBODY: frozenset[str] = frozenset()


def test_a_requirement_is_taken_apart():
    assert list_needs(("Foo.Bar[b,a]>=1,<2 ; python_version < '3.12'",), NOBODY) == (
        Need("Foo.Bar", "foo-bar", ("a", "b"), "<2, >=1", 'python_version < "3.12"'),
    )


def test_a_direct_reference_is_shown():
    assert list_needs(("foo @ https://example.org/foo.whl",), NOBODY)[0].specifier == (
        "@ https://example.org/foo.whl"
    )


def test_what_cannot_be_read_is_shown_as_it_is():
    assert list_needs(("not a requirement!",), NOBODY) == (
        Need("not a requirement!", "", (), "", ""),
    )


def test_only_known_names_are_marked():
    needs = list_needs(("a", "B_c"), frozenset({"b-c"}))
    assert [need.is_here for need in needs] == [False, True]

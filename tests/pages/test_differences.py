from app.pages.differences import GAP, GONE, NEW, SAME, Line, compare


def test_lines_that_differ_are_shown_with_those_around_them():
    old = "\n".join(map(str, range(20)))
    lines = compare(old, old.replace("\n10\n", "\nten\n"))
    assert Line(GONE, "10") in lines
    assert Line(NEW, "ten") in lines
    assert [line.text for line in lines if line.kind == SAME] == ["7", "8", "9", "11", "12", "13"]
    assert [line.kind for line in (lines[0], lines[-1])] == [GAP, GAP]


def test_nothing_differs_in_the_same_text():
    assert compare("a\nb\n", "a\nb\n") == ()


def test_long_texts_are_compared_in_bounded_time():
    old = "\n".join(f"{number % 150}" for number in range(25_000))
    new = "\n".join(f"{number % 149}" for number in range(25_000))
    assert compare(old, new)
    old = "\n".join(f"{number % 150}" for number in range(2_000))
    new = "\n".join(f"{number % 149}" for number in range(2_000))
    assert compare(old, new)

import pytest

from app.site.wheels import column_title, list_compatibility


@pytest.fixture(autouse=True)
def request_context(app):
    with app.test_request_context():
        yield


def table(*tags):
    found = list_compatibility(f"six-1.0-{tag}.whl" for tag in tags)
    titles = [column_title(column) for column in found.columns]
    return {
        python.title: {
            title: cell.since or "yes"
            for title, cell in zip(titles, cells, strict=True)
            if cell.is_there
        }
        for python, cells in found.rows
    }


@pytest.mark.parametrize(
    ("tag", "row", "column", "since"),
    [
        ("cp312-cp312-manylinux_2_17_x86_64", "CPython 3.12", "Linux x86-64", "2.17"),
        ("cp39-cp39-manylinux2014_aarch64", "CPython 3.9", "Linux arm64", "2.17"),
        ("cp27-cp27mu-manylinux1_x86_64", "CPython 2.7", "Linux x86-64", "2.5"),
        ("cp312-cp312-linux_x86_64", "CPython 3.12", "Linux x86-64", "yes"),
        ("cp312-cp312-musllinux_1_2_x86_64", "CPython 3.12", "Linux with musl x86-64", "1.2"),
        ("cp312-cp312-macosx_11_0_arm64", "CPython 3.12", "macOS arm64", "11.0"),
        ("cp312-cp312-macosx_10_9_universal2", "CPython 3.12", "macOS universal", "10.9"),
        ("cp312-cp312-win32", "CPython 3.12", "Windows 32-bit", "yes"),
        ("cp312-cp312-win_amd64", "CPython 3.12", "Windows 64-bit", "yes"),
        ("cp312-cp312-win_arm64", "CPython 3.12", "Windows arm64", "yes"),
        ("cp312-cp312-manylinux_2_17_s390x", "CPython 3.12", "Other", "manylinux_2_17_s390x"),
        ("cp38-abi3-win_amd64", "CPython 3.8 and newer", "Windows 64-bit", "yes"),
        ("cp313-cp313t-win_amd64", "CPython 3.13, free-threaded", "Windows 64-bit", "yes"),
        (
            "cp315-abi3t-win_amd64",
            "CPython 3.15 and newer, free-threaded",
            "Windows 64-bit",
            "yes",
        ),
        ("pp310-pypy310_pp73-win_amd64", "PyPy 3.10", "Windows 64-bit", "yes"),
        ("py3-none-any", "Any Python 3", "Any system", "yes"),
        ("py312-none-any", "Any Python from 3.12 on", "Any system", "yes"),
        ("py3-none-win_amd64", "Any Python 3", "Windows 64-bit", "yes"),
        ("jy27-none-any", "jy27", "Any system", "yes"),
    ],
)
def test_each_tag_has_its_place(tag, row, column, since):
    assert table(tag) == {row: {column: since}}


def test_a_name_with_several_tags_counts_for_each():
    assert table("py2.py3-none-manylinux2014_x86_64.manylinux_2_28_x86_64") == {
        "Any Python 3": {"Linux x86-64": "2.17"},
        "Any Python 2": {"Linux x86-64": "2.17"},
    }


def test_the_newest_python_stands_first_and_pure_wheels_last():
    tags = ["cp39-cp39", "cp314-cp314", "cp314-cp314t", "cp38-abi3", "pp311-pypy311_pp73"]
    rows = table(*(f"{tag}-win32" for tag in tags), "py3-none-any")
    assert list(rows) == [
        "CPython 3.14",
        "CPython 3.9",
        "CPython 3.14, free-threaded",
        "CPython 3.8 and newer",
        "PyPy 3.11",
        "Any Python 3",
    ]


def test_only_used_columns_are_shown_in_one_order():
    found = list_compatibility(["a-1-cp312-cp312-win32.whl", "a-1-cp312-cp312-linux_x86_64.whl"])
    assert found.columns == ("linux-x86_64", "win32")


def test_what_is_no_wheel_counts_nothing():
    names = ["six-1.0.tar.gz", "six.whl", "six-1.0-py3.6.egg", "a-b-c-d-e-f-g.whl", ".whl"]
    assert not list_compatibility(names)


@pytest.mark.parametrize(
    "name",
    [
        "a-1-" + ".".join(["a"] * 80) + "-" + ".".join(["b"] * 80) + "-any.whl",
        "a-1-cp" + "9" * 300 + "-none-any.whl",
        "a-1-<script>-none-\u202e.whl",
        "a-1-cp3-none-manylinux_" + "9" * 100 + "_1_x86_64.whl",
        "x" * 100_000 + "-1-py3-none-any.whl",
    ],
)
def test_hostile_names_are_read_in_bounded_time(name):
    list_compatibility([name] * 1_000)


def test_of_endless_wheels_the_first_count():
    names = (f"a-1-zz{number}-none-any.whl" for number in range(50_000))
    assert len(list_compatibility(names).rows) == 60

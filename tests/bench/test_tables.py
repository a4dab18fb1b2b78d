import pytest

from bench.figures import RATE, SECONDS, Figure, missing
from bench.tables import make_header, make_rows, render, show

FIGURES = {
    "Tilsit": Figure(5000.0, 1.25, 10.0),
    "Tilsit, 2 processes": Figure(7500.0, 1.0, 9.0),
    "peer": Figure(250.0, 60.0, 120.0),
    "mirror": missing("not offered"),
}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (65432.1, "65,432"),
        (100.0, "100"),
        (12.34, "12.3"),
        (1.234, "1.23"),
        (0.0041, "0.0041"),
        (0.0, "0"),
    ],
)
def test_number_has_the_digits_its_size_deserves(value, text):
    assert show(value) == text


def test_every_subject_is_compared_with_each_tilsit():
    rows = make_rows("Index page", RATE, FIGURES)

    assert rows[2] == ["", "peer", "250 requests/s", "60.0", "120", "20.0", "30.0"]


def test_tilsit_is_not_compared_with_itself():
    first, second, *_ = make_rows("Index page", RATE, FIGURES)

    assert first[-2:] == ["", "1.50"]
    assert second[-2:] == ["0.67", ""]


def test_cell_without_a_value_says_why():
    rows = make_rows("Index page", RATE, FIGURES)

    assert rows[3] == ["", "mirror", "not offered", "", "", "", ""]


def test_ratio_of_times_is_above_one_when_tilsit_is_faster():
    rows = make_rows("Install", SECONDS, {"Tilsit": Figure(2.0), "peer": Figure(3.0)})

    assert rows[1][-1] == "1.50"


def test_table_is_markdown_with_straight_columns():
    table = render(["Measure", "Result"], [["Index page", "5,000"], ["", "250"]])

    assert table.splitlines() == [
        "| Measure    | Result |",
        "| ---------- | ------ |",
        "| Index page | 5,000  |",
        "|            | 250    |",
    ]


def test_header_has_a_column_for_each_tilsit():
    assert make_header(list(FIGURES))[-2:] == [
        "Tilsit is × better",
        "Tilsit, 2 processes is × better",
    ]

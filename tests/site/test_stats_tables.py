import csv
import io

import pytest

from app.site.stats_tables import answer_csv, safe_cell


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_formulas_are_texts(cell):
    assert safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["flask", "1.0", 7, -7, "a=b", ""])
def test_other_cells_stay_what_they_are(cell):
    assert safe_cell(cell) == cell


def test_a_table_is_written_as_it_comes(app):
    given = []

    def rows():
        for number in range(1_000):
            given.append(number)
            yield number, 'a "b", c'

    with app.test_request_context():
        answer = answer_csv("some", ("number", "text"), rows())
        stream = answer.iter_encoded()
        first = next(stream)
        assert len(given) < 1_000
        text = (first + b"".join(stream)).decode()
    written = list(csv.reader(io.StringIO(text)))
    assert written[0] == ["number", "text"]
    assert written[-1] == ["999", 'a "b", c']
    assert answer.headers["Content-Disposition"] == "attachment; filename=some.csv"

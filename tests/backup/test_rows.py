import gzip

import pytest

from app.backup.exceptions import BadBackup
from app.backup.rows import open_rows, values_of

KINDS = ["INTEGER", "BOOLEAN", "DATETIME", "VARCHAR(200)", "BLOB", "FLOAT", "JSON"]


def write(path, content):
    path.write_bytes(gzip.compress(content.encode()))
    return path


def test_values_are_as_sqlite_keeps_them(tmp_path):
    line = '7\tt\t2026-05-01 12:00:00.5+00\ta\\tb\\\\n\\nc\\N\t\\\\x00ff\t0.5\t{"a": "\\\\n"}\n'
    path = write(tmp_path / "rows", "a\tb\tc\td\te\tf\tg\n" + line + "\t".join([r"\N"] * 7) + "\n")
    with open_rows(path) as (columns, rows):
        first, second = values_of(rows, KINDS)
    assert columns == list("abcdefg")
    assert first == [
        *(7, 1, "2026-05-01 12:00:00.500000"),
        *("a\tb\\n\ncN", b"\x00\xff", 0.5, '{"a": "\\n"}'),
    ]
    assert second == [None] * 7


def test_names_that_no_column_has_are_refused(tmp_path):
    path = write(tmp_path / "rows", 'id\tname" = 1; --\n')
    with pytest.raises(BadBackup), open_rows(path):
        pass

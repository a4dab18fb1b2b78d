"""Figures for programs: tables that become JSON or CSV."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Response

from app.web.documents import make_conditional

JSON, CSV = "json", "csv"
FORMATS = (JSON, CSV)
# A spreadsheet takes what begins so for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BATCH = 200


def answer_json(document: Mapping[str, Any]) -> Response:
    """Answer with a document in JSON."""
    response = Response(json.dumps(document, indent=2) + "\n", mimetype="application/json")
    response.add_etag()
    return make_conditional(response)


def answer_csv(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Answer with a table in CSV (RFC 4180), row by row as they come.

    Whoever makes rows out of the database has the answer sent with its context.
    """
    response = Response(_write(heads, rows), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response


def safe_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; numbers stay what they are."""
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return value


def _write(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe_cell(value) for value in row])
        if number % _BATCH == 0:
            yield _take(text)
    yield _take(text)


def _take(text: io.StringIO) -> str:
    written = text.getvalue()
    text.seek(0)
    text.truncate()
    return written

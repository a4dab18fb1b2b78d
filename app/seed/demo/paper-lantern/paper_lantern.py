"""Reports as one HTML file that opens anywhere and prints well."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

__version__ = "@version@"

_FRAME = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ font: 1rem/1.5 serif; max-width: 40rem }} tr {{ break-inside: avoid }}</style>
<h1>{title}</h1>
{body}
"""


class Report:
    """A page that is filled from top to bottom and then written."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._parts: list[str] = []

    def add_text(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(f"<p>{escape(text)}</p>")

    def add_table(self, rows: Sequence[Sequence[str]]) -> None:
        """Add rows of cells."""
        lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
        self._parts.append("<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>")

    def render(self) -> str:
        """Return the page."""
        return _FRAME.format(title=escape(self.title), body="\n".join(self._parts))

    def write(self, path: str) -> None:
        """Write the page into a file."""
        Path(path).write_text(self.render(), encoding="utf-8")

"""The one table, as Markdown that also reads well on a terminal."""

from collections.abc import Mapping, Sequence

from bench.figures import Figure, Unit, compare

Row = Sequence[str]
OURS = "Tilsit"


def make_rows(title: str, unit: Unit, figures: Mapping[str, Figure]) -> list[list[str]]:
    """Return the lines of one measure: a line for each subject, ours first compared with all."""
    ours = list_ours(figures)
    rows = []
    for name, figure in figures.items():
        ratios = [_ratio(figures[our], figure, unit) if our != name else "" for our in ours]
        rows.append([title, name, *_cells(figure, unit), *ratios])
        # A measure is named once, as the lines below it belong together.
        title = ""
    return rows


def make_header(subjects: Sequence[str]) -> list[str]:
    """Return the names of the columns."""
    return [
        *("Measure", "Subject", "Result", "p50 ms", "p99 ms"),
        *(f"{our} is × better" for our in list_ours(subjects)),
    ]


def list_ours(subjects: Mapping[str, Figure] | Sequence[str]) -> list[str]:
    """Return those subjects that are Tilsit in some set-up."""
    return [name for name in subjects if OURS in name]


def render(header: Row, rows: Sequence[Row]) -> str:
    """Return a Markdown table whose columns stand under each other."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    rule = ["-" * width for width in widths]
    return "".join(f"{_line(line, widths)}\n" for line in [header, rule, *rows])


def show(value: float) -> str:
    """Return a number with as many digits as its size deserves."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def _cells(figure: Figure, unit: Unit) -> list[str]:
    if figure.value is None:
        return [figure.note, "", ""]
    latencies = ["" if value is None else show(value) for value in (figure.p50, figure.p99)]
    return [f"{show(figure.value)} {unit.name}", *latencies]


def _ratio(ours: Figure, theirs: Figure, unit: Unit) -> str:
    ratio = compare(ours, theirs, unit)
    return "" if ratio is None else show(ratio)


def _line(cells: Row, widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"

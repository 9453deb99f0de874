"""Whatever a table holds: where it has a column of days, `northstar new --csv` makes a workspace that reads its numbers."""

import csv
import io
import tempfile
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.cli.new_from import from_csv
from metrics.errors import NorthstarError
from metrics.refresh import refresh
from metrics.sources.header import BLANKS
from metrics.tree.load import read_tree
from metrics.workspace import Workspace

# What nobody can type into a cell: halves of characters, and the sign that ends a text in other programs.
SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NAMES = st.one_of(
    st.sampled_from(
        ["no", "true", "null", "1", "a: b", "#x", "rate", "active", "errors %", "Tag", "metric", "value", "~"]
    ),
    st.text(SIGNS, min_size=1, max_size=12),
)
NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.integers(0, 1).map(str),
    st.integers(0, 100).map(lambda number: f"{number / 100}"),
    st.just(""),
)
TEXTS = st.one_of(st.sampled_from(["US", "UK", "", "x y"]), st.text(SIGNS, max_size=6))
ABOVE = st.lists(st.lists(st.sampled_from(["Report", "", "made by us"]), max_size=3), max_size=3)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """A table with a column of days among others, as rows of texts; `numbers` gives the cells of those of numbers."""
    days = draw(st.lists(st.integers(0, 500), min_size=2, max_size=12, unique=True))
    written = [date(2024, 1, 1) + timedelta(days=day) for day in days]
    names = draw(st.lists(NAMES, min_size=1, max_size=6))
    columns: list[list[str]] = []
    for _ in names:
        cells = draw(st.sampled_from([NUMBERS, NUMBERS, TEXTS]))
        columns.append(draw(st.lists(cells, min_size=len(days), max_size=len(days))))
    at = draw(st.integers(0, len(names)))
    header = [*names[:at], "day of it", *names[at:]]
    rows = [[*cells[:at], day.isoformat(), *cells[at:]] for day, *cells in zip(written, *columns, strict=True)]
    return {
        "header": header,
        "rows": rows,
        "above": draw(ABOVE),
        "delimiter": draw(st.sampled_from([",", ";", "\t", "|"])),
        "days": written,
        "columns": dict(zip([n for n in range(len(header)) if n != at], columns, strict=True)),
    }


def as_text(table: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=table["delimiter"], quoting=csv.QUOTE_ALL)
    writer.writerows([*table["above"], table["header"], *table["rows"]])
    return text.getvalue()


def is_number(cell: str) -> bool:
    with suppress(ValueError):
        float(cell)
        return cell.isascii() and "_" not in cell and cell.strip().lower() not in ("nan", "inf", "infinity")
    return False


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_every_column_of_numbers_is_read(table: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "here"
        folder.mkdir()
        (folder / "table.csv").write_bytes(as_text(table).encode())
        beginning = from_csv(folder / "table.csv", folder)
        text = beginning.files["northstar.yaml"]
        assert isinstance(text, str)
        wanted = {
            position: cells
            for position, cells in table["columns"].items()
            if table["header"][position].strip(BLANKS)
            and any(map(is_number, cells))
            and all(is_number(cell) or not cell.strip(BLANKS) for cell in cells)
        }
        (folder / "northstar.yaml").write_text(text, encoding="utf-8", newline="")
        if not wanted:
            with suppress(NorthstarError):  # a file without metrics is a fault, and nothing but that
                read_tree(text)
            return
        tree = read_tree(text).tree
        if tree.sources["table"].layout == "long":
            return
        columns = {metric.column: metric for metric in tree.metrics.values()}
        summary = refresh(Workspace(folder, Path(name) / "state"))
        assert not summary.failed, summary
        path = Workspace(folder, Path(name) / "state").store.current()
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(
                "select metric, day, value from observation join series on number = series where value is not null"
            ).fetchall()
        found = {(metric, day): value for metric, day, value in rows}
        seen = 0
        for position, cells in wanted.items():
            column = unique_name(table["header"], position)
            metric = columns[column]
            for day, cell in zip(table["days"], cells, strict=True):
                value = found.get((metric.id, day))
                assert (value is None) is not is_number(cell), (column, day, cell, value)
                if value is not None:
                    assert abs(value - float(cell) * metric.scale) <= 1e-9 * abs(float(cell)), (column, day)
                    seen += 1
        assert seen


def unique_name(header: list[str], position: int) -> str:
    """The name by which the reader of sources knows a column."""
    from metrics.sources.header import unique

    return unique(header)[position]

"""What a warehouse file knows besides values: the states of its sources and series, and the problems found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

# Rows of tables, as JSON can hold them.
State = Mapping[str, Sequence[Mapping[str, object]]]

_STATE = {
    "source": (
        "id", "status", "read_at", "fingerprint", "row_count", "first_day", "last_day", "problem_count", "error",
        "notes", "files", "columns",
    ),
    "problem": ("source", "file", "row_number", "column_name", "cell", "what", "write_instead", "metric"),
}  # fmt: skip

# Most series were read with their source, without trouble.
_SERIES_STATE = """
select key, series.read_at, series.error
from series join source on source.id = series.source
where series.error is not null or series.read_at is distinct from source.read_at
"""


def state_of(connection: duckdb.DuckDBPyConnection) -> State:
    """Return what the file of a connection knows besides values."""
    found = {table: _as_json(connection, f"select {', '.join(names)} from {table}") for table, names in _STATE.items()}
    return {**found, "series": _as_json(connection, _SERIES_STATE)}


def restore_state(connection: duckdb.DuckDBPyConnection, state: State) -> None:
    """Bring what `state_of` once returned into a file that has its series and no source yet."""
    for table, names in _STATE.items():
        for row in state.get(table, ()):
            places = ", ".join("?" for _ in names)
            into = f"insert into {table} ({', '.join(names)})"
            connection.execute(f"{into} values ({places})", [row.get(name) for name in names])
    connection.execute("update series set read_at = source.read_at from source where source.id = series.source")
    for row in state.get("series", ()):
        connection.execute(
            "update series set read_at = ?, error = ? where key = ?", [row["read_at"], row["error"], row["key"]]
        )


def _as_json(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    return [
        {name: cell.isoformat() if isinstance(cell, date) else cell for name, cell in zip(names, row, strict=True)}
        for row in result.fetchall()
    ]

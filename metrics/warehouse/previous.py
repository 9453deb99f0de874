"""The warehouse file from before, beside one in the making: what was known of each source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from metrics.sources.manual import TYPED
from metrics.tree.tree import Source


class Previous:
    """The file from before, attached to a connection as `previous`; without one, nothing was known."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.is_there = False

    def attach(self, path: Path) -> None:
        """Name the file."""
        quoted = str(path).replace("'", "''")
        self._connection.execute(f"attach '{quoted}' as previous (read_only)")
        self.is_there = True

    @property
    def tree_text(self) -> str | None:
        """The text of `northstar.yaml` that it was built with."""
        row = self._row("select tree_text from previous.meta")
        return str(row[0]) if row else None

    def states(self) -> dict[str, tuple[str, str | None, str]]:
        """Return by source its status, error and fingerprint."""
        if not self.is_there:
            return {}
        rows = self._connection.execute("select id, status, error, fingerprint from previous.source").fetchall()
        return {str(source): (status, error, fingerprint) for source, status, error, fingerprint in rows}

    def fingerprint(self, source: Source) -> str | None:
        """Return the fingerprint with which a source was last read in full, or None."""
        row = self._row("select fingerprint from previous.source where id = ? and status = 'read'", source.id)
        return str(row[0]) if row else None

    def had_typed_values(self, source: Source) -> bool:
        """Return whether it has values of a source that were typed by hand."""
        return (
            self._row("select 1 from previous.source where id = ? and list_contains(files, ?)", source.id, TYPED)
            is not None
        )

    def columns(self, source: Source) -> Sequence[str]:
        """Return the names that the header of a source had."""
        row = self._row("select columns from previous.source where id = ?", source.id)
        return row[0] or () if row else ()

    def notes(self, source: Source) -> Sequence[str]:
        """Return what was remarked on a source."""
        row = self._row("select notes from previous.source where id = ?", source.id)
        return row[0] or () if row else ()

    def last_good(self, source: Source) -> tuple[Any, ...] | None:
        """Return read_at, row_count, first_day, last_day, problem_count, notes, files and columns of a source."""
        return self._row(
            """select read_at, row_count, first_day, last_day, problem_count, notes, files, columns
               from previous.source where id = ?""",
            source.id,
        )

    def _row(self, query: str, *parameters: object) -> tuple[Any, ...] | None:
        if not self.is_there:
            return None
        found: tuple[Any, ...] | None = self._connection.execute(query, parameters).fetchone()
        return found

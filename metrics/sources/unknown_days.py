"""Days of which nobody knows what they had, in a source whose absent days are zeros: they get a row without a value."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from metrics.sources.clean import CLEAN_DATES
from metrics.sources.dirty import DirtyFiles
from metrics.sources.plan import Plan
from metrics.sources.series import Series
from metrics.sources.table import trimmed

_BLANKED = """
INSERT INTO reading
SELECT DISTINCT wanted.number, unknown.day, NULL::DOUBLE
FROM (
    SELECT number, unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS day FROM northstar_csv_unknown
) AS unknown
JOIN northstar_csv_series AS wanted ON wanted.number = coalesce(unknown.number, wanted.number)
JOIN (SELECT series, min(day) AS first_day FROM reading GROUP BY series) AS known ON known.series = wanted.number
ANTI JOIN reading ON reading.series = wanted.number AND reading.day = unknown.day
WHERE unknown.day > known.first_day
"""


class UnknownDays:
    """Collects, in the temporary table `northstar_csv_unknown`, spans of days by series; of all, where it is NULL."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE northstar_csv_unknown(number INTEGER, first_day DATE, last_day DATE)"
        )

    def around_lost_rows(self, files: DirtyFiles) -> None:
        """Add the days from the row before to the row behind each row that was left out, its own day being unknown."""
        for file, plan in enumerate(files.plans):
            lost = files.lost_rows(file)
            if not lost:
                continue
            rows = plan.table.texts([plan.table.date])
            self._connection.execute(
                f"""
                INSERT INTO northstar_csv_unknown
                WITH dated AS (
                    SELECT row, day FROM ({rows}) JOIN northstar_csv_day ON text = {trimmed(f"c{plan.table.date}")}
                    WHERE day IS NOT NULL
                )
                SELECT NULL, least(before.day, behind.day), greatest(before.day, behind.day)
                FROM (SELECT unnest($1::BIGINT[]) AS row) AS lost
                ASOF LEFT JOIN dated AS before ON lost.row > before.row
                ASOF LEFT JOIN dated AS behind ON lost.row < behind.row
                WHERE coalesce(before.day, behind.day) IS NOT NULL
                """,
                [lost],
            )

    def without_column(self, plans: Sequence[Plan], series: Sequence[Series], files: DirtyFiles | None) -> None:
        """Add the days of each file for the series whose columns it lacks (wide layout)."""
        for plan in plans:
            lacking = [one.number for one in series if plan.table.header.position(one.column) is None]
            if lacking:
                self._connection.execute(
                    f"INSERT INTO northstar_csv_unknown"
                    f" SELECT unnest($1::INTEGER[]), day, day FROM ({_days(plan, files)})",
                    [lacking],
                )

    def without_name(self, plans: Sequence[Plan], files: DirtyFiles | None) -> None:
        """Add the days of rows that have a value and name no metric (long layout)."""
        for plan in plans:
            days = _days(plan, files, plan.is_nameless)
            self._connection.execute(f"INSERT INTO northstar_csv_unknown SELECT NULL, day, day FROM ({days})")

    def blank(self) -> None:
        """Append to `reading` a row without a value for each such day, from a series' first row on, that has none."""
        self._connection.execute(_BLANKED)


def _days(plan: Plan, files: DirtyFiles | None, condition: str = "true") -> str:
    """Return the query for the days of a file's rows that meet a condition."""
    date = f"c{plan.table.date}"
    texts = plan.table.texts(plan.positions, numbered=False)
    rows = f"(SELECT *, {trimmed(date)} AS text FROM ({texts}) WHERE {condition})"
    if files is not None and any(plan is dirty for dirty in files.plans):
        return f"SELECT DISTINCT day FROM {rows} JOIN northstar_csv_day USING (text) WHERE day IS NOT NULL"
    return f"SELECT DISTINCT strptime(text, '{CLEAN_DATES}')::DATE AS day FROM {rows}"

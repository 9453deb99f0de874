"""Days of which nobody knows what they had, in a source whose absent days are zeros: they get a row without a value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from metrics.sources.clean import CLEAN_DATES
from metrics.sources.dirty import DirtyFiles
from metrics.sources.plan import Plan
from metrics.sources.series import Series
from metrics.sources.table import trimmed

# In a file whose rows go up or down in time, a row lies between those above and below it, or beyond the file's end. In
# any other file it may be of any day.
_AROUND_LOST = """
INSERT INTO northstar_csv_unknown
WITH dated AS (
    SELECT row, day, lag(day) OVER (ORDER BY row) AS previous
    FROM ({rows}) JOIN northstar_csv_day ON text = {date}
    WHERE day <= $last
), ordered AS (
    SELECT coalesce(bool_and(day >= previous), true) AS up, coalesce(bool_and(day <= previous), true) AS down FROM dated
), lost AS (
    SELECT
        day,
        last_value(day IGNORE NULLS) OVER (ORDER BY row ROWS UNBOUNDED PRECEDING) AS above,
        first_value(day IGNORE NULLS) OVER (ORDER BY row ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS below
    FROM (SELECT row, day FROM dated UNION ALL SELECT unnest($lost::BIGINT[]), NULL)
)
SELECT DISTINCT
    NULL::INTEGER,
    CASE WHEN up THEN coalesce(above, $first) WHEN down THEN coalesce(below, $first) ELSE $first END,
    CASE WHEN up THEN coalesce(below, $last) WHEN down THEN coalesce(above, $last) ELSE $last END
FROM lost, ordered WHERE day IS NULL
"""

_BLANKED = """
INSERT INTO reading
SELECT wanted.number, unknown.day, NULL::DOUBLE
FROM (
    SELECT DISTINCT number, unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS day
    FROM northstar_csv_unknown
) AS unknown
JOIN northstar_csv_series AS wanted ON wanted.number = coalesce(unknown.number, wanted.number)
JOIN (SELECT series, min(day) AS first_day FROM reading GROUP BY series) AS known ON known.series = wanted.number
ANTI JOIN reading ON reading.series = wanted.number AND reading.day = unknown.day
WHERE unknown.day > known.first_day
GROUP BY ALL
"""


class UnknownDays:
    """Collects, in the temporary table `northstar_csv_unknown`, spans of days by series; of all, where it is NULL."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        # Days to come are no zeros anyway; where the workspace is it may be tomorrow already.
        self._newest = date.today() + timedelta(days=1)
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE northstar_csv_unknown(number INTEGER, first_day DATE, last_day DATE)"
        )

    def around_lost_rows(self, files: DirtyFiles) -> None:
        """Add the days that rows may be of which were left out, up to today."""
        first, last = self._connection.execute(
            "SELECT min(day), max(day) FROM reading WHERE day <= ?", [self._newest]
        ).fetchone() or (None, None)
        for file, plan in enumerate(files.plans):
            lost = files.lost_rows(file)
            if lost and first is not None:
                query = _AROUND_LOST.format(
                    rows=plan.table.texts([plan.table.date]), date=trimmed(f"c{plan.table.date}")
                )
                self._connection.execute(query, {"lost": lost, "first": first, "last": last})

    def without_column(self, plans: Sequence[Plan], series: Sequence[Series], files: DirtyFiles | None) -> None:
        """Add, for each series, the days that only files without its column reach over (wide layout)."""
        lacking: dict[tuple[int, ...], list[int]] = {}
        for one in series:
            without = tuple(at for at, plan in enumerate(plans) if plan.table.header.position(one.column) is None)
            if without:
                lacking.setdefault(without, []).append(one.number)
        if not lacking:
            return
        days = [self._span(plan, files) for plan in plans]
        for without, numbers in lacking.items():
            having = set[date]().union(*(span for at, span in enumerate(days) if at not in without))
            unknown = set[date]().union(*(days[at] for at in without)) - having
            self._connection.execute(
                "INSERT INTO northstar_csv_unknown SELECT number, day, day"
                " FROM (SELECT unnest($1::INTEGER[]) AS number), (SELECT unnest($2::DATE[]) AS day)",
                [numbers, sorted(unknown)],
            )

    def without_name(self, plans: Sequence[Plan], files: DirtyFiles | None) -> None:
        """Add the days of rows that have a value and name no metric (long layout)."""
        for plan in plans:
            days = _days(plan, files, plan.is_nameless)
            self._connection.execute(f"INSERT INTO northstar_csv_unknown SELECT NULL, day, day FROM ({days})")

    def blank(self) -> None:
        """Append to `reading` a row without a value for each such day, from a series' first row on, that has none."""
        self._connection.execute(_BLANKED)

    def _span(self, plan: Plan, files: DirtyFiles | None) -> set[date]:
        """Return all days from the first to the last of a file, but those to come."""
        found = self._connection.execute(
            f"SELECT min(day), max(day) FROM ({_days(plan, files)}) WHERE day <= ?", [self._newest]
        ).fetchone()
        if found is None or found[0] is None:
            return set()
        first, last = found
        return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def _days(plan: Plan, files: DirtyFiles | None, condition: str = "true") -> str:
    """Return the query for the days of a file's rows that meet a condition."""
    date_column = f"c{plan.table.date}"
    texts = plan.table.texts(plan.positions, numbered=False)
    rows = f"(SELECT *, {trimmed(date_column)} AS text FROM ({texts}) WHERE {condition})"
    if files is not None and any(plan is dirty for dirty in files.plans):
        return f"SELECT DISTINCT day FROM {rows} JOIN northstar_csv_day USING (text) WHERE day IS NOT NULL"
    return f"SELECT DISTINCT strptime(text, '{CLEAN_DATES}')::DATE AS day FROM {rows}"

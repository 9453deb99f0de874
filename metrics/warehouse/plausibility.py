"""Values that were read without trouble and still look wrong: percents not scaled, values beyond what was declared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from metrics.tree.tree import Tree
from metrics.warehouse import schema

# A share is hardly ever above 1; growth rates and the like may be, for a while.
LARGEST_SHARE = 1.5

_TYPICAL = """
select key, median(abs(value))
from observation join series on series.number = observation.series
where value is not null and key in (select unnest($keys))
group by key having median(abs(value)) > $largest
order by key
"""

_BEYOND = """
select key, count(*), min(day), arg_min(value, day)
from observation
join series on series.number = observation.series
join bounds using (key)
where value < low or value > high
group by key order by key
"""


@dataclass(frozen=True)
class Beyond:
    """Values of a metric outside its declared bounds: on how many days, and the first of them."""

    metric: str
    days: int
    first_day: date
    first_value: float


def unscaled_percents(tree: Tree, path: Path) -> dict[str, float]:
    """Return the typical size of the series (metric ids, `<id>.target`) that hold 12.5 where 0.125 was meant.

    `path` is a published warehouse file that was built from `tree`.
    """
    rows = schema.series_of(tree)
    keys = [row.key for row in rows if row.metric.unit == "percent" and row.kind != "formula"]
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(_TYPICAL, {"keys": keys, "largest": LARGEST_SHARE}).fetchall()
    return {str(key): float(typical) for key, typical in found}


def beyond_bounds(tree: Tree, path: Path) -> list[Beyond]:
    """Return the metrics with daily values outside their `checks`."""
    bounds = [
        (metric.id, metric.checks.min, metric.checks.max)
        for metric in tree.metrics.values()
        if metric.checks.min is not None or metric.checks.max is not None
    ]
    if not bounds:
        return []
    with duckdb.connect(str(path), read_only=True) as connection:
        schema.load_rows(connection, "create temp table bounds as", ("key", "low", "high"), bounds)
        return [Beyond(*row) for row in connection.execute(_BEYOND).fetchall()]

"""Values that were read without trouble and still look wrong: percents not scaled, values beyond what was declared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from metrics.tree.tree import Checks, Tree, Unit
from metrics.warehouse import schema
from metrics.warehouse.oddity import MOST_NAMED, so_it_is, written

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
select key, count(*), list(day order by day desc)[:$most], list(value order by day desc)[:$most]
from observation
join series on series.number = observation.series
join bounds using (key)
where value < low or value > high
group by key order by key
"""


@dataclass(frozen=True)
class Beyond:
    """Values of a metric outside its declared bounds: on how many days, the newest 20 of them, the newest first."""

    metric: str
    count: int
    days: tuple[tuple[date, float], ...]
    checks: Checks
    unit: Unit

    @property
    def sentence(self) -> str:
        """What was declared, and what is there instead, with the days."""
        low = [] if self.checks.min is None else [f"at least {written(self.checks.min, self.unit)}"]
        high = [] if self.checks.max is None else [f"at most {written(self.checks.max, self.unit)}"]
        day, value = self.days[0]
        more = so_it_is(self.days, self.count, self.unit)
        return f"{day} has {written(value, self.unit)}, and should be {' and '.join(low + high)}.{more}"

    @property
    def to_do(self) -> str:
        """What to do about it, in a sentence."""
        return "Correct it at its source, or the bounds that checks: declares."


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
        rows = connection.execute(_BEYOND, {"most": MOST_NAMED}).fetchall()
    metrics = tree.metrics
    return [
        Beyond(key, count, tuple(zip(days, values, strict=True)), metrics[key].checks, metrics[key].unit)
        for key, count, days, values in rows
    ]

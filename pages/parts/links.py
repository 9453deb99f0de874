"""URLs of the app, made here and nowhere else. Relative, so that they hold behind any base path."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

WEEK = "pages/weekly/week.py"
METRIC = "pages/weekly/metric.py"
TREE = "pages/anytime/tree.py"
DATA = "pages/anytime/data.py"


def metric(metric_id: str, week_ending: date | None = None) -> str:
    """Return the URL of a metric's page."""
    return f"metric?{urlencode(metric_parameters(metric_id, week_ending))}"


def metric_parameters(metric_id: str, week_ending: date | None = None) -> dict[str, str]:
    """Return the query parameters of a metric's page."""
    week = {"week": week_ending.isoformat()} if week_ending else {}
    return {"metric": metric_id, **week}


def metrics(metric_ids: tuple[str, ...], week_ending: date | None = None) -> dict[str, str]:
    """Return the URL of each metric's page."""
    return {metric_id: metric(metric_id, week_ending) for metric_id in metric_ids}

"""Random workspaces through the whole real way, against the slow reference: figures and review week.

The cases hold every grain and aggregate, gaps and blanks, several rows a day, zeros for absent days, formulas of
formulas and targets; see `strategies.py`.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import Mock, patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reference import differences
from strategies import Case, workspaces, write_long_csv

from metrics.refresh import refresh, run
from metrics.review.export import figures_json
from metrics.review.figures import Figures
from metrics.review.review_week import review_week
from metrics.tree.load import read_tree
from metrics.warehouse.warehouse import Warehouse
from metrics.workspace import Workspace

# Some cases are of years to come, and a row of a day to come makes no zeros before it.
AFTERWARDS = datetime(2200, 1, 1, tzinfo=UTC)

# Always the same few, which are not made smaller where one fails: that takes minutes.
FEW = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
MANY = settings(FEW, derandomize=False, print_blob=True, max_examples=400, phases=[Phase.generate, Phase.shrink])


def hold_against_reference(case: Case, days_later: int) -> None:
    today = case.week_ending + timedelta(days=days_later)
    with TemporaryDirectory() as folder:
        workspace = Workspace(write_long_csv(case, Path(folder) / "workspace"), Path(folder) / "state")
        with patch.object(run, "datetime", Mock(wraps=datetime, now=Mock(return_value=AFTERWARDS))):
            summary = refresh(workspace)
        assert not summary.failed, summary
        path = workspace.store.current()
        assert path is not None
        warehouse = Warehouse(path)
        try:
            tree = read_tree(warehouse.tree_text).tree
            found = figures_json(Figures(tree, warehouse, case.week_ending), ("wow", "yoy", "mom"), fiscal=True)
            week = review_week(tree, warehouse, today)
        finally:
            warehouse.close()
    assert differences(case.figures(), found) == []
    # A monthly metric that is not additive has no figure in any period, and so is never complete: the reference goes by
    # its values.
    if all(metric.additive for metric in case.metrics if metric.formula is None and metric.grain != "daily"):
        assert str(week) == str(case.review_week(today))


@settings(FEW, max_examples=16)
@given(workspaces(), st.integers(-8, 8))
def test_figures_are_the_references(case: Case, days_later: int) -> None:
    hold_against_reference(case, days_later)


@settings(FEW, max_examples=9)
@given(workspaces(undeclared=True), st.integers(-8, 8))
def test_also_where_a_grain_is_found(case: Case, days_later: int) -> None:
    hold_against_reference(case, days_later)


@pytest.mark.long
@settings(MANY)
@given(workspaces(), st.integers(-8, 8))
def test_figures_are_the_references_many_times(case: Case, days_later: int) -> None:
    hold_against_reference(case, days_later)


@pytest.mark.long
@settings(MANY)
@given(workspaces(undeclared=True), st.integers(-8, 8))
def test_also_where_a_grain_is_found_many_times(case: Case, days_later: int) -> None:
    hold_against_reference(case, days_later)

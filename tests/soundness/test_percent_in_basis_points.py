"""A metric in percent changes in basis points: the difference, times 10,000. Any base will do."""

from typing import Any

import pytest


def test_a_difference_not_a_ratio(drawn: Any) -> None:
    """From 31 % to 34 % is 300 basis points; from the 20 % of a year earlier it is 1,400.

    share  2025-03-03  daily  0.20*7
    share  2026-02-23  daily  0.31*7 | 0.34*7
    """
    share = drawn("2026-03-08", share={"aggregate": "mean", "unit": "percent"})["share"]
    assert share["summary"]["last_week"] == pytest.approx(0.34)
    assert share["summary"]["wow"] == pytest.approx(300)
    assert share["summary"]["yoy_week"] == pytest.approx(1_400)
    assert share["wow_weekly"]["2026-03-08"] == pytest.approx(0.03)
    assert share["yoy_weekly"]["2026-03-08"] == pytest.approx(0.14)


def test_from_zero_and_below(drawn: Any) -> None:
    """Growth of -2 %, then 0 %, then 1 %: +200 and +100 basis points.

    growth  2026-02-16  daily  -0.02*7 | 0*7 | 0.01*7
    """
    growth = drawn("2026-03-08", growth={"aggregate": "mean", "unit": "percent"})["growth"]
    assert growth["summary"]["wow"] == pytest.approx(100)
    assert growth["wow_weekly"]["2026-03-01"] == pytest.approx(0.02)


def test_a_formula(drawn: Any) -> None:
    """7 of 70, then 7 of 35: from 10 % to 20 %. The same formula as a plain number doubles.

    signups  2026-02-23  daily   1*7 | 1*7
    visits   2026-02-23  daily  10*7 | 5*7
    """
    formula = "signups / visits"
    figures = drawn("2026-03-08", rate={"formula": formula, "unit": "percent"}, number={"formula": formula})
    assert figures["rate"]["summary"]["wow"] == pytest.approx(1_000)
    assert figures["number"]["summary"]["wow"] == pytest.approx(100)


def test_percents_as_people_store_them(drawn: Any) -> None:
    """12.5 with `scale: 0.01`, and `12.5%` as it stands, are both 0.125; a week later they are 0.15.

    scaled  2026-02-23  daily  12.5*7  | 15*7
    signed  2026-02-23  daily  12.5%*7 | 15%*7
    """
    percent = {"aggregate": "mean", "unit": "percent"}
    figures = drawn("2026-03-08", scaled={**percent, "scale": 0.01}, signed=percent)
    for name in ("scaled", "signed"):
        assert figures[name]["weekly"]["2026-03-01"] == pytest.approx(0.125)
        assert figures[name]["summary"]["last_week"] == pytest.approx(0.15)
        assert figures[name]["summary"]["wow"] == pytest.approx(250)


def test_nothing_to_compare_with(drawn: Any) -> None:
    """
    share  2026-03-02  daily  0.20*7
    """
    share = drawn("2026-03-08", share={"aggregate": "mean", "unit": "percent"})["share"]
    assert share["summary"]["wow"] is None
    assert share["summary"]["yoy_week"] is None

"""`additive: false`: values don't add up, so what holds several of them is blank."""

from typing import Any


def test_weeks_only(drawn: Any) -> None:
    """The number of different visitors, a week: nobody knows how many of them come again in the month.

    visitors         2025-01-05  weekly  10*61
    visitors         2026-03-08  weekly  20
    visitors.target  2025-01-05  weekly  15*62
    """
    visitors = drawn("2026-03-08", visitors={"additive": False})["visitors"]
    assert visitors["summary"]["last_week"] == 20
    assert visitors["summary"]["wow"] == visitors["summary"]["yoy_week"] == 100
    assert visitors["target"]["weekly"]["2026-03-08"] == 15
    for name in ("monthly", "monthly_prior_year", "mom_monthly", "yoy_monthly", "monthly_fiscal"):
        assert set(visitors[name].values()) == {None}, name
    assert set(visitors["target"]["monthly"].values()) == {None}
    for name in ("mtd", "qtd", "ytd"):
        assert visitors["summary"][name] is visitors["summary"][f"{name}_yoy"] is visitors["target"][name] is None
    assert visitors["incomplete"] == []


def test_a_formula_with_such_a_part_has_no_months_either(drawn: Any) -> None:
    """
    visitors  2026-02-02  daily  2*35
    orders    2026-02-02  daily  1*35
    """
    figures = drawn(
        "2026-03-08",
        visitors={"additive": False, "target": 14},
        rate={"formula": "orders / visitors"},
        of_rate={"formula": "1 - rate", "target": 0.5},
    )
    assert figures["rate"]["summary"]["last_week"] == 0.5
    assert figures["of_rate"]["summary"]["last_week"] == 0.5
    for name in ("rate", "of_rate", "visitors"):
        assert set(figures[name]["monthly"].values()) == {None}
        assert figures[name]["summary"]["mtd"] is None
    for name in ("of_rate", "visitors"):
        assert set(figures[name]["target"]["monthly"].values()) == {None}
        assert figures[name]["target"]["mtd"] is None
    assert figures["orders"]["summary"]["mtd"] == 8


def test_a_formula_may_be_declared_so(drawn: Any) -> None:
    """
    a  2026-02-02  daily  2*35
    b  2026-02-02  daily  1*35
    """
    ratio = drawn("2026-03-08", ratio={"formula": "a / b", "additive": False})["ratio"]
    assert ratio["summary"]["last_week"] == 2
    assert ratio["summary"]["ytd"] is None
    assert set(ratio["monthly"].values()) == {None}


def test_a_month_has_its_own_value(drawn: Any) -> None:
    """The number of different visitors, a month: a quarter's is not known, its first month is.

    visitors         2025-01-31  monthly  10*12 20 30 40 50
    visitors.target  2025-01-31  monthly  15*16
    """
    visitors = drawn("2026-05-03", visitors={"additive": False}, double={"formula": "visitors * 2"})
    for name, times in (("visitors", 1), ("double", 2)):
        found = visitors[name]
        assert [found["monthly"][f"2026-0{month}"] for month in (1, 2, 3, 4)] == [
            20 * times,
            30 * times,
            40 * times,
            50 * times,
        ]
        assert found["monthly_prior_year"]["2026-04"] == 10 * times
        assert found["summary"]["mtd"] is None, "May has not ended"
        assert found["summary"]["qtd"] == 50 * times and found["summary"]["qtd_yoy"] == 400
        assert found["summary"]["ytd"] is found["summary"]["ytd_yoy"] is None
    assert visitors["visitors"]["target"]["monthly"]["2026-04"] == 15
    assert (visitors["visitors"]["target"]["qtd"], visitors["visitors"]["target"]["ytd"]) == (15, None)

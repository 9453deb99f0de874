"""A formula's parts are aggregated first, over the same period, and combined then."""

from typing import Any

import pytest


def test_in_a_week(drawn: Any) -> None:
    """7 of 70 is 10 %. The mean of the daily ratios would be (6 x 50 % + 1/58) / 7 = 43 %.

    signups  2026-03-02  daily  1 1 1 1 1 1  1
    visits   2026-03-02  daily  2 2 2 2 2 2 58
    """
    rate = drawn("2026-03-08", rate={"formula": "signups / visits", "unit": "percent"})["rate"]
    assert rate["weekly"]["2026-03-08"] == pytest.approx(0.1)


def test_in_a_month_and_up_to_a_date(drawn: Any) -> None:
    """February: 28 / (14 x 1 + 14 x 3) = 0.5, not the mean of 1 and 1/3. To 8 March: 36 / (56 + 8 x 4.5) = 36/92.

    signups  2026-02-01  daily  1*36
    visits   2026-02-01  daily  1*14 | 3*14 | 4.5*8
    """
    rate = drawn("2026-03-08", {"fiscal_year_starts": "february"}, rate={"formula": "signups / visits"})["rate"]
    assert rate["monthly"]["2026-02"] == 0.5
    assert rate["summary"]["mtd"] == pytest.approx(1 / 4.5)
    assert rate["summary"]["qtd"] == pytest.approx(36 / 92)
    assert rate["summary"]["ytd"] == pytest.approx(36 / 92)


def test_a_formula_of_formulas(drawn: Any) -> None:
    """Both rates are of the whole week: 14 / 70 and 7 / 14; their product is 7 / 70.

    visits   2026-03-02  daily  2 2 2 2 2 2 58
    signups  2026-03-02  daily  2 2 2 2 2 2 2
    paid     2026-03-02  daily  0 0 0 0 0 0 7
    """
    figures = drawn(
        "2026-03-08",
        signup_rate={"formula": "signups / visits"},
        paid_rate={"formula": "paid / signups"},
        both={"formula": "signup_rate * paid_rate"},
    )
    assert figures["signup_rate"]["summary"]["last_week"] == pytest.approx(0.2)
    assert figures["paid_rate"]["summary"]["last_week"] == pytest.approx(0.5)
    assert figures["both"]["summary"]["last_week"] == pytest.approx(0.1)


def test_each_part_by_its_own_aggregate(drawn: Any) -> None:
    """Revenue of the week by the mean price: 70 / 4 = 17.5; by the last price 70 / 7 = 10.

    revenue  2026-03-02  daily  10 10 10 10 10 10 10
    price    2026-03-02  daily   1  2  3  4  5  6  7
    ending   2026-03-02  daily   1  2  3  4  5  6  7
    """
    figures = drawn(
        "2026-03-08",
        price={"aggregate": "mean"},
        ending={"aggregate": "last"},
        by_mean={"formula": "revenue / price"},
        by_last={"formula": "revenue / ending"},
    )
    assert figures["by_mean"]["summary"]["last_week"] == 17.5
    assert figures["by_last"]["summary"]["last_week"] == 10


def test_precedence_and_numbers(drawn: Any) -> None:
    """a = 7 and b = 14 in the week: 7 - 14 - 7 = -14; 7 / 14 / 7 = 1/14; -7 + 2 x 14 = 21; 100 x 7 / (14 + 6) = 35.

    a  2026-03-02  daily  1 1 1 1 1 1 1
    b  2026-03-02  daily  2 2 2 2 2 2 2
    """
    formulas = {
        "left_minus": "a - b - a",
        "left_over": "a / b / a",
        "sign": "-a + 2 * b",
        "brackets": "100 * a / (b + 6)",
    }
    figures = drawn("2026-03-08", **{name: {"formula": formula} for name, formula in formulas.items()})
    found = {name: figures[name]["summary"]["last_week"] for name in formulas}
    assert found == pytest.approx({"left_minus": -14, "left_over": 1 / 14, "sign": 21, "brackets": 35})


def test_the_change_of_a_ratio_is_of_the_ratios(drawn: Any) -> None:
    """7 / 70 after 7 / 35: from 0.2 to 0.1 is -50 %, whatever the daily ratios did.

    signups  2026-02-23  daily  1 1 1 1 1 1 1 |  1  1  1  1  1  1  1
    visits   2026-02-23  daily  5 5 5 5 5 5 5 | 10 10 10 10 10 10 10
    """
    rate = drawn("2026-03-08", rate={"formula": "signups / visits"})["rate"]
    assert rate["summary"]["wow"] == pytest.approx(-50)

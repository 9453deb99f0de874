"""What `northstar new` guesses about a column, from its name and its cells."""

from pathlib import Path

import pytest

from metrics.starter.cells import read_numbers
from metrics.starter.column import start_of
from metrics.starter.draft import draft
from metrics.starter.guess import Guess, guess
from metrics.starter.spelling import Ids, comment, snake, yaml_text
from metrics.starter.table import read_table
from metrics.tree.load import read_tree


def guessed(name: str, *cells: str, several_a_day: bool = False) -> Guess:
    (numbers,) = read_numbers([cells])
    return guess(name, numbers, several_a_day)


@pytest.mark.parametrize(
    ("name", "cells", "unit", "currency", "scale"),
    [
        ("visits", ["10", "1,204", ""], "count", None, None),
        ("visits", ["10", "-3"], "number", None, None),
        ("latency", ["10.5", "11"], "number", None, None),
        ("anything", ["12 %", "13%", "0"], "percent", None, None),
        ("conversion", ["0.12", "0.2"], "percent", None, None),
        ("Churn rate", ["0", "1", "0.5"], "percent", None, None),
        ("Market share", ["0.31"], "percent", None, None),
        ("pct_used", ["71.7", "80"], "percent", None, 0.01),
        ("Open rate (%)", ["0.2"], "percent", None, None),
        ("exchange rate", ["1.12", "1.13"], "number", None, None),
        ("rate", ["1", "1"], "count", None, None),
        ("revenue", ["$1,200", "$5"], "currency", "USD", None),
        ("revenue", ["1 200 €", "5 €"], "currency", "EUR", None),
        ("revenue", ["CHF 12.50"], "currency", "CHF", None),
        ("revenue_usd", ["12.5"], "currency", "USD", None),
        ("Cost (EUR)", ["12.5"], "currency", "EUR", None),
        ("try all", ["12.5"], "number", None, None),
        ("sterling", ["£5", "7", "8"], "count", None, None),
    ],
)
def test_units(name: str, cells: list[str], unit: str, currency: str | None, scale: float | None) -> None:
    found = guessed(name, *cells)
    assert (found.unit.value, found.currency) == (unit, currency)
    assert (found.scale.value if found.scale else None) == scale


@pytest.mark.parametrize(
    ("name", "cells", "aggregate"),
    [
        ("visits", ["1", "2"], "sum"),
        ("conversion rate", ["0.1"], "mean"),
        ("Average order value", ["10", "20"], "mean"),
        ("price", ["3"], "mean"),
        ("Defects/Million", ["300"], "mean"),
        ("response time", ["30"], "mean"),
        ("delivery days", ["3.5", "4"], "mean"),
        ("hours worked", ["8", "7"], "sum"),
        ("orders on time", ["30"], "sum"),
        ("full time", ["30"], "sum"),
        ("stock", ["5"], "last"),
        ("Account balance", ["5"], "last"),
        ("headcount", ["5"], "last"),
        ("daily_active_users", ["5"], "last"),
        ("MRR", ["5"], "last"),
        ("new_mrr", ["5"], "sum"),
        ("cumulative_new_users", ["5"], "last"),
    ],
)
def test_aggregates(name: str, cells: list[str], aggregate: str) -> None:
    assert guessed(name, *cells).aggregate.value == aggregate


def test_a_level_with_several_values_a_day_has_no_last() -> None:
    assert guessed("stock", "5", "6", several_a_day=True).aggregate.value == "mean"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        *((name, "down") for name in ("churn", "Churned customers", "refunds", "Errors 5xx", "cost", "late share")),
        *((name, "down") for name in ("Time to first reply", "tickets", "complaints", "latency ms", "defects")),
        *((name, "up") for name in ("visits", "orders on time", "uptime", "timely orders", "revenue", "customers")),
    ],
)
def test_directions(name: str, good: str) -> None:
    assert guessed(name, "1", "2").good.value == good


@pytest.mark.parametrize(
    ("days", "ends"),
    [
        (["2026-01-03", "2026-01-10", "2026-01-17"], 5),
        (["2026-01-02", "2026-01-09", "2026-01-16"], 4),
        (["2026-01-05", "2026-01-12", "2026-01-19"], 6),
        (["2026-01-04", "2026-01-11", "2026-01-18"], 6),
        (["2026-01-01", "2026-01-02", "2026-01-03"], 6),
    ],
)
def test_the_end_of_the_week_where_the_dates_tell_it(days: list[str], ends: int, tmp_path: Path) -> None:
    """Dates that are Saturdays end weeks; Mondays begin them, and Sundays may do either."""
    path = tmp_path / "table.csv"
    path.write_text("day,visits\n" + "".join(f"{day},1\n" for day in days))
    text = draft("Shop", "table", {"type": "csv", "path": "table.csv"}, start_of(read_table(path, path.name)))
    assert read_tree(text).tree.calendar.week_ends_on == ends


def test_every_guess_is_marked_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("day,refunds,visits,Open rate %,Revenue EUR\n2026-01-01,1,2,12.5,3.5\n2026-01-02,1,2,13,4.5\n")
    text = draft("Shop", "table", {"type": "csv", "path": "table.csv"}, start_of(read_table(path, path.name)))
    for line in text.splitlines():
        guess_of = line.split(":")[0].strip()
        if line.startswith("    ") and guess_of in ("unit", "aggregate", "good", "scale", "currency", "date_format"):
            assert "  # a guess: " in line and line.split("# a guess: ")[1].strip(), line
    lines = text.splitlines()
    assert lines[lines.index("    # role: north_star") - 2] == "    name: Visits"
    assert text.count("# role: north_star") == 1
    assert read_tree(text).tree.north_star is None


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("PageViews", "page_views"),
        ("FTSignUps TARGET", "ft_sign_ups_target"),
        ("Total_PMs", "total_pms"),
        ("CumulativeARR", "cumulative_arr"),
        ("Conversion %", "conversion_percent"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("  a -- b  ", "a_b"),
        ("売上", ""),
        ("x" * 99, "x" * 60),
    ],
)
def test_names_in_small_letters(name: str, made: str) -> None:
    assert snake(name) == made


def test_ids_are_given_once() -> None:
    ids = Ids("metric")
    names = ["a", "A", "a 2", "a", "", "1", "true", "", "é", "e\u0301"]
    assert [ids.new(name) for name in names] == [
        *("a", "a_2", "a_2_2", "a_3", "metric_5", "metric_1", "metric_true", "metric_8", "e", "e_2"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "plain",
            "two words",
            "no",
            "true",
            "~",
            "",
            " x ",
            "a: b",
            "#x",
            "a #b",
            "- a",
            "1",
            "1e5",
            "0x1f",
            "é\u0301",
        ),
        *(
            '"q"',
            "'q'",
            "back\\slash",
            "tab\t",
            "line\nbreak",
            "\u0085",
            "\u2028",
            "\x07",
            "\x7f",
            "\ufeff",
            "🚀",
            "{a}",
        ),
        *("*a", "&a", "!a", "%a", "@a", "`a`", "a:", ":a", "?", "? a", "a,b", "[a]", "|", ">", "=", "<<", "---", "..."),
    ],
)
def test_any_text_comes_back_from_yaml(text: str) -> None:
    tree = read_tree(
        "northstar: 1\nname: Shop\nsources: {s: {type: csv, path: a.csv, date: "
        + yaml_text(text or "x")
        + "}}\nmetrics:\n  m:\n    source: s\n    column: "
        + yaml_text(text or "x")
        + "\n"
    ).tree
    assert tree.metrics["m"].column == tree.sources["s"].date == (text or "x")


def test_comments_are_one_line_of_what_yaml_may_hold() -> None:
    shown = comment("a\nb\u2028c\x07d\u0085e" + "x" * 200)
    assert len(shown) == 110 and shown.isprintable()
    assert read_tree(f"# {shown}\nnorthstar: 1\nmetrics: {{a: {{}}}}\n").tree.metrics

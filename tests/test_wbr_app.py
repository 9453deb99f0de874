"""Small decks by hand, one feature each: what they become, what is listed, and what is wrong with them."""

import csv
import io
import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result
from wbr_decks import imported
from workspaces import WorkspaceFiles

from metrics.cli import app
from metrics.errors import NorthstarError
from metrics.tree.load import load_tree, read_tree
from metrics.tree.tree import Tree
from metrics.wbr_app.folder import Imported, import_deck
from metrics.wbr_app.query import Equal, equalities

SETUP = "setup:\n  week_ending: 25-SEP-2021\n  title: Shop\n"
METRICS = """
metrics:
  Visits: {column: Visits, aggf: sum}
  Orders: {column: Orders, aggf: sum}
  OrdersPlanned: {column: Orders__Target, aggf: sum}
  Latency: {column: Latency, aggf: mean}
  Conversion:
    metric_comparison_method: bps
    function: {divide: [metric: {name: Orders}, metric: {name: Visits}]}
"""
FIRST = date(2020, 9, 6)
DAYS = [FIRST + timedelta(days=number) for number in range(385)]  # to 25 September 2021


def row(number: int) -> str:
    country = ("US", "UK", "DE")[number % 3]
    cells = (100 + number, 10 + number % 7, 12, 0.25 * (number % 4), country, number % 2 + 1)
    return ",".join([f'"{DAYS[number]:%a, %d-%b-%Y}"', *map(str, cells)])


HEADER = "Date,Visits,Orders,Orders__Target,Latency,Country,Shop No"


VALUES = "\n".join([HEADER, *map(row, range(len(DAYS)))]) + "\n"


def deck(*blocks: str, metrics: str = METRICS, setup: str = SETUP, more: str = "") -> str:
    listed = "".join(f"  - block:\n{block}" for block in blocks)
    return f"{setup}{metrics}deck:\n{listed or ' []'}\n{more}"


def graph(*metrics: str, title: str = "A graph", keys: str = "") -> str:
    shown = "".join(f"        {metric}\n" for metric in metrics)
    return f"      ui_type: 6_12Graph\n      title: {title}\n{keys}      metrics:\n{shown}"


def table(*rows: str) -> str:
    return "      ui_type: 6_WeeksTable\n      title: A table\n      rows:\n" + "".join(
        f"        - row: {row}\n" for row in rows
    )


def section(title: str) -> str:
    return f'      ui_type: section\n      title: "{title}"\n'


def tree_of(found: Imported) -> Tree:
    text = found.files["northstar.yaml"]
    assert isinstance(text, str)
    return read_tree(text).tree


def tree_of_folder(folder: Path) -> Tree:
    return load_tree(folder).tree


def texts(found: Imported) -> str:
    return "\n".join(f"{remark.line}: {remark.text}" for remark in found.remarks)


def refused(folder: Path, yaml: str, values: str = VALUES, events: str | None = None) -> str:
    with pytest.raises(NorthstarError) as error:
        imported(folder, yaml, values, events)
    return str(error.value)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def edited(old: str, new: str) -> str:
    assert METRICS.count(old) == 1
    return deck(metrics=METRICS.replace(old, new))


# What a deck becomes


def test_setup_becomes_name_and_calendar(tmp_path: Path) -> None:
    setup = SETUP + "  fiscal_year_end_month: MAY\n  week_number: 38\n  tooltip: true\n  block_starting_number: 2\n"
    found = imported(tmp_path, deck(setup=setup), VALUES)
    tree = tree_of(found)
    assert tree.name == "Shop"
    assert (tree.calendar.week_ends_on, tree.calendar.fiscal_year_starts) == (5, 6)
    assert [remark.line for remark in found.remarks][:3] == [5, 6, 7]
    assert all(key in texts(found) for key in ("week_number", "tooltip", "block_starting_number"))


@pytest.mark.parametrize(
    ("written", "weekday"), [("25-SEP-2021", 5), ("25-Sep-2021", 5), ("2021-09-24", 4), ("5-sep-2021", 6)]
)
def test_weeks_end_on_the_weekday_of_week_ending(tmp_path: Path, written: str, weekday: int) -> None:
    yaml = deck(setup=SETUP.replace("25-SEP-2021", written))
    assert tree_of(imported(tmp_path, yaml, VALUES)).calendar.week_ends_on == weekday


def test_metrics_keep_column_aggregate_and_method(tmp_path: Path) -> None:
    tree = tree_of(imported(tmp_path, deck(), VALUES))
    assert list(tree.metrics) == ["visits", "orders", "latency", "conversion"]
    assert (tree.metrics["latency"].column, tree.metrics["latency"].aggregate) == ("Latency", "mean")
    assert (tree.metrics["visits"].unit, tree.metrics["conversion"].unit) == ("number", "percent")
    formula = tree.metrics["conversion"].formula
    assert formula is not None and formula.text == "orders / visits"


@pytest.mark.parametrize(
    ("operation", "operands", "formula"),
    [
        (
            "sum",
            ["metric: {name: Visits}", "metric: {name: Orders}", "metric: {name: Latency}"],
            "visits + orders + latency",
        ),
        ("difference", ["metric: {name: Visits}", "metric: {name: Orders}"], "visits - orders"),
        ("product", ["metric: {name: Visits}", "metric: {name: Orders}"], "visits * orders"),
        ("divide", ["column: {name: Visits}", "column: {name: Orders}"], "visits / orders"),
        ("divide", ["column: {name: Visits}", "metric: {name: Orders}"], "orders / visits"),
        ("divide", ["metric: {name: Visits}", "metric: {name: Orders}", "metric: {name: Latency}"], "visits / orders"),
    ],
)
def test_functions_become_formulas(tmp_path: Path, operation: str, operands: list[str], formula: str) -> None:
    function = f"  Made:\n    function:\n      {operation}:\n" + "".join(f"        - {one}\n" for one in operands)
    made = tree_of(imported(tmp_path, deck(metrics=METRICS + function), VALUES)).metrics["made"].formula
    assert made is not None and made.text == formula


def test_a_function_within_a_function_is_a_metric_too(tmp_path: Path) -> None:
    inner = "{name: Both, function: {sum: [metric: {name: Visits}, metric: {name: Orders}]}}"
    function = (
        f"  Share:\n    function:\n      divide:\n        - metric: {{name: Orders}}\n        - metric: {inner}\n"
    )
    metrics = tree_of(imported(tmp_path, deck(metrics=METRICS + function), VALUES)).metrics
    assert [str(metrics[name].formula and metrics[name].formula.text) for name in ("both", "share")] == [
        "visits + orders",
        "orders / both",
    ]


def test_a_target_line_becomes_the_target(tmp_path: Path) -> None:
    block = graph("Orders: {line_style: primary}", "OrdersPlanned: {line_style: target, graph_prior_year_flag: false}")
    found = imported(tmp_path, deck(block), VALUES)
    tree = tree_of(found)
    assert tree.metrics["orders"].target is not None and tree.metrics["orders"].target.column == "Orders__Target"
    assert "orders_planned" not in tree.metrics and tree.deck_metrics == ("orders",)
    assert "OrdersPlanned is now the target of Orders." in texts(found)
    assert found.translation.ids["OrdersPlanned"] is None


def test_a_target_that_is_shown_or_used_stays_a_metric_too(tmp_path: Path) -> None:
    gap = "  Gap: {function: {difference: [metric: {name: Orders}, metric: {name: OrdersPlanned}]}}\n"
    tree = tree_of(imported(tmp_path / "used", deck(metrics=METRICS + gap), VALUES))
    assert tree.metrics["gap"].components == ("orders", "orders_planned")
    assert tree.metrics["orders"].target is not None
    tree = tree_of(imported(tmp_path / "shown", deck(table("{header: Plan, metric: OrdersPlanned}")), VALUES))
    assert tree.deck_metrics == ("orders_planned",) and tree.metrics["orders"].target is not None


def test_a_target_of_another_aggregate_stays_a_metric(tmp_path: Path) -> None:
    metrics = METRICS.replace("column: Orders__Target, aggf: sum", "column: Orders__Target, aggf: mean")
    block = graph("Orders: {line_style: primary}", "OrdersPlanned: {line_style: target}")
    tree = tree_of(imported(tmp_path, deck(block, metrics=metrics), VALUES))
    assert tree.metrics["orders"].target is None
    assert tree.deck_metrics == ("orders", "orders_planned")


def test_sections_and_order(tmp_path: Path) -> None:
    blocks = [
        graph("Visits: {legend_name: Visits to the shop}"),
        section("Speed"),
        table(
            "{header: Heading}",
            "{header: Wait, metric: Latency, style: 'text-align:right;'}",
            "{header: '', metric: Visits}",
        ),
        section(""),
        graph("Conversion: {}", "Orders: {line_style: secondary}", keys="      y_scaling: '##.1%'\n"),
        section("Nothing"),
    ]
    found = imported(tmp_path, deck(*blocks), VALUES)
    tree = tree_of(found)
    assert [(part.name, part.metrics) for part in tree.deck] == [
        ("Shop", ("visits",)),
        ("Speed", ("latency", "conversion", "orders")),
    ]
    assert tree.metrics["visits"].name == "Visits to the shop"
    told = texts(found)
    for text in ("'Heading'", "style of rows", "y_scaling", "section 'Nothing'", "Visits stands in the deck once"):
        assert text in told


def test_changes_are_no_metrics(tmp_path: Path) -> None:
    block = graph("VisitsYOY: {}", "OrdersWOW: {}", keys="      x_axis_monthly_display: fiscal_year\n")
    found = imported(tmp_path, deck(block), VALUES)
    assert tree_of(found).deck_metrics == ("visits", "orders")
    assert "VisitsYOY is no metric here: northstar figures --series yoy" in texts(found)
    assert "--fiscal" in texts(found)


def test_a_metric_whose_name_ends_like_a_change_is_a_metric(tmp_path: Path) -> None:
    metrics = METRICS + "  VisitsYOY: {column: Latency, aggf: max}\n"
    tree = tree_of(imported(tmp_path, deck(graph("VisitsYOY: {}"), metrics=metrics), VALUES))
    assert tree.deck_metrics == ("visits_yoy",)


def test_what_has_no_counterpart_is_listed_in_three_places(tmp_path: Path) -> None:
    block = "      ui_type: embedded_content\n      source: https://charts.example/1\n      height: 700px\n"
    more = "data_sources:\n  Shop: {main: {query: select 1}}\nannotations: [https://events.example/e.csv, gone.csv]\n"
    found = imported(tmp_path, deck(block, "      ui_type: pie\n", more=more), VALUES)
    for text in ("https://charts.example/1", "'pie'", "data_sources", "https://events.example/e.csv", "gone.csv"):
        assert text in texts(found)
        assert text in str(found.files["IMPORT.md"])
    assert "data_sources has no counterpart" in str(found.files["northstar.yaml"])
    assert set(found.files) == {"northstar.yaml", "deck.csv", "strategy.md", "IMPORT.md"}


def test_percents_compared_in_percent_stay_numbers(tmp_path: Path) -> None:
    """With `unit: percent` the changes would be in basis points, which are not the deck's figures."""
    block = graph("Share: {}", keys="      y_scaling: '##%'\n")
    share = "  Share: {function: {divide: [metric: {name: Orders}, metric: {name: Visits}]}}\n"
    found = imported(tmp_path, deck(block, metrics=METRICS + share), VALUES)
    assert tree_of(found).metrics["share"].unit == "number"
    assert "Share is shown in percent and compared in percent" in texts(found)


def test_columns_with_the_name_of_their_query_are_found(tmp_path: Path) -> None:
    found = imported(tmp_path, edited("column: Visits,", "column: main_metrics.Visits,"), VALUES)
    assert tree_of(found).metrics["visits"].column == "Visits"
    assert "main_metrics.Visits is read from the column Visits." in texts(found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Country == 'US'", [Equal("Country", "US")]),
        ("'US' == Country", [Equal("Country", "US")]),
        ('Country=="It\'s"', [Equal("Country", "It's")]),
        ("`Shop No` == 2", [Equal("Shop No", number=2)]),
        ("(Country == 'US') and (Shop == -1.5)", [Equal("Country", "US"), Equal("Shop", number=-1.5)]),
        ("a == 'b' & c == 'd' and e == ''", [Equal("a", "b"), Equal("c", "d"), Equal("e", "")]),
        ("((Country == 'US'))", [Equal("Country", "US")]),
        ("Country != 'US'", None),
        ("Latency > 3", None),
        ("Country == 'US' or Country == 'UK'", None),
        ("Country == 'US' and Country == 'UK'", None),
        ("Country == Region", None),
        ("Country in ['US']", None),
        ("not Country == 'US'", None),
        ("Country.str.len() == 2", None),
        ("(Country == 'US'", None),
        ("Country == 'US')", None),
        ("Country == @here", None),
        ("Country ==", None),
        ("Country == '", None),
        ("", None),
    ],
)  # fmt: skip
def test_which_filters_a_where_can_say(query: str, found: list[Equal] | None) -> None:
    assert equalities(query) == (None if found is None else tuple(found))


def filtered(query: str) -> str:
    return deck(metrics=METRICS + f'  Some:\n    filter: {{base_column: Visits, query: "{query}"}}\n    aggf: sum\n')


def test_equal_values_become_where(tmp_path: Path) -> None:
    found = imported(tmp_path, filtered("Country == 'US' and `Shop No` == 2.0"), VALUES)
    assert tree_of(found).metrics["some"].where == (("Country", "US"), ("Shop No", "2"))


@pytest.mark.parametrize("query", ["Country != 'US'", "Latency > 0.5", "`Shop No` == 2 or Country == 'US'"])
def test_other_filters_are_declared_without_values(tmp_path: Path, query: str) -> None:
    """Blank is right; the values of all countries would be a wrong number."""
    found = imported(tmp_path, filtered(query), VALUES)
    some = tree_of(found).metrics["some"]
    assert (some.source, some.formula) == (None, None)
    assert "Some has the filter" in texts(found) and "no counterpart" in texts(found)


def test_a_number_that_is_written_in_two_ways_has_no_where(tmp_path: Path) -> None:
    values = VALUES.replace(",2\n", ",2.0\n", 5)
    assert tree_of(imported(tmp_path, filtered("`Shop No` == 2"), values)).metrics["some"].source is None


def test_a_filter_that_no_row_passes_is_told(tmp_path: Path) -> None:
    found = imported(tmp_path, filtered("Country == 'USA'"), VALUES)
    assert "No row of deck.csv has what the filter of Some asks for" in texts(found)


def test_aggregates_that_only_pandas_has_are_declared_without_values(tmp_path: Path) -> None:
    found = imported(tmp_path, edited("column: Latency, aggf: mean", "column: Latency, aggf: median"), VALUES)
    assert tree_of(found).metrics["latency"].source is None
    assert "aggf median" in texts(found)


def test_dates_that_can_be_read_both_ways_have_the_month_first(tmp_path: Path) -> None:
    """As in the app: 9/1/2021 to 9/12/2021 are twelve days of September."""
    values = HEADER + "\n" + "".join(f"9/{day}/2021,1,1,1,1,US,1\n" for day in range(1, 13))
    found = imported(tmp_path, deck(setup=SETUP.replace("25-SEP", "11-SEP")), values)
    assert tree_of(found).sources["deck"].date_format == "%m/%d/%Y"


def test_a_value_a_week_among_days_is_told(tmp_path: Path) -> None:
    lines = [f"{day},1,{'7' if day.weekday() == 0 else ''},1,1,US,1" for day in DAYS]
    found = imported(tmp_path, deck(), "\n".join([HEADER, *lines]) + "\n")
    assert "Orders has a value on one day in 7" in texts(found)
    assert "Visits has" not in texts(found)


def test_names_that_are_no_ids(tmp_path: Path) -> None:
    names = ["404", "Größe: 1", "größe 1", "7 days", "no", "#x", "true", "売上", "a" * 90, "- b", "{c}"]
    metrics = "metrics:\n" + "".join(f'  "{name}": {{column: Visits, aggf: sum}}\n' for name in names)
    blocks = [graph(f'"{name}": {{}}') for name in names]
    found = imported(tmp_path, deck(*blocks, metrics=metrics), VALUES)
    tree = tree_of(found)
    assert [metric.name for metric in tree.metrics.values()] == names
    assert list(tree.deck_metrics) == list(tree.metrics)
    assert list(tree.metrics)[:7] == ["metric_404", "grosse_1", "grosse_1_2", "metric_7_days", "no", "x", "metric_true"]


# Events


EVENTS = 'Date,MetricName,EventDescription\n2021-09-04,Visits,"Fair, in town"\n2021-09-08,Vists,New page\n'


def test_events_are_kept_under_the_metrics_ids(tmp_path: Path) -> None:
    found = imported(tmp_path, deck(), VALUES, EVENTS)
    rows = list(csv.reader(io.StringIO(str(found.files["events.csv"]))))
    assert rows == [
        ["Date", "MetricName", "EventDescription"],
        ["2021-09-04", "visits", "Fair, in town"],
        ["2021-09-08", "Vists", "New page"],
    ]
    assert found.events == 2
    assert "noted.csv, line 3: no metric is 'Vists'. Did you mean 'Visits'?" in texts(found)


def test_events_that_the_deck_names_are_read_beside_it(tmp_path: Path) -> None:
    tmp_path.joinpath("one.csv").write_text(EVENTS)
    tmp_path.joinpath("two.csv").write_text("EventDescription,Date,MetricName\nLate,2021-09-09,OrdersPlanned\n")
    found = imported(tmp_path, deck(more="annotations: [./one.csv, two.csv]\n"), VALUES)
    assert found.events == 3
    assert str(found.files["events.csv"]).endswith("2021-09-09,OrdersPlanned,Late\n")


def test_events_without_their_columns(tmp_path: Path) -> None:
    told = refused(tmp_path, deck(), VALUES, "Day,MetricName,EventDescription\n")
    assert told.startswith("noted.csv has no column 'Date'.") and "Date, MetricName, EventDescription" in told


# What is wrong with a deck


@pytest.mark.parametrize(
    ("yaml", "told"),
    [
        ("", "deck.yaml:1:1: error: The file is empty. Name a deck's YAML: setup:, metrics: and deck:."),
        ("- a\n", "deck.yaml:1:1: error: The file is a list. Name a deck's YAML: setup:, metrics: and deck:."),
        ("setup: [\n", "deck.yaml:2:1: error: A bracket"),
        ("setup:\n\tweek_ending: x\n", "deck.yaml:2:"),
        (deck(setup="setup:\n  title: Shop\n"), "deck.yaml:1:1: error: The deck does not say its week_ending"),
        (deck(setup="setup: 3\n"), "deck.yaml:1:1: error: 'setup' holds no keys."),
        (
            deck(setup=SETUP.replace("25-SEP-2021", "31-SEP-2021")),
            "deck.yaml:2:3: error: week_ending '31-SEP-2021' is no day. Write the last day of the week, such as"
            " week_ending: 25-SEP-2021.",
        ),
        (
            deck(setup=SETUP.replace("25-SEP-2021", "09/25/2021")),
            "deck.yaml:2:3: error: week_ending '09/25/2021' is no day.",
        ),
        (deck(setup=SETUP.replace("25-SEP-2021", "25-SPE-2021")), "week_ending '25-SPE-2021' is no day."),
        (
            deck(setup=SETUP.replace("25-SEP-2021", "25-SEP-2012")),
            "deck.yaml:2: deck.csv has no day in the week that ends on Tuesday 2012-09-25: its days are from"
            " 2020-09-06 to 2021-09-25. Correct week_ending.",
        ),
        (
            deck(setup=SETUP + "  fiscal_year_end_month: DCE\n"),
            "deck.yaml:4:3: error: fiscal_year_end_month 'DCE' is no month. Write DEC",
        ),
        (deck(metrics=""), "error: The deck declares no metrics."),
        (
            edited("column: Visits, aggf: sum", "column: Visits, aggf: smu"),
            "deck.yaml:6:28: error: aggf 'smu' of 'Visits' is unknown. Did you mean sum?",
        ),
        (
            edited("column: Visits, aggf: sum", "column: Visits, aggf: 3"),
            "aggf '3' of 'Visits' is unknown. Write one of sum, mean",
        ),
        (
            edited("{column: Visits, aggf: sum}", "{column: Visits}"),
            "deck.yaml:6:3: error: The metric 'Visits' does not say how its days become a week. Write aggf: sum",
        ),
        (
            edited("{column: Visits, aggf: sum}", "{aggf: sum}"),
            "The metric 'Visits' has no column. Write column: Revenue.",
        ),
        (edited("{column: Visits, aggf: sum}", "Visits"), "The metric 'Visits' is not described."),
        (
            edited("column: Visits, aggf", "column: Vsits, aggf"),
            "deck.yaml:6: deck.csv has no column 'Vsits'. Did you mean 'Visits'?",
        ),
        (
            edited("metric_comparison_method: bps", "metric_comparison_method: points"),
            "error: metric_comparison_method 'points' of 'Conversion' is unknown. Write bps",
        ),
        (edited("divide:", "divied:"), "'divied' is unknown. Did you mean divide?"),
        (
            edited("metric: {name: Visits}", "metric: {name: Vists}"),
            "'Conversion' is computed from 'Vists', which is no metric. Did you mean 'Visits'?",
        ),
        (edited("metric: {name: Visits}", "metric: {name: Conversion}"), "'Conversion' is computed from itself."),
        (edited("metric: {name: Visits}", "metric: {}"), "An operand of 'Conversion' has no name."),
        (edited(", metric: {name: Visits}", ""), "divide of 'Conversion' names 1 metrics, and needs 2."),
        (filtered("Land == 'US'"), "deck.csv has no column 'Land'."),
        (
            deck(metrics=METRICS + "  Some: {filter: {query: a == 1}, aggf: sum}\n"),
            "The metric 'Some' has no base_column.",
        ),
        (deck(graph("Vists: {}")), "There is no metric 'Vists'. Did you mean 'Visits'?"),
        (deck(graph("VistsYOY: {}")), "There is no metric 'VistsYOY'."),
        (deck(table("{header: a, metric: Vists}")), "There is no metric 'Vists'."),
        (deck("      title: x\n"), "The ui_type of block 1 (x) is missing. Write one of 6_12Graph"),
        (deck("      ui_type: 6_12Graph\n"), "This graph names no metrics."),
        (SETUP + METRICS + "deck: 3\n", "'deck' is no list."),
        (
            SETUP + "metrics:\n  A: {function: {sum: [metric: {name: B}]}}\n"
            "  B: {function: {sum: [metric: {name: A}]}}\n",
            "A -> B -> A is a circle of functions.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, yaml: str, told: str) -> None:
    assert told in refused(tmp_path, yaml)


def test_all_faults_come_together(tmp_path: Path) -> None:
    metrics = METRICS.replace("column: Visits, aggf: sum", "column: Visits, aggf: smu").replace("divide:", "divied:")
    assert len(refused(tmp_path, deck(graph("Vists: {}"), metrics=metrics)).splitlines()) == 3


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("", "deck.csv is empty: it needs a header and at least one row."),
        (VALUES.replace("Date,", "Day,", 1), "deck.csv has no column 'Date'."),
        (VALUES.replace("Date,", "date,", 1), "Did you mean 'date'? The app reads the days from"),
        (HEADER + "\n", "deck.csv has no readable day in its column Date."),
        (HEADER + "\nsoon,1,1,1,1,US,1\n", "deck.csv has no readable day in its column Date."),
        ("Date\0,Visits\n", "is not plain text"),
        (VALUES + '25-SEP-2021,"' + "1" * 200_000, "deck.csv, line 387: a quotation mark opens"),
    ],
)  # fmt: skip
def test_a_file_of_values_that_is_none(tmp_path: Path, values: str, told: str) -> None:
    assert told in refused(tmp_path, deck(), values)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(NorthstarError, match="name the deck's YAML"):
        import_deck(tmp_path / "deck.yaml", tmp_path / "deck.csv", None)
    with pytest.raises(NorthstarError, match="is a folder: name the deck's YAML"):
        import_deck(tmp_path, tmp_path / "deck.csv", None)


# The command


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "deck.yaml").write_text(deck(graph("Orders: {}"), graph("Conversion: {}")))
    (tmp_path / "deck.csv").write_text(VALUES)
    (tmp_path / "noted.csv").write_text(EVENTS)
    return {name: tmp_path / name for name in ("deck.yaml", "deck.csv", "noted.csv", "out")}


def test_the_command_writes_a_workspace_that_works(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NORTHSTAR_STATE", raising=False)
    out = files["out"]
    made = run("import", "wbr-app", files["deck.yaml"], files["deck.csv"], "--out", out, "--events", files["noted.csv"])
    assert made.exit_code == 0, made.stderr
    assert sorted(os.listdir(out)) == [
        *(".gitignore", "IMPORT.md", "deck.csv", "events.csv", "northstar.yaml", "strategy.md"),
    ]
    assert "no metric is 'Vists'" in made.stderr
    assert "4 metrics, 2 of them in the deck" in made.stdout
    checked = run("check", out)
    assert (checked.exit_code, checked.stdout.split(",")[0]) == (0, "0 errors")
    figures = run("figures", out, "--week-ending", "2021-09-25", "--metric", "orders")
    assert f"  {sum(10 + number % 7 for number in range(378, 385))}  " in figures.stdout


def test_the_command_overwrites_nothing(files: dict[str, Path]) -> None:
    files["out"].mkdir()
    (files["out"] / "deck.csv").write_text("mine")
    made = run("import", "wbr-app", files["deck.yaml"], files["deck.csv"], "--out", files["out"])
    assert made.exit_code == 1 and "deck.csv" in made.stderr
    assert os.listdir(files["out"]) == ["deck.csv"] and (files["out"] / "deck.csv").read_text() == "mine"


def test_values_that_lie_in_the_folder_stay_there(files: dict[str, Path]) -> None:
    folder = files["deck.csv"].parent
    made = run("import", "wbr-app", files["deck.yaml"], files["deck.csv"], "--out", folder)
    assert made.exit_code == 0, made.stderr
    assert files["deck.csv"].read_text() == VALUES
    assert tree_of_folder(folder).sources["deck"].path == "deck.csv"


def test_a_deck_at_fault_writes_nothing(files: dict[str, Path]) -> None:
    files["deck.yaml"].write_text(edited("aggf: mean", "aggf: maen"))
    made = run("import", "wbr-app", files["deck.yaml"], files["deck.csv"], "--out", files["out"])
    assert made.exit_code == 1 and "Did you mean mean?" in made.stderr
    assert not files["out"].exists()


def test_target_and_filter_give_the_figures_of_the_rows(tmp_path: Path) -> None:
    metrics = METRICS + "  US: {filter: {base_column: Visits, query: \"Country == 'US'\"}, aggf: max}\n"
    found = imported(tmp_path / "deck", deck(graph("Orders: {}"), metrics=metrics), VALUES)
    (tmp_path / "here").mkdir()
    files = WorkspaceFiles(tmp_path / "here", str(found.files["northstar.yaml"]), {"deck.csv": VALUES})
    assert not files.refresh().failed
    figures: dict[str, Any] = files.figures("2021-09-25")["metrics"]
    assert figures["orders"]["target"]["weekly"]["2021-09-25"] == 7 * 12
    assert figures["us"]["summary"]["last_week"] == max(100 + n for n in range(378, 385) if n % 3 == 0)


def test_the_events_become_notes(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NORTHSTAR_STATE", "NORTHSTAR_LEDGER_URL"):
        monkeypatch.delenv(name, raising=False)
    files["noted.csv"].write_text(EVENTS.replace("Vists", "Conversion"))
    out = files["out"]
    made = run("import", "wbr-app", files["deck.yaml"], files["deck.csv"], "--out", out, "--events", files["noted.csv"])
    command = re.search(r"northstar (notes import-events \S+ \S+) makes notes", made.stdout)
    assert command is not None, made.stdout
    noted = run(*command[1].split(), "--by", "Ana")
    assert (noted.exit_code, noted.stdout) == (0, "2 events became notes.\n"), noted.stderr

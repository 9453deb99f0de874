"""What the tree holds where the file says nothing, and the order of a deck that nobody wrote."""

import os
from pathlib import Path

import pytest

from metrics.calendar import Calendar
from metrics.tree.load import load_tree, read_tree
from metrics.tree.order import circles, drivers_first
from metrics.tree.tree import Access, Checks, Claim, Goal, Metric, Prediction, Section, Source, Target, Team, Tree

EXAMPLES = Path(os.environ.get("NORTHSTAR_CASES", Path(__file__).parents[2] / "shared" / "cases")) / "workspaces"


def tree(text: str) -> Tree:
    return read_tree("northstar: 1\n" + text).tree


def test_a_metric_that_says_nothing() -> None:
    found = tree("metrics:\n  activation_rate:\n")
    assert found == Tree(
        name="Northstar",
        calendar=Calendar(6, 1, "UTC"),
        teams={},
        sources={},
        metrics={"activation_rate": Metric("activation_rate", "Activation rate", line=3)},
        deck=(Section("Metrics", ("activation_rate",)),),
    )
    assert found.north_star is None


def test_everything_written() -> None:
    found = tree(
        """\
name: Lumen
calendar: {week_ends_on: Saturday, fiscal_year_starts: February, timezone: Europe/London}
teams:
  core: {name: Core team, lead: ana@lumen.example, members: [ben@lumen.example]}
  other:
sources:
  product: {type: csv, path: a.csv, date: day, date_format: "%d/%m/%Y", layout: long, metric: m, value: v,
            grain: weekly, absent: zero, arrives: Tuesday 9:00}
metrics:
  reads:
    name: Reads
    role: north_star
    definition: What is read.
    team: core
    owner: eva@lumen.example
    source: product
    column: Reads (all)
    aggregate: mean
    additive: false
    where: {country: NO, code: 01}
    unit: currency
    currency: EUR
    scale: 100
    good: neither
    target: 1200
    denominator: sign_ups
    limits: xmr
    checks: {min: 0}
    inputs:
      - {metric: sign_ups, sign: negative, lag_weeks: 2, because: It is so.}
      - half
    predicts:
      - {metric: revenue, lead_weeks: 8, effect: 0.4, because: They renew.}
  sign_ups: {source: product, team: core, target: {column: planned}}
  half: {formula: sign_ups / 2, target: {column: half_planned, source: product}}
  revenue: {role: outcome, source: manual}
  errors: {role: guardrail}
goals:
  - {team: core, metric: half, quarter: 2026Q4, from: 0.31, to: 1}
  - {team: core, metric: half, quarter: 2027Q1, to: 2}
deck:
  - {section: All, minutes: 8, metrics: [half, reads]}
access:
  readers: {domain: lumen.example, people: [guest@other.example]}
  editors: [ana@lumen.example]
"""
    )
    assert found.name == "Lumen"
    assert found.calendar == Calendar(5, 2, "Europe/London")
    assert found.teams == {
        "core": Team("core", "Core team", "ana@lumen.example", ("ben@lumen.example",)),
        "other": Team("other", "Other"),
    }
    assert found.sources == {
        "product": Source(
            "product", "csv", "a.csv", "day", "%d/%m/%Y", "long", "m", "v", "weekly", "zero", "tuesday 09:00"
        ),
        "manual": Source("manual", "manual", grain="weekly"),
    }
    assert found.metrics["reads"] == Metric(
        id="reads",
        name="Reads",
        role="north_star",
        definition="What is read.",
        team="core",
        owner="eva@lumen.example",
        source="product",
        column="Reads (all)",
        where=(("country", "NO"), ("code", "01")),
        aggregate="mean",
        additive=False,
        scale=100.0,
        unit="currency",
        currency="EUR",
        good="neither",
        target=Target(level=1200.0),
        denominator="sign_ups",
        limits="xmr",
        checks=Checks(min=0.0),
        inputs=(Claim("sign_ups", "negative", 2, "It is so."), Claim("half")),
        predicts=(Prediction("revenue", 8, 0.4, "They renew."),),
        line=11,
    )
    assert found.metrics["sign_ups"].owner == "ana@lumen.example"
    assert found.metrics["sign_ups"].column == "sign_ups"
    assert found.metrics["sign_ups"].name == "Sign ups"
    assert found.metrics["sign_ups"].target == Target(column="planned", source="product")
    assert found.metrics["half"].target == Target(column="half_planned", source="product")
    assert found.metrics["half"].components == ("sign_ups",)
    assert found.metrics["half"].column is None
    assert found.metrics["errors"].good == "down"
    assert found.goals == (Goal("core", "half", "2026Q4", 0.31, 1.0), Goal("core", "half", "2027Q1", None, 2.0))
    assert found.deck == (Section("All", ("half", "reads"), 8),)
    assert found.access == Access("lumen.example", ("guest@other.example",), ("ana@lumen.example",))


def test_a_source_that_is_called_manual_may_be_declared() -> None:
    found = tree("sources: {manual: {type: csv, path: a.csv, date: day}}\nmetrics: {a: {source: manual}}\n")
    assert found.sources["manual"].type == "csv"


def test_the_default_deck() -> None:
    """
    deep -> early -> star <- late;  slow (guardrail) -> star
    share = late / star;  cost = revenue / 2, an outcome
    """
    found = tree(
        """\
metrics:
  revenue: {role: outcome}
  share: {formula: late / star}
  star: {role: north_star, inputs: [late, early, slow]}
  cost: {formula: revenue / 2}
  late: {role: input}
  slow: {role: guardrail}
  early: {inputs: [deep]}
  deep:
"""
    )
    assert found.deck == (
        Section("What drives the North Star", ("late", "deep", "early", "star", "cost", "share")),
        Section("Guardrails", ("slow",)),
        Section("Outcomes", ("revenue",)),
    )


def test_the_default_deck_without_a_north_star() -> None:
    found = tree("metrics:\n  b: {inputs: [a]}\n  a:\n  r: {role: outcome}\n")
    assert found.deck == (Section("Metrics", ("a", "b")), Section("Outcomes", ("r",)))


def test_drivers_come_first_and_else_the_order_stays() -> None:
    assert drivers_first({"d": ["a"], "c": [], "b": ["c"], "a": ["b", "c"]}) == ("c", "b", "a", "d")


def test_circles_begin_with_what_is_written_first() -> None:
    assert list(circles({"x": ["c"], "c": ["b"], "b": ["a"], "a": ["c", "a"]})) == [("c", "b", "a")]


@pytest.mark.parametrize(("name", "metrics", "sections"), [("olist", 11, 3), ("bikeshare", 6, 2)])
def test_the_examples_load(name: str, metrics: int, sections: int) -> None:
    if not (EXAMPLES / name).is_dir():
        pytest.skip("the example workspaces are not part of this repository")
    loaded = load_tree(EXAMPLES / name)
    assert (len(loaded.tree.metrics), len(loaded.tree.deck)) == (metrics, sections)
    assert all(fault.level == "warning" for fault in loaded.warnings)


def test_what_a_metric_drives() -> None:
    found = tree("metrics:\n  a:\n  b: {formula: a / c}\n  c: {inputs: [a]}\n")
    assert found.drives("a") == ("b", "c")
    assert found.drives("b") == ()
    assert found.drivers("b") == ("a", "c")


def test_long_chains_of_formulas_have_degrees() -> None:
    chain = "".join(f"  m{number}: {{formula: m{number + 1} * 1}}\n" for number in range(4_000))
    found = tree("metrics:\n" + chain + "  m4000:\n")
    assert found.depends_on_all_days("m0")
    assert [leaf.id for leaf in found.leaves("m0")] == ["m4000"]
    assert found.deck_metrics[:2] == ("m4000", "m3999")

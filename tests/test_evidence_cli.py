"""`northstar evidence`: its JSON, its table, and what it says of the demo and of real data."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evidence_series import linked
from typer.testing import CliRunner, Result
from workspaces import WorkspaceFiles

from metrics.cli import app
from metrics.ledger.author import Author
from metrics.ledger.ledger import Ledger
from metrics.ledger.note import NewNote

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data/demo"
TRUTH = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
DOCUMENTED = (ROOT / "docs/command-line.md").read_text(encoding="utf-8").split("\n## northstar evidence\n")[1]
DOCUMENTED = DOCUMENTED.split("\n## ")[0]
CLAIM_KEYS = [
    "metric", "input", "sign", "lag_weeks", "verdict", "p", "correlation", "low", "high", "effect", "effect_low",
    "effect_high", "n_weeks", "n_effective", "weeks_needed", "naive_correlation",
]  # fmt: skip


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("states")


def run(state: Path, folder: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["evidence", str(folder), *options], env={"NORTHSTAR_STATE": str(state)})


def printed(state: Path, folder: Path, *options: str) -> Any:
    done = run(state, folder, *options, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def demo(states: Path) -> dict[tuple[str, str], Any]:
    found = printed(states / "demo", DEMO, "--quarter", "2027Q4")
    assert (found["quarter"], found["week_ending"]) == ("2027Q4", "2026-11-14")
    return {(claim["input"], claim["metric"]): claim for claim in found["claims"]}


# The demo


@pytest.mark.parametrize("planted", TRUTH["claims"], ids=lambda planted: planted["input"])
def test_what_was_planted_in_the_demo_is_recovered(demo: dict[tuple[str, str], Any], planted: dict[str, Any]) -> None:
    claim = demo[planted["input"], planted["metric"]]
    assert (claim["sign"], claim["lag_weeks"]) == (planted["declared_sign"], planted["lag_weeks"])
    verdicts = {
        "true": ["supported"],
        "false": ["no_meaningful_link", "not_enough_evidence"],
        "wrong_sign": ["contradicted"],
        "lost_half_way": ["not_enough_evidence"],
    }
    assert claim["verdict"] in verdicts[planted["kind"]]
    if planted["kind"] in ("true", "wrong_sign"):
        assert claim["low"] < claim["correlation"] < claim["high"]
        assert abs(claim["correlation"] - planted["correlation"]) < 0.2
        # The noise of single days makes the effect of a week's value smaller than that of the planted surprise.
        assert 0.5 < claim["effect_percent"][0] / planted["effect"] < 1.4
    if planted["kind"] == "lost_half_way":
        assert claim["stability"]["lost"] == "faded"


def test_the_demo_leads_its_revenue(states: Path) -> None:
    (outcome,) = printed(states / "demo", DEMO, "--year", "2027")["outcomes"]
    assert (outcome["outcome"], outcome["verdict"]) == ("revenue", "leads")
    assert abs(outcome["lead_weeks"] - TRUTH["outcome"]["lag_weeks"]) <= 2
    assert outcome["gain"] > 0
    assert outcome["claim"]["effect"] == 0.4
    assert 0 < outcome["effect_percent"][1] < outcome["effect_percent"][2]


def test_an_early_year_has_not_enough_history(states: Path) -> None:
    (outcome,) = printed(states / "demo", DEMO, "--year", "2025")["outcomes"]
    assert outcome["verdict"] == "not_enough_history"
    assert (outcome["lead_weeks"], outcome["gain"], outcome["p"]) == (None, None, None)
    assert outcome["n_weeks"] == 64


def test_a_quarter_looks_no_further_than_its_end(states: Path) -> None:
    early = printed(states / "demo", DEMO, "--quarter", "2024Q4")
    assert (early["week_ending"], len(early["weeks"])) == ("2024-01-27", 12)
    assert {claim["verdict"] for claim in early["claims"]} == {"not_enough_evidence"}
    assert all(claim["p"] is None and claim["correlation"] is None for claim in early["claims"])
    needed = {claim["input"]: claim["weeks_needed"] for claim in early["claims"]}
    assert needed["insights_shared"] == 14
    assert needed["assistant_questions"] is None


def test_a_search_adds_inputs_and_leaves_the_claims(states: Path, demo: dict[tuple[str, str], Any]) -> None:
    found = printed(states / "demo", DEMO, "--quarter", "2027Q4", "--all-inputs")["claims"]
    claims = [claim for claim in found if claim["declared"]]
    assert claims == list(demo.values())
    searched = [claim for claim in found if not claim["declared"]]
    assert {claim["metric"] for claim in searched} == {"insights_read"}
    assert "insights_created" in {claim["input"] for claim in searched}
    assert {claim["verdict"] for claim in searched} <= {"supported", "not_enough_evidence"}


# Real data


def test_sellers_and_orders_are_supported_with_the_other_direction_beside_it(cases: Path, states: Path) -> None:
    found = printed(states / "olist", cases / "workspaces/olist", "--quarter", "2018Q3")["claims"]
    sellers = next(claim for claim in found if claim["input"] == "active_sellers")
    assert sellers["verdict"] == "supported"
    assert set(sellers["reverse"]) == {"lag_weeks", "correlation", "p"}
    assert "can't say which moves which" in sellers["sentence"]
    others = {claim["input"]: claim["verdict"] for claim in found if claim["metric"] == "orders"}
    assert [verdict for name, verdict in others.items() if name != "active_sellers"].count("supported") == 0
    assert others["delivery_days"] != "contradicted"


def test_orders_are_not_said_to_lead_revenue_in_84_weeks(cases: Path, states: Path) -> None:
    (outcome,) = printed(states / "olist", cases / "workspaces/olist", "--year", "2018")["outcomes"]
    assert outcome["verdict"] == "not_enough_history"


def test_temperature_moves_rides_at_most_weakly(cases: Path, states: Path) -> None:
    found = printed(states / "bikeshare", cases / "workspaces/bikeshare", "--quarter", "2013Q2")["claims"]
    temperature = next(claim for claim in found if claim["input"] == "temperature")
    assert temperature["naive_correlation"] > 0.65
    assert temperature["verdict"] == "not_enough_evidence"
    assert abs(temperature["correlation"]) < 0.4


def test_the_parts_of_a_sum_are_refused_in_real_data(cases: Path, states: Path) -> None:
    found = printed(states / "bikeshare", cases / "workspaces/bikeshare", "--quarter", "2013Q2", "--all-inputs")
    assert [refused["input"] for refused in found["refused"]] == ["registered", "casual"]


# A workspace of its own

TREE = """
northstar: 1
name: Shop
calendar: {week_ends_on: sunday}
teams:
  shop: {name: Shop, lead: ana@shop.example}
sources:
  shop: {type: csv, path: shop.csv, date: day, grain: weekly}
metrics:
  orders:
    name: Orders
    role: north_star
    team: shop
    source: shop
    unit: count
    inputs:
      - {metric: visits, sign: positive, lag_weeks: 2, because: Who looks around buys later.}
    predicts: [{metric: revenue, lead_weeks: 4, effect: 0.5}]
  visits: {name: Visits, role: input, team: shop, source: shop, unit: count}
  revenue: {name: Revenue, role: outcome, team: shop, source: shop, unit: currency, currency: EUR}
"""


@pytest.fixture
def shop(workspace: Callable[..., WorkspaceFiles]) -> WorkspaceFiles:
    """120 weeks from Sunday 2023-01-01: 80 visits more or less, and 3 x .6 orders for each two weeks later."""
    visits, orders, _ = linked(np.random.default_rng(1), 120, 0.6, 2)
    days = np.datetime64("2023-01-01") + 7 * np.arange(120)
    rows = [f"{day},{x:.2f},{y:.2f},{y * 40:.2f}" for day, x, y in zip(days, visits, orders, strict=True)]
    files = {"shop.csv": "\n".join(["day,visits,orders,revenue", *rows]) + "\n"}
    return workspace(TREE, files)


def test_json_has_the_keys_that_are_documented(shop: WorkspaceFiles) -> None:
    found = printed(shop.state, shop.folder, "--quarter", "2025Q2")
    (block,) = re.findall(r"```json\n(.*?)```", DOCUMENTED, flags=re.DOTALL)
    shown = json.loads(block)
    assert list(shown) == list(found)
    (claim,), (shown_claim,) = found["claims"], shown["claims"]
    assert list(claim) == list(shown_claim)
    assert set(CLAIM_KEYS) <= set(claim)
    assert set(claim["stability"]) == set(shown_claim["stability"])
    assert list(found["series"]["visits"]) == list(shown["series"]["visits"])
    tables = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", DOCUMENTED, flags=re.MULTILINE)
    named = {name for row in tables for name in re.findall(r"\w+", row)}
    (outcome,) = printed(shop.state, shop.folder, "--year", "2025")["outcomes"]
    assert named == set(claim) | set(outcome)


def test_the_evidence_can_be_redone_from_the_json(shop: WorkspaceFiles) -> None:
    found = printed(shop.state, shop.folder, "--quarter", "2025Q2")
    (claim,) = found["claims"]
    assert claim["verdict"] == "supported"
    x, y = (np.array(found["series"][name]["surprises"]) for name in ("visits", "orders"))
    out = [number for number, week in enumerate(found["weeks"]) if week in found["series"]["visits"]["exceptional"]]
    too = [number for number, week in enumerate(found["weeks"]) if week in found["series"]["orders"]["exceptional"]]
    kept = [number for number in range(2, len(x)) if number - 2 not in out and number not in too]
    x, y = x[[number - 2 for number in kept]], y[kept]
    assert x @ y / np.sqrt((x @ x) * (y @ y)) == pytest.approx(claim["correlation"], abs=1e-4)


def test_the_table_is_for_readers(shop: WorkspaceFiles) -> None:
    done = run(shop.state, shop.folder, "--quarter", "2025q2")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "Shop, 2025Q2: 120 weeks up to 2025-04-13"
    assert re.match(r"Visits +Orders +2 +Supported +0\.\d\d +0\.\d\d to 0\.\d\d +120 +", lines[3])
    said = r"Visits and Orders: 5 more visits go with [\d.]+ more orders, two weeks later; 95 % interval [\d.]+ to \d+"
    assert re.match(said, lines[5])


def test_the_year_is_for_readers_too(shop: WorkspaceFiles) -> None:
    done = run(shop.state, shop.folder, "--year", "2025")
    assert done.exit_code == 0
    assert "The North Star moves with it, does not lead" in done.stdout
    assert "Claimed: 1 % more means 0.5 % four weeks later." in done.stdout


def test_without_quarter_it_is_the_one_of_the_review(shop: WorkspaceFiles) -> None:
    assert printed(shop.state, shop.folder)["quarter"] == "2025Q2"


def test_evidence_is_told_as_it_was_known_then(shop: WorkspaceFiles) -> None:
    """With the values of then, and less the weeks that were marked then; no source is read for it."""
    asked = {"quarter": ["--quarter", "2025Q2"], "year": ["--year", "2025"], "all": ["--all-inputs"]}
    then = {name: printed(shop.state, shop.folder, *options) for name, options in asked.items()}
    moment = datetime.now(UTC).isoformat()
    with Ledger.open(shop.state) as ledger:
        week = date(2024, 1, 7)
        strike = NewNote(metrics=("visits",), first_week=week, last_week=week, kind="event", text="A strike")
        ledger.notes.add(strike, Author("Ana", False))
    marked = printed(shop.state, shop.folder, "--quarter", "2025Q2", "--as-of", datetime.now(UTC).isoformat())
    text = (shop.folder / "shop.csv").read_text()
    shop.write("shop.csv", "\n".join(text.splitlines()[:-3]) + "\n")
    assert {name: printed(shop.state, shop.folder, *options, "--as-of", moment) for name, options in asked.items()} == (
        then
    )
    assert marked != then["quarter"] and "2024-01-07" in marked["claims"][0]["left_out"]
    now = {name: printed(shop.state, shop.folder, *options) for name, options in asked.items()}
    assert now["quarter"]["week_ending"] < then["quarter"]["week_ending"]
    assert now["year"] != then["year"]
    done = run(shop.state, shop.folder, "--as-of", "2020-01-01")
    assert done.exit_code == 1


def test_a_week_that_lacks_days_is_missing(shop: WorkspaceFiles) -> None:
    shop.write_tree(TREE.replace("grain: weekly", "grain: daily"))
    (claim,) = printed(shop.state, shop.folder, "--quarter", "2025Q2")["claims"]
    assert (claim["n_weeks"], claim["verdict"]) == (0, "not_enough_evidence")


def test_a_tree_without_claims_says_how_to_write_one(shop: WorkspaceFiles) -> None:
    text = TREE.replace(
        "    inputs:\n      - {metric: visits, sign: positive, lag_weeks: 2, because: Who looks around buys later.}\n",
        "",
    )
    shop.write_tree(text)
    assert "write them as `inputs`" in run(shop.state, shop.folder, "--quarter", "2025Q2").stdout
    assert printed(shop.state, shop.folder, "--quarter", "2025Q2")["claims"] == []


def test_a_quarter_before_all_values(shop: WorkspaceFiles) -> None:
    found = printed(shop.state, shop.folder, "--quarter", "2020Q1")
    assert (found["week_ending"], found["weeks"]) == (None, [])
    assert [claim["verdict"] for claim in found["claims"]] == ["not_enough_evidence"]
    assert "there are no weeks up to its end" in run(shop.state, shop.folder, "--quarter", "2020Q1").stdout
    (outcome,) = printed(shop.state, shop.folder, "--year", "2020")["outcomes"]
    assert outcome["verdict"] == "not_enough_history"


@pytest.mark.parametrize(
    "options",
    [
        ["--quarter", "2026"],
        ["--quarter", "2026Q5"],
        ["--year", "26"],
        ["--year", "2026", "--quarter", "2026Q1"],
        ["--year", "2026", "--all-inputs"],
    ],
)
def test_wrong_usage_exits_with_2(shop: WorkspaceFiles, options: list[str]) -> None:
    done = run(shop.state, shop.folder, *options)
    assert (done.exit_code, done.stdout) == (2, "")

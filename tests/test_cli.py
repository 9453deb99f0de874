"""The commands on small workspaces: what they print, where, and with which exit code."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from metrics.cli import app
from metrics.cli.new import WEEKS, values_csv
from metrics.review.export import figures_json
from metrics.review.figures import Figures
from metrics.tree.load import load_tree
from metrics.warehouse.warehouse import Warehouse
from metrics.workspace import Workspace

ROOT = Path(__file__).parents[1]
FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2024, 3, 31)
TREE = """
northstar: 1
name: Bakery
teams:
  shop: {name: Shop, lead: ana@bakery.example}
sources:
  shop: {type: csv, path: shop.csv, date: day}
metrics:
  loaves: {name: Loaves, role: north_star, team: shop, source: shop, unit: count, target: 70}
  visits: {name: Visits, team: shop, source: shop, unit: count, checks: {min: 0}}
  bought: {name: Visitors who buy, team: shop, formula: loaves / visits, unit: percent}
"""


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NORTHSTAR_WORKSPACE", "NORTHSTAR_STATE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    """Thirteen weeks from Monday to Sunday: 10 loaves and 20 visits on each day."""
    folder = tmp_path / "bakery"
    folder.mkdir()
    (folder / "northstar.yaml").write_text(TREE)
    days = [FIRST_DAY + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days + 1)]
    (folder / "shop.csv").write_text("day,loaves,visits\n" + "".join(f"{day},10,20\n" for day in days))
    return folder


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def as_json(result: Result) -> Any:
    return json.loads(result.stdout)


# northstar


def test_alone_it_prints_the_help() -> None:
    alone = run()
    assert alone.exit_code == 0
    assert alone.stdout == run("--help").stdout
    for command in ("run", "new", "check", "refresh", "figures"):
        assert f"\n  {command} " in alone.stdout
        told = run(command, "--help").stdout
        assert f"Example: northstar {command}" in " ".join(told.split())


def test_version() -> None:
    assert run("--version").stdout == "northstar 0.1.0\n"


@pytest.mark.parametrize("wrong", [["frob"], ["check", "--frob"], ["new"], ["run", "--port", "0"]])
def test_wrong_usage_exits_with_2(wrong: list[str]) -> None:
    result = run(*wrong)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr


@pytest.mark.parametrize("command", ["run", "check", "refresh", "figures"])
def test_a_folder_without_a_tree(command: str, tmp_path: Path) -> None:
    result = run(command, tmp_path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"There is no northstar.yaml in {tmp_path}.")


@pytest.mark.parametrize("command", ["run", "check", "refresh", "figures"])
def test_a_file_is_no_workspace(command: str, bakery: Path) -> None:
    result = run(command, bakery / "shop.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"`northstar new FOLDER --csv {bakery / 'shop.csv'}`" in result.stderr
    (bakery / "strategy.md").write_text("Bread.")
    assert (
        "a workspace is a folder with northstar.yaml. Name the folder." in run(command, bakery / "strategy.md").stderr
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["figures", "--as-of", "x"], "'x' is no date: write it as 2026-11-15"),
        (["signals", "--as-of", "2026-13-01"], "'2026-13-01' is no date"),
        (["figures", "--as-of", "9999-12-31T23:59-05:00"], "write a date of the years 1900 to 2199."),
        (["run", "--port", "70000"], "'70000' is no port: write a number from 1 to 65535"),
        (["run", "--port", "web"], "'web' is no port"),
        (["evidence", "--year", "0"], "'0' is no year from 1900 to 2199: write it as 2026."),
        (["evidence", "--year", "x"], "'x' is no year"),
    ],
)
def test_options_that_make_no_sense(wrong: list[str], says: str, bakery: Path) -> None:
    result = run(wrong[0], bakery, *wrong[1:])
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in " ".join(result.stderr.split())


def test_the_environment_names_the_workspace(bakery: Path) -> None:
    assert run("figures", NORTHSTAR_WORKSPACE=str(bakery)).stdout.startswith("Bakery, week ending")
    assert run("figures", bakery / "northstar.yaml").stdout.startswith("Bakery, week ending")


def test_the_demo_stands_in(tmp_path: Path) -> None:
    result = run("figures", "--metric", "insights_read", NORTHSTAR_STATE=str(tmp_path))
    assert result.stdout.startswith("Lumen Analytics, week ending")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("northstar ch", ["check"]),
        ("northstar figures {folder} --metric ", ["loaves", "visits", "bought"]),
        ("northstar figures {folder} --metric v", ["visits"]),
        ("northstar figures --metric v", ["visits"]),
        ("northstar figures --series wow,m", ["wow,mom"]),
        ("northstar figures nowhere --metric v", []),
    ],
)
def test_completion(words: str, found: list[str], bakery: Path) -> None:
    words = words.format(folder=bakery)
    done = process(
        environment={
            "NORTHSTAR_WORKSPACE": str(bakery),
            "_NORTHSTAR_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        }
    )
    assert done.stdout.decode().split() == found


def test_set_completes_the_metrics_that_are_typed(tmp_path: Path) -> None:
    (tmp_path / "northstar.yaml").write_text(
        "northstar: 1\nsources: {a: {type: csv, path: a.csv, date: day}}\n"
        "metrics: {typed: {source: manual, role: north_star}, trips: {source: a}}\n",
        encoding="utf-8",
    )
    environment = {"COMP_WORDS": "northstar set t", "COMP_CWORD": "2", "_NORTHSTAR_COMPLETE": "complete_bash"}
    done = process(environment={**environment, "NORTHSTAR_WORKSPACE": str(tmp_path)})
    assert done.stdout.decode().split() == ["typed"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_below_the_output_is_a_sentence(bakery: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "metrics", "figures", str(bakery), "--json"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "The output can't be used: No space left on device."


# northstar new


def test_new_is_ready_for_use(tmp_path: Path) -> None:
    folder = tmp_path / "a b" / "shop"
    made = run("new", folder)
    assert made.exit_code == 0
    assert f"northstar run '{folder}'" in made.stdout
    names = {"northstar.yaml", "shop_daily.csv", "strategy.md", ".gitignore"}
    assert {path.name for path in folder.iterdir()} == names
    assert as_json(run("check", folder, "--json")) == []
    summaries = [metric["summary"] for metric in as_json(run("figures", folder, "--json"))["metrics"].values()]
    assert len(summaries) == 5
    assert all(summary["last_week"] is not None and summary["wow"] is not None for summary in summaries)


@pytest.mark.parametrize("there", ["northstar.yaml", "shop_daily.csv", "strategy.md"])
def test_new_overwrites_nothing(there: str, tmp_path: Path) -> None:
    (tmp_path / there).write_text("mine")
    result = run("new", tmp_path)
    assert result.exit_code == 1
    assert there in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_new_leaves_a_gitignore_alone(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.tmp\n")
    result = run("new", tmp_path)
    assert result.exit_code == 0
    assert ".northstar/" in result.stderr
    assert (tmp_path / ".gitignore").read_text() == "*.tmp\n"


def test_new_refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run("new", tmp_path / "file").exit_code == 1


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 11, 22), date(2026, 11, 23)])
def test_values_to_start_from(today: date) -> None:
    """Whole weeks from Monday to Sunday, then the days of this week so far; a part is never more than its whole."""
    rows = [line.split(",") for line in values_csv(today).splitlines()[1:]]
    days = [date.fromisoformat(row[0]) for row in rows]
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    assert days[0].weekday() == 0
    assert days[-1] == today - timedelta(days=1)
    assert len(days) // 7 == WEEKS
    for row in rows:
        visits, orders, on_time, complaints = map(int, row[1:])
        assert visits > orders >= on_time > 0 <= complaints
    assert values_csv(today) == values_csv(today)


# northstar check


def test_check_of_a_sound_workspace(bakery: Path) -> None:
    result = run("check", bakery)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "No faults found.\n", "")
    assert not (bakery / ".northstar").exists()


def test_check_gives_all_faults_of_the_tree(bakery: Path) -> None:
    edit(bakery, "northstar.yaml", "formula: loaves / visits", "formula: loaves / vists")
    edit(bakery, "northstar.yaml", "role: north_star", "role: northstar")
    result = run("check", bakery)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines].count("error") == 2
    assert all(line.startswith("northstar.yaml:") for line in lines)
    found = as_json(run("check", bakery, "--json"))
    assert {"level", "file", "line", "column", "metric", "message", "hint"} == set(found[0])
    assert {(one["line"], one["level"]) for one in found} >= {(9, "error"), (11, "error")}


@pytest.mark.parametrize("grain", ["", ", grain: daily"])
def test_check_warns_once_of_distinct_counts_summed_from_days(grain: str, bakery: Path) -> None:
    """Whoever comes on two days of a week is one visitor, and the days' sum counts two."""
    edit(bakery, "northstar.yaml", "checks: {min: 0}", "additive: false")
    edit(bakery, "northstar.yaml", "date: day", f"date: day{grain}")
    result = run("check", bakery)
    assert result.exit_code == 0
    warning = "northstar.yaml:10:65: warning: A week of 'visits' would be the sum of its days"
    assert result.stderr.count(warning) == result.stderr.count("\n") == 1
    assert ("write grain: weekly in the source 'shop'" in result.stderr) == (grain == "")


@pytest.mark.parametrize("grain", ["", ", grain: weekly"])
def test_check_is_silent_on_distinct_counts_of_weeks(grain: str, bakery: Path) -> None:
    sundays = [LAST_DAY - timedelta(weeks=back) for back in range(13)]
    (bakery / "shop.csv").write_text("day,loaves,visits\n" + "".join(f"{day},10,20\n" for day in sundays))
    edit(bakery, "northstar.yaml", "checks: {min: 0}", "additive: false")
    edit(bakery, "northstar.yaml", "date: day", f"date: day{grain}")
    assert run("check", bakery).stderr == ""


def test_check_counts_what_it_does_not_list(bakery: Path) -> None:
    days = [FIRST_DAY + timedelta(days=number) for number in range(1_200)]
    (bakery / "shop.csv").write_text(
        "day,loaves,visits\n" + "".join(f"{day},1o,20\n" for day in days) + "2030-01-01,1,1"
    )
    result = run("check", bakery)
    assert "200 more of source 'shop' are not listed." in result.stderr
    assert "1,200 errors" in result.stdout


def test_check_gives_all_faults_of_the_data(bakery: Path) -> None:
    edit(bakery, "shop.csv", "2024-01-03,10,20", "2024-01-03,ten,20")
    edit(bakery, "shop.csv", "2024-01-05,", "yesterday,")
    edit(bakery, "northstar.yaml", "  bought:", "  cakes: {name: Cakes, team: shop, source: shop}\n  bought:")
    edit(
        bakery,
        "northstar.yaml",
        "metrics:",
        "  gone: {type: csv, path: shop.cvs, date: day}\nmetrics:\n  far: {name: Far, team: shop, source: gone}",
    )
    result = run("check", bakery, "--json")
    assert result.exit_code == 1
    found = {(one["file"], one["line"], one["column"], one["metric"]): one for one in as_json(result)}
    assert found.keys() == {
        ("shop.csv", 4, "loaves", "loaves"),
        ("shop.csv", 6, "day", None),
        ("northstar.yaml", 8, 21, None),
        ("northstar.yaml", 13, 3, "cakes"),
        # The days that are absent now, because their cells could not be read.
        ("shop.csv", None, "loaves", "loaves"),
        ("shop.csv", None, "visits", "visits"),
    }
    levels = {one["metric"]: one["level"] for one in found.values() if one["line"] != 4}
    assert levels == {None: "error", "cakes": "error", "loaves": "warning", "visits": "warning"}
    assert found["shop.csv", 4, "loaves", "loaves"]["message"] == "'ten' is not a number."
    assert "shop.csv" in found["northstar.yaml", 8, 21, None]["message"]
    assert run("check", bakery).stdout == "4 errors, 2 warnings.\n"


def test_check_warns_of_values_that_look_wrong(bakery: Path) -> None:
    edit(bakery, "shop.csv", "2024-01-03,10,20", "2024-01-03,10,-20")
    edit(bakery, "northstar.yaml", "unit: count, target: 70", "unit: percent, target: 40")
    result = run("check", bakery, "--json")
    assert result.exit_code == 0
    found = as_json(result)
    assert [(one["level"], one["metric"], one["hint"]) for one in found] == [
        ("warning", "loaves", "Write scale: 0.01."),
        ("warning", "loaves", "Write 0.4."),
        ("warning", "visits", "Correct it at its source, or the bounds that checks: declares."),
    ]
    assert "2024-01-03 has \u221220" in found[2]["message"]
    assert run("check", bakery).stdout == "0 errors, 3 warnings.\n"


def test_check_leaves_what_is_shown(bakery: Path) -> None:
    run("refresh", bakery)
    before = sorted((bakery / ".northstar").iterdir())
    edit(bakery, "shop.csv", "2024-03-31,10", "2024-03-31,99")
    run("check", bakery)
    assert sorted((bakery / ".northstar").iterdir()) == before


# northstar refresh


def test_refresh_counts(bakery: Path) -> None:
    first = as_json(run("refresh", bakery, "--json"))
    assert first["published"]
    assert first["review_week"] == "2024-03-31"
    edit(bakery, "shop.csv", "2024-03-29,10", "2024-03-29,11")
    edit(bakery, "shop.csv", "2024-03-30,10", "2024-03-30,")
    edit(bakery, "shop.csv", "2024-03-31,10,20\n", "2024-03-31,10,20\n2024-04-01,10,x\n")
    second = as_json(run("refresh", bakery, "--json"))
    assert second["sources"] == [
        {
            "source": "shop",
            "outcome": "read",
            "rows": 92,
            "new": 1,
            "changed": 1,
            "removed": 1,
            "left_out": 1,
            "error": None,
            "metric_errors": [],
            "notes": [],
        }
    ]
    third = run("refresh", bakery)
    assert third.exit_code == 0
    header, row, *_, last = third.stdout.splitlines()
    assert header.split() == ["Source", "Outcome", "Rows", "New", "Changed", "Removed", "Left", "out"]
    assert row.split() == ["shop", "unchanged", "92", "1"]
    assert last == "The review shows the week that ended on Sunday 2024-03-24."
    assert "northstar check" in third.stderr


def test_a_source_that_fails_keeps_its_values_and_stops_no_other(bakery: Path) -> None:
    tree = (
        "  other: {type: csv, path: other.csv, date: day}\nmetrics:\n  cakes: {name: Cakes, team: shop, source: other}"
    )
    edit(bakery, "northstar.yaml", "metrics:", tree)
    failed = run("refresh", bakery)
    assert failed.exit_code == 1
    assert "Source 'other' could not be read. There is no file other.csv." in failed.stderr
    assert [line.split()[:2] for line in failed.stdout.splitlines()[1:3]] == [["shop", "read"], ["other", "failed"]]
    (bakery / "other.csv").write_text("day,cakes\n2024-03-31,5\n")
    assert run("refresh", bakery).exit_code == 0
    (bakery / "other.csv").unlink()
    stale = run("figures", bakery, "--week-ending", "2024-03-31", "--json")
    assert stale.exit_code == 1
    assert "Source 'other' could not be read." in stale.stderr and "UTC stay." in stale.stderr
    assert as_json(stale)["metrics"]["cakes"]["summary"]["last_week"] == 5
    assert as_json(stale)["metrics"]["loaves"]["summary"]["last_week"] == 70
    assert as_json(run("refresh", bakery, "--json"))["sources"][1]["outcome"] == "stale"


def test_a_metric_that_fails_is_told_each_time(bakery: Path) -> None:
    edit(bakery, "northstar.yaml", "  bought:", "  cakes: {name: Cakes, team: shop, source: shop}\n  bought:")
    for _ in range(2):
        result = run("refresh", bakery, "--json")
        assert result.exit_code == 1
        (error,) = as_json(result)["sources"][0]["metric_errors"]
        assert (error["metric"], error["kind"]) == ("cakes", "value")
    assert "Metric 'cakes' could not be read." in run("refresh", bakery).stderr


def test_refresh_of_a_tree_at_fault(bakery: Path) -> None:
    week = as_json(run("refresh", bakery, "--json"))["review_week"]
    edit(bakery, "northstar.yaml", "formula: loaves / visits", "formula: loaves / vists")
    result = run("refresh", bakery, "--json")
    assert result.exit_code == 1
    told = as_json(result)
    assert (told["published"], told["sources"]) == (False, [])
    assert told["review_week"] == week == LAST_DAY.isoformat()
    assert [fault["line"] for fault in told["faults"]] == [11]
    assert result.stderr.startswith("northstar.yaml:11:")


# northstar figures


def test_figures_json_is_what_the_core_returns(bakery: Path) -> None:
    result = run("figures", bakery, "--week-ending", "2024-03-31", "--series", "mom,wow", "--fiscal", "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    path = Workspace.at(bakery).store.current()
    assert path is not None
    tree = load_tree(bakery).tree
    computed = Figures(tree, Warehouse(path), date(2024, 3, 31))
    assert as_json(result) == figures_json(computed, ("wow", "mom"), fiscal=True)


def test_figures_of_some_metrics(bakery: Path) -> None:
    result = run("figures", bakery, "--metric", "visits", "--metric", "loaves", "--json")
    assert list(as_json(result)["metrics"]) == ["visits", "loaves"]


def test_figures_table(bakery: Path) -> None:
    """70 loaves a week of 70 wanted; in March 310. No day of a year before, so no change on it; 91 days are all."""
    lines = run("figures", bakery, "--week-ending", "2024-03-31", "--metric", "loaves").stdout.splitlines()
    assert lines == [
        "Bakery, week ending Sunday 2024-03-31",
        "",
        "Metric  Last week    WoW  YoY  MTD  YoY  QTD  YoY  YTD  YoY  % target",
        "Loaves         70  0.0 %       310       910       910          100 %",
    ]


def test_figures_table_marks_what_is_incomplete(bakery: Path) -> None:
    edit(bakery, "shop.csv", "2024-03-30,10", "2024-03-30,")
    result = run("figures", bakery, "--week-ending", "2024-03-31", "--series", "wow")
    assert "  60*" in result.stdout
    assert "6 of 7 days" in result.stdout
    assert "Each week on the week before" in result.stdout
    assert result.stdout.splitlines()[-1] == "* incomplete: some of its days have no value."


@pytest.mark.parametrize("day", ["2024-03-25", "2024-03-30"])
def test_a_day_on_which_no_week_ends(day: str, bakery: Path) -> None:
    result = run("figures", bakery, "--week-ending", day)
    assert result.exit_code == 2
    assert "weeks here end on Sunday. Write 2024-03-24 or 2024-03-31." in result.stderr


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--week-ending", "31/3/2024"], "'31/3/2024' is no date: write it as 2026-11-14."),
        (["--week-ending", "0001-01-07"], "write a date of the years 1900 to 2199."),
        (["--week-ending", "9999-12-26"], "write a date of the years 1900 to 2199."),
        (["--metric", "loafs"], "There is no metric 'loafs'. Did you mean 'loaves'?"),
        (["--series", "wow,you"], "There is no series 'you'. Did you mean 'yoy'?"),
    ],
)
def test_wrong_options_of_figures(wrong: list[str], says: str, bakery: Path) -> None:
    result = run("figures", bakery, *wrong)
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize("day", ["1900-01-07", "2199-12-29"])
def test_weeks_far_away_are_blank(day: str, bakery: Path) -> None:
    result = run("figures", bakery, "--week-ending", day, "--json")
    assert result.exit_code == 0
    assert as_json(result)["metrics"]["loaves"]["summary"]["last_week"] is None


def test_figures_refresh_first_unless_told_not_to(bakery: Path) -> None:
    never = run("figures", bakery, "--no-refresh")
    assert never.exit_code == 1
    assert "northstar refresh" in never.stderr
    arguments = ("figures", bakery, "--week-ending", "2024-03-31", "--json")
    assert as_json(run(*arguments))["metrics"]["loaves"]["summary"]["last_week"] == 70
    edit(bakery, "shop.csv", "2024-03-31,10", "2024-03-31,20")
    edit(bakery, "northstar.yaml", "  bought: {", "  bought: !!broken {")
    assert as_json(run(*arguments, "--no-refresh"))["metrics"]["loaves"]["summary"]["last_week"] == 70
    assert run(*arguments).exit_code == 1
    edit(bakery, "northstar.yaml", "!!broken ", "")
    assert as_json(run(*arguments))["metrics"]["loaves"]["summary"]["last_week"] == 80


def test_figures_without_any_value(bakery: Path) -> None:
    (bakery / "shop.csv").unlink()
    result = run("figures", bakery)
    assert result.exit_code == 1
    assert "There is no file shop.csv" in result.stderr
    assert "no values to review" in result.stderr


def test_figures_of_a_tree_without_sources_say_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "northstar.yaml").write_text("northstar: 1\nmetrics: {loaves: {role: north_star}}\n")
    result = run("figures", tmp_path)
    assert result.exit_code == 1
    assert "no values to review yet. No metric has a source: write one under sources:" in result.stderr
    assert "No metric has a source" in run("refresh", tmp_path).stdout
    (tmp_path / "northstar.yaml").write_text("northstar: 1\nmetrics: {loaves: {source: manual}}\n")
    assert "no values to review yet. Write `northstar set METRIC DATE VALUE`" in run("figures", tmp_path).stderr


# As a process


def process(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "metrics", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
    )


def test_a_process_writes_utf8_without_colour(bakery: Path) -> None:
    edit(bakery, "northstar.yaml", "name: Bakery", "name: Bäckerei")
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "latin-1"}
    done = process("figures", bakery, "--week-ending", "2024-03-31", environment=environment)
    assert done.returncode == 0
    assert done.stdout.decode("utf-8").startswith("Bäckerei, week ending")
    assert b"\033" not in done.stdout + done.stderr
    assert done.stderr == b""


def test_a_reader_that_stops_early(bakery: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "metrics", "figures", str(bakery), "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""


def test_names_do_not_steer_the_terminal(bakery: Path) -> None:
    edit(bakery, "northstar.yaml", "name: Bakery", 'name: "Bak\\e[31mery"')
    assert "\033" not in run("figures", bakery).stdout


def test_help_imports_no_heavy_library() -> None:
    heavy = "duckdb", "numpy", "pandas", "altair", "streamlit"
    code = f"import sys, metrics.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n"

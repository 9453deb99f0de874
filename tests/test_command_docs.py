"""docs/command-line.md: every command, option and JSON key is there, and nothing else is."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
import typer.main
from typer.testing import CliRunner

from metrics.cli import app
from metrics.ledger.export import COLUMNS
from metrics.signals.signal import KindName

TEXT = (Path(__file__).parents[1] / "docs/command-line.md").read_text(encoding="utf-8")
SECTIONS = {
    title: body for title, body in (part.split("\n", 1) for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:])
}
COMMAND = typer.main.get_command(app)


def leaves(name: str, command: Any) -> dict[str, Any]:
    """The commands that do something, by what one writes to call them."""
    parts = getattr(command, "commands", {})
    found = {} if parts else {name: command}
    for part, under in parts.items():
        found |= leaves(f"{name} {part}", under)
    return found


COMMANDS: dict[str, Any] = {"northstar": COMMAND, **leaves("northstar", COMMAND)}


def test_every_command_has_its_section() -> None:
    assert [title for title in SECTIONS if title.startswith("northstar")] == list(COMMANDS)
    listed = re.findall(r"^\| \[`(northstar [a-z -]+)`\]\(#(northstar-[a-z-]+)\)", TEXT, flags=re.MULTILINE)
    assert listed == [(name, name.replace(" ", "-")) for name in COMMANDS if name != "northstar"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_listed(name: str) -> None:
    rows = [line.split("|")[1] for line in SECTIONS[name].splitlines() if line.startswith("| `-")]
    listed = {option for row in rows for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", row)}
    help_options = {"-h", "--help"} if name == "northstar" else set()
    there = {option for parameter in COMMANDS[name].params for option in parameter.opts if option.startswith("-")}
    assert listed == there | help_options


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_written_that_does_not_exist(name: str) -> None:
    for line in re.findall(r"^\$? ?(northstar [a-z].*)$", SECTIONS[name], flags=re.MULTILINE):
        (command,) = (known for known in COMMANDS if known != "northstar" and f"{line} ".startswith(f"{known} "))
        options = {option for parameter in COMMANDS[command].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", line)) <= options


def example(name: str) -> Any:
    (block,) = re.findall(r"```json\n(.*?)```", SECTIONS[name], flags=re.DOTALL)
    return json.loads(block)


def printed(*arguments: str) -> Any:
    return json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("NORTHSTAR_STATE", raising=False)
    folder = tmp_path / "shop"
    CliRunner().invoke(app, ["new", str(folder)])
    tree = folder / "northstar.yaml"
    returns = "  returns: {name: Returns, team: shop, source: shop}\n"
    tree.write_text(tree.read_text().rstrip() + "\n" + returns)
    return str(folder)


def test_json_of_check(shop: str) -> None:
    (shown,), (item,) = example("northstar check"), printed("check", shop)
    assert list(shown) == list(item)
    assert [row for row in re.findall(r"^\| `(\w+)` \|", SECTIONS["northstar check"], flags=re.MULTILINE)] == list(item)


def test_json_of_refresh(shop: str) -> None:
    shown, found = example("northstar refresh"), printed("refresh", shop)
    assert list(shown) == list(found)
    assert list(shown["sources"][0]) == list(found["sources"][0])
    assert list(shown["sources"][0]["metric_errors"][0]) == list(found["sources"][0]["metric_errors"][0])


def test_json_of_notes_export() -> None:
    (row,) = example("northstar notes export")
    assert tuple(row) == COLUMNS
    listed = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", SECTIONS["northstar notes export"], flags=re.MULTILINE)
    assert sorted(name for names in listed for name in re.findall(r"\w+", names)) == sorted(COLUMNS)


def test_json_of_signals() -> None:
    shown = example("northstar signals")
    with TemporaryDirectory() as state, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NORTHSTAR_STATE", state)
        found = printed("signals", "--week-ending", "2026-11-14")
    assert list(shown) == list(found)
    assert list(shown["signals"][0]) == list(found["signals"][0])
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", SECTIONS["northstar signals"], flags=re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"\w+", row)}
    assert listed == {*found["signals"][0], *get_args(KindName)}


def test_json_of_figures(shop: str) -> None:
    shown = example("northstar figures")
    found = printed("figures", shop, "--series", "wow,yoy,mom", "--fiscal", "--metric", "orders_on_time")
    assert list(shown) == list(found)
    (shown_metric,), (metric,) = shown["metrics"].values(), found["metrics"].values()
    assert list(shown_metric["summary"]) == list(metric["summary"])
    assert list(shown_metric["target"]) == list(metric["target"])
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", SECTIONS["northstar figures"], flags=re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"\w+", row)} == set(metric)
    assert set(shown_metric) <= set(metric)

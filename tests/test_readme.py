"""The README's tour, followed word by word."""

import re
import shlex
from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from metrics.cli import app

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
TOUR = README.partition("## Five minutes on your own data")[2].partition("\n## ")[0]


def columns() -> list[str]:
    told = re.search(r"with the columns(.*?)it may become", TOUR, re.DOTALL)
    assert told
    return re.findall("`(.+?)`", told[1])


def test_the_tour_works_on_a_file_like_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = columns()
    lines = [",".join(names)]
    lines += [
        ",".join(
            [str(date(2026, 1, 5) + timedelta(days=day)), *(str(10 * at + day % 7) for at in range(1, len(names)))]
        )
        for day in range(140)
    ]
    Path("product_daily.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    commands = {words.split()[1]: shlex.split(words)[1:] for words in re.findall("`(northstar [a-z]+ .+?)`", TOUR)}
    assert set(commands) == {"new", "run", "check", "figures"}
    runner = CliRunner()
    assert runner.invoke(app, commands["new"]).exit_code == 0
    assert runner.invoke(app, commands["check"]).exit_code == 0
    assert runner.invoke(app, commands["figures"]).exit_code == 0
    tree = re.search("```yaml\n(.+?)```", TOUR, re.DOTALL)
    assert tree
    Path("review/northstar.yaml").write_text(dedent(tree[1]), encoding="utf-8")
    checked = runner.invoke(app, commands["check"])
    assert (checked.exit_code, checked.output) == (0, "No faults found.\n"), checked.output
    shown = runner.invoke(app, commands["figures"])
    assert shown.exit_code == 0
    assert "Insights read by three or more people" in shown.output


def test_every_linked_file_is_there() -> None:
    linked = re.findall(r"\]\(([^)#]+)", README)
    assert len(linked) > 15
    assert [link for link in linked if not (Path(__file__).parents[1] / link).exists()] == []

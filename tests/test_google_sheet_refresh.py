"""Google Sheets through a refresh: what fails fails alone, is told, and leaves the values of before as they were."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from broken_sheets import BROKEN, ENDPOINT, GOOGLE, OWN, WHOLE, Broken, Scene, whole
from fake_sheets import FakeSheets, pem, serving
from workspaces import WorkspaceFiles

from metrics.sources import sheets_client
from metrics.sources.sheets_client import Patience


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSheets]:
    """The server, for refreshes that wait without waiting."""
    for name in ("http_proxy", "https_proxy", "all_proxy", GOOGLE, GOOGLE.lower()):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with serving() as server:
        yield server


def set_patience(monkeypatch: pytest.MonkeyPatch, scene: Scene | None = None) -> None:
    """Wait as long as a scene allows, in no time."""
    waited: list[float] = []
    patience = Patience(
        read=scene.read if scene else 20.0,
        total=scene.total if scene else 60.0,
        now=lambda: time.monotonic() + (sum(waited) if scene else 0.0),
        sleep=waited.append,
    )
    monkeypatch.setattr(sheets_client, "PATIENCE", patience)


def declared(scenes: dict[str, Scene]) -> dict[str, Any]:
    """A tree with a source and a metric for each scene, both called by the scene's id."""
    sources = {name: {"type": "google_sheet", **scene.source} for name, scene in scenes.items()}
    metrics = {
        name: {"source": name, "column": scene.column, "owner": "ana@lumen.example"} for name, scene in scenes.items()
    }
    return {"sources": sources, "metrics": metrics}


@dataclass(frozen=True)
class Published:
    """What a refresh published: the values of each metric by week, and all that is wrong with each source."""

    weeks: dict[str, dict[str, float]]
    told: dict[str, str]


def published(files: WorkspaceFiles) -> Published:
    with files.opened() as (tree, warehouse):
        weeks = {}
        for metric in tree.metrics:
            found = warehouse.weekly(metric).dropna(subset=["value"])
            weeks[metric] = {f"{row.week_ending:%Y-%m-%d}": row.value for row in found.itertuples()}
        told = {}
        for state in warehouse.sources:
            problems = [
                f"{one.file}, row {one.row}, {one.column}: {one.value} {one.what}; write {one.write}"
                for one in (warehouse.problems(state.id).itertuples() if state.problem_count else ())
            ]
            errors = [one.error or "" for one in warehouse.series.values() if one.source == state.id]
            told[state.id] = "\n".join([*problems, state.error or "", *state.notes, *errors])
    return Published(weeks, told)


def what_is_read(source: dict[str, Any]) -> list[Any]:
    """What of a source says which values are meant: not where the spreadsheet lies, nor who may read it."""
    gid = source["spreadsheet"].partition("gid=")[2]
    return [gid, *(source.get(key) for key in ("date", "layout", "worksheet", "range"))]


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.long)])
def test_broken_sheets_fail_alone_side_by_side_and_keep_their_values(
    every: int,
    fake: FakeSheets,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workspace: Callable[..., WorkspaceFiles],
) -> None:
    """All (or every third) that concern one spreadsheet in one workspace, with one between them that stays whole."""
    set_patience(monkeypatch)
    files = workspace({})
    scenes: dict[str, Scene] = {}
    broken: dict[str, Broken] = {}
    for number, one in enumerate([*BROKEN.values()][::every]):
        if not concerns_one_spreadsheet(one, tmp_path / f"probe_{number}"):
            continue
        scene = whole(fake, files.folder, key=f"1SpreadsheetKeyOfItsOwn_{number:04}", prefix=f"s{number}_")
        scenes[f"s{number}"], broken[f"s{number}"] = scene, one
    scenes["whole"] = whole(fake, files.folder, key="1SpreadsheetKeyThatStaysWhole")
    for variable, value in scenes["whole"].environment.items():
        monkeypatch.setenv(variable, value)
    assert len(broken) >= 90 // every

    files.write_tree(declared(scenes))
    first = files.refresh()
    assert [source.id for source in first.sources if source.outcome != "read" or source.problem_count] == []
    assert set(map(repr, published(files).weeks.values())) == {repr(WHOLE)}

    before = {name: dict(scene.source) for name, scene in scenes.items()}
    for name, one in broken.items():
        one.breaks(scenes[name])
    changed = {name for name, scene in scenes.items() if scene.source != declared(scenes)["sources"][name]}
    assert changed
    files.write_tree(declared(scenes))
    second = {source.id: source for source in files.refresh().sources}
    after = published(files)
    assert second["whole"].outcome == "unchanged"
    assert after.weeks["whole"] == WHOLE
    for name, one in broken.items():
        result = second[name]
        said = after.told[name]
        assert one.lacking(said, scenes[name]) == [], (name, said)
        assert not any(line in said for line in pem().splitlines()[1:-1])
        if one.left is None and what_is_read(before[name]) != what_is_read(scenes[name].source):
            # Values of another worksheet, or by another column of dates, are not those of the metric as declared now.
            assert result.outcome == "failed", (name, result)
        elif one.left is None:
            assert result.outcome == "stale", (name, result)
            assert after.weeks[name] == WHOLE, name
        elif not one.series:
            assert (result.outcome, result.problem_count) == ("read", 1), name
            assert after.weeks[name] == one.left, name


def test_a_sheet_that_could_not_be_read_is_asked_again(
    fake: FakeSheets, monkeypatch: pytest.MonkeyPatch, workspace: Callable[..., WorkspaceFiles]
) -> None:
    set_patience(monkeypatch)
    files = workspace({})
    scene = whole(fake, files.folder)
    files.write_tree(declared({"growth": scene}))
    for variable, value in scene.environment.items():
        monkeypatch.setenv(variable, value)
    outcomes = []
    for shared in (True, False, False, True, True):
        scene.book.shared = shared
        outcomes.append(files.refresh().sources[0].outcome)
        assert published(files).weeks["growth"] == WHOLE
    assert outcomes == ["read", "stale", "stale", "read", "unchanged"]
    scene.cell("B3", 500)
    assert files.refresh().sources[0].outcome == "read"
    assert published(files).weeks["growth"]["2026-01-11"] == 500


def concerns_one_spreadsheet(one: Broken, folder: Path) -> bool:
    """Whether nothing else breaks: no environment, no tokens, no clock, no patience."""
    folder.mkdir()
    fake = FakeSheets()
    scene = whole(fake, folder)
    before = (dict(scene.environment), scene.read, scene.total, fake.ahead)
    one.breaks(scene)
    after = (scene.environment, scene.read, scene.total, fake.ahead)
    return before == after and not any(fault.kind == "token" for fault in fake.faults)


def test_what_breaks_for_all_spreadsheets_keeps_the_values_too(
    fake: FakeSheets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workspace: Callable[..., WorkspaceFiles]
) -> None:
    """Credentials of the environment, tokens, clocks and what is too slow, one after the other."""
    files = workspace({})
    good = whole(fake, files.folder)
    files.write_tree(declared({"growth": good}))
    for variable, value in good.environment.items():
        monkeypatch.setenv(variable, value)
    set_patience(monkeypatch, good)
    assert not files.refresh().failed
    tried = []
    for number, (name, one) in enumerate(BROKEN.items()):
        if concerns_one_spreadsheet(one, tmp_path / f"probe_{number}"):
            continue
        tried.append(name)
        scene = whole(fake, files.folder, prefix=f"s{number}_")
        one.breaks(scene)
        for variable in (OWN, GOOGLE, ENDPOINT):
            monkeypatch.delenv(variable, raising=False)
        for variable, value in scene.environment.items():
            monkeypatch.setenv(variable, value)
        set_patience(monkeypatch, scene)
        if scene.source != good.source:
            files.write_tree(declared({"growth": scene}))
        (result,) = files.refresh().sources
        after = published(files)
        said = after.told["growth"]
        assert result.outcome == "stale" and one.lacking(said, scene) == [], (name, said)
        assert after.weeks["growth"] == WHOLE, name
        fake.faults.clear()
        fake.ahead = 0.0
        files.write_tree(declared({"growth": good}))
    assert len(tried) >= 15

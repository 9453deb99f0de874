"""What tests of the numbers start from: workspaces on disk, and the shared cases."""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from postgres import postgres_database, postgres_server, postgres_url
from workspaces import WorkspaceFiles, drawn_workspace
from xdist.scheduler import LoadFileScheduling

CASES = Path(__file__).parents[2] / "shared/cases"
BROWSER = "tests/browser/"

# Fixtures for all tests that need a PostgreSQL server.
__all__ = ["postgres_database", "postgres_server", "postgres_url"]


class OneBrowser(LoadFileScheduling):
    """Lets one worker run all tests of a file, and one all that drive a browser: two browsers hinder each other."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser:
    return OneBrowser(config, log)


@pytest.fixture(autouse=True)
def pages_without_a_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages opened without a browser prepare no other weeks in the background: that would meet the next test.

    AppTest looks through all installed packages for components of theirs at every run, a server does once: here too.
    """
    if hasattr(request.module, "AppTest"):
        from streamlit.components.v2 import manifest_scanner

        from pages.parts import review

        monkeypatch.setattr(review, "Timer", Mock())
        monkeypatch.setattr(manifest_scanner, "scan_component_manifests", Mock(return_value=_components_of_packages()))


@cache
def _components_of_packages() -> list[Any]:
    from streamlit.components.v2 import manifest_scanner

    return manifest_scanner.scan_component_manifests()


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[..., WorkspaceFiles]:
    """Makes a workspace of what stands in `northstar.yaml` and its files, each in a folder of its own."""
    numbers = count(1)

    def make(tree: Mapping[str, Any] | str, files: Mapping[str, str] | None = None) -> WorkspaceFiles:
        folder = tmp_path / f"workspace_{next(numbers)}"
        folder.mkdir()
        return WorkspaceFiles(folder, tree, files)

    return make


@pytest.fixture
def drawn_files(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., WorkspaceFiles]:
    """Makes a workspace of the values that are drawn in the test's docstring, and refreshes it."""

    def make(calendar: Mapping[str, Any] | None = None, **metrics: Mapping[str, Any]) -> WorkspaceFiles:
        files = drawn_workspace(tmp_path, request.function.__doc__, calendar or {}, metrics)
        summary = files.refresh()
        assert not summary.failed, summary
        return files

    return make


@pytest.fixture
def drawn(drawn_files: Callable[..., WorkspaceFiles]) -> Callable[..., dict[str, Any]]:
    """Gives the figures of a week, by metric, from the values that are drawn in the test's docstring."""

    def figures(
        week_ending: str, calendar: Mapping[str, Any] | None = None, **metrics: Mapping[str, Any]
    ) -> dict[str, Any]:
        files = drawn_files(calendar, **metrics)
        return files.figures(week_ending, series=("wow", "yoy", "mom"), fiscal=True)["metrics"]

    return figures


@pytest.fixture
def cases() -> Path:
    """The folder of real data and worked cases; they are not part of the repository."""
    if not CASES.is_dir():
        pytest.skip("the shared cases are not here: they lie beside the repository, in shared/cases")
    return CASES

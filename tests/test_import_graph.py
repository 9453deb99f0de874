"""The layers: imports go one way, the core knows no screen, the screen no database and no statistics."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = [
    "errors",
    "calendar",
    "tree",
    "sources",
    "ledger",
    "warehouse",
    "review",
    "signals",
    "evidence",
    "charts",
    "readout",
    "app_root",
    "workspace",
    "known",
    "by_hand",
    "refresh",
    "starter",
    "wbr_app",
    "cli",
]
NOT_IN_CORE = ("streamlit", "pages", "app", "tests")
NOT_ON_SCREEN = ("duckdb", "sqlalchemy", "scipy", "statsmodels", "numpy.linalg")
# Statements in capitals, or strings that begin as one in small letters; not "Select a team from the list".
SQL = re.compile(
    r"\bSELECT\b.+\bFROM\b|\bINSERT\s+INTO\b|\bUPDATE\b.+\bSET\b|\bDELETE\s+FROM\b|^\s*(select|with)\s.+\sfrom\s",
    re.DOTALL,
)


def imports(tree: ast.AST, package: list[str]) -> Iterator[tuple[int, str]]:
    """Every imported name with its line, wherever it stands; relative ones resolved against `package`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def within(name: str, modules: tuple[str, ...]) -> bool:
    return any(f"{name}.".startswith(f"{module}.") for module in modules)


def faults(root: Path) -> list[str]:
    """What breaks the layering below `root`, one line each."""
    found = []
    screen = [root / "app.py"] if (root / "app.py").exists() else []
    for path in sorted([*(root / "metrics").rglob("*.py"), *(root / "pages").rglob("*.py"), *screen]):
        parts = path.relative_to(root).with_suffix("").parts
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for line, name in imports(tree, list(parts[:-1])):
            if parts[0] == "metrics":
                wrong = within(name, NOT_IN_CORE) or upward(parts, name.split("."))
            else:
                wrong = within(name, NOT_ON_SCREEN)
            if wrong:
                found.append(f"{path.relative_to(root)}:{line} imports {name}")
        if parts[0] == "metrics":
            if parts[1] not in (*ORDER, "__init__", "__main__"):
                found.append(f"{path.relative_to(root)} is not in the order of the layers")
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "linalg":
                found.append(f"{path.relative_to(root)}:{node.lineno} computes with numpy.linalg")
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            else:
                text = str(node.value) if isinstance(node, ast.Constant) else ""
            if SQL.search(text):
                found.append(f"{path.relative_to(root)}:{node.lineno} holds SQL")
    return found


def upward(importer: tuple[str, ...], imported: list[str]) -> bool:
    """Whether a module of `metrics` imports a later one; `metrics/__init__.py` stands before all."""
    if imported[0] != "metrics" or len(imported) < 2 or imported[1] not in ORDER or importer[1] == "__main__":
        return False
    own = ORDER.index(importer[1]) if importer[1] in ORDER else -1
    return ORDER.index(imported[1]) > own


def test_imports_go_one_way() -> None:
    assert faults(ROOT) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("metrics/calendar.py", "from metrics.tree import metric"),
        ("metrics/calendar.py", "from . import tree"),
        ("metrics/tree/metric.py", "def later():\n    from ..sources import csv"),
        ("metrics/tree/metric.py", "if TYPE_CHECKING:\n    import metrics.cli"),
        ("metrics/__init__.py", "from metrics.errors import NorthstarError"),
        ("metrics/charts/block.py", "import streamlit.components.v2"),
        ("metrics/cli.py", "from pages import components"),
        ("metrics/utils.py", ""),
        ("pages/week/week.py", "import duckdb"),
        ("pages/week/week.py", "from numpy import linalg"),
        ("app.py", "import numpy as np\nnp.linalg.svd"),
        ("app.py", 'f"""SELECT value\nFROM {table}"""'),
        ("app.py", '"select value from weekly"'),
    ],
)
def test_the_check_finds(path: str, code: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(code)
    assert faults(tmp_path)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("metrics/cli.py", "from metrics.review.figures import figures"),
        ("metrics/tree/metric.py", "from . import claim\nfrom ..errors import NorthstarError"),
        ("metrics/__main__.py", "from metrics.cli import main"),
        ("pages/week/week.py", 'import streamlit as st\nst.write("Select a team from the list")'),
    ],
)
def test_the_check_allows(path: str, code: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(code)
    assert faults(tmp_path) == []

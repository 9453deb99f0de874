"""`northstar.yaml` to the tree: the one way in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from metrics.tree.draft import Draft
from metrics.tree.faults import Fault, FaultList, TreeError
from metrics.tree.reader import read_document
from metrics.tree.resolve import resolve
from metrics.tree.rules import check_rules
from metrics.tree.shape import check_shape
from metrics.tree.text import LARGEST, decode
from metrics.tree.tree import Tree

FILE_NAME = "northstar.yaml"


@dataclass(frozen=True)
class LoadedTree:
    """A tree with the warnings about it and the text that it was read from."""

    tree: Tree
    warnings: tuple[Fault, ...]
    text: str


def load_tree(path: str | Path) -> LoadedTree:
    """Return the tree of a workspace (a folder with `northstar.yaml`, or the file itself).

    Raises TreeError with every error and warning when there is any error, also where the file cannot be read.
    """
    path = Path(path)
    file = path / FILE_NAME if path.is_dir() else path
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        hint = f"Name a folder that holds {FILE_NAME}." if isinstance(error, FileNotFoundError) else ""
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror or "no access"
        faults = FaultList(file.name)
        faults.error(1, 1, f"{file} cannot be read: {reason}.", hint)
        raise TreeError(faults.listed()) from None
    return read_tree(data, file.name)


def read_tree(text: str | bytes, file: str = FILE_NAME) -> LoadedTree:
    """Return the tree that a text declares; raises TreeError with every error and warning when there is any error."""
    faults = FaultList(file)
    decoded = decode(text, faults)
    if decoded is None:
        raise TreeError(faults.listed())
    return _resolved(decoded, file)


# A refresh reads the text that it then publishes, and whoever opens what was published reads it again.
@lru_cache(maxsize=4)
def _resolved(text: str, file: str) -> LoadedTree:
    faults = FaultList(file)
    document = read_document(text, faults)
    workspace = check_shape(document, faults) if document is not None else None
    if document is None or workspace is None:
        raise TreeError(faults.listed())
    draft = Draft(workspace, document, file)
    check_rules(draft, faults)
    if faults.has_errors:
        raise TreeError(faults.listed())
    return LoadedTree(resolve(draft), faults.listed(), text)

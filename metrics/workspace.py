"""A workspace: the folder that a team keeps in Git, and where its state lives."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from metrics.errors import NorthstarError
from metrics.tree.load import FILE_NAME
from metrics.warehouse.store import Store


class WorkspaceError(NorthstarError):
    """A folder that is no workspace."""


@dataclass(frozen=True)
class Workspace:
    """A folder with `northstar.yaml`, and the folder for what Northstar writes."""

    folder: Path
    state: Path

    @classmethod
    def at(cls, folder: Path) -> Workspace:
        """Return the workspace in a folder (or of a `northstar.yaml`); raises WorkspaceError where there is none.

        State lives in `.northstar/` in it, or in the folder that the environment names in NORTHSTAR_STATE.
        """
        folder = folder.parent if folder.name == FILE_NAME else folder
        if not (folder / FILE_NAME).is_file():
            raise WorkspaceError(
                f"There is no {FILE_NAME} in {folder}. Write `northstar new {folder}` to start a workspace there."
            )
        state = os.environ.get("NORTHSTAR_STATE")
        return cls(folder.resolve(), Path(state).resolve() if state else folder.resolve() / ".northstar")

    @property
    def tree_file(self) -> Path:
        """The path of `northstar.yaml`."""
        return self.folder / FILE_NAME

    @property
    def store(self) -> Store:
        """The warehouse files."""
        return Store(self.state)

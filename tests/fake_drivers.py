"""Drivers of databases that have no server here: they write down what they are told, and answer what a test wants.

`installed` puts one in the place of a real driver's module. SQLAlchemy's own dialect talks to it.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

Answer = tuple[Sequence[tuple[Any, ...]], Sequence[tuple[Any, ...]]] | Exception


@dataclass
class FakeServer:
    """What a driver was told: `arguments` of its connections, and every statement and call in order.

    `answers` gives for a pattern of a statement its columns (name and the driver's code of the type) and rows, or the
    error that it leads to.
    """

    answers: dict[str, Answer]
    arguments: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def answer(self, statement: str) -> Answer:
        found = (answer for pattern, answer in self.answers.items() if re.search(pattern, statement, re.IGNORECASE))
        return next(found, ((("value", 253),), ((None,),)) if statement.lower().startswith("select") else ((), ()))


class FakeCursor:
    arraysize = 1
    rowcount = -1
    lastrowid = None

    def __init__(self, server: FakeServer) -> None:
        self._server = server
        self._rows: list[tuple[Any, ...]] = []
        self.description: Sequence[tuple[Any, ...]] | None = None

    def execute(self, statement: str, parameters: Any = None) -> None:
        self._server.told.append(f"{statement} {parameters}" if parameters else statement)
        answer = self._server.answer(statement)
        if isinstance(answer, Exception):
            raise answer
        columns, rows = answer
        self.description = [(*column, None, None, None, None, None)[:7] for column in columns] or None
        self._rows = list(rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        size = size or self.arraysize
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.fetchmany(len(self._rows) or 1)

    def close(self) -> None:
        self._rows = []


class FakeConnection:
    def __init__(self, server: FakeServer) -> None:
        self._server = server
        self._result: object | None = object()

    def cursor(self, kind: type | None = None) -> FakeCursor:
        if kind is not None:
            self._server.told.append("(rows in parts)")
        return FakeCursor(self._server)

    def commit(self) -> None:
        self._server.told.append("(commit)")

    def rollback(self) -> None:
        self._server.told.append("(rollback)")

    def close(self) -> None:
        self._server.told.append("(close)" if self._result else "(close, without the rest of the rows)")

    def autocommit(self, on: bool) -> None:
        self._server.told.append(f"(autocommit {on})")

    def character_set_name(self) -> str:
        return "utf8mb4"


def installed(monkeypatch: pytest.MonkeyPatch, name: str, answers: dict[str, Answer]) -> FakeServer:
    """Put a fake driver in the place of a module; returns the server that it talks to."""
    server = FakeServer(answers)

    def connect(*_: Any, **arguments: Any) -> FakeConnection:
        server.arguments.append(arguments)
        return FakeConnection(server)

    module = ModuleType(name)
    errors = {kind: type(kind, (Exception,), {"__module__": f"{name}.err"}) for kind in ("Warning", "Error")}
    for kind in ("InterfaceError", "DatabaseError"):
        errors[kind] = type(kind, (errors["Error"],), {"__module__": f"{name}.err"})
    for kind in ("OperationalError", "ProgrammingError", "InternalError", "DataError", "IntegrityError",
                 "NotSupportedError"):  # fmt: skip
        errors[kind] = type(kind, (errors["DatabaseError"],), {"__module__": f"{name}.err"})
    vars(module).update(
        errors, connect=connect, paramstyle="format", threadsafety=1, apilevel="2.0", __version__="2.4.0",
        VERSION_STRING="1.2.0", __path__=[],
    )  # fmt: skip
    cursors = ModuleType(f"{name}.cursors")
    vars(cursors).update(SSCursor=type("SSCursor", (), {}), Cursor=type("Cursor", (), {}))
    client = ModuleType(f"{name}.constants.CLIENT")
    vars(client).update(FOUND_ROWS=2)
    constants = ModuleType(f"{name}.constants")
    vars(constants).update(CLIENT=client, __path__=[])
    vars(module).update(cursors=cursors, constants=constants)
    for part in (module, cursors, constants, client):
        monkeypatch.setitem(sys.modules, part.__name__, part)
    return server


def error_of(server_module: str, kind: str, *arguments: Any) -> Exception:
    """An error as a fake driver's module raises it."""
    made: Exception = getattr(sys.modules[server_module], kind)(*arguments)
    return made

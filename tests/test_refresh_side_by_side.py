"""Twenty sources, five of which fail: they are asked side by side, each fails alone, and progress is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from web_server import Answer, body, served, status
from workspaces import WorkspaceFiles

from metrics.refresh import Progress, Summary, refresh

COUNT = 20
BROKEN: dict[str, Answer] = {
    "s3": status(404),
    "s7": body("<!DOCTYPE html><html><body>Sign in</body></html>", "text/html"),
    "s11": body('{"rows": []}', "application/json"),
    "s15": body(""),
    "s19": body("no,table\n1,2\n"),
}
_PATIENCE = 30


class Gate:
    """Holds every answer back until `expected` requests are in flight at once, or patience is at an end."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._change = threading.Condition()
        self._in_flight = 0
        self.most = 0

    @contextmanager
    def passed(self) -> Iterator[None]:
        with self._change:
            self._in_flight += 1
            self.most = max(self.most, self._in_flight)
            self._change.notify_all()
            self._change.wait_for(lambda: self.most >= self._expected, _PATIENCE)
        try:
            yield
        finally:
            with self._change:
                self._in_flight -= 1


def refreshed_through(
    files: WorkspaceFiles, gate: Gate, broken: dict[str, Answer], progress: Progress | None = None
) -> Summary:
    """Refresh twenty sources of a server that answers none of them before all of them have asked."""

    def held(answer: Answer) -> Answer:
        def answered(request: BaseHTTPRequestHandler) -> None:
            with gate.passed():
                answer(request)

        return answered

    with served() as server:
        names = [f"s{number}" for number in range(COUNT)]
        for number, name in enumerate(names):
            rows = "".join(f"2026-03-{day:02},{number}\n" for day in range(2, 9))
            server.answers[f"/{name}.csv"] = held(broken.get(name, body(f"day,visits\n{rows}")))
        tree: dict[str, Any] = {
            "sources": {name: {"type": "csv", "path": f"{server.url}/{name}.csv", "date": "day"} for name in names},
            "metrics": {f"m{name[1:]}": {"source": name, "column": "visits"} for name in names},
        }
        files.write_tree(tree)
        return refresh(files.workspace, progress)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)


def test_twenty_sources_are_asked_at_once_and_five_fail_alone(workspace: Callable[..., WorkspaceFiles]) -> None:
    """All twenty are in flight before one is answered: so the slowest is what they take together."""
    gate = Gate(COUNT)
    told: list[tuple[str, int, int]] = []
    files = workspace({})
    summary = refreshed_through(files, gate, BROKEN, lambda *told_now: told.append(told_now))

    assert gate.most == COUNT
    outcomes = {source.id: source.outcome for source in summary.sources}
    assert outcomes == {f"s{number}": "failed" if f"s{number}" in BROKEN else "read" for number in range(COUNT)}
    assert len({source.error for source in summary.sources if source.error}) == len(BROKEN)
    figures = files.figures("2026-03-08")["metrics"]
    for number in range(COUNT):
        expected = None if f"s{number}" in BROKEN else 7 * number
        assert figures[f"m{number}"]["summary"]["last_week"] == expected

    reading = [(done, total) for sentence, done, total in told if sentence.startswith("Reading s")]
    assert reading[0] == (0, COUNT) and {total for _, total in reading} == {COUNT}
    assert [done for done, _ in reading] == sorted({done for done, _ in reading})  # each source is told once
    assert reading[-1] == (COUNT - 1, COUNT)
    assert told[0][0] == "Reading s0, s1, s2 and 17 more"
    assert [sentence for sentence, *_ in told[-2:]] == ["Reading what was fetched", "Computing weeks and months"]


def test_five_that_fail_later_keep_their_values(workspace: Callable[..., WorkspaceFiles]) -> None:
    files = workspace({})
    assert not refreshed_through(files, Gate(1), {}).failed
    before = files.figures("2026-03-08")
    summary = refreshed_through(files, Gate(COUNT), BROKEN)
    assert sum(source.outcome == "stale" for source in summary.sources) == len(BROKEN)
    assert files.figures("2026-03-08") == before

"""`northstar notes`: all that people wrote comes out, exactly in JSON and harmless in CSV; events come in."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ledgers import ANA, BEN
from typer.testing import CliRunner, Result

from metrics.cli import app
from metrics.ledger.audit import Audit
from metrics.ledger.export import COLUMNS
from metrics.ledger.follow_up import NewFollowUp
from metrics.ledger.judged_limits import JudgedLimits
from metrics.ledger.ledger import Ledger
from metrics.ledger.note import NewNote

TREE = """
northstar: 1
name: Bakery
calendar: {week_ends_on: saturday}
teams: {shop: {name: Shop, lead: ana@bakery.example}}
metrics:
  loaves: {name: Loaves sold, role: north_star, team: shop}
  visits: {name: Visits, team: shop}
  calls: {name: Contacts, team: shop}
  mails: {name: Contacts, team: shop}
"""
WEEK = date(2026, 10, 31)
NOTE = NewNote(metrics=("loaves", "visits"), first_week=WEEK, last_week=WEEK, kind="event", text="The oven broke.")
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "-", "=\n"]
HARMLESS = ["1=1", " =1", "'=1", 'a "b", c;\r\n=d', "é 🧭 \u202e", "", "x;=1"]


@pytest.fixture
def bakery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NORTHSTAR_WORKSPACE", "NORTHSTAR_STATE", "NORTHSTAR_LEDGER_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "bakery"
    folder.mkdir()
    (folder / "northstar.yaml").write_text(TREE)
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["notes", *map(str, arguments)])


def ledger_of(folder: Path) -> Ledger:
    return Ledger.open(folder / ".northstar")


def exported(folder: Path, *options: str) -> Any:
    done = run("export", folder, "--format", "json", *options)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def as_cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


# Export


def test_without_a_ledger_the_export_is_empty_and_makes_none(bakery: Path) -> None:
    assert exported(bakery) == []
    assert run("export", bakery).stdout.count("\n") == 1
    assert not (bakery / ".northstar").exists()


def test_all_that_people_wrote_is_exported(bakery: Path) -> None:
    limits = JudgedLimits(metric="loaves", week_ending=WEEK, method="xmr", lower=1.0, centre=2.0, upper=3.0)
    with ledger_of(bakery) as ledger:
        note = ledger.notes.add(NOTE, ANA)
        ledger.notes.add(replace(NOTE, kind="anomaly", verdict="unexplained", come_back=WEEK), BEN)
        ledger.replies.add(note.id, "It was the fuse.", BEN)
        task = ledger.follow_ups.add(NewFollowUp(text="Buy a fuse", owner="ben", due=WEEK, note=note.id), ANA)
        ledger.follow_ups.close(task.id, 1, "Bought", BEN)
        ledger.entries.add("calls", WEEK, -12.5, ANA, "counted")
        ledger.entries.add("calls", WEEK, None, BEN)
        ledger.audits.record(Audit("loaves", WEEK, "match", 10.0, 10.0, ANA, "by hand", "sum"))
        ledger.limits.record(limits)
        ledger.limits.lock(replace(limits, week_ending=date(2026, 11, 7)), ANA, "New oven")
    rows = exported(bakery)
    assert all(tuple(row) == COLUMNS for row in rows)
    assert [row["what"] for row in rows] == ["note", "note", "reply", "follow_up", "value", "audit", "limits"]
    first, anomaly, reply, task_row, value, audit, lock = rows
    assert (first["metrics"], first["first_week"], first["author"]) == (["loaves", "visits"], "2026-10-31", ANA.name)
    assert (anomaly["verdict"], anomaly["come_back"], anomaly["author_verified"]) == (
        "unexplained",
        "2026-10-31",
        False,
    )
    assert (reply["note"], reply["text"]) == (first["id"], "It was the fuse.")
    assert (task_row["outcome"], task_row["state"], task_row["changed_by"]) == ("Bought", "closed", "Ben")
    assert (value["day"], value["value"], value["author"]) == ("2026-10-31", None, "Ben")
    assert (audit["state"], audit["expected"]) == ("match", 10.0)
    assert (lock["state"], lock["text"], lock["upper"], lock["first_week"]) == (
        "locked",
        "New oven",
        3.0,
        "2026-11-07",
    )
    for row in rows:
        assert row["created_at"].endswith("+00:00") and row["changed_at"] >= row["created_at"]


def test_earlier_versions_and_what_was_deleted_come_when_asked_for(bakery: Path) -> None:
    with ledger_of(bakery) as ledger:
        note = ledger.notes.add(NOTE, ANA)
        ledger.notes.edit(note.id, 1, replace(NOTE, text="The oven burst."), ANA)
        gone = ledger.notes.add(replace(NOTE, text="Wrong bakery"), ANA)
        reply = ledger.replies.add(note.id, "No", BEN)
        ledger.replies.delete(reply.id, 1, BEN)
        ledger.notes.delete(gone.id, 1, ANA)
        ledger.entries.add("calls", WEEK, 1, ANA)
        ledger.entries.add("calls", WEEK, 2, ANA)
    assert [(row["what"], row["text"], row["value"]) for row in exported(bakery)] == [
        ("note", "The oven burst.", None),
        ("value", "", 2.0),
    ]
    assert [(row["what"], row["version"], row["deleted"]) for row in exported(bakery, "--versions")] == [
        ("note", 1, False),
        ("note", 2, False),
        ("note", 1, False),
        ("note", 2, True),
        ("reply", 1, False),
        ("reply", 2, True),
        ("value", None, None),
        ("value", None, None),
    ]


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS], ids=ascii)
def test_no_cell_of_the_csv_begins_like_a_formula_and_json_is_exact(bakery: Path, text: str) -> None:
    with ledger_of(bakery) as ledger:
        author = replace(BEN, name=text)
        note = ledger.notes.add(replace(NOTE, text=text or "x", metrics=(text.strip() or "loaves",)), author)
        ledger.entries.add("calls", WEEK, -1.5, author, text)
        ledger.follow_ups.add(NewFollowUp(text=text or "x", owner=text.strip() or "x", due=WEEK, note=note.id), author)
    out = bakery / "out.csv"
    assert run("export", bakery, "--out", out).exit_code == 0
    written = out.read_bytes().decode()
    assert written == run("export", bakery).stdout_bytes.decode()
    rows = as_cells(written)
    assert len(rows) == 3
    for row in rows:
        for column, cell in row.items():
            numeric = column in ("value", "id", "version", "note") and cell != ""
            assert numeric or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (column, cell)
    safe = f"'{text}" if text in FORMULAS else text
    assert rows[0]["author"] == rows[2]["text"] == safe
    assert rows[2]["value"] == "-1.5"
    assert [row["text"] for row in exported(bakery)] == [text or "x", text or "x", text]


def test_no_text_of_the_csv_stands_without_quotes(bakery: Path) -> None:
    """A spreadsheet that parts cells at semicolons must not find a formula behind one."""
    with ledger_of(bakery) as ledger:
        ledger.notes.add(replace(NOTE, text="x;=1+1"), ANA)
    line = run("export", bakery).stdout.splitlines()[1]
    assert '"x;=1+1"' in line


def test_the_ledger_of_a_server_is_exported(bakery: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NORTHSTAR_LEDGER_URL", postgres_url)
    with Ledger.open(bakery) as ledger:
        ledger.notes.add(NOTE, ANA)
    assert [row["text"] for row in exported(bakery)] == [NOTE.text]
    assert not (bakery / ".northstar").exists()


# Events


def events(folder: Path, *lines: str, header: str = "Date,MetricName,EventDescription") -> Path:
    path = folder / "events.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_events_become_notes_of_the_weeks_that_their_days_fall_in(bakery: Path) -> None:
    file = events(
        bakery,
        '2026-10-25,loaves,"New oven, bigger"',
        "2026-10-31,Visits,Street party",
        "2026-11-01,LOAVES SOLD,=1+1",
        ",,",
    )
    done = run("import-events", file, bakery, "--by", "Ana")
    assert (done.exit_code, done.stdout) == (0, "3 events became notes.\n")
    with ledger_of(bakery) as ledger:
        found = [(note.metrics, note.first_week, note.last_week, note.text) for note in ledger.notes.find()][::-1]
        assert {(note.kind, note.author.name, note.author.verified) for note in ledger.notes.find()} == {
            ("event", "Ana", False)
        }
    assert found == [
        (("loaves",), date(2026, 10, 31), date(2026, 10, 31), "New oven, bigger"),
        (("visits",), date(2026, 10, 31), date(2026, 10, 31), "Street party"),
        (("loaves",), date(2026, 11, 7), date(2026, 11, 7), "=1+1"),
    ]


def test_events_are_not_taken_twice(bakery: Path) -> None:
    file = events(bakery, "2026-10-25,loaves,New oven", "2026-10-26,loaves,New oven")
    assert run("import-events", file, bakery).stdout == (
        "1 event became a note. 1 event of the file was there already.\n"
    )
    events(bakery, "2026-10-25,loaves,New oven", "2026-10-25,visits,New oven")
    assert run("import-events", file, bakery).stdout == (
        "1 event became a note. 1 event of the file was there already.\n"
    )
    with ledger_of(bakery) as ledger:
        assert len(ledger.notes.find()) == 2


def test_what_no_note_can_be_made_of_is_listed_and_the_rest_is_taken(bakery: Path) -> None:
    file = events(
        bakery,
        "2026-10-25,loavs,x",
        "2026-10-25,Contacts,two metrics have this name",
        "soon,loaves,x",
        "2026-10-25,loaves,",
        "2026-10-25,loaves,kept",
    )
    done = run("import-events", file, bakery)
    assert done.exit_code == 1
    assert done.stdout == "1 event became a note.\n"
    assert done.stderr.splitlines() == [
        "events.csv, line 2: no metric is 'loavs'. Did you mean 'loaves'?",
        "events.csv, line 3: 2 metrics are named 'Contacts'. Write the id of one: calls, mails.",
        "events.csv, line 4: 'soon' is no date. Write it as 2026-01-31.",
        "events.csv, line 5: the event has no description.",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"Date,Metric,EventDescription\n2026-10-25,loaves,x\n", "no column 'MetricName'"),
        (b"", "events.csv"),
        (b"Date,MetricName,EventDescription\n1/2/21,loaves,x\n3/4/21,visits,y\n", "Write them as 2026-01-31"),
        (b"\xff\xfe\x00\x01", "events.csv"),
        (b'Date,MetricName,EventDescription\n2026-10-25,loaves,"' + b"x" * 200_000 + b'"\n', "events.csv, line 2"),
    ],
)
def test_a_file_that_can_not_be_read_is_told_and_nothing_is_written(bakery: Path, content: bytes, told: str) -> None:
    (bakery / "events.csv").write_bytes(content)
    done = run("import-events", bakery / "events.csv", bakery)
    assert done.exit_code == 1 and told in done.stderr, done.stderr
    assert not (bakery / ".northstar").exists()

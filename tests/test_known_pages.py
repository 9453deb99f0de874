"""The proof of `as_of`: every page and every JSON shows again what it showed when that was all that was known."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import streamlit as st
from evidence_series import autocorrelated
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block
from typer.testing import CliRunner
from workspaces import WorkspaceFiles

from metrics.cli import app
from metrics.ledger.audit import Audit
from metrics.ledger.author import Author
from metrics.ledger.claim_verdict import NewClaimVerdict
from metrics.ledger.follow_up import NewFollowUp
from metrics.ledger.judged_limits import JudgedLimits
from metrics.ledger.ledger import Ledger
from metrics.ledger.note import NewNote
from metrics.tree.definition import definition_digest
from pages.parts import visitor

ROOT = Path(__file__).parents[1]
ANA = Author("Ana", False)
FIRST_WEEK = date(2024, 3, 3)
WEEKS = 106
OLDER = FIRST_WEEK + timedelta(weeks=WEEKS - 4)
SHOP = {"type": "csv", "path": "shop.csv", "date": "week", "grain": "weekly"}
TREE: dict[str, Any] = {
    "sources": {"shop": SHOP, "web": {**SHOP, "path": "web.csv"}, "desk": {"type": "manual"}},
    "metrics": {
        "orders": {
            "name": "Orders", "source": "shop", "role": "north_star", "owner": "ana@shop.example", "unit": "count",
            "inputs": [{"metric": "mails", "lag_weeks": 1, "because": "Mails are read."}],
            "predicts": [{"metric": "revenue", "lead_weeks": 4, "effect": 0.4, "because": "Orders are paid."}],
        },
        "mails": {"name": "Mails", "source": "web", "role": "input", "unit": "count"},
        "revenue": {"name": "Revenue", "source": "shop", "role": "outcome"},
        "rate": {"name": "Orders for a mail", "formula": "orders / mails"},
        "visitors": {"name": "Visitors", "source": "desk"},
    },
}  # fmt: skip
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "week": ("weekly/week", {}),
    "metric": ("weekly/metric", {"metric": "mails"}),
    "formula": ("weekly/metric", {"metric": "rate", "chart": "limits"}),
    "by hand": ("weekly/metric", {"metric": "visitors"}),
    "months": ("weekly/metric", {"metric": "revenue", "chart": "months"}),
    "tree": ("anytime/tree", {}),
    "quarter": ("quarterly/quarter", {}),
    "year": ("quarterly/year", {}),
    "notes": ("anytime/notes", {}),
    "data": ("anytime/data", {}),
    "an older week": ("weekly/week", {"week": OLDER.isoformat()}),
}
JSON = {
    "figures": ["figures", "--series", "wow,yoy,mom", "--fiscal"],
    "signals": ["signals", "--since", "2026-01-04"],
    "evidence": ["evidence", "--all-inputs"],
    "evidence of a year": ["evidence", "--year", "2026"],
}
# A file with all notes that there ever were is no picture of what was known.
NOW_ONLY = "subheader: Take it along"
Drawn = dict[str, list[str]]


@dataclass(frozen=True)
class Frozen:
    """What pages and JSON showed while nothing later was known."""

    moment: datetime
    pages: Drawn
    printed: dict[str, Any]


class Shop:
    """A workspace whose values change between refreshes, and what it shows."""

    def __init__(self, files: WorkspaceFiles) -> None:
        self.files = files
        random = np.random.default_rng(4)
        mails = 1000 + 60 * autocorrelated(random, WEEKS + 8)
        orders = 200 + 0.12 * np.roll(mails - 1000, 1) + 3 * random.standard_normal(len(mails))
        revenue = 30 * np.roll(orders, 4) + 40 * random.standard_normal(len(mails))
        self.values = {"mails": mails.round(), "orders": orders.round(), "revenue": revenue.round(2)}

    def write(self, name: str, columns: list[str], weeks: int) -> None:
        days = [FIRST_WEEK + timedelta(weeks=number) for number in range(weeks)]
        rows = [",".join([str(day), *(f"{self.values[key][at]:g}" for key in columns)]) for at, day in enumerate(days)]
        self.files.write(name, "\n".join([",".join(["week", *columns]), *rows]) + "\n")

    def freeze(self) -> Frozen:
        """Keep what everything shows now."""
        return Frozen(datetime.now(UTC), self.drawn(), self.printed())

    def drawn(self, moment: datetime | None = None) -> Drawn:
        """What every page draws, now or as it was known at a moment."""
        as_of = {"as_of": moment.isoformat()} if moment else {}
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        found = {}
        for name, (page, choices) in PAGES.items():
            at.switch_page(f"pages/{page}.py")
            at.query_params = {**choices, **as_of}
            at.run()
            assert not at.exception, (name, at.exception)
            found[name] = list(_drawn(at.main))
            # The banner says of which moment a page is; what it shows may not say it a second time.
            banner = [text for text in found[name] if "As it was known then" in text]
            assert len(banner) == (moment is not None)
            found[name] = [text for text in found[name] if text not in (*banner, NOW_ONLY)]
        return found

    def printed(self, moment: datetime | None = None) -> dict[str, Any]:
        """What every command prints for machines, now or as it was known at a moment."""
        state = {"NORTHSTAR_STATE": str(self.files.state)}
        when = ["--as-of", moment.isoformat()] if moment else ["--no-refresh"]
        found = {}
        for name, (command, *options) in JSON.items():
            line = [command, str(self.files.folder), *options, *when, "--json"]
            done = CliRunner().invoke(app, line, env=state)
            # A source that could not be read is told on standard error, and the figures are printed all the same.
            assert done.stdout, done.stderr
            found[name] = [json.loads(done.stdout), done.exit_code, done.stderr]
        return found


def _drawn(node: Any) -> Iterator[str]:
    """Yield all that a page draws, in its order. Buttons and fields do, and show nothing."""
    if isinstance(node, Block):
        if node.type in ("expander", "tab"):
            yield f"{node.type}: {node.label}"  # type: ignore[attr-defined]
        for child in node.children.values():
            yield from _drawn(child)
        return
    match node.type:
        case "selectbox":
            yield json.dumps([node.label, node.options, node.value])
        case "dataframe":
            yield node.value.to_json(date_format="iso")
        case "bidi_component":
            proto = node.proto
            yield f"{proto.component_name}: {_standing(proto.json or proto.bytes.decode())}"
        case "vega_lite_chart":
            yield _standing(node.proto.spec) + json.dumps([_table(one.data.data) for one in node.proto.datasets])
        case "button" | "text_input" | "button_group" | "download_button" | "popover":
            return
        case _:
            yield f"{node.type}: {_standing(str(getattr(node, 'value', node.proto)))}"


def _standing(text: str) -> str:
    """Leave out the moment that links go along with, and the numbers by which charts and fields are told apart."""
    text = re.sub(r"as_of=[^\"&\\\s)]*&?", "", text)
    text = re.sub(r"[?&](?=[\"\\\s)])", "", text)
    return re.sub(r"\b(view|param|data)[_-]?[0-9a-f]+\b", r"\1", text)


def _table(arrow: bytes) -> list[str]:
    return [str(row) for row in pa.ipc.open_stream(arrow).read_all().to_pylist()]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, list[Frozen]]]:
    """A workspace after three refreshes, each with a week more, and what was shown after each."""
    with pytest.MonkeyPatch.context() as patch:
        files = WorkspaceFiles(tmp_path_factory.mktemp("known"), TREE)
        patch.setenv("NORTHSTAR_WORKSPACE", str(files.folder))
        patch.setenv("NORTHSTAR_STATE", str(files.state))
        # Who may write sees forms beside the same numbers, now and not then.
        patch.setattr(visitor, "may_edit", lambda tree: False)
        st.cache_resource.clear()
        shop = Shop(files)
        yield shop, [_first(shop), _restated(shop), _redefined(shop)]
        st.cache_resource.clear()


def _first(shop: Shop) -> Frozen:
    shop.write("shop.csv", ["orders", "revenue"], WEEKS)
    shop.write("web.csv", ["mails"], WEEKS)
    _typed(shop, 10, 11)
    shop.files.refresh()
    event = NewNote(metrics=("mails",), first_week=OLDER, last_week=OLDER, kind="event", text="A strike")
    with Ledger.open(shop.files.state) as ledger, shop.files.opened() as (tree, _):
        note = ledger.notes.add(event, ANA)
        ledger.follow_ups.add(NewFollowUp(note=note.id, owner="Ben", due=date(2026, 4, 1), text="Ask them"), ANA)
        digest = definition_digest("rate", tree)
        ledger.audits.record(Audit("rate", OLDER, "match", 0.2, 0.2, ANA, "By hand", digest))
    return shop.freeze()


def _restated(shop: Shop) -> Frozen:
    """Values of four weeks are others, one of them in the newest; a note is answered and a claim talked about."""
    shop.values["mails"][[WEEKS - 1, WEEKS - 3, 30]] = [1300, 900, 1100]
    shop.values["orders"][WEEKS - 2] = 150
    shop.write("shop.csv", ["orders", "revenue"], WEEKS + 1)
    shop.write("web.csv", ["mails"], WEEKS + 1)
    _typed(shop, 12, None)
    shop.files.refresh()
    said = NewClaimVerdict(
        input="mails", metric="orders", quarter="2026Q1", verdict="supported", decision="keep", text="Yes", evidence={}
    )
    with Ledger.open(shop.files.state) as ledger:
        (note,) = ledger.notes.find()
        ledger.replies.add(note.id, "It was over on Friday", ANA)
        ledger.claim_verdicts.record(said, ANA)
        ledger.limits.lock(_limits("rate"), ANA, "Agreed")
    return shop.freeze()


def _redefined(shop: Shop) -> Frozen:
    """Two definitions change, a value is restated, a source can't be read; the note marks another week than before."""
    metrics = {**TREE["metrics"], "rate": {"name": "Orders for ten mails", "formula": "10 * orders / mails"}}
    metrics["revenue"] = {**metrics["revenue"], "scale": 2}
    shop.files.write_tree({**TREE, "metrics": metrics})
    shop.values["orders"][WEEKS - 1] = 260
    shop.write("shop.csv", ["orders", "revenue"], WEEKS + 2)
    shop.files.write("web.csv", "no,table\n")
    _typed(shop, 13, 9)
    shop.files.refresh()
    with Ledger.open(shop.files.state) as ledger, shop.files.opened() as (tree, _):
        (note,) = ledger.notes.find()
        week = OLDER - timedelta(weeks=1)
        moved = NewNote(metrics=("mails",), first_week=week, last_week=week, kind="event", text="A strike in March")
        ledger.notes.edit(note.id, note.version, moved, ANA)
        (open_one,) = ledger.follow_ups.find(state="open")
        ledger.audits.record(Audit("rate", week, "mismatch", 2, 3, ANA, "No", definition_digest("rate", tree)))
        ledger.follow_ups.close(open_one.id, open_one.version, "They said so", ANA)
        ledger.limits.release(_limits("rate"), ANA, "Measured otherwise")
    return shop.freeze()


def _typed(shop: Shop, *values: float | None) -> None:
    with Ledger.open(shop.files.state) as ledger:
        for number, value in enumerate(values):
            ledger.entries.add("visitors", OLDER + timedelta(weeks=number), value, ANA)


def _limits(metric: str) -> JudgedLimits:
    return JudgedLimits(metric=metric, week_ending=OLDER, method="northstar", lower=0.1, centre=0.2, upper=0.3)


def assert_same(found: Drawn, frozen: Drawn, moment: datetime) -> None:
    for page, drawn in frozen.items():
        assert found[page] == drawn, f"{page} as of {moment}"


@pytest.mark.long  # the last test of this file looks at the same pages, with the warehouse gone
def test_every_page_at_each_as_of_draws_what_it_drew_then(history: tuple[Shop, list[Frozen]]) -> None:
    shop, frozen = history
    for one in frozen:
        assert_same(shop.drawn(one.moment), one.pages, one.moment)


def test_every_json_at_each_as_of_is_what_it_was_then(history: tuple[Shop, list[Frozen]]) -> None:
    shop, frozen = history
    for one in frozen:
        assert shop.printed(one.moment) == one.printed


def test_every_page_and_every_json_was_another_after_each_refresh(history: tuple[Shop, list[Frozen]]) -> None:
    """Or the tests above would prove little."""
    frozen = history[1]
    for number, one in enumerate(frozen):
        for other in frozen[:number]:
            assert [page for page in PAGES if one.pages[page] == other.pages[page]] == []
            assert [name for name in JSON if one.printed[name] == other.printed[name]] == []


def test_deleting_the_warehouse_and_the_sources_changes_nothing_of_what_was_known(
    history: tuple[Shop, list[Frozen]],
) -> None:
    shop, frozen = history
    for path in shop.files.state.glob("*.duckdb"):
        path.unlink()
    shutil.rmtree(shop.files.state / "known")
    for name in ("shop.csv", "web.csv"):
        (shop.files.folder / name).unlink()
    st.cache_resource.clear()
    for one in frozen:
        assert_same(shop.drawn(one.moment), one.pages, one.moment)
        assert shop.printed(one.moment) == one.printed

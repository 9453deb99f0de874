"""How far each number can be trusted, at a glance and worst first; the audit and its badge."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from workspaces import WorkspaceFiles

from metrics.ledger.audit import Audit, RecordedAudit
from metrics.ledger.author import Author
from metrics.ledger.ledger import Ledger
from metrics.review.audit import badge, proposed, result_of
from metrics.review.doubts import doubts
from metrics.review.figures import Figures
from metrics.review.freshness import Freshness, Rhythm
from metrics.review.trust import Trust, trust
from metrics.tree.definition import definition_changes, definition_digest
from metrics.tree.load import load_tree, read_tree
from metrics.tree.tree import Tree
from pages.parts.source_list import late_sentence

ROOT = Path(__file__).parents[1]
ANA = Author("Ana", False)
MONDAY = date(2026, 3, 2)
TREE: dict[str, Any] = {
    "teams": {"shop": {"lead": "ana@shop.example"}},
    "sources": {
        "shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"},
        "till": {"type": "csv", "path": "till.csv", "date": "day", "grain": "daily"},
        "gone": {"type": "csv", "path": "gone.csv", "date": "day", "grain": "daily"},
    },
    "metrics": {
        "visits": {"source": "shop", "team": "shop", "role": "north_star", "unit": "count"},
        "sales": {"source": "till", "team": "shop", "unit": "count"},
        "rate": {"formula": "sales / visits", "unit": "percent", "team": "shop"},
        "returns": {"source": "gone", "team": "shop"},
        "calls": {"source": "shop", "team": "shop", "unit": "count"},
    },
}


def rows(*columns: str, days: int = 28, **other: int) -> str:
    lines = [",".join(("day", *columns))]
    for at in range(days):
        values = (str(other.get(f"{name}{at}", 100 + at * 7 % 21)) for name in columns)
        lines.append(",".join((str(MONDAY + timedelta(days=at)), *values)))
    return "\n".join(lines) + "\n"


@pytest.fixture
def files(workspace: Callable[..., WorkspaceFiles]) -> WorkspaceFiles:
    """Visits are sound, one day of calls is negative, sales stopped a week ago, returns can't be read any more."""
    made = workspace(
        TREE,
        {
            "shop.csv": rows("visits", "calls", calls20=-5),
            "till.csv": rows("sales", days=21),
            "gone.csv": rows("returns"),
        },
    )
    made.refresh()
    made.write("gone.csv", "no,table\n")
    made.refresh()
    return made


@pytest.fixture
def open_page(files: WorkspaceFiles, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    def start(page: str, **query: str) -> AppTest:
        monkeypatch.setenv("NORTHSTAR_WORKSPACE", str(files.folder))
        monkeypatch.setenv("NORTHSTAR_STATE", str(files.state))
        st.cache_resource.clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page(page)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    yield start
    st.cache_resource.clear()


def test_the_data_page_puts_the_worst_first(open_page: Callable[..., AppTest]) -> None:
    at = open_page("pages/anytime/data.py", week="2026-03-29")
    table = next(frame.value for frame in at.dataframe if "What to do" in frame.value)
    assert table["Metric"].tolist() == ["Returns", "Sales", "Rate", "Visits", "Calls"]
    said = dict(zip(table["Metric"], table["What to know"], strict=True))
    to_do = dict(zip(table["Metric"], table["What to do"], strict=True))
    assert said["Returns"].startswith("Could not be read by the last refresh")
    assert said["Sales"].startswith("Late since Tue 31 Mar 2026, 00:00")
    assert said["Visits"] == "Late since Tue 7 Apr 2026, 00:00."  # these files ended in March
    assert said["Calls"] == "Late since Tue 7 Apr 2026, 00:00. And 1 more, on its page."
    assert to_do["Sales"] == "Ask ana@shop.example when it will be in."
    sources = [text.value for text in at.markdown]
    assert any("Late since Tue 31 Mar 2026, 00\\:00" in text and "Sales" in text for text in sources)


def test_what_gives_a_metric_its_first_value(workspace: Callable[..., WorkspaceFiles]) -> None:
    """Never read, typed by hand, without a source, a blank column: each says something else, the failure first."""
    tree = {
        "sources": {
            "shop": {"type": "csv", "path": "shop.csv", "date": "day"},
            "gone": {"type": "csv", "path": "gone.csv", "date": "day"},
        },
        "metrics": {
            "visits": {"source": "shop"},
            "blank": {"source": "shop"},
            "idea": {},
            "typed": {"source": "manual"},
            "returns": {"source": "gone"},
            "per_visit": {"formula": "returns / visits"},
        },
    }
    lines = [f"{line}," for line in rows("visits").splitlines()]
    files = workspace(tree, {"shop.csv": "\n".join([lines[0] + "blank", *lines[1:], ""])})
    files.refresh()
    path = files.workspace.store.current()
    assert path is not None
    now = datetime(2026, 3, 30, tzinfo=UTC)
    with files.opened() as (resolved, warehouse):
        figures = Figures(resolved, warehouse, date(2026, 3, 29))
        found = trust(resolved, warehouse, figures, {}, {}, {}, now)
    told = {one.arrival.metric.id: (one.standing, one.to_do) for one in found}
    assert list(told)[:2] == ["returns", "per_visit"]
    assert told == {
        "returns": ("stale", "Mend the source; its message says how."),
        "per_visit": ("stale", "Mend the source; its message says how."),
        "blank": ("empty", "Fill its column, or its rows."),
        "idea": ("empty", "Give it a source in northstar.yaml."),
        "typed": ("empty", "Type its values on its page, or give it another source."),
        "visits": ("sound", ""),
    }


def test_doubts_are_told_with_the_day(open_page: Callable[..., AppTest], files: WorkspaceFiles) -> None:
    done = files.command("check")
    assert "'calls': 2026-03-22 has \u22125, and a count can't be negative." in done.stderr


def recorded(metric: str, week: str, text: str, result: Any = "match", at: datetime | None = None) -> RecordedAudit:
    tree = read_tree(text).tree
    digest = definition_digest(metric, tree)
    moment = at or datetime(2026, 3, 30, tzinfo=UTC)
    return RecordedAudit(metric, date.fromisoformat(week), result, 1.0, 1.0, ANA, "", digest, id=1, at=moment)


TEXT = "northstar: 1\nmetrics:\n  a: {source: manual}\n  b: {source: manual}\n  c: {formula: a / b}\n"


def test_metrics_take_turns() -> None:
    tree = read_tree(TEXT).tree
    order = list(tree.deck_metrics)
    assert proposed(tree, {}) == order[0]
    done = {order[0]: recorded(order[0], "2026-03-29", TEXT)}
    assert proposed(tree, done) == order[1]
    all_done = {name: recorded(name, f"2026-03-{8 + 7 * at:02}", TEXT) for at, name in enumerate(order)}
    assert proposed(tree, all_done) == order[0]


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({"date": "paid"}, "dates"),
        ({"date_format": "%Y-%m-%d"}, "dates"),
        ({"layout": "long", "metric": "name", "value": "value"}, "layout"),
        ({"path": "other.csv"}, "source"),
    ],
)
def test_another_way_to_read_a_source_is_another_definition(keys: dict[str, str], part: str) -> None:
    def tree(**changed: str) -> Tree:
        shop = {"type": "csv", "path": "shop.csv", "date": "day", **changed}
        return read_tree(
            json.dumps({"northstar": 1, "sources": {"shop": shop}, "metrics": {"a": {"source": "shop"}}})
        ).tree

    before, after = tree(), tree(**keys)
    assert [change[:2] for change in definition_changes(before, after)] == [("a", part)]
    assert definition_digest("a", before) != definition_digest("a", after)


def test_a_badge_fades_and_drops_with_the_definition() -> None:
    audits = {name: recorded(name, "2026-03-29", TEXT) for name in "abc"}
    tree = read_tree(TEXT).tree
    ages = {
        weeks: badge(tree, "c", audits, datetime(2026, 3, 30, tzinfo=UTC) + timedelta(weeks=weeks))
        for weeks in (1, 20, 40)
    }
    assert [found.age for found in ages.values() if found] == ["fresh", "fading", "old"]
    changed = read_tree(TEXT.replace("a: {source: manual}", "a: {source: manual, aggregate: mean}")).tree
    now = datetime(2026, 4, 1, tzinfo=UTC)
    assert [badge(changed, name, audits, now) is None for name in "abc"] == [True, False, True]


@pytest.mark.parametrize(
    ("expected", "derived", "decimals", "result"),
    [
        (420.0, 420.0, 0, "match"),
        (420.4, 420.0, 0, "match"),
        (420.6, 420.0, 0, "mismatch"),
        (0.3123, 0.31, 2, "match"),
        (0.3123, 0.32, 2, "mismatch"),
        (None, None, 0, "match"),
        (None, 0.0, 0, "mismatch"),
        (0.0, None, 0, "mismatch"),
    ],
)
def test_results(expected: float | None, derived: float | None, decimals: int, result: str) -> None:
    assert result_of(expected, derived, decimals) == result


def test_an_audit_is_recorded_and_the_metric_carries_it(
    open_page: Callable[..., AppTest], files: WorkspaceFiles
) -> None:
    tree = load_tree(files.folder).tree
    with Ledger.open(files.state) as ledger:
        digest = definition_digest("visits", tree)
        ledger.audits.record(Audit("visits", date(2026, 3, 29), "match", 700.0, 700.0, ANA, "by SQL", digest))
    at = open_page("pages/weekly/metric.py", metric="visits")
    assert any("checked" in text.value for text in at.markdown)
    box = next(box for box in at.expander if box.label == "Check by hand (1 so far)")
    row = box.dataframe[0].value.iloc[0]
    assert (row["Result"], row["By"], row["Note"]) == ("match", "Ana (not verified)", "by SQL")


def test_recording_an_audit_on_the_page(open_page: Callable[..., AppTest], files: WorkspaceFiles) -> None:
    at = open_page("pages/weekly/metric.py", metric="visits", week="2026-03-22")
    at.session_state["visitor_name"] = "Ben"
    next(box for box in at.text_input if box.label == "What came out by hand").set_value("1")
    next(button for button in at.button if button.label == "Record").click().run()
    assert not at.exception
    with Ledger.open(files.state) as ledger:
        found = ledger.audits.of_metric("visits")
    assert [(one.result, one.derived, one.author) for one in found] == [("mismatch", 1.0, Author("Ben", False))]


def test_a_changed_header_and_doubled_rows_are_told(workspace: Callable[..., WorkspaceFiles]) -> None:
    tree = {**TREE, "sources": {"shop": TREE["sources"]["shop"]}, "metrics": {"visits": {"source": "shop"}}}
    files = workspace(tree, {"shop.csv": rows("visits")})
    assert files.refresh().sources[0].notes == ()
    files.write("shop.csv", rows("visits", "clicks", "calls"))
    (told,) = files.refresh().sources[0].notes
    assert told.startswith("Since the refresh of 20")
    assert told.endswith(": the header has clicks, calls, which it had not before.")
    text = rows("visits")
    files.write("shop.csv", text + text.partition("\n")[2])
    notes = files.refresh().sources[0].notes
    assert notes[0] == told, "for a week, whatever is read meanwhile"
    assert "clicks, calls are no longer in it." in notes[1] and "Was an export appended twice?" in notes[2]
    with files.opened() as (_, warehouse):
        assert warehouse.sources[0].notes == list(notes)


def test_days_that_were_appended_once_more_are_told(workspace: Callable[..., WorkspaceFiles]) -> None:
    tree = {**TREE, "sources": {"shop": TREE["sources"]["shop"]}, "metrics": {"visits": {"source": "shop"}}}
    files = workspace(tree, {"shop.csv": rows("visits")})
    assert files.refresh().sources[0].notes == ()
    lines = rows("visits").splitlines()
    days = [line.partition(",")[0] for line in lines[1:]]
    for again, told in (
        (lines[-2:], f"2 of {len(days)} days have more than one row ({days[-2]} to {days[-1]})"),
        ([f"{days[3]},7"], f"1 of {len(days)} days has more than one row ({days[3]})"),
    ):
        files.write("shop.csv", "\n".join([*lines, *again]) + "\n")
        (note,) = files.refresh().sources[0].notes
        assert note.startswith(told), note
        assert "sums add them up. Was an export appended that holds days which were there already" in note
    for again, usual in ((lines[1::2], "several rows are usual here"), (lines[20:], "since then there are two")):
        files.write("shop.csv", "\n".join([*lines, *(f"{line}7" for line in again)]) + "\n")
        assert files.refresh().sources[0].notes == (), usual
    sparse = {**tree, "sources": {"shop": {**TREE["sources"]["shop"], "absent": "zero"}}}
    files = workspace(sparse, {"shop.csv": "\n".join([*lines, *lines[-2:]]) + "\n"})
    assert files.refresh().sources[0].notes == (), "a row is a thing that happened"


def test_files_that_overlap_are_told(workspace: Callable[..., WorkspaceFiles]) -> None:
    source = {**TREE["sources"]["shop"], "path": "shop-*.csv"}
    tree = {**TREE, "sources": {"shop": source}, "metrics": {"visits": {"source": "shop"}}}
    days = [date(2026, 3, 1) + timedelta(days=number) for number in range(40)]

    def export(days: Sequence[date], restated: int = 0) -> str:
        return "day,visits\n" + "".join(f"{day},{100 + day.day + restated}\n" for day in days)

    files = workspace(tree, {"shop-1.csv": export(days[:25]), "shop-2.csv": export(days[10:], restated=3)})
    (note,) = files.refresh().sources[0].notes
    assert note.startswith(f"15 of 40 days have more than one row ({days[10]} to {days[24]}): sums add them up.")
    assert note.endswith("or do files overlap?")
    files.write("shop-2.csv", export(days[25:]))
    assert files.refresh().sources[0].notes == ()
    files.write("shop-2.csv", export(days))  # another shop
    assert not any("overlap" in note for note in files.refresh().sources[0].notes)


@pytest.mark.parametrize(
    ("grain", "step", "again", "told"),
    [
        ("weekly", 7, MONDAY + timedelta(days=9 * 7 + 2), "1 of 10 weeks has values on several days, the newest up to"),
        ("weekly", 7, MONDAY + timedelta(days=9 * 7), ""),  # of one day: told otherwise
        ("monthly", 31, MONDAY + timedelta(days=9 * 31 + 1), "1 of 10 months has values on several days"),
    ],
)
def test_several_values_of_a_week_or_month_are_told(
    workspace: Callable[..., WorkspaceFiles], grain: str, step: int, again: date, told: str
) -> None:
    source = {**TREE["sources"]["shop"], "grain": grain}
    metrics = {"visits": {"source": "shop"}, "calls": {"source": "shop"}}
    tree = {**TREE, "sources": {"shop": source}, "metrics": metrics}
    days = [MONDAY + timedelta(days=step * at) for at in range(10)]
    text = "day,visits,calls\n" + "".join(f"{day},10,3\n" for day in days)
    files = workspace(tree, {"shop.csv": text})
    assert files.refresh().sources[0].notes == ()
    files.write("shop.csv", f"{text}{again},12,4\n")
    notes = files.refresh().sources[0].notes
    assert [note.startswith(told) for note in notes if "several days" in note] == ([True] if told else [])


def test_a_column_without_any_value_is_told(workspace: Callable[..., WorkspaceFiles]) -> None:
    metrics = {"visits": {"source": "shop"}, "sales": {"source": "shop"}, "calls": {"source": "shop"}}
    tree = {**TREE, "sources": {"shop": TREE["sources"]["shop"]}, "metrics": metrics}
    files = workspace(tree, {"shop.csv": "day,visits,sales,calls\n2026-05-04,1,,x\n2026-05-05,2,,x\n"})
    assert files.refresh().sources[0].notes == ("No row has a value of sales.",)


DAYS = 70  # up to and with Sunday, 10 May 2026
SHOP: dict[str, Any] = {
    "teams": {"shop": {"lead": "ana@shop.example"}},
    "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
    "metrics": {
        "visits": {"source": "shop", "team": "shop", "unit": "count"},
        "sales": {"source": "shop", "team": "shop", "unit": "count"},
        "rate": {"formula": "sales / visits", "unit": "percent", "team": "shop"},
    },
}


def shop(workspace: Callable[..., WorkspaceFiles], cells: dict[tuple[str, int], str], more: str = "") -> WorkspaceFiles:
    """Two columns of about 100 a day; `cells` stand in for those of a column and a day's number."""
    lines = ["day,visits,sales"]
    for at in range(DAYS):
        usual = str(90 + at * 8 % 21)
        values = [cells.get((name, at), usual) for name in ("visits", "sales")]
        lines.append(",".join([str(MONDAY + timedelta(days=at)), *values]))
    made = workspace(SHOP, {"shop.csv": "\n".join(lines) + "\n" + more})
    made.refresh()
    return made


def known(files: WorkspaceFiles, audits: dict[str, RecordedAudit] | None = None, **late: datetime) -> dict[str, Trust]:
    now = datetime(2026, 5, 11, 9, tzinfo=UTC)
    with files.opened() as (tree, warehouse):
        figures = Figures(tree, warehouse, date(2026, 5, 10))
        fresh = {"shop": Freshness("shop", Rhythm(), now, late)} if late else {}
        doubted = doubts(tree, warehouse.path, now.date())
        return {
            one.arrival.metric.id: one for one in trust(tree, warehouse, figures, fresh, doubted, audits or {}, now)
        }


def test_absent_days_are_told_where_the_week_shown_is_complete(workspace: Callable[..., WorkspaceFiles]) -> None:
    found = known(shop(workspace, {("visits", at): "" for at in (58, 59, 30)}))
    assert found["visits"].standing == "absent" and found["sales"].standing == "sound"
    assert found["visits"].sentence == "3 days of the last 26 weeks have no value: 1, 29, 30 Apr."
    assert found["visits"].to_do == "Add the days, or write absent: zero or another grain: in the source."
    assert found["rate"].sentence == "Visits: 3 days of the last 26 weeks have no value: 1, 29, 30 Apr."


def test_absent_days_stand_beside_a_week_that_is_incomplete(workspace: Callable[..., WorkspaceFiles]) -> None:
    visits = known(shop(workspace, {("visits", at): "" for at in (30, 66)}))["visits"]
    assert visits.standing == "incomplete"
    assert visits.sentences == (
        "6 of 7 days are there; changes that need all of them stay blank.",
        "2 days of the last 26 weeks have no value: 1 Apr, 7 May.",
    )


def test_a_formula_says_of_which_part_a_doubt_or_lateness_is(workspace: Callable[..., WorkspaceFiles]) -> None:
    files = shop(workspace, {("sales", 60): "-5"})
    found = known(files)
    assert found["sales"].sentence == "2026-05-01 has \u22125, and a count can't be negative."
    assert found["rate"].sentence == "Sales: 2026-05-01 has \u22125, and a count can't be negative."
    found = known(files, visits=datetime(2026, 5, 11, tzinfo=UTC))
    assert found["visits"].sentence == "Late since Mon 11 May 2026, 00:00."
    assert found["rate"].sentences[0] == "Late since Mon 11 May 2026, 00:00: Visits."
    files.write("shop.csv", "no,table\n")
    files.refresh()
    assert known(files)["sales"].sentence.startswith("Could not be read by the last refresh: shop.csv has no column")
    assert known(files)["rate"].sentence.startswith("Could not be read by the last refresh: Visits, Sales: shop.csv")


def test_what_is_to_be_done_is_what_the_doubt_says(workspace: Callable[..., WorkspaceFiles]) -> None:
    sales = known(shop(workspace, {("sales", 60): "-5"}))["sales"]
    assert sales.to_do == (
        "Ask ana@shop.example whether that is right. "
        "Correct it at its source, or write checks: {min: ...} if it is right."
    )


def test_a_day_to_come_is_a_doubt_and_not_the_newest_value(workspace: Callable[..., WorkspaceFiles]) -> None:
    visits = known(shop(workspace, {}, "2062-05-10,100,100\n"))["visits"]
    assert visits.arrival.last_day == date(2026, 5, 10)
    assert visits.sentence == "2062-05-10 is still to come, and has the value 100."
    assert visits.standing == "doubtful"


def test_a_mismatch_is_told_with_both_values(workspace: Callable[..., WorkspaceFiles]) -> None:
    files = shop(workspace, {})
    digest = definition_digest("sales", load_tree(files.folder).tree)
    at = datetime(2026, 5, 11, tzinfo=UTC)
    week = date(2026, 5, 10)
    audit = RecordedAudit("sales", week, "mismatch", 648.0, 0.0, ANA, "by SQL", digest, id=1, at=at)
    found = known(files, {"sales": audit})
    assert found["sales"].sentence == "Ana got 0 by hand, 648 was shown: by SQL"
    assert found["rate"].standing == "mismatch" and found["rate"].sentence.startswith("Sales: Ana got 0 by hand")
    digest = definition_digest("rate", load_tree(files.folder).tree)
    audit = RecordedAudit("rate", week, "mismatch", 0.648, 0.99, ANA, "", digest, id=1, at=at)
    assert known(files, {"rate": audit})["rate"].sentence == ("Ana got 99\u202f% by hand, 64.8\u202f% was shown.")


def test_an_audit_out_of_turn_does_not_take_the_weeks_turn(
    open_page: Callable[..., AppTest], files: WorkspaceFiles
) -> None:
    tree = load_tree(files.folder).tree
    turn, other = tree.deck_metrics[:2]
    week = date(2026, 3, 29)

    def proposal() -> str:
        st.cache_resource.clear()
        at = open_page("pages/anytime/data.py", week=str(week))
        return " ".join(one.value for one in at.markdown)

    with Ledger.open(files.state) as ledger:
        digest = definition_digest(other, tree)
        ledger.audits.record(Audit(other, week, "match", 1.0, 1.0, ANA, "", digest))
    said = proposal()
    assert "turn to be derived again by hand" in said and f"metric={turn}&" in said
    with Ledger.open(files.state) as ledger:
        digest = definition_digest(turn, tree)
        ledger.audits.record(Audit(turn, week, "match", 1.0, 1.0, ANA, "", digest))
    said = proposal()
    assert "was derived again by Ana for this week\\: it matched." in said and f"metric={turn}&" in said


def test_the_metrics_page_lists_every_doubt_and_is_quiet_when_sound(
    workspace: Callable[..., WorkspaceFiles], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = shop(workspace, {("sales", 60): "-5", ("sales", 40): "0", ("sales", 20): ""})
    monkeypatch.setenv("NORTHSTAR_WORKSPACE", str(files.folder))
    monkeypatch.setenv("NORTHSTAR_STATE", str(files.state))
    st.cache_resource.clear()
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page("pages/weekly/metric.py")
    at.query_params["metric"] = "sales"
    at.run()
    assert not at.exception
    assert "How far to trust it" in [one.value for one in at.caption]
    said = " ".join(one.value for one in at.markdown).replace("\\", "")
    assert "2026-05-01 has \u22125" in said and "2026-04-11 has 0" in said
    assert "1 day of the last 26 weeks has no value: 22 Mar." in said
    st.cache_resource.clear()


def test_a_refresh_says_how_many_metrics_have_values_that_look_wrong(workspace: Callable[..., WorkspaceFiles]) -> None:
    files = shop(workspace, {("sales", 60): "-5"})
    assert "1 metric has values that look wrong: `northstar check` shows them." in files.command("refresh").stderr
    (doubt,) = json.loads(files.command("refresh", "--json").stdout)["doubts"]
    assert (doubt["metric"], doubt["kind"]) == ("sales", "negative")
    assert doubt["message"] == "2026-05-01 has \u22125, and a count can't be negative."
    checked = json.loads(files.command("check", "--json").stdout)
    assert [(one["file"], one["line"], one["column"], one["metric"]) for one in checked if one["metric"]] == [
        ("shop.csv", None, "sales", "sales")
    ]
    files.write("shop.csv", (files.folder / "shop.csv").read_text().replace(",-5", ",95"))
    done = files.command("refresh")
    assert "look wrong" not in done.stderr and done.returncode == 0


def test_values_beyond_the_declared_bounds_are_named(workspace: Callable[..., WorkspaceFiles]) -> None:
    files = shop(workspace, {("sales", 60): "150", ("sales", 50): "160"})
    files.write_tree({**SHOP, "metrics": {**SHOP["metrics"], "sales": {"source": "shop", "checks": {"max": 120}}}})
    files.refresh()
    assert known(files)["sales"].sentence == (
        "2026-05-01 has 150, and should be at most 120. So it is on 2 days: 2026-05-01 (150), 2026-04-21 (160)."
    )


def test_the_data_page_does_not_show_a_day_to_come_as_the_newest(
    workspace: Callable[..., WorkspaceFiles], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = shop(workspace, {}, "2062-05-10,100,100\n")
    monkeypatch.setenv("NORTHSTAR_WORKSPACE", str(files.folder))
    monkeypatch.setenv("NORTHSTAR_STATE", str(files.state))
    st.cache_resource.clear()
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page("pages/anytime/data.py").run()
    assert not at.exception
    said = " ".join(one.value for one in at.markdown).replace("\\", "")
    assert "2 Mar 2026 to 10 May 2026, and some of days to come, up to 10 May 2062, from shop.csv." in said
    table = next(frame.value for frame in at.dataframe if "What to do" in frame.value)
    assert set(table["Newest value"]) == {"10 May 2026"}
    st.cache_resource.clear()


def test_what_is_late_longest_comes_first(workspace: Callable[..., WorkspaceFiles]) -> None:
    found = known(
        shop(workspace, {}), visits=datetime(2026, 5, 11, tzinfo=UTC), sales=datetime(2026, 4, 27, tzinfo=UTC)
    )
    assert list(found)[:3] == ["sales", "rate", "visits"]


def test_a_source_says_of_each_metric_since_when_it_is_late(workspace: Callable[..., WorkspaceFiles]) -> None:
    monday, week_before = datetime(2026, 5, 11, tzinfo=UTC), datetime(2026, 5, 4, tzinfo=UTC)
    with shop(workspace, {}).opened() as (tree, _):
        said = late_sentence(tree, Freshness("shop", Rhythm(), monday, {"visits": monday, "sales": week_before}))
    assert said == (
        "Late since Mon 4 May 2026, 00:00: Sales. Late since Mon 11 May 2026, 00:00: Visits."
        " Ask ana@shop.example when it will be in."
    )

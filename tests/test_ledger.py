"""The ledger on SQLite and on PostgreSQL: what was kept comes back, in order, and nothing is ever overwritten."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from ledgers import ANA, BEN, DAY, START, Place, clean_places, ledger, place

from metrics.ledger.audit import Audit
from metrics.ledger.definition_change import DefinitionChange
from metrics.ledger.entry import NewEntry
from metrics.ledger.ledger import Ledger
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.refresh_record import Change, ChangeCount, RefreshRecord

__all__ = ["clean_places", "ledger", "place"]

NASTY = (
    "'; drop table entry; -- \"\\ %s :x ${HOME} <script>alert(1)</script> =1+1 "
    "\u202eالعربية 🧭 e\u0301 \ufeff\r\n\t\x01\x7f"
)
TREE = "northstar: 1\nname: Lumen\n"
AUDIT = Audit("signups", DAY, "match", 1200.0, 1200.5, ANA, "by hand", "sum of signups")


def record(at: datetime, *changes: Change, tree: str = TREE, **more: Any) -> RefreshRecord:
    return RefreshRecord(at=at, review_week=DAY, tree_text=tree, state_json='{"a": "\\u0000"}', changes=changes, **more)


# Values typed by hand


def test_the_latest_entry_of_a_day_is_current_and_the_earlier_ones_stay(ledger: Ledger, place: Place) -> None:
    first = ledger.entries.add("nps", DAY, 41, ANA, "survey of October")
    place.clock.on(hours=2)
    second = ledger.entries.add("nps", DAY, 42.5, BEN)
    other = ledger.entries.add("churn", DAY, 0.01, ANA)
    assert (first.value, first.author, first.note, first.at) == (41.0, ANA, "survey of October", START)
    assert (second.author, second.at) == (BEN, START + timedelta(hours=2))
    assert ledger.entries.current() == [other, second]
    assert ledger.entries.of_metric("nps") == [second, first]
    assert ledger.entries.of_metric("unknown") == []


def test_a_cleared_value_is_kept_as_cleared_not_as_zero(ledger: Ledger) -> None:
    ledger.entries.add("nps", DAY, 41, ANA)
    ledger.entries.add("nps", DAY, None, ANA)
    assert [entry.value for entry in ledger.entries.current()] == [None]
    assert [entry.value for entry in ledger.entries.of_metric("nps")] == [None, 41.0]


def test_several_entries_are_kept_in_their_order_with_one_moment(ledger: Ledger) -> None:
    days = [DAY + timedelta(days=number) for number in range(40)]
    kept = ledger.entries.add_many([NewEntry("nps", day, number, ANA) for number, day in enumerate(days)])
    assert [(entry.day, entry.value) for entry in kept] == [(day, float(number)) for number, day in enumerate(days)]
    assert {entry.at for entry in kept} == {START}
    assert ledger.entries.current() == kept
    assert ledger.entries.add_many([]) == []


def test_of_several_entries_all_or_none_are_kept(ledger: Ledger) -> None:
    before = ledger.entries.newest_id()
    with pytest.raises(LedgerError, match="finite"):
        ledger.entries.add_many([NewEntry("nps", DAY, 1, ANA), NewEntry("nps", DAY, float("nan"), ANA)])
    assert ledger.entries.current() == []
    assert ledger.entries.newest_id() == before == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_finite_number_is_refused(ledger: Ledger, value: float) -> None:
    with pytest.raises(LedgerError, match=r"^The ledger keeps finite numbers"):
        ledger.entries.add("nps", DAY, value, ANA)


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e308, 5e-324, -1e-300, 2**53 + 0.0, -0.5, 0.0])
def test_a_number_comes_back_to_the_last_bit(ledger: Ledger, value: float) -> None:
    ledger.entries.add("nps", DAY, value, ANA)
    assert ledger.entries.current()[0].value == value


def test_the_newest_id_grows_with_every_entry(ledger: Ledger) -> None:
    seen = [ledger.entries.newest_id()]
    for number in range(3):
        kept = ledger.entries.add("nps", DAY, number, ANA)
        seen.append(ledger.entries.newest_id())
        assert kept.id == seen[-1]
    assert seen == sorted(set(seen))


def test_any_text_comes_back_as_it_was_written(ledger: Ledger) -> None:
    kept = ledger.entries.add(NASTY, DAY, 1, replace(ANA, name=NASTY), NASTY)
    assert (kept.metric, kept.author.name, kept.note) == (NASTY, NASTY, NASTY)
    assert ledger.entries.of_metric(NASTY) == [kept]


def test_what_is_no_character_becomes_the_replacement_character(ledger: Ledger) -> None:
    assert ledger.entries.add("nps", DAY, 1, ANA, "a\0b\ud800c").note == "a\ufffdb\ufffdc"


# Refreshes


def test_a_refresh_comes_back_as_it_was_recorded(ledger: Ledger) -> None:
    changes = (Change("shop", 3, 2, 1, b"\0\xffvalues"), Change("crm", 0, 0, 4, b""))
    number = ledger.history.record(record(START, *changes))
    found = ledger.history.get(number)
    assert (found.number, found.at, found.review_week) == (number, START, DAY)
    assert found.changes == (ChangeCount("shop", 3, 2, 1), ChangeCount("crm", 0, 0, 4))
    assert found.state_json == '{"a": "\\u0000"}'
    assert ledger.history.tree_text(number) == TREE
    assert list(ledger.history.payloads(0, number)) == [(number, "shop", b"\0\xffvalues"), (number, "crm", b"")]
    assert ledger.history.last() == found


def test_without_refreshes_there_is_no_last_one(ledger: Ledger) -> None:
    assert ledger.history.last() is None
    assert ledger.history.at(START) is None
    assert ledger.history.refreshes() == []
    assert list(ledger.history.payloads(0, 99)) == []
    for unknown in (ledger.history.get, ledger.history.tree_text):
        with pytest.raises(LedgerError, match="no refresh 7"):
            unknown(7)


def test_the_refresh_of_a_moment_is_the_newest_up_to_it(ledger: Ledger) -> None:
    numbers = [ledger.history.record(record(START + timedelta(days=day))) for day in range(3)]
    assert numbers == sorted(numbers)
    moments = [START - timedelta(microseconds=1), START, START + timedelta(hours=47), START + timedelta(days=9)]
    found = [ledger.history.at(moment) for moment in moments]
    assert [one.number if one else None for one in found] == [None, numbers[0], numbers[1], numbers[2]]


def test_a_moment_means_the_same_in_every_time_zone(ledger: Ledger) -> None:
    tokyo = timezone(timedelta(hours=9))
    ledger.history.record(record(START.astimezone(tokyo)))
    found = ledger.history.at(START.astimezone(timezone(timedelta(hours=-7))))
    assert found is not None and found.at == START and found.at.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"^The ledger keeps moments with their time zone"):
        ledger.history.record(record(START.replace(tzinfo=None)))
    assert ledger.history.refreshes() == []


def test_refreshes_are_listed_newest_first_since_a_moment_and_up_to_a_limit(ledger: Ledger) -> None:
    numbers = [
        ledger.history.record(record(START + timedelta(days=day), Change("shop", day, 0, 0, b"x"))) for day in range(5)
    ]
    lines = ledger.history.refreshes()
    assert [line.number for line in lines] == numbers[::-1]
    assert [line.changes for line in lines] == [(ChangeCount("shop", day, 0, 0),) for day in (4, 3, 2, 1, 0)]
    since = ledger.history.refreshes(since=START + timedelta(days=2))
    assert [line.number for line in since] == numbers[:1:-1]
    assert [line.number for line in ledger.history.refreshes(limit=2)] == numbers[:2:-1]


def test_the_same_tree_is_kept_once(ledger: Ledger) -> None:
    first, second = (ledger.history.record(record(START)) for _ in range(2))
    third = ledger.history.record(record(START, tree=TREE + "# more\n"))
    sha = {line.number: line.tree_sha256 for line in ledger.history.refreshes()}
    assert sha[first] == sha[second] != sha[third]
    assert ledger.history.tree_text(second) == TREE
    assert ledger.history.tree_text(third) == TREE + "# more\n"
    with ledger.database.read() as connection:
        assert connection.exec_driver_sql("select count(*) from tree_text").scalar_one() == 2


def test_payloads_come_in_order_between_two_refreshes(ledger: Ledger) -> None:
    numbers = [
        ledger.history.record(record(START, *(Change(source, 1, 0, 0, f"{source}{n}".encode()) for source in "ba")))
        for n in range(4)
    ]
    found = list(ledger.history.payloads(numbers[0], numbers[2]))
    assert found == [(numbers[n], source, f"{source}{n}".encode()) for n in (1, 2) for source in "ba"]


def test_a_payload_of_ten_megabytes_comes_back(ledger: Ledger) -> None:
    payload = bytes(range(256)) * 40_000
    number = ledger.history.record(record(START, Change("shop", 1, 0, 0, payload)))
    assert next(ledger.history.payloads(number - 1, number))[2] == payload


def test_a_refresh_is_recorded_whole_or_not_at_all(ledger: Ledger) -> None:
    broken = Change("crm", 1, 0, 0, None)  # type: ignore[arg-type]
    with pytest.raises(LedgerError):
        ledger.history.record(record(START, Change("shop", 1, 0, 0, b"x"), broken))
    assert ledger.history.refreshes() == []
    with ledger.database.read() as connection:
        for table in ("tree_text", "refresh_change"):
            assert connection.exec_driver_sql(f"select count(*) from {table}").scalar_one() == 0


# Definitions and audits


def test_definition_changes_are_dated_and_come_newest_first(ledger: Ledger) -> None:
    formula = DefinitionChange("rate", "formula", "a / b", "a / c")
    added = DefinitionChange("rate", "where", None, "{country: US}")
    other = DefinitionChange("signups", "aggregate", "sum", "last")
    number = ledger.history.record(record(START, definitions=(formula,)))
    ledger.definitions.record(START + timedelta(days=7), None, [added, other])
    found = ledger.definitions.of_metric("rate")
    assert [(one.part, one.before, one.after, one.at, one.refresh) for one in found] == [
        ("where", None, "{country: US}", START + timedelta(days=7), None),
        ("formula", "a / b", "a / c", START, number),
    ]
    assert [one.metric for one in ledger.definitions.all()] == ["signups", "rate", "rate"]
    assert ledger.definitions.of_metric("unknown") == []


def test_a_definition_change_belongs_to_a_refresh_that_there_is(ledger: Ledger) -> None:
    with pytest.raises(LedgerError):
        ledger.definitions.record(START, 99, [DefinitionChange("rate", "formula", "a", "b")])
    assert ledger.definitions.all() == []


def test_audits_come_back_and_the_newest_of_each_metric_counts(ledger: Ledger, place: Place) -> None:
    first = ledger.audits.record(AUDIT)
    place.clock.on(days=7)
    second = ledger.audits.record(replace(AUDIT, result="mismatch", derived=None, author=BEN, note=NASTY))
    other = ledger.audits.record(replace(AUDIT, metric="churn"))
    assert (first.at, second.at) == (START, START + timedelta(days=7))
    assert (second.result, second.derived, second.author, second.note) == ("mismatch", None, BEN, NASTY)
    assert first.week_ending == date(2026, 11, 2) and first.definition == "sum of signups"
    assert ledger.audits.newest() == {"signups": second, "churn": other}
    assert ledger.audits.of_metric("signups") == [second, first]


# Around it


def test_what_was_kept_is_there_after_reopening(place: Place) -> None:
    with place.open() as first:
        kept = first.entries.add("nps", DAY, 41, ANA)
    with place.open() as second:
        assert second.entries.current() == [kept]


def test_the_plain_types_do_not_load_the_database_library() -> None:
    modules = ["author", "entry", "refresh_record", "definition_change", "audit", "ledger_error", "note", "conflict"]
    modules += ["follow_up", "judged_limits", "mentions"]
    code = f"import sys; {'; '.join(f'import metrics.ledger.{name}' for name in modules)}; "
    code += "print([name for name in ('sqlalchemy', 'alembic') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"

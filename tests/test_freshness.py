"""When a source's last week should be in: as declared, as its history shows, and late since when."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from workspaces import WorkspaceFiles

from metrics.calendar import Calendar
from metrics.known import arrivals
from metrics.ledger.ledger import Ledger
from metrics.review.freshness import Arrived, Freshness, Moment, Rhythm, freshness

MONDAY = date(2026, 3, 2)
LONDON = ZoneInfo("Europe/London")


def days(count: int, column: str = "visits") -> str:
    return f"day,{column}\n" + "".join(f"{MONDAY + timedelta(days=at)},10\n" for at in range(count))


def fresh(
    workspace: Callable[..., WorkspaceFiles],
    now: str,
    text: str,
    arrived: list[Arrived] | None = None,
    zone: str = "UTC",
    **source: Any,
) -> Freshness:
    tree = {
        "calendar": {"timezone": zone},
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily", **source}},
        "metrics": {"visits": {"source": "shop"}},
    }
    files = workspace(tree, {"shop.csv": text})
    files.refresh()
    with files.opened() as (loaded, warehouse):
        moment = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))
        return freshness(loaded, warehouse, {"shop": arrived or []}, moment)["shop"]


def test_declared_arrivals(workspace: Callable[..., WorkspaceFiles]) -> None:
    """The week of 15 March is there up to Saturday, and due on Tuesday at nine, London's time (still winter)."""
    text = days(13)
    early = fresh(workspace, "2026-03-17T08:59", text, zone="Europe/London", arrives="tuesday 09:00")
    assert (early.late, early.due) == ({}, datetime(2026, 3, 17, 9, tzinfo=LONDON))
    late = fresh(workspace, "2026-03-17T09:00", text, zone="Europe/London", arrives="tuesday 09:00")
    assert late.late == {"visits": datetime(2026, 3, 17, 9, tzinfo=UTC)}
    assert late.due == datetime(2026, 3, 24, 9, tzinfo=LONDON)
    there = fresh(workspace, "2026-03-18T09:00", days(14), zone="Europe/London", arrives="tuesday 09:00")
    assert there.late_since is None


def test_late_since_the_first_week_that_is_missing(workspace: Callable[..., WorkspaceFiles]) -> None:
    found = fresh(workspace, "2026-04-01T12:00", days(14), arrives="monday 08:00")
    assert found.late_since == datetime(2026, 3, 23, 8, tzinfo=UTC)


def test_a_week_that_arrives_on_its_own_last_day(workspace: Callable[..., WorkspaceFiles]) -> None:
    """A rhythm of `sunday 20:00` where weeks end on Sunday is the Sunday after."""
    found = fresh(workspace, "2026-03-22T19:00", days(13), arrives="sunday 20:00")
    assert found.late == {} and found.due == datetime(2026, 3, 22, 20, tzinfo=UTC)


def test_a_rhythm_is_found_from_history(workspace: Callable[..., WorkspaceFiles]) -> None:
    """Three weeks were in by Monday, 10:20 at the latest: expected by noon."""
    arrived = [
        Arrived(date(2026, 2, 15), datetime(2026, 2, 16, 7, tzinfo=UTC)),
        Arrived(date(2026, 2, 22), datetime(2026, 2, 23, 10, 20, tzinfo=UTC)),
        Arrived(date(2026, 3, 1), datetime(2026, 3, 2, 9, tzinfo=UTC)),
    ]
    found = fresh(workspace, "2026-03-16T12:00", days(13), arrived)
    assert found.rhythm.found and found.late_since == datetime(2026, 3, 16, 12, tzinfo=UTC)
    assert fresh(workspace, "2026-03-16T11:59", days(13), arrived).late == {}
    unknown = fresh(workspace, "2026-03-16T12:00", days(13), arrived[:2])
    assert not unknown.rhythm.found and unknown.late == {}
    assert fresh(workspace, "2026-03-17T00:00", days(13)).late_since == datetime(2026, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("grain", "text", "now", "since"),
    [
        (
            "weekdays",
            "day,visits\n" + "".join(f"2026-03-{day:02},1\n" for day in (9, 10, 11, 12, 13)),
            "2026-03-18",
            None,
        ),
        ("weekly", "day,visits\n2026-03-05,1\n2026-03-11,1\n", "2026-03-18", None),
        ("weekly", "day,visits\n2026-03-05,1\n", "2026-03-18", "2026-03-17"),
        ("monthly", "day,visits\n2026-02-01,1\n", "2026-03-18", None),
        ("monthly", "day,visits\n2026-01-01,1\n", "2026-03-18", "2026-03-02"),
    ],
)
def test_grains(workspace: Callable[..., WorkspaceFiles], grain: str, text: str, now: str, since: str | None) -> None:
    found = fresh(workspace, now, text, grain=grain)
    assert (found.late_since.date().isoformat() if found.late_since else None) == since


@pytest.mark.parametrize("now", ["2026-03-06T09:59", "2026-03-06T10:00"])
def test_a_months_values_are_due_at_the_first_declared_moment_after_its_end(
    workspace: Callable[..., WorkspaceFiles], now: str
) -> None:
    """February 2026 ends on a Saturday, and the Friday after it is the 6th of March; March's is the 3rd of April."""
    text = "day,visits\n2025-12-31,1\n2026-01-31,1\n"
    found = fresh(workspace, now, text, grain="monthly", arrives="friday 10:00")
    is_late = now.endswith("10:00")
    assert found.late == ({"visits": datetime(2026, 3, 6, 10, tzinfo=UTC)} if is_late else {})
    assert found.due == (datetime(2026, 4, 3, 10, tzinfo=UTC) if is_late else datetime(2026, 3, 6, 10, tzinfo=UTC))
    assert found.period == "month"


@pytest.mark.parametrize("last_day", [date(2026, 1, 31) + timedelta(days=number) for number in range(14)])
@pytest.mark.parametrize("weekday", range(7))
def test_a_declared_moment_is_the_first_after_the_last_day_whatever_weekday_that_is(
    last_day: date, weekday: int
) -> None:
    rhythm = Rhythm(moment=Moment(weekday, time(10)))
    due = rhythm.due(last_day, Calendar(timezone="Europe/London"))
    days = [last_day + timedelta(days=number) for number in range(1, 8)]
    assert [due.date()] == [day for day in days if day.weekday() == weekday]
    assert (due.hour, due.minute, due.tzinfo) == (10, 0, LONDON)


def test_a_source_of_weeks_and_months_says_which_of_them_is_due_next(
    workspace: Callable[..., WorkspaceFiles],
) -> None:
    """In April 2026 weeks are due on Wednesdays, and so is the month before: on the 1st, the day after its end."""
    source = {"type": "csv", "path": "shop.csv", "date": "day", "layout": "long", "metric": "name", "value": "value"}
    tree = {
        "sources": {"shop": {**source, "arrives": "wednesday 09:00"}},
        "metrics": {"visits": {"source": "shop"}, "rent": {"source": "shop"}},
    }
    rows = [f"2026-03-{day:02},visits,10" for day in range(1, 30)]
    rows += [f"{day},rent,5" for day in ("2025-12-31", "2026-01-31", "2026-02-28")]
    files = workspace(tree, {"shop.csv": "\n".join(["day,name,value", *rows]) + "\n"})
    files.refresh()
    with files.opened() as (loaded, warehouse):
        assert (warehouse.series["visits"].grain, warehouse.series["rent"].grain) == ("daily", "monthly")
        found = freshness(loaded, warehouse, {}, datetime(2026, 4, 1, 9, tzinfo=UTC))["shop"]
    assert found.late == {"rent": datetime(2026, 4, 1, 9, tzinfo=UTC)}
    assert (found.period, found.due) == ("week", datetime(2026, 4, 8, 9, tzinfo=UTC))


def test_a_mistyped_day_to_come_hides_no_rhythm(workspace: Callable[..., WorkspaceFiles]) -> None:
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
        "metrics": {"visits": {"source": "shop"}},
    }
    files = workspace(tree, {"shop.csv": days(14)})
    for text in (days(14), days(21) + "2126-01-01,10\n", days(28), days(35)):
        files.write("shop.csv", text)
        files.refresh()
    with files.opened() as (loaded, _), Ledger.open(files.state) as ledger:
        found = arrivals(ledger, loaded.calendar, datetime.now(UTC))
    assert [one.week_ending for one in found["shop"]] == [MONDAY + timedelta(days=34)]

"""Queries and tables of databases become values; whatever goes wrong becomes a sentence that holds no password."""

import logging
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from broken_queries import BROKEN, SECRET, TABLES, Bench, bench, changed
from csv_tables import READ
from postgres import PASSWORD, USER, Server
from sqlalchemy.engine import make_url
from workspaces import WorkspaceFiles

from metrics.refresh import Summary
from metrics.sources import fetch, sql
from metrics.sources.fetched import Fetched
from metrics.sources.read import read_fetched
from metrics.sources.report import Report, SourceError
from metrics.sources.series import Series
from metrics.sources.sql import fetch_sql
from metrics.tree.tree import Source

Values = list[tuple[date, float | None]]

SIGNUPS = (Series(0, "signups", "signups"),)
MARCH = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def on_bench(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgres_server: Server,
    postgres_database: Callable[[], str],
) -> Iterator[Bench]:
    folder = tmp_path / "workspace"
    folder.mkdir()
    with bench(folder, monkeypatch, postgres_database, postgres_server) as made:
        yield made


def fetched(made: Bench, source: Source, timezone: str = "UTC") -> Fetched:
    scratch = made.folder.parent / f"scratch_{len(list(made.folder.parent.iterdir()))}"
    scratch.mkdir()
    return fetch_sql(source, made.folder, scratch, timezone)


def cells(made: Bench, source: Source, timezone: str = "UTC") -> list[list[str]]:
    """The rows of the file that was fetched, the names of the columns first."""
    (file,) = fetched(made, source, timezone).files
    with closing(duckdb.connect()) as connection:
        rows = connection.execute(
            "select * from read_csv($1, header=false, all_varchar=true, nullstr='(none)')", [str(file.path)]
        ).fetchall()
    return [list(row) for row in rows]


def read(
    made: Bench, source: Source, timezone: str = "UTC", series: tuple[Series, ...] = SIGNUPS
) -> tuple[Report, Values]:
    with closing(duckdb.connect()) as connection:
        connection.execute("CREATE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
        report = read_fetched(connection, source, series, fetched(made, source, timezone), timezone)
        return report, connection.execute(f"SELECT day, {READ} FROM reading ORDER BY ALL").fetchall()


def days(made: Bench, source: Source, timezone: str) -> list[str]:
    return [row[0] for row in cells(made, source, timezone)[1:]]


def workspace_of(folder: Path, source: Source) -> WorkspaceFiles:
    files = WorkspaceFiles(folder, "northstar: 1\n")
    declare(files, source)
    return files


def declare(files: WorkspaceFiles, source: Source) -> None:
    plain = Source(source.id, source.type)
    keys = {key: value for key, value in vars(source).items() if key != "id" and value != getattr(plain, key)}
    metrics = {"signups": {"source": source.id}}
    files.write_tree({"sources": {source.id: {"type": "sql", **keys}}, "metrics": metrics})


def weeks(files: WorkspaceFiles) -> dict[str, Any]:
    with files.opened() as (_, warehouse):
        frame = warehouse.weekly("signups").dropna(subset="value")
        return {str(week): float(value) for week, value in zip(frame.index, frame["value"], strict=True)}


def told(files: WorkspaceFiles, summary: Summary) -> str:
    """All that a refresh has to say about its one source."""
    (result,) = summary.sources
    with files.opened() as (_, warehouse):
        problems = warehouse.problems(result.id).itertuples()
        lines = [f"{one.file}, row {one.row}, {one.column}: {one.value} {one.what}." for one in problems]
    return "\n".join([result.error or "", *lines, *result.series_errors, *result.notes])


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Source], WorkspaceFiles]:
    """Gives a workspace with good values of a source that is defined like another; one for all that are alike."""
    made: dict[tuple[str | None, ...], WorkspaceFiles] = {}

    def home(like: Source) -> WorkspaceFiles:
        keys = {key: getattr(like, key) for key in ("date", "layout", "metric", "value")}
        if tuple(keys.values()) not in made:
            files = WorkspaceFiles(tmp_path_factory.mktemp("home"), "northstar: 1\n")
            with closing(sqlite3.connect(files.folder / "good.db")) as connection:
                connection.executescript(TABLES)
            query = "select day, signups, 'signups' as note from daily"
            declare(files, Source("events", "sql", url="sqlite:///good.db", query=query, **keys))
            assert not files.refresh().failed
            made[tuple(keys.values())] = files
        return made[tuple(keys.values())]

    return home


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_and_loses_no_value(
    name: str,
    on_bench: Bench,
    homes: Callable[[Source], WorkspaceFiles],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """And no message, log, traceback or file has the password in it."""
    make, says = BROKEN[name]
    source = make(on_bench)
    files = homes(source)
    for made in on_bench.folder.iterdir():
        made.rename(files.folder / made.name)
    before = weeks(files)
    assert sum(before.values()) == 60

    raised: list[SourceError] = []
    fetch_as_it_is = fetch_sql

    def watched(*arguments: Any) -> Fetched:
        try:
            return fetch_as_it_is(*arguments)
        except SourceError as error:
            raised.append(error)
            raise

    on_bench.monkeypatch.setattr(sql, "fetch_sql", watched)
    caplog.set_level(logging.DEBUG)
    declare(files, source)
    summary = files.refresh()
    sentences = told(files, summary)
    assert [part for part in says if part not in sentences] == [], sentences
    assert weeks(files) == before
    (result,) = summary.sources
    assert result.outcome in (("stale",) if result.error else ("read", "unchanged"))

    seen = [sentences, caplog.text, *capfd.readouterr()]
    for error in raised:
        assert error.__cause__ is None and error.__context__ is None
        assert str(error).endswith((".", "?")) and "\n" not in str(error) and len(str(error)) < 700
        seen.append(repr(error))
        trace = traceback.TracebackException.from_exception(error, capture_locals=True)
        seen += [str(frame) + str(frame.locals) for frame in trace.stack if "metrics/sources" in frame.filename]
    written = [path for path in files.folder.parent.rglob("*") if path.is_file() and path.suffix != ".db"]
    assert len(written) > 2
    for secret in (PASSWORD, SECRET, "se@ret"):
        assert not any(secret in place for place in seen)
        assert not any(secret.encode() in path.read_bytes() for path in written)


def test_there_are_more_than_fifty_broken_ones() -> None:
    assert len(BROKEN) > 100


def test_values_of_every_type_are_exact(on_bench: Bench) -> None:
    query = """
        select date '2026-03-01' as day, 1.10::numeric as cents, 12345678901234567890.123456789 as long,
            1e-7::float8 as small, 0.1::real as real, 9007199254740993 as large, true as yes, false as no,
            null as nothing, '' as blank, E'two\nlines "quoted", and more' as text, -0.0::float8 as zero
    """
    rows = cells(on_bench, on_bench.at(on_bench.postgres(), query=query))
    assert dict(zip(*rows, strict=True)) == {
        "day": "2026-03-01", "cents": "1.10", "long": "12345678901234567890.123456789", "small": "1e-07",
        "real": "0.1", "large": "9007199254740993", "yes": "TRUE", "no": "FALSE", "nothing": "", "blank": "",
        "text": 'two lines "quoted", and more', "zero": "-0.0",
    }  # fmt: skip


def test_null_is_missing_and_not_zero(on_bench: Bench) -> None:
    address = on_bench.postgres(TABLES + "update daily set signups = null where signups = 20")
    assert read(on_bench, on_bench.at(address))[1] == list(zip(MARCH, (10, None, 30), strict=True))


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Berlin", "2026-03-01 22:59:59.999999+00", "2026-03-01"),
        ("Europe/Berlin", "2026-03-01 23:00:00+00", "2026-03-02"),
        ("America/Los_Angeles", "2026-03-02 07:59:59+00", "2026-03-01"),
        ("America/Los_Angeles", "2026-03-02 08:00:00+00", "2026-03-02"),
        ("Asia/Kolkata", "2026-03-01 18:29:59+00", "2026-03-01"),
        ("Asia/Kolkata", "2026-03-01 18:30:00+00", "2026-03-02"),
        # The clocks go forward on 29 March in Berlin, and back on 25 October: the days have 23 and 25 hours.
        ("Europe/Berlin", "2026-03-28 23:00:00+00", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29 21:59:59+00", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29 22:00:00+00", "2026-03-30"),
        ("Europe/Berlin", "2026-10-24 22:00:00+00", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25 22:59:59+00", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25 23:00:00+00", "2026-10-26"),
        # Midnight does not exist on this day in Santiago: the clocks go from 23:59:59 to 01:00.
        ("America/Santiago", "2026-09-06 03:59:59+00", "2026-09-05"),
        ("America/Santiago", "2026-09-06 04:00:00+00", "2026-09-06"),
    ],
)
def test_a_moment_is_its_day_in_the_workspaces_time_zone(on_bench: Bench, zone: str, moment: str, day: str) -> None:
    """Whatever time zone the server has; and so are the days that the query itself makes of moments."""
    address = on_bench.postgres(f"""
        create table visit(at timestamptz);
        insert into visit values ('{moment}');
    """)
    name = make_url(address).database
    with on_bench.server.connect() as connection:
        connection.execute(f"alter database {name} set timezone = 'Pacific/Auckland'")
        connection.execute(f"alter database {name} set datestyle = 'German'")
    query = "select at, at::date as own, date_trunc('day', at) as cut, at::text::timestamptz as again from visit"
    assert cells(on_bench, on_bench.at(address, query=query), zone)[1] == [day] * 4


def test_a_time_stamp_without_a_zone_is_its_own_day(on_bench: Bench) -> None:
    query = "select timestamp '2026-03-01 23:59:59.5' as day union select timestamp '2026-03-02 00:00' order by day"
    source = on_bench.at(on_bench.postgres(), query=query)
    assert days(on_bench, source, "Pacific/Auckland") == ["2026-03-01", "2026-03-02"]
    assert days(on_bench, source, "America/Los_Angeles") == ["2026-03-01", "2026-03-02"]


def test_text_dates_are_read_as_in_a_csv_file(on_bench: Bench) -> None:
    query = "select to_char(day, 'Dy, DD-Mon-YYYY') as day, signups from daily"
    source = on_bench.at(on_bench.postgres(), query=query)
    assert read(on_bench, source)[1] == list(zip(MARCH, (10, 20, 30), strict=True))


def test_the_first_column_of_dates_is_the_date(on_bench: Bench) -> None:
    query = "select signups, note, day::timestamp as seen, day + 300 as later from daily"
    source = on_bench.at(on_bench.postgres(), query=query)
    assert fetched(on_bench, source).date == "seen"
    assert read(on_bench, source)[1] == list(zip(MARCH, (10, 20, 30), strict=True))
    assert read(on_bench, replace(source, date="later"))[0].first_day == date(2026, 12, 26)


def test_sqlite_has_no_dates_and_they_are_found_as_texts(on_bench: Bench) -> None:
    report, values = read(on_bench, on_bench.source(on_bench.sqlite(), table="daily"))
    assert values == list(zip(MARCH, (10, 20, 30), strict=True))
    assert report.files == ("table daily",)


def test_a_second_column_of_one_name_is_numbered(on_bench: Bench) -> None:
    query = "select day, signups, signups * 2 as signups from daily"
    source = on_bench.at(on_bench.postgres(), query=query)
    series = (Series(0, "twice", "signups.1"),)
    assert [value for _, value in read(on_bench, source, series=series)[1]] == [20, 40, 60]


def test_names_may_differ_in_capitals_where_only_one_fits(on_bench: Bench) -> None:
    query = 'select day as "DAY", note as "Note", signups as "SIGNUPS", 0 as "Signups" from daily'
    source = on_bench.at(on_bench.postgres(), query=query, date="Day", layout="long", metric="note", value="signups")
    assert cells(on_bench, source)[0] == ["Day", "note", "SIGNUPS", "Signups"]
    one = replace(source, query='select day as "DAY", note as "Note", signups as "SIGNUPS" from daily')
    series = (Series(0, "signups", "b"),)
    assert read(on_bench, one, series=series)[1] == [(MARCH[1], 20)]


def test_the_rows_are_those_of_the_result(on_bench: Bench) -> None:
    query = "select day, case when signups = 20 then 'twenty' else signups::text end as signups from daily order by day"
    (problem,) = read(on_bench, on_bench.at(on_bench.postgres(), query=query))[0].problems
    assert (problem.file, problem.row, problem.value) == ("query of events", 2, "twenty")


def test_the_query_is_sent_as_it_is_written(on_bench: Bench) -> None:
    query = """-- a comment; with a semicolon
        select day, ' :day %s %(x)s %% ; ' || $$ ' ; $$ as text, signups % 7 as rest /* ; */ from daily
        where note like '%a%' -- the end
        ; -- and nothing more
    """
    rows = cells(on_bench, on_bench.at(on_bench.postgres(), query=query))
    assert rows[1:] == [["2026-03-01", " :day %s %(x)s %% ;  ' ; ", "3"]]


@pytest.mark.parametrize(
    ("table", "made"),
    [
        ("daily", "table daily"),
        ("reporting.daily", "table reporting.daily"),
        ("reporting.Daily Numbers", 'table reporting."Daily Numbers"'),
        ('"odd.schema"."a ""quoted"" name%"', 'table "odd.schema"."a ""quoted"" name%"'),
        ("reporting.seen", "view reporting.seen"),
        ("reporting.kept", "materialized view reporting.kept"),
    ],
)
def test_a_table_or_view_is_read_by_its_name(on_bench: Bench, table: str, made: str) -> None:
    select = "as select date '2026-03-01' as day, 10 as signups"
    address = on_bench.postgres(f'create schema reporting; create schema "odd.schema"; create {made} {select}')
    assert read(on_bench, on_bench.at(address, table=table))[1] == [(MARCH[0], 10)]


def test_an_unchanged_result_has_the_same_fingerprint(on_bench: Bench) -> None:
    address = on_bench.postgres()
    source = on_bench.at(address)
    first = fetched(on_bench, source)
    assert fetched(on_bench, source).fingerprint == first.fingerprint
    with psycopg.connect(address) as connection:
        connection.execute("update daily set signups = 31 where signups = 30")
    assert fetched(on_bench, source).fingerprint != first.fingerprint


def test_as_many_rows_as_the_limit_are_read(on_bench: Bench) -> None:
    address = on_bench.postgres()
    for keys in ({"table": "daily"}, {"query": "select * from daily"}):
        assert len(cells(on_bench, on_bench.at(address, row_limit=3, **keys))) == 4
        with pytest.raises(SourceError, match="more than 2 rows"):
            fetched(on_bench, on_bench.at(address, row_limit=2, **keys))


def test_rows_are_fetched_in_parts(on_bench: Bench) -> None:
    """A limit of one row on a result of ten thousand million ends at once, for the rest is never fetched."""
    query = "select date '2026-03-01' as day, generate_series(1, 10000000000) as signups"
    with pytest.raises(SourceError, match="more than 1 row,"):
        fetched(on_bench, on_bench.at(on_bench.postgres(), query=query, row_limit=1, timeout_seconds=30))


def test_the_session_only_reads_is_bounded_and_leaves_nothing(on_bench: Bench) -> None:
    names = ("transaction_read_only", "statement_timeout", "TimeZone", "application_name")
    columns = ", ".join(f"current_setting('{name}') as {name}" for name in names)
    address = on_bench.postgres()
    source = on_bench.at(address, query=f"select date '2026-03-01' as day, {columns}", timeout_seconds=7)
    assert cells(on_bench, source, "Asia/Tokyo")[1][1:] == ["on", "7s", "Asia/Tokyo", "northstar"]
    with on_bench.server.connect() as connection:
        wait = "select pg_sleep(0.02), count(*) from pg_stat_activity where datname = %s"
        assert any(connection.execute(wait, [make_url(address).database]).fetchone()[1] == 0 for _ in range(200))


def test_what_a_query_changes_in_spite_of_all_is_undone(on_bench: Bench) -> None:
    """A function may hide what it does, but a transaction that only reads lets it change nothing."""
    address = on_bench.postgres(
        TABLES
        + """
        create function clear() returns int as 'delete from daily returning 1' language sql;
    """
    )
    with pytest.raises(SourceError, match="would change the database: cannot execute DELETE in a read-only"):
        fetched(on_bench, on_bench.at(address, query="select date '2026-03-01' as day, clear() as signups"))
    assert len(read(on_bench, on_bench.at(address))[1]) == 3


def test_parts_of_the_address_come_from_the_environment(on_bench: Bench) -> None:
    """A part is taken as it is: no sign in it needs a code."""
    url = make_url(on_bench.postgres())
    for name, value in (("USER", USER), ("SECRET", PASSWORD), ("PORT", str(url.port)), ("BASE", str(url.database))):
        on_bench.monkeypatch.setenv(f"EVENTS_{name}", value)
    source = on_bench.source("postgresql://${EVENTS_USER}:${EVENTS_SECRET}@127.0.0.1:${EVENTS_PORT}/${EVENTS_BASE}")
    assert len(read(on_bench, source)[1]) == 3
    server = f"postgresql://{USER}:{SECRET}@127.0.0.1:{url.port}\n"
    on_bench.monkeypatch.setenv("EVENTS_SERVER", server)
    assert len(read(on_bench, on_bench.source("${EVENTS_SERVER}/${EVENTS_BASE}?application_name=x"))[1]) == 3


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "PostgreSQL"])
def test_every_name_of_postgres_means_its_one_driver(on_bench: Bench, scheme: str) -> None:
    address = on_bench.postgres().replace("postgresql", scheme)
    assert len(read(on_bench, on_bench.at(address))[1]) == 3


def test_sqlite_is_opened_to_be_read_and_never_made(on_bench: Bench) -> None:
    on_bench.sqlite()
    data = (on_bench.folder / "data.db").read_bytes()
    listed = sorted(on_bench.folder.iterdir())
    assert len(read(on_bench, on_bench.source("sqlite:///data.db"))[1]) == 3
    with pytest.raises(SourceError, match="There is no file other"):
        fetched(on_bench, on_bench.source("sqlite:///other.db"))
    assert sorted(on_bench.folder.iterdir()) == listed
    assert (on_bench.folder / "data.db").read_bytes() == data


def test_sqlite_may_lie_elsewhere_where_the_environment_says_so(on_bench: Bench) -> None:
    on_bench.sqlite()
    (on_bench.folder / "data.db").rename(on_bench.folder.parent / "odd name?%20#.db")
    on_bench.monkeypatch.setenv("DATA_FILE", str(on_bench.folder.parent / "odd name?%20#.db"))
    assert len(read(on_bench, on_bench.source("sqlite:///${DATA_FILE}"))[1]) == 3


def test_sqlite_text_that_is_no_utf8_is_reported_and_not_read(on_bench: Bench) -> None:
    source = on_bench.source(on_bench.sqlite(TABLES + "update daily set signups = cast(x'31ff' as text), note = 'x'"
                                                      " where signups = 20"))  # fmt: skip
    report, values = read(on_bench, source)
    assert [value for _, value in values] == [10, None, 30]
    assert report.problem_count == 1


def test_sqlite_in_wal_mode_is_read_while_another_writes(on_bench: Bench) -> None:
    address = on_bench.sqlite("pragma journal_mode = wal;" + TABLES)
    with closing(sqlite3.connect(on_bench.folder / "data.db", isolation_level=None)) as writer:
        writer.execute("begin immediate")
        writer.execute("delete from daily")
        assert len(read(on_bench, on_bench.source(address))[1]) == 3


def test_fetching_by_type_reaches_sql(on_bench: Bench) -> None:
    scratch = on_bench.folder / "scratch"
    scratch.mkdir()
    found = fetch.fetch(on_bench.at(on_bench.postgres()), on_bench.folder, scratch, "UTC")
    assert found.files[0].path.is_relative_to(scratch)


def test_a_refresh_without_changes_is_told_as_such(on_bench: Bench, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    address = on_bench.postgres()
    files = workspace_of(home, on_bench.at(address))
    assert [one.outcome for one in files.refresh().sources] == ["read"]
    assert [one.outcome for one in files.refresh().sources] == ["unchanged"]
    on_bench.at(changed(address, password=PASSWORD + "x"))
    (result,) = files.refresh().sources
    assert result.outcome == "stale" and sum(weeks(files).values()) == 60
    on_bench.at(address)
    (result,) = files.refresh().sources
    assert result.outcome in ("read", "unchanged") and result.error is None

"""Broken addresses, databases, queries and results of sql sources, each with what Northstar has to say about it.

`BROKEN` gives by name what makes the source and the fragments of the sentences that it must lead to.
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from loopback_servers import Behaviour, LoopbackServer, between, hanging_up, silent, stalling, web_server
from postgres import PASSWORD, USER, Server
from sqlalchemy.engine import make_url

from metrics.tree.tree import Source

GOOD = "select day, signups from daily"
TABLES = """
    create table daily(day date, signups integer, note text);
    insert into daily values ('2026-03-01', 10, 'a'), ('2026-03-02', 20, 'b'), ('2026-03-03', 30, 'c');
"""
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
SECRET = quote(PASSWORD, safe="")


@dataclass
class Bench:
    """What a broken source is made with; all that it opens is closed with it."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    new_database: Callable[[], str]
    server: Server
    _closing: list[Callable[[], Any]] = field(default_factory=list)

    def source(self, url: str = "${EVENTS_URL}", **keys: Any) -> Source:
        keys = keys if "query" in keys or "table" in keys else {"query": GOOD, **keys}
        return Source("events", "sql", url=url, **{"timeout_seconds": 20, **keys})

    def at(self, address: str, **keys: Any) -> Source:
        """A source whose whole address is in the environment."""
        self.monkeypatch.setenv("EVENTS_URL", address)
        return self.source(**keys)

    def postgres(self, sql: str = TABLES) -> str:
        """The address of a new PostgreSQL database in which statements were run."""
        address = self.new_database()
        with psycopg.connect(address) as connection:
            connection.execute(sql)
        return address

    def connected(self, address: str) -> psycopg.Connection:
        """A connection that stays open."""
        connection = psycopg.connect(address)
        self._closing.append(connection.close)
        return connection

    def role(self, options: str) -> str:
        """A new user with the tests' password; `options` say whether it may log in."""
        with self.server.connect() as connection:
            connection.execute("drop role if exists reader")
            connection.execute(f"create role reader password '{PASSWORD}' {options}")

        def drop() -> None:
            with self.server.connect() as connection:
                connection.execute("drop role if exists reader")

        self._closing.append(drop)
        return "reader"

    def sqlite(self, sql: str = TABLES, name: str = "data.db") -> str:
        """The address of a new SQLite file in the workspace."""
        (self.folder / name).unlink(missing_ok=True)
        with sqlite3.connect(self.folder / name) as connection:
            connection.executescript(sql)
        connection.close()
        return f"sqlite:///{name}"

    def behaving(self, behaviour: Behaviour) -> int:
        """The port of a server that behaves like this."""
        server = LoopbackServer(behaviour)
        self._closing.append(server.close)
        return server.port

    def absent(self, *modules: str) -> None:
        """Pretend that modules are not installed."""
        for module in modules:
            self.monkeypatch.setitem(sys.modules, module, None)

    def close(self) -> None:
        for close in reversed(self._closing):
            with suppress(psycopg.Error):
                close()


@contextmanager
def bench(
    folder: Path, monkeypatch: pytest.MonkeyPatch, new_database: Callable[[], str], server: Server
) -> Iterator[Bench]:
    made = Bench(folder, monkeypatch, new_database, server)
    try:
        yield made
    finally:
        made.close()


def local(port: int, rest: str = "events", user: str = USER, secret: str = SECRET) -> str:
    return f"postgresql://{user}:{secret}@127.0.0.1:{port}/{rest}"


def changed(address: str, **parts: Any) -> str:
    """An address with other parts, such as `username` or `port`."""
    return make_url(address).set(**parts).render_as_string(hide_password=False)


def unset(bench: Bench, name: str = "EVENTS_URL") -> None:
    bench.monkeypatch.delenv(name, raising=False)


Make = Callable[[Bench], Source]
BROKEN: dict[str, tuple[Make, tuple[str, ...]]] = {}


def broken(*says: str) -> Callable[[Make], Make]:
    def register(make: Make) -> Make:
        BROKEN[make.__name__] = (make, says)
        return make

    return register


def query_of(name: str, query: str, *says: str, **keys: Any) -> None:
    """Registers a query that PostgreSQL refuses, or whose result can't be read."""
    BROKEN[name] = (lambda bench: bench.at(bench.postgres(), query=query, **keys), says)


def sqlite_query(name: str, query: str, *says: str, **keys: Any) -> None:
    BROKEN[name] = (lambda bench: bench.source(bench.sqlite(), query=query, **keys), says)


def address_of(name: str, address: str, *says: str) -> None:
    BROKEN[name] = (lambda bench: bench.at(address), says)


# Addresses


@broken("no variable EVENTS_URL", "'url:' of 'events'", "postgresql://reader:password@host:5432/database")
def variable_missing(bench: Bench) -> Source:
    unset(bench)
    return bench.source()


@broken("no variable EVENTS_URL", "Did you mean EVENT_URL?")
def variable_with_another_name(bench: Bench) -> Source:
    unset(bench)
    bench.monkeypatch.setenv("EVENT_URL", local(5432))
    return bench.source()


@broken("no variable EVENTS_SECRET")
def variable_of_the_password_missing(bench: Bench) -> Source:
    unset(bench, "EVENTS_SECRET")
    return bench.source("postgresql://reader:${EVENTS_SECRET}@127.0.0.1/events")


@broken("The variable in 'url:' of 'events' can't be read: write it as ${NAME}.")
def variable_with_a_blank(bench: Bench) -> Source:
    return bench.source("${EVENTS URL}")


@broken("The variable in 'url:'", "write it as ${NAME}")
def variable_without_braces(bench: Bench) -> Source:
    return bench.source("$EVENTS_URL")


@broken("refuses the user 'northstar'", "check name and password in EVENTS_SECRET")
def password_of_the_environment_is_wrong(bench: Bench) -> Source:
    bench.monkeypatch.setenv("EVENTS_SECRET", PASSWORD + "@/:?#%40")
    port = make_url(bench.postgres()).port
    return bench.source(f"postgresql://{USER}:${{EVENTS_SECRET}}@127.0.0.1:{port}/postgres")


address_of("variable_empty", "  ", "The variable EVENTS_URL", "is empty")
address_of("address_without_a_scheme", f"{USER}:{SECRET}@127.0.0.1/events", "EVENTS_URL is not the address of a data")
address_of("address_for_java", f"jdbc:{local(5432)}", "is one for Java: leave out jdbc:")
address_of("address_of_a_page", f"https://{USER}:{SECRET}@127.0.0.1/", "begins with https://, which is no database")
address_of("address_with_a_line_break", local(5432) + "\nx", "holds a line break")
address_of("at_sign_in_the_password", local(5432, secret="se@ret"), "write %40 for an @")
address_of("slash_in_the_user", local(5432, user="a/b"), "can't be read", "%2F for a /")
address_of("password_in_the_place_of_the_port", f"postgresql://{USER}:{SECRET}/events", "can't be read: write it as")
address_of("port_not_a_number", local(5432).replace(":5432", ":54e2"), "can't be read: write it as")
address_of("kind_of_database_misspelt", "postgrsql://127.0.0.1/events", "postgrsql://, which is not known.",
           "Did you mean postgresql://?", "mysql://, mariadb://, mssql://")  # fmt: skip
address_of("kind_of_database_unknown", "nosuchdb://127.0.0.1/events", "nosuchdb://, which is not known. Known are")
address_of("driver_unknown", local(5432).replace("ql://", "ql+nothing://"), "The driver nothing in EVENTS_URL",
           "write postgresql://")  # fmt: skip
address_of("driver_asynchronous", local(5432).replace("ql://", "ql+psycopg_async://"), "asynchronous driver",
           "write postgresql:// alone")  # fmt: skip


@broken('What reads mysql:// is not installed: run pip install "northstar[mysql]"')
def mysql_without_its_extra(bench: Bench) -> Source:
    bench.absent("pymysql")
    return bench.at(f"mysql://{USER}:{SECRET}@127.0.0.1/events")


@broken('pip install "northstar[mssql]"')
def mssql_without_its_extra(bench: Bench) -> Source:
    bench.absent("pymssql")
    return bench.at(f"mssql://{USER}:{SECRET}@127.0.0.1/events")


@broken('pip install "northstar[postgres]"')
def postgres_without_its_extra(bench: Bench) -> Source:
    bench.absent("psycopg")
    return bench.at(local(5432))


@broken('pip install "northstar[snowflake]"')
def snowflake_without_its_extra(bench: Bench) -> Source:
    bench.absent("snowflake", "snowflake.sqlalchemy")
    return bench.at(f"snowflake://{USER}:{SECRET}@account/events")


@broken('pip install "northstar[bigquery]"')
def bigquery_without_its_extra(bench: Bench) -> Source:
    bench.absent("sqlalchemy_bigquery")
    return bench.at("bigquery://project/events")


# Files of SQLite


@broken("There is no file dta.db.", "Did you mean 'data.db'?")
def file_misspelt(bench: Bench) -> Source:
    bench.sqlite()
    return bench.source("sqlite:///dta.db")


@broken("There is no file gone/data.db.", "Put it there")
def file_in_a_folder_that_is_not_there(bench: Bench) -> Source:
    return bench.source("sqlite:///gone/data.db")


@broken("data is a folder")
def file_is_a_folder(bench: Bench) -> Source:
    (bench.folder / "data").mkdir(exist_ok=True)
    return bench.source("sqlite:///data")


@broken("notes.db is not a database of SQLite")
def file_of_something_else(bench: Bench) -> Source:
    (bench.folder / "notes.db").write_text("day,signups\n2026-03-01,10\n" * 500, encoding="utf-8")
    return bench.source("sqlite:///notes.db")


@broken("damaged.db is not a database of SQLite, or is damaged", "malformed")
def file_damaged(bench: Bench) -> Source:
    address = bench.sqlite(TABLES + "insert into daily select day, signups, hex(randomblob(900)) from daily, "
                           "(select 1 union all select 2 union all select 3)", "damaged.db")  # fmt: skip
    data = (bench.folder / "damaged.db").read_bytes()
    (bench.folder / "damaged.db").write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    return bench.source(address)


@broken("no such table: daily", "There are none")
def file_empty(bench: Bench) -> Source:
    (bench.folder / "empty.db").touch()
    return bench.source("sqlite:///empty.db")


@broken("lies outside of the workspace")
def file_outside(bench: Bench) -> Source:
    return bench.source("sqlite:///../data.db")


@broken("names no file: write sqlite:///data/events.db")
def file_in_memory(bench: Bench) -> Source:
    return bench.source("sqlite://")


@broken("locked.db is being written to by another program", "refresh again later")
def file_locked(bench: Bench) -> Source:
    address = bench.sqlite(name="locked.db")
    connection = sqlite3.connect(bench.folder / "locked.db", isolation_level=None, check_same_thread=False)
    bench._closing.append(connection.close)
    connection.execute("begin exclusive")
    return bench.source(address, timeout_seconds=1)


sqlite_query("sqlite_table_misspelt", "select * from dialy", "no such table: dialy", "Did you mean 'daily'?")
sqlite_query("sqlite_column_misspelt", "select day, sinups from daily", "no such column: sinups", "Did you mean 'signu")
sqlite_query("sqlite_syntax", "selct_x", "begins with 'selct_x': write one that begins with SELECT or WITH")
sqlite_query("sqlite_syntax_inside", "select day form daily x", 'has an error: near "daily": syntax error')
sqlite_query("sqlite_endless", ENDLESS, "took longer than 1 second", "timeout_seconds: 60", timeout_seconds=1)
sqlite_query("sqlite_writes", "with n as (select 1) delete from daily", "would change the database", "readonly")
sqlite_query("sqlite_pragma", "pragma query_only = off", "begins with 'pragma'")
sqlite_query("sqlite_attach", "attach 'x.db' as x", "begins with ATTACH, which writes")
sqlite_query("sqlite_too_many_rows", GOOD, "more than 2 rows, its limit", "row_limit: 4", row_limit=2)
BROKEN["sqlite_no_such_table_declared"] = (
    lambda bench: bench.source(bench.sqlite(), table="dialy"),
    ("no table or view 'dialy'", "Did you mean 'daily'?"),
)
BROKEN["table_with_dots_too_many"] = (
    lambda bench: bench.source(bench.sqlite(), table="a.b..c"),
    ("'a.b..c' is not the name of a table", "table: reporting.daily"),
)


# Servers


@broken("No database answers at 127.0.0.1:", "check host and port in EVENTS_URL")
def nobody_listens(bench: Bench) -> Source:
    server = LoopbackServer(silent)
    server.close()
    return bench.at(local(server.port))


@broken("The host nowhere..invalid:5432 is not known")
def host_unknown(bench: Bench) -> Source:
    return bench.at(local(5432).replace("127.0.0.1", "nowhere..invalid"))


@broken("refuses the user 'northstar': check name and password in EVENTS_URL")
def password_wrong(bench: Bench) -> Source:
    return bench.at(changed(bench.postgres(), password=PASSWORD + "x"))


@broken("refuses the user 'nobody_here'")
def user_unknown(bench: Bench) -> Source:
    return bench.at(changed(bench.postgres(), username="nobody_here"))


@broken("refuses the user 'northstar'")
def password_left_out(bench: Bench) -> Source:
    address = make_url(bench.postgres())
    return bench.at(f"postgresql://{USER}@127.0.0.1:{address.port}/{address.database}")


@broken("refuses the user 'reader'")
def user_may_not_log_in(bench: Bench) -> Source:
    return bench.at(changed(bench.postgres(), username=bench.role("nologin")))


@broken("has too many connections at the moment")
def too_many_connections(bench: Bench) -> Source:
    return bench.at(changed(bench.postgres(), username=bench.role("login connection limit 0")))


@broken("has no database 'evnts': correct the name at the end of the address in EVENTS_URL")
def database_missing(bench: Bench) -> Source:
    return bench.at(changed(bench.postgres(), database="evnts"))


@broken("offers no encryption: leave sslmode out")
def encryption_not_there(bench: Bench) -> Source:
    return bench.at(bench.postgres() + "?sslmode=require")


@broken("could not be reached", "invalid connection option")
def option_unknown(bench: Bench) -> Source:
    return bench.at(bench.postgres() + f"?pasword={SECRET}")


@broken("did not answer in time: check host and port in EVENTS_URL")
def server_silent(bench: Bench) -> Source:
    return bench.at(local(bench.behaving(silent)), timeout_seconds=1)


@broken("ended the connection: check that the port in EVENTS_URL is the database's")
def server_hangs_up(bench: Bench) -> Source:
    return bench.at(local(bench.behaving(hanging_up)))


@broken("The database at 127.0.0.1:", "Check the address in EVENTS_URL.")
def server_of_pages(bench: Bench) -> Source:
    return bench.at(local(bench.behaving(web_server)))


def through(bench: Bench, most: int, then: Behaviour, **keys: Any) -> Source:
    address = bench.postgres()
    port = make_url(address).port
    assert port
    query = "select date '2026-03-01' + i % 20 as day, i as signups, repeat('x', 50) as note from generate_series(1,"
    return bench.at(changed(address, port=bench.behaving(between(port, most, then))), query=f"{query} 50000) i", **keys)


@broken("was lost before the query of events had been answered in full", "nothing of the answer was taken")
def server_gone_halfway(bench: Bench) -> Source:
    return through(bench, 400_000, hanging_up)


@broken("took longer than 2 seconds and was ended")
def server_stalls_halfway(bench: Bench) -> Source:
    return through(bench, 400_000, stalling, timeout_seconds=2)


@broken("did not answer in time")
def server_stalls_at_the_greeting(bench: Bench) -> Source:
    return through(bench, 30, stalling, timeout_seconds=1)


query_of("session_ended_by_the_server", "select pg_terminate_backend(pg_backend_pid()), day from daily",
         "was lost before the query of events", "Refresh again")  # fmt: skip


# Queries


@broken("The user 'reader' may not read", "permission denied for table daily", "the right to SELECT")
def no_right_to_the_table(bench: Bench) -> Source:
    return bench.at(changed(bench.postgres(), username=bench.role("login")))


@broken("The user 'reader' may not read", "permission denied for schema hidden")
def no_right_to_the_schema(bench: Bench) -> Source:
    address = bench.postgres("create schema hidden; create table hidden.daily(day date)")
    return bench.at(changed(address, username=bench.role("login")), table="hidden.daily")


@broken("took longer than 1 second", "timeout_seconds: 60")
def table_locked(bench: Bench) -> Source:
    address = bench.postgres()
    bench.connected(address).execute("lock table daily")
    return bench.at(address, timeout_seconds=1)


@broken("gives text that is not UTF-8")
def text_not_utf8(bench: Bench) -> Source:
    address = bench.postgres()
    name = make_url(address).database
    with bench.server.connect() as connection:
        connection.execute(f"drop database {name} with (force)")
        connection.execute(f"create database {name} encoding 'SQL_ASCII' template template0")
    return bench.at(address, query=r"select date '2026-03-01' as day, E'\xff\xfe' as signups")


@broken("no table or view 'reporting.daily'", "Did you mean 'daily'?")
def schema_missing(bench: Bench) -> Source:
    return bench.at(bench.postgres(), table="reporting.daily")


@broken("no table or view 'daily'", "Did you mean 'Daily'?")
def table_in_capitals(bench: Bench) -> Source:
    return bench.at(bench.postgres('create table "Daily"(day date, signups int)'), table="daily")


query_of("table_misspelt", "select * from dialy", "relation \"dialy\" does not exist. Did you mean 'daily'?")
query_of("table_not_there", "select * from zzz", "reads a table that is not there", "There are: daily.")
query_of("column_misspelt", "select dya, signups from daily", "column \"dya\" does not exist. Did you mean 'day'?")
query_of("column_not_there", "select zzz from daily", "There are: day, signups, note.")
query_of("syntax", "select day\nfrom daily\nwhere", "has an error in line 3", "syntax error at end of input")
query_of("quote_left_open", "select 'x from daily", "has an error: unterminated quoted string")
query_of("function_unknown", "select summ(signups) from daily", "function summ(integer) does not exist")
query_of("division_by_zero", "select day, 1 / (signups - 20) from daily", "could not be answered: division by zero")
query_of("cast_fails_halfway", "select day, note::int from daily", 'invalid input syntax for type integer: "a"')
query_of("slow", "select pg_sleep(30), day from daily", "took longer than 1 second", timeout_seconds=1)
query_of("slow_between_rows", "select pg_sleep(0.002), day from daily, generate_series(1, 9000)",
         "took longer than 1 second", timeout_seconds=1)  # fmt: skip
query_of("too_many_rows", GOOD, "The query of events has more than 2 rows, its limit", "row_limit: 4", row_limit=2)
query_of("several_statements", "select 1; delete from daily", "holds several statements")
query_of("only_a_comment", "-- select day from daily", "The query of events is empty")
query_of("deletes", "delete from daily", "begins with DELETE, which writes")
query_of("deletes_within", "with x as (delete from daily returning *) select * from x", "would change the database")
query_of("counts_up", "select nextval('numbers')", "does not exist", "numbers")
query_of("locks_rows", "select * from daily for update", "would change the database: cannot execute SELECT FOR UPDATE")
query_of("creates_a_table", "select * into copied from daily", "has an error: SELECT ... INTO is not allowed here")
query_of("calls", "call clean_up()", "begins with CALL, which writes")
query_of("explains", "explain select * from daily", "begins with 'explain'")
query_of("no_columns", "select from daily", "gives no columns")
BROKEN["table_too_long"] = (
    lambda bench: bench.at(bench.postgres(), table="daily", row_limit=2),
    ("The table daily has more than 2 rows", "Write a query:"),
)


# Results

query_of("no_rows", f"{GOOD} where false", "no readable row below the header")
query_of("no_dates", "select signups, note from daily", "no column that holds dates", "It has: signups, note.", "date:")
query_of("date_renamed", "select day as dya, signups from daily",
         "query of events has no column 'day'. Did you mean 'dya'?", date="day")  # fmt: skip
query_of("dates_missing", "select null::date as day, signups from daily", "no readable row")
query_of("date_infinite", "select 'infinity'::date as day, 5 as signups union all " + GOOD,
         "query of events, row 1, day: infinity is not a date")  # fmt: skip
query_of("moment_infinite", "select '-infinity'::timestamptz as day, 5 as signups union all " + GOOD,
         "row 1, day: -infinity is not a date")  # fmt: skip
query_of("date_before_christ", "select '0044-03-15 BC'::date as day, 5 as signups union all " + GOOD, "0044-03-15 BC")
query_of("date_in_the_far_future", "select '20260-03-01'::date as day, 5 as signups union all " + GOOD, "20260-03-01")
query_of("dates_either_way", "select '1/2/21' as day, 5 as signups", "1/2/21")
query_of("value_infinite", "select date '2026-02-28' as day, 'Infinity'::float8 as signups union all " + GOOD,
         "row 1, signups: inf is not a finite number")  # fmt: skip
query_of("value_infinite_exact", "select date '2026-02-28' as day, 'Infinity'::numeric as signups union all " + GOOD,
         "row 1, signups: Infinity is not a finite number")  # fmt: skip
query_of("value_not_a_number", "select date '2026-02-28' as day, 'NaN'::float8 as signups union all " + GOOD,
         "Column signups holds NaN in 1 row", "read as missing")  # fmt: skip
for kind, value, shown in (
    ("interval", "interval '1 day 02:00'", "1 day, 2:00:00"),
    ("json", """'{"a": 1}'::jsonb""", "{'a': 1}"),
    ("array", "array[5]", "[5]"),
    ("bytes", "'abc'::bytea", "(3 bytes)"),
    ("truth", "true", "TRUE"),
    ("clock", "time '10:30'", "10:30:00"),
    ("day", "date '2026-03-01'", "2026-03-01"),
    ("long_text", "repeat('7', 3000)", "7"),
):
    query_of(f"value_is_{kind}", f"select day, {value} as signups from daily", "no readable value", shown)
query_of("column_of_the_metric_missing", "select day, signups as sign_ups from daily",
         "query of events has no column 'signups'. Did you mean 'sign_ups'?")  # fmt: skip
query_of("metric_missing_in_long", "select day, note, signups from daily", "has no 'signups' in column note",
         layout="long", metric="note", value="signups")  # fmt: skip

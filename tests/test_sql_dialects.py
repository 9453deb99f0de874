"""MySQL, SQL Server and others, as far as it shows without their servers: what their drivers are told and tell."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fake_drivers import Answer, FakeServer, error_of, installed

from metrics.sources.database_address import read_address
from metrics.sources.database_fault import Faults
from metrics.sources.database_statement import single_statement
from metrics.sources.fetched import Fetched
from metrics.sources.report import SourceError
from metrics.sources.sql import fetch_sql
from metrics.tree.tree import Source

PASSWORD = "Tr0ub4dor&3"
QUERY = "select day, at, spent from spend where name like '%a%'"
MYSQL = {
    r"^SELECT VERSION": ((("version",),), (("8.0.36",),)),
    r"isolation": ((("level",),), (("REPEATABLE-READ",),)),
    r"sql_mode|lower_case": ((("name",), ("value",)), ((0, ""),)),
}
MARIADB = {**MYSQL, r"^SELECT VERSION": ((("version",),), (("5.5.5-10.11.6-MariaDB",),))}
MSSQL = {
    r"@@version": ((("version",),), (("Microsoft SQL Server 2022 - 16.0.1000.6 (X64)",),)),
    r"schema_name": ((("name",),), (("dbo",),)),
    r"transaction_isolation|dm_exec_sessions|view_name": ((("level",),), (("READ COMMITTED",),)),
}
ROWS: Answer = (
    (("day", 10), ("at", 7), ("spent", 246)),
    ((date(2026, 3, 1), datetime(2026, 3, 1, 23, 30), Decimal("12.30")), (date(2026, 3, 2), None, None)),
)


@pytest.fixture
def fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Fetched]:
    def fetched(address: str, zone: str = "UTC", **keys: Any) -> Fetched:
        monkeypatch.setenv("EVENTS_URL", address)
        keys = keys if "table" in keys else {"query": QUERY, **keys}
        source = Source("events", "sql", url="${EVENTS_URL}", **{"timeout_seconds": 9, **keys})
        return fetch_sql(source, tmp_path, tmp_path, zone)

    return fetched


def after_connecting(server: FakeServer) -> list[str]:
    """What was told from the first statement of our own on; a second (rollback) changes nothing."""
    first = next(number for number, line in enumerate(server.told) if line.startswith(("SET SESSION", "SET LOCK")))
    return list(dict.fromkeys(server.told[first:]))


@pytest.mark.parametrize("scheme", ["mysql", "mysql+pymysql", "mariadb"])
def test_mysql_reads_only_and_is_bounded(
    scheme: str, fetch: Callable[..., Fetched], monkeypatch: pytest.MonkeyPatch
) -> None:
    maria = scheme == "mariadb"
    server = installed(monkeypatch, "pymysql", {**(MARIADB if maria else MYSQL), "from spend": ROWS})
    found = fetch(f"{scheme}://reader:{PASSWORD}@127.0.0.1:3307/shop", "Europe/Berlin")
    assert after_connecting(server) == [
        "SET SESSION TRANSACTION READ ONLY",
        "SET SESSION max_statement_time = 9" if maria else "SET SESSION max_execution_time = 9000",
        "SET SESSION time_zone = 'Europe/Berlin'",
        "(rows in parts)",
        QUERY,
        "(rollback)",
        "(close)",
    ]
    assert "(commit)" not in server.told
    (arguments,) = server.arguments
    wanted = {"host": "127.0.0.1", "port": 3307, "user": "reader", "password": PASSWORD, "database": "shop"}
    assert wanted.items() <= {**arguments, "database": arguments.get("database", arguments.get("db"))}.items()
    assert (arguments["connect_timeout"], arguments["read_timeout"]) == (9, 10)
    assert found.date == "day" and found.notes == ()
    text = found.files[0].path.read_text(encoding="utf-8")
    assert text == '"day","at","spent"\n"2026-03-01","2026-03-01","12.30"\n"2026-03-02","",""\n'


def test_the_rest_of_too_many_rows_is_not_fetched(
    fetch: Callable[..., Fetched], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyMySQL reads a result to its end when it is closed: its connection is dropped instead."""
    server = installed(monkeypatch, "pymysql", {**MYSQL, "from spend": ROWS})
    with pytest.raises(SourceError, match="more than 1 row,"):
        fetch("mysql://127.0.0.1/shop", row_limit=1)
    assert server.told[-1] == "(close, without the rest of the rows)"


def test_mysql_without_time_zones_gives_moments_in_utc_and_says_so(
    fetch: Callable[..., Fetched], monkeypatch: pytest.MonkeyPatch
) -> None:
    """23:30 in UTC on 1 March is 2 March in Berlin; the column of type DATE stays as it is."""
    server = installed(monkeypatch, "pymysql", {**MYSQL, "from spend": ROWS})
    refusal = error_of("pymysql", "OperationalError", 1298, "Unknown or incorrect time zone: 'Europe/Berlin'")
    server.answers["time_zone = 'Europe"] = refusal
    found = fetch("mysql://127.0.0.1/shop", "Europe/Berlin")
    assert "SET SESSION time_zone = '+00:00'" in server.told
    assert found.files[0].path.read_text(encoding="utf-8").splitlines()[1] == '"2026-03-01","2026-03-02","12.30"'
    (note,) = found.notes
    assert "does not know the time zone Europe/Berlin" in note


def test_mssql_is_bounded_and_rolled_back(fetch: Callable[..., Fetched], monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    rows = ((("day", 4), ("spent", 3)), ((moment, Decimal("12.30")),))
    server = installed(monkeypatch, "pymssql", {**MSSQL, r"from (spend|\[?dbo)": rows})
    found = fetch(f"mssql://reader:{PASSWORD}@127.0.0.1:1433/shop", query="select * from spend")
    assert after_connecting(server) == ["SET LOCK_TIMEOUT 9000", "select * from spend", "(rollback)", "(close)"]
    (arguments,) = server.arguments
    assert (arguments["login_timeout"], arguments["timeout"], arguments["password"]) == (9, 9, PASSWORD)
    assert found.files[0].path.read_text(encoding="utf-8").splitlines()[1] == '"2026-03-02","12.30"'
    fetch("mssql://127.0.0.1/shop", table="dbo.Daily Spend", row_limit=10)
    assert any(re_like("SELECT TOP", "FROM dbo.[Daily Spend]", line) for line in server.told)


def re_like(begins: str, holds: str, line: str) -> bool:
    return line.startswith(begins) and holds in " ".join(line.split())


@pytest.mark.parametrize(
    ("module", "arguments", "says"),
    [
        ("pymysql", (1045, "Access denied for user 'reader'@'10.0.0.1' (using password: YES)"), "refuses the user"),
        ("pymysql", (1049, "Unknown database 'shpo'"), "has no database 'shop'"),
        (
            "pymysql",
            (2003, "Can't connect to MySQL server on '127.0.0.1' ([Errno 111] refused)"),
            "No database answers",
        ),
        ("pymysql", (1040, "Too many connections"), "too many connections"),
        ("pymysql", (3159, "Connections using insecure transport are prohibited"), "encrypted connection"),
        ("pymysql", (1130, "Host '10.0.0.1' is not allowed to connect to this MySQL server"), "does not admit"),
        ("pymysql", (2003, "Can't connect to MySQL server on '127.0.0.1' (timed out)"), "did not answer in time"),
        ("pymysql", (2013, "Lost connection to MySQL server during query (timed out)"), "did not answer in time"),
        ("snowflake", (390100, "390100 (08001): Incorrect username or password was specified."), "refuses the user"),
        ("pymssql", (18456, b"Login failed for user 'reader'.DB-Lib error message 20018"), "refuses the user"),
        ("pymssql", ((20009, b"DB-Lib error message 20009: Unable to connect"),), "No database answers"),
        ("pymssql", (4060, b'Cannot open database "shop" requested by the login.'), "has no database 'shop'"),
    ],
)
def test_what_drivers_say_when_one_connects_is_understood(
    module: str, arguments: tuple[Any, ...], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, module, {})
    sentence = faults(monkeypatch, module).connecting(error_of(module, "OperationalError", *arguments))
    assert says in sentence
    assert PASSWORD not in sentence


@pytest.mark.parametrize(
    ("module", "arguments", "says"),
    [
        ("pymysql", (1064, "You have an error in your SQL syntax; check near 'form daily' at line 3"), "in line 3"),
        ("pymysql", (1146, "Table 'shop.dialy' doesn't exist"), "reads a table that is not there"),
        ("pymysql", (1054, "Unknown column 'dya' in 'field list'"), "names a column that is not there"),
        ("pymysql", (1142, "SELECT command denied to user 'reader'@'%' for table 'pay'"), "may not read"),
        ("pymysql", (1792, "Cannot execute statement in a READ ONLY transaction."), "would change the database"),
        ("pymysql", (3024, "Query execution was interrupted, maximum statement execution time exceeded"), "9 seconds"),
        ("pymysql", (2013, "Lost connection to MySQL server during query"), "was lost before"),
        ("pymysql", (2013, "Lost connection to MySQL server during query (timed out)"), "9 seconds"),
        ("snowflake", (2003, "002003 (42S02): Object 'DIALY' does not exist or not authorized."), "reads a table that"),
        ("snowflake", (904, "000904 (42000): error line 1 at position 7 invalid identifier 'DYA'"), "names a column"),
        ("snowflake", (1003, "001003 (42000): syntax error line 3 at position 0 unexpected 'form'"), "in line 3"),
        ("snowflake", (630, "000630 (57014): Statement reached its statement or warehouse timeout"), "9 seconds"),
        ("sqlalchemy_bigquery", ("404 Not found: Table shop:a.dialy was not found in location EU",), "reads a table"),
        ("sqlalchemy_bigquery", ("400 Unrecognized name: dya; Did you mean day? at [1:8]",), "names a column"),
        ("sqlalchemy_bigquery", ("400 Syntax error: Expected end of input but got FORM at [2:1]",), "has an error"),
        (
            "sqlalchemy_bigquery",
            ("403 Access Denied: Table shop:a.pay: User does not have permission",),
            "may not read",
        ),
        ("pymssql", (208, b"Invalid object name 'dialy'.DB-Lib error message 20018"), "reads a table that is not"),
        ("pymssql", (207, b"Invalid column name 'dya'.DB-Lib error message 20018"), "names a column that is not"),
        ("pymssql", (102, b"Incorrect syntax near 'form'.DB-Lib error message 20018"), "has an error: Incorrect"),
        ("pymssql", (229, b"The SELECT permission was denied on the object 'pay'"), "may not read"),
        ("pymssql", (20003, b"DB-Lib error message 20003: Adaptive Server connection timed out"), "9 seconds"),
        ("pymssql", (1222, b"Lock request time out period exceeded."), "being written to by another"),
        ("pymysql", (1105, f"odd error for mysql://reader:{PASSWORD}@127.0.0.1/shop"), "could not be answered"),
    ],
)
def test_what_drivers_say_to_a_query_is_understood(
    module: str, arguments: tuple[Any, ...], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask() -> Any:
        raise LookupError

    installed(monkeypatch, module, {})
    sentence = faults(monkeypatch, module).asking(error_of(module, "OperationalError", *arguments), ask)
    assert says in sentence
    assert PASSWORD not in sentence and "reader:" not in sentence


def test_a_file_that_the_address_names_is_told_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    error = FileNotFoundError(2, "No such file or directory", "keys/reader.json")
    sentence = faults(monkeypatch, "psycopg").connecting(error)
    assert sentence == "The address in EVENTS_URL names the file keys/reader.json, which is not there: correct it."


def faults(monkeypatch: pytest.MonkeyPatch, module: str) -> Faults:
    scheme = {"pymysql": "mysql", "pymssql": "mssql"}.get(module, "postgresql")
    monkeypatch.setenv("EVENTS_URL", f"{scheme}://reader:{PASSWORD}@127.0.0.1/shop")
    source = Source("events", "sql", url="${EVENTS_URL}", query=QUERY, timeout_seconds=9)
    return Faults(source, read_address(source, Path()), "query of events")


@pytest.mark.parametrize(
    "words",
    [
        "[Errno -2] Name or service not known",
        'could not translate host name "db.example" to address: Temporary failure in name resolution',
        "failed to resolve host 'db.example': [Errno -3] Temporary failure in name resolution",
    ],
)
def test_a_host_that_is_not_known_is_told_as_such(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is not known: check the address in EVENTS_URL" in faults(monkeypatch, "psycopg").connecting(OSError(words))


@pytest.mark.parametrize(
    ("options", "says"), [("", "does not admit the user 'reader'"), ("?sslmode=disable", "wants an encrypted")]
)
def test_a_host_that_is_not_admitted_is_told_as_such(options: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL adds "no encryption" to every such message, and its driver tries encryption unless told not to."""
    words = 'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "reader", database "shop", no encryption'
    monkeypatch.setenv("EVENTS_URL", f"postgresql://reader:{PASSWORD}@127.0.0.1/shop{options}")
    source = Source("events", "sql", url="${EVENTS_URL}", query=QUERY)
    assert says in Faults(source, read_address(source, Path()), "query of events").connecting(OSError(words))


@pytest.mark.parametrize(
    ("password", "written", "text", "clean"),
    [
        ("a", "a", "user a at 'a' was parsed", "user *** at *** was parsed"),
        ("pa ss", "pa%20ss", "pa ss, pa%20ss", "***, ***"),
        ("x.y*", "x.y*", "x.y* and xzyy", "*** and xzyy"),
        ("längst", "l%C3%A4ngst", "for längst", "for ***"),
    ],
)
def test_a_text_is_cleaned_of_every_form_of_a_password(
    password: str, written: str, text: str, clean: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in (f"postgresql://reader:{written}@db/shop", f"postgresql://db/shop?password={written}"):
        monkeypatch.setenv("EVENTS_URL", address)
        found = read_address(Source("events", "sql", url="${EVENTS_URL}"), Path())
        assert found.clean(text) == clean
        assert found.clean(f"see {address}") == "see ***"
        assert repr(found) == f"Address(named='EVENTS_URL', place={found.place!r}, file=None)"


@pytest.mark.parametrize(
    ("backend", "query"),
    [
        ("postgresql", "select ';' , $tag$ ; ' $tag$, E'it\\'s ;', \"a;b\" from t /* ; */ -- ;"),
        ("mysql", "select 'it\\'s ; ', \"it\\\"s ;\", `a;b` from t # ; and so on"),
        ("mssql", "select [a;b] from t"),
        ("bigquery", "from t |> select day, 'a\\';' # ;"),
        ("snowflake", "select $$ ; ' $$ from t"),
        ("sqlite", "values (1, ';')"),
        ("sqlite", "/* first */ -- second\n(select 1)"),
    ],
)
def test_a_semicolon_within_is_none(backend: str, query: str) -> None:
    assert single_statement(query, backend, "events") == query
    assert single_statement(f"  {query}\n; ;\n -- ;", backend, "events") == f"{query}"
    with pytest.raises(SourceError, match="several statements"):
        single_statement(f"{query}\n; select 2", backend, "events")


def test_a_moment_of_any_driver_is_its_day(fetch: Callable[..., Fetched], monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that gives moments with their zone needs none of the database; the first and last hours stay texts."""
    rows = tuple((moment,) for moment in (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)))
    installed(monkeypatch, "pymssql", {**MSSQL, "from spend": ((("day", 4),), rows)})
    text = fetch("mssql://db/shop", "Asia/Tokyo").files[0].path.read_text(encoding="utf-8")
    assert text.splitlines() == ['"day"', '"2026-03-02"', '"9999-12-31 23:59:59.999999+00:00"']

"""Opening the ledger: many at once, after crashes, on what is no ledger; nothing that is there is ever overwritten."""

import os
import shutil
import sqlite3
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from ledgers import ANA, DAY, Place, clean_places, ledger, place
from loopback_servers import free_port
from postgres import PASSWORD
from sqlalchemy import make_url

from metrics.ledger.ledger import Ledger
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.schema import NEWEST, VERSION_TABLE

__all__ = ["clean_places", "ledger", "place"]

pytestmark = pytest.mark.usefixtures("clean_places")

OPEN_AND_ADD = """
import sys
from datetime import date
from pathlib import Path
from metrics.ledger.author import Author
from metrics.ledger.ledger import Ledger
state, url, name = sys.argv[1:]
sys.stdin.readline()
with Ledger.open(Path(state), url=url or None) as ledger:
    ledger.entries.add(name, date(2026, 11, 2), 1, Author(name, False))
"""


def test_many_processes_may_make_the_ledger_at_once(place: Place) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_ADD, str(place.state), place.url or "", f"writer_{number}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, told
    with place.open() as opened:
        assert [entry.metric for entry in opened.entries.current()] == [f"writer_{number}" for number in range(4)]


def test_the_newest_schema_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "metrics.ledger:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_a_ledger_of_a_newer_version_is_told_and_left_alone(place: Place) -> None:
    with place.open() as opened:
        kept = opened.entries.add("nps", DAY, 41, ANA)
        with opened.database.write() as connection:
            connection.exec_driver_sql(f"update {VERSION_TABLE} set version_num = '9999'")
    with pytest.raises(LedgerError, match=r"newer Northstar \(its schema is 9999"):
        place.open()
    with pytest.raises(LedgerError, match="Install the newer version"):
        place.open()
    assert version_and_entries(place) == ("9999", kept.id)


def version_and_entries(place: Place) -> tuple[str, int]:
    """The schema's version and the newest entry, read without the ledger."""
    query = f"select version_num, (select max(id) from entry) from {VERSION_TABLE}"
    if place.url:
        import psycopg

        with psycopg.connect(place.url) as connection:
            row = connection.execute(query).fetchone()
    else:
        database = sqlite3.connect(place.state / "ledger.sqlite")
        row = database.execute(query).fetchone()
        database.close()
    assert row is not None
    return row[0], row[1]


def test_a_ledger_without_a_version_is_told_and_left_alone(place: Place) -> None:
    with place.open() as opened:
        opened.entries.add("nps", DAY, 41, ANA)
        with opened.database.write() as connection:
            connection.exec_driver_sql(f"delete from {VERSION_TABLE}")
    with pytest.raises(LedgerError, match="not a ledger"):
        place.open()


def test_an_installed_wheel_makes_the_ledger(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    done = subprocess.run(build, cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import metrics.ledger.ledger as there; from pathlib import Path; "
    )
    code += "there.Ledger.open(Path('state')).close(); print(there.__file__)"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "installed")], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.strip()).is_relative_to(tmp_path / "installed")
    with Ledger.open(tmp_path / "state") as opened:
        opened.entries.add("nps", DAY, 1, ANA)


# SQLite


def a_ledger(state: Path, entries: int = 1) -> Path:
    with Ledger.open(state) as opened:
        for number in range(entries):
            opened.entries.add("nps", DAY, number, ANA, "x" * 2000)
    return state / "ledger.sqlite"


def random_bytes(path: Path) -> None:
    path.write_bytes(bytes((7 * number) % 256 for number in range(20_000)))


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("create table shopping (item)")
    connection.commit()
    connection.close()


def without_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * 100)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [random_bytes, cut_short, foreign, without_header, emptied])
def test_a_damaged_file_is_told_and_left_alone(damage: Callable[[Path], None], tmp_path: Path) -> None:
    path = a_ledger(tmp_path, entries=20)
    damage(path)
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"ledger\.sqlite .*(damaged|not a ledger)"):
        Ledger.open(tmp_path)
    assert path.read_bytes() == before


def test_damage_that_shows_later_is_told_by_the_read_that_meets_it(tmp_path: Path) -> None:
    path = a_ledger(tmp_path, entries=200)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = b"\xa5" * (len(data) - len(data) // 2)
    path.write_bytes(bytes(data))
    with Ledger.open(tmp_path) as opened, pytest.raises(LedgerError, match="damaged"):
        opened.entries.of_metric("nps")


def test_what_a_killed_first_start_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "ledger.new.sqlite").write_bytes(b"SQLite for")
    (tmp_path / "ledger.new.sqlite-wal").write_bytes(b"half a")
    with Ledger.open(tmp_path) as opened:
        opened.entries.add("nps", DAY, 1, ANA)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.lock", "ledger.sqlite"]


def test_entries_whose_file_is_gone_are_not_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite-wal").write_bytes(b"entries")
    with pytest.raises(LedgerError, match=r"ledger\.sqlite is gone, but ledger\.sqlite-wal is there"):
        Ledger.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["ledger.sqlite-wal"]


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_written_to_a_file_that_was_taken_away(replaced: bool, tmp_path: Path) -> None:
    path = a_ledger(tmp_path / "state")
    with Ledger.open(tmp_path / "state") as opened:
        opened.entries.add("nps", DAY, 1, ANA)
        shutil.copy(path, tmp_path / "other")
        path.unlink()
        if replaced:
            (tmp_path / "other").rename(path)
        with pytest.raises(LedgerError, match="removed or replaced"):
            opened.entries.add("nps", DAY, 2, ANA)


def test_a_state_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(LedgerError, match="can't be opened"):
        Ledger.open(tmp_path / "state")


def test_what_is_acknowledged_is_on_the_disk_and_waits_for_no_reader(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as opened, opened.database.read() as reading:
        found = {
            name: reading.exec_driver_sql(f"pragma {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
        before = reading.exec_driver_sql("select count(*) from entry").scalar_one()
        opened.entries.add("nps", DAY, 1, ANA)
        assert reading.exec_driver_sql("select count(*) from entry").scalar_one() == before


@pytest.mark.parametrize("name", ["a b", "100%", "what?#", "ключ", "it's"])
def test_any_name_of_a_folder_will_do(name: str, tmp_path: Path) -> None:
    assert a_ledger(tmp_path / name).is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


# PostgreSQL


def told(url: str) -> str:
    """Everything that opening the ledger at an address tells, the trace of the error included."""
    with pytest.raises(LedgerError) as caught:
        Ledger.open(Path("unused"), url=url)
    error = caught.value
    assert error.__suppress_context__ or error.__context__ is None
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("wrong", ["password", "user", "database", "port", "host"])
def test_a_server_that_lets_nobody_in_is_told_without_the_password(wrong: str, postgres_url: str) -> None:
    url = make_url(postgres_url)
    if wrong == "password":
        url = url.set(password="hunter2:of/the@tests")
    elif wrong == "user":
        url = url.set(username="nobody_here")
    elif wrong == "database":
        url = url.set(database="not_there")
    elif wrong == "port":
        url = url.set(port=free_port())
    else:
        url = url.set(host="no-such-host.invalid")
    text = told(url.render_as_string(hide_password=False))
    assert "The ledger in database" in text
    for secret in ("hunter2", PASSWORD, "s3cret", str(url.password)):
        assert secret not in text


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@host:port/db",
        "postgresql://u:hun@ter2@host/db",
        "postgresql://u:hun/ter2@",
        "postgresql://u:hunter2@host",
        "postgresql://u:hunter2@/db",
        "mysql://u:hunter2@host/db",
        "sqlite:////data/ledger.sqlite?password=hunter2",
        "hunter2",
        "postgresql://u:hunter2@host:99999999/db?connect_timeout=x",
    ],
)
def test_an_address_that_is_none_is_told_without_the_password(url: str) -> None:
    text = told(url)
    assert "hunter2" not in text and "ter2" not in text
    assert "NORTHSTAR_LEDGER_URL" in text or "The ledger in database" in text


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_environment_names_the_server(
    scheme: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NORTHSTAR_LEDGER_URL", postgres_url.replace("postgresql", scheme, 1))
    with Ledger.open(tmp_path / "state") as opened:
        opened.entries.add("nps", DAY, 41, ANA)
    assert not (tmp_path / "state").exists()
    with Ledger.open(tmp_path / "elsewhere") as again:
        assert [entry.value for entry in again.entries.current()] == [41.0]


def test_without_the_driver_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install 'northstar[postgres]'" in told("postgresql://u:hunter2@127.0.0.1/db")

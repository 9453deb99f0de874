"""A ledger of an earlier release is brought up to date with all that is in it, in one step or not at all."""

import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from ledgers import ANA, BEN, Place, clean_places, place
from sqlalchemy import MetaData, create_engine, insert, inspect

from metrics.ledger.conflict import EditConflict
from metrics.ledger.entry import Entry
from metrics.ledger.note import NewNote
from metrics.ledger.schema import NEWEST, VERSION_TABLE

__all__ = ["clean_places", "place"]

FROZEN = Path(__file__).parent / "ledger_0001.sql"
WEEK = date(2026, 11, 1)
NOTE = NewNote(metrics=("nps",), first_week=WEEK, last_week=WEEK, kind="event", text="A newsletter")


def as_it_was(place: Place) -> None:
    """Make the ledger that stands in the dump of an earlier release."""
    source = sqlite3.connect(":memory:")
    source.executescript(FROZEN.read_text(encoding="utf-8"))
    if place.url is None:
        place.state.mkdir()
        target = sqlite3.connect(place.state / "ledger.sqlite")
        target.executescript(FROZEN.read_text(encoding="utf-8"))
        target.close()
    else:
        copy_to_postgres(source, place)
    source.close()


def copy_to_postgres(source: sqlite3.Connection, place: Place) -> None:
    """Migrate an empty database to the dump's version and copy the dump's rows into it."""
    engine = create_engine(str(place.url).replace("postgresql://", "postgresql+psycopg://", 1))
    version = source.execute(f"select version_num from {VERSION_TABLE}").fetchone()[0]
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "metrics.ledger:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        there = MetaData()
        there.reflect(connection)
        source.row_factory = sqlite3.Row
        for table in there.sorted_tables:
            if table.name == VERSION_TABLE:
                continue
            rows = [dict(row) for row in source.execute(f'select * from "{table.name}"')]
            for row in rows:
                for column in table.columns:
                    kind = column.type.python_type
                    value = row[column.name]
                    if value is not None and kind is bool:
                        row[column.name] = bool(value)
                    elif value is not None and kind is datetime:
                        row[column.name] = datetime.fromisoformat(value).replace(tzinfo=UTC)
                    elif value is not None and kind is date:
                        row[column.name] = date.fromisoformat(value)
            if rows:
                connection.execute(insert(table), rows)
            for column in table.primary_key.columns:
                if column.autoincrement is not False and column.name in ("id", "number"):
                    connection.exec_driver_sql(
                        f"select setval(pg_get_serial_sequence('{table.name}', '{column.name}'),"
                        f' (select max("{column.name}") from "{table.name}"))'
                    )
    engine.dispose()


def test_all_that_an_earlier_ledger_held_is_there_after_the_upgrade(place: Place) -> None:
    as_it_was(place)
    with place.open() as ledger:
        first, second = datetime(2026, 11, 2, 9, 30, 0, 123456, UTC), datetime(2026, 11, 2, 10, 30, 0, 123456, UTC)
        assert ledger.entries.of_metric("nps") == [
            Entry(2, "nps", WEEK, 42.5, BEN, second, 'it\'s "corrected" ✔'),
            Entry(1, "nps", WEEK, 41.0, ANA, first, "survey of October"),
        ]
        assert [entry.value for entry in ledger.entries.current()] == [None, 42.5]
        assert [(line.number, line.review_week) for line in ledger.history.refreshes()] == [
            (3, None),
            (2, date(2026, 11, 8)),
            (1, WEEK),
        ]
        assert list(ledger.history.payloads(0, 9)) == [
            (1, "shop", b"\0\xffvalues"),
            (2, "shop", b"more"),
            (2, "crm", b""),
        ]
        assert ledger.history.tree_text(1) == ledger.history.tree_text(2) == "northstar: 1\nname: Lumen\n"
        assert [(change.part, change.refresh) for change in ledger.definitions.all()] == [("formula", 2)]
        assert ledger.audits.newest()["signups"].derived == 1180.0


def test_an_earlier_ledger_takes_all_that_is_new(place: Place) -> None:
    as_it_was(place)
    with place.open() as ledger:
        note = ledger.notes.add(NOTE, ANA)
        with pytest.raises(EditConflict):
            ledger.notes.edit(note.id, 7, NOTE, ANA)
        assert ledger.notes.find("newsletter") == [note]
        assert ledger.entries.add("nps", WEEK, 43, ANA).id == 4
    with place.open() as again:
        assert again.notes.get(note.id) == note
        with again.database.read() as connection:
            found = connection.exec_driver_sql(f"select version_num from {VERSION_TABLE}").scalar_one()
    assert found == NEWEST


def test_an_upgrade_that_fails_leaves_the_ledger_as_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_was(place)
    with monkeypatch.context() as broken:
        broken.setattr("alembic.operations.Operations.create_index", _no_index)
        with pytest.raises(RuntimeError, match="power cut"):
            place.open()
    with place.open() as ledger:
        assert len(ledger.entries.of_metric("nps")) == 2
        ledger.notes.add(NOTE, ANA)


def _no_index(*_: object, **__: object) -> None:
    raise RuntimeError("power cut")


def test_a_new_ledger_has_the_shape_of_one_that_was_brought_up_to_date(place: Place) -> None:
    as_it_was(place)
    upgraded = shape(place)
    take_away(place)
    new = shape(place)
    assert len(new) > 15 and "search_words" in new
    assert new == upgraded


def shape(place: Place) -> dict[str, object]:
    """All that the database tells of each table of the ledger in a place, without the order of its columns."""
    with place.open() as ledger, ledger.database.read() as connection:
        there = inspect(connection)
        found: dict[str, object] = {}
        if place.url is None:
            found["search"] = connection.exec_driver_sql(
                "select sql from sqlite_master where name = 'search_words'"
            ).all()
        for name in there.get_table_names():
            columns = [{**column, "type": str(column["type"])} for column in there.get_columns(name)]
            found[name] = (
                sorted(columns, key=str),
                there.get_pk_constraint(name),
                sorted(there.get_foreign_keys(name), key=str),
                sorted(there.get_unique_constraints(name), key=str),
                sorted(there.get_check_constraints(name), key=str),
                sorted([{**index, "dialect_options": told(index)} for index in there.get_indexes(name)], key=str),
            )
        return found


def told(index: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in index.get("dialect_options", {}).items()}


def take_away(place: Place) -> None:
    if place.url is None:
        (place.state / "ledger.sqlite").unlink()
        return
    engine = create_engine(place.url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.exec_driver_sql("drop schema public cascade; create schema public")
    engine.dispose()


def test_two_that_upgrade_at_once_do_it_once(place: Place) -> None:
    as_it_was(place)
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(lambda _: place.open(), range(4)))
    assert [len(ledger.entries.current()) for ledger in opened] == [2] * 4
    for ledger in opened:
        ledger.close()


def test_the_dump_is_of_the_first_release() -> None:
    """A later schema gets a dump of its own beside it; this one stays."""
    assert "VALUES('0001')" in FROZEN.read_text(encoding="utf-8")

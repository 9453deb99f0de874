"""How the values of one refresh differ from those of the one before: what the ledger keeps, and how it is read back.

Changes are kept as Parquet, one part a source and refresh, with one row a series and day: `state` and `value` as they
are now, `old_state` and `old_value` as they were. A state is 0 where the source has no row of that day, 1 where its
row is blank, 2 where it has a value. `redefined` says that the metric is computed in another way than before, so that
the source restated nothing. Where all is new, these last three are left out: nothing was there before. All parts of
all refreshes in turn give the values of any refresh.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from metrics.ledger.refresh_record import Change

_NEW = """
select key, series.source, day, value, definition
from observation join main.series as series on series.number = observation.series
"""

_OLD = """
select key, series.source, day, value, definition
from previous.observation as o join previous.series as series on series.number = o.series
"""

_STATE = "case when {0}.day is null then 0 when {0}.value is null then 1 else 2 end::utinyint"

_DIFFERENT = f"""
create or replace temp table change as
select
    coalesce(new.source, old.source) as source,
    coalesce(new.key, old.key) as key,
    coalesce(new.day, old.day) as day,
    {_STATE.format("new")} as state,
    new.value,
    {_STATE.format("old")} as old_state,
    old.value as old_value,
    coalesce(new_series.definition <> old_series.definition, false) as redefined
from (select * from ({_NEW}) where not list_contains($same::varchar[], source)) as new
full join (select * from ({_OLD}) where not list_contains($same::varchar[], source)) as old using (key, day)
left join main.series as new_series on new_series.key = coalesce(new.key, old.key)
left join previous.series as old_series on old_series.key = coalesce(new.key, old.key)
where (new.day is null) <> (old.day is null) or new.value is distinct from old.value
"""

_COLUMNS = "key, day, state, value, old_state, old_value, redefined"

# Where all is new, the keys of the series are written a million times: as a type of a few words they need no look-up.
_NAMED = """
create temp type key_of_series as enum (select key from main.series);
create temp table named as select number, source, key::key_of_series as key from main.series;
"""

_ALL_NEW = """
create or replace temp view change as
select source, key, day, case when value is null then 1 else 2 end::utinyint as state, value
from observation join named on named.number = observation.series
"""

_NEW_COLUMNS = "key, day, state, value"

_NEW_COUNTS = """
select source, sum(filled)::bigint, 0, 0
from (select series, count(value) as filled from observation group by series)
join main.series as series on series.number = series
group by source order by source
"""

_COUNTS = """
select source,
       count(*) filter (old_state <> 2 and state = 2),
       count(*) filter (old_state = 2 and state = 2),
       count(*) filter (old_state = 2 and state <> 2)
from change group by source order by source
"""


@dataclass(frozen=True)
class ValueChange:
    """A day's value that a refresh changed; None where there was or is none. `key` is that of the series."""

    refresh: int
    source: str
    key: str
    day: date
    old: float | None
    new: float | None


# The number of a refresh, a source, and a Parquet file of the changes in it.
Part = tuple[int, str, bytes]


def changes(
    connection: duckdb.DuckDBPyConnection, scratch: Path, compare: bool, same: Collection[str] = ()
) -> list[Change]:
    """Return what changed in a file in the making, source by source, in the order of their ids: counts of days.

    With `compare` the file before is attached as `previous`; without, every value is new. `same` names sources that
    are known not to have changed. `scratch` is an empty folder.
    """
    if compare:
        connection.execute(_DIFFERENT, {"same": list(same)})
        columns, counts = _COLUMNS, _COUNTS
    else:
        connection.execute(_NAMED)
        connection.execute(_ALL_NEW)
        columns, counts = _NEW_COLUMNS, _NEW_COUNTS
    found = []
    for number, (source, added, changed, removed) in enumerate(connection.execute(counts).fetchall()):
        path = scratch / f"changes-{number}.parquet"
        connection.execute(
            f"copy (select {columns} from change where source = $source) to '{_quoted(path)}'"
            " (format parquet, compression zstd, compression_level 1)",
            {"source": source},
        )
        found.append(Change(source, added, changed, removed, path.read_bytes()))
    return found


def restore_observations(connection: duckdb.DuckDBPyConnection, parts: Iterable[Part], scratch: Path) -> None:
    """Fill the table `observation` of a file in the making with what the parts of all refreshes in turn come to.

    Series that the tree does not have are left out. `scratch` is an empty folder.
    """
    paths = _written(parts, scratch)
    if paths:
        connection.execute(
            """insert into observation
               select number, day, value.value
               from (
                   select key, day, arg_max(state, filename) as state, arg_max({'value': value}, filename) as value
                   from read_parquet($paths, filename = true) group by key, day
               ) join series using (key)
               where state > 0""",
            {"paths": paths},
        )


def value_changes(parts: Iterable[Part], up_to: date | None = None, restated: bool = False) -> list[ValueChange]:
    """Return the days' values that refreshes changed, newest refresh first; not those of metrics that were redefined.

    With `up_to` those of the days up to it; with `restated` those alone that had a value before.
    """
    with TemporaryDirectory(prefix="northstar-") as scratch, duckdb.connect() as connection:
        sources: list[str] = []
        paths = _written(_noting_sources(parts, sources), Path(scratch))
        if not paths:
            return []
        rows = connection.execute(
            """select parse_filename(filename)[:9]::bigint as refresh, parse_filename(filename)[11:16]::bigint,
                      key, day, old_value, value
               from (
                   from read_parquet($paths, filename = true, union_by_name = true)
                   union all by name
                   select null::utinyint as old_state, null::double as old_value, null::boolean as redefined where false
               )
               where day <= $up_to and redefined is not true and old_value is distinct from value
                 and (old_state = 2 or not $restated)
               order by refresh desc, key, day""",
            {"paths": paths, "up_to": up_to or date.max, "restated": restated},
        ).fetchall()
    return [ValueChange(refresh, sources[position], *change) for refresh, position, *change in rows]


def _noting_sources(parts: Iterable[Part], sources: list[str]) -> Iterator[Part]:
    for part in parts:
        sources.append(part[1])
        yield part


def _written(parts: Iterable[Part], scratch: Path) -> list[str]:
    """Write parts as files whose names order them, and return the paths."""
    paths = []
    for position, (refresh, _, parquet) in enumerate(parts):
        path = scratch / f"{refresh:09}-{position:06}.parquet"
        path.write_bytes(parquet)
        paths.append(str(path))
    return paths


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")

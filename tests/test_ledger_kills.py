"""Writers are killed at random moments: what the ledger acknowledged is there afterwards, whole, and it opens."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ledgers import Place, clean_places, place

__all__ = ["clean_places", "place"]

WRITER = Path(__file__).parent / "ledger_writer.py"
MOST_AWAITED = 30


def started(place: Place, name: str, threads: int) -> "subprocess.Popen[bytes]":
    # Unbuffered: what a readline took too much of would be missing from what `communicate` gives.
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(place.state), place.url or "", name, str(threads)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )


def kill_writers(place: Place, kills: int, processes: int, threads: int) -> int:
    """Start writers and kill them, `kills` times in all; return how many acknowledged writes were looked for.

    They are killed a random moment after a random number of acknowledgements, so that there is something to lose
    however slow the machine is.
    """
    chance = random.Random(kills * 100 + processes)
    place.open().close()
    awaited = checked = 0
    for kill in range(0, kills, processes):
        writers = [started(place, f"kill_{kill}_{number}", threads) for number in range(processes)]
        try:
            for writer in writers:
                assert writer.stdout is not None and writer.stdout.readline() == b"ready\n", writer.communicate()
            wanted = chance.randrange(MOST_AWAITED)
            first = [writers[0].stdout.readline() for _ in range(wanted)]  # type: ignore[union-attr]
            time.sleep(chance.uniform(0, 0.1))
        finally:
            for writer in writers:
                time.sleep(chance.uniform(0, 0.02))
                writer.kill()
        heard = [writer.communicate(timeout=120) for writer in writers]
        assert [error for _, error in heard if error] == []
        heard[0] = (b"".join(first) + heard[0][0], b"")
        awaited += wanted
        # A line that the kill cut in two has no line end; what it would say is not counted as acknowledged.
        lines = [line.decode().split() for out, _ in heard for line in out[: out.rfind(b"\n") + 1].splitlines()]
        newest = {metric: int(number) for metric, number in lines}
        with place.open() as ledger:
            for metric, acknowledged in newest.items():
                values = [entry.value for entry in ledger.entries.of_metric(metric)][::-1]
                assert values == [number / 2 for number in range(len(values))]
                assert len(values) % 2 == 0, "half of a transaction"
                assert len(values) >= 2 * (acknowledged + 1), f"{metric}: acknowledged {acknowledged}"
                notes = ledger.notes.for_metric(metric)[::-1]
                assert [note.text for note in notes] == [f"note{number} @{metric}" for number in range(len(notes))]
                assert len(notes) >= acknowledged + 1, f"{metric}: acknowledged {acknowledged}"
                # A note and the words that it is found by are written together.
                assert ledger.notes.find("note", author=metric)[::-1] == notes
                assert all(note.mentions.people == (metric,) for note in notes)
                checked += acknowledged + 1
    assert checked >= awaited > 0
    return checked


def test_nothing_acknowledged_is_lost_in_ten_kills(place: Place) -> None:
    assert kill_writers(place, kills=10, processes=2, threads=4) > 10


@pytest.mark.long
@pytest.mark.parametrize(("processes", "threads"), [(1, 16), (4, 4)])
def test_nothing_acknowledged_is_lost_in_two_hundred_kills(place: Place, processes: int, threads: int) -> None:
    assert kill_writers(place, kills=200, processes=processes, threads=threads) > 500

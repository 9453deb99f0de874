"""Writes to a ledger until it is killed, and says on standard output what was acknowledged.

    python ledger_writer.py STATE URL NAME THREADS KIND

Each thread prints `NAME.THREAD NUMBER` on a line of its own once the ledger has taken the number.
"""

import os
import sys
import threading
from datetime import date
from pathlib import Path

from metrics.ledger.author import Author
from metrics.ledger.entry import NewEntry
from metrics.ledger.ledger import Ledger
from metrics.ledger.note import NewNote

DAY = date(2026, 11, 2)


def say(text: str) -> None:
    # One system call a line, so that lines of several threads don't mix and none waits in a buffer.
    os.write(1, text.encode())


def write(ledger: Ledger, metric: str) -> None:
    author = Author(metric, verified=False)
    number = 0
    while True:
        # Two in one transaction: a half would show.
        ledger.entries.add_many([NewEntry(metric, DAY, number, author), NewEntry(metric, DAY, number + 0.5, author)])
        text = f"note{number} @{metric}"
        ledger.notes.add(NewNote(metrics=(metric,), first_week=DAY, last_week=DAY, kind="event", text=text), author)
        say(f"{metric} {number}\n")
        number += 1


def main() -> None:
    state, url, name, threads = sys.argv[1:]
    ledger = Ledger.open(Path(state), url=url or None)
    writers = [threading.Thread(target=write, args=(ledger, f"{name}.{n}"), daemon=True) for n in range(int(threads))]
    say("ready\n")
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()


if __name__ == "__main__":
    main()

"""Opens the ledger of a workspace."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from metrics.ledger.audits import Audits
from metrics.ledger.claim_verdicts import ClaimVerdicts
from metrics.ledger.database import Clock, Database, utc_now
from metrics.ledger.definitions import Definitions
from metrics.ledger.entries import Entries
from metrics.ledger.export import Exported, export_rows
from metrics.ledger.follow_ups import FollowUps
from metrics.ledger.history import History
from metrics.ledger.limits import Limits
from metrics.ledger.notes import Notes
from metrics.ledger.postgres_server import VARIABLE, open_server
from metrics.ledger.pulse import ALL, newest_number
from metrics.ledger.replies import Replies
from metrics.ledger.sqlite_file import NAME, open_file


class Ledger:
    """All that can't be rebuilt. Threads may share it, and processes may open it side by side.

    `entries` are the values typed by hand, `history` the refreshes, `definitions` the changes in what metrics mean,
    `audits` the metrics derived again by hand; `notes` and `replies` what was learned and said, `follow_ups` what is to
    be done, `limits` what reviews judged by, `claim_verdicts` what rooms said on claims.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.entries = Entries(database)
        self.history = History(database)
        self.definitions = Definitions(database)
        self.audits = Audits(database)
        self.notes = Notes(database)
        self.replies = Replies(database)
        self.follow_ups = FollowUps(database)
        self.limits = Limits(database)
        self.claim_verdicts = ClaimVerdicts(database)

    @classmethod
    def open(cls, state: Path, url: str | None = None, clock: Clock = utc_now) -> Ledger:
        """Open the ledger in a state folder, or on the server that `url` or NORTHSTAR_LEDGER_URL names.

        Makes it where there is none and brings one of an earlier release up to date. Raises LedgerError where that
        can't be done; what is there is then left as it is.
        """
        address = url or os.environ.get(VARIABLE)
        return cls(open_server(address, clock) if address else open_file(state, clock))

    @classmethod
    def in_file(cls, state: Path) -> Ledger:
        """Open the ledger in a state folder, also where NORTHSTAR_LEDGER_URL names a server: for a mere trial."""
        return cls(open_file(state, utc_now))

    @staticmethod
    def is_there(state: Path) -> bool:
        """Return whether anything can have been kept yet."""
        return bool(os.environ.get(VARIABLE)) or (state / NAME).exists()

    def version(self) -> int:
        """Return a number that grows with everything that is written; cheap to ask for again and again."""
        return newest_number(self.database, ALL)

    def export(self, versions: bool = False) -> list[Exported]:
        """Return all that people wrote, a row each, as `export_rows` tells it; `versions` adds the earlier ones."""
        return export_rows(self.database, versions)

    def close(self) -> None:
        """Close the connections to the database."""
        self.database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

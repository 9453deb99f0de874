"""What is told to a person whose change was not kept because of somebody else's."""

from __future__ import annotations

from metrics.ledger.entry import Entry
from metrics.ledger.follow_up import FollowUp
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.note import Note, Reply


class EditConflict(LedgerError):
    """Somebody changed what was to be changed: `newer` is what it is now. Nothing was written."""

    def __init__(self, newer: Note | Reply | FollowUp) -> None:
        self.newer = newer
        writer = newer.changed_by if isinstance(newer, FollowUp) else newer.author
        super().__init__(
            f"This was changed in the meantime, by {writer.name}, to version {newer.version}. "
            "Nothing of yours was written: look at the newer text and decide."
        )


class EntryConflict(LedgerError):
    """Another value was typed for a day in the meantime: `newer` is what stands there now. Nothing was written."""

    def __init__(self, newer: Entry) -> None:
        self.newer = newer
        value = "cleared it" if newer.value is None else f"typed {newer.value:.15g}"
        super().__init__(
            f"{newer.author.name} {value} for {newer.day} meanwhile ({newer.at:%d %b %Y, %H:%M} UTC). Nothing was"
            " saved: look at it, and save again if yours should stand."
        )


class NotTheAuthorError(LedgerError):
    """Only the author of a text changes it. Nothing was written."""

    def __init__(self, author: str) -> None:
        super().__init__(f"Only {author}, who wrote this, can change it. Write a reply instead.")

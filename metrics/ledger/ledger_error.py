"""What is told when the ledger can't do what was asked."""

from metrics.errors import NorthstarError


class LedgerError(NorthstarError):
    """The ledger can't be opened, read or written, or was handed something that it can't keep; nothing was written."""

"""What stands around every page: only the router runs it, and a ledger that can't be reached is told in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from metrics.ledger.ledger_error import LedgerError
from pages.parts import notices

_routed: ContextVar[bool] = ContextVar("routed", default=False)


@contextmanager
def routed() -> Iterator[None]:
    """Mark what runs inside as called by the router, and say so where the ledger stops it.

    Streamlit runs files that it finds by itself on a fresh server: they see that they were not called.
    """
    token = _routed.set(True)
    try:
        yield
    except LedgerError as error:
        notices.without_ledger(error)
    finally:
        _routed.reset(token)


def require_router() -> None:
    """Stop a page that the router did not call. The first line of every page."""
    if not _routed.get():
        st.stop()

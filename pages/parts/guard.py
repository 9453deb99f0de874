"""Keeps pages from being run around the router, as Streamlit does on a fresh server for files it finds by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

_routed: ContextVar[bool] = ContextVar("routed", default=False)


@contextmanager
def routed() -> Iterator[None]:
    """Mark what runs inside as called by the router."""
    token = _routed.set(True)
    try:
        yield
    finally:
        _routed.reset(token)


def require_router() -> None:
    """Stop a page that the router did not call. The first line of every page."""
    if not _routed.get():
        st.stop()

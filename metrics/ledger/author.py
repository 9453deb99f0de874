"""Who wrote something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Author:
    """A person; `verified` where they signed in, else `name` is what somebody typed."""

    name: str
    verified: bool

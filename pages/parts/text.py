"""Text of users in Markdown."""

from __future__ import annotations

_MARKDOWN = "\\`*_{}[]()#+-!|<>$~:&"


def plain(text: str) -> str:
    """Return `text` so that Markdown shows it as it is."""
    return "".join(f"\\{character}" if character in _MARKDOWN else character for character in text)

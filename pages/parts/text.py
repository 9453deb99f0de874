"""Text of users in Markdown."""

from __future__ import annotations

_MARKDOWN = "\\`*_{}[]()#+-!|<>$~:&"


def plain(text: str) -> str:
    """Return `text` so that Markdown shows it as it is."""
    return "".join(f"\\{character}" if character in _MARKDOWN else character for character in text)


def markdown(text: str) -> str:
    """Return Markdown that a visitor wrote, so that it shows text and links, and loads nothing from elsewhere.

    HTML in it is shown as it is typed: Streamlit runs none.
    """
    return text.replace("![", "!\\[").replace(":material/", ":\u200bmaterial/")

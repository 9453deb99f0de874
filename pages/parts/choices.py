"""Widgets whose value is in the URL, so that a page can be shared, reloaded and gone back to.

The URL holds ids, not labels, and nothing for a default. It is the truth: on every run the widget takes its value from
there; a visitor's choice is written there first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import streamlit as st

from metrics.errors import shorten
from pages.parts import visitor
from pages.parts.text import plain

_MOST_TOLD = 20

Width = int | Literal["stretch", "content"]


def select(
    label: str,
    name: str,
    options: Sequence[str],
    *,
    default: str | None,
    shown: Callable[[str], str],
    placeholder: str | None = None,
    width: Width = "stretch",
) -> str | None:
    """Return the option chosen from a list; `shown` gives what the visitor reads. None only if `default` is."""
    key = _follow_url(name, default, options)
    choice: str | None = st.selectbox(
        label,
        options,
        index=None if default is None else 0,
        format_func=shown,
        placeholder=placeholder,
        label_visibility="collapsed",
        width=width,
        key=key,
        on_change=_write_url,
        args=(name, default),
    )
    return choice


def segments(label: str, name: str, options: Sequence[str], *, default: str, shown: Callable[[str], str]) -> str:
    """Return the one chosen of a few options that stand side by side."""
    key = _follow_url(name, default, options)
    choice: str | None = st.segmented_control(
        label,
        options,
        required=True,
        format_func=shown,
        label_visibility="collapsed",
        key=key,
        on_change=_write_url,
        args=(name, default),
    )
    return choice or default


def text(label: str, name: str, placeholder: str) -> str:
    """Return the text typed."""
    key = _follow_url(name, "", None)
    st.text_input(
        label,
        placeholder=placeholder,
        label_visibility="collapsed",
        key=key,
        on_change=_write_url,
        args=(name, ""),
    )
    return str(st.session_state[key])


def take_up(*names: str) -> None:
    """Choose what was chosen here earlier in the visit, for who comes back by a link that says nothing of it."""
    if visitor.has_just_come() and not {"week", *names} & set(st.query_params):
        for name in names:
            if chosen := st.session_state.get(f"visit_{name}"):
                st.query_params[name] = chosen


def told(*texts: str, **lists: Mapping[str, str]) -> list[str]:
    """Return what is chosen: from lists, as their options read, and as `texts`; by their names in the URL."""
    chosen = [(options, st.query_params.get(name)) for name, options in lists.items()]
    typed = [plain(shorten(st.query_params[name], _MOST_TOLD)) for name in texts if st.query_params.get(name)]
    return [plain(options[choice]) for options, choice in chosen if choice in options] + typed


def _follow_url(name: str, default: str | None, options: Sequence[str] | None) -> str:
    """Set a widget to what the URL says, or to its default where that is nothing or no option; return its key."""
    key = f"choice_{name}"
    wanted = st.query_params.get(name, default)
    if options is not None and wanted is not None and wanted not in options:
        st.toast(f"This link names a {name} that is not here: {plain(shorten(wanted))}.", duration="long")
        st.query_params.pop(name, None)
        wanted = default
    # Also where the state has this value already: it may be that of another page's widget, and ours would start anew.
    st.session_state[key] = wanted
    return key


def _write_url(name: str, default: str | None) -> None:
    """Write a choice to the URL, and remember it for the visit."""
    choice = st.session_state[f"choice_{name}"]
    if choice is None or choice == default:
        st.query_params.pop(name, None)
        st.session_state.pop(f"visit_{name}", None)
    else:
        st.query_params[name] = st.session_state[f"visit_{name}"] = choice

"""Who is looking at the page: the signed-in person, or the name that was typed once in this browser."""

from __future__ import annotations

from urllib.parse import unquote

import streamlit as st

from metrics.ledger.author import Author
from metrics.tree.tree import Tree
from pages.parts.components import remember_name

COOKIE = "northstar_name"
_LONGEST = 80


def author() -> Author | None:
    """Return who writes; None while nobody is signed in and no name was typed in this browser."""
    if st.user.get("is_logged_in"):
        return Author(str(st.user.get("email") or st.user.get("name") or st.user.get("sub")), verified=True)
    name = st.session_state.get("visitor_name") or unquote(st.context.cookies.get(COOKIE, ""))
    name = " ".join(name.split())[:_LONGEST]
    return Author(name, verified=False) if name else None


def ask_author(key: str) -> Author | None:
    """Return who writes; ask for a name where that is not known. The browser keeps it. `key` tells places apart."""
    found = author()
    if found is not None and found.verified:
        return found
    place = st.container()  # there from the start: what is below must not be drawn anew, deaf to keys meanwhile
    if found is not None and "visitor_name" in st.session_state:
        with place:
            remember_name(COOKIE, found.name, key=f"remember_name_{key}")
    label = f"You write as {found.name}" if found else "Say who you are"
    # With another name it is another popover, and closed.
    popover = st.popover(label, key=f"visitor_{key}_{label}", type="tertiary" if found else "secondary")
    with popover, st.form(f"name_form_{key}", border=False):
        typed = st.text_input("Your name", value=found.name if found else "", max_chars=_LONGEST, key=f"name_{key}")
        st.caption("Kept in this browser, and shown with what you write as not verified.")
        if st.form_submit_button("This is me") and typed.strip():
            st.session_state["visitor_name"] = typed
            st.rerun()
    return found


def arrive(page: str) -> None:
    """Note which page the visitor looks at."""
    st.session_state["has_just_come"] = st.session_state.get("page") != page
    st.session_state["page"] = page


def has_just_come() -> bool:
    """Whether the visitor looked at another page before: then choices go along; else the URL says what is chosen."""
    return bool(st.session_state.get("has_just_come", True))


def may_edit(tree: Tree) -> bool:
    """Whether the visitor may write: with sign-in, the editors that the tree names, if it names any; else everybody."""
    found = author()
    return found is None or not found.verified or not tree.access.editors or found.name in tree.access.editors

"""Notes: what did we learn, and what is open?"""

from __future__ import annotations

import streamlit as st

from pages.parts import note_search, opening, visitor

opened = opening.require()

st.title("What did we learn, and what is open?", anchor=False)
visitor.ask_author("search")
note_search.show(opened)

"""Year: does the North Star predict revenue?"""

from __future__ import annotations

import streamlit as st

from pages.parts import opening, yearly

opened = opening.require()

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="controls"):
    st.title(yearly.question(opened), anchor=False, width="content")
    year = yearly.choose_year(opened)

if year is None:
    opening.stop_without_values(opened)
yearly.show(opened, year)

"""The grid in which values are typed by hand, week by week, with its history."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from metrics.by_hand import Slot, Typed, keep, slots, typed_source
from metrics.charts import words
from metrics.errors import NorthstarError
from metrics.ledger.author import Author
from metrics.ledger.entry import Entry
from metrics.sources.numbers import NumberError, read_number
from metrics.tree.tree import TARGET_SUFFIX, Metric, Tree
from pages.parts import opening, visitor
from pages.parts.components import let_paste
from pages.parts.notices import when
from pages.parts.opening import Opened
from pages.parts.text import plain

_COUNTS = {"weekly": 26, "monthly": 24, "weekdays": 40, "daily": 42}
_PERIOD = {"weekly": "Week ending", "monthly": "Month ending", "weekdays": "Day", "daily": "Day"}
_MOST_SHOWN = 200


def show(opened: Opened, metric: Metric) -> None:
    """Let values of a metric be typed, those of its target too; nothing where they come from elsewhere."""
    keys = _keys(opened.tree, metric)
    if not keys:
        return
    st.header("Values typed by hand", anchor=False)
    ledger = opening.ledger(opened.workspace)
    entries = {key: ledger.entries.of_metric(key) for key in keys}
    if opened.as_of is None and visitor.may_edit(opened.tree):
        _grid(opened, metric, keys, entries)
    if opened.as_of is not None:
        entries = {key: [one for one in of_key if one.at <= opened.moment] for key, of_key in entries.items()}
    _history(entries)


def _keys(tree: Tree, metric: Metric) -> list[str]:
    found = []
    for key in (metric.id, metric.id + TARGET_SUFFIX):
        try:
            typed_source(tree, key)
        except NorthstarError:
            continue
        found.append(key)
    return found


def _grid(opened: Opened, metric: Metric, keys: list[str], entries: Mapping[str, list[Entry]]) -> None:
    grain = typed_source(opened.tree, keys[0])[1].grain or "weekly"
    base = _base(metric, entries)
    rows = {key: slots(base[key], opened.tree.calendar, grain, opened.today, _COUNTS[grain]) for key in keys}
    days = sorted({slot.day for of_key in rows.values() for slot in of_key}, reverse=True)
    by_day = {key: {slot.day: slot for slot in of_key} for key, of_key in rows.items()}
    slots_of = {key: [by_day[key].get(day) or Slot(day, None) for day in days] for key in keys}
    table = {
        _PERIOD[grain]: [words.long_day(day) for day in days],
        **{_heading(key): [_text(slot) for slot in slots_of[key]] for key in keys},
    }
    let_paste()
    st.caption("Type or paste numbers such as 1200 or 31%. They count once they are saved, all at once.")
    with st.form(f"hand_{metric.id}", border=False):
        edited = st.data_editor(
            table,
            key=_grid_key(metric, base),
            disabled=[_PERIOD[grain]],
            hide_index=True,
            height=392,
            column_config={_heading(key): st.column_config.TextColumn() for key in keys},
        )
        note = st.text_input("Where the values come from (may be left out)", max_chars=500)
        saved = st.form_submit_button("Save")
    if "hand_saved" in st.session_state:
        st.success(st.session_state.pop("hand_saved"))
    author = visitor.ask_author("hand")
    if not saved:
        return
    typed, faults = [], []
    over = st.session_state[f"hand_over_{metric.id}"]
    for key in keys:
        for slot, text in zip(slots_of[key], edited[_heading(key)], strict=True):
            text = (text or "").strip()
            if text == _text(slot):
                continue
            try:
                typed.append(Typed(key, slot.day, read_number(text), over.get((key, slot.day), 0)))
            except NumberError as error:
                faults.append(f"{words.long_day(slot.day)}: {error}")
    if faults:
        st.error(plain("Nothing was saved. " + " ".join(faults)))
    elif not typed:
        st.info("Nothing is other than it was.")
    elif author is None:
        st.error("Nothing was saved yet: write your name first, so that others know who typed the values.")
    else:
        _save(opened, metric, typed, author, note)


def _base(metric: Metric, entries: Mapping[str, list[Entry]]) -> Mapping[str, list[Entry]]:
    """Return the entries that the grid started from: what is being typed stays when others type meanwhile."""
    name = f"hand_base_{metric.id}"
    base: Mapping[str, list[Entry]] | None = st.session_state.get(name)
    if base is not None and list(base) == list(entries):
        edits = st.session_state.get(_grid_key(metric, base), {}).get("edited_rows")
        if edits or _newest(base) == _newest(entries):
            return base
    st.session_state[name] = dict(entries)
    _look_again(metric, entries)
    return entries


def _look_again(metric: Metric, entries: Mapping[str, list[Entry]]) -> None:
    """Remember which entries the visitor has been shown, or told of."""
    shown = {(key, entry.day): entry.id for key, of_key in entries.items() for entry in reversed(of_key)}
    st.session_state[f"hand_over_{metric.id}"] = shown


def _grid_key(metric: Metric, base: Mapping[str, list[Entry]]) -> str:
    return f"hand_grid_{metric.id}_{_newest(base)}"


def _newest(entries: Mapping[str, list[Entry]]) -> int:
    return max((entry.id for of_key in entries.values() for entry in of_key), default=0)


def _save(opened: Opened, metric: Metric, typed: list[Typed], author: Author, note: str) -> None:
    ledger = opening.ledger(opened.workspace)
    try:
        kept = keep(ledger, opened.tree, typed, author, note)
    except NorthstarError as error:
        st.error(plain(str(error)))
        _look_again(metric, {key: ledger.entries.of_metric(key) for key in _keys(opened.tree, metric)})
        return
    st.session_state.pop(f"hand_base_{metric.id}", None)
    opening.note_refresh(opened.workspace, opening.refresh_with_progress(opened.workspace))
    st.session_state["hand_saved"] = "1 value was saved." if len(kept) == 1 else f"{len(kept)} values were saved."
    st.rerun()


def _history(entries: Mapping[str, list[Entry]]) -> None:
    every = sorted((entry for of_key in entries.values() for entry in of_key), key=lambda entry: -entry.id)
    if not every:
        return
    with st.expander(f"Who typed what ({len(every):,})", key="hand_history"):
        rows = every[:_MOST_SHOWN]
        st.dataframe(
            {
                "For": [words.long_day(entry.day) for entry in rows],
                "Value": ["cleared" if entry.value is None else f"{entry.value:.15g}" for entry in rows],
                "By": [entry.author.name + ("" if entry.author.verified else " (not verified)") for entry in rows],
                "When": [when(entry.at.replace(tzinfo=None)) for entry in rows],
                "Note": [entry.note for entry in rows],
                "Series": [_heading(entry.metric) for entry in rows],
            },
            hide_index=True,
            width="stretch",
        )


def _heading(key: str) -> str:
    return "Target" if key.endswith(TARGET_SUFFIX) else "Value"


def _text(slot: Slot) -> str:
    return "" if slot.value is None else repr(slot.value).removesuffix(".0")

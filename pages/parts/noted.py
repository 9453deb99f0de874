"""Notes on the screen: one note with its replies and follow-ups, and what a visitor may do with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

import streamlit as st

from metrics.charts import words
from metrics.errors import NorthstarError
from metrics.ledger.author import Author
from metrics.ledger.follow_up import FollowUp, NewFollowUp
from metrics.ledger.note import Note
from metrics.review.agenda import KIND_WORDS, VERDICT_WORDS, is_late
from metrics.tree.tree import Tree
from pages.parts import links, note_form, opening, visitor
from pages.parts.notices import when
from pages.parts.opening import Opened
from pages.parts.text import markdown, plain

_LONGEST_TEXT = 100_000
_ASKED = "asked_"
_REFUSED = "refused_"
_STANDING = "standing"
_EDITED = "note_edited"
_FORM_HEIGHT = 300
_Seen = TypeVar("_Seen")


def show(opened: Opened, note: Note, follow_ups: Sequence[FollowUp], place: str, editable: bool = True) -> None:
    """Show a note. `place` tells apart where the same note stands twice on a page."""
    key = f"{place}_{note.id}"
    editable = editable and opened.as_of is None and visitor.may_edit(opened.tree)
    with st.container(key=f"note_{key}", gap="xsmall", border=True):
        metrics = [_link(opened.tree, name, note.last_week) for name in note.metrics if name in opened.tree.metrics]
        st.caption(f"{', '.join(metrics)}{'. ' if metrics else ''}{plain(_about(opened.tree, note))}")
        author = visitor.author()
        if editable and st.session_state.get(_EDITED) == key and author == note.author:
            if note_form.edit(opened, note, key, author):
                st.session_state.pop(_EDITED)
                st.session_state.pop(_STANDING, None)
                st.rerun()
            return
        if note.text.strip():
            st.markdown(markdown(note.text))
        for reply in note.replies:
            st.caption(plain(f"{_by(reply.author)}, {when(reply.created_at.replace(tzinfo=None))}"))
            st.markdown(markdown(reply.text))
        for follow_up in follow_ups:
            _follow_up_line(follow_up, opened.today)
        if editable:
            _actions(opened, note, key)


def follow_up(opened: Opened, one: FollowUp, place: str, editable: bool = True) -> None:
    """Show a follow-up, and let it be closed with what came of it."""
    with st.container(key=f"follow_up_{place}_{one.id}", gap="xsmall", border=True):
        _follow_up_line(one, opened.today, opened.tree)
        if not editable or one.state == "closed" or opened.as_of is not None or not visitor.may_edit(opened.tree):
            return
        _ask("Close", f"close_{place}_{one.id}", {"Close": partial(_close, opened, one)})


def said(action: Callable[[], object]) -> bool:
    """Do something with the ledger; say why where it could not be done, and return whether it was."""
    refused = _refusal(action)
    if refused:
        st.error(refused)
    return refused is None


def keep(key: str, action: Callable[[Author], object]) -> bool:
    """Keep something in the ledger, in the visitor's name; return whether that could be done.

    Why it could not is told by `show_refusal`, until it can: a part of a page that looks for news is drawn anew all the
    time.
    """
    author = visitor.author()
    refused = "Write your name first." if author is None else _refusal(lambda: action(author))
    st.session_state[f"{_REFUSED}{key}"] = (refused, author)
    if refused is None:
        st.session_state.pop(_STANDING, None)  # what was just written is news to be seen
    return refused is None


def show_refusal(key: str) -> None:
    """Say why what the visitor, by the present name, asked for under a key could not be kept."""
    refused, author = st.session_state.get(f"{_REFUSED}{key}", (None, None))
    if refused and author == visitor.author():
        st.error(refused)


def _refusal(action: Callable[[], object]) -> str | None:
    """Do something; return why it could not be done."""
    try:
        action()
    except NorthstarError as error:
        return plain(str(error))
    return None


def _actions(opened: Opened, note: Note, key: str) -> None:
    answers = {"Reply": partial(_reply, opened, note), "Follow up": partial(_follow_up, opened, note)}
    author = visitor.author()
    if author != note.author:
        _ask("Answer", f"answer_{key}", answers)
        return
    ledger = opening.ledger(opened.workspace)
    with st.container(horizontal=True, gap="small"):
        _ask("Answer", f"answer_{key}", answers)
        if st.button("Edit", key=f"edit_{key}", type="tertiary"):
            st.session_state[_EDITED] = key
            st.rerun()
        delete = partial(ledger.notes.delete, note.id, note.version)
        if st.button("Delete", key=f"delete_{key}", type="tertiary") and keep(f"delete_{key}", delete):
            st.session_state["note_deleted"] = note.id
            st.rerun()
    show_refusal(f"delete_{key}")


def _reply(opened: Opened, note: Note, key: str) -> None:
    text = st.text_area("Reply", max_chars=_LONGEST_TEXT)
    if st.form_submit_button("Send"):
        _keep(key, lambda author: opening.ledger(opened.workspace).replies.add(note.id, text, author))


def _follow_up(opened: Opened, note: Note, key: str) -> None:
    text = st.text_area("What is to be done, or to be found out", max_chars=_LONGEST_TEXT)
    owner = st.text_input("Who", value=_owner(opened.tree, note))
    due = st.date_input("By when", value=opened.today + timedelta(days=7))
    if st.form_submit_button("Keep") and isinstance(due, date):
        _keep(key, lambda author: _add_follow_up(opened, note, text, owner, due, author))


def _close(opened: Opened, one: FollowUp, key: str) -> None:
    outcome = st.text_area("What came of it", max_chars=_LONGEST_TEXT)
    if st.form_submit_button("Close it"):
        follow_ups = opening.ledger(opened.workspace).follow_ups
        _keep(key, lambda author: follow_ups.close(one.id, one.version, outcome, author))


def _ask(label: str, key: str, forms: Mapping[str, Callable[[str], None]]) -> None:
    """Ask for something below a button, in forms: all of one is sent at once, and stays until it is kept.

    `forms` draw their fields; they get the key for `_keep`. They are there once the button was pressed, and stay, with
    what was typed. What is asked after it was kept is asked afresh, closed and empty.
    """
    asked = f"{_ASKED}{key}_{st.session_state.get(f'kept_{key}', 0)}"
    popover = st.popover(label, key=asked, on_change="rerun")
    if st.session_state[asked]:
        st.session_state[f"pressed_{key}"] = asked
    if st.session_state.get(f"pressed_{key}") == asked:
        with popover:
            places = st.tabs(list(forms)) if len(forms) > 1 else [popover]
        for place, (name, fields) in zip(places, forms.items(), strict=True):
            with place, st.form(f"form_{asked}_{name}", border=False, enter_to_submit=False):
                fields(key)
        with popover:
            show_refusal(key)
    else:
        # The box finds its place for a form, before there is one.
        popover.container(height=_FORM_HEIGHT, border=False)


def standing(name: str, look: Callable[[], _Seen]) -> _Seen:
    """Return what `look` sees; while something is being typed on the page, what it saw before.

    Else what others write would move the field, and take the keyboard away from whoever types. `name` tells apart
    what is looked at.
    """
    before: tuple[str, _Seen] | None = st.session_state.get(_STANDING)
    asked = any(is_open is True for key, is_open in st.session_state.items() if str(key).startswith(_ASKED))
    if before is not None and before[0] != name:
        st.session_state.pop(_EDITED, None)  # it was on another page
    typing = asked or _EDITED in st.session_state
    if before is None or before[0] != name or not typing:
        before = st.session_state[_STANDING] = (name, look())
    return before[1]


def _keep(key: str, action: Callable[[Author], object]) -> None:
    """Keep in the ledger what was asked for in a form, and close it."""
    if keep(key, action):
        st.session_state[f"kept_{key}"] = st.session_state.get(f"kept_{key}", 0) + 1
        st.rerun()


def undo_deletion(opened: Opened, place: str) -> None:
    """Offer to bring back the note that the visitor has just deleted. `place` is where on the page."""
    deleted = st.session_state.get("note_deleted")
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The note was deleted.")
        if st.button("Undo", key=f"undo_deletion_{place}"):
            ledger, author = opening.ledger(opened.workspace), visitor.author()
            if author and said(lambda: ledger.notes.restore(deleted, ledger.notes.get(deleted).version, author)):
                st.session_state.pop("note_deleted", None)
                st.session_state.pop(_STANDING, None)
                st.rerun()


def _add_follow_up(opened: Opened, note: Note, text: str, owner: str, due: date, author: Author) -> None:
    new = NewFollowUp(text=text, owner=owner, due=due, metric=note.metrics[0], note=note.id)
    opening.ledger(opened.workspace).follow_ups.add(new, author)


def _owner(tree: Tree, note: Note) -> str:
    metric = tree.metrics.get(note.metrics[0])
    return (metric.owner if metric else None) or ""


def _about(tree: Tree, note: Note) -> str:
    weeks = words.short_day(note.first_week)
    if note.last_week != note.first_week:
        weeks += f" to {words.short_day(note.last_week)}"
    verdict = f", {VERDICT_WORDS[note.verdict]}" if note.verdict else ""
    back = f", to come back to on {words.short_day(note.come_back)}" if note.come_back else ""
    edited = ", edited" if note.version > 1 else ""
    return f"{KIND_WORDS[note.kind]}{verdict}{back}. Week of {weeks}. {_by(note.author)}{edited}"


def _by(author: Author) -> str:
    return author.name + ("" if author.verified else " (not verified)")


def _link(tree: Tree, metric_id: str, week_ending: date | None) -> str:
    return links.metric_link(tree.metrics[metric_id].name, metric_id, week_ending).markdown


def _follow_up_line(one: FollowUp, today: date, tree: Tree | None = None) -> None:
    """Draw a follow-up; with `tree` the metric that it is about, too."""
    about = f"{_link(tree, one.metric, None)}. " if tree and one.metric in tree.metrics else ""
    if one.state == "closed":
        st.markdown(f"**Follow-up, closed**: {markdown(one.text)}")
        st.caption(about + plain(f"Came of it: {one.outcome} ({_by(one.changed_by)})"))
        return
    late = "late, " if is_late(one, today) else ""
    st.markdown(f"**Follow-up**: {markdown(one.text)}")
    st.caption(about + plain(f"{one.owner}, {late}due {words.long_day(one.due)}"))

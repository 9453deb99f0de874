"""Notes, replies and follow-ups: nothing is overwritten unseen, nothing is lost, and the past stays as it was."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from ledgers import ANA, BEN, START, Place, clean_places, ledger, place

from metrics.ledger.author import Author
from metrics.ledger.conflict import EditConflict, NotTheAuthorError
from metrics.ledger.follow_up import NewFollowUp
from metrics.ledger.judged_limits import JudgedLimits
from metrics.ledger.ledger import Ledger
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.mentions import Mentions, mentions_in
from metrics.ledger.note import NewNote

__all__ = ["clean_places", "ledger", "place"]

WEEK = date(2026, 11, 1)
NOTE = NewNote(metrics=("signups",), first_week=WEEK, last_week=WEEK, kind="event", text="The newsletter went out.")
ANOMALY = replace(NOTE, kind="anomaly", text="Far fewer than usual.", verdict="unexplained", come_back=WEEK)
TASK = NewFollowUp(text="Ask marketing about the newsletter", owner="ben@lumen.example", due=date(2026, 11, 9))
LIMITS = JudgedLimits(metric="signups", week_ending=WEEK, method="xmr", lower=180.0, centre=220.0, upper=260.0)
HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://x","y")\t@SUM(1+1)\r\n+1\r-1\n',
    "'; drop table note; -- \" OR 1=1 \\ %s :name $1 ?",
    "\u202eright to left\u202c العربية עברית",
    "👩‍👩‍👧‍👦 🧭 e\u0301 \ufeff\u200b\u2028\x01\x7f\x85",
    "[x](javascript:alert(1)) `code` **b** \n\n# heading\n- [ ] {{7*7}} ${HOME}",
    "x" * 1_000_000,
    "\N{LATIN SMALL LETTER A WITH DIAERESIS} a\u0308 Ａ ﬁ ½",
]


# Notes


def test_a_note_comes_back_as_it_was_written(ledger: Ledger) -> None:
    new = replace(ANOMALY, metrics=("signups", "visits", "signups"), last_week=WEEK + timedelta(days=700))
    kept = ledger.notes.add(new, ANA)
    assert kept.written == replace(new, metrics=("signups", "visits"))
    assert (kept.version, kept.author, kept.created_at, kept.edited_at) == (1, ANA, START, START)
    assert not kept.deleted and kept.replies == ()
    assert ledger.notes.get(kept.id) == kept
    assert ledger.notes.find() == [kept]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_comes_back_byte_for_byte(ledger: Ledger, text: str) -> None:
    note = ledger.notes.add(replace(NOTE, text=text), Author(text[:100], False))
    ledger.replies.add(note.id, text, ANA)
    task = ledger.follow_ups.add(replace(TASK, text=text, note=note.id), ANA)
    closed = ledger.follow_ups.close(task.id, 1, text, BEN)
    (found,) = ledger.notes.find()
    assert (found.text, found.replies[0].text, found.author.name) == (text, text, text[:100])
    assert (closed.text, closed.outcome) == (text, text)


def test_nul_and_half_surrogates_become_the_replacement_character(ledger: Ledger) -> None:
    note = ledger.notes.add(replace(NOTE, text="a\0b\ud800c"), ANA)
    assert note.text == "a\ufffdb\ufffdc"
    assert ledger.notes.edit(note.id, 1, replace(NOTE, text="\0x"), ANA).text == "\ufffdx"
    assert ledger.replies.add(note.id, "\0y", ANA).text == "\ufffdy"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (replace(NOTE, metrics=()), "at least one metric"),
        (replace(NOTE, metrics=(" ",)), "at least one metric"),
        (replace(NOTE, last_week=WEEK - timedelta(days=7)), "end before they begin"),
        (replace(NOTE, kind="remark"), "no kind of note"),  # type: ignore[arg-type]
        (replace(NOTE, verdict="routine"), "Only an anomaly has a verdict"),
        (replace(ANOMALY, verdict="strange"), "Only an anomaly has a verdict"),  # type: ignore[arg-type]
        (replace(ANOMALY, come_back=None), "day to come back"),
        (replace(ANOMALY, verdict="explained"), "day to come back"),
        (replace(NOTE, text=" \n"), "Write what there is to say"),
        (replace(NOTE, text="x" * 1_000_001), "1,000,001 characters is too long"),
    ],
)
def test_a_note_that_makes_no_sense_is_refused(ledger: Ledger, wrong: NewNote, told: str) -> None:
    note = ledger.notes.add(NOTE, ANA)
    with pytest.raises(LedgerError, match=told):
        ledger.notes.add(wrong, ANA)
    with pytest.raises(LedgerError, match=told):
        ledger.notes.edit(note.id, 1, wrong, ANA)
    with pytest.raises(LedgerError, match=told):
        ledger.notes.add_many([(NOTE, ANA), (wrong, ANA)])
    assert ledger.notes.find() == [note]


def test_a_verdict_may_stand_without_a_word(ledger: Ledger) -> None:
    assert ledger.notes.add(replace(ANOMALY, verdict="routine", come_back=None, text=""), ANA).text == ""


def test_an_edit_keeps_every_version(ledger: Ledger, place: Place) -> None:
    first = ledger.notes.add(replace(ANOMALY, metrics=("signups",)), ANA)
    place.clock.on(days=7)
    explained = replace(
        first.written, verdict="explained", come_back=None, text="It was #visits, says @ben.", metrics=("visits",)
    )
    second = ledger.notes.edit(first.id, first.version, explained, ANA)
    assert (second.id, second.version, second.written) == (first.id, 2, explained)
    assert (second.created_at, second.edited_at) == (START, START + timedelta(days=7))
    assert second.mentions == Mentions(("ben",), ("visits",))
    assert ledger.notes.versions(first.id) == [second, first]
    assert ledger.notes.find() == [second]
    assert ledger.notes.for_metric("signups") == [] and ledger.notes.for_metric("visits") == [second]


def test_the_second_of_two_editors_sees_the_first_ones_text(ledger: Ledger) -> None:
    note = ledger.notes.add(NOTE, ANA)
    first = ledger.notes.edit(note.id, 1, replace(NOTE, text="first window"), ANA)
    with pytest.raises(EditConflict) as caught:
        ledger.notes.edit(note.id, 1, replace(NOTE, text="second window"), ANA)
    assert caught.value.newer == first
    with pytest.raises(EditConflict):
        ledger.notes.delete(note.id, 1, ANA)
    assert [one.text for one in ledger.notes.versions(note.id)] == ["first window", NOTE.text]
    decided = ledger.notes.edit(note.id, first.version, replace(NOTE, text="both"), ANA)
    assert decided.version == 3


def test_of_many_editors_at_once_one_wins_and_all_others_are_told(ledger: Ledger) -> None:
    note = ledger.notes.add(NOTE, ANA)

    def edit(number: int) -> str | None:
        try:
            return ledger.notes.edit(note.id, 1, replace(NOTE, text=f"text {number}"), ANA).text
        except EditConflict as conflict:
            assert conflict.newer.version == 2
            return None

    with ThreadPoolExecutor(16) as threads:
        won = [text for text in threads.map(edit, range(16)) if text is not None]
    assert [one.text for one in ledger.notes.versions(note.id)] == [*won, NOTE.text]
    assert len(won) == 1


def test_sixteen_writers_lose_nothing_and_see_each_other(ledger: Ledger, place: Place) -> None:
    """Half of them through a ledger of their own, as other processes have."""

    def write(number: int) -> None:
        with place.open() as other:
            chosen = ledger if number % 2 else other
            for count in range(10):
                note = chosen.notes.add(replace(NOTE, text=f"writer{number} note{count}"), ANA)
                ledger.replies.add(note.id, f"reply{number} to{count}", BEN)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(write, range(16)))
    found = ledger.notes.find()
    assert sorted(note.text for note in found) == sorted(f"writer{n} note{c}" for n in range(16) for c in range(10))
    assert [len(note.replies) for note in found] == [1] * 160
    assert [note.id for note in found] == sorted((note.id for note in found), reverse=True)
    assert len(ledger.notes.find("writer7 reply7")) == 10


@pytest.mark.parametrize(
    "other", [BEN, Author(ANA.name, verified=False), Author(ANA.name.upper(), verified=True)], ids=lambda one: one.name
)
def test_only_the_author_changes_a_text(ledger: Ledger, other: Author) -> None:
    note = ledger.notes.add(NOTE, ANA)
    reply = ledger.replies.add(note.id, "Thanks", ANA)
    for change in (
        lambda: ledger.notes.edit(note.id, 1, NOTE, other),
        lambda: ledger.notes.delete(note.id, 1, other),
        lambda: ledger.replies.edit(reply.id, 1, "No", other),
        lambda: ledger.replies.delete(reply.id, 1, other),
    ):
        with pytest.raises(NotTheAuthorError, match="Only ana@"):
            change()
    assert len(ledger.notes.versions(note.id)) == len(ledger.replies.versions(reply.id)) == 1


def test_a_deleted_note_can_be_restored(ledger: Ledger) -> None:
    note = ledger.notes.add(NOTE, ANA)
    gone = ledger.notes.delete(note.id, 1, ANA)
    assert gone.deleted and gone.version == 2 and gone.text == NOTE.text
    assert ledger.notes.find() == ledger.notes.find("newsletter") == ledger.notes.for_metric("signups") == []
    for refused in (
        lambda: ledger.notes.delete(note.id, 2, ANA),
        lambda: ledger.notes.edit(note.id, 2, NOTE, ANA),
        lambda: ledger.replies.add(note.id, "Why?", BEN),
    ):
        with pytest.raises(LedgerError):
            refused()
    back = ledger.notes.restore(note.id, 2, ANA)
    assert (back.deleted, back.version, back.written) == (False, 3, note.written)
    assert ledger.notes.find("newsletter") == [back]
    with pytest.raises(LedgerError, match="not deleted"):
        ledger.notes.restore(note.id, 3, ANA)
    assert [one.deleted for one in ledger.notes.versions(note.id)] == [False, True, False]


def test_what_is_unknown_is_told(ledger: Ledger) -> None:
    note = ledger.notes.add(NOTE, ANA)
    for unknown in (
        lambda: ledger.notes.get(99),
        lambda: ledger.notes.versions(99),
        lambda: ledger.notes.edit(99, 1, NOTE, ANA),
        lambda: ledger.replies.add(99, "x", ANA),
        lambda: ledger.replies.edit(99, 1, "x", ANA),
        lambda: ledger.replies.versions(99),
        lambda: ledger.replies.add(note.id, " ", ANA),
        lambda: ledger.follow_ups.get(99),
        lambda: ledger.follow_ups.versions(99),
        lambda: ledger.follow_ups.add(replace(TASK, note=99), ANA),
    ):
        with pytest.raises(LedgerError):
            unknown()


def test_what_somebody_did_in_the_past_is_seen_as_it_was_then(ledger: Ledger, place: Place) -> None:
    note = ledger.notes.add(NOTE, ANA)
    monday = place.clock.now
    tuesday = place.clock.on(days=1)
    reply = ledger.replies.add(note.id, "It bounced", BEN)
    wednesday = place.clock.on(days=1)
    ledger.notes.edit(note.id, 1, replace(NOTE, text="The postcard went out.", metrics=("visits",)), ANA)
    ledger.replies.edit(reply.id, 1, "It arrived", BEN)
    thursday = place.clock.on(days=1)
    ledger.notes.delete(note.id, 2, ANA)

    def seen(moment: object) -> list[tuple[str, list[str]]]:
        found = ledger.notes.find(as_of=moment)  # type: ignore[arg-type]
        return [(one.text, [reply.text for reply in one.replies]) for one in found]

    assert seen(monday - timedelta(microseconds=1)) == []
    assert seen(monday) == [(NOTE.text, [])]
    assert seen(tuesday) == [(NOTE.text, ["It bounced"])]
    assert seen(wednesday) == [("The postcard went out.", ["It arrived"])]
    assert seen(thursday) == seen(None) == []
    for moment, query, count in [
        (monday, "newsletter", 1), (monday, "bounced", 0), (tuesday, "bounced", 1), (wednesday, "newsletter", 0),
        (wednesday, "postcard arrived", 1), (wednesday, "bounced", 0), (thursday, "postcard", 0),
    ]:  # fmt: skip
        assert len(ledger.notes.find(query, as_of=moment)) == count, (moment, query)
    assert len(ledger.notes.for_metric("signups", as_of=tuesday)) == 1
    assert len(ledger.notes.for_metric("signups", as_of=wednesday)) == 0


def test_a_clock_that_is_set_back_hides_nothing(ledger: Ledger, place: Place) -> None:
    note = ledger.notes.add(NOTE, ANA)
    place.clock.on(hours=-5)
    second = ledger.notes.edit(note.id, 1, replace(NOTE, text="later"), ANA)
    assert second.edited_at == START
    assert [one.text for one in ledger.notes.find(as_of=START)] == ["later"]


# Replies


def test_replies_come_with_their_note_the_oldest_first(ledger: Ledger) -> None:
    note = ledger.notes.add(NOTE, ANA)
    other = ledger.notes.add(NOTE, ANA)
    replies = [ledger.replies.add(note.id, f"reply {number} for @ana", BEN) for number in range(3)]
    assert ledger.notes.get(note.id).replies == tuple(replies)
    assert replies[0].mentions.people == ("ana",)
    assert ledger.notes.get(other.id).replies == ()


def test_a_reply_has_versions_and_can_be_restored(ledger: Ledger) -> None:
    note = ledger.notes.add(NOTE, ANA)
    first = ledger.replies.add(note.id, "first", BEN)
    second = ledger.replies.edit(first.id, 1, "second", BEN)
    with pytest.raises(EditConflict) as caught:
        ledger.replies.edit(first.id, 1, "third", BEN)
    assert caught.value.newer == second
    ledger.replies.delete(first.id, 2, BEN)
    assert ledger.notes.get(note.id).replies == ()
    assert ledger.notes.find("second") == []
    back = ledger.replies.restore(first.id, 3, BEN)
    assert ledger.notes.get(note.id).replies == (back,)
    assert ledger.notes.find("second") != [] and ledger.notes.find("first") == []
    assert [one.text for one in ledger.replies.versions(first.id)] == ["second", "second", "second", "first"]


# Mentions


@pytest.mark.parametrize(
    ("text", "people", "metrics"),
    [
        ("@ana and @ben@lumen.example.", ("ana", "ben@lumen.example"), ()),
        ("Mail ana@lumen.example, see x@y", (), ()),
        ("(#signups) fell, #activated_teams not; #signups", (), ("signups", "activated_teams")),
        ("# Heading\n#Title https://x.example/#part &#39; ##no", (), ()),
        ("@Ève-Marie @o'neil @@x", ("Ève-Marie", "o"), ()),
        ("@" * 10_000 + "#" * 10_000, (), ()),
        ("@" + "x" * 300, (), ()),
    ],
)
def test_mentions_are_found(text: str, people: tuple[str, ...], metrics: tuple[str, ...]) -> None:
    assert mentions_in(text) == Mentions(people, metrics)


# Follow-ups


def test_a_follow_up_comes_back_until_it_is_closed(ledger: Ledger, place: Place) -> None:
    note = ledger.notes.add(NOTE, ANA)
    task = ledger.follow_ups.add(replace(TASK, note=note.id, metric="signups"), ANA)
    assert (task.state, task.outcome, task.version, task.author, task.changed_by) == ("open", "", 1, ANA, ANA)
    place.clock.on(days=7)
    moved = ledger.follow_ups.edit(task.id, 1, replace(TASK, due=date(2026, 11, 16)), BEN)
    assert (moved.note, moved.metric, moved.changed_by, moved.author) == (note.id, "signups", BEN, ANA)
    place.clock.on(days=7)
    closed = ledger.follow_ups.close(task.id, 2, "The list was old.", BEN)
    assert (closed.state, closed.outcome, closed.changed_at) == ("closed", "The list was old.", START + timedelta(14))
    assert ledger.follow_ups.open_at() == []
    assert ledger.follow_ups.open_at(START) == ledger.follow_ups.open_at(START.date()) == [task]
    assert ledger.follow_ups.open_at(START.date() - timedelta(days=1)) == []
    assert ledger.follow_ups.open_at(START + timedelta(days=13)) == [moved]
    assert ledger.follow_ups.open_at(START + timedelta(days=14)) == []
    assert ledger.follow_ups.of_notes([note.id]) == [closed]
    assert ledger.follow_ups.of_notes([note.id], as_of=START) == [task]
    assert ledger.follow_ups.versions(task.id) == [closed, moved, task]


def test_two_people_who_change_a_follow_up_see_each_other(ledger: Ledger) -> None:
    task = ledger.follow_ups.add(TASK, ANA)
    closed = ledger.follow_ups.close(task.id, 1, "Done", BEN)
    with pytest.raises(EditConflict, match="by Ben") as caught:
        ledger.follow_ups.edit(task.id, 1, TASK, ANA)
    assert caught.value.newer == closed
    with pytest.raises(LedgerError, match="already closed"):
        ledger.follow_ups.close(task.id, 2, "Again", ANA)


def test_a_follow_up_needs_text_owner_and_outcome(ledger: Ledger) -> None:
    for wrong in (replace(TASK, text=" "), replace(TASK, owner="")):
        with pytest.raises(LedgerError, match="needs a text and an owner"):
            ledger.follow_ups.add(wrong, ANA)
    task = ledger.follow_ups.add(TASK, ANA)
    with pytest.raises(LedgerError, match="what came of it"):
        ledger.follow_ups.close(task.id, 1, "\t", ANA)


def test_follow_ups_are_listed_by_due_date_and_filtered(ledger: Ledger) -> None:
    later = ledger.follow_ups.add(replace(TASK, due=date(2026, 12, 1), metric="visits"), ANA)
    sooner = ledger.follow_ups.add(replace(TASK, owner="cleo", text="Größe prüfen"), ANA)
    assert ledger.follow_ups.open_at() == [sooner, later]
    assert ledger.follow_ups.open_at(owner="cleo") == [sooner]
    assert ledger.follow_ups.open_at(metrics=["visits"]) == [later]
    assert ledger.follow_ups.find("grosse") == ledger.follow_ups.find(owner="cleo") == [sooner]
    assert ledger.follow_ups.find(state="open", limit=1) == [sooner]
    assert ledger.follow_ups.find(state="closed") == []


# Limits


def test_limits_of_a_reviewed_week_are_kept_once(ledger: Ledger, place: Place) -> None:
    first = ledger.limits.record(LIMITS)
    place.clock.on(days=7)
    again = ledger.limits.record(replace(LIMITS, upper=999.0))
    assert again == first and first.state == "judged" and first.at == START
    following = ledger.limits.record_many([replace(LIMITS, week_ending=WEEK + timedelta(7)), LIMITS])
    assert [one.week_ending for one in following] == [WEEK + timedelta(7), WEEK]
    assert ledger.limits.of_metric("signups") == [first, following[0]]
    assert ledger.limits.of_metric("visits") == []


def test_a_lock_has_a_person_and_a_reason_and_can_be_released(ledger: Ledger, place: Place) -> None:
    judged = ledger.limits.record(LIMITS)
    for reason, author in (("", ANA), ("why", Author("", False))):
        with pytest.raises(LedgerError, match="who sets the limits, and why"):
            ledger.limits.lock(LIMITS, author, reason)
    with pytest.raises(LedgerError, match="not locked"):
        ledger.limits.release(LIMITS, ANA, "no longer true")
    place.clock.on(days=1)
    fixed = ledger.limits.lock(replace(LIMITS, upper=300.0), ANA, "The launch lifted it for good")
    assert (fixed.locked_by, fixed.reason, fixed.upper) == (ANA, "The launch lifted it for good", 300.0)
    assert ledger.limits.locked("signups") == fixed
    assert ledger.limits.locked("signups", as_of=START) is None
    assert ledger.limits.of_metric("signups") == [fixed]
    assert ledger.limits.of_metric("signups", as_of=START) == [judged]
    assert ledger.limits.record(LIMITS) == fixed
    place.clock.on(days=1)
    released = ledger.limits.release(replace(LIMITS, week_ending=WEEK + timedelta(7)), BEN, "It fell back")
    assert ledger.limits.locked("signups") is None
    assert ledger.limits.locked("signups", as_of=START + timedelta(days=1)) == fixed
    assert ledger.limits.history("signups") == [released, fixed, judged]


# What is new


def test_the_version_grows_with_every_write(ledger: Ledger) -> None:
    seen = [(ledger.version(), ledger.notes.version())]
    assert seen[0] == (0, 0)
    note = ledger.notes.add(NOTE, ANA)

    def moved(of_notes: bool = True) -> bool:
        seen.append((ledger.version(), ledger.notes.version()))
        (before, notes_before), (now, notes_now) = seen[-2:]
        return now > before and (notes_now > notes_before) == of_notes

    assert moved()
    for write in (
        lambda: ledger.notes.edit(note.id, 1, NOTE, ANA),
        lambda: ledger.replies.add(note.id, "x", BEN),
        lambda: ledger.replies.edit(1, 1, "y", BEN),
        lambda: ledger.replies.delete(1, 2, BEN),
        lambda: ledger.follow_ups.add(TASK, ANA),
        lambda: ledger.follow_ups.close(1, 1, "x", ANA),
        lambda: ledger.notes.delete(note.id, 2, ANA),
        lambda: ledger.notes.restore(note.id, 3, ANA),
    ):
        write()
        assert moved()
    ledger.entries.add("nps", WEEK, 1, ANA)
    assert moved(of_notes=False)
    ledger.limits.record(LIMITS)
    assert moved(of_notes=False)
    with pytest.raises(EditConflict):
        ledger.notes.edit(note.id, 1, NOTE, ANA)
    assert not moved()

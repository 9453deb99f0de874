"""Search finds the same on SQLite and on PostgreSQL: words by their beginnings, in any script; all else is text."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import ANA, BEN, clean_places, ledger, place

from metrics.ledger.follow_up import NewFollowUp
from metrics.ledger.ledger import Ledger
from metrics.ledger.note import NewNote
from metrics.ledger.words import words

__all__ = ["clean_places", "ledger", "place"]

WEEK = date(2026, 11, 1)
NOTE = NewNote(metrics=("signups",), first_week=WEEK, last_week=WEEK, kind="event", text="x")
TEXTS = [
    "The newsletter went out on Friday; sign-ups doubled.",
    "Größe der Éclairs: naïve Annahme über ЁЛКА",
    "Checkout was down 12.5 % (see #activated_teams), says @ana@lumen.example",
    "売上が落ちた。 ไทย 한국어 हिन्दी",
    "🧭 'quoted' \"double\" don't O'Neil C++ a/b https://x.example/path?q=1",
    "or and not near null select 1",
]
QUERIES = {
    "newsletter": [0],
    "NEWS": [0],
    "ewsletter": [],
    "newsletter friday": [0],
    "newsletter checkout": [],
    "sign": [0],
    "sign-ups": [0],
    "ups doubled sign": [0],
    "grosse": [1],
    "GRÖSSE": [1],
    "eclair": [1],
    "naive": [1],
    "елка": [1],
    "12": [2],
    "12.5": [2],
    "teams": [2],
    "activated_teams": [2],
    "#activated_teams": [2],
    "ana@lumen.example": [2],
    "lumen": [2],
    "上": [3],
    "売上": [3],
    "ไทย": [3],
    "한국": [3],
    "हिन्दी": [3],
    "🧭": [4],
    "neil": [4],
    "O'Neil": [4],
    "don't": [4],
    "path q": [4],
    "c++": [2, 4],
    '"*) OR 1': [5],
    "or and not": [5],
    'NEAR("or" "and", 2)': [],
    "null; select": [5],
    "words:newsletter": [],
    "search_words MATCH 'or'": [],
    "*": [],
    '"': [],
    "'": [],
    "() -- ;": [],
    "\0": [],
    "\\": [],
    "newsletter & !checkout | x:*": [],
    "newsletter:*": [0],
    "^newsletter": [0],
    "-newsletter": [0],
    "%": [],
    "_": [],
}


@pytest.mark.parametrize("query", QUERIES, ids=ascii)
def test_a_query_finds(query: str, filled: Ledger) -> None:
    found = [note.id - 1 for note in filled.notes.find(query)]
    assert sorted(found) == QUERIES[query]
    assert found == sorted(found, reverse=True), "newest first"


@pytest.fixture(scope="module")
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    opened = Ledger.in_file(tmp_path_factory.mktemp("filled"))
    request.addfinalizer(opened.close)
    opened.notes.add_many([(replace(NOTE, text=text), ANA) for text in TEXTS])
    return opened


def test_postgres_answers_every_query_like_sqlite(filled: Ledger, postgres_url: str, tmp_path: Path) -> None:
    with Ledger.open(tmp_path, url=postgres_url) as other:
        other.notes.add_many([(replace(NOTE, text=text), ANA) for text in TEXTS])
        asked = {query: [note.id for note in other.notes.find(query)] for query in QUERIES}
    assert asked == {query: [note.id for note in filled.notes.find(query)] for query in QUERIES}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8"), max_size=40), st.data())
def test_every_beginning_of_every_word_of_any_text_is_found(filled: Ledger, text: str, data: st.DataObject) -> None:
    note = filled.notes.add(replace(NOTE, text=f"{text} ."), ANA)
    for word in words(text)[:5]:
        length = data.draw(st.integers(1, len(word)))
        assert note.id in {one.id for one in filled.notes.find(word[:length])}, word


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(['"', "*", ")", "(", "OR", "NOT", ":", "^", "'", "\\", "&", "|", "!", "<->", "-", "a", "\0"]),
        max_size=12,
    ).map(" ".join)
)
def test_no_query_is_an_error(filled: Ledger, query: str) -> None:
    filled.notes.find(query)


def test_no_query_is_an_error_on_postgres_either(postgres_url: str, tmp_path: Path) -> None:
    with Ledger.open(tmp_path, url=postgres_url) as opened:
        opened.notes.add(replace(NOTE, text="a or b"), ANA)
        signs = [
            '"',
            "*",
            ")",
            "(",
            "OR",
            "NOT",
            ":",
            "^",
            "'",
            "\\",
            "&",
            "|",
            "!",
            "<->",
            "-",
            "a",
            "\0",
            "\ud800",
            "%s",
            "$1",
        ]
        for sign in signs:
            for query in (sign, sign * 2, f"a{sign}", f"{sign}b", f"a {sign} b"):
                opened.notes.find(query)


def test_a_word_may_stand_anywhere_in_the_thread(ledger: Ledger) -> None:
    note = ledger.notes.add(replace(NOTE, text="alpha"), ANA)
    ledger.notes.add(replace(NOTE, text="alpha only"), ANA)
    ledger.replies.add(note.id, "beta", BEN)
    task = ledger.follow_ups.add(NewFollowUp(text="gamma", owner="ben", due=WEEK, note=note.id), ANA)
    assert [one.id for one in ledger.notes.find("gamma alpha beta")] == [note.id]
    ledger.follow_ups.close(task.id, 1, "delta came of it", BEN)
    assert [one.id for one in ledger.notes.find("delta gamma")] == [note.id]
    ledger.notes.delete(note.id, 1, ANA)
    assert ledger.notes.find("beta") == []


def test_filters_hold_all_together(ledger: Ledger) -> None:
    def add(number: int, **more: object) -> int:
        week = WEEK + timedelta(weeks=number)
        new = replace(NOTE, first_week=week, last_week=week, text=f"note {number}")
        return ledger.notes.add(replace(new, **more), ANA if number % 2 else BEN).id  # type: ignore[arg-type]

    ids = [add(number) for number in range(6)]
    routine = add(6, kind="anomaly", verdict="routine", metrics=("visits", "signups"))
    long = add(7, last_week=WEEK + timedelta(weeks=60), metrics=("visits",), kind="decision")

    def found(**asked: object) -> list[int]:
        return [note.id for note in ledger.notes.find(**asked)]  # type: ignore[arg-type]

    assert found() == [long, routine, *ids[::-1]]
    assert found(limit=3) == [long, routine, ids[5]]
    assert found(limit=3, offset=3) == ids[2:5][::-1]
    assert found(offset=7) == [ids[0]]
    assert found(metrics=["visits"]) == [long, routine]
    assert found(metrics=["visits", "signups"], kind="anomaly") == [routine]
    assert found(metrics=[]) == []
    assert found(verdict="routine") == [routine]
    assert found(kind="decision", author=ANA.name) == [long]
    assert found(author=BEN.name) == [routine, ids[4], ids[2], ids[0]]
    assert found(text="note", author=BEN.name, limit=1) == [routine]
    assert found(weeks=(WEEK + timedelta(weeks=1), WEEK + timedelta(weeks=2))) == [ids[2], ids[1]]
    assert found(weeks=(WEEK + timedelta(weeks=30), WEEK + timedelta(weeks=30))) == [long]
    assert [note.id for note in ledger.notes.overlapping((WEEK, WEEK), metrics=["signups"])] == [ids[0]]
    assert [note.id for note in ledger.notes.for_metric("visits", limit=1)] == [long]


def test_who_and_what_is_mentioned_is_found(ledger: Ledger) -> None:
    first = ledger.notes.add(replace(NOTE, text="Ask @cleo about #visits"), ANA)
    second = ledger.notes.add(NOTE, ANA)
    reply = ledger.replies.add(second.id, "@cleo knows", BEN)

    def found(mentioned: str) -> list[int]:
        return [note.id for note in ledger.notes.find(mentioned=mentioned)]

    assert found("@cleo") == [second.id, first.id]
    assert found("#visits") == [first.id]
    assert found("#cleo") == found("cleo") == found("") == []
    ledger.replies.delete(reply.id, 1, BEN)
    ledger.notes.edit(first.id, 1, replace(NOTE, text="Nobody"), ANA)
    assert found("@cleo") == []

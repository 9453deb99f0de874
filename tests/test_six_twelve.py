"""Nine business decks as people ship them: translated into `northstar.yaml`, read dirty and clean, and held to figures.

For decks 1 to 3 the figures are known (`expected.json`). The others are held against the slow reference, which gets
the clean file from the standard library's reader.
"""

import json
import re
from pathlib import Path

import pytest
from reference import differences
from six_twelve import SERIES, Deck, assert_expected, slug


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("file", ["original.csv", "clean.csv"])
def test_figures_are_those_expected(cases: Path, tmp_path: Path, number: int, file: str) -> None:
    deck = Deck(cases / f"six_twelve/scenario_{number}")
    found, problems = deck.printed(tmp_path / "here", file)
    assert problems == []
    assert_expected(deck, found, slug)


@pytest.mark.parametrize("number", range(4, 10))
def test_dirty_and_clean_give_the_references_figures(cases: Path, tmp_path: Path, number: int) -> None:
    deck = Deck(cases / f"six_twelve/scenario_{number}")
    dirty, left_out = deck.printed(tmp_path / "dirty", "original.csv")
    clean, left_out_of_clean = deck.printed(tmp_path / "clean", "clean.csv")
    assert json.dumps(dirty) == json.dumps(clean)
    assert left_out == left_out_of_clean == []
    assert differences(deck.reference(), clean) == []


@pytest.mark.parametrize("number", [7, 9])
def test_the_decks_change_series_are_there(cases: Path, tmp_path: Path, number: int) -> None:
    """A deck names the change of a metric as if it were one: `PageViewsYOY`."""
    deck = Deck(cases / f"six_twelve/scenario_{number}")
    found, _ = deck.printed(tmp_path / "here", "original.csv")
    reference = deck.reference()
    named = set(re.findall(r'"(\w+)(WOW|MOM|YOY)"', json.dumps(deck.definition["deck"])))
    assert len(named) == {7: 2, 9: 6}[number]
    for name, change in named:
        for series in SERIES[change]:
            values = found["metrics"][slug(name)][series]
            assert differences(reference["metrics"][slug(name)][series], values) == []
            assert any(value is not None for value in values.values())

"""The nine decks, written as the WBR App reads them and imported: the figures are those of the decks."""

import json
from pathlib import Path
from typing import Any

import pytest
from reference import differences
from six_twelve import Deck, assert_expected, slug
from wbr_decks import deck_yaml, imported

from metrics.wbr_app.folder import Imported


def import_case(deck: Deck, folder: Path, file: str) -> tuple[Imported, dict[str, Any], list[tuple[Any, ...]]]:
    values = (deck.folder / file).read_bytes().decode()
    found = imported(folder / "deck", deck_yaml(deck.definition), values)
    tree = found.files["northstar.yaml"]
    assert isinstance(tree, str)
    return found, *deck.printed(folder / "here", file, tree)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("file", ["original.csv", "clean.csv"])
def test_imported_decks_give_the_figures_expected(cases: Path, tmp_path: Path, number: int, file: str) -> None:
    deck = Deck(cases / f"six_twelve/scenario_{number}")
    found, figures, problems = import_case(deck, tmp_path, file)
    assert problems == []
    assert_expected(deck, figures, lambda name: str(found.translation.ids[name]))


@pytest.mark.parametrize("number", range(4, 10))
def test_imported_decks_give_the_references_figures(cases: Path, tmp_path: Path, number: int) -> None:
    deck = Deck(cases / f"six_twelve/scenario_{number}")
    _, of_dirty, left_out = import_case(deck, tmp_path / "dirty", "original.csv")
    clean, of_clean, left_out_of_clean = import_case(deck, tmp_path / "clean", "clean.csv")
    assert left_out == left_out_of_clean == []
    assert json.dumps(of_dirty) == json.dumps(of_clean)
    ids = {name: str(own) for name, own in clean.translation.ids.items()}
    assert len(set(ids.values())) == len(deck.definition["metrics"])
    ours = {slug(name): of_clean["metrics"][own] for name, own in ids.items()}
    assert differences(deck.reference(), {**of_clean, "metrics": ours}) == []
    shown = {name for block in deck.definition["deck"] for name in named(block) if name in ids}
    assert shown and {ids[name] for name in shown} <= {
        own for _, section in clean.translation.sections for own in section
    }


def named(block: dict[str, Any]) -> list[str]:
    return block["metrics"] if "metrics" in block else [row["metric"] for row in block["rows"]]

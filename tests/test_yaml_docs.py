"""The documentation of `northstar.yaml` and its published JSON Schema say what the program reads."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from metrics.tree.faults import TreeError
from metrics.tree.load import read_tree
from metrics.tree.schema import schema, schema_text
from metrics.tree.written import blocks, keys_of

ROOT = Path(__file__).parents[1]
DOC = (ROOT / "docs" / "northstar-yaml.md").read_text(encoding="utf-8")
PUBLISHED = ROOT / "docs" / "northstar.schema.json"
EXAMPLES = Path(os.environ.get("NORTHSTAR_CASES", ROOT.parent / "shared" / "cases")) / "workspaces"
SMALL = {
    "the example of the documentation": DOC.partition("```yaml\n")[2].partition("```")[0],
    "empty keys": "northstar: 1\nteams:\nmetrics:\n  a:\n  b: {formula: a / 2, target: 5, inputs: }\n",
    "long forms": (
        "northstar: 1\nmetrics:\n  a: {target: {column: x, source: manual}, where: {n: 1, t: true, s: x}}\n"
        "access: {readers: {domain: lumen.example}}\n"
    ),
}


class CoreLoader(yaml.SafeLoader):
    """YAML as an editor reads it: only true and false are booleans, dates are text."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag.rpartition(":")[2] in ("int", "float", "null")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}  # fmt: skip
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false"), list("tf"))


def faults_by_schema(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema())
    return [error.message for error in validator.iter_errors(yaml.load(text, CoreLoader))]


def documented() -> dict[str, list[str]]:
    """The keys in the table of each heading."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in DOC.splitlines():
        if line.startswith("#"):
            heading = line.strip("# ")
        elif key := re.match(r"\| `(\w+)` \|", line):
            found.setdefault(heading, []).append(key[1])
    return found


def declared() -> dict[str, list[str]]:
    """The keys of each block, under the heading of the documentation."""
    headings = {path: next((part for part in reversed(path) if part != "*"), "The file") for path in blocks()}
    return {heading: list(keys_of(blocks()[path])) for path, heading in headings.items()}


def test_every_key_is_documented_and_no_other() -> None:
    assert {heading: sorted(keys) for heading, keys in documented().items()} == {
        heading: sorted(keys) for heading, keys in declared().items()
    }


def test_links_lead_to_headings() -> None:
    headings = {line.strip("# ").lower().replace(" ", "-") for line in DOC.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([\w-]+)\)", DOC)) <= headings


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: python -m metrics.tree.schema > docs/northstar.schema.json"
    )


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


def test_every_key_has_a_description() -> None:
    def missing(part: Any, path: str) -> list[str]:
        if not isinstance(part, dict):
            return []
        keys = {} if path.endswith((".then", ".else", ".if")) else part.get("properties", {})
        own = [f"{path}.{name}" for name, key in keys.items() if not key.get("description")]
        return own + [fault for name, below in part.items() for fault in missing(below, f"{path}.{name}")]

    assert missing(schema(), "") == []


@pytest.mark.parametrize("name", SMALL)
def test_small_files_fit_schema_and_program(name: str) -> None:
    assert faults_by_schema(SMALL[name]) == []
    read_tree(SMALL[name])


def test_the_example_of_the_documentation_is_faultless() -> None:
    assert read_tree(SMALL["the example of the documentation"]).warnings == ()


@pytest.mark.parametrize(
    "metric",
    ["{colour: red}", "{role: star}", "{inputs: signups}", "{inputs: [{lag_weeks: 1}]}", "{scale: '1'}", "{name: 5}",
     "{additive: yes}", "{inputs: [{metric: b, lag_weeks: 105}]}", "{target: true}", "{inputs: [~]}",
     "{scale: 0}", "{owner: nobody}", "{unit: currency, currency: eur}"],
)  # fmt: skip
def test_the_schema_refuses(metric: str) -> None:
    assert len(faults_by_schema(f"northstar: 1\nmetrics: {{a: {metric}}}\n")) >= 1


@pytest.mark.parametrize(
    "text",
    ["northstar: 2\nmetrics: {a: }\n", "northstar: 1\nmetrics: {A b: }\n", "metrics: {a: }\n",
     "northstar: 1\nmetrics: {a: }\ngoals: [{team: t, metric: a, quarter: 2026Q4}]\n",
     "northstar: 1\nmetrics: {a: }\ngoals: [{team: , metric: a, quarter: 2026Q4, to: 5}]\n",
     "northstar: 1\nmetrics: {a: }\ndeck: [{metrics: [a]}]\n",
     "northstar: 1\nmetrics: {a: }\naccess: {readers: '@lumen.example'}\n"],
)  # fmt: skip
def test_the_schema_refuses_the_file(text: str) -> None:
    assert len(faults_by_schema(text)) >= 1


@pytest.mark.parametrize(
    "source",
    ["{type: csv, path: a.csv}", "{type: csv, date: day}", "{type: csv, path: a.csv, date: day, query: select 1}",
     "{type: csv, path: a.csv, date: day, layout: long, value: v}", "{type: csv, path: a.csv, date: day, value: v}",
     "{type: sql, url: '${URL}'}", "{type: sql, url: '${URL}', query: select 1, table: t}", "{type: excel}",
     "{type: manual, date: day}", "{path: a.csv, date: day}"],
)  # fmt: skip
def test_the_schema_refuses_a_source_as_the_program_does(source: str) -> None:
    text = f"northstar: 1\nsources: {{s: {source}}}\nmetrics: {{a: {{source: s, role: north_star}}}}\n"
    assert len(faults_by_schema(text)) >= 1
    with pytest.raises(TreeError):
        read_tree(text)


@pytest.mark.parametrize("name", ["olist", "bikeshare"])
def test_the_examples_fit_the_schema(name: str) -> None:
    path = EXAMPLES / name / "northstar.yaml"
    if not path.exists():
        pytest.skip("the example workspaces are not part of this repository")
    assert faults_by_schema(path.read_text(encoding="utf-8")) == []

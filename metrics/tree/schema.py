"""The JSON Schema of `northstar.yaml`, which gives editors completion.

`python -m metrics.tree.schema > docs/northstar.schema.json` writes the published file anew.
"""

from __future__ import annotations

import json
from typing import Any

from metrics.tree.rules.source import LONG, NEEDED, OWN
from metrics.tree.written import ID_PATTERN, Workspace

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the file."""
    made: dict[str, Any] = _plain(Workspace.model_json_schema(by_alias=True))
    for key in ("teams", "sources", "metrics"):
        for option in made["properties"][key]["anyOf"]:
            if option.get("type") == "object":
                option["propertyNames"] = {"pattern": ID_PATTERN}
    made["required"] = ["northstar", "metrics"]
    made["$defs"]["Source"]["allOf"] = [*map(_keys_of_type, OWN), _long()]
    return {"$schema": _DIALECT, "title": "northstar.yaml", **made}


def _keys_of_type(kind: str) -> dict[str, Any]:
    """Return that a source of a type has what it needs, and no key of the others."""
    strange = sorted(frozenset[str]().union(*OWN.values()) - OWN[kind])
    then: dict[str, Any] = {"required": sorted(NEEDED[kind]), "properties": dict.fromkeys(strange, False)}
    if kind == "sql":
        then["oneOf"] = [{"required": [key]} for key in ("query", "table")]
    return _if("type", kind, then)


def _long() -> dict[str, Any]:
    without = {"properties": dict.fromkeys(LONG, False)}
    return {**_if("layout", "long", {"required": sorted(LONG)}), "else": without}


def _if(key: str, value: str, then: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}


def schema_text() -> str:
    """Return the schema as the published file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _plain(part: Any, *, names: bool = False) -> Any:
    """Return a part without pydantic's titles and empty defaults; items of a list cannot be null."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    kept = {
        key: _plain(value, names=key in ("properties", "$defs") and not names)
        for key, value in part.items()
        if names or not (key == "title" or (key == "default" and value is None))
    }
    items = kept.get("items")
    if not names and isinstance(items, dict) and "anyOf" in items:
        options = [option for option in items["anyOf"] if option != {"type": "null"}]
        kept["items"] = options[0] if len(options) == 1 else {**items, "anyOf": options}
    return kept


if __name__ == "__main__":
    print(schema_text(), end="")

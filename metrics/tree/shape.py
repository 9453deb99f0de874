"""The shape of what was written: known keys, and values of the right kind. What fits goes on to the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from metrics.errors import nearest, shorten
from metrics.tree import meant
from metrics.tree.document import Document, Path
from metrics.tree.faults import MOST_LISTED, Fault, FaultList
from metrics.tree.written import Short, Workspace, blocks, keys_of

_ROUNDS = 5
_IN_PERCENT = ("effect",)
_NOT_FINITE = re.compile(r"[-+]?\.?(inf|infinity|nan)", re.IGNORECASE)
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "keys"}
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys",
    "model_type": "keys",
}


def check_shape(document: Document, faults: FaultList) -> Workspace | None:
    """Report what does not fit and return the rest, so that the rules can look at it. None where nothing fits."""
    values: Any = document.values
    for turn in range(_ROUNDS):
        try:
            return Workspace.model_validate(values)
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False)
        if turn == 0:  # later ones only follow from what was cut out
            for error in errors[:MOST_LISTED]:
                faults.add(_fault(error, document, faults.file))
            faults.count("error", len(errors[MOST_LISTED:]))
        values = _without(values, [_to_cut(error, values) for error in errors])
    return None


def metric_at(path: Path) -> str | None:
    """Return the id of the metric that a path lies in."""
    return str(path[1]) if len(path) > 1 and path[0] == "metrics" else None


def _fault(error: ErrorDetails, document: Document, file: str) -> Fault:
    path = error["loc"]
    kind = error["type"]
    if error["input"] is None:  # a key without a value
        kind = "empty" if kind == "model_type" else "missing"
    message, hint = _words(kind, error, path, document)
    on_key = kind in ("extra_forbidden", "missing", "empty")
    line, column = document.place(path, key=on_key)
    return Fault("error", file, line, column, message, hint, metric_at(path))


def _words(kind: str, error: ErrorDetails, path: Path, document: Document) -> tuple[str, str]:
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    context: dict[str, Any] = error.get("ctx", {})
    what = f"'{shorten(key)}'" if path and isinstance(path[-1], str) else f"An item of '{shorten(key)}'"
    if error["type"] == "extra_forbidden" and (tight := meant.spaced(str(path[-1]))):
        return _space_missing(*tight)
    if kind == "extra_forbidden":
        known = keys_of(blocks()[_pattern(path[:-1])])
        close = nearest(str(path[-1]), known)
        hint = f"Did you mean '{close}'?" if close else f"The keys here are: {', '.join(known)}."
        return f"There is no key '{shorten(str(path[-1]))}' here.", hint
    if kind == "empty":
        return f"{what} is empty.", _to_write("keys", path, document)
    if kind == "missing":
        return is_missing(path)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        text = document.written(path) if document.existing(path) == path else str(error["input"])
        close = meant.word(text, allowed)
        hint = f"Did you mean '{close}'? " if close and len(allowed) > 1 else ""
        shown = f"'{shorten(text)}'" if text else _kind_of(error["input"])
        choice = f"Write one of: {', '.join(allowed)}." if len(allowed) > 1 else f"Write {allowed[0]}."
        return f"{what} cannot be {shown}.", f"{hint}{choice}"
    if kind == "finite_number":
        return f"{what} is too large.", "Write a number of ordinary size."
    if bound := _bound(context):
        return f"{what} must be {bound}; this is {document.written(path)}.", f"Write a number that is {bound}."
    if kind in _WANTED:
        wanted = _WANTED[kind]
        if wanted == "keys" and (tight := meant.spaced(document.written(path))):
            return _space_missing(*tight)
        model = blocks().get(_pattern(path))
        bare = f"{_KINDS[model.bare_types[0]]} or " if model and issubclass(model, Short) else ""
        if "number" in f"{bare}{wanted}" and _NOT_FINITE.fullmatch(document.written(path)):
            message = f"{what} takes a finite number; this is {document.written(path)}."
            return message, _to_write("a number", path, document)
        return f"{what} takes {bare}{wanted}; this is {_shown(error['input'], document.written(path))}.", _to_write(
            f"{bare}{wanted}", path, document
        )
    return f"{what} does not fit: {error['msg']}.", ""


def _space_missing(key: str, value: str) -> tuple[str, str]:
    return "A space is missing after the colon.", f"Write {shorten(key, 30)}: {shorten(value, 30)}."


def _bound(context: dict[str, Any]) -> str | None:
    words = {"ge": "{} or more", "le": "{} or less", "gt": "more than {}", "lt": "less than {}"}
    return next((text.format(context[name]) for name, text in words.items() if name in context), None)


def _kind_of(value: Any) -> str:
    return _KINDS.get(type(value), "empty")


def _shown(value: Any, text: str) -> str:
    return shorten(text, 30) if type(value) in (int, float) else _kind_of(value)


def _to_write(wanted: str, path: Path, document: Document) -> str:
    text = shorten(document.written(path), 30)
    key = path[-1] if path and isinstance(path[-1], str) else None
    before = f"{shorten(key, 30)}: " if key else ""
    if wanted == "text" and text:
        return f'Write it in quotes: {before}"{text}".'
    if wanted == "true or false" and text.lower() in ("yes", "on", "y", "1", "no", "off", "n", "0"):
        return f"Write {before}{'true' if text.lower() in ('yes', 'on', 'y', '1') else 'false'}."
    if wanted == "a list" and text:
        return f"Write {before}[{text}]."
    if "number" in wanted and text:
        whole = "whole" in wanted
        plain = meant.number(document.written(path), whole=whole, in_percent=key in _IN_PERCENT)
        if plain is not None:
            return f"Write {before}{plain}" + (", without quotes." if plain == text else ".")
    if wanted.endswith("keys"):
        known = blocks().get(_pattern(path))
        return (
            f"The keys here are: {', '.join(keys_of(known))}."
            if known
            else f"Write {before or 'key: '}and its keys below."
        )
    return f"Write {before}and {wanted}."


def is_missing(path: Path) -> tuple[str, str]:
    """Return what is said of a needed key at `path` that is not there, and what to write."""
    message = f"'{shorten(str(path[-1]))}' is missing here."
    model = blocks().get(_pattern(path[:-1]))
    for name, field in (model.model_fields if model else {}).items():
        if (field.alias or name) == path[-1] and field.description:
            return message, f"Write {path[-1]}: {field.description[:1].lower()}{field.description[1:]}"
    return message, ""


def _pattern(path: Path) -> tuple[str, ...]:
    """Return the path with `*` for ids and items, as `blocks` names it."""
    pattern: tuple[str, ...] = ()
    for part in path:
        named = (*pattern, part) if isinstance(part, str) else None
        pattern = named if named is not None and _leads_to_block(named) else (*pattern, "*")
    return pattern


def _leads_to_block(path: tuple[str, ...]) -> bool:
    return any(block[: len(path)] == path for block in blocks())


def _to_cut(error: ErrorDetails, values: Any) -> Path:
    """Return what must go so that the rest fits: the value, or the whole block where a needed key is missing."""
    path: Path = error["loc"][:-1] if error["type"] == "missing" else error["loc"]
    value = values
    for depth, part in enumerate(path):
        inside = isinstance(value, dict) and part in value
        if not inside and not (isinstance(value, list) and isinstance(part, int)):
            return path[:depth]
        value = value[part]
    return path


def _without(values: Any, paths: Iterable[Path]) -> Any:
    """Return a copy without the values at `paths`; an item of a list leaves None: the others keep their place."""
    cuts: dict[Any, Any] = {}
    for path in paths:
        branch = cuts
        for part in path[:-1]:
            branch = branch.setdefault(part, {})
        if path:
            branch[path[-1]] = {_ALL: True} | branch.get(path[-1], {})
    return _cut(values, cuts)


_ALL = object()


def _cut(value: Any, cuts: dict[Any, Any]) -> Any:
    if isinstance(value, dict):
        return {
            key: _cut(below, cuts[key]) if key in cuts else below
            for key, below in value.items()
            if _ALL not in cuts.get(key, ())
        }
    if isinstance(value, list):
        kept = list(value)
        for index, branch in cuts.items():
            kept[index] = None if _ALL in branch else _cut(value[index], branch)
        return kept
    return value

"""What a metric means, part by part, and how that changed from one tree to the next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256

from metrics.tree.tree import Metric, Source, Tree


def definition(metric: Metric, tree: Tree) -> dict[str, str]:
    """Return the parts of a definition by which a metric's values are what they are; those by default are left out."""
    source = tree.sources.get(metric.source) if metric.source else None
    parts = {
        "formula": metric.formula.text if metric.formula else "",
        "source": _place(source) if source else metric.source or "",
        "layout": f"long: {source.metric} and {source.value}" if source and source.layout == "long" else "",
        "dates": " as ".join(part for part in (source.date, source.date_format) if part) if source else "",
        "column": metric.column or "" if source else "",
        "where": ", ".join(f"{column} is {value}" for column, value in metric.where),
        "aggregate": metric.aggregate if source else "",
        "scale": f"{metric.scale:g}" if metric.scale != 1 else "",
        "additive": "" if metric.additive else "false",
        "absent": source.absent if source and source.absent != "missing" else "",
    }
    return {name: text for name, text in parts.items() if text}


def definition_digest(metric_id: str, tree: Tree) -> str:
    """Return a fingerprint of a metric's definition and of all that its formula rests on."""
    ids = sorted({metric_id, *tree.metrics[metric_id].components, *(leaf.id for leaf in tree.leaves(metric_id))})
    parts = [(each, sorted(definition(tree.metrics[each], tree).items())) for each in ids]
    return sha256(json.dumps(parts).encode()).hexdigest()[:16]


def definition_changes(before: Tree, after: Tree) -> Iterator[tuple[str, str, str | None, str | None]]:
    """Yield metric, part, and text before and after for each part that differs; new metrics have none."""
    for metric in after.metrics.values():
        old = before.metrics.get(metric.id)
        if old is None:
            continue
        was, now = definition(old, before), definition(metric, after)
        for part in dict.fromkeys((*was, *now)):
            if was.get(part) != now.get(part):
                yield metric.id, part, was.get(part), now.get(part)


def _place(source: Source) -> str:
    """Say where a source reads: secrets stay in the environment, so none can be in it."""
    match source.type:
        case "sql":
            where = source.query or source.table
        case "google_sheet":
            where = " ".join(part for part in (source.spreadsheet, source.worksheet, source.range) if part)
        case "excel":
            where = " ".join(part for part in (source.path, source.worksheet, source.range) if part)
        case _:
            where = source.path
    return f"{source.id}: {where}" if where else source.id

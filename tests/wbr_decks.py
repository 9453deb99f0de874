"""Decks of the WBR App as its authors write them: YAML built from a definition, and small ones by hand."""

from pathlib import Path
from typing import Any

from metrics.calendar import MONTHS
from metrics.wbr_app.folder import Imported, import_deck


def deck_yaml(definition: dict[str, Any]) -> str:
    """The YAML of a deck that a `definition.json` describes."""
    setup = definition["setup"]
    year, month, day = setup["week_ending"].split("-")
    lines = [
        "setup:",
        f"  week_ending: {day}-{MONTHS[int(month) - 1][:3].upper()}-{year}",
        f"  week_number: {setup['week_number']}",
        "  title: WBR Daily",
        f"  fiscal_year_end_month: {MONTHS[setup['fiscal_year_end_month'] - 1][:3].upper()}",
        "  block_starting_number: 1",
        "  tooltip: true",
        "",
        "metrics:",
    ]
    for name, metric in definition["metrics"].items():
        lines.append(f"  {name}:")
        if metric["comparison"] == "bps":
            lines.append("    metric_comparison_method: bps")
        if metric["kind"] == "function":
            lines += ["    function:", f"      {metric['function']}:"]
            for operand in metric["operands"]:
                lines += ["        - metric:", f"            name: {operand}"]
        elif metric["kind"] == "filter":
            asked = metric["filter"]
            lines += ["    filter:", f'      base_column: "{metric["column"]}"']
            lines += [
                f"      query: \"{asked['column']} {asked['op']} '{asked['value']}'\"",
                f"    aggf: {metric['aggf']}",
            ]
        else:
            lines += [f'    column: "{metric["column"]}"', f"    aggf: {metric['aggf']}"]
    lines += ["", "deck:"]
    for block in definition["deck"]:
        lines += ["  - block:", f"      ui_type: {block['ui_type']}", f"      title: {block['title']}"]
        lines.append(f"      x_axis_monthly_display: {block['months']}")
        if "rows" in block:
            lines.append("      rows:")
            for row in block["rows"]:
                lines += [
                    "        - row:",
                    f'            header: "{row["header"]}"',
                    f"            metric: {row['metric']}",
                ]
                lines += ['            style: "text-align:right;"', '            y_scaling: "##MM"']
        else:
            lines.append("      metrics:")
            for name in block["metrics"]:
                lines += [f"        {name}:", "          line_style: primary", "          graph_prior_year_flag: true"]
    return "\n".join(lines) + "\n"


def imported(folder: Path, yaml: str, values: str, events: str | None = None) -> Imported:
    """What an import makes of a deck that is written to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "deck.yaml").write_text(yaml, encoding="utf-8")
    (folder / "deck.csv").write_bytes(values.encode())
    if events is not None:
        (folder / "noted.csv").write_text(events, encoding="utf-8")
    return import_deck(folder / "deck.yaml", folder / "deck.csv", folder / "noted.csv" if events is not None else None)

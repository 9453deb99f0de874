"""A workspace whose every text tries to be more than a text."""

import json
from datetime import date, timedelta
from typing import Any

FLAG = "northstar_was_hit"
SCRIPT = f"<script>window.{FLAG} = 1</script>"
IMAGE = f"<img src=x onerror='window.{FLAG} = 1'>"
MARKDOWN = "**x** [x](https://elsewhere.example/) ![x](https://elsewhere.example/x.png) :red[x] $x$ `x`"
RIGHT_TO_LEFT = "الإيرادات \u202egnp.exe 🚀👩‍👩‍👧‍👦"
LONG = "Wirtschaftsprüfungsgesellschaft" * 10
QUOTES = "\"'`&amp;\\ </svg></style>{{x}} ${x}"

NAMES = {
    "star": f"Star {SCRIPT}",
    "image": f"Image {IMAGE}",
    "link": f"Link {MARKDOWN}",
    "right_to_left": RIGHT_TO_LEFT,
    "long": LONG,
    "quotes": QUOTES,
    "constructor": "constructor",
    "late": f"Late {MARKDOWN} {SCRIPT}",
    "unread": f"Unread {SCRIPT}",
}


def awkward_tree() -> str:
    """`northstar.yaml`: metrics, a team and sections with NAMES; the metric `late` ends a week before the others."""
    text = f"{SCRIPT} {IMAGE} {MARKDOWN}"
    metrics: dict[str, Any] = {
        metric_id: {
            "name": name,
            "definition": f"{text} {QUOTES}",
            "team": "team",
            "owner": f"{SCRIPT}{MARKDOWN}@shop.example".replace(" ", ""),
            "source": "shop",
            "where": {"region": text.replace(",", "")},
        }
        for metric_id, name in NAMES.items()
    }
    metrics["star"] |= {
        "role": "north_star",
        "inputs": [{"metric": name, "because": text} for name in ("image", "link", "right_to_left", "long", "quotes")],
        "predicts": [{"metric": "constructor", "because": text}],
    }
    metrics["unread"]["column"] = f"no <b>such</b> {SCRIPT}"
    tree = {
        "northstar": 1,
        "name": f"Awkward {SCRIPT} {MARKDOWN}",
        "teams": {"team": {"name": text, "lead": "ana@shop.example"}},
        "sources": {"shop": {"type": "csv", "path": "*.csv", "date": "day", "grain": "daily"}},
        "metrics": metrics,
        "deck": [{"section": text, "metrics": list(NAMES)}],
    }
    return json.dumps(tree, indent=1, ensure_ascii=False)


def awkward_files() -> dict[str, str]:
    """Five weeks from Sunday, 1 February 2026, in a file with a name like the rest, and cells that can't be read."""
    region = f"{SCRIPT} {IMAGE} {MARKDOWN}"
    names = [metric_id for metric_id in NAMES if metric_id != "unread"]
    lines = [f"day,region,{','.join(names)}"]
    for at in range(35):
        day = date(2026, 2, 1) + timedelta(days=at)
        values = ["" if name == "late" and at >= 28 else str(100 + at % 7) for name in names]
        lines.append(f'{day},"{region}",{",".join(values)}')
    lines.append(f'2026-03-08,"{region}",{",".join([IMAGE.replace(" ", "")] * len(names))}')
    return {"**x** [x](y) $x$.csv": "\n".join(lines) + "\n"}

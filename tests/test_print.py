"""What a page looks like on paper, as far as its styles can tell without a browser."""

import re
from dataclasses import astuple
from itertools import chain
from pathlib import Path

from metrics.charts.chart_theme import THEMES, Theme

STYLES = (Path(__file__).parents[1] / "pages/parts/app.css").read_text(encoding="utf-8")
RULE = re.compile(r'\.stVegaLiteChart \[(fill|stroke)="(#\w{6})"\] \{ (?:fill|stroke): (#\w{6}); \}')


def colours(theme: Theme) -> list[str]:
    return list(chain.from_iterable([one] if isinstance(one, str) else one for one in astuple(THEMES[theme])))


def test_a_chart_drawn_for_the_dark_is_printed_in_the_colours_of_the_light_theme() -> None:
    pairs = list(zip(colours("dark"), colours("light"), strict=True))
    wanted = {(kind, dark, light) for dark, light in pairs for kind in ("fill", "stroke")}
    printed = STYLES[STYLES.rindex("@media print") :]
    assert set(RULE.findall(printed)) == wanted
    assert not set(colours("dark")) & set(colours("light")), "else a light page would be printed in other colours"

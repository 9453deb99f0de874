"""The tree's picture: where cards stand, how edges run, what cards and the outline say."""

import json
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from graphlib import CycleError
from itertools import combinations, pairwise

import pytest
from streamlit.testing.v1 import AppTest

from metrics.calendar import Calendar, Period, month_of, shift_month, week
from metrics.charts.layout import CARD, Arrangement, Link, arrange
from metrics.charts.tree_card import TREND_SIZE, trend
from metrics.charts.tree_picture import NO_METRICS, NO_NORTH_STAR, tree_picture
from metrics.review.metric_figures import Change, MetricFigures, Point
from metrics.tree.formula import parse_formula
from metrics.tree.tree import Claim, Metric, Prediction, Role, Team, Tree

WEEK_ENDING = date(2026, 11, 14)
UP = Change(3.14)


def layered(counts: Sequence[int], shared: float = 0.1, seed: int = 1) -> tuple[list[str], list[Link]]:
    """Ids in layers of so many cards, each driving one or several cards higher up."""
    rng = random.Random(seed)
    layers = [[f"m{layer}_{n}" for n in range(count)] for layer, count in enumerate(counts)]
    links: dict[tuple[str, str], Link] = {}
    for at, layer in enumerate(layers[1:], 1):
        for lower in layer:
            uppers = [rng.choice(layers[at - 1])]
            if rng.random() < shared:
                uppers.append(rng.choice(rng.choice(layers[:at])))
            for upper in uppers:
                links[upper, lower] = Link(upper, lower, rng.choice(["claim", "component"]), 30.0)
    return [card for layer in layers for card in layer], list(links.values())


def box(arrangement: Arrangement, card: str) -> tuple[float, float, float, float]:
    x, y = arrangement.cards[card]
    return x, y, x + CARD[0], y + CARD[1]


SHAPES = {
    "one": [1],
    "two": [1, 1],
    "twenty-five": [1, 4, 9, 11],
    "sixty": [1, 7, 18, 34],
    "forty inputs": [1, 40],
    "deep": [1] * 30,
    "three hundred": [1, 10, 60, 229],
}


@pytest.fixture(params=SHAPES, scope="module")
def picture(request: pytest.FixtureRequest) -> tuple[list[Link], Arrangement]:
    ids, links = layered(SHAPES[request.param])
    started = time.perf_counter()
    arrangement = arrange(ids, links)
    print(f"{request.param}: {len(ids)} cards in {(time.perf_counter() - started) * 1000:.0f} ms")
    assert list(arrangement.cards) == ids
    return links, arrangement


def test_no_two_cards_overlap(picture: tuple[list[Link], Arrangement]) -> None:
    _, arrangement = picture
    boxes = [box(arrangement, card) for card in arrangement.cards]
    assert all(min(a) >= 0 and a[2] <= arrangement.width and a[3] <= arrangement.height for a in boxes)
    assert not [
        (a, b) for a, b in combinations(boxes, 2) if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def test_edges_start_and_end_at_their_cards(picture: tuple[list[Link], Arrangement]) -> None:
    links, arrangement = picture
    for link, route in zip(links, arrangement.routes, strict=True):
        upper, lower = box(arrangement, link.upper), box(arrangement, link.lower)
        assert upper[3] < lower[1], "what is driven stands higher"
        assert route[0][1] == upper[3] and upper[0] < route[0][0] < upper[2]
        assert route[-1][1] == lower[1] and lower[0] < route[-1][0] < lower[2]
        assert all(above[1] <= below[1] for above, below in pairwise(route))


def test_edges_pass_no_card(picture: tuple[list[Link], Arrangement]) -> None:
    """An edge stays within the box of two neighbouring points, so no card may reach into such a box."""
    _, arrangement = picture
    boxes = [box(arrangement, card) for card in arrangement.cards]
    for route in arrangement.routes:
        for (x0, y0), (x1, y1) in pairwise(route):
            left, right = min(x0, x1), max(x0, x1)
            crossed = [b for b in boxes if b[0] < right and left < b[2] and b[1] < y1 and y0 < b[3]]
            assert not crossed, (route, crossed)


def test_same_input_same_picture() -> None:
    ids, links = layered(SHAPES["sixty"])
    assert arrange(ids, links) == arrange(list(ids), list(links))


def test_forty_inputs_are_no_strip() -> None:
    ids, links = layered([1, 40])
    arrangement = arrange(ids, links)
    assert arrangement.width < 1500 and arrangement.height < 1000


def test_nothing_to_arrange() -> None:
    assert arrange([], []) == Arrangement(0.0, 0.0, {}, ())


def test_cycle_is_refused() -> None:
    with pytest.raises(CycleError):
        arrange(["a", "b"], [Link("a", "b", "claim"), Link("b", "a", "claim")])


def metric(id: str, role: Role = "input", formula: str | None = None, **more: object) -> Metric:
    parsed = parse_formula(formula) if formula else None
    return Metric(id, id.capitalize(), role=role, formula=parsed, source="s", **more)  # type: ignore[arg-type]


def tree(*metrics: Metric) -> Tree:
    teams = {"growth": Team("growth", "Growth")}
    return Tree("Shop", Calendar(), teams, {}, {one.id: one for one in metrics}, ())


SHOP = tree(
    metric("orders", "north_star", "members + visitors", inputs=(Claim("delay", "negative", 2, "Slow."), Claim("ads")),
           predicts=(Prediction("revenue", 8, None, "They come back."),), team="growth", owner="ana.diaz@shop.example"),
    metric("revenue", "outcome"),
    metric("members", inputs=(Claim("ads", "positive", 1),)),
    metric("visitors"),
    metric("delay", "guardrail"),
    metric("ads"),
    metric("tickets", "guardrail"),
)  # fmt: skip


def figures(values: Sequence[float | None], present: int = 7, change: Change = UP) -> MetricFigures:
    weeks = [week(WEEK_ENDING - timedelta(days=7 * back)) for back in range(5, -1, -1)]
    now = [
        Point(period, value, (present if period is weeks[-1] else 7) if value is not None else 0, 7)
        for period, value in zip(weeks, values, strict=True)
    ]
    past = [Period("week", one.first - timedelta(364), one.last - timedelta(364)) for one in weeks]
    blank = [Point(shift_month(month_of(date(2026, 10, 1)), -back), None, 0, 30) for back in range(11, -1, -1)]
    return MetricFigures(
        "orders",
        tuple(now),
        tuple(Point(one, 90.0, 7, 7) for one in past),
        tuple(blank),
        tuple(blank),
        {},
        {"wow": change},
    )


def test_edges_say_what_they_claim() -> None:
    drawn = tree_picture(SHOP, {})
    edges = {(edge.driver, edge.driven): edge for edge in drawn.edges}
    assert list(edges) == [
        ("members", "orders"), ("visitors", "orders"), ("delay", "orders"), ("ads", "orders"),
        ("ads", "members"), ("orders", "revenue"),
    ]  # fmt: skip
    assert edges["members", "orders"].kind == "component"
    assert edges["members", "orders"].sentence == "Members is part of Orders = Members + Visitors."
    slow = edges["delay", "orders"]
    assert (slow.kind, slow.label, slow.because, slow.state) == (
        "claim",
        "− 2\u202fwk",
        "Slow.",
        "declared",
    )
    assert slow.sentence == "When Delay rises, Orders falls 2 weeks later."
    assert edges["ads", "orders"].label == "+"
    assert edges["orders", "revenue"].sentence == "Orders predicts Revenue, 8 weeks ahead."
    assert {(key.kind, key.state) for key in drawn.legend} == {("component", "declared"), ("claim", "declared")}


def test_edges_show_how_their_claims_stand() -> None:
    states = {("delay", "orders"): "contradicted", ("ads", "orders"): "supported", ("ads", "members"): "stale"}
    drawn = tree_picture(SHOP, {}, {**states, ("gone", "orders"): "supported", ("members", "orders"): "supported"})  # type: ignore[dict-item]
    edges = {(edge.driver, edge.driven): edge for edge in drawn.edges}
    assert {key: edge.state for key, edge in edges.items()} == {
        ("members", "orders"): "declared",  # exact, whatever somebody says of it
        ("visitors", "orders"): "declared",
        ("delay", "orders"): "contradicted",
        ("ads", "orders"): "supported",
        ("ads", "members"): "stale",
        ("orders", "revenue"): "declared",
    }
    assert edges["delay", "orders"].sentence == (
        "When Delay rises, Orders falls 2 weeks later. The numbers contradict it."
    )
    assert edges["ads", "members"].sentence.endswith("Nobody has looked at it for two quarters.")
    assert [(key.kind, key.state) for key in drawn.legend] == [
        ("component", "declared"),
        ("claim", "declared"),
        ("claim", "supported"),
        ("claim", "contradicted"),
        ("claim", "stale"),
    ]
    told = {row.id: row.relation for row in drawn.outline}
    assert told["ads"] == "drives Orders (supported); drives Members, 1 wk later (stale)"
    assert told["delay"] == "lowers, 2 wk later (contradicted)"


def test_outcome_above_north_star_above_inputs() -> None:
    top = {card.id: card.y for card in tree_picture(SHOP, {}).cards}
    assert top["revenue"] < top["orders"] < top["members"] < top["ads"]  # type: ignore[operator]


def test_outline_names_each_metric_once() -> None:
    drawn = tree_picture(SHOP, {})
    assert [(row.depth, row.id, row.relation) for row in drawn.outline] == [
        (0, "orders", ""),
        (1, "members", "= part of"),
        (2, "ads", "drives Orders; drives Members, 1 wk later"),
        (1, "visitors", "= part of"),
        (1, "delay", "lowers, 2 wk later"),
        (1, "revenue", "predicted, 8 wk later"),
    ]
    assert [card.id for card in drawn.outside] == ["tickets"]
    assert [card.x for card in drawn.outside] == [None]


def test_card_of_a_complete_week() -> None:
    card = tree_picture(SHOP, {"orders": figures([100, 110, 105, 120, 125, 412])}).cards[0]
    assert (card.role_word, card.value, card.change, card.aside) == ("North Star", "412", "+3.1\u202f% WoW", "")
    assert card.sentence.startswith("Orders: 412 in the week ending 14 Nov 2026, up 3.1")
    assert (card.team, card.owner, card.formula) == ("Growth", "Ana", "Members + Visitors")
    assert len(card.trend.current) == 1 and not card.trend.hollow


def test_card_of_an_incomplete_week_is_hollow() -> None:
    card = tree_picture(SHOP, {"orders": figures([100, 110, 105, 120, 125, 90], 5, Change(None))}).cards[0]
    assert (card.value, card.change, card.aside.replace("\u00a0", " ")) == ("90", "", "5 of 7 days")
    assert card.trend.hollow


def test_card_of_a_late_metric_is_blank() -> None:
    late = replace(figures([100, 110, 105, 120, 125, None], 7, Change(None)), last_day=date(2026, 11, 7))
    card = tree_picture(SHOP, {"orders": late}).cards[0]
    assert (card.value, card.change, card.aside.replace("\u00a0", " ")) == ("", "", "Late: data to 7 Nov")
    assert card.trend.last is None


def test_card_without_figures_says_so() -> None:
    assert {card.aside for card in tree_picture(SHOP, {}).cards} == {"No data yet"}


def test_trend_breaks_at_a_gap() -> None:
    drawn = trend(figures([100, 110, None, 120, None, 130]).weekly, ())
    assert [len(line) for line in drawn.current] == [2, 1, 1]
    assert all(0 <= x <= TREND_SIZE[0] and 0 <= y <= TREND_SIZE[1] for line in drawn.current for x, y in line)


def test_small_wobble_looks_small() -> None:
    ys = [y for line in trend(figures([100, 101, 100, 101, 100, 101]).weekly, ()).current for _, y in line]
    assert 0 < max(ys) - min(ys) < TREND_SIZE[1] / 4


def test_no_north_star() -> None:
    drawn = tree_picture(tree(metric("orders"), metric("ads")), {})
    assert (drawn.message, drawn.cards, drawn.edges, drawn.outline) == (NO_NORTH_STAR, (), (), ())
    assert [card.id for card in drawn.outside] == ["orders", "ads"]
    assert tree_picture(tree(), {}).message == NO_METRICS


def test_one_metric() -> None:
    drawn = tree_picture(tree(metric("orders", "north_star")), {})
    assert (len(drawn.cards), drawn.edges, drawn.message) == (1, (), None)


def test_outcome_that_also_drives_the_north_star() -> None:
    looped = tree(
        metric("orders", "north_star", inputs=(Claim("revenue"),), predicts=(Prediction("revenue", 8),)),
        metric("revenue", "outcome"),
    )
    drawn = tree_picture(looped, {})
    assert {(edge.kind, edge.driver, edge.driven) for edge in drawn.edges} == {
        ("claim", "revenue", "orders"),
        ("prediction", "orders", "revenue"),
    }
    starts = {edge.points[0] for edge in drawn.edges}
    assert len(starts) == 2, "two edges between the same cards leave from two places"


def test_labels_do_not_touch() -> None:
    crowded = tree(
        metric("orders", "north_star", inputs=(Claim("a"), Claim("b"), Claim("c"), Claim("ads", lag_weeks=12))),
        *(metric(name, inputs=(Claim("ads", lag_weeks=12),)) for name in "abc"),
        metric("ads"),
    )
    places = sorted(edge.label_at for edge in tree_picture(crowded, {}).edges if edge.label_at and edge.driver == "ads")
    assert len(places) == 4
    for (x0, y0), (x1, y1) in combinations(places, 2):
        assert abs(x1 - x0) >= 40 or abs(y1 - y0) >= 12


def test_as_dict_is_plain() -> None:
    text = "<script>alert(1)</script>"
    hostile = tree(Metric("orders", text, role="north_star"))
    held = json.loads(json.dumps(tree_picture(hostile, {"orders": figures([1, 2, 3, 4, 5, 6])}).as_dict()))
    assert held["cards"][0]["name"] == text
    assert held["card_size"] == list(CARD)


def test_component_opens_without_a_fault() -> None:
    def page() -> None:
        from metrics.calendar import Calendar
        from metrics.charts.tree_picture import tree_picture
        from metrics.tree.tree import Metric, Tree
        from pages.parts import components

        tree = Tree("Shop", Calendar(), {}, {}, {"orders": Metric("orders", "Orders", role="north_star")}, ())
        components.tree(tree_picture(tree, {}), {"orders": "metric?metric=orders"}, key="tree")

    app = AppTest.from_function(page).run()
    assert not app.exception

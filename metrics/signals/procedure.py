"""The figures that the procedure of `docs/signals.md` rests on, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Procedure:
    """How weeks are judged. Lengths are in weeks, limits in routine standard deviations.

    `memories` are the pairs (weight of the newest error in the level, how much of a deviation is left a week later)
    that a model is chosen from: (1, 0) is a random walk, (0.02, 0) a constant level, (0.05, 0.6) a level with
    deviations that fade.
    """

    # Short histories and metrics that stand still.
    first_limits: int = 6
    full_limits: int = 14
    flat_weeks: int = 13
    least_flat: int = 8
    # After so many weeks the first ones are searched for what was exceptional, by so many sigmas.
    look_back: int = 20
    look_back_limit: float = 5.0
    # The choice of a model: how often, from how many weeks, among what, and what each parameter costs.
    choice_every: int = 13
    choice_every_young: int = 4
    young: int = 52
    window: int = 160
    memories: tuple[tuple[float, float], ...] = (
        (0.02, 0.0), (0.1, 0.0), (0.2, 0.0), (0.35, 0.0), (0.55, 0.0), (0.8, 0.0), (1.0, 0.0),
        (0.04, 0.3), (0.04, 0.5), (0.04, 0.7), (0.04, 0.85),
    )  # fmt: skip
    harmonics_from: tuple[int, ...] = (60, 78, 104)
    slope_from: int = 40
    log_ratio: float = 1.35
    least_count_in_logs: float = 8.0
    penalty: float = 0.75
    memory_penalty: float = 0.5
    few: float = 30.0
    counts_in_logs_penalty: float = 1.0
    # The limits: what the scale rests on, how far they are away, how much further for wild metrics.
    scale_weeks: int = 104
    half_life: float = 52.0
    winsor: float = 3.0
    limit: float = 2.62
    freedom: float = 0.6
    freedom_weeks: int = 12
    freedom_later: float = 0.19
    tail_weeks: int = 104
    tail_least: int = 39
    tail_winsor: float = 4.0
    tail_gain: float = 10.0
    tail_most: float = 1.45
    # Shifts: the weighted mean of errors, two weeks alike, the way back, too many at once.
    slow_weight: float = 0.25
    slow_limit: float = 3.75
    slow_clip: float = 3.0
    pair_gap: float = 2.25
    former_weeks: int = 13
    peak_margin: float = 1.25
    storm_events: int = 4
    storm_weeks: int = 13
    longest_shift: int = 8


PROCEDURE = Procedure()

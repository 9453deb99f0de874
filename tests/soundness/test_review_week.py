"""The review shows the newest week, ended by today, in which more than half of the deck's metrics are complete."""

from datetime import date
from typing import Any

from metrics.review.review_week import review_week


def shown(files: Any, today: str) -> str:
    with files.opened() as (tree, warehouse):
        return str(review_week(tree, warehouse, date.fromisoformat(today)))


def test_more_than_half(drawn_files: Any) -> None:
    """`a` and `b` have the week to 8 March, `c` ends a week earlier: two of three are enough. It ends with the 8th.

    a  2026-02-23  daily  1*14
    b  2026-02-23  daily  1*14
    c  2026-02-23  daily  1*7
    """
    files = drawn_files()
    assert shown(files, "2026-03-09") == "2026-03-08"
    assert shown(files, "2026-03-08") == "2026-03-08"
    assert shown(files, "2026-03-07") == "2026-03-01"
    assert shown(files, "2027-01-01") == "2026-03-08"


def test_half_is_not_enough(drawn_files: Any) -> None:
    """
    a  2026-02-23  daily  1*14
    b  2026-02-23  daily  1*7
    """
    assert shown(drawn_files(), "2026-03-09") == "2026-03-01"


def test_a_week_with_a_day_missing_is_not_complete(drawn_files: Any) -> None:
    """
    a  2026-02-23  daily  1*13
    """
    assert shown(drawn_files(), "2026-03-09") == "2026-03-01"


def test_metrics_that_never_had_a_value_do_not_count(drawn_files: Any) -> None:
    """`b` has rows without values, `idea` no source, and `both` rests on the idea: `a` is one of one.

    a  2026-03-02  daily  1*7
    b  2026-03-02  daily  -*7
    """
    files = drawn_files()
    tree = (files.folder / "northstar.yaml").read_text()
    files.write(
        "northstar.yaml", tree.replace('"metrics": {', '"metrics": {"idea": {}, "both": {"formula": "a + idea"},')
    )
    files.refresh()
    assert shown(files, "2026-03-09") == "2026-03-08"


def test_each_at_its_own_grain(drawn_files: Any) -> None:
    """A monthly metric is complete by its last month, February; on 5 April that is March, which it lacks.

    days    2026-02-23  daily     1*42
    plan    2026-01-31  monthly   1 1
    desk    2026-02-23  weekdays  1*25
    orders  2026-03-01  weekly    1*5
    """
    files = drawn_files(met={"formula": "orders / plan"}, sold={"formula": "desk + days"})
    assert shown(files, "2026-03-30") == "2026-03-29"
    # To 5 April: only `days` is complete, one of six.
    assert shown(files, "2026-04-06") == "2026-03-29"


def test_a_formula_counts_by_all_that_it_rests_on(drawn_files: Any) -> None:
    """`a` is there, `b` is not, so `rate` is not either: one of three.

    a  2026-02-23  daily  1*14
    b  2026-02-23  daily  1*10
    """
    assert shown(drawn_files(rate={"formula": "a / b"}), "2026-03-09") == "2026-03-01"


def test_only_the_deck_counts(drawn_files: Any) -> None:
    """Of the three that the deck leaves out none has the week; the one that it shows has.

    a  2026-02-23  daily  1*14
    b  2026-02-23  daily  1*7
    c  2026-02-23  daily  1*7
    """
    files = drawn_files()
    assert shown(files, "2026-03-09") == "2026-03-01"
    tree = (files.folder / "northstar.yaml").read_text()
    files.write(
        "northstar.yaml", tree.replace('"metrics": {', '"deck": [{"section": "All", "metrics": ["a"]}], "metrics": {')
    )
    files.refresh()
    assert shown(files, "2026-03-09") == "2026-03-08"


def test_a_deck_without_data(drawn_files: Any) -> None:
    """Nothing in it can be complete: the newest week with any value.

    a  2026-02-23  daily  1*14
    """
    files = drawn_files()
    tree = (files.folder / "northstar.yaml").read_text()
    deck = '"deck": [{"section": "All", "metrics": ["idea"]}], "metrics": {"idea": {},'
    files.write("northstar.yaml", tree.replace('"metrics": {', deck))
    files.refresh()
    assert shown(files, "2026-03-12") == "2026-03-08"


def test_without_any_complete_week_it_is_the_newest_with_a_value(drawn_files: Any) -> None:
    """
    a  2026-02-25  daily  1 . . . . 1
    b  2026-02-25  daily  1 . .
    """
    files = drawn_files()
    assert shown(files, "2026-03-09") == "2026-03-08"
    assert shown(files, "2026-03-07") == "2026-03-01"


def test_there_is_none_without_values(workspace: Any) -> None:
    """
    day,a   (no rows)
    """
    files = workspace(
        {"sources": {"s": {"type": "csv", "path": "s.csv", "date": "day"}}, "metrics": {"a": {"source": "s"}}},
        {"s.csv": "day,a\n"},
    )
    files.refresh()
    assert shown(files, "2026-03-09") == "None"


def test_values_of_the_future_do_not_hide_the_present(drawn_files: Any) -> None:
    """A plan for all of 2026 is entered in March.

    a  2026-01-01  daily  1*365
    b  2026-02-23  daily  1*14
    """
    assert shown(drawn_files(), "2026-03-12") == "2026-03-08"


def test_monthly_metrics_alone(drawn_files: Any) -> None:
    """The values of the first of a month are its whole month's: from the month's end on they are the newest there is.

    signups  2026-01-01  monthly  1 1 1
    churned  2026-01-01  monthly  1 1 1
    """
    files = drawn_files()
    assert shown(files, "2026-03-08") == "2026-03-08"
    assert shown(files, "2026-04-06") == "2026-04-05"
    # March is the last month up to the week that ends on 26 April. In the next week April has ended, without a value.
    assert shown(files, "2026-05-20") == "2026-04-26"


def test_zeros_of_absent_days_are_values(drawn_files: Any) -> None:
    """The last failure was on 25 February, and the file that would have shown another goes on to 8 March.

    failures  2026-02-23  daily  1 . 1
    others    2026-03-08  daily  5
    """
    files = drawn_files(failures={"absent": "zero"}, others={"absent": "zero"})
    tree = (files.folder / "northstar.yaml").read_text()
    files.write("northstar.yaml", tree.replace('"others": {', '"others": {"column": "x", '))
    files.refresh()
    assert shown(files, "2026-03-12") == "2026-03-08"

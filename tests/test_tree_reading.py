"""What cannot be read, or does not fit: each fault with its place, what is wrong and what to write."""

# ruff: noqa: E501 (what is said is kept on one line, as the user reads it)

from pathlib import Path

import pytest

from metrics.tree.faults import Fault, TreeError
from metrics.tree.load import load_tree, read_tree
from metrics.tree.meant import number

BASE = """\
northstar: 1
name: Lumen
teams:
  core: {name: Core, lead: ana@lumen.example}
sources:
  product: {type: csv, path: daily.csv, date: day}
metrics:
  reads: {role: north_star, team: core, source: product}
  signups: {team: core, source: product}
  teams: {team: core, source: product}
"""


def with_more(lines: str) -> str:
    """The workspace with lines from line 11 on."""
    return BASE + lines


def metric(keys: str) -> str:
    """The workspace with one metric more, in line 11."""
    return BASE + f"  extra: {{team: core, {keys}}}\n"


def source(keys: str) -> str:
    """The workspace with other keys of its source, in line 6."""
    return BASE.replace("type: csv, path: daily.csv, date: day", keys)


# Each text with all that is said about it
CASES = {
    # reading
    "unknown key": (
        metric("source: product, agregate: mean"),
        ["11:40: error: There is no key 'agregate' here. Did you mean 'aggregate'?"],
    ),
    "unknown key far": (
        metric("source: product, colour: red"),
        ["11:40: error: There is no key 'colour' here. Did you mean 'column'?"],
    ),
    "unknown top key": (
        with_more("metrix: 1\n"),
        ["11:1: error: There is no key 'metrix' here. Did you mean 'metrics'?"],
    ),
    "twice": (
        metric("source: product, source: product"),
        ["11:40: error: 'source' is written twice, in line 11. Keep one of the two."],
    ),
    "two metrics twice": (
        with_more("  signups: {team: core, source: product}\n"),
        ["11:3: error: 'signups' is written twice, in lines 9 and 11. Keep one of the two."],
    ),
    "tab": (with_more("  extra:\n\tteam: core\n"), ["12:1: error: Line 12 is indented with a tab. Use spaces."]),
    "two documents": (
        with_more("---\na: 1\n"),
        ["11:1: error: A second document begins here. Keep one; delete the '---'."],
    ),
    "tag": (
        metric("source: product, name: !!python/object:os.system x"),
        ["11:46: error: The tag '!!python/object:os.system' is not read. Delete it; put text in quotes."],
    ),
    "merge key": (
        metric("<<: x, source: product"),
        ["11:23: error: Merge keys ('<<') are not read. Write the keys out."],
    ),
    "number key": (metric("source: product, 1: x"), ['11:40: error: The key 1 is not text. Write it in quotes: "1".']),
    "null key": (metric("source: product, ~: x"), ['11:40: error: The key ~ is not text. Write it in quotes: "~".']),
    "list as key": (metric("source: product, [a]: x"), ["11:40: error: A key must be text. Write key: value."]),
    "alias of nothing": (
        metric("source: product, name: *x"),
        ["11:46: error: '*x' is an alias of nothing. Put text that begins with * in quotes."],
    ),
    "empty item": (
        with_more(
            "  extra:\n    team: core\n    source: product\n    inputs:\n      - {metric: signups, because: x}\n      -\n"
        ),
        ["16:8: error: An item of this list is empty. Write it after the dash, or delete it."],
    ),
    "open quote": (
        metric('source: product, name: "open'),
        ["11:46: error: A quotation mark opens here and is never closed. Close it."],
    ),
    "open brace": (
        with_more("  extra: {team: core\n"),
        [
            "11:10: error: A brace { opens here and is not closed, or a comma is missing after it. Write {key: value, key: value}."
        ],
    ),
    "second colon": (
        with_more("  extra:\n    name: Ratio: a to b\n"),
        [
            '12:16: error: A second colon stands in this text. Put text that holds a colon in quotes, such as name: "Ratio: reads to teams".'
        ],
    ),
    "no colon": (
        with_more("  extra:\n    name Ratio\n    team: core\n"),
        ["12:5: error: Line 12 has no colon. Write key: value, with a space after the colon."],
    ),
    "dedent": (
        with_more("  extra:\n    team: core\n   source: product\n"),
        ["13:4: error: This line does not line up with those before it. Indent it like its neighbours."],
    ),
    "at sign": (
        with_more("  extra:\n    name: @x\n"),
        ["12:11: error: Text cannot begin with '@'. Put the text in quotes."],
    ),
    "alias and more": (
        with_more("  extra:\n    name: *maybe*\n"),
        ["12:11: error: Text cannot begin with '*'. Put the text in quotes."],
    ),
    "ampersand": (
        with_more("  extra:\n    inputs:\n      - metric: signups\n        because: & more\n"),
        ["14:18: error: Text cannot begin with '&'. Put the text in quotes."],
    ),
    "exclamation mark": (
        metric("source: product, name: !important thing"),
        ["11:46: error: Text cannot begin with '!'. Put the text in quotes."],
    ),
    "exclamation marks": (
        with_more("  extra:\n    name: !a!b c\n"),
        ["12:11: error: Text cannot begin with '!'. Put the text in quotes."],
    ),
    "percent sign": (
        with_more("  extra:\n    name: %5 more\n"),
        ["12:11: error: Text cannot begin with '%'. Put the text in quotes."],
    ),
    "backtick": (
        with_more("  extra:\n    name: `a`\n"),
        ["12:11: error: Text cannot begin with '`'. Put the text in quotes."],
    ),
    "tight colon first": (
        with_more("  extra:\n    name:Reports shared\n    team: core\n"),
        ["12:10: error: A space is missing after the colon. Write name: Reports shared."],
    ),
    "tight colon between": (
        with_more("  extra:\n    team: core\n    name:Reports shared\n    source: product\n"),
        ["13:10: error: A space is missing after the colon. Write name: Reports shared."],
    ),
    "tight colon last": (
        with_more("  extra:\n    team: core\n    name:Reports shared\n"),
        ["13:10: error: A space is missing after the colon. Write name: Reports shared."],
    ),
    "tight colon alone": (
        with_more("  extra:\n    name:Reports shared\n"),
        ["12:5: error: A space is missing after the colon. Write name: Reports shared."],
    ),
    "tight colon in a list": (
        metric("source: product, inputs: [{metric: signups, lag_weeks:2, because: x}]"),
        ["11:67: error: A space is missing after the colon. Write lag_weeks: 2."],
    ),
    "tight colon in braces": (
        metric("source: product, name:Reports shared"),
        ["11:40: error: A space is missing after the colon. Write name: Reports shared."],
    ),
    "backslash": (
        metric('source: product, name: "a\\d"'),
        ["11:48: error: A backslash inside double quotes. Use single quotes, or write \\\\."],
    ),
    # shape
    "number for text": (
        metric("source: product, name: 2024"),
        ["11:46: error: 'name' takes text; this is 2024. Write it in quotes: name: \"2024\"."],
    ),
    "text for number": (
        metric('source: product, scale: "1"'),
        ["11:47: error: 'scale' takes a number; this is text. Write scale: 1, without quotes."],
    ),
    "yes for true": (
        metric("source: product, additive: no"),
        ["11:50: error: 'additive' takes true or false; this is text. Write additive: false."],
    ),
    "word": (
        metric("source: product, aggregate: averge"),
        ["11:51: error: 'aggregate' cannot be 'averge'. Write one of: sum, mean, min, max, first, last."],
    ),
    "average": (
        metric("source: product, aggregate: Average"),
        [
            "11:51: error: 'aggregate' cannot be 'Average'. Did you mean 'mean'? Write one of: sum, mean, min, max, first, last."
        ],
    ),
    "median is no mean": (
        metric("source: product, aggregate: median"),
        ["11:51: error: 'aggregate' cannot be 'median'. Write one of: sum, mean, min, max, first, last."],
    ),
    "target in groups": (
        with_more("  extra:\n    team: core\n    source: product\n    target: 60,000\n"),
        ["14:13: error: 'target' takes a number or keys; this is text. Write target: 60000."],
    ),
    "scale in percent": (
        metric("source: product, scale: 5%"),
        ["11:47: error: 'scale' takes a number; this is text. Write scale: 0.05."],
    ),
    "bound in dollars": (
        metric("source: product, checks: {min: $500}"),
        ["11:54: error: 'min' takes a number; this is text. Write min: 500."],
    ),
    "effect in percent": (
        BASE.replace("role: north_star,", "role: north_star, predicts: [{metric: signups, because: x, effect: 0.3%}],"),
        ["8:78: error: 'effect' takes a number; this is text. Write effect: 0.3."],
    ),
    "lag in weeks": (
        metric("source: product, inputs: [{metric: signups, lag_weeks: 2 weeks, because: x}]"),
        ["11:78: error: 'lag_weeks' takes a whole number; this is text. Write lag_weeks: 2."],
    ),
    "words in capitals": (
        metric("source: product, role: North Star"),
        [
            "11:46: error: 'role' cannot be 'North Star'. Did you mean 'north_star'? Write one of: north_star, input, output, outcome, guardrail."
        ],
    ),
    "list for word": (
        metric("source: product, unit: [count]"),
        ["11:46: error: 'unit' cannot be a list. Write one of: number, count, percent, currency, duration."],
    ),
    "text for a list": (
        metric("source: product, inputs: signups"),
        ["11:48: error: 'inputs' takes a list; this is text. Write inputs: [signups]."],
    ),
    "half week": (
        metric("source: product, inputs: [{metric: signups, lag_weeks: 1.5, because: x}]"),
        ["11:78: error: 'lag_weeks' takes a whole number; this is 1.5. Write lag_weeks: and a whole number."],
    ),
    "negative lag": (
        metric("source: product, inputs: [{metric: signups, lag_weeks: -2, because: x}]"),
        ["11:78: error: 'lag_weeks' must be 0 or more; this is -2. Write a number that is 0 or more."],
    ),
    "long lag": (
        metric("source: product, inputs: [{metric: signups, lag_weeks: 105, because: x}]"),
        ["11:78: error: 'lag_weeks' must be 104 or less; this is 105. Write a number that is 104 or less."],
    ),
    "claim of number": (
        metric("source: product, inputs: [5]"),
        [
            "11:49: error: An item of 'inputs' takes text or keys; this is 5. The keys here are: metric, because, sign, lag_weeks."
        ],
    ),
    "claim without metric": (
        metric("source: product, inputs: [{because: x}]"),
        ["11:49: error: 'metric' is missing here. Write metric: the id of the metric."],
    ),
    "metric is number": (
        with_more("  extra: 5\n"),
        [
            "11:10: error: 'extra' takes keys; this is 5. The keys here are: name, role, definition, team, owner, source, column, where, aggregate, additive, scale, formula, unit, currency, good, target, denominator, limits, checks, inputs, predicts."
        ],
    ),
    "metrics is list": (
        "northstar: 1\nmetrics: [a]\n",
        ["2:10: error: 'metrics' takes keys; this is a list. Write metrics: and its keys below."],
    ),
    "target true": (
        metric("source: product, target: true"),
        [
            "11:48: error: 'target' takes a number or keys; this is true or false. The keys here are: level, column, source."
        ],
    ),
    "limits": (metric("source: product, limits: xmrs"), ["11:48: error: 'limits' cannot be 'xmrs'. Write xmr."]),
    "infinite": (
        metric("source: product, scale: 1e999"),
        ["11:47: error: 'scale' is too large. Write a number of ordinary size."],
    ),
    "infinite in YAML's words": (
        metric("source: product, target: .inf, scale: -.Inf, checks: {min: .nan}"),
        [
            "11:48: error: 'target' takes a finite number; this is .inf. Write target: and a number.",
            "11:61: error: 'scale' takes a finite number; this is -.Inf. Write scale: and a number.",
            "11:82: error: 'min' takes a finite number; this is .nan. Write min: and a number.",
        ],
    ),
    "version with a point": (
        BASE.replace("northstar: 1", "northstar: 1.0"),
        ["1:12: error: 'northstar' takes a whole number; this is 1.0. Write northstar: 1."],
    ),
    "source empty": (
        BASE.replace(" {type: csv, path: daily.csv, date: day}", ""),
        [
            "6:3: error: 'product' is empty. The keys here are: type, path, date, date_format, layout, metric, value, grain, absent, arrives, spreadsheet, worksheet, range, credentials, url, query, table, row_limit, timeout_seconds."
        ],
    ),
    "source without type": (
        source("path: a.csv, date: day, arrives: someday, value: v"),
        [
            "6:3: error: 'type' is missing here. Write type: csv, excel, parquet, google_sheet, sql or manual.",
            "6:46: error: 'someday' is not a weekday and a time. Write such as tuesday 09:00.",
            "6:55: error: 'value' belongs to layout long, and the source 'product' is wide. Write layout: long, or delete value.",
        ],
    ),
    "minutes": (
        with_more("deck:\n  - {section: A, minutes: 0, metrics: [reads]}\n"),
        ["12:27: error: 'minutes' must be more than 0; this is 0. Write a number that is more than 0."],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_faults(name: str) -> None:
    text, expected = CASES[name]
    with pytest.raises(TreeError) as raised:
        read_tree(text)
    assert [str(fault) for fault in raised.value.faults] == [f"northstar.yaml:{line}" for line in expected]


@pytest.mark.parametrize(
    ("word", "meant"),
    [("avg", "mean"), ("total", "sum"), ("minimum", "min"), ("maximum", "max"), ("latest", "last"), ("count", None)],
)
def test_other_words_for_aggregates(word: str, meant: str | None) -> None:
    with pytest.raises(TreeError) as raised:
        read_tree(metric(f"source: product, aggregate: {word}"))
    hint = raised.value.faults[0].hint
    assert hint.removeprefix(f"Did you mean '{meant}'? ") == "Write one of: sum, mean, min, max, first, last."
    assert hint.startswith("Did you mean") == (meant is not None)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("60,000", "60000"), ("60k", "60000"), ("1.5m", "1500000"), ("2bn", "2000000000"), ("5%", "0.05"),
        ("0.5 %", "0.005"), ("-5%", "-0.05"), ("100%", "1"), ("$500", "500"), ("1,200.50 \u20ac", "1200.5"),
        ("USD 60 000", "60000"), ("1,5", "1.5"), ("10.25k", "10250"), ("5 apples", None), ("many", None),
        ("1,23,456", None), ("%", None), ("$", None),
    ],
)  # fmt: skip
def test_numbers_as_people_type_them(text: str, plain: str | None) -> None:
    assert number(text) == plain


def test_text_that_loses_its_first_word_to_an_anchor() -> None:
    text = with_more("  extra:\n    team: core\n    source: product\n    name: &more of it\n")
    assert [str(fault) for fault in read_tree(text).warnings] == [
        "northstar.yaml:14:11: warning: '&more' is a name for other places and no part of this text. Put the text in quotes if it belongs to it."
    ]


def test_the_base_is_faultless() -> None:
    assert read_tree(BASE).warnings == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "1:1: error: The file is empty. Begin with northstar: 1, then name, teams and metrics."),
        (b"# nothing\n", "1:1: error: The file is empty. Begin with northstar: 1, then name, teams and metrics."),
        (b"- a\n", "1:1: error: The file is a list. Write keys: northstar: 1, then name, teams and metrics."),
        (b"hello\n", "1:1: error: The file is only text. Write keys: northstar: 1, then name, teams and metrics."),
        (b"northstar: 1\nname: Caf\xe9\n", "2:10: error: A character here is not UTF-8. Save the file as UTF-8."),
        (
            "northstar: 1\n".encode("utf-16"),
            "1:1: error: The file is in UTF-16 or UTF-32. Save the file as UTF-8.",
        ),
        (
            b"northstar: 1\nname: a\0b\n",
            "2:8: error: A control character (U+0000) stands here. Delete it. Save the file as UTF-8.",
        ),
    ],
)
def test_what_is_no_text(data: bytes, expected: str) -> None:
    with pytest.raises(TreeError) as raised:
        read_tree(data)
    assert str(raised.value) == f"northstar.yaml:{expected}"


def test_byte_order_mark_and_windows_lines_are_fine() -> None:
    data = b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode()
    assert read_tree(data).tree == read_tree(BASE).tree


def test_all_faults_come_back_together() -> None:
    text = (
        BASE
        + "  a: {team: cor, source: product, colour: red, aggregate: 5}\n"
        + "  b: {formula: reads / nothing, owner: x@lumen.example}\n"
        + "  b: {team: core}\n"
        + "calendar: {timezone: Nowhere/Town}\n"
    )
    with pytest.raises(TreeError) as raised:
        read_tree(text)
    said = [(fault.level, fault.line, fault.column, fault.metric) for fault in raised.value.faults]
    assert said == [
        ("error", 11, 13, "a"),
        ("error", 11, 35, "a"),
        ("error", 11, 59, "a"),
        ("warning", 12, 3, "b"),
        ("error", 12, 24, "b"),
        ("error", 13, 3, None),
        ("error", 14, 22, None),
    ]
    assert [fault.level for fault in raised.value.errors] == ["error"] * 6


def test_a_faulty_metric_causes_no_faults_elsewhere() -> None:
    """What was written counts as known and as given, be it faulty."""
    text = metric("source: [product], unit: 5, currency: EUR") + "  next: {team: core, formula: extra / reads}\n"
    with pytest.raises(TreeError) as raised:
        read_tree(text)
    assert [(fault.line, fault.column) for fault in raised.value.faults] == [(11, 31), (11, 48)]


def test_a_faulty_item_leaves_the_places_of_the_others() -> None:
    text = metric("source: product, inputs: [5, signups, {metric: nothing, because: x}]")
    with pytest.raises(TreeError) as raised:
        read_tree(text)
    assert [(fault.level, fault.column) for fault in raised.value.faults] == [
        ("error", 49), ("warning", 52), ("error", 70),
    ]  # fmt: skip


def test_long_lists_of_faults_end() -> None:
    with pytest.raises(TreeError) as raised:
        read_tree(BASE + "".join(f"  m{number}: {{color: red}}\n" for number in range(500)))
    assert len(raised.value.errors) == 201
    assert str(raised.value.errors[-1]) == (
        "northstar.yaml:210:10: error: 300 more errors are not listed. Correct these first."
    )


def test_scalars_follow_yaml_1_2() -> None:
    where = "where: {country: NO, flag: on, day: 2026-01-01, time: 09:00, code: 01, size: 1e3, yes: true, quoted: '7'}"
    loaded = read_tree(metric(f"source: product, {where}"))
    assert dict(loaded.tree.metric("extra").where) == {
        "country": "NO", "flag": "on", "day": "2026-01-01", "time": "09:00", "code": "01", "size": "1e3",
        "yes": "true", "quoted": "7",
    }  # fmt: skip


def test_aliases_stand_for_what_they_name() -> None:
    text = metric("source: product, where: &us {country: US}") + "  other: {team: core, source: product, where: *us}\n"
    assert read_tree(text).tree.metric("other").where == (("country", "US"),)


def test_load_tree_takes_a_folder_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "northstar.yaml").write_text(BASE, encoding="utf-8")
    loaded = load_tree(tmp_path)
    assert loaded == load_tree(tmp_path / "northstar.yaml")
    assert loaded.text == BASE


def test_load_tree_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="there is no such file"):
        load_tree(tmp_path)
    with pytest.raises(TreeError, match="there is no such file"):
        load_tree(tmp_path / "other.yaml")


def test_a_fault_reads_as_a_sentence() -> None:
    fault = Fault("error", "northstar.yaml", 12, 5, "There is no team 'x'.", "Did you mean 'y'?", "signups")
    assert str(fault) == "northstar.yaml:12:5: error: There is no team 'x'. Did you mean 'y'?"

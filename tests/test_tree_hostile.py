"""Texts that mean harm, and texts by chance: a tree or a TreeError, never anything else. Counted, not timed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.tree.faults import MOST_LISTED, TreeError
from metrics.tree.load import read_tree
from metrics.tree.reader import DEEPEST, MOST_IN_ONE, MOST_VALUES
from metrics.tree.written import blocks, keys_of

HEAD = "northstar: 1\nmetrics:\n"


def bomb(levels: int) -> str:
    """Each line stands for ten times the line before."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        before, name = chr(96 + level), chr(97 + level)
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    return "\n".join(lines) + "\n"


def nested_aliases(levels: int) -> str:
    return "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, levels))


REFUSED = {
    "an alias bomb": (bomb(12), f"more than {MOST_VALUES:,} values"),
    "an alias of itself": ("a: &a [*a]\n", "stands for itself"),
    "aliases as levels": (nested_aliases(40), f"more than {DEEPEST} levels"),
    "10,000 brackets": ("[" * 10_000, f"more than {DEEPEST} levels"),
    "10,000 braces": ("{a: " * 10_000, f"more than {DEEPEST} levels"),
    "10,000 dashes": ("- " * 10_000, f"more than {DEEPEST} levels"),
    "a megabyte of tabs": ("\t" * 1_000_000, "indented with a tab"),
    "a key of a megabyte": (f"{HEAD}  {'a' * 1_000_000}: 1\n", "1,000,000 characters long"),
    "a text of a megabyte": (f"{HEAD}  a: {{name: {'x' * 1_000_000}}}\n", "1,000,000 characters long"),
    "five megabytes": ("#" * 5_000_000, "5,000,000 bytes long"),
    "100,000 times the same key": ("a: 1\n" * 100_000, "is written twice"),
    "100,000 keys": ("".join(f"k{n}: 1\n" for n in range(100_000)), f"More than {MOST_IN_ONE:,} entries"),
    "100,000 items": (f"{HEAD}  a: {{inputs: [{'a,' * 100_000}]}}\n", f"More than {MOST_IN_ONE:,} entries"),
    "9,000 unknown inputs": (f"{HEAD}  a: {{inputs: [{','.join(f'x{n}' for n in range(9_000))}]}}\n", "no metric 'x0'"),
    "9,000 wrong inputs": (f"{HEAD}  a: {{inputs: [{'5,' * 9_000}]}}\n", "this is 5"),
    "9,000 wrong metrics": (HEAD + "".join(f"  m{n}: 5\n" for n in range(9_000)), "this is 5"),
    "9,000 wrong ids": (HEAD + "".join(f"  M{n}:\n" for n in range(9_000)), "Write m0"),
    "9,000 long wrong words": (
        f"{HEAD}  a: &a {{role: {'y ' * 9_000}}}\n" + "".join(f"  b{n}: *a\n" for n in range(9_000)),
        "'role' cannot be",
    ),
    "3 MB of formulas": (
        HEAD + "".join(f"  b{n}: {{formula: '{'-' * 900}m + {n}'}}\n" for n in range(3_500)) + "  m:\n",
        "together more than",
    ),
    "a number of 19,000 digits": (f"{HEAD}  a: {{scale: {'9' * 19_000}}}\n", "too large"),
    "a whole number of 19,000 digits": (
        f"{HEAD}  a: {{inputs: [{{metric: b, lag_weeks: {'9' * 19_000}}}]}}\n", "takes a whole number",
    ),
    "a time zone outside": (f"{HEAD}  a:\ncalendar: {{timezone: ../../../etc/passwd}}\n", "no time zone"),
    "a time zone that is a folder": (f"{HEAD}  a:\ncalendar: {{timezone: America}}\n", "no time zone"),
    "a time zone with a zero": (f'{HEAD}  a:\ncalendar: {{timezone: "a\\0b"}}\n', "no time zone"),
    "a path with a zero": (f'{HEAD}  a:\nsources: {{s: {{type: csv, path: "a\\0b", date: d}}}}\n', "not a file's name"),
    "a python object": ("a: !!python/object/apply:os.system [ls]\n", "The tag '!!python/object/apply"),
    "a surrogate": ("a: \ud800\n", "control character (U+D800)"),
    "a url of colons": (
        f"{HEAD}  a:\nsources: {{s: {{type: sql, query: q, url: 'x://{':' * 9_000}@'}}}}\n", "holds a password",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_means_harm_is_refused(name: str) -> None:
    text, said = REFUSED[name]
    with pytest.raises(TreeError) as raised:
        read_tree(text)
    assert said in str(raised.value)
    assert len(raised.value.faults) <= 2 * (MOST_LISTED + 1)
    assert max(len(str(fault)) for fault in raised.value.faults) < 500


def test_a_chain_of_4000_metrics() -> None:
    """m0 is driven by m1, m1 computed from m2, and so on."""
    links = ("inputs: [{{metric: m{0}, because: x}}]", "formula: m{0} * 2")
    chain = "".join(f"  m{n}: {{{links[n % 2].format(n + 1)}}}\n" for n in range(4_000))
    loaded = read_tree(HEAD + chain + "  m4000:\n")
    assert loaded.tree.deck_metrics == tuple(f"m{n}" for n in range(4_000, -1, -1))
    assert len(loaded.warnings) == MOST_LISTED + 1


def test_a_circle_of_4000_metrics_is_named_in_short() -> None:
    text = HEAD + "".join(f"  m{n}: {{inputs: [m{(n + 1) % 4_000}]}}\n" for n in range(4_000))
    with pytest.raises(TreeError) as raised:
        read_tree(text)
    (error,) = raised.value.errors
    assert error.message.startswith("m0 -> m1 -> m2 -> m3 -> (3994 more) -> m3998 -> m3999 -> m0 is a circle")


def reads_or_refuses(text: str | bytes) -> None:
    try:
        loaded = read_tree(text)
    except TreeError as error:
        faults = error.faults
        assert error.errors
    else:
        faults = loaded.warnings
        assert all(fault.level == "warning" for fault in faults)
    lines = len(text) + 1
    for fault in faults:
        assert 1 <= fault.line <= lines and fault.column >= 1 and fault.message


@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    reads_or_refuses(data)


@given(st.text(alphabet="ab:-[]{}&*!#|>'\"%@`?, \n\t1~<", max_size=120))
def test_random_yaml(text: str) -> None:
    reads_or_refuses(text)


WORDS = tuple(dict.fromkeys(key for model in blocks().values() for key in keys_of(model)))
VALUES = st.sampled_from(
    ["", "1", "-1", "1.5", "true", "~", "a", "b", "csv", "sql", "manual", "north_star", "a / b", "a +", "a + a",
     "2026Q4", "currency", "EUR", "${X}", "../x", "%d", "'1'", "1e999", "[]", "{}", "[a]", "[a, b]", "[[a]]", "[~]",
     "&x a", "*x"]
)  # fmt: skip


@st.composite
def workspaces(draw: st.DrawFn) -> str:
    """Known keys at random places with random values: most are wrong in several ways at once."""
    lines = draw(st.sampled_from([["northstar: 1"], []]))
    lines = [*lines, *draw(st.sampled_from([["metrics:", "  a:"], ["sources:", "  a:"], ["teams:", "  a: {}"], []]))]
    for _ in range(draw(st.integers(0, 12))):
        indent = draw(st.sampled_from(["", "  ", "    ", "      ", "    - "]))
        lines.append(f"{indent}{draw(st.sampled_from([*WORDS, 'a', 'b']))}: {draw(VALUES)}".rstrip())
    return "\n".join(lines) + "\n"


@given(workspaces())
@settings(max_examples=300)
def test_random_workspaces(text: str) -> None:
    reads_or_refuses(text)


@st.composite
def flat_workspaces(draw: st.DrawFn) -> str:
    """Well-formed YAML: random keys with random values in each block."""
    keys = st.lists(st.tuples(st.sampled_from(WORDS), VALUES), max_size=6, unique_by=lambda pair: pair[0])

    def block() -> str:
        return "{" + ", ".join(f"{key}: {value}" for key, value in draw(keys) if "x" not in value) + "}"

    return (
        f"northstar: 1\ncalendar: {block()}\nteams: {{a: {block()}}}\nsources: {{a: {block()}}}\n"
        f"metrics:\n  a: {block()}\n  b: {{inputs: [a, {block()}], target: {block()}, predicts: [{block()}]}}\n"
        f"goals: [{block()}]\ndeck: [{block()}]\naccess: {block()}\n"
    )


@given(flat_workspaces())
@settings(max_examples=300)
def test_random_blocks(text: str) -> None:
    reads_or_refuses(text)

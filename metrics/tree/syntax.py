"""What the YAML parser could not read, in the words of someone who writes a list of metrics."""

from __future__ import annotations

import re

from yaml import MarkedYAMLError, YAMLError

from metrics.errors import shorten
from metrics.tree.faults import FaultList
from metrics.tree.meant import spaced

# A part of the parser's problem -> what is wrong and what to write
_SENTENCES = (
    (
        "mapping values are not allowed",
        "A second colon stands in this text.",
        'Put text that holds a colon in quotes, such as name: "Ratio: reads to teams".',
    ),
    ("unexpected end of stream", "A quotation mark opens here and is never closed.", "Close it."),
    ("unexpected document indicator", "A quotation mark opens here and is never closed.", "Close it."),
    (
        "expected ',' or '}'",
        "A brace { opens here and is not closed, or a comma is missing after it.",
        "Write {key: value, key: value}.",
    ),
    (
        "expected ',' or ']'",
        "A bracket [ opens here and is not closed, or a comma is missing after it.",
        "Write [first, second].",
    ),
    ("expected node content", "A bracket or brace is open here without a value.", "Close it."),
    ("expected key", "This line does not line up with those before it.", "Indent it like its neighbours."),
    ("expected '-' indicator", "This line does not line up with the list.", "Begin it with '- ' or indent it."),
    ("could not find expected ':'", "A line here has no colon.", "Write key: value."),
    ("unexpected ':'", "A colon here has no space after it.", "Write key: value."),
    ("unknown escape character", "A backslash inside double quotes.", "Use single quotes, or write \\\\."),
    ("block sequence entries are not allowed", "A list cannot begin here.", "Begin it on the next line."),
    ("<document start>", "The text goes on where nothing more is expected.", "Indent it, or write key: value."),
)
_NOT_FIRST = re.compile(r"(?:^[ ]*(?:- +)*|: +|[\[{,] *)(?=[*&!%@`])")
# What the parser says of text that begins with a sign that means something else to it
_MISREAD = ("cannot start any token", "alphabetic or numeric character", "undefined tag handle")
# For these the place where something was opened says more than the place where the parser gave up.
_OPENED = ("unexpected end of stream", "unexpected document indicator", "expected ',' or")


def report_syntax(error: YAMLError, text: str, faults: FaultList) -> None:
    """Report why the parser stopped. Nothing after that place can be read."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        faults.error(1, 1, f"This is not YAML: {shorten(str(error))}.", "Write key: value, one a line.")
        return
    problem = error.problem or ""
    mark = error.problem_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())] and mark.column <= len(line) - len(line.lstrip()):
        faults.error(mark.line + 1, mark.column + 1, f"Line {mark.line + 1} is indented with a tab.", "Use spaces.")
        return
    begins = [found.end() for found in _NOT_FIRST.finditer(line) if found.end() <= mark.column]
    if begins and any(part in problem for part in _MISREAD):
        column = begins[-1]
        message = f"Text cannot begin with '{line[column]}'."
        faults.error(mark.line + 1, column + 1, message, "Put the text in quotes.")
        return
    if "mapping values" in problem or "could not find expected ':'" in problem:
        opened = error.context_mark or mark
        for number in (opened.line, mark.line, mark.line - 1):
            there = lines[number] if 0 <= number < len(lines) else ""
            item = there.lstrip(" -")
            if tight := spaced(item):
                column = len(there) - len(item) + len(tight[0]) + 2
                hint = f"Write {shorten(tight[0], 30)}: {shorten(tight[1], 30)}."
                faults.error(number + 1, column, "A space is missing after the colon.", hint)
                return
    if "mapping values" in problem and ": " not in line[: mark.column] and mark.line > 0:
        before = lines[mark.line - 1]
        column = len(before) - len(before.lstrip()) + 1
        faults.error(
            mark.line, column, f"Line {mark.line} has no colon.", "Write key: value, with a space after the colon."
        )
        return
    if any(part in problem for part in _OPENED):
        mark = error.context_mark or mark
    message, hint = next(
        (words for part, *words in _SENTENCES if part in problem),
        ["This line cannot be read as YAML" + (f" ({problem})." if problem else "."), "Write key: value."],
    )
    faults.error(mark.line + 1, mark.column + 1, message, hint)

"""The rules, one by one: what each says of a workspace that breaks it, and where."""

# ruff: noqa: E501 (what is said is kept on one line, as the user reads it)

import pytest

from metrics.tree.draft import Draft
from metrics.tree.faults import FaultList, TreeError
from metrics.tree.load import read_tree
from metrics.tree.reader import read_document
from metrics.tree.rules import ALL
from metrics.tree.shape import check_shape

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
    # names
    "no version": (
        BASE.replace("northstar: 1\n", ""),
        ["1:1: error: The file does not say its version. Write northstar: 1 in the first line."],
    ),
    "version 2": (
        BASE.replace("northstar: 1\n", "northstar: 2\n"),
        ["1:12: error: Version 2 of the format is not known here. Write northstar: 1, or update the program."],
    ),
    "no metrics": (
        "northstar: 1\n",
        ["1:1: error: There are no metrics yet. Write metrics: and below it an id, such as signups:."],
    ),
    "empty metrics": (
        "northstar: 1\nmetrics:\n",
        ["2:1: error: There are no metrics yet. Write metrics: and below it an id, such as signups:."],
    ),
    "metric id": (
        with_more("  Weekly Reads: {team: core, source: product}\n"),
        [
            "11:3: error: The metric id 'Weekly Reads' must be small letters, digits and underscores. Write weekly_reads; the name may be anything."
        ],
    ),
    "metric id used in both spellings": (
        with_more(
            "  Reports_Shared: {team: core, source: product}\n"
            "  other: {team: core, formula: Reports_Shared / teams, denominator: reports_shared}\n"
            "  more: {team: core, formula: 2 * reports_shared, inputs: [{metric: Reports_Shared, because: x}]}\n"
            "deck:\n  - {section: A, metrics: [Reports_Shared]}\n"
        ),
        [
            "11:3: error: The metric id 'Reports_Shared' must be small letters, digits and underscores. Write reports_shared; the name may be anything."
        ],
    ),
    "metric id with a dash in formulas": (
        with_more(
            "  reports-shared: {team: core, source: product}\n"
            "  other: {team: core, formula: reports-shared / teams}\n"
            "  more: {team: core, formula: reports_shared / teams}\n"
        ),
        [
            "11:3: error: The metric id 'reports-shared' must be small letters, digits and underscores. Write reports_shared; the name may be anything."
        ],
    ),
    "team id": (
        BASE.replace("  core:", "  9core: {}\n  core:"),
        [
            "4:3: error: The team id '9core' must be small letters, digits and underscores. Write team_9core; the name may be anything."
        ],
    ),
    "unknown team": (
        metric("source: product").replace("  extra: {team: core", "  extra: {team: cor"),
        ["11:17: error: There is no team 'cor'. Did you mean 'core'?"],
    ),
    "unknown source": (
        metric("source: prduct"),
        ["11:31: error: There is no source 'prduct'. Did you mean 'product'?"],
    ),
    "unknown target source": (
        metric("source: product, target: {column: x, source: plan}"),
        ["11:68: error: There is no source 'plan'. Declare it under sources:, or correct the name."],
    ),
    "unknown denominator": (
        metric("source: product, denominator: signup"),
        ["11:53: error: There is no metric 'signup'. Did you mean 'signups'?"],
    ),
    "unknown input": (
        metric("source: product, inputs: [{metric: signup, because: x}]"),
        ["11:58: error: There is no metric 'signup'. Did you mean 'signups'?"],
    ),
    "unknown bare input": (
        metric("source: product, inputs: [zebra]"),
        [
            "11:49: error: There is no metric 'zebra'. Did you mean 'extra'?",
            "11:49: warning: 'extra' does not say why 'zebra' drives it. Write {metric: zebra, because: ...}.",
        ],
    ),
    "unknown prediction": (
        BASE.replace("role: north_star,", "role: north_star, predicts: [{metric: revenue, because: x}],"),
        ["8:49: error: There is no metric 'revenue'. Declare it under metrics:, or correct the name."],
    ),
    "unknown in goal": (
        with_more("goals:\n  - {team: cre, metric: read, quarter: 2026Q4, to: 5}\n"),
        [
            "12:12: error: There is no team 'cre'. Did you mean 'core'?",
            "12:25: error: There is no metric 'read'. Did you mean 'reads'?",
        ],
    ),
    "unknown in deck": (
        with_more("deck:\n  - {section: A, metrics: [reads, signup]}\n"),
        ["12:35: error: There is no metric 'signup'. Did you mean 'signups'?"],
    ),
    "unknown operand": (
        metric("formula: signups / (signups + team)"),
        ["11:53: error: There is no metric 'team'. Did you mean 'teams'?"],
    ),
    "unknown operand quoted": (
        metric('formula: "signups / team"'),
        ["11:43: error: There is no metric 'team'. Did you mean 'teams'?"],
    ),
    "unknown operand folded": (
        with_more("  extra:\n    team: core\n    formula: >\n      signups\n      / team\n"),
        ["15:9: error: There is no metric 'team'. Did you mean 'teams'?"],
    ),
    "same name": (
        metric("source: product, name: SIGNUPS"),
        ["11:46: warning: 'extra' has the same name as 'signups': SIGNUPS. Write names that tell them apart."],
    ),
    "comment in a text": (
        with_more(
            "  extra:\n    team: core\n    source: product\n    definition: We are the #1 tool\n"
            "    inputs:\n      - metric: signups\n        because: It is #2\n"
        ),
        [
            "14:28: warning: Everything from ' #' on is a comment: the text ends at 'We are the'. Put the text in quotes if # belongs to it.",
            "17:24: warning: Everything from ' #' on is a comment: the text ends at 'It is'. Put the text in quotes if # belongs to it.",
        ],
    ),
    # influence
    "second star": (
        metric("source: product, role: north_star"),
        [
            "11:46: error: 'extra' is a second North Star; 'reads' (line 8) is the first. Keep role: north_star on one of them."
        ],
    ),
    "no star": (
        BASE.replace("role: north_star, ", ""),
        ["7:1: warning: No metric is the North Star. Write role: north_star on one."],
    ),
    "circle": (
        with_more(
            "  a: {team: core, source: product, inputs: [{metric: b, because: x}]}\n  b: {team: core, formula: a + c}\n  c: {team: core, source: product, inputs: [{metric: a, lag_weeks: 4, because: x}]}\n"
        ),
        [
            "11:45: error: a -> b -> a is a circle: each lists the next as an input or in its formula. Remove one of these links.",
            "11:45: error: a -> b -> c -> a is a circle: each lists the next as an input or in its formula. Remove one of these links.",
        ],
    ),
    "own input": (
        metric("source: product, inputs: [{metric: extra, because: x}]"),
        ["11:49: error: 'extra' is its own input. Remove this input."],
    ),
    "own operand": (
        metric("formula: extra + signups"),
        ["11:32: error: 'extra' is in its own formula. Write a formula of other metrics."],
    ),
    "own denominator": (
        metric("source: product, denominator: extra"),
        ["11:53: error: 'extra' is its own denominator. Name another metric, or delete it."],
    ),
    "own prediction": (
        BASE.replace("role: north_star,", "role: north_star, predicts: [{metric: reads, because: x}],"),
        ["8:40: error: 'reads' predicts itself. Name an outcome."],
    ),
    "input twice": (
        metric("source: product, inputs: [{metric: signups, because: x}, {metric: signups, because: y}]"),
        ["11:80: error: 'signups' is listed twice under inputs (first in line 11). Keep one of the two."],
    ),
    "input in formula": (
        metric("formula: signups / teams, inputs: [signups]"),
        ["11:58: warning: 'signups' is already in the formula of 'extra', which is exact. Delete the input."],
    ),
    "no reason": (
        metric("source: product, inputs: [signups]"),
        ["11:49: warning: 'extra' does not say why 'signups' drives it. Write {metric: signups, because: ...}."],
    ),
    "no reason predicted": (
        BASE.replace("role: north_star,", "role: north_star, predicts: [signups],"),
        ["8:40: warning: 'reads' does not say why 'signups' follows it. Write {metric: signups, because: ...}."],
    ),
    "predicts below": (
        metric("source: product, predicts: [{metric: signups, because: x}]"),
        [
            "11:40: error: 'extra' is not the North Star, so it has no 'predicts'. Move it to the North Star, or list this metric under the other's inputs."
        ],
    ),
    # metric
    "no team, no owner": (
        with_more("  extra: {source: product}\n"),
        ["11:3: warning: 'extra' has no team and no owner. Write team: and its id."],
    ),
    "no team": (
        with_more("  extra: {source: product, owner: a@b.example}\n"),
        ["11:3: warning: 'extra' has no team. Write team: and its id."],
    ),
    "no owner": (
        BASE.replace(", lead: ana@lumen.example", ""),
        [
            "8:3: warning: 'reads' has no owner. Write owner: and an e-mail address, or lead: for the team 'core'.",
            "9:3: warning: 'signups' has no owner. Write owner: and an e-mail address, or lead: for the team 'core'.",
            "10:3: warning: 'teams' has no owner. Write owner: and an e-mail address, or lead: for the team 'core'.",
        ],
    ),
    "no data": (
        with_more("  extra: {team: core}\n"),
        ["11:3: warning: 'extra' has no data yet. Write source: and its id, or formula:."],
    ),
    "formula grammar": (
        metric("formula: signups / / teams"),
        [
            "11:42: error: The formula 'signups / / teams' stops making sense at character 11 (/ teams); write metric ids and numbers with + - * / and parentheses."
        ],
    ),
    "formula end": (
        metric("formula: (signups"),
        [
            "11:40: error: The formula '(signups' stops making sense at character 9 (the end); write metric ids and numbers with + - * / and parentheses."
        ],
    ),
    "formula without metric": (
        metric("formula: 1 + 2"),
        ["11:32: error: The formula '1 + 2' names no metric. Write metric ids."],
    ),
    "formula and source": (
        metric("formula: signups / teams, source: product, column: x, where: {a: b}, scale: 2"),
        [
            "11:49: error: 'extra' has a formula, so it cannot have 'source'. Delete source, or the formula.",
            "11:66: error: 'extra' has a formula, so it cannot have 'column'. Delete column, or the formula.",
            "11:77: error: 'extra' has a formula, so it cannot have 'where'. Delete where, or the formula.",
            "11:92: error: 'extra' has a formula, so it cannot have 'scale'. Delete scale, or the formula.",
        ],
    ),
    "formula and aggregate": (
        metric("formula: signups / teams, aggregate: mean"),
        [
            "11:49: warning: 'aggregate' has no effect on 'extra', which has a formula. Write aggregate on the metrics in its formula.",
        ],
    ),
    "formula of names": (
        with_more(
            "  trial_users: {team: core, source: product, name: Trial sign-ups}\n"
            "  extra: {team: core, formula: 100 * (Reads / trial sign-ups)}\n"
        ),
        [
            "12:39: error: The formula '100 * (Reads / trial sign-ups)' stops making sense at character 8 (Reads / trial sign-…); write metric ids and numbers with + - * / and parentheses. Did you mean 100 * (reads / trial_users)?"
        ],
    ),
    "formula of a name that two have": (
        with_more(
            "  others: {team: core, source: product, name: signups}\n  extra: {team: core, formula: Signups / teams}\n"
        ),
        [
            "11:47: warning: 'others' has the same name as 'signups': signups. Write names that tell them apart.",
            "12:32: error: The formula 'Signups / teams' stops making sense at character 1 (Signups / teams); write metric ids and numbers with + - * / and parentheses.",
        ],
    ),
    "where list": (
        metric("source: product, where: {country: [US]}"),
        [
            "11:57: error: 'country' in 'where' needs one value. Write country: and the value; \"\" stands for blank cells."
        ],
    ),
    "where empty": (
        metric("source: product, where: {country: }"),
        [
            "11:57: error: 'country' in 'where' needs one value. Write country: and the value; \"\" stands for blank cells."
        ],
    ),
    "scale of nothing": (
        metric("source: product, scale: 0"),
        ["11:47: error: A scale of 0 makes every value of 'extra' 0. Write another number, or delete scale."],
    ),
    "no currency": (
        metric("source: product, unit: currency"),
        ["11:46: error: 'extra' does not say which currency. Write currency: EUR."],
    ),
    "currency without unit": (
        metric("source: product, currency: EUR"),
        ["11:40: error: 'extra' has a currency, but its unit is number. Write unit: currency, or delete currency."],
    ),
    "currency name": (
        metric("source: product, unit: currency, currency: euros"),
        ["11:66: error: 'euros' is no currency code. Write three letters, such as EUR."],
    ),
    "currency small": (
        metric("source: product, unit: currency, currency: eur"),
        ["11:66: error: 'eur' is no currency code. Write three letters, such as EUR."],
    ),
    "target nothing": (
        metric("source: product, target: {}"),
        ["11:40: error: A target is either a level or a column. Write target: 1200, or target: {column: planned}."],
    ),
    "target both": (
        metric("source: product, target: {level: 5, column: x}"),
        [
            "11:40: error: A target is either a level or a column, not both. Write target: 1200, or target: {column: planned}."
        ],
    ),
    "target source alone": (
        metric("source: product, target: {level: 5, source: product}"),
        ["11:59: error: A target's source needs its column. Write target: {column: planned, source: plan}."],
    ),
    "target of formula": (
        metric("formula: signups / teams, target: {column: x}"),
        [
            "11:49: error: 'extra' has no source of its own to read its target from. Write target: {column: x, source: ...}."
        ],
    ),
    "checks": (
        metric("source: product, checks: {min: 2, max: 1}"),
        ["11:54: error: The smallest value 2 is above the largest 1. Swap min and max."],
    ),
    "distinct days": (
        source("type: csv, path: daily.csv, date: day, grain: daily")
        + "  extra: {team: core, source: product, additive: false}\n",
        [
            "11:40: warning: A week of 'extra' would be the sum of its days, though it is not additive. Use a source with a value a week, or another aggregate."
        ],
    ),
    "distinct weekdays": (
        source("type: csv, path: daily.csv, date: day, grain: weekdays")
        + "  extra: {team: core, source: product, aggregate: sum, additive: false}\n",
        [
            "11:56: warning: A week of 'extra' would be the sum of its days, though it is not additive. Use a source with a value a week, or another aggregate."
        ],
    ),
    # people
    "no addresses": (
        BASE.replace("lead: ana@lumen.example", "lead: Ana <ana@lumen.example>, members: [ben@lumen.example, Ben]")
        + "  extra: {source: product, team: core, owner: nobody}\n"
        + "access:\n  readers: {people: [a@b c@d]}\n  editors: [ana, ben@]\n",
        [
            "4:28: warning: 'Ana <ana@lumen.example>' is no e-mail address. Write ana@lumen.example.",
            "4:82: warning: 'Ben' is no e-mail address. Write such as ana@lumen.example.",
            "11:47: warning: 'nobody' is no e-mail address. Write such as ana@lumen.example.",
            "13:22: warning: 'a@b c@d' is no e-mail address. Write such as ana@lumen.example.",
            "14:13: warning: 'ana' is no e-mail address. Write such as ana@lumen.example.",
            "14:18: warning: 'ben@' is no e-mail address. Write such as ana@lumen.example.",
        ],
    ),
    "domain with an @": (
        with_more('access: {readers: {domain: "@lumen.example"}}\n'),
        ["11:28: warning: '@lumen.example' is no domain. Write lumen.example."],
    ),
    "bare domain of two words": (
        with_more("access: {readers: our people}\n"),
        ["11:19: warning: 'our people' is no domain. Write such as lumen.example."],
    ),
    # source
    "other type key": (
        source("type: csv, path: a.csv, date: day, query: select 1"),
        ["6:48: error: 'query' belongs to a source of type sql, and this is csv. Delete query, or write type: sql."],
    ),
    "no path, no date": (
        source("type: csv"),
        [
            "6:3: error: The source 'product' (type csv) has no 'path'. Write path: sales.csv.",
            "6:3: error: The source 'product' (type csv) has no 'date'. Write date: day.",
        ],
    ),
    "no spreadsheet": (
        source("type: google_sheet"),
        [
            "6:3: error: The source 'product' (type google_sheet) has no 'spreadsheet'. Write spreadsheet: and its key or URL.",
            "6:3: error: The source 'product' does not say which sheet. Write worksheet: and its name, or range:.",
        ],
    ),
    "no url, no query": (
        source("type: sql"),
        [
            "6:3: error: The source 'product' (type sql) has no 'url'. Write url: ${NAME}.",
            "6:3: error: The source 'product' (type sql) has no 'query'. Write query: select day, signups from daily, or table: and its name.",
        ],
    ),
    "long without columns": (
        source("type: csv, path: a.csv, date: day, layout: long"),
        [
            "6:3: error: The source 'product' has layout long, but no 'metric'. Write metric: and the column of names.",
            "6:3: error: The source 'product' has layout long, but no 'value'. Write value: and the column of values.",
        ],
    ),
    "wide with columns": (
        source("type: csv, path: a.csv, date: day, metric: m, value: v"),
        [
            "6:48: error: 'metric' belongs to layout long, and the source 'product' is wide. Write layout: long, or delete metric.",
            "6:59: error: 'value' belongs to layout long, and the source 'product' is wide. Write layout: long, or delete value.",
        ],
    ),
    "absolute path": (
        source("type: csv, path: /data/a.csv, date: day"),
        [
            "6:30: error: The path '/data/a.csv' does not begin in the workspace. Write it relative to the workspace, such as data/sales.csv."
        ],
    ),
    "parent path": (
        source("type: csv, path: data/../../a.csv, date: day"),
        [
            "6:30: error: The path 'data/../../a.csv' leads out of the workspace. Write it relative to the workspace, such as data/sales.csv."
        ],
    ),
    "windows path": (
        source("type: csv, path: 'C:\\data\\a.csv', date: day"),
        [
            "6:30: error: The path 'C:\\data\\a.csv' does not begin in the workspace. Write it relative to the workspace, such as data/sales.csv."
        ],
    ),
    "backslash path": (
        source("type: csv, path: 'data\\a.csv', date: day"),
        ["6:30: error: The path 'data\\a.csv' has backslashes. Write data/a.csv."],
    ),
    "web path of another type": (
        source('type: parquet, path: "https://lumen.example/a.parquet"'),
        [
            "6:34: error: The path is a web address, and a source of type parquet reads files only. Save the file in the workspace."
        ],
    ),
    "web path without a lock": (
        source('type: csv, path: "http://lumen.example/a.csv", date: day'),
        [
            "6:30: error: The web address 'http://lumen.example/a.csv' does not begin with https://. Write https://, so that nobody on the way can change the numbers."
        ],
    ),
    "password in a web path": (
        source('type: csv, path: "https://lumen.example/a.csv?token=secret", date: day'),
        [
            "6:30: error: The path of 'product' holds a password, which everyone who reads this file sees. Write ${PRODUCT_URL} and set PRODUCT_URL in the environment."
        ],
    ),
    "empty path": (
        source('type: csv, path: "", date: day'),
        ["6:30: error: The path is not a file's name. Write it relative to the workspace, such as data/sales.csv."],
    ),
    "date format words": (
        source("type: csv, path: a.csv, date: day, date_format: DD/MM/YYYY"),
        ["6:61: error: The date format 'DD/MM/YYYY' has no % in it. Write %d/%m/%Y."],
    ),
    "date format unknown": (
        source('type: csv, path: a.csv, date: day, date_format: "%d.%Q"'),
        ["6:61: error: '%Q' in the date format '%d.%Q' is not known. Write such as %d/%m/%Y or %a, %d-%b-%Y."],
    ),
    "date format of minutes": (
        source('type: csv, path: a.csv, date: day, date_format: "%d/%M/%Y"'),
        [
            "6:61: error: The date format '%d/%M/%Y' has no month. Write %m for 11, or %b for Nov. %M are minutes.",
        ],
    ),
    "date format without a year": (
        source('type: csv, path: a.csv, date: day, date_format: "%d.%m."'),
        ["6:61: error: The date format '%d.%m.' has no year. Write %Y for 2026, or %y for 26."],
    ),
    "date format of a zone's name": (  # BST may be in London or in Bangladesh
        source('type: csv, path: a.csv, date: day, date_format: "%Y-%m-%d %Z"'),
        ["6:61: error: '%Z' in the date format '%Y-%m-%d %Z' is not known. Write such as %d/%m/%Y or %a, %d-%b-%Y."],
    ),
    "arrives": (
        source("type: csv, path: a.csv, date: day, arrives: tuesday morning"),
        ["6:57: error: 'tuesday morning' is not a weekday and a time. Write such as tuesday 09:00."],
    ),
    "password": (
        source('type: sql, query: select 1, url: "postgresql://ana:secret@db.example/x"'),
        [
            "6:46: error: The url of 'product' holds a password, which everyone who reads this file sees. Write ${PRODUCT_URL} and set PRODUCT_URL in the environment.",
        ],
    ),
    "password asked": (
        source('type: sql, query: select 1, url: "postgresql://db.example/x?password=secret"'),
        [
            "6:46: error: The url of 'product' holds a password, which everyone who reads this file sees. Write ${PRODUCT_URL} and set PRODUCT_URL in the environment.",
        ],
    ),
    "query and table": (
        source('type: sql, query: select 1, table: daily, url: "${EVENTS_URL}"'),
        ["6:41: error: The source 'product' has both a query and a table. Delete one of them."],
    ),
    "excel as csv": (
        source("type: csv, path: data/A.xlsx, date: day"),
        ["6:19: error: The path 'data/a.xlsx' is an Excel file, and the source is of type csv. Write type: excel."],
    ),
    "csv as parquet": (
        source("type: parquet, path: a.csv"),
        ["6:19: error: The path 'a.csv' is a text file, and the source is of type parquet. Write type: csv."],
    ),
    "old excel": (
        source("type: excel, path: a.xls"),
        ["6:32: error: The path 'a.xls' is a file of the old Excel format. Save it as .xlsx."],
    ),
    "no excel path": (
        source("type: excel"),
        ["6:3: error: The source 'product' (type excel) has no 'path'. Write path: sales.xlsx."],
    ),
    # plan
    "weekday": (
        with_more("calendar: {week_ends_on: Sat}\n"),
        ["11:26: error: 'Sat' is no weekday. Did you mean saturday?"],
    ),
    "weekday typo": (
        with_more("calendar: {week_ends_on: saterday}\n"),
        ["11:26: error: 'saterday' is no weekday. Did you mean saturday?"],
    ),
    "month": (
        with_more("calendar: {fiscal_year_starts: febuary}\n"),
        ["11:32: error: 'febuary' is no month. Did you mean february?"],
    ),
    "month by number": (
        with_more("calendar: {fiscal_year_starts: 4}\n"),
        ["11:32: error: '4' is no month. Write april."],
    ),
    "month by number in quotes": (
        with_more("calendar: {fiscal_year_starts: '04'}\n"),
        ["11:32: error: '04' is no month. Write april."],
    ),
    "weekday by number": (
        with_more("calendar: {week_ends_on: 6}\n"),
        [
            "11:26: error: '6' is no weekday. Write one of: monday, tuesday, wednesday, thursday, friday, saturday, sunday."
        ],
    ),
    "timezone by offset": (
        with_more("calendar: {timezone: GMT+1}\n"),
        ["11:22: error: There is no time zone 'GMT+1'. Write a place, such as Europe/Paris."],
    ),
    "timezone by hours and minutes": (
        with_more("calendar: {timezone: UTC+01:00}\n"),
        ["11:22: error: There is no time zone 'UTC+01:00'. Write a place, such as Europe/Paris."],
    ),
    "timezone in summer": (
        with_more("calendar: {timezone: CET+1}\n"),
        ["11:22: error: There is no time zone 'CET+1'. Write a place, such as Europe/Paris."],
    ),
    "timezone": (
        with_more("calendar: {timezone: europe/londn}\n"),
        ["11:22: error: There is no time zone 'europe/londn'. Did you mean Europe/London?"],
    ),
    "quarter": (
        with_more("goals:\n  - {team: core, metric: reads, quarter: Q4 2026, to: 5}\n"),
        ["12:42: error: 'Q4 2026' is no quarter. Write 2026Q4."],
    ),
    "goal without to": (
        with_more("goals:\n  - {team: core, metric: reads, quarter: 2026Q4}\n"),
        ["12:5: error: 'to' is missing here. Write to: where it should get to."],
    ),
    "goal without to, and more": (
        with_more("goals: [{team: cre, metric: read, quarter: 2026Q5}, {metric: reads, quarter: , to: much}]\n"),
        [
            "11:9: error: 'to' is missing here. Write to: where it should get to.",
            "11:16: error: There is no team 'cre'. Did you mean 'core'?",
            "11:29: error: There is no metric 'read'. Did you mean 'reads'?",
            "11:44: error: '2026Q5' is no quarter. Write such as 2026Q4.",
            "11:53: error: 'team' is missing here. Write team: the id of the team.",
            "11:69: error: 'quarter' is missing here. Write quarter: the fiscal quarter, such as 2026Q4.",
            "11:84: error: 'to' takes a number; this is text. Write to: and a number.",
        ],
    ),
    "section without a title, and more": (
        with_more("deck: [{metrics: [signup]}, {section: A}]\n"),
        [
            "11:8: error: 'section' is missing here. Write section: the section's title.",
            "11:19: error: There is no metric 'signup'. Did you mean 'signups'?",
            "11:29: error: 'metrics' is missing here. Write metrics: the ids of its metrics, in order.",
        ],
    ),
    "deck twice": (
        with_more("deck:\n  - {section: A, metrics: [reads]}\n  - {section: B, metrics: [reads]}\n"),
        ["13:28: error: 'reads' is already in the deck (line 12). Keep one of the two."],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_faults(name: str) -> None:
    text, expected = CASES[name]
    try:
        faults = read_tree(text).warnings
    except TreeError as error:
        faults = error.faults
    assert [str(fault) for fault in faults] == [f"northstar.yaml:{line}" for line in expected]


def test_every_rule_is_broken_by_some_case() -> None:
    broken = set()
    for text, _ in CASES.values():
        faults = FaultList("northstar.yaml")
        document = read_document(text, faults)
        workspace = check_shape(document, faults) if document else None
        assert document is not None and workspace is not None
        broken |= {rule for rule in ALL if any(rule(Draft(workspace, document, "northstar.yaml")))}
    assert {rule.__name__ for rule in ALL} - {rule.__name__ for rule in broken} == set()


def test_every_rule_states_its_promise() -> None:
    assert [rule.__name__ for rule in ALL if not (rule.__doc__ or "").rstrip().endswith(".")] == []


@pytest.mark.parametrize(
    "text",
    [
        source("type: csv, path: 'sales/*.csv', date: day"),
        source("type: csv, path: 'https://lumen.example/a.csv', date: day"),
        source("type: csv, path: 'http://127.0.0.1:8000/a.csv', date: day"),
        source("type: csv, path: '${SALES_URL}', date: day"),
        source("type: excel, path: 'a.xlsx', range: 'Weekly!A3:H'"),
        source("type: parquet, path: 'parts/*.parquet'"),
        source("type: google_sheet, spreadsheet: 1AbC, worksheet: Weekly, credentials: key.json"),
        source("type: sql, url: '${EVENTS_URL}', table: daily, row_limit: 5, timeout_seconds: 5"),
        metric("source: manual"),
        with_more("refresh_minutes: 30\n"),
        source("type: csv, path: a.csv, date: day, date_format: '%a, %d-%b-%Y'"),
        source("type: csv, path: a.csv, date: day, layout: long, metric: m, value: v, arrives: Tuesday 9:00"),
        metric("source: product, unit: currency, currency: EUR, checks: {min: 1, max: 1}"),
        metric("formula: signups / teams, target: {column: x, source: product}"),
        metric("source: product, target: {column: x}"),
        metric("formula: signups / teams, additive: false"),
        metric("source: product, additive: false"),  # the grain is found with the values
        with_more(
            "  extra:\n    team: core # not 1\n    source: product #1\n    name: Extra # more\n    definition: 'a #1'\n"
        ),
        with_more(
            "calendar: {week_ends_on: Saturday, fiscal_year_starts: JULY, timezone: America/Argentina/Ushuaia}\n"
        ),
        with_more("goals:\n  - {team: core, metric: reads, quarter: 2026Q4, from: 1, to: 2.5}\n"),
        with_more("access: {readers: lumen.example, editors: [ana@lumen.example]}\n"),
        with_more("goals:\ndeck:\naccess:\n"),
    ],
)
def test_what_is_right_is_left_in_peace(text: str) -> None:
    assert read_tree(text).warnings == ()


def test_a_url_may_take_its_password_from_the_environment() -> None:
    url = "postgresql://${USER}:${PASSWORD}@db.example/x"
    loaded = read_tree(source(f'type: sql, query: select 1, url: "{url}"'))
    assert loaded.warnings == ()


def test_no_fault_repeats_a_password() -> None:
    with pytest.raises(TreeError) as raised:
        read_tree(
            source("type: csv, path: a.csv, date: day, password: hunter2, url: 'postgresql://a:hunter2@db.example/x'")
        )
    assert "hunter2" not in str(raised.value)


def test_each_circle_is_named_once() -> None:
    """Two circles through `a`, one of them also entered from outside."""
    claims = {"z": "a", "a": "b, c", "b": "a", "c": "d", "d": "a"}
    text = "northstar: 1\nmetrics:\n" + "".join(
        f"  {name}: {{inputs: [{inputs}]}}\n" for name, inputs in claims.items()
    )
    with pytest.raises(TreeError) as raised:
        read_tree(text)
    circles = [fault.message.partition(" is a circle")[0] for fault in raised.value.errors]
    assert circles == ["a -> b -> a", "a -> c -> d -> a"]

"""Rules about people: who owns, leads, reads and edits is named by an e-mail address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from metrics.errors import shorten
from metrics.tree.document import Path
from metrics.tree.draft import Draft, items
from metrics.tree.faults import Fault
from metrics.tree.written import DOMAIN_PATTERN, EMAIL_PATTERN

_EMAIL = re.compile(EMAIL_PATTERN)
_DOMAIN = re.compile(DOMAIN_PATTERN)
_SHOWN = 60


def people_have_addresses(draft: Draft) -> Iterator[Fault]:
    """Whoever is named is named by an e-mail address (warning: trees were accepted without)."""
    for path, text in _people(draft):
        if not _EMAIL.fullmatch(text):
            inside = re.findall(r"[^@\s<>,;]+@[^@\s<>,;]+", text)
            meant = shorten(inside[0], _SHOWN) if len(inside) == 1 else "such as ana@lumen.example"
            yield draft.warning(path, f"'{shorten(text, _SHOWN)}' is no e-mail address.", f"Write {meant}.")


def domain_is_one(draft: Draft) -> Iterator[Fault]:
    """Readers are let in by a domain, the part of an e-mail address after the @ (warning)."""
    readers = draft.workspace.access.readers if draft.workspace.access else None
    domain = readers.domain if readers else None
    if domain is not None and not _DOMAIN.fullmatch(domain):
        after = domain.rpartition("@")[2].strip()
        meant = shorten(after, _SHOWN) if _DOMAIN.fullmatch(after) else "such as lumen.example"
        message = f"'{shorten(domain, _SHOWN)}' is no domain."
        yield draft.warning(("access", "readers", "domain"), message, f"Write {meant}.")


def _people(draft: Draft) -> Iterator[tuple[Path, str]]:
    for team_id, team in draft.teams.items():
        if team.lead is not None:
            yield ("teams", team_id, "lead"), team.lead
        yield from _listed(("teams", team_id, "members"), team.members)
    for metric_id, metric in draft.metrics.items():
        if metric.owner is not None:
            yield ("metrics", metric_id, "owner"), metric.owner
    access = draft.workspace.access
    if access is not None:
        yield from _listed(("access", "readers", "people"), access.readers.people if access.readers else None)
        yield from _listed(("access", "editors"), access.editors)


def _listed(path: Path, people: Iterable[str | None] | None) -> Iterator[tuple[Path, str]]:
    return (((*path, index), person) for index, person in items(people))


RULES = (people_have_addresses, domain_is_one)

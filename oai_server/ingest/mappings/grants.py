"""Grants in the fields that tell them side by side, which hold together only while all have as many values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oai_server.ingest.mappings.told import Told
from oai_server.model import Value

FIELDS = {
    "funder": "project.funder.name",
    "funder_id": "project.funder.identifier",
    "programme": "oaire.fundingStream",
    "number": "oaire.awardNumber",
    "title": "oaire.awardTitle",
    "uri": "oaire.awardURI",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant, as far as it is told; what is not is empty."""

    funder: str = ""
    funder_id: str = ""
    programme: str = ""
    number: str = ""
    title: str = ""
    uri: str = ""


def add_grants(told: Told, grants: Iterable[Grant]) -> None:
    """Grants with a number side by side, or else funders with an identifier; funders without either by name.

    A part that only some of the grants have cannot stand side by side: it is left out, and that is noted.
    """
    named = [grant for grant in dict.fromkeys(grants) if grant.funder or grant.number]
    chosen = [grant for grant in named if grant.number and grant.funder]
    chosen = chosen or [grant for grant in named if grant.funder and grant.funder_id] or named
    lost = []
    for part, field in FIELDS.items():
        column = [getattr(grant, part) for grant in chosen]
        if column and all(column):
            told.metadata.setdefault(field, []).extend(Value(each) for each in column)
        else:
            lost += [each for each in column if each]
    told.add_all("dc.description.sponsorship", (grant.funder for grant in named if grant not in chosen))
    if lost:
        told.notes.append(("fundings side by side", f"left out, for not all grants have it: {'; '.join(lost)!r:.120}"))

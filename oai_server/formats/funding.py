"""Who paid for it: grants as info:eu-repo tells them, award fields, sponsors in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from oai_server.formats.identifiers import uri
from oai_server.formats.remembering import once_an_item
from oai_server.formats.vocabulary import term
from oai_server.model import Item

RELATIONS = ("dc.relation", "dc.relation.project", "dc.relation.projectid", "dc.relation.grantno", "dcterms.relation")
SENTENCE = re.compile(
    r"[.;:]\s*$|\n|^(this|the authors?|we|funded|funding|supported|support|financed|with)\b|.{120}", re.IGNORECASE
)
SPONSORS = ("dc.description.sponsorship", "dc.contributor.funder", "dc.contributor.sponsor")
AGREEMENT = re.compile(r"info:eu-repo/grantAgreement/(.+)", re.IGNORECASE)
AWARD = {
    "oaire.fundingStream": "programme",
    "oaire.awardNumber": "number",
    "oaire.awardTitle": "title",
    "oaire.awardURI": "uri",
    "project.funder.name": "funder",
    "project.funder.identifier": "funder_id",
}


@dataclass(frozen=True, slots=True)
class Funding:
    """One grant, as far as it is told. ``funder_id`` is a URI (Crossref Funder Registry where we know it).

    ``agreement`` is the whole info:eu-repo word where the item had it.
    """

    funder: str | None = None
    funder_id: str | None = None
    programme: str | None = None
    number: str | None = None
    jurisdiction: str | None = None
    title: str | None = None
    acronym: str | None = None
    uri: str | None = None
    agreement: str | None = None


@once_an_item
def fundings(item: Item) -> list[Funding]:
    """The grants of an item, each once: agreements, then award fields, then sponsors."""
    return list(dict.fromkeys([*_agreements(item), *_awards(item), *_sponsors(item)]))


def agreement(text: str) -> Funding | None:
    """``info:eu-repo/grantAgreement/<funder>/<programme>/<number>[/<jurisdiction>/<name>/<acronym>]``, in parts."""
    found = AGREEMENT.fullmatch(text.strip())
    parts = [_part(part) for part in found[1].split("/")] if found else []
    if len(parts) < 3 or not parts[0] or not parts[2]:
        return None
    funder, programme, number, jurisdiction, title, acronym = [*parts, None, None, None][:6]
    known = term("funder", funder or "")
    return Funding(
        funder=known.names[0] if known else funder,
        funder_id=known.uri if known else None,
        programme=programme,
        number=number,
        jurisdiction=jurisdiction,
        title=title,
        acronym=acronym,
        agreement=text.strip(),
    )


def _part(escaped: str) -> str | None:
    """A part of an agreement as text, without what its escapes should not have brought in."""
    return "".join(filter(str.isprintable, unquote(escaped))).strip() or None


def _agreements(item: Item) -> Iterator[Funding]:
    """Grant agreements; in fields that are for projects only, other texts are a project's name or number."""
    for field in RELATIONS:
        for text in item.texts(field):
            if known := agreement(text):
                yield known
            elif field == "dc.relation.project" and not AGREEMENT.match(text):
                yield Funding(uri=uri(text)) if uri(text) else Funding(title=text)
            elif field in ("dc.relation.projectid", "dc.relation.grantno") and not AGREEMENT.match(text):
                yield Funding(uri=uri(text)) if uri(text) else Funding(number=text)


def _awards(item: Item) -> Iterator[Funding]:
    """Award fields side by side. Where their numbers differ nobody knows what belongs together: the longest stand."""
    columns = {name: item.texts(field) for field, name in AWARD.items() if item.texts(field)}
    longest = max(map(len, columns.values()), default=0)
    whole = {name: texts for name, texts in columns.items() if len(texts) == longest}
    for place in range(longest):
        told = {name: texts[place] for name, texts in whole.items()}
        yield Funding(**{name: uri(text) if name == "uri" else text for name, text in told.items()})


def acknowledgements(item: Item) -> list[str]:
    """What is said of sponsors in whole sentences: for formats that have a place for a note."""
    return [text for text in dict.fromkeys(item.texts(*SPONSORS)) if SENTENCE.search(text)]


def _sponsors(item: Item) -> Iterator[Funding]:
    """Sponsors that are told by their name; a sentence about them is no name."""
    return (Funding(funder=text) for text in dict.fromkeys(item.texts(*SPONSORS)) if not SENTENCE.search(text))

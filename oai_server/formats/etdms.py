"""etdms, the Electronic Theses and Dissertations Metadata Set 1.0: for theses only."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats.access import access, open_files
from oai_server.formats.fields import CREATORS, TITLES, doi, is_thesis
from oai_server.formats.writing import XSI, add, language_tag
from oai_server.model import Item, MetadataFormat, Site, Value

NAMESPACE = "http://www.ndltd.org/standards/metadata/etdms/1.0/"
SUBJECTS = {"dc.subject": None, "dc.subject.ddc": "DDC", "dc.subject.lcsh": "LCSH", "dc.subject.mesh": "MeSH"}
ROLES = {
    "dc.contributor.advisor": "advisor",
    "dc.contributor.committeeMember": "committee member",
    "dc.contributor.editor": "editor",
    "dc.contributor.other": "other",
    "dc.contributor": "other",
}
DEGREE = ("name", "level", "discipline", "grantor")
DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")


def offered(item: Item) -> bool:
    """Theses that have what the set makes mandatory: title, creator, subject, date and an identifier."""
    needed = (item.first(*TITLES), item.first(*CREATORS), _subjects(item), _date(item), _identifiers(item))
    return is_thesis(item) and all(needed)


def crosswalk(item: Item, site: Site) -> Element:
    """A strict sequence (formats.md sections 3.1 and 5.11)."""
    root = etree.Element(_name("thesis"), nsmap={None: NAMESPACE, "xsi": XSI})
    add(root, _name("title"), item.values(*TITLES))
    add(root, _name("alternativeTitle"), item.values("dc.title.alternative"))
    add(root, _name("creator"), item.texts(*CREATORS))
    for scheme, value in _subjects(item):
        add(root, _name("subject"), [value], **({"scheme": scheme} if scheme else {}))
    add(root, _name("description"), item.values("dc.description.abstract", "dc.description"))
    add(root, _name("description"), item.values("dc.description.tableofcontents"), role="note")
    add(root, _name("publisher"), item.texts("dc.publisher"))
    for field, role in ROLES.items():
        add(root, _name("contributor"), item.texts(field), role=role)
    add(root, _name("date"), [_date(item) or ""])
    add(root, _name("type"), ["Electronic Thesis or Dissertation", *item.texts("dc.type")])
    add(root, _name("format"), dict.fromkeys(file.mimetype for file in item.files if file.mimetype))
    add(root, _name("identifier"), _identifiers(item))
    add(root, _name("language"), filter(None, map(language_tag, item.texts("dc.language.iso"))))
    add(root, _name("coverage"), item.texts("dc.coverage.spatial", "dc.coverage.temporal", "dc.coverage"))
    add(root, _name("rights"), [access(item).in_words(), *item.texts("dc.rights", "dc.rights.uri", "dc.rights.holder")])
    degree = {part: item.texts(f"thesis.degree.{part}") for part in DEGREE}
    if any(degree.values()):
        holder = etree.SubElement(root, _name("degree"))
        for part, texts in degree.items():
            add(holder, _name(part), texts)
    return root


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _subjects(item: Item) -> list[tuple[str | None, Value]]:
    return [(scheme, value) for field, scheme in SUBJECTS.items() for value in item.values(field)]


def _date(item: Item) -> str | None:
    """The date of issue, without a time; the one date the set allows."""
    texts = (text.partition("T")[0] for text in item.texts("dc.date.issued", "dcterms.issued", "dc.date"))
    return next((text for text in texts if DATE.fullmatch(text)), None)


def _identifiers(item: Item) -> list[str]:
    """Addresses first: the landing page, the DOI, the files that are open."""
    dois = [f"https://doi.org/{bare}" for text in item.texts("dc.identifier.doi") if (bare := doi(text))]
    urls = [file.url for file in open_files(item) if file.url]
    others = item.texts("dc.identifier.isbn", "dc.identifier")
    return list(dict.fromkeys([*item.texts("dc.identifier.uri"), *dois, *urls, *others]))


FORMAT = MetadataFormat(
    "etdms",
    namespace=NAMESPACE,
    schema="http://www.ndltd.org/standards/metadata/etdms/1.0/etdms.xsd",
    xsd="etdms.xsd",
    crosswalk=crosswalk,
    offered=offered,
)

"""etdms, theses as the Networked Digital Library of Theses and Dissertations tells them, 1.0 and 1.1."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import attribute, elements, language, text, texts
from oai_server.ingest.mappings.naming import authority, fold, local_name, name_item
from oai_server.ingest.mappings.told import Told

NAMESPACE = "http://www.ndltd.org/standards/metadata/etdms/1.0/"
ROOTS = frozenset({f"{{{NAMESPACE}}}thesis"})
PREFIX = "etdms"

ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][\w.+-]*", re.IGNORECASE)
PLAIN = {
    "title": "dc.title",
    "alternativeTitle": "dc.title.alternative",
    "publisher": "dc.publisher",
    "type": "dc.type",
    "coverage": "dc.coverage",
    "relation": "dc.relation",
    "source": "dc.source",
}
ROLES = {
    "advisor": "dc.contributor.advisor",
    "supervisor": "dc.contributor.advisor",
    "committeemember": "dc.contributor.committeemember",
    "editor": "dc.contributor.editor",
    "translator": "dc.contributor.translator",
    "referee": "dc.contributor.referee",
}
SCHEMES = frozenset(("ddc", "lcc", "lcsh", "mesh", "udc"))
DEGREE = ("name", "level", "discipline", "grantor")


def told(root: Element) -> Told:
    """The elements of the set and the degree."""
    said = Told()
    for name, field in PLAIN.items():
        for each in elements(root, name):
            said.add(field, text(each), language(each))
    for creator in elements(root, "creator"):
        said.add("dc.contributor.author", text(creator), language(creator), _resource(creator))
    for contributor in elements(root, "contributor"):
        field = ROLES.get(fold(attribute(contributor, "role")), "dc.contributor")
        said.add(field, text(contributor), language(contributor), _resource(contributor))
    for subject in elements(root, "subject"):
        scheme = fold(attribute(subject, "scheme"))
        said.add(f"dc.subject.{scheme}" if scheme in SCHEMES else "dc.subject", text(subject), language(subject))
    _descriptions(said, root)
    dates = sorted(texts(root, "date"))  # a thesis is issued before a repository takes it in, and it may tell both
    said.add_all("dc.date.issued", dates[:1])
    said.add_all("dc.date", dates[1:])
    for form in texts(root, "format"):
        said.add("dc.format.mimetype" if MEDIA_TYPE.fullmatch(form) else "dc.format", form)
    for name in texts(root, "identifier"):
        name_item(said, name)
    said.add_all("dc.language.iso", texts(root, "language"))
    for rights in elements(root, "rights"):
        address = bool(ADDRESS.fullmatch(text(rights)))
        said.add("dc.rights.uri" if address else "dc.rights", text(rights), language(rights))
    for part in DEGREE:
        for each in elements(root, f"degree/{part}"):
            said.add(f"thesis.degree.{part}", text(each), language(each))
    said.identifier = next(map(local_name, texts(root, "identifier")), None)
    return said


def _descriptions(said: Told, root: Element) -> None:
    """The first one without a role, or of the role abstract, is the abstract in its language."""
    languages: set[str | None] = set()
    for description in elements(root, "description"):
        role, spoken = fold(attribute(description, "role")), language(description)
        abstract = role == "abstract" or (not role and spoken not in languages)
        languages |= {spoken} if abstract else set()
        said.add("dc.description.abstract" if abstract else "dc.description", text(description), spoken)


def _resource(party: Element) -> str | None:
    return authority("", attribute(party, "resource"))

"""Tests of what the formats know of an item: its type, access, languages, funding, collections, files, names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from oai_server.formats.access import Status, access
from oai_server.formats.funding import Funding, fundings
from oai_server.formats.languages import languages
from oai_server.formats.remembering import once_an_item
from oai_server.formats.vocabulary import COAR_ACCESS, access_terms, fold, resource_type, table, term
from oai_server.model import SET_SPEC, Item, Value
from oai_server.rules.condition import Condition
from oai_server.rules.dini import DOC_TYPES, doc_type
from oai_server.rules.field_tests import languages_told, text_test
from oai_server.rules.reading import one_of, texts, yes_or_no

EU_REPO = "info:eu-repo/semantics/"
DOC_TYPE = "doc-type:"
STATUSES = ("open", "embargoed", "restricted", "closed", "metadata only")
STATUS_OF: Mapping[str, Status] = {
    "open": "open",
    "embargoed": "embargoed",
    "restricted": "restricted",
    "closed": "metadata only",  # info:eu-repo calls so what COAR calls metadata only
    "metadata only": "metadata only",
}
WORD = 100  # characters; a longer text is more than an access right
RIGHTS = (
    "dc.rights",
    "dc.rights.accessRights",
    "dc.rights.accessrights",
    "dcterms.accessRights",
    "dcterms.rights",
    "datacite.rights",
    "oaire.accessRights",
)
languages_of = once_an_item(languages)


def type_test(told: object) -> Condition:
    """Whether the item is of one of these types or of a narrower one (COAR's tree)."""
    kinds: set[str] = set()
    terms: set[str] = set()
    docs: set[str] = set()
    for name in texts(told):
        if name.startswith(DOC_TYPE):
            docs |= one_of(name.removeprefix(DOC_TYPE), list(DOC_TYPES))
        elif name.startswith(EU_REPO) and name.removeprefix(EU_REPO) in _eu_repo_types():
            terms.add(name)
        else:
            kinds.add(_label(name))
    frozen = frozenset(kinds)

    def holds(item: Item, day: date, source: str) -> bool:
        known = resource_type(item)
        if not frozen.isdisjoint(known.kinds) or known.eu_repo in terms:
            return True
        return bool(docs) and doc_type(item) in docs

    return Condition(holds)


def access_test(told: object) -> Condition:
    """Whether the access is one of these on that day: that of the first file; ``closed`` has one that is closed."""
    wanted = one_of(told, STATUSES)

    def holds(item: Item, day: date, source: str) -> bool:
        known = access(item)
        status: str = known.status
        if known.until and known.until <= day:
            status = "open"
        return status in wanted or ("closed" in wanted and bool(item.files) and status == "metadata only")

    def turn(item: Item, day: date) -> date | None:
        until = access(item).until
        return until if until and until > day else None

    return Condition(holds, turn)


def told_access_test(told: object) -> Condition:
    """Whether the item's own fields tell one of these access rights, as COAR or info:eu-repo words."""
    known = [access_terms(STATUS_OF[each]) for each in one_of(told, list(STATUS_OF))]
    wanted = frozenset(uri for each in known for uri in (each.uri, each.eu_repo))

    def tells(text: str) -> bool:
        found = term(COAR_ACCESS, text) or term("eu-repo access", text)
        return found is not None and found.uri in wanted

    return Condition(lambda item, day, source: any(len(text) < WORD and tells(text) for text in item.texts(*RIGHTS)))


def language_test(told: object) -> Condition:
    """Whether the content is in one of these languages."""
    wanted = languages_told(told)
    return Condition(lambda item, day, source: any(each.alpha3 in wanted for each in languages_of(item)))


def collections_test(told: object) -> Condition:
    """Whether the source put the item into one of these sets or a set below one."""
    specs = texts(told)
    for spec in specs:
        if not SET_SPEC.fullmatch(spec):
            raise ValueError(f"must be setSpecs such as science or science:physics, not {spec!r}")
    exact, below = frozenset(specs), tuple(f"{spec}:" for spec in specs)
    return Condition(lambda item, day, source: any(each in exact or each.startswith(below) for each in item.sets))


def has_files_test(told: object) -> Condition:
    """Whether the item has a file, or none."""
    wanted = yes_or_no(told)
    return Condition(lambda item, day, source: bool(item.files) is wanted)


def identifier_test(told: object) -> Condition:
    """A test of the item's identifier."""
    passes = text_test(told)
    return Condition(lambda item, day, source: passes(item.identifier))


def source_test(told: object) -> Condition:
    """A test of the name of the item's source, ``kind:location``."""
    passes = text_test(told)
    return Condition(lambda item, day, source: passes(source))


def funder_test(told: object) -> Condition:
    """Whether one of these paid: by acronym, by name, or by the URI of the Funder Registry."""
    wanted = set()
    for name in texts(told):
        known = term("funder", name)
        wanted |= {fold(each) for each in ((known.label, known.uri, *known.names) if known else (name,)) if each}

    def paid(grant: Funding) -> bool:
        return any(each is not None and fold(each) in wanted for each in (grant.funder, grant.funder_id))

    return Condition(lambda item, day, source: any(map(paid, fundings(item))))


def project_test(told: object) -> Condition:
    """Whether the item names a project by an identifier (true), or one whose grant agreement begins like this."""
    if isinstance(told, bool):
        return Condition(lambda item, day, source: any(map(_identified, fundings(item))) is told)
    beginnings = tuple(f"{each.rstrip('/').casefold()}/" for each in texts(told))
    if not all(each.startswith("info:eu-repo/grantagreement/") for each in beginnings):
        raise ValueError("must be true, false, or begin with info:eu-repo/grantAgreement/, such as .../EC/H2020")

    def begins(grant: Funding) -> bool:
        return f"{grant.agreement or ''}/".casefold().startswith(beginnings)

    return Condition(lambda item, day, source: any(map(begins, fundings(item))))


FACTS: Mapping[str, Callable[[object], Condition]] = {
    "type": type_test,
    "access": access_test,
    "told_access": told_access_test,
    "language": language_test,
    "collections": collections_test,
    "has_files": has_files_test,
    "identifier": identifier_test,
    "source": source_test,
    "funder": funder_test,
    "project": project_test,
}


def _identified(grant: Funding) -> bool:
    return bool(grant.agreement or grant.number or grant.uri)


def _eu_repo_types() -> frozenset[str]:
    """The info:eu-repo types that a type of ours is told as."""
    return frozenset(row["eu_repo"] for row in table("resource_types.csv"))


def _label(name: str) -> str:
    """Our word for a type that is told by label, by another name or by COAR's URI."""
    found = resource_type(Item("", {"dc.type": (Value(name),)})).label
    if found == "other" and fold(name.rpartition("/")[2]) not in ("other", "c1843"):
        raise ValueError(
            f"does not know {name}; 'journal article', 'http://purl.org/coar/resource_type/c_6501', "
            "'info:eu-repo/semantics/article' or 'doc-type:article' would do"
        )
    return found

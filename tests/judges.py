"""Two judges of a document: our schemas and, when they lie beside the repository, the official ones."""

import importlib.util
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from lxml import etree

from oai_server.formats import known_formats

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas"
SHARED = ROOT.parent / "shared"
XS = "http://www.w3.org/2001/XMLSchema"
OAI = "http://www.openarchives.org/OAI/2.0/"
SLOT = "urn:x-check:slot"  # check.py puts this element where it took out a part to judge it on its own
PROTOCOL = "OAI-PMH branding eprints friends gateway oai-identifier provenance rightsManifest".split()
ATOM = "http://www.w3.org/2005/Atom"
EDM, OPENAIRE = "http://www.europeana.eu/schemas/edm/", "http://namespace.openaire.eu/schema/oaire/"

Judge = Callable[[bytes], list[str]]


def our_schema(root: etree._Element) -> etree.XMLSchema:
    """Our schemas of the protocol and of the formats that the document uses, as one."""
    used = {etree.QName(element).namespace for element in root.iter(etree.Element)}
    known = {each.xsd: each.namespace for each in known_formats().values()}
    wanted = {xsd for xsd, namespace in known.items() if namespace in used}
    wanted.discard("rdf.xsd" if EDM in used else "edm.xsd")  # two formats with the same root element
    if ATOM in used:
        wanted.discard("rdf.xsd")  # ore has a little RDF of its own
    if OPENAIRE in used:
        wanted.discard("datacite.xsd")  # oai_openaire has DataCite's elements, under rules of its own
    return compiled(frozenset({*wanted, *(f"{name}.xsd" for name in PROTOCOL)}))


@cache
def compiled(files: frozenset[str]) -> etree.XMLSchema:
    """These files as one schema."""
    driver = etree.Element(f"{{{XS}}}schema", targetNamespace=SLOT)
    for path in (SCHEMAS / name for name in sorted(files)):
        namespace = etree.parse(path).getroot().get("targetNamespace")
        etree.SubElement(driver, f"{{{XS}}}import", namespace=namespace, schemaLocation=path.as_uri())
    etree.SubElement(driver, f"{{{XS}}}element", name="slot")
    return etree.XMLSchema(driver)


def ours(document: bytes) -> list[str]:
    """What our schemas have against a document; empty when it is valid."""
    root = etree.fromstring(document)
    schema = our_schema(root)
    if schema.validate(root):
        return []
    return [f"{entry.line}: {entry.message}" for entry in schema.error_log]


@cache
def checker() -> object | None:
    path = SHARED / "schemas" / "check.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location("official_check", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Checker()


def official(document: bytes) -> list[str] | None:
    """What the official schemas have against a document, part by part; None where they are not at hand."""
    judge = checker()
    if judge is None:
        return None
    return [
        f"{label} {line}: {message}"
        for label, url, errors, _ in judge.check(BytesIO(document))
        for line, message in errors
        if not _forgiven(url, message)
    ]


def _forgiven(url: str, message: str) -> bool:
    """Whether a complaint is one that the official schema makes against its own profile (formats.md section 5.13)."""
    return any(each.schema == url and each.contradicts(message) for each in known_formats().values())

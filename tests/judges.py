"""Two judges of a document: our schemas and, when they lie beside the repository, the official ones."""

import importlib.util
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas"
SHARED = ROOT.parent / "shared"
XS = "http://www.w3.org/2001/XMLSchema"
OAI = "http://www.openarchives.org/OAI/2.0/"
SLOT = "urn:x-check:slot"  # check.py puts this element where it took out a part to judge it on its own
INCLUDED = {"values.xsd", "rights.xsd", "xml.xsd"}  # come in by those that include them

Judge = Callable[[bytes], list[str]]


@cache
def our_schema() -> etree.XMLSchema:
    """All our schemas as one, so that what stands in metadata, about and description is known to it."""
    driver = etree.Element(f"{{{XS}}}schema", targetNamespace=SLOT)
    for path in sorted(SCHEMAS.glob("*.xsd")):
        if path.name not in INCLUDED:
            namespace = etree.parse(path).getroot().get("targetNamespace")
            etree.SubElement(driver, f"{{{XS}}}import", namespace=namespace, schemaLocation=path.as_uri())
    etree.SubElement(driver, f"{{{XS}}}element", name="slot")
    return etree.XMLSchema(driver)


def ours(document: bytes) -> list[str]:
    """What our schemas have against a document; empty when it is valid."""
    schema = our_schema()
    if schema.validate(etree.fromstring(document)):
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
        for label, _, errors, _ in judge.check(BytesIO(document))
        for line, message in errors
    ]

"""The judge: our own XSDs, compiled once in a process, used offline."""

from __future__ import annotations

from functools import cache

from lxml import etree
from lxml.etree import _Element as Element

from oai_server import shipped


@cache
def compiled(file: str) -> etree.XMLSchema:
    """The schema in that file of ``schemas/``."""
    return etree.XMLSchema(etree.parse(shipped("schemas") / file))


def objections(element: Element, file: str) -> list[tuple[int, str]]:
    """(line, message) for each breach of that schema; empty when the element is valid."""
    schema = compiled(file)
    if schema.validate(element):
        return []
    return [(error.line, error.message) for error in schema.error_log]

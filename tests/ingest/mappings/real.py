"""Real records of other people's, for tests of mappings; they lie beside the repository, not in it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree
from lxml.etree import _Element as Element

from oai_server.ingest.mappings import Told, mapping_of
from oai_server.ingest.normalise import normalise
from oai_server.model import Item, Reading

SHARED = Path(__file__).parents[4] / "shared"
real = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real records in {SHARED}")
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=False, recover=True)


def records(*patterns: str, roots: frozenset[str]) -> Iterator[Element]:
    """The outermost elements with such names in the files that match, in order."""
    for pattern in patterns:
        for path in sorted(SHARED.glob(pattern)):
            root = etree.fromstring(path.read_bytes(), PARSER)
            yield from (each for each in root.iter(*roots) if not roots.intersection(_above(each)))


def _above(element: Element) -> set[str]:
    return {str(each.tag) for each in element.iterancestors()}


def parsed(xml: str) -> Element:
    return etree.fromstring(xml.encode())


def told(xml: str | Element) -> Told:
    """What the mapping that knows the root element says."""
    root = parsed(xml) if isinstance(xml, str) else xml
    mapping = mapping_of(root)
    assert mapping is not None, root.tag
    return mapping.told(root)


def texts(said: Told) -> dict[str, list[str]]:
    """Fields with their texts alone."""
    return {name: [value.text for value in values] for name, values in said.metadata.items()}


def item(said: Told) -> Item:
    """The item as it is kept."""
    metadata = {name: tuple(values) for name, values in said.metadata.items()}
    return normalise(Reading(Item("oai:x.example.org:1", metadata, files=tuple(said.files)), "x.xml")).item


@cache
def all_of(pattern: str, roots: frozenset[str]) -> tuple[Element, ...]:
    """The records of files that match, read once."""
    return tuple(records(pattern, roots=roots))

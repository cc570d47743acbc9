"""A format made by an XSLT stylesheet of the site's own: ``PREFIX.toml`` beside it says what it makes and from what.

::

    prefix = "oai_mine"
    namespace = "http://example.org/mine/"
    schema = "http://example.org/mine.xsd"   # announced
    stylesheet = "mine.xsl"                  # XSLT 1.0, beside this file
    source = "xoai"                          # or "dim": the format that the stylesheet reads
    xsd = "mine.xsd"                         # may be left out: then records are told as not validated
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.model import Item, MetadataFormat, Site

NEEDED = frozenset({"prefix", "namespace", "schema", "stylesheet", "source"})
SOURCES = ("xoai", "dim")
READ_ONLY = etree.XSLTAccessControl(
    read_file=True, write_file=False, create_dir=False, read_network=False, write_network=False
)


def stylesheet_format(path: Path, sources: Callable[[str], MetadataFormat]) -> MetadataFormat:
    """The format that a TOML file describes; ValueError with the file's name where it cannot be made.

    An item for which the stylesheet makes no element is not offered in the format.
    """
    told = _told(path)
    source = sources(told["source"])
    transform = _transform(path.parent / told["stylesheet"])

    def crosswalk(item: Item, site: Site) -> Element:
        made = transform(source.crosswalk(item, site)).getroot()
        if made is None:
            raise ValueError(f"{told['stylesheet']} made no element")
        return made

    def offered(item: Item) -> bool:
        return source.offered(item) and transform(source.crosswalk(item, NOWHERE)).getroot() is not None

    xsd = str(path.parent / told["xsd"]) if "xsd" in told else None
    return MetadataFormat(told["prefix"], told["namespace"], told["schema"], xsd, crosswalk, offered)


NOWHERE = Site("http://localhost/oai", "", "localhost.invalid", "http://localhost/")


def _told(path: Path) -> dict[str, str]:
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    unknown, missing = sorted(set(told) - NEEDED - {"xsd"}), sorted(NEEDED - set(told))
    if unknown or missing:
        raise ValueError(f"{path}: {', '.join(unknown or missing)} {'is not known' if unknown else 'is missing'}")
    if told["source"] not in SOURCES:
        raise ValueError(f"{path}: source is {told['source']!r}; it is one of {', '.join(SOURCES)}")
    return told


def _transform(path: Path) -> etree.XSLT:
    try:
        return etree.XSLT(etree.parse(path, etree.XMLParser(no_network=True)), access_control=READ_ONLY)
    except (OSError, etree.XMLSyntaxError, etree.XSLTParseError) as error:
        raise ValueError(f"{path}: {error}") from None

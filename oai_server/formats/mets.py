"""mets, the Library of Congress's Metadata Encoding and Transmission Standard: an item's description with its files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.formats import mods
from oai_server.formats.fields import TITLES
from oai_server.formats.identifiers import handles, uri
from oai_server.formats.mods import HREF, MEDIA_TYPE, XLINK
from oai_server.formats.rights import licences
from oai_server.formats.vocabulary import resource_type
from oai_server.formats.writing import XSI
from oai_server.model import File, Item, MetadataFormat, Site

NAMESPACE = "http://www.loc.gov/METS/"
NSMAP = {None: NAMESPACE, "mods": mods.NAMESPACE, "xlink": XLINK, "xsi": XSI}
LARGEST = 2**63 - 1  # SIZE is an xsd:long

CHECKSUM = re.compile(r"(?:(?P<kind>[A-Za-z0-9-]+):)?(?P<digest>[0-9A-Fa-f]{8,})")
CHECKSUM_TYPES = {
    "adler32": ("Adler-32", 8),
    "crc32": ("CRC32", 8),
    "md5": ("MD5", 32),
    "sha1": ("SHA-1", 40),
    "sha256": ("SHA-256", 64),
    "sha384": ("SHA-384", 96),
    "sha512": ("SHA-512", 128),
}


def crosswalk(item: Item, site: Site) -> Element:
    """Header, MODS, licences, files and their order (formats.md sections 3.2 and 5.6).

    There is no PROFILE: what DSpace's profile describes is a package for deposit, with every file in it. There is no
    CREATEDATE either: the document is the same as long as the item is.
    """
    root = etree.Element(_name("mets"), OBJID=_object(item), TYPE=resource_type(item).label, nsmap=NSMAP)
    root.set(f"{{{XSI}}}schemaLocation", f"{mods.NAMESPACE} {mods.FORMAT.schema}")
    files = [file for file in item.files if file.access != "closed"]
    _header(root, site)
    _description(root, item, site)
    _rights(root, item)
    _files(root, item, files)
    _structure(root, item, files)
    return root


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _put(parent: Element, name: str, **attributes: str | None) -> Element:
    """Append an element; attributes that are None or empty are left out."""
    return etree.SubElement(parent, _name(name), {key: told for key, told in attributes.items() if told})


def _object(item: Item) -> str:
    """The item's permanent name: its handle, or the identifier of its records."""
    handle = next(iter(handles(item)), None)
    return f"hdl:{handle}" if handle else item.identifier


def _id(item: Item, part: str, number: int | None = None) -> str:
    """An xs:ID that no other record has: a list of records is one document, in which every ID occurs once."""
    safe = quote(item.identifier, safe="").replace("_", "%5F").replace("~", "%7E").replace("%", "_")
    return f"{part}_{safe}" if number is None else f"{part}_{number}_{safe}"


def _header(root: Element, site: Site) -> None:
    agent = _put(_put(root, "metsHdr"), "agent", ROLE="CUSTODIAN", TYPE="ORGANIZATION")
    _put(agent, "name").text = site.name


def _description(root: Element, item: Item, site: Site) -> None:
    wrap = _put(
        _put(root, "dmdSec", ID=_id(item, "DMD")), "mdWrap", MIMETYPE="text/xml", MDTYPE="MODS", MDTYPEVERSION="3.7"
    )
    _put(wrap, "xmlData").append(mods.crosswalk(item, site))


def _rights(root: Element, item: Item) -> None:
    """Each licence or rights statement at its address; rights in words are in the description."""
    known = licences(item)
    if not known:
        return
    section = _put(root, "amdSec", ID=_id(item, "AMD"))
    for number, licence in enumerate(known, 1):
        rights = _put(section, "rightsMD", ID=_id(item, "RIGHTS", number))
        kind = {"MDTYPE": "OTHER", "OTHERMDTYPE": "rights"}
        _put(rights, "mdRef", **{"LOCTYPE": "URL", HREF: licence.uri, **kind, "LABEL": licence.name})


def _files(root: Element, item: Item, files: Sequence[File]) -> None:
    """The files that people may know of; where an open one is and how large, and of the others only what they are."""
    if not files:
        return
    group = _put(_put(root, "fileSec"), "fileGrp", USE="CONTENT")
    for number, file in enumerate(files, 1):
        told = {"ID": _id(item, "FILE", number), "SEQ": str(number), "MIMETYPE": _media_type(file)}
        if file.access != "open":
            _put(group, "file", **told)
            continue
        element = _put(group, "file", **told, **_measures(file))
        if (address := uri(file.url or "")) and address.startswith(("http", "ftp")):
            _put(element, "FLocat", **{"LOCTYPE": "URL", HREF: address})


def _media_type(file: File) -> str | None:
    return file.mimetype if MEDIA_TYPE.fullmatch(file.mimetype or "") else None


def _measures(file: File) -> dict[str, str]:
    """Size, and checksum where its kind is on the list of METS and its length is right."""
    told = {"SIZE": str(file.size)} if file.size is not None and file.size <= LARGEST else {}
    found = CHECKSUM.fullmatch(file.checksum or "")
    kind, length = CHECKSUM_TYPES.get((found["kind"] or "md5").lower().replace("-", ""), ("", 0)) if found else ("", 0)
    if found and len(found["digest"]) == length:
        told |= {"CHECKSUM": found["digest"], "CHECKSUMTYPE": kind}
    return told


def _structure(root: Element, item: Item, files: Sequence[File]) -> None:
    """One division for the item and in it one for each file, by name."""
    rights = " ".join(_id(item, "RIGHTS", number) for number in range(1, len(licences(item)) + 1))
    whole = _put(
        _put(root, "structMap", TYPE="LOGICAL"),
        "div",
        TYPE="item",
        LABEL=item.first(*TITLES),
        DMDID=_id(item, "DMD"),
        ADMID=rights,
    )
    for number, file in enumerate(files, 1):
        division = _put(whole, "div", TYPE="file", ORDER=str(number), LABEL=file.name)
        _put(division, "fptr", FILEID=_id(item, "FILE", number))


FORMAT = MetadataFormat(
    "mets",
    namespace=NAMESPACE,
    schema="http://www.loc.gov/standards/mets/mets.xsd",
    xsd="mets.xsd",
    crosswalk=crosswalk,
    offered=mods.offered,
)

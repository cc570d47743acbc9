"""DSpace's Simple Archive Format: a folder of item folders, or a zip of one. Nothing is unpacked or fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from oai_server.ingest.dspace import bare_handle, handle_among, mimetype_of, set_spec
from oai_server.ingest.normalise import FORBIDDEN, XML, Refused, code_points
from oai_server.ingest.opening import printable
from oai_server.ingest.saf_folders import METADATA, NOT_FOLLOWED, READ, UNREADABLE, Folder, item_folders, natural
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Fault, File, Item, Reading, Value

KIND = "saf"
SUMMARY = "DSpace Simple Archive Format: a folder of item folders, one item folder, or a zip of these"

LARGEST = 50_000_000  # bytes of one metadata file
LONGEST = 5_000_000  # bytes of a list such as contents
MOST_FILES = 100_000  # lines of contents

NO_BITSTREAM = re.compile(rf"{READ.pattern}|\..*|Thumbs\.db")
PART = re.compile(r"\s+(?=(?:bundle|permissions|description|primary|iiif-[a-z]+):)")
PERMISSION = re.compile(r"-[rw]\s+'?(.*?)'?")
CHARACTER = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));|[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Bitstream:
    """A line of contents."""

    file: File
    bundle: str
    primary: bool


def recognises(errand: Errand) -> bool:
    """Whether there is an item folder: here, one level down, or two."""
    try:
        return errand.url is None and next(item_folders(errand.path), None) is not None
    except SourceError:
        return False


def read(errand: Errand) -> Iterator[Reading | Fault]:
    """Every item in natural order, or the fault it is refused for; SourceError where no package can be read."""
    location = errand.path
    found, place = False, location.resolve()
    for folder in item_folders(location):
        found = True
        yield _reading(folder, _fallback(place, folder)) if isinstance(folder, Folder) else folder
    if not found:
        raise SourceError(f"{location} is no Simple Archive Format package: no folder in it holds dublin_core.xml")


def _reading(folder: Folder, fallback: str) -> Reading | Fault:
    notes = [folder.fault("noted", link, *NOT_FOLLOWED) for link in folder.links]
    handle = None
    try:
        handle = _handle(folder, notes)
        metadata = _metadata(folder, notes)
        files = _files(folder, notes)
        sets = _sets(folder, notes)
        _relationships(folder, notes)
    except Refused as refusal:
        return replace(refusal.fault, identifier=handle)
    identifier = handle or handle_among(metadata) or fallback
    faults = tuple(replace(note, identifier=identifier) for note in notes)
    return Reading(Item(identifier, metadata, sets, files), folder.path, faults=faults)


def _fallback(place: Path, folder: Folder) -> str:
    """PACKAGE/FOLDER, the same whether the package is read or one of its item folders alone."""
    if folder.name:
        return f"{printable(place.name if place.is_dir() else place.stem)}/{folder.name}"
    return printable(f"{place.parent.name}/{place.name}" if place.is_dir() else place.stem)


# --- dublin_core.xml and metadata_*.xml ---


def _metadata(folder: Folder, notes: list[Fault]) -> dict[str, tuple[Value, ...]]:
    fields: dict[str, list[Value]] = {}
    for file in sorted(filter(METADATA.fullmatch, folder.sizes), key=natural):
        root = _root(folder, file, notes)
        schema = _given(root, "schema") or "dc"
        if schema == "relation":
            notes.append(folder.fault("noted", file, "SAF relationships", "relationships are not taken in"))
            continue
        for child in root.iterchildren("{*}dcvalue"):
            name, text = _field(schema, child), "".join(child.itertext()).strip()
            if name is None:
                message = "a dcvalue without the attribute element is left out"
                notes.append(folder.fault("healed", file, "SAF metadata", message, child.sourceline))
            elif text:
                fields.setdefault(name, []).append(Value(text, _given(child, "language", none="*")))
    if not fields:
        raise Refused(folder.fault("refused", "", "SAF metadata", "no value in dublin_core.xml or metadata_*.xml"))
    return {name: tuple(values) for name, values in fields.items()}


def _field(schema: str, dcvalue: etree._Element) -> str | None:
    element, qualifier = _given(dcvalue, "element"), _given(dcvalue, "qualifier", none="none")
    return ".".join(filter(None, (schema, element, qualifier))) if element else None


def _given(element: etree._Element, attribute: str, none: str = "") -> str | None:
    value = (element.get(attribute) or "").strip()
    return None if value in ("", none) else value


def _root(folder: Folder, file: str, notes: list[Fault]) -> etree._Element:
    data = _bytes(folder, file, LARGEST)
    try:
        root = _parsed(data)
    except etree.XMLSyntaxError as broken:
        # DSpace exports every character as a reference, even one that XML forbids to name.
        mended, removed = _without_forbidden(data)
        try:
            root = _parsed(mended)
        except etree.XMLSyntaxError:
            raise Refused(folder.fault("refused", file, "XML 1.0", str(broken.msg), broken.lineno)) from None
        notes.append(folder.fault("healed", file, XML, f"removed {code_points(removed)}", broken.lineno))
    if _has_entities(root):
        raise Refused(folder.fault("refused", file, "SAF metadata", "entities are neither defined nor fetched here"))
    if etree.QName(root).localname != "dublin_core":
        message = f"the root element is {root.tag!s}, not dublin_core"
        notes.append(folder.fault("noted", file, "SAF metadata", message, root.sourceline))
    return root


def _has_entities(root: etree._Element) -> bool:
    doctype = root.getroottree().docinfo.internalDTD
    return any(True for _ in root.iter(etree.Entity)) or (doctype is not None and bool(doctype.entities()))


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def _without_forbidden(data: bytes) -> tuple[bytes, str]:
    removed: list[str] = []

    def judge(found: re.Match[bytes]) -> bytes:
        number = int(found[1], 16) if found[1] else int(found[2] or found[0][0])
        if number > 0x10FFFF or not FORBIDDEN.match(chr(number)):
            return found[0]
        removed.append(chr(number))
        return b""

    return CHARACTER.sub(judge, data), "".join(removed)


# --- handle, contents, collections, relationships ---


def _lines(folder: Folder, file: str, notes: list[Fault]) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered and stripped; none without the file."""
    if file not in folder.sizes:
        return
    data = _bytes(folder, file, LONGEST)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        notes.append(folder.fault("noted", file, "UTF-8", "not UTF-8, so read as ISO-8859-1"))
    for number, line in enumerate(re.split("\r\n|\r|\n", text), start=1):
        if line.strip():
            yield number, line.strip()


def _handle(folder: Folder, notes: list[Fault]) -> str | None:
    first = next((line for number, line in _lines(folder, "handle", notes) if number == 1), None)
    return bare_handle(first) if first else None


def _files(folder: Folder, notes: list[Fault]) -> tuple[File, ...]:
    """The bitstreams of the bundle ORIGINAL, the primary one first: an item is as open as its first file."""
    lines = list(_lines(folder, "contents", notes))
    if len(lines) > MOST_FILES:
        message = f"{len(lines):,} files, but an item has at most {MOST_FILES:,}"
        raise Refused(folder.fault("refused", "contents", "SAF contents", message))
    bitstreams = [_bitstream(folder, number, line) for number, line in lines]
    others = [printable(file) for file in sorted(folder.sizes, key=natural) if not NO_BITSTREAM.fullmatch(file)]
    if others and "contents" not in folder.sizes:
        message = f"left out, as there is no contents to name them: {', '.join(others)}"
        notes.append(folder.fault("noted", "", "SAF contents", message))
    content = [bitstream for bitstream in bitstreams if bitstream.bundle == "ORIGINAL"]
    return tuple(bitstream.file for bitstream in sorted(content, key=lambda bitstream: not bitstream.primary))


def _bitstream(folder: Folder, number: int, line: str) -> Bitstream:
    registered = line.startswith("-r ")
    path, *parts = _registered(line) if registered else [part.strip() for part in line.split("\t")]
    steps = re.split(r"[/\\]", path)
    if ".." in steps or not steps[0] or not steps[-1]:
        message = f"{path!a} names no file below the item folder"
        raise Refused(folder.fault("refused", "contents", "SAF contents", message, number))
    given = {key: text.strip() for key, _, text in (part.partition(":") for part in parts)}
    name = steps[-1] if registered else path
    file = File(
        name,
        mimetype=mimetype_of(name),
        size=folder.sizes.get(path),
        description=given.get("description") or None,
        access="open" if all(map(_public, parts)) else "restricted",
    )
    bundle = given.get("bundle") or ("LICENSE" if name == "license.txt" else "ORIGINAL")
    return Bitstream(file, bundle, primary=given.get("primary") == "true")


def _registered(line: str) -> list[str]:
    """PATH and parts of ``-r -s N -f PATH``, a file of the asset store, which may start at its root."""
    command, *parts = PART.split(line)
    return [command.partition(" -f ")[2].strip().lstrip("/"), *parts]


def _public(part: str) -> bool:
    key, _, text = part.partition(":")
    permission = PERMISSION.fullmatch(text.strip())
    return key != "permissions" or (permission is not None and permission[1].casefold() == "anonymous")


def _sets(folder: Folder, notes: list[Fault]) -> tuple[str, ...]:
    specs = []
    for number, line in _lines(folder, "collections", notes):
        if spec := set_spec("col", line):
            specs.append(spec)
        else:
            message = f"{line!a} is neither a handle nor a UUID, so no set"
            notes.append(folder.fault("noted", "collections", "SAF collections", message, number))
    return tuple(specs)


def _relationships(folder: Folder, notes: list[Fault]) -> None:
    for number, line in _lines(folder, "relationships", notes):
        notes.append(folder.fault("noted", "relationships", "SAF relationships", f"{line!a} is not taken in", number))


def _bytes(folder: Folder, file: str, most: int) -> bytes:
    if folder.sizes[file] > most:
        message = f"{folder.sizes[file]:,} bytes, but such a file has at most {most:,}"
        raise Refused(folder.fault("refused", file, "SAF layout", message))
    try:
        with folder.open(file) as stream:
            return stream.read(most)
    except UNREADABLE as error:
        raise Refused(folder.fault("refused", file, "SAF layout", f"cannot be read: {error}")) from None

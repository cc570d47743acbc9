"""DSpace's Simple Archive Format: a folder of item folders, or a zip of one. Nothing is unpacked or fetched."""

from __future__ import annotations

import lzma
import mimetypes
import os
import re
import stat
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from lxml import etree

from oai_server.ingest.normalise import FORBIDDEN, XML, Refused, code_points
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Degree, Fault, File, Item, Reading, Value

KIND = "saf"
SUMMARY = "DSpace Simple Archive Format: a folder of item folders, one item folder, or a zip of these"

LARGEST = 50_000_000  # bytes of one metadata file
MOST = 1_000_000  # members of a zip
UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)

METADATA = re.compile(r"dublin_core\.xml|metadata_[^/]*\.xml")
NO_BITSTREAM = re.compile(rf"{METADATA.pattern}|contents|handle|collections|relationships|\..*|Thumbs\.db")
PART = re.compile(r"\s+(?=(?:bundle|permissions|description|primary|iiif-[a-z]+):)")
PERMISSION = re.compile(r"-[rw]\s+'?(.*?)'?")
HANDLE = re.compile(r"(?:https?://hdl\.handle\.net/|hdl:)([^/\s]+/[^\s?#]+)", re.IGNORECASE)
HANDLE_PAGE = re.compile(r"https?://[^\s?#]+/handle/([0-9][0-9.]*/[^\s?#]+)", re.IGNORECASE)
COLLECTION = re.compile(r"([0-9][0-9.]*)/([A-Za-z0-9\-_.!~*'()]+)")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COMPRESSED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
CHARACTER = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));|[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Folder:
    """An item's folder, on disk or in a zip: the sizes of its files by their paths in it, and how to open one."""

    name: str
    path: str
    sizes: Mapping[str, int]
    open: Callable[[str], IO[bytes]]

    def fault(self, degree: Degree, file: str, rule: str, message: str, line: int | None = None) -> Fault:
        """What is wrong with the folder, or with one file in it."""
        return Fault(degree, rule, message, file=f"{self.path}/{file}".rstrip("/"), line=line)


@dataclass(frozen=True, slots=True)
class Bitstream:
    """A line of contents."""

    file: File
    bundle: str
    primary: bool


def recognises(errand: Errand) -> bool:
    """Whether there is an item folder: here, one level down, or two."""
    try:
        return errand.url is None and next(_folders(errand.path), None) is not None
    except SourceError:
        return False


def read(errand: Errand) -> Iterator[Reading | Fault]:
    """Every item in natural order, or the fault it is refused for; SourceError where no package can be read."""
    location = errand.path
    found, place = False, location.resolve()
    for folder in _folders(location):
        found = True
        yield _reading(folder, _fallback(place, folder))
    if not found:
        raise SourceError(f"{location} is no Simple Archive Format package: no folder in it holds dublin_core.xml")


def _reading(folder: Folder, fallback: str) -> Reading | Fault:
    notes: list[Fault] = []
    handle = None
    try:
        handle = _handle(folder, notes)
        metadata = _metadata(folder, notes)
        files = _files(folder, notes)
        sets = _sets(folder, notes)
        _relationships(folder, notes)
    except Refused as refusal:
        return replace(refusal.fault, identifier=handle)
    identifier = handle or _handle_among(metadata) or fallback
    faults = tuple(replace(note, identifier=identifier) for note in notes)
    return Reading(Item(identifier, metadata, sets, files), folder.path, faults=faults)


def _fallback(place: Path, folder: Folder) -> str:
    """PACKAGE/FOLDER, the same whether the package is read or one of its item folders alone."""
    if folder.name:
        return f"{_printable(place.name if place.is_dir() else place.stem)}/{folder.name}"
    return _printable(f"{place.parent.name}/{place.name}" if place.is_dir() else place.stem)


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
    data = _bytes(folder, file)
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
    data = _bytes(folder, file)
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
    url = HANDLE.fullmatch(first or "")
    return url[1] if url else first


def _handle_among(metadata: Mapping[str, tuple[Value, ...]]) -> str | None:
    for value in metadata.get("dc.identifier.uri", ()):
        if found := HANDLE.fullmatch(value.text) or HANDLE_PAGE.fullmatch(value.text):
            return found[1]
    return None


def _files(folder: Folder, notes: list[Fault]) -> tuple[File, ...]:
    """The bitstreams of the bundle ORIGINAL, the primary one first: an item is as open as its first file."""
    bitstreams = [_bitstream(folder, number, line) for number, line in _lines(folder, "contents", notes)]
    others = [_printable(file) for file in sorted(folder.sizes, key=natural) if not NO_BITSTREAM.fullmatch(file)]
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
        mimetype=_mimetype(name),
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


def _mimetype(name: str) -> str | None:
    # As a path, because a colon in a bare name would be taken for a URL's scheme.
    mimetype, encoding = mimetypes.guess_type(f"./{name}")
    return COMPRESSED.get(encoding) if encoding else mimetype


def _sets(folder: Folder, notes: list[Fault]) -> tuple[str, ...]:
    specs = []
    for number, line in _lines(folder, "collections", notes):
        if handle := COLLECTION.fullmatch(line):
            specs.append(f"col_{handle[1]}_{handle[2]}")
        elif UUID.fullmatch(line.lower()):
            specs.append(f"col_{line.lower()}")
        else:
            message = f"{line!a} is neither a handle nor a UUID, so no set"
            notes.append(folder.fault("noted", "collections", "SAF collections", message, number))
    return tuple(specs)


def _relationships(folder: Folder, notes: list[Fault]) -> None:
    for number, line in _lines(folder, "relationships", notes):
        notes.append(folder.fault("noted", "relationships", "SAF relationships", f"{line!a} is not taken in", number))


def _bytes(folder: Folder, file: str) -> bytes:
    if folder.sizes[file] > LARGEST:
        message = f"{folder.sizes[file]:,} bytes, but a metadata file has at most {LARGEST:,}"
        raise Refused(folder.fault("refused", file, "SAF layout", message))
    try:
        with folder.open(file) as stream:
            return stream.read(LARGEST)
    except UNREADABLE as error:
        raise Refused(folder.fault("refused", file, "SAF layout", f"cannot be read: {error}")) from None


# --- item folders, on disk and in a zip ---


def natural(name: str) -> tuple[list[tuple[str, int, str]], str]:
    """A key that sorts item_2 before item_10."""
    pieces = re.findall(r"([^0-9]*)0*([0-9]*)", name)
    return [(text.casefold(), len(digits), digits) for text, digits in pieces], name


def _folders(location: Path) -> Iterator[Folder]:
    if location.is_dir():
        return _on_disk(location)
    if zipfile.is_zipfile(location):
        return _in_zip(location)
    raise SourceError(f"{location} is neither a folder nor a zip" if location.exists() else f"{location} is missing")


def _item_paths(folders: Callable[[str], Collection[str]], files: Callable[[str], Collection[str]]) -> list[str]:
    """Where the item folders are: the location itself, the folders in it, or those in its only folder."""
    if "dublin_core.xml" in files(""):
        return [""]
    below = [path for path in folders("") if not _hidden(path)]
    if not any(_holds_item(files(path)) for path in below) and len(below) == 1:
        below = [path for path in folders(below[0]) if not _hidden(path)]
    return sorted(below, key=natural) if any(_holds_item(files(path)) for path in below) else []


def _holds_item(files: Collection[str]) -> bool:
    return any(file == "contents" or METADATA.fullmatch(file) for file in files)


def _hidden(path: str) -> bool:
    return any(name == "__MACOSX" or name.startswith(".") for name in path.split("/"))


def _on_disk(location: Path) -> Iterator[Folder]:
    def entries(path: str, kind: Callable[[os.DirEntry[str]], bool]) -> list[str]:
        with os.scandir(location / path) as found:
            return [entry.name for entry in found if kind(entry)]

    try:
        paths = _item_paths(
            lambda path: [f"{path}/{name}".lstrip("/") for name in entries(path, os.DirEntry.is_dir)],
            lambda path: entries(path, os.DirEntry.is_file),
        )
    except OSError as error:
        raise SourceError(f"{location} cannot be read: {error.strerror}") from None
    for path in paths:
        yield _folder_on_disk(path.rpartition("/")[2], location / path)


def _folder_on_disk(name: str, path: Path) -> Folder:
    files = (Path(top, file) for top, _, names in os.walk(path) for file in names)
    sizes = {file.relative_to(path).as_posix(): size for file in files if (size := _size(file)) is not None}
    return Folder(_printable(name), _printable(str(path)), sizes, lambda file: (path / file).open("rb"))


def _size(path: Path) -> int | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _in_zip(location: Path) -> Iterator[Folder]:
    try:
        archive = zipfile.ZipFile(location)
    except UNREADABLE as error:
        raise SourceError(f"{location} cannot be read: {error}") from None
    with archive:
        if len(archive.infolist()) > MOST:
            raise SourceError(f"{location} has {len(archive.infolist()):,} members, more than {MOST:,}")
        members = {_member_name(member): member for member in archive.infolist()}
        below, files = _tree(members)
        paths = _item_paths(lambda path: below.get(path, ()), lambda path: files.get(path, ()))
        for path, inside in zip(paths, _inside(members, paths), strict=True):
            yield _folder_in_zip(path, f"{_printable(str(location))}/{path}".rstrip("/"), inside, archive)


def _member_name(member: zipfile.ZipInfo) -> str:
    """The path as its writer meant it: UTF-8 is often not declared, and some write backslashes."""
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = member.filename
    return name.replace("\\", "/").removeprefix("./").lstrip("/")


def _tree(members: Collection[str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """By the path of a folder: the paths of the folders in it, and the names of the files in it."""
    folders: dict[str, set[str]] = defaultdict(set)
    files: dict[str, set[str]] = defaultdict(set)
    for member in members:
        *above, name = member.split("/")
        for depth in range(min(len(above), 2)):
            folders["/".join(above[:depth])].add("/".join(above[: depth + 1]))
        if len(above) <= 2:
            files["/".join(above)].add(name)
    return folders, files


def _inside(members: Mapping[str, zipfile.ZipInfo], paths: list[str]) -> list[dict[str, zipfile.ZipInfo]]:
    """The members of each item folder by their paths in it."""
    found: dict[str, dict[str, zipfile.ZipInfo]] = {path: {} for path in paths}
    depth = paths[0].count("/") + 1 if paths and paths[0] else 0
    for member, info in members.items():
        steps = member.split("/", depth)
        folder = found.get("/".join(steps[:depth]))
        if folder is not None and len(steps) > depth and not info.is_dir():
            folder[steps[depth]] = info
    return list(found.values())


def _folder_in_zip(path: str, told: str, members: Mapping[str, zipfile.ZipInfo], archive: zipfile.ZipFile) -> Folder:
    sizes = {name: member.file_size for name, member in members.items()}
    return Folder(path.rpartition("/")[2], told, sizes, lambda name: archive.open(members[name]))


def _printable(name: str) -> str:
    """A file name, of which some bytes may be no UTF-8, as text that can be written."""
    return name.encode("utf-8", "backslashreplace").decode()

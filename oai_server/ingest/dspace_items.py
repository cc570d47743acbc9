"""DSpace's REST objects as items and sets: 7 and later (HAL), 4 to 6 (input-formats.md section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal
from urllib.parse import urljoin

from oai_server.ingest.dspace import bare_handle, handle_among, mimetype_of, set_spec
from oai_server.ingest.normalise import Finding
from oai_server.ingest.text import plain
from oai_server.model import Degree, File, FileAccess, Item, Set, State, Value

RULE = "DSpace REST"
VIRTUAL = "virtual::"  # such an authority says only that the value comes from a relation
LEADS = ("indexableObject", "dspaceObject")  # from a search result to what was found
PREFIXES: Mapping[str, Literal["col", "com"]] = {"collection": "col", "community": "com"}
ACCESS: Mapping[str, FileAccess] = {"open.access": "open", "embargo": "embargoed", "metadata.only": "closed"}

Told = Mapping[str, Any]


class NotTaken(ValueError):
    """The object does not go in: ``refused`` an item that should, ``noted`` what is none, or not yet."""

    def __init__(self, message: str, degree: Degree = "refused") -> None:
        super().__init__(message)
        self.degree: Degree = degree


# --- where objects are in a document ---


def objects(document: object) -> Iterator[Any]:
    """The items, communities and collections of a document, and what else stands where they should."""
    if isinstance(document, list):
        for each in document:
            yield from objects(each)
    elif not isinstance(document, dict):
        yield document
    elif _is_object(document):
        yield document
        yield from objects([document[key] for key in ("items", "collections", "subcommunities") if document.get(key)])
    else:
        parts = {**document, **embedded(document)}
        if lead := next((parts[name] for name in LEADS if parts.get(name)), None):
            yield from objects(lead)
        elif address := _address_of_result(document):
            yield {"type": "link", "href": address}
        else:
            inner = [part for name, part in parts.items() if not name.startswith("_") and name != "facets"]
            yield from objects([part for part in inner if isinstance(part, (dict, list)) and _holds_objects(part)])


def _is_object(told: Told) -> bool:
    """Whether this is a thing itself, not a list of things; a client may have left the type out."""
    return told.get("type") not in (None, "discover") or "metadata" in told


def _holds_objects(part: dict[str, Any] | list[Any]) -> bool:
    return any(isinstance(each, dict) for each in part) if isinstance(part, list) else True


def _address_of_result(told: Told) -> str | None:
    return next((address for name in LEADS if (address := link(told, name))), None)


def embedded(told: Told) -> Told:
    """What an answer holds inside itself because it was asked to."""
    found = told.get("_embedded")
    return found if isinstance(found, dict) else {}


def link(told: Told, name: str) -> str | None:
    """The address under a name of _links; some clients keep it as links."""
    links = told.get("_links") or told.get("links")
    found = links.get(name) if isinstance(links, dict) else None
    address = found.get("href") if isinstance(found, dict) else None
    return address if isinstance(address, str) else None


def part(told: Told, name: str) -> Told | None:
    """The one object that another holds under a name, embedded or beside."""
    found = embedded(told).get(name, told.get(name))
    return found if isinstance(found, dict) else None


def listed(told: Told, name: str) -> Sequence[Told]:
    """The objects that another holds under a name: a plain list, or a page with the list in it."""
    found = embedded(told).get(name, told.get(name))
    while isinstance(found, dict):
        found = embedded(found).get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


# --- an item ---


def item_of(told: Told, fallback: str, base: str | None = None) -> tuple[Item, Sequence[Finding]]:
    """The item that an object tells, and what was odd; NotTaken where it tells none.

    ``fallback`` is its identifier if it has no name of its own; addresses are told from ``base`` on.
    """
    notes: list[Finding] = []
    state = _state(told)
    if not isinstance(told.get("metadata"), (dict, list, type(None))):
        raise NotTaken("metadata is neither an object nor a list")
    metadata = _metadata(told.get("metadata"), notes)
    name = told.get("name")
    if metadata and "dc.title" not in metadata and isinstance(name, str) and name.strip():
        metadata["dc.title"] = (Value(name),)
        notes.append(("noted", RULE, "no dc.title, so its name is its title"))
    if not metadata and state == "active":
        reason = "its metadata is empty" if "metadata" in told else "no metadata (older REST: expand=metadata)"
        raise NotTaken(reason)
    item = Item(
        identifier=_identifier(told, metadata, fallback, notes),
        metadata=metadata,
        sets=tuple(dict.fromkeys(spec for each in containers(told) if (spec := _spec(each)))),
        files=tuple(_files(told, base, notes)),
        state=state,
        datestamp=_moment(told.get("lastModified"), notes),
    )
    return item, notes


def name_of(told: Told) -> str | None:
    """The handle, else the UUID or number, of an object."""
    for key in ("handle", "uuid", "id"):
        value = told.get(key)
        if isinstance(value, str) and value.strip():
            return bare_handle(value.strip())
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def _identifier(told: Told, metadata: Mapping[str, tuple[Value, ...]], fallback: str, notes: list[Finding]) -> str:
    handle = told.get("handle")
    if isinstance(handle, str) and handle.strip():
        return bare_handle(handle.strip())
    if found := handle_among(metadata):
        return found
    name = name_of(told)
    reason = "no handle, so its UUID or number is its identifier" if name else "no handle and no UUID"
    notes.append(("noted", "identifier", reason if name else f"{reason}, so its place is its identifier"))
    return name or fallback


def _state(told: Told) -> State:
    """Withdrawn comes first: a withdrawn item is not in the archive either."""
    if _flag(told, "withdrawn") is True:
        return "withdrawn"
    if _flag(told, "inArchive", "archived") is False:
        raise NotTaken("not in the archive (yet), so left out", "noted")
    return "private" if _flag(told, "discoverable") is False else "active"


def _flag(told: Told, *names: str) -> bool | None:
    """A yes or no, which older versions write as text."""
    value = next((told[name] for name in names if name in told), None)
    return {"true": True, "false": False}.get(str(value).lower())


def _moment(text: object, notes: list[Finding]) -> datetime | None:
    """When the item was last changed, cut to seconds; older versions tell no zone, so UTC is taken."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(str(text))
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        notes.append(("noted", RULE, f"lastModified is {text!a:.80}, which is no time"))
        return None


# --- its metadata ---


def _metadata(told: object, notes: list[Finding]) -> dict[str, tuple[Value, ...]]:
    fields: dict[str, list[Value]] = {}
    for name, raw in _entries(told, notes):
        value = _value(raw)
        if value is None:
            notes.append(("healed", RULE, f"{name}: {raw!a:.80} is left out: neither text nor an object with a value"))
        elif value.text.strip():
            fields.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in fields.items()}


def _entries(told: object, notes: list[Finding]) -> Iterator[tuple[str, object]]:
    """Field names with their values, in order: an object of lists since 7, a list of entries before."""
    if isinstance(told, dict):
        for name, values in told.items():
            yield from ((name, value) for value in _in_order(values if isinstance(values, list) else [values]))
    elif isinstance(told, list):
        for entry in told:
            name = _key(entry)
            if name:
                yield name, entry
            else:
                notes.append(("healed", RULE, f"{entry!a:.80} is left out: it names no field"))


def _key(entry: object) -> str | None:
    if not isinstance(entry, dict):
        return None
    parts = [entry.get(name) for name in ("schema", "element", "qualifier")]
    key = entry.get("key") or (".".join(str(each) for each in parts if each) if all(parts[:2]) else None)
    return key if isinstance(key, str) else None


def _in_order(values: list[Any]) -> list[Any]:
    places = [value.get("place") if isinstance(value, dict) else None for value in values]
    if not all(isinstance(place, int) for place in places):
        return values
    return sorted(values, key=lambda value: int(value["place"]))


def _value(raw: object) -> Value | None:
    if isinstance(raw, str):
        return Value(raw)
    text = raw.get("value") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not (isinstance(text, str) or (text is None and "value" in raw)):
        return None
    authority, confidence = _text(raw, "authority"), raw.get("confidence")
    if authority and authority.startswith(VIRTUAL):
        authority, confidence = None, None
    known = isinstance(confidence, int) and confidence >= 0
    return Value(text or "", _text(raw, "language"), authority, confidence if known else None)


def _text(told: Told, name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) and value.strip() else None


# --- its files ---


def _files(told: Told, base: str | None, notes: list[Finding]) -> Iterator[File]:
    """The bitstreams of the bundle ORIGINAL, the primary one first: an item is as open as its first file."""
    status = part(told, "accessStatus")
    for bitstream in _content(told, notes):
        name = _text(bitstream, "name") or _title(bitstream)
        if name is None:
            notes.append(("noted", RULE, "a file without a name is left out"))
            continue
        access, available = _access(part(bitstream, "accessStatus") or status, "retrieveLink" in bitstream, notes)
        size = bitstream.get("sizeBytes")
        yield File(
            name,
            mimetype=_mimetype(bitstream) or mimetype_of(name),
            size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
            checksum=_checksum(bitstream.get("checkSum")),
            url=_address(bitstream, base),
            description=_text(bitstream, "description") or _first(bitstream, "dc.description"),
            access=access,
            available=available,
        )


def _content(told: Told, notes: list[Finding]) -> Iterator[Told]:
    for bundle in listed(told, "bundles"):
        if bundle.get("name") == "ORIGINAL":
            files = listed(bundle, "bitstreams")
            primary = name_of(part(bundle, "primaryBitstream") or {})
            yield from sorted(files, key=lambda file: primary is None or name_of(file) != primary)
            total = _total(part(bundle, "bitstreams"))
            if total > len(files):
                notes.append(("noted", RULE, f"only {len(files)} of {total} files were told"))
    yield from (file for file in listed(told, "bitstreams") if file.get("bundleName") == "ORIGINAL")


def _total(page: Told | None) -> int:
    found = (part(page, "page") or {}).get("totalElements") if page else None
    return found if isinstance(found, int) else 0


def _access(status: Told | None, readable: bool, notes: list[Finding]) -> tuple[FileAccess, date | None]:
    """What the status of a file, or else of its item, allows; the older REST lists only what its reader may read."""
    if status is None:
        return ("open" if readable else "restricted"), None
    access = ACCESS.get(str(status.get("status")), "restricted")
    if access != "embargoed":
        return access, None
    end = status.get("embargoDate")
    try:
        return access, date.fromisoformat(re.sub(r"T.*", "", str(end)))
    except ValueError:
        notes.append(("noted", RULE, f"an embargo until {end!a:.40}, which is no day: restricted"))
        return "restricted", None


def _mimetype(bitstream: Told) -> str | None:
    return _text(part(bitstream, "format") or {}, "mimetype") or _text(bitstream, "mimeType")


def _checksum(told: object) -> str | None:
    if not isinstance(told, dict):
        return None
    algorithm, value = _text(told, "checkSumAlgorithm"), _text(told, "value")
    return f"{algorithm.lower()}:{value}" if algorithm and value else None


def _address(bitstream: Told, base: str | None) -> str | None:
    """Where the file is: as it is told, or from the root of the older REST, which DSpace 5 leaves out."""
    address = link(bitstream, "content") or _text(bitstream, "retrieveLink")
    if address and base and address.startswith("/"):
        address = urljoin(base, address if address.startswith("/rest/") else f"{base.rstrip('/')}{address}")
    return address if address and address.startswith(("http://", "https://")) else None


# --- communities and collections ---


def containers(told: Told) -> Iterator[Told]:
    """The collections of an item, the owner first, and the communities above them as far as they are told."""
    for name in ("owningCollection", "parentCollection"):
        if owner := part(told, name):
            yield owner
            yield from _above(owner)
    for name in ("mappedCollections", "parentCollectionList", "parentCommunityList"):
        for each in listed(told, name):
            yield each
            yield from _above(each)


def _above(told: Told) -> Iterator[Told]:
    while above := part(told, "parentCommunity"):
        yield above
        told = above


def set_of(told: Told) -> Set | None:
    """The set that a collection or community is."""
    spec = _spec(told)
    if spec is None:
        return None
    about = _first(told, "dc.description.abstract") or _text(told, "shortDescription")
    return Set(spec, plain(_text(told, "name") or _title(told) or spec), plain(about) if about else None)


def _spec(told: Told) -> str | None:
    """The setSpec by handle, else by UUID."""
    prefix = PREFIXES.get(str(told.get("type")))
    names = [bare_handle(name) for key in ("handle", "uuid", "id") if (name := _text(told, key))]
    return next((spec for name in names if prefix and (spec := set_spec(prefix, name))), None)


def _title(told: Told) -> str | None:
    return _first(told, "dc.title")


def _first(told: Told, field: str) -> str | None:
    """The first value of a field of an object that is no item."""
    metadata = _metadata(told.get("metadata"), [])
    return next((value.text for value in metadata.get(field, ())), None)

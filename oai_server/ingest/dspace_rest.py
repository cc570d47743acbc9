"""Items of DSpace's REST interfaces: saved to files, or live from a base URL. DSpace 7 and later (HAL), and 4 to 6."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from oai_server.ingest import dspace_live
from oai_server.ingest.dspace_items import RULE, NotTaken, containers, item_of, name_of, objects, set_of
from oai_server.ingest.expanding import Unreadable
from oai_server.ingest.json_values import LARGEST, Found, NotJSON, foreign_encoding, parsed, values
from oai_server.ingest.opening import Member, members, stem
from oai_server.ingest.source import Errand, Mark, SourceError
from oai_server.ingest.transport import Manners, Transport
from oai_server.model import Fault, Reading, Set

KIND = "dspace-rest"
SUMMARY = "items of DSpace's REST interface: JSON files, folders of them, or live from .../server/api or .../rest"

JSON = "JSON (RFC 8259)"
LOOKED_AT = 5  # files of a folder, and bytes of each, before we say what it is
HEAD = 65_536
LAYERS = 6  # how deep we look into a broken document for items that are whole
OBJECTS = ("item", "collection", "community")
METADATA = re.compile(rb'"metadata"\s*:\s*[\[{]')
BESIDE = re.compile(rb'"(?:inArchive|archived|withdrawn|handle|uuid|_links|owningCollection)"\s*:')
LISTS = re.compile(
    rb'"(?:searchResults?|indexableObject|dspaceObject)"\s*:|"type"\s*:\s*"(?:item|collection|community|accessStatus)"'
)
NAME = re.compile(rb'"(?:handle|uuid|id)"\s*:\s*"([^"\\]{1,200})"')
OURS = re.compile(rb'\s*\{\s*"identifier"\s*:')  # a line of our own interchange
PATIENCE = Manners(tries=4)  # a page that breaks the server is asked for in parts, so not for ever


def recognises(errand: Errand) -> bool:
    """By the path of a URL, or by the beginning of the first files."""
    if errand.url is not None:
        return dspace_live.listing_of(errand.url) is not None
    try:
        return any(_looks_right(member) for member in islice(members(errand.path), LOOKED_AT))
    except SourceError:
        return False


def _looks_right(member: Member | Fault) -> bool:
    if isinstance(member, Fault):
        return False
    try:
        with member.open() as stream:
            head = stream.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    except Unreadable:
        return False
    if not head.startswith((b"{", b"[")) or OURS.match(head):
        return False
    return LISTS.search(head) is not None or all(sign.search(head) for sign in (METADATA, BESIDE))


def read(errand: Errand) -> Iterator[Reading | Fault | Set | Mark]:
    """Every item, and every collection and community that is told beside or inside of it."""
    if errand.url is None:
        yield from _once(_from_files(errand))
    else:
        with Transport(PATIENCE) as transport:
            yield from live(errand.url, errand.mark, transport)


def live(url: str, mark: str | None, transport: Transport) -> Iterator[Reading | Fault | Set | Mark]:
    """What a running DSpace shows to everybody, with a mark after each page."""
    listing = dspace_live.listing_of(url)
    if listing is None:
        raise SourceError(f"{url} is no address of DSpace's REST interface, such as .../server/api or .../rest")
    yield from _once(_from_server(listing, mark, transport))


def _once(found: Iterator[Reading | Fault | Set | Mark]) -> Iterator[Reading | Fault | Set | Mark]:
    """The same with each set told once, or again where more is told of it."""
    known: dict[str, Set] = {}
    for each in found:
        if isinstance(each, Set):
            if each.spec in known and (known[each.spec].description or not each.description):
                continue
            known[each.spec] = each
        yield each


def _from_server(
    listing: dspace_live.Listing, mark: str | None, transport: Transport
) -> Iterator[Reading | Fault | Set | Mark]:
    for found in dspace_live.told(listing, mark, transport):
        if isinstance(found, dspace_live.Told):
            yield from _taken(found.object, found.place, None, found.place, listing.root)
        else:
            yield found


# --- files ---


def _from_files(errand: Errand) -> Iterator[Reading | Fault | Set]:
    for member in members(errand.path):
        yield from [member] if isinstance(member, Fault) else _from_file(member)


def _from_file(member: Member) -> Iterator[Reading | Fault | Set]:
    line, count = 1, 0
    try:
        with member.open() as stream:
            if encoding := foreign_encoding(stream.peek(4)[:4]):
                yield Fault("refused", JSON, f"{encoding}, but JSON is UTF-8", member.path)
                return
            for found in values(stream):
                line = found.line
                for told in _objects(found, member.path):
                    count += 1
                    if isinstance(told, Fault):
                        yield told
                    else:
                        yield from _taken(told, member.path, line, f"{stem(member.name)}/{count}")
    except Unreadable as trouble:
        yield Fault("refused", "safe opening", f"{trouble}: what follows is lost", member.path, line)
        return
    if not count:
        yield Fault("refused", JSON, "there is no JSON value in it", member.path)


def _objects(found: Found, file: str) -> Iterator[Any]:
    """The objects of a value, or a fault and what can still be read of it."""
    if not found.whole:
        yield Fault("refused", JSON, f"more than {LARGEST:,} octets in one value", file, found.line, _named(found))
        return
    try:
        told = list(objects(parsed(found.text, strict=False)))
    except NotJSON as error:
        saved = list(_saved(found.text, LAYERS))
        rest = f"; {len(saved)} object(s) in it can be read all the same" if saved else ""
        yield Fault("refused", JSON, f"{error}{rest}", file, found.line, None if saved else _named(found))
        yield from saved
        return
    yield from told or [Fault("noted", RULE, "there is no item in it", file, found.line)]


def _saved(text: bytes, layers: int) -> Iterator[Any]:
    """Items, collections and communities that stand whole in a text that is broken elsewhere."""
    for found in values(io.BytesIO(text[1:])) if layers else ():
        if not found.text.startswith((b"{", b"[")):
            continue
        try:
            told = objects(parsed(found.text, strict=False))
        except NotJSON:
            yield from _saved(found.text, layers - 1)
        else:
            yield from (each for each in told if isinstance(each, dict) and each.get("type") in OBJECTS)


def _named(found: Found) -> str | None:
    """The identifier of an item that cannot be read, for the message."""
    name = NAME.search(found.text)
    return name[1].decode(errors="replace") if name else None


# --- objects ---


def _taken(
    told: Any, file: str, line: int | None, fallback: str, base: str | None = None
) -> Iterator[Reading | Fault | Set]:
    """The item with the sets that it names, or the set, that an object is."""
    if not isinstance(told, dict):
        yield Fault("refused", RULE, f"{told!a:.80} is no object", file, line)
        return
    kind = told.get("type") or "item"
    if kind in ("collection", "community"):
        no_name = Fault("noted", RULE, f"a {kind} with no handle and no UUID is no set", file, line)
        yield set_of(told) or no_name
    elif kind != "item":
        yield Fault("noted", RULE, f"{kind!a:.60} is no item, left out", file, line)
    else:
        yield from _item(told, file, line, fallback, base)


def _item(told: Any, file: str, line: int | None, fallback: str, base: str | None) -> Iterator[Reading | Fault | Set]:
    try:
        item, notes = item_of(told, fallback, base)
    except NotTaken as reason:
        yield Fault(reason.degree, RULE, str(reason), file, line, name_of(told))
        return
    yield from (given for each in containers(told) if (given := set_of(each)))
    faults = tuple(Fault(*note, file=file, line=line, identifier=item.identifier) for note in notes)
    yield Reading(item, file, line, faults)

"""The XML of the answers (sections 3.2 and 4).

Small answers are elements. A list page is the exception: its stored records are joined as bytes between the two halves
of an envelope, because parsing them again would be the cost of the whole request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree
from lxml.builder import ElementMaker
from lxml.etree import _Element as Element

from oai_server.model import MetadataFormat, PackedRow, Row, Set, Site, StoredFormat
from oai_server.protocol.compression import Segment, stitched
from oai_server.protocol.datestamp import Granularity, utc_bytes, utc_text
from oai_server.protocol.errors import ProtocolError

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_XSD = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_XSD = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
DC = "http://purl.org/dc/elements/1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA_LOCATION = f"{{{XSI}}}schemaLocation"

E = ElementMaker(namespace=OAI, nsmap={None: OAI, "xsi": XSI})
SLOT = etree.ProcessingInstruction("records")
SLOT_BYTES = etree.tostring(SLOT)
DATE_SLOT, TOKEN_SLOT = "date-of-this-answer", "token-of-this-request"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
LIVE, DEAD = b"\n<header>", b'\n<header status="deleted">'
LIVE_RECORD, DEAD_RECORD, RECORD_END = b"\n<record>" + LIVE.strip(), b"\n<record>" + DEAD.strip(), b"</record>"


@dataclass(frozen=True, slots=True)
class Resumption:
    """A resumptionToken element (section 3.5): no text on the last page; ``expires`` in seconds."""

    text: str
    cursor: int
    size: int
    expires: int | None = None


def package(namespace: str, schema: str, name: str, prefix: str | None, *more: tuple[str, str]) -> Element:
    """The root of a foreign package, with its namespaces and xsi:schemaLocation on itself (sections 2.5 and 3.4)."""
    nsmap: dict[str | None, str] = {prefix: namespace, "xsi": XSI, **dict(more)}
    root = etree.Element(f"{{{namespace}}}{name}", nsmap=nsmap)
    root.set(SCHEMA_LOCATION, f"{namespace} {schema}")
    return root


def answer(base_url: str, now: int | str, echo: Sequence[tuple[str, str]], *content: Element) -> bytes:
    """A whole answer: responseDate, request and what follows (section 3.2)."""
    root = E(
        "OAI-PMH",
        E.responseDate(utc_text(now) if isinstance(now, int) else now),
        E.request(base_url, **dict(echo)),
        *content,
        {SCHEMA_LOCATION: f"{OAI} {OAI_XSD}"},
    )
    return DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False, pretty_print=True)


def errors(base_url: str, now: int, echo: Sequence[tuple[str, str]], due: Iterable[ProtocolError]) -> bytes:
    """The answer to a refused request: one error element each (section 3.6)."""
    return answer(base_url, now, echo, *(E.error(str(error), code=error.code) for error in due))


@lru_cache(maxsize=1024)
def _frame(base_url: str, echo: tuple[tuple[str, str], ...], verb: str) -> tuple[bytes, ...]:
    """What stands around responseDate, the token of the request, the records and the next token."""
    whole = answer(base_url, DATE_SLOT, echo, E(verb, etree.ProcessingInstruction("records")))
    before, _, rest = whole.partition(DATE_SLOT.encode())
    between, _, after = rest.partition(SLOT_BYTES)
    slots = between.split(TOKEN_SLOT.encode()) if ("resumptionToken", TOKEN_SLOT) in echo else [between]
    return (before, *slots, after)


def _around(
    base_url: str, now: int, echo: Sequence[tuple[str, str]], verb: str, resumption: Resumption | None
) -> tuple[bytes, bytes]:
    """A list page up to its first record, and from its last one on."""
    told = dict(echo)
    token = told.get("resumptionToken")
    if token is None:
        before, between, after = _frame(base_url, tuple(echo), verb)
    else:  # ours, so of letters that need no escape, and the only argument
        before, *rest, after = _frame(base_url, (("verb", verb), ("resumptionToken", TOKEN_SLOT)), verb)
        between = token.encode().join(rest)
    return before + utc_text(now).encode() + between, _token(resumption) + after


def _token(resumption: Resumption | None) -> bytes:
    """A resumptionToken element: our own token and numbers, nothing to escape."""
    if resumption is None:
        return b"\n"
    expires = f' expirationDate="{utc_text(resumption.expires)}"' if resumption.expires is not None else ""
    sizes = f'completeListSize="{resumption.size}" cursor="{resumption.cursor}"'
    return f"\n<resumptionToken{expires} {sizes}>{resumption.text}</resumptionToken>\n".encode()


def page(
    base_url: str,
    now: int,
    echo: Sequence[tuple[str, str]],
    verb: str,
    rows: Sequence[Row],
    granularity: Granularity,
    resumption: Resumption | None = None,
) -> bytes:
    """GetRecord, ListIdentifiers or ListRecords: the stored bytes joined, nothing parsed."""
    head, tail = _around(base_url, now, echo, verb, resumption)
    parts = [head]
    if verb == "ListIdentifiers":
        for datestamp, _, rendition, opening, closing, *_ in rows:
            parts += (DEAD if rendition is None else LIVE, opening, utc_bytes(datestamp, granularity), closing)
    else:
        for datestamp, _, rendition, opening, closing, body in rows:
            stamp = utc_bytes(datestamp, granularity)
            if rendition is None or body is None:
                parts += (DEAD_RECORD, opening, stamp, closing, RECORD_END)
            else:
                parts += (LIVE_RECORD, opening, stamp, closing, body, RECORD_END)
    parts.append(tail)
    return b"".join(parts)


def packed_page(
    base_url: str,
    now: int,
    echo: Sequence[tuple[str, str]],
    verb: str,
    rows: Sequence[PackedRow],
    granularity: Granularity,
    resumption: Resumption | None = None,
) -> bytes:
    """The same ListRecords as one gzip member: headers as they are, bodies as they were packed at ingest."""
    plain, tail = _around(base_url, now, echo, verb, resumption)
    pieces: list[tuple[bytes, Segment | None]] = []
    for datestamp, _, rendition, opening, closing, packed, checksum, size in rows:
        stamp = utc_bytes(datestamp, granularity)
        if rendition is None or packed is None or checksum is None or size is None:
            plain = b"".join((plain, DEAD_RECORD, opening, stamp, closing, RECORD_END))
        else:
            pieces.append((b"".join((plain, LIVE_RECORD, opening, stamp, closing)), (packed, checksum, size)))
            plain = RECORD_END
    return stitched((*pieces, (plain + tail, None)))


def _resumption(resumption: Resumption) -> Element:
    element = E.resumptionToken(resumption.text, completeListSize=str(resumption.size), cursor=str(resumption.cursor))
    if resumption.expires is not None:
        element.set("expirationDate", utc_text(resumption.expires))
    return element


def identify(
    site: Site,
    base_url: str,
    admin_emails: Iterable[str],
    earliest: int,
    granularity: Granularity,
    compressions: Iterable[str],
    descriptions: Iterable[Element],
) -> Element:
    """Identify (section 4.2); the descriptions are whole packages."""
    return E.Identify(
        E.repositoryName(site.name),
        E.baseURL(base_url),
        E.protocolVersion("2.0"),
        *(E.adminEmail(address) for address in admin_emails),
        E.earliestDatestamp(utc_text(earliest, granularity)),
        E.deletedRecord("persistent"),
        E.granularity(granularity.value),
        *(E.compression(coding) for coding in compressions),
        *(E.description(description) for description in descriptions),
    )


def list_metadata_formats(formats: Iterable[MetadataFormat | StoredFormat], site: Site) -> Element:
    """ListMetadataFormats (section 4.4)."""
    return E.ListMetadataFormats(
        *(
            E.metadataFormat(
                E.metadataPrefix(known.prefix), E.schema(known.schema_url(site)), E.metadataNamespace(known.namespace)
            )
            for known in formats
        )
    )


def list_sets(sets: Iterable[Set], resumption: Resumption | None) -> Element:
    """ListSets (section 4.6); a description is told as Dublin Core."""
    element = E.ListSets(
        *(
            E.set(
                E.setSpec(known.spec),
                E.setName(known.name),
                *([E.setDescription(dublin_core(known.description))] if known.description else []),
            )
            for known in sets
        )
    )
    if resumption is not None:
        element.append(_resumption(resumption))
    return element


def dublin_core(description: str) -> Element:
    """A description in words, as the package that setDescription and description want (sections 4.2 and 4.6)."""
    root = package(OAI_DC, OAI_DC_XSD, "dc", "oai_dc", ("dc", DC))
    etree.SubElement(root, f"{{{DC}}}description").text = description
    return root


def header_parts(identifier: str, set_specs: Iterable[str]) -> tuple[bytes, bytes]:
    """The inside of a header (section 2.5) as it is stored: before the text of its datestamp, and after, to its end.

    The start tag is left out: whether it says deleted is the record's own affair.
    """
    element = E.header(
        E.identifier(identifier),
        E.datestamp(etree.ProcessingInstruction("records")),
        *(E.setSpec(spec) for spec in set_specs),
    )
    opening, _, closing = _inside_envelope(element).partition(SLOT_BYTES)
    return opening.removeprefix(LIVE.strip()), closing


def record_body(metadata: bytes, about: Iterable[bytes]) -> bytes:
    """What follows the header in a record (section 2.5): metadata, then the about containers."""
    return b"".join((b"<metadata>", metadata, b"</metadata>", *(b"<about>%b</about>" % each for each in about)))


def _inside_envelope(element: Element) -> bytes:
    """An element's bytes as they stand inside the envelope, which declares its namespaces already."""
    whole = etree.tostring(E("OAI-PMH", element), encoding="UTF-8", xml_declaration=False)
    return whole[whole.index(b">") + 1 : whole.rindex(b"</")]

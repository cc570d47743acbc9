"""What a repository says about itself, asked by ``oaipmh`` (the maintained line of pyoai) over our transport."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element
from oaipmh.client import BaseClient  # type: ignore[import-untyped]
from oaipmh.error import ClientError, ErrorBase  # type: ignore[import-untyped]

from oai_server.ingest.mappings import mappings
from oai_server.ingest.parts import PARSER, without_forbidden
from oai_server.ingest.source import SourceError
from oai_server.ingest.transport import Answer, Transport
from oai_server.protocol.datestamp import Granularity

# From what says most of an item to what says least. Any other that we can read stands before oai_dc.
RICHEST = """xoai dim oai_openaire mods mets marc21 marcxml oai_datacite datacite rioxx uketd_dc etdms lido ead qdc
oai_dc""".split()
NO_USE = ("didl", "ore", "rdf")  # say where the parts of an item are, and little of the item
READING = (ClientError, ErrorBase, IndexError, ValueError)  # what the reader says of an answer that is none


class Client(BaseClient):  # type: ignore[misc]
    """The reader, with our transport below it and our parser in it."""

    def __init__(self, url: str, transport: Transport) -> None:
        super().__init__()
        self.url, self.transport = url, transport
        self.last: Answer | None = None

    def makeRequest(self, **arguments: str) -> bytes:  # noqa: N802 - its name there
        """The body of an answer."""
        self.last = self.transport.get(self.url, list(arguments.items()))
        return self.last.body

    def parse(self, xml: bytes) -> Element:
        """The root of a response, without the characters that XML forbids."""
        try:
            return etree.fromstring(xml, PARSER)
        except etree.XMLSyntaxError:
            return etree.fromstring(without_forbidden(xml)[0], PARSER)


@dataclass(frozen=True)
class Repository:
    """A repository that has answered: where, under which base URL by its own account, with which granularity."""

    client: Client
    url: str
    base_url: str
    granularity: str
    deleted: str

    @property
    def seconds(self) -> bool:
        """Whether it knows seconds; days are safe wherever it says neither."""
        return self.granularity == Granularity.SECONDS

    @cached_property
    def formats(self) -> dict[str, str]:
        """The namespaces of its metadata formats by prefix, none where it does not say."""
        try:
            found: list[tuple[Any, Any, Any]] = self.client.listMetadataFormats()
        except READING:
            return {}
        return {str(prefix).strip(): str(namespace).strip() for prefix, _, namespace in found}

    def richest(self) -> str:
        """The prefix of the format that says most among those that we can read; oai_dc, which all have, if none is."""
        known = {etree.QName(root).namespace: each.PREFIX for root, each in mappings().items()}
        ranks = {prefix: _rank(known[name]) for prefix, name in self.formats.items() if name in known}
        return min(ranks, key=lambda prefix: (ranks[prefix], len(prefix)), default="oai_dc")

    def notes(self) -> Iterator[tuple[str, str]]:
        """Rule and message of what is worth knowing before a harvest."""
        if self.granularity not in list(Granularity):
            yield "section 4.2", f"the granularity {self.granularity!a:.60} is none: taken for days"
        if self.deleted != "persistent":
            yield (
                "section 2.5.1",
                f"the repository's deletedRecord is {self.deleted!a:.40}: an incremental harvest may miss deletions, "
                "which a complete one finds (--complete)",
            )


def ask(url: str, transport: Transport) -> Repository:
    """The repository at a URL, as Identify tells it; SourceError where there is none."""
    client = Client(url, transport)
    try:
        told = client.identify()
        client.url = _moved(client, url)
    except READING as error:
        told = _partly(client)
        client.url = _moved(client, url)
        if told is None:
            status = f"HTTP {client.last.status}, " if client.last else ""
            raise SourceError(f"{url}: {status}no answer to Identify that OAI-PMH knows: {_reason(error)}") from error
        return Repository(client, client.url, *told)
    base, granularity, deleted = told.baseURL(), told.granularity(), told.deletedRecord()
    return Repository(
        client, _moved(client, url), str(base).strip() or url, str(granularity).strip(), str(deleted).strip()
    )


def _partly(client: Client) -> tuple[str, str, str] | None:
    """What Identify says where one odd part, say the earliest datestamp, is too much for the reader."""
    try:
        root = client.parse(client.last.body if client.last else b"")
    except etree.XMLSyntaxError:
        return None
    told = next(root.iterchildren("{*}Identify"), None)
    if told is None:
        return None
    words = [(told.findtext(f"{{*}}{name}") or "").strip() for name in ("baseURL", "granularity", "deletedRecord")]
    return words[0] or client.url, words[1], words[2]


def _moved(client: Client, url: str) -> str:
    """Where a redirect led to, so that the requests that follow need none."""
    if client.last is None:
        return url
    now, _, query = client.last.url.partition("?")
    kept = url.partition("?")[2]
    rest = "&".join(pair for pair in query.split("&") if pair and not pair.startswith("verb="))
    return url if rest != kept else now + (f"?{kept}" if kept else "")


def _rank(prefix: str) -> int:
    if prefix in RICHEST:
        return RICHEST.index(prefix)
    return len(RICHEST) if prefix in NO_USE else len(RICHEST) - 2


def _reason(error: Exception) -> str:
    return error.details() if isinstance(error, ClientError) else str(error) or type(error).__name__

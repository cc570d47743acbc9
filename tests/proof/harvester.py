"""An incremental harvester over real HTTP: asks from the responseDate of its last complete harvest, keeps a mirror."""

from __future__ import annotations

import gzip
import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.protocol.response import OAI
from tests.proof.laws import Listing, Sent, Sheet, updates_lost
from tests.proof.schedule import Harvesting
from tests.proof.serving import PATIENCE, Server
from tests.proof.truth import Copy, Truth

BODY = re.compile(rb"</header>(<metadata>.*?)?</record>", re.DOTALL)
NEWER_ETAGS = 2000  # answers that a conditional harvester keeps
Arguments = dict[str, str]


class Fault(Exception):
    """An answer that no harvester should get; the message says which."""


class StartAgain(Exception):
    """The server says that this list cannot be continued."""


@dataclass(frozen=True)
class Answer:
    """A document, and what it is made of."""

    xml: Element
    body: bytes

    def find(self, name: str) -> Element | None:
        """The first element of that name."""
        return next(self.xml.iter(f"{{{OAI}}}{name}"), None)

    @property
    def code(self) -> str | None:
        """The error's code (section 3.6)."""
        error = self.find("error")
        return None if error is None else error.get("code")

    @property
    def response_date(self) -> str:
        """The second to ask from next time."""
        return self.xml.findtext(f"{{{OAI}}}responseDate") or ""

    def headers(self) -> list[tuple[str, Copy]]:
        """Identifier, and the record without its body, of every header."""
        return [(_text(each, "identifier"), _copy(each, None)) for each in self.xml.iter(f"{{{OAI}}}header")]

    def records(self) -> list[tuple[str, Copy]]:
        """Every record with its bytes, as they stand in the document."""
        headers = list(self.xml.iter(f"{{{OAI}}}header"))
        bodies = BODY.findall(self.body)
        if len(bodies) != len(headers):
            raise Fault(f"{len(headers)} headers and {len(bodies)} records in one document")
        for header, body in zip(headers, bodies, strict=True):
            if (header.get("status") == "deleted") == bool(body):
                raise Fault(f"{_text(header, 'identifier')}: status and metadata contradict each other")
        return [
            (_text(header, "identifier"), _copy(header, body or None))
            for header, body in zip(headers, bodies, strict=True)
        ]


def _text(header: Element, name: str) -> str:
    return header.findtext(f"{{{OAI}}}{name}") or ""


def _copy(header: Element, body: bytes | None) -> Copy:
    sets = tuple(each.text or "" for each in header.iterchildren(f"{{{OAI}}}setSpec"))
    return Copy(_text(header, "datestamp"), sets, body)


def _parsed(body: bytes) -> Answer:
    try:
        return Answer(etree.fromstring(body), body)
    except etree.XMLSyntaxError as error:
        raise Fault(f"{error}: {body[-300:]!r}") from error


class Harvester(threading.Thread):
    """Harvests until it is stopped.

    ``totals`` counts; ``updates_lost`` and ``broken_laws`` tell what it found on its way.
    """

    def __init__(self, name: str, wanted: Harvesting, servers: Sequence[Server], truth: Truth, seed: int) -> None:
        """Every request goes to one of the servers, whichever it happens to be."""
        super().__init__(name=name, daemon=True)
        self.wanted = wanted
        self.servers = servers
        self.truth = truth
        self.mirror: dict[str, Copy] = {}
        self.since: str | None = None
        self.totals: Counter[str] = Counter()
        self.broken_laws: list[str] = []
        self.updates_lost: set[str] = set()
        self.ended_well = False
        self._random = Random(f"{seed} {name}")
        self._stopping = threading.Event()
        self._held: dict[tuple[int, str], tuple[str, bytes]] = {}

    def stop(self) -> None:
        """Let it come to the end of its list without any more pauses."""
        self._stopping.set()

    def run(self) -> None:
        """One harvest after the other; now and then everything again. Then it has ``ended_well``."""
        number = 0
        while not self._stopping.is_set():
            self.harvest(whole=number % self.wanted.whole_every == 0)
            number += 1
            self._pause(self.wanted.rest)
        self.ended_well = True

    def harvest(self, whole: bool = False) -> None:
        """One harvest to its end: of what changed since the last one, or of everything, in place of what there was."""
        try:
            self._harvest(whole)
        except StartAgain:
            self.totals["lists to start again"] += 1
        except Fault as fault:
            self.broken_laws.append(f"{self.name}: {fault}")

    def _harvest(self, whole: bool) -> None:
        since = None if whole else self.since
        listing, found, began = self._list(since)
        if since is None:
            self.mirror = {}
        self.mirror.update(found)  # in the order in which they came
        self.since = began
        steady = listing.steady
        self.updates_lost |= set(updates_lost(steady, self.mirror))
        self.totals["records compared on the way"] += len(steady)
        self.totals["lists, of everything" if since is None else "lists, incremental"] += 1

    def _list(self, since: str | None) -> tuple[Listing, dict[str, Copy], str]:
        """A list to its end, what it says of each record at last, and the responseDate of its first page."""
        wanted = self.wanted
        listing = Listing(wanted.prefix, wanted.set_spec, since, self.truth.footprints(wanted.prefix))
        verb = "ListIdentifiers" if wanted.by_record else "ListRecords"
        arguments = {"verb": verb, "metadataPrefix": wanted.prefix}
        arguments |= {"set": wanted.set_spec} if wanted.set_spec else {}
        arguments |= {"from": since} if since else {}
        answer = self._ask(arguments)
        began, found = answer.response_date, {}
        while answer.code is None:
            rows = answer.headers() if wanted.by_record else answer.records()
            listing.sheets.append(_sheet(answer, rows))
            self.totals["pages"] += 1
            for identifier, copy in rows:
                found[identifier] = self._record(identifier) if wanted.by_record else copy
            token = listing.sheets[-1].token
            if not token:
                break
            held = len(listing.sheets) % wanted.hold_every == 0
            self._pause(wanted.hold if held and wanted.hold else wanted.pause)
            answer = self._ask({"verb": verb, "resumptionToken": token})
        if answer.code == "badResumptionToken":
            raise StartAgain
        if answer.code not in (None, "noRecordsMatch", "noSetHierarchy") or (answer.code and listing.sheets):
            raise Fault(f"{answer.code}: {etree.tostring(answer.xml).decode()[-400:]}")
        listing.after = self.truth.footprints(wanted.prefix)
        self.broken_laws += [f"{self.name}: {each}" for each in listing.broken_laws()]
        self.totals["lists that repeat their end"] += listing.repeats_its_end
        return listing, found, began

    def _record(self, identifier: str) -> Copy:
        answer = self._ask({"verb": "GetRecord", "metadataPrefix": self.wanted.prefix, "identifier": identifier})
        self.totals["records asked for one by one"] += 1
        records = answer.records()
        if [name for name, _ in records] != [identifier]:
            raise Fault(f"GetRecord of {identifier}, which was in a list, says {answer.code}")
        return records[0][1]

    def _pause(self, seconds: float) -> None:
        self._stopping.wait(self._random.uniform(0.5, 1.5) * seconds)

    def _ask(self, arguments: Arguments) -> Answer:
        """The answer of some server; a server that is being started again is asked again."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            server = self._random.choice(self.servers)
            with suppress(OSError, http.client.HTTPException):
                status, body = self._fetch(server, urlencode(arguments))
                if status == 200:
                    self.totals["requests"] += 1
                    return _parsed(body)
                if status != 503:
                    raise Fault(f"HTTP status {status}: {body[:300]!r}")
            self.totals["requests to repeat"] += 1
            time.sleep(0.1)
        raise Fault("no server answers")

    def _fetch(self, server: Server, query: str) -> tuple[int, bytes]:
        key = (server.port, query)
        headers = {"Accept-Encoding": "gzip"} if self.wanted.gzip else {}
        if self.wanted.conditional and key in self._held:
            headers["If-None-Match"] = self._held[key][0]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        try:
            connection.request("GET", f"/oai?{query}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status == 304:
            self.totals["answers that still held"] += 1
            return 200, self._held[key][1]
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        tag = answer.headers.get("ETag")
        if self.wanted.conditional and tag and len(self._held) < NEWER_ETAGS:
            self._held[key] = (tag, body)
        return answer.status, body


def _sheet(answer: Answer, rows: Sequence[tuple[str, Copy]]) -> Sheet:
    sent = [Sent(identifier, copy.datestamp) for identifier, copy in rows]
    token = answer.find("resumptionToken")
    if token is None:
        return Sheet(sent)
    size, cursor = token.get("completeListSize"), token.get("cursor")
    return Sheet(sent, None if size is None else int(size), None if cursor is None else int(cursor), token.text)

"""A real HTTP server on the loopback that answers as it is told: late, cut, lying, looping, or in HTML."""

from __future__ import annotations

import contextlib
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

OAI = "http://www.openarchives.org/OAI/2.0/"
DC = (
    '<dc xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/"><title xmlns="http://purl.org/dc/elements/1.1/">%s</title>'
    "</dc>"
)
MODS = '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>%s</title></titleInfo></mods>'
FORMATS = {"oai_dc": ("http://www.openarchives.org/OAI/2.0/oai_dc/", DC), "mods": ("http://www.loc.gov/mods/v3", MODS)}


@dataclass(frozen=True)
class Reply:
    """An answer; ``cut`` bytes of it are sent before the line goes dead, ``pause`` seconds before each piece."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    pause: float = 0.0
    pieces: int = 1


Script = Callable[[str, dict[str, str]], Reply]


@dataclass
class Server:
    """A running server: its address, and what it was asked (path with query, headers)."""

    url: str
    asked: list[tuple[str, dict[str, str]]]

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextlib.contextmanager
def serving(script: Script) -> Iterator[Server]:
    """A server that answers each request with what the script says for its path and arguments."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            parts = urlsplit(self.path)
            send(self, script(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield Server(f"http://127.0.0.1:{server.server_port}", asked)
        finally:
            server.shutdown()
            thread.join()


def send(handler: http.server.BaseHTTPRequestHandler, reply: Reply) -> None:
    body = reply.body if reply.cut is None else reply.body[: reply.cut]
    with contextlib.suppress(OSError):  # the other side may have had enough
        handler.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        size = -(-len(body) // reply.pieces) or 1
        for start in range(0, len(body), size):
            time.sleep(reply.pause)
            handler.wfile.write(body[start : start + size])
    handler.close_connection = reply.cut is not None


@dataclass(frozen=True)
class Entry:
    """A record of the endpoint below."""

    identifier: str
    datestamp: str = "2024-05-01T10:00:00Z"
    title: str = "A title"
    sets: tuple[str, ...] = ()
    deleted: bool = False
    about: str = ""

    def xml(self, template: str) -> str:
        """The record element; the title is put in raw, so that it can break it."""
        specs = "".join(f"<setSpec>{escape(spec)}</setSpec>" for spec in self.sets)
        status = ' status="deleted"' if self.deleted else ""
        header = f"<identifier>{escape(self.identifier)}</identifier><datestamp>{self.datestamp}</datestamp>{specs}"
        metadata = "" if self.deleted else f"<metadata>{template % self.title}</metadata>"
        return f"<record><header{status}>{header}</header>{metadata}{self.about}</record>"


@dataclass
class Endpoint:
    """An OAI-PMH endpoint in the smallest space that can go wrong; ``spoilt`` answers are given once, by turn.

    The turn counts ListRecords requests from 0. ``tokens`` makes the token that follows a position.
    """

    entries: list[Entry]
    page: int = 2
    spoken: str = "2024-06-01T12:00:00Z"
    granularity: str = "YYYY-MM-DDThh:mm:ssZ"
    formats: tuple[str, ...] = ("oai_dc",)
    sets: dict[str, str] = field(default_factory=dict)
    size: Callable[[int], int] | None = lambda count: count
    token_at_end: bool = False
    expired: set[str] = field(default_factory=set)
    spoilt: dict[int, Callable[[Reply], Reply]] = field(default_factory=dict)
    always: Callable[[Reply], Reply] = lambda reply: reply
    turn: int = 0

    def __call__(self, path: str, told: dict[str, str]) -> Reply:
        verb = told.get("verb", "")
        reply = self.answer(verb, told)
        if verb == "ListRecords":
            spoil = self.spoilt.get(self.turn, lambda good: good)
            self.turn += 1
            return spoil(self.always(reply))
        return reply

    def answer(self, verb: str, told: dict[str, str]) -> Reply:
        if verb == "Identify":
            return self.response(
                "<Identify><repositoryName>R</repositoryName><baseURL>http://origin.example.org/oai</baseURL>"
                "<protocolVersion>2.0</protocolVersion><adminEmail>a@example.org</adminEmail>"
                "<earliestDatestamp>2000-01-01</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
                f"<granularity>{self.granularity}</granularity></Identify>"
            )
        if verb == "ListMetadataFormats":
            known = "".join(
                f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema>http://x/s.xsd</schema>"
                f"<metadataNamespace>{FORMATS[prefix][0]}</metadataNamespace></metadataFormat>"
                for prefix in self.formats
            )
            return self.response(f"<ListMetadataFormats>{known}</ListMetadataFormats>")
        if verb == "ListSets":
            named = "".join(
                f"<set><setSpec>{escape(spec)}</setSpec><setName>{name}</setName></set>"
                for spec, name in self.sets.items()
            )
            return self.response(f"<ListSets>{named}</ListSets>") if self.sets else self.error("noSetHierarchy")
        return self.list(told)

    def list(self, told: dict[str, str]) -> Reply:
        """A page; tokens are ``PREFIX/FROM/POSITION``."""
        token = told.get("resumptionToken")
        if token is not None:
            prefix, start, at = token.split("/") if token.count("/") == 2 else ("", "", "")
            if not at or token in self.expired:
                return self.error("badResumptionToken", "too old")
            position = int(at)
        else:
            prefix, start, position = told.get("metadataPrefix", ""), told.get("from", ""), 0
        if prefix not in self.formats:
            return self.error("cannotDisseminateFormat", prefix)
        chosen = [each for each in self.entries if each.datestamp >= start]
        page = chosen[position : position + self.page]
        if not page:
            return self.error("noRecordsMatch")
        end = position + len(page)
        size = f' completeListSize="{self.size(len(chosen))}"' if self.size else ""
        more = end < len(chosen) or self.token_at_end
        after = f"<resumptionToken{size}>{f'{prefix}/{start}/{end}' if more else ''}</resumptionToken>"
        records = "\n".join(each.xml(FORMATS[prefix][1]) for each in page)
        return self.response(f"<ListRecords>\n{records}\n{after}</ListRecords>")

    def error(self, code: str, text: str = "") -> Reply:
        return self.response(f'<error code="{code}">{text}</error>')

    def response(self, inner: str) -> Reply:
        return Reply(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="{OAI}"><responseDate>{self.spoken}</responseDate>'
            f"<request>http://origin.example.org/oai</request>{inner}</OAI-PMH>\n".encode("utf-8", "surrogateescape"),
            headers={"Content-Type": "text/xml; charset=utf-8"},
        )

"""One OAI-PMH response heard part by part: what it gives is passed on, what it says of itself is kept (section 3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from oai_server.ingest.cutting import Closed, Opened
from oai_server.ingest.parts import Broken, Told
from oai_server.ingest.records import Absent, Place, reading_of, refusal, set_of
from oai_server.model import Degree, Fault, Reading, Set

ROOTS = ("OAI-PMH", "Response")  # Response is the root in metha's cache


@dataclass(slots=True)
class Response:
    """A response while it is heard.

    ``listed`` counts records and headers, ``bare`` the headers of ListIdentifiers that only say that something
    exists. ``listing`` tells one page from another by what it lists.
    """

    place: Place
    line: int = 1
    root: str = ""
    whole: bool = False
    errors: list[tuple[str, str, int]] = field(default_factory=list)  # code, text, line
    token: str = ""
    token_lost: bool = False
    size: int | None = None
    listed: int = 0
    bare: int = 0
    parts: int = 0
    _digest: blake2b = field(default_factory=lambda: blake2b(digest_size=16))

    @property
    def listing(self) -> bytes:
        """The same for the same records in the same order."""
        return self._digest.digest()

    def hear(self, part: Opened | Closed | Told | Broken) -> Iterator[Reading | Fault | Set]:
        """What the next part gives."""
        if isinstance(part, Opened) and part.name in ROOTS:
            self.root, self.line = part.name, part.line
        elif isinstance(part, Closed):
            self.whole = part.name == self.root
        elif isinstance(part, Told | Broken):
            self.parts += 1
            if part.name in ("record", "header"):
                yield from self._record(part)
            elif isinstance(part, Broken):
                self.token_lost |= part.name == "resumptionToken"
                yield refusal(part, self.place)
            elif part.name == "set":
                yield from set_of(part, self.place)
            else:
                self._note(part, _text(part))

    def fault(self, degree: Degree, rule: str, message: str, line: int | None = None) -> Fault:
        """Something to be said of the response."""
        return Fault(degree, rule, message, self.place.file, line or self.line)

    def _record(self, part: Told | Broken) -> Iterator[Reading | Fault]:
        if isinstance(part, Broken):
            self.listed += 1
            self._digest.update(part.message.encode())
            yield refusal(part, self.place)
            return
        if part.name == "header" and part.element.get("status") != "deleted":
            self.listed += 1
            self.bare += 1
            return
        try:
            given = reading_of(part, self.place)
        except Absent:
            if self.root != "Response":
                yield self.fault("refused", "section 2.5", "the header has no identifier", part.line)
            return
        self.listed += 1
        self._digest.update(repr(_named(given)).encode())
        yield given

    def _note(self, part: Told, text: str) -> None:
        """What the response says of itself. In metha's cache there are empty elements for what was not said."""
        if part.name == "responseDate":
            self.place = replace(self.place, spoken=text)
        elif part.name == "request" and not self.place.base_url:
            self.place = replace(self.place, base_url=text.partition("?")[0])
        elif part.name == "error":
            code = part.element.get("code", "").strip()
            if code or text:
                self.errors.append((code, text, part.line))
        elif part.name == "resumptionToken" and (text or not self.token):
            size = part.element.get("completeListSize", "").strip()
            self.token, self.size = text, int(size) if size.isdecimal() and len(size) < 16 else self.size


def _text(part: Told) -> str:
    return "".join(map(str, part.element.itertext())).strip()


def _named(given: Reading | Fault) -> tuple[str | None, ...]:
    if isinstance(given, Fault):
        return (given.identifier,)
    return given.item.identifier, given.item.state, str(given.item.datestamp)

"""A live harvest (sections 2.7 and 3.5): one list, page after page, to be taken up again at any of them.

The repository is asked about itself by ``oaipmh`` (the maintained line of pyoai), over our transport. Its list reader
is not used: there one bad date or character costs the page, an empty page ends the list whatever its token says, a
token that loops is followed for ever, about containers are dropped, and a list cannot be taken up at a token.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from oai_server.ingest.marks import State, state_of
from oai_server.ingest.parts import UnknownEncoding, told
from oai_server.ingest.records import Place
from oai_server.ingest.repository import Repository, ask
from oai_server.ingest.responses import Response
from oai_server.ingest.source import Mark, SourceError
from oai_server.ingest.stamps import instant, utc_text
from oai_server.ingest.transport import Answer, Transport
from oai_server.model import Fault, Reading, Set

ARGUMENTS = ("metadataPrefix", "set", "from", "until")
EMPTY_PAGES = 20  # in a row, each with another token
WAIT = (429, 503)  # the server asks for patience, whatever else it says
END = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?OAI-PMH\s*>\s*(?:<!--[^>]*-->\s*)*\Z")
TOKENS = "section 3.5"


class Expired(Exception):
    """A resumptionToken that the repository does not take any more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a location asks for: the base URL and the arguments of the list."""

    base_url: str
    arguments: Mapping[str, str]

    @property
    def until(self) -> str | None:
        """The end of the list, None where it is open."""
        return self.arguments.get("until")


def asked_by(url: str) -> Asked:
    """The base URL of a location and its list arguments; what else is in the query belongs to the base URL."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    told = [(name, value) for name, value in pairs if name in ARGUMENTS]
    if len(dict(told)) < len(told):
        raise SourceError(f"{url}: each of {', '.join(ARGUMENTS)} may stand once")
    own = urlencode([pair for pair in pairs if pair[0] not in (*ARGUMENTS, "verb", "resumptionToken")])
    return Asked(urlunsplit((parts.scheme, parts.netloc, parts.path, own, "")), dict(told))


def harvested(url: str, mark: str | None, transport: Transport) -> Iterator[Reading | Fault | Set | Mark]:
    """The sets and records of a repository: all, or what has changed since the last run, or the rest of a list."""
    asked, state = asked_by(url), state_of(mark)
    repository = ask(asked.base_url, transport)
    if state.prefix is None:
        prefix = asked.arguments.get("metadataPrefix") or repository.richest()
        state = replace(state, prefix=prefix, from_=asked.arguments.get("from"))
    if asked.until and state.from_ and state.from_[:10] > asked.until[:10]:
        return
    harvest = Harvest(asked, repository, transport)
    if not state.token:
        yield from harvest.notes()
        yield from harvest.sets()
    yield from harvest.records(state)


class Harvest:
    """One run against one repository."""

    def __init__(self, asked: Asked, repository: Repository, transport: Transport) -> None:
        self.asked, self.repository, self.transport = asked, repository, transport

    def notes(self) -> Iterator[Fault]:
        """What is worth knowing about the repository."""
        for rule, message in self.repository.notes():
            yield Fault("noted", rule, message, self.repository.url)

    def sets(self) -> Iterator[Set | Fault]:
        """The sets by their names, page after page; a repository that cannot tell them is harvested all the same."""
        token, seen = "", set[str]()
        while token not in seen:
            seen.add(token)
            answer = self._get([("verb", "ListSets"), *([("resumptionToken", token)] if token else ())])
            response = self._response(answer)
            for each in self._heard(answer, response):
                if isinstance(each, Set):
                    yield each
                elif isinstance(each, Fault):
                    yield replace(each, degree="noted")
            codes = [code for code, _, _ in response.errors]
            if not response.root or set(codes) - {"noSetHierarchy"}:
                what = ", ".join(codes) or f"HTTP {answer.status} without an OAI-PMH response"
                yield response.fault("noted", "section 4.6", f"the sets have no names: ListSets is answered by {what}")
            token = response.token
            if not token or codes:
                return

    def records(self, state: State) -> Iterator[Reading | Fault | Mark]:
        """The list from where it is; from its beginning where its token is not taken any more, but once only."""
        try:
            yield from self._list(state)
        except Expired as error:
            yield Fault(
                "noted", TOKENS, f"{error}; the list is asked for again from its beginning", self.repository.url
            )
            try:
                yield from self._list(_beginning(state))
            except Expired as again:
                raise SourceError(f"{self.repository.url}: {again}, for the second time in this run") from None

    def _list(self, state: State) -> Iterator[Reading | Fault | Mark]:
        seen: set[bytes] = set()
        listing, empty = b"", 0
        while True:
            answer = self._get(self._question(state))
            response = self._response(answer)
            yield from (each for each in self._heard(answer, response) if not isinstance(each, Set))
            state = replace(state, began=state.began or _spoken(response, answer))
            if self._is_empty(answer, response, state):
                break
            if not response.whole:
                yield response.fault("refused", "section 3.2", "the answer is cut off, however often it is asked for")
                raise SourceError(f"{answer.url}: the answer is cut off; the next run goes on from here")
            if response.token_lost:
                raise SourceError(f"{answer.url}: the resumptionToken cannot be read, so the list cannot go on")
            state = replace(
                state,
                token=response.token or None,
                count=state.count + response.listed,
                size=state.size if response.size is None else response.size,
            )
            if not state.token:
                break
            empty = 0 if response.listed else empty + 1
            trouble = _trouble(state.token, seen, response.listed > 0 and response.listing == listing, empty)
            if trouble:
                yield response.fault("refused", TOKENS, f"{trouble}: the list has no end, and is left here")
                yield Mark(_beginning(state).text())
                return
            listing = response.listing
            yield Mark(state.text(), None if state.size is None else max(0, state.size - state.count))
        if state.size is not None and state.size != state.count:
            message = f"completeListSize was {state.size:,}, and {state.count:,} records came"
            yield response.fault("noted", TOKENS, message)
        yield self._next(state, response)

    def _question(self, state: State) -> Sequence[tuple[str, str]]:
        if state.token:
            return [("verb", "ListRecords"), ("resumptionToken", state.token)]
        until = self.asked.until
        days = not self.repository.seconds or (until and len(until) == 10)  # from and until must be alike (3.3)
        arguments = {
            "metadataPrefix": state.prefix,
            "set": self.asked.arguments.get("set"),
            "from": state.from_[:10] if state.from_ and days else state.from_,
            "until": until,
        }
        return [("verb", "ListRecords"), *((name, value) for name, value in arguments.items() if value)]

    def _is_empty(self, answer: Answer, response: Response, state: State) -> bool:
        """Whether an answer says that there is nothing, or nothing more; SourceError where it is no list at all."""
        if not response.root:
            excerpt = answer.body[:80].decode("utf-8", "backslashreplace")
            raise SourceError(f"{answer.url}: HTTP {answer.status}, and no OAI-PMH response: {excerpt!a}")
        codes = {code: text for code, text, _ in response.errors}
        if not codes:
            return False
        if "noRecordsMatch" in codes:
            return True
        if "badResumptionToken" in codes and state.token:
            if state.size is not None and state.count >= state.size:
                return True  # a token on the last page
            raise Expired(f"the resumptionToken is not taken: {codes['badResumptionToken']!a:.120}")
        told = "; ".join(f"{code or 'an error without code'}: {text!a:.200}" for code, text in codes.items())
        raise SourceError(f"{answer.url}: {told}")

    def _next(self, state: State, response: Response) -> Mark:
        """From when the next run asks: what changes from the first page on is in the next list, or in both."""
        began = state.began if self.repository.seconds else (state.began or "")[:10]
        following = max(filter(None, (began, state.from_)), default=None)
        return Mark(State(state.prefix, following).text())

    # --- asking and hearing ---

    def _get(self, pairs: Sequence[tuple[str, str]]) -> Answer:
        return self.transport.get(self.repository.url, pairs, _is_answer)

    def _response(self, answer: Answer) -> Response:
        return Response(Place(answer.url, self.repository.base_url))

    def _heard(self, answer: Answer, response: Response) -> Iterator[Reading | Fault | Set]:
        try:
            for part in told([answer.body]):
                yield from response.hear(part)
        except UnknownEncoding as error:
            raise SourceError(f"{answer.url}: {error}") from None


def _is_answer(answer: Answer) -> bool:
    """Whether there is no use in asking again: a whole response, or a refusal. Errors come with any HTTP status."""
    if answer.status in WAIT:
        return False
    whole = END.search(answer.body[-2000:]) or answer.body.startswith((BOM_UTF16_BE, BOM_UTF16_LE))
    return 400 <= answer.status < 500 or bool(whole)


def _spoken(response: Response, answer: Answer) -> str | None:
    """The responseDate in UTC, or the server's date where it is missing; seconds, in either case."""
    known = instant(response.place.spoken)
    if known is None:
        try:
            known = parsedate_to_datetime(answer.headers.get("Date", ""))
        except ValueError:
            return None
    return utc_text(known.isoformat())


def _beginning(state: State) -> State:
    return State(state.prefix, state.from_)


def _trouble(token: str, seen: set[bytes], repeated: bool, empty: int) -> str | None:
    """Why following a token leads nowhere."""
    name = blake2b(token.encode(), digest_size=12).digest()
    if name in seen:
        return "the resumptionToken has been given before"
    seen.add(name)
    if repeated:
        return "the page is the same as the one before"
    return f"{empty} empty pages in a row" if empty >= EMPTY_PAGES else None

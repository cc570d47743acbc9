"""Answers each verb: pairs in, bytes out. The one place that catches protocol errors."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.config import Profile, Settings
from oai_server.model import MetadataFormat, Position, Row, Selection, Site, StoredFormat
from oai_server.protocol import description, response
from oai_server.protocol.compression import CODINGS, encode
from oai_server.protocol.datestamp import Granularity
from oai_server.protocol.errors import (
    BadResumptionToken,
    CannotDisseminateFormat,
    IdDoesNotExist,
    NoMetadataFormats,
    NoRecordsMatch,
    NoSetHierarchy,
    ProtocolError,
    Refusal,
)
from oai_server.protocol.request import Request, parse
from oai_server.protocol.response import Resumption
from oai_server.protocol.token import Token, TokenKeys
from oai_server.protocol.version import fingerprint, standing, version
from oai_server.store import Parts, Store

A_DAY = 86_400

__all__ = ["CODINGS", "Answer", "Provider", "site_of"]


def site_of(settings: Settings, base_url: str | None = None) -> Site:
    """What crosswalks and answers may know of this repository."""
    base = base_url or settings.default_base_url
    name = settings.repository_name or settings.host
    return Site(base, name, settings.identifier_domain, f"{settings.default_base_url}/schemas/")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out: the body in its content coding, and the version of it (see protocol/version.py), None for errors.

    ``unchanged``: the asker has that version already, so there is no body. ``modified``, in seconds, where the answer
    is one record that no later change can share its datestamp with.
    """

    body: bytes
    coding: str | None
    version: str | None = None
    unchanged: bool = False
    modified: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with what came with it: base URL, responseDate, content coding, the versions that the asker has."""

    request: Request
    base_url: str
    now: int
    coding: str | None
    held: Sequence[str]


class Provider:
    """A data provider (section 2.3): one store, one set of formats, one profile."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        formats: Mapping[str, MetadataFormat],
        compressions: Sequence[str] = (),
        profile: Profile | None = None,
    ) -> None:
        """``compressions`` are the codings besides identity that the door offers (section 3.1.3).

        ``profile`` is what the store shows here: /oai without one. ``settings`` and ``formats`` are those of it.
        """
        self.settings = settings
        self.store = store
        self.formats = formats
        self.compressions = compressions
        self.granularity = Granularity(settings.granularity)
        self.tokens = TokenKeys(settings.secret_key or (store.fact("secret") or "",), settings.token_hours * 3600)
        self.store_name = store.fact("store") or ""
        self.profile = profile.name if profile else ""
        self.limited = frozenset(profile.formats) if profile and profile.formats else None
        about = response.dublin_core(profile.description) if profile and profile.description else None
        self.about = () if about is None else (etree.tostring(about, encoding="unicode"),)
        self.reusable = min(self.tokens.lifetime // 2, A_DAY)  # a token in an old answer must have life left

    def respond(
        self,
        pairs: Sequence[tuple[str, str]],
        base_url: str | None = None,
        coding: str | None = None,
        held: Sequence[str] = (),
    ) -> Answer:
        """The whole answer to a request: XML, errors of the protocol included (section 3.6).

        ``coding`` is the content coding to use; ``held`` are versions that the asker has: for one that still holds the
        answer has no body.
        """
        base_url = base_url or self.settings.default_base_url
        now = self.store.response_date()  # before anything is read, so that no change falls between two harvests
        try:
            request = parse(pairs, self.granularity)
        except Refusal as refusal:
            return _encoded(response.errors(base_url, now, refusal.echo, refusal.errors), coding)
        asked = Asked(request, base_url, now, coding, held)
        try:
            return self._answer(asked)
        except Refusal as refusal:
            return _encoded(response.errors(base_url, now, request.arguments, refusal.errors), coding)
        except ProtocolError as error:
            return _encoded(response.errors(base_url, now, request.arguments, [error]), coding)

    def _answer(self, asked: Asked) -> Answer:
        request, now = asked.request, asked.now
        if request.verb in ("ListRecords", "ListIdentifiers"):
            return self._list(asked)
        if request.verb == "GetRecord":
            return self._get_record(asked)
        site = site_of(self.settings, asked.base_url)
        if request.verb == "ListSets":
            element = self._list_sets(asked)
        elif request.verb == "ListMetadataFormats":
            element = response.list_metadata_formats(self._formats_of(request.identifier), site)
        else:
            element = self._identify(site, asked.base_url)
        body = partial(response.answer, asked.base_url, now, request.arguments, element)
        return self._versioned(asked, etree.tostring(element), None, lambda: _encoded(body(), asked.coding))

    def _identify(self, site: Site, base_url: str) -> Element:
        domain = site.repository_identifier
        sample = self.store.sample_identifier(f"oai:{domain}:", self.profile)
        return response.identify(
            site,
            base_url,
            self.settings.admin_email or (f"postmaster@{domain}",),
            self.store.earliest(),
            self.granularity,
            self.compressions,
            description.descriptions(
                domain,
                sample,
                self.settings.metadata_rights,
                self.settings.friends,
                self.settings.branding,
                self.settings.eprints,
                (*self.settings.descriptions, *self.about),
            ),
        )

    def _formats_of(self, identifier: str | None) -> Sequence[MetadataFormat | StoredFormat]:
        """The repository's formats, or those in which an item has a record that is not deleted (section 4.4)."""
        stored = {prefix: each for prefix, each in self._stored_formats().items() if prefix not in self.formats}
        formats: dict[str, MetadataFormat | StoredFormat] = {**self.formats, **stored}
        if identifier is None:
            return tuple(formats.values())
        known = self.store.formats_of(identifier, self.profile)
        if known is None:
            raise IdDoesNotExist(f"No item here has the identifier {identifier}")
        found = [each for prefix, each in formats.items() if known.get(prefix) is False]
        if not found:
            raise NoMetadataFormats(f"{identifier} has no metadata format: its records are deleted")
        return found

    def _list_sets(self, asked: Asked) -> Element:
        request = asked.request
        after, cursor, now = "", 0, asked.now
        size = self.settings.set_page_size
        if request.resumption_token is not None:
            token = self.tokens.decode(request.resumption_token, request.verb, self.profile, now)
            after, cursor = token.last_set, token.cursor
        found = self.store.sets(after, size + 1, self.profile)
        if not found:
            if cursor:
                raise BadResumptionToken("The sets have changed since: start the list again")
            raise NoSetHierarchy("This repository has no sets")
        shown, more = found[:size], len(found) > size
        if not more and not cursor:
            return response.list_sets(shown, None)
        total = max(self.store.count_sets(self.profile), cursor + len(shown))
        if not more:
            return response.list_sets(shown, Resumption("", cursor, total))
        sent, nowhere = cursor + size, Position(0, 0)
        rest = Token(
            "ListSets", self.profile, Selection(""), nowhere, sent, total, now, self.store_name, shown[-1].spec
        )
        return response.list_sets(shown, self._resumption(rest, cursor))

    def _get_record(self, asked: Asked) -> Answer:
        request = asked.request
        identifier, prefix = request.identifier or "", request.metadata_prefix or ""
        errors: list[ProtocolError] = []
        known = self._knows(prefix)
        self.store.note_harvest()
        row = self.store.record(identifier, prefix, self.profile) if known else None
        if not known:
            errors.append(CannotDisseminateFormat(f"{prefix} is not a format of this repository"))
        if row is None:
            if self.store.formats_of(identifier, self.profile) is None:
                errors.append(IdDoesNotExist(f"No item here has the identifier {identifier}"))
            elif not errors:
                errors.append(CannotDisseminateFormat(f"{identifier} has no record in the format {prefix}"))
        if row is None or errors:
            raise Refusal(errors)
        answer = self._page(asked, [row], None)
        return replace(answer, modified=row.datestamp if row.datestamp < asked.now else None)

    def _list(self, asked: Asked) -> Answer:
        """One page (section 3.5): from the beginning of a selection, or from where a token says."""
        request, now = asked.request, asked.now
        if request.resumption_token is None:
            wanted, after, cursor, total = self._selection(request), None, 0, None
        else:
            token = self.tokens.decode(request.resumption_token, request.verb, self.profile, now)
            wanted, after, cursor, total = token.selection, token.position, token.cursor, token.size
            if token.store != self.store_name:  # another store's numbers mean nothing here; its datestamps do
                after = Position(after.datestamp, 0)
        parts = _parts(asked)
        self.store.note_harvest()  # before anything is read, and for an answer without records too
        page = self.store.page(wanted, after, self.settings.page_size, parts)
        rows = page.rows
        if not rows and after is not None:
            rows, asked = self._last(wanted), replace(asked, coding=None)
        if not rows:
            raise NoRecordsMatch("No record matches: " + _told(request))
        resumption = None
        if page.next is not None:
            if total is None:
                total = self.store.count(wanted)
            sent = cursor + len(rows)
            after_this = Token(request.verb, self.profile, wanted, page.next, sent, total, now, self.store_name)
            resumption = self._resumption(after_this, cursor)
        elif total is not None:
            resumption = Resumption("", cursor, total)
        return self._page(asked, rows, resumption)

    def _page(self, asked: Asked, rows: Sequence[Any], resumption: Resumption | None) -> Answer:
        """The rows as an answer: stitched where they are packed."""
        request = asked.request
        told = asked.base_url, asked.now, request.arguments, request.verb, rows, self.granularity, resumption
        size = None if resumption is None else (resumption.size, resumption.cursor, bool(resumption.text))
        changes = array("q", [row[1] for row in rows]).tobytes()  # no change of a record has the number of another
        if _parts(asked) == "packed":
            return self._versioned(asked, changes, size, lambda: Answer(response.packed_page(*told), "gzip"))
        return self._versioned(asked, changes, size, lambda: _encoded(response.page(*told), asked.coding))

    def _versioned(self, asked: Asked, content: bytes, size: object, make: Callable[[], Answer]) -> Answer:
        """The answer with its version, or nothing but the version where the asker has it and it still stands."""
        mark = fingerprint(content, size, self.store_name, self.granularity, asked.base_url, asked.request.arguments)
        held = standing(asked.held, mark, asked.now, self.reusable) if asked.held else None
        if held is not None:
            return Answer(b"", asked.coding, held, unchanged=True)
        made = make()
        return Answer(made.body, made.coding, version(asked.now, mark))

    def _last(self, wanted: Selection) -> list[Row]:
        """The end of a list whose remaining records have all left it since the page before: its last record again.

        An answer without a record is not valid, and an error makes the harvester throw away what it has.
        """
        last = self.store.last(wanted)
        if last is None:
            raise BadResumptionToken("What was left of this list has changed since: start it again")
        return [last]

    def _selection(self, request: Request) -> Selection:
        """What the arguments select, or why they can select nothing."""
        errors: list[ProtocolError] = []
        prefix = request.metadata_prefix or ""
        if not self._knows(prefix):
            errors.append(CannotDisseminateFormat(f"{prefix} is not a format of this repository"))
        if request.set_spec is not None and not self.store.sets("", 1, self.profile):
            errors.append(NoSetHierarchy("This repository has no sets"))
        if errors:
            raise Refusal(errors)
        return Selection(prefix, request.set_spec, request.from_, request.until, self.profile)

    def _knows(self, prefix: str) -> bool:
        return prefix in self.formats or prefix in self._stored_formats()

    def _stored_formats(self) -> Mapping[str, StoredFormat]:
        """The formats that came as XML, of those that this profile offers."""
        stored = self.store.stored_formats()
        return stored if self.limited is None else {name: stored[name] for name in self.limited & stored.keys()}

    def _resumption(self, token: Token, cursor: int) -> Resumption:
        text = self.tokens.encode(token)
        return Resumption(text, cursor, token.size, token.issued + self.tokens.lifetime)


def _parts(asked: Asked) -> Parts:
    """Which parts of its rows an answer needs."""
    if asked.request.verb == "ListIdentifiers":
        return "headers"
    return "packed" if asked.coding == "gzip" and asked.request.verb == "ListRecords" else "bodies"


def _encoded(body: bytes, coding: str | None) -> Answer:
    return Answer(encode(body, coding) if coding else body, coding)


def _told(request: Request) -> str:
    return ", ".join(f"{name} {value}" for name, value in request.arguments if name not in ("verb", "resumptionToken"))

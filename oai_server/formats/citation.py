"""Where a work appeared: the journal or book that hosts it, with volume, issue and pages, and series with numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from oai_server.formats.identifiers import issns, uri
from oai_server.formats.remembering import once_an_item
from oai_server.formats.vocabulary import resource_type
from oai_server.model import Item

SERIES = ("dc.relation.ispartofseries", "dcterms.isPartOfSeries")
HOSTS = ("dc.relation.ispartof", "dc.relation.journal", "dc.relation.ispartofbook", "dcterms.isPartOf")
TEXTS = ("dc.identifier.citation", "dcterms.bibliographicCitation")
HOSTED = {"contribution to journal", "book part", "review", "conference output", "newspaper article"}

VOLUME = re.compile(r"\b(?:volume|vol\.)\s*([^\s,;]+)|第([0-9]+)[卷巻]", re.IGNORECASE)
ISSUE = re.compile(r"\bissue\s*([^\s,;]+)|第([0-9]+)期", re.IGNORECASE)
NUMBER = re.compile(r"\b(?:no\.|nr\.|number)\s*([^\s,;]+)|第([0-9]+)[号號]", re.IGNORECASE)
PAGES = re.compile(r"\b(?:pages?|pp?\.)\s*([^\s,;–—-]+)(?:\s*[–—-]\s*([^\s,;]+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Series:
    """A series that the item is a part of, and which part; the number as it is written."""

    title: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """``title`` and what follows is the host; ``detail`` its part of a series field of which nothing could be read.

    ``text`` is a whole citation as somebody wrote it. Without a host, title is None and there may still be series.
    """

    title: str | None = None
    volume: str | None = None
    issue: str | None = None
    start: str | None = None
    end: str | None = None
    edition: str | None = None
    conference_place: str | None = None
    conference_date: str | None = None
    issn: str | None = None
    detail: str | None = None
    text: str | None = None
    series: tuple[Series, ...] = ()

    @property
    def pages(self) -> str | None:
        """``1-9``, or the one page."""
        return "-".join(filter(None, (self.start, self.end))) or None


@once_an_item
def citation(item: Item) -> Citation:
    """Where the item appeared: from oaire.citation fields, else from series that name a journal, else from ispartof."""
    own, listed = _own(item), [_parsed(text, item) for text in item.texts(*SERIES) if text.partition(";")[0].strip()]
    named = next((text for text in item.texts(*HOSTS) if not uri(text)), None)
    hosts = [each for each in listed if isinstance(each, Citation)]
    series = tuple(each for each in listed if isinstance(each, Series))
    host = next((each for each in hosts if own.title in (None, each.title)), Citation(title=named))
    told = {field.name: getattr(own, field.name) for field in fields(own) if getattr(own, field.name)}
    known = replace(host, **told)
    issn = next(iter(issns(item)), None)
    return replace(known, issn=issn if known.title else None, text=item.first(*TEXTS), series=series)


def _own(item: Item) -> Citation:
    return Citation(
        title=item.first("oaire.citation.title"),
        volume=item.first("oaire.citation.volume"),
        issue=item.first("oaire.citation.issue"),
        start=item.first("oaire.citation.startPage"),
        end=item.first("oaire.citation.endPage"),
        edition=item.first("oaire.citation.edition"),
        conference_place=item.first("oaire.citation.conferencePlace"),
        conference_date=item.first("oaire.citation.conferenceDate"),
    )


def _parsed(text: str, item: Item) -> Citation | Series:
    """DSpace joins name and number of a series by a semicolon; volume, issue or pages make it a journal."""
    title, _, rest = (part.strip() for part in text.partition(";"))
    volume, issue, pages = _one(VOLUME, rest), _one(ISSUE, rest), PAGES.search(rest)
    hosted = bool(HOSTED.intersection(resource_type(item).kinds))
    if not (volume or issue or pages or hosted):
        return Series(title, rest or None)
    issue = issue or (_one(NUMBER, rest) if hosted or volume else None)
    start, end = pages.groups() if pages else (None, None)
    unread = rest if not (volume or issue or pages) else ""
    return Citation(title, volume, issue, start, end, detail=unread or None)


def _one(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return next(filter(None, found.groups()), None) if found else None

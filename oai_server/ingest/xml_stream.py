"""The record elements of an XML stream, one after the other, each forgotten when the next is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from io import BufferedReader
from typing import TypedDict, cast

from lxml import etree
from lxml.etree import _Element as Element

CHUNK = 1 << 16
LARGEST = 1 << 25  # octets of one record, or of what stands between two


class Safe(TypedDict):
    """How XML from outside is parsed: nothing is fetched, nothing is expanded, nothing may grow without end."""

    resolve_entities: bool
    no_network: bool
    load_dtd: bool
    huge_tree: bool
    remove_comments: bool
    remove_pis: bool


SAFE: Safe = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class Troubled(Exception):
    """The stream cannot be parsed on from here; ``line`` is where."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class Records:
    """Iterates over the outermost elements with one of these Clark names; Troubled where the stream is not XML.

    Afterwards ``root`` names the root element, and ``beside`` counts elements next to records that hold none.
    """

    def __init__(self, stream: BufferedReader, names: Set[str]) -> None:
        self.names = names
        self.root: str | None = None
        self.beside: Counter[str] = Counter()
        self._stream = stream
        self._parser = etree.XMLPullParser(events=("start", "end"), tag=sorted(names), **SAFE)
        self._current: Element | None = None
        self._last: Element | None = None

    def __iter__(self) -> Iterator[Element]:
        quiet = 0
        while data := self._stream.read1(CHUNK):
            self._feed(data)
            if any(entry.level >= etree.ErrorLevels.ERROR for entry in self._parser.feed_error_log):
                break  # after an undeclared prefix the parser goes on, with names that are none
            before = self._last
            yield from self._complete()
            quiet = quiet + len(data) if self._last is before else 0
            if quiet > LARGEST:
                what = "a record has" if self._current is not None else "between two records there are"
                raise Troubled(f"{what} more than {LARGEST:,} octets")
        self._close()

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed(data)
        except etree.XMLSyntaxError as error:
            raise Troubled(str(error.msg), error.lineno) from None

    def _complete(self) -> Iterator[Element]:
        """The records that have come to their end."""
        for event, found in self._parser.read_events():
            element = cast(Element, found)
            if event == "start" and self._current is None:
                self._current = element
                self._check_entities(element)
            elif event == "end" and element is self._current:
                yield element
                self._forget(element)
                self._current, self._last = None, element

    @staticmethod
    def _check_entities(element: Element) -> None:
        """Entities of a document type declaration are neither expanded nor fetched, so who uses them cannot be read."""
        doctype = element.getroottree().docinfo.internalDTD
        if doctype is not None and doctype.entities():
            raise Troubled("entities are neither defined nor fetched here", 1)

    def _forget(self, record: Element) -> None:
        """Free a record, and what was closed before it; not its tail, to which the parser may be writing."""
        record.clear(keep_tail=True)
        for element in (record, *record.iterancestors()):
            while (before := element.getprevious()) is not None:
                self._note(before)
                element.getparent().remove(before)  # type: ignore[union-attr]

    def _note(self, element: Element) -> None:
        if len(element) and not any(each.tag in self.names for each in element.iter(etree.Element)):
            self.beside[str(element.tag)] += 1

    def _close(self) -> None:
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise Troubled(str(error.msg), error.lineno) from None
        self.root = str(root.tag)
        for element in (self._last, *self._last.iterancestors()) if self._last is not None else ():
            for after in element.itersiblings(etree.Element):
                self._note(after)

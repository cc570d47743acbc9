"""Tables as text: a heading and rows with their lines, in whatever encoding, separator and quotes they were written.

Nothing is guessed silently: the encoding is UTF-8, what a byte-order mark says, or what the mapping file says. A row
that cannot be read costs itself and not the rows after it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO

from oai_server.ingest.expanding import Unreadable
from oai_server.ingest.opening import RULE as OPENING
from oai_server.ingest.opening import Member
from oai_server.ingest.source import SourceError
from oai_server.ingest.table_files import kind_of

RULE, ENCODING = "RFC 4180", "UTF-8"
SEPARATORS = (",", "\t", ";", "|", "#")
LONGEST = 5_000_000  # characters of one row
SPAN = 1_000  # lines of one row
MARKS = {  # the longer ones first: UTF-32 begins as UTF-16 does
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
NOT_TEXT = {
    b"PK\x03\x04": "a zip or a workbook, not text; a workbook is called .xlsx",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls): save it as .xlsx or as CSV in UTF-8",
    b"%PDF": "a PDF, not a table",
}


@dataclass(frozen=True, slots=True)
class Form:
    """How a table is written; what is None is seen from the table itself. ``heading`` is its row, 0 for none."""

    encoding: str | None = None
    separator: str | None = None
    quote: str = '"'
    heading: int = 1
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, as many as the heading has; ``given`` says how many of them stood there."""

    line: int
    cells: Sequence[str]
    given: int
    healed: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read: where it begins, which rule it breaks and how."""

    line: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Table:
    """The heading with its line, and the rows below it, read as they are asked for."""

    heading: tuple[str, ...]
    line: int
    rows: Iterator[Row | Broken]


def table_of(member: Member, form: Form) -> Table:
    """The table in a file of delimited text; SourceError where there is none."""
    return headed(member, _rows(member, form))


def headed(member: Member, rows: Iterator[Row | Broken]) -> Table:
    """The table of which the first row is the heading."""
    first = next(rows, None)
    if first is None:
        raise SourceError(f"{member.path}: there is no heading, nor anything else")
    if isinstance(first, Broken):
        raise SourceError(f"{member.path}, line {first.line}: the heading cannot be read: {first.message}")
    return Table(tuple(each.strip() for each in first.cells), first.line, rows)


def fitted(line: int, cells: Sequence[str], width: int, healed: str | None = None) -> Row | Broken:
    """The row as wide as the heading: filled up with nothing, and cut where nothing is cut off."""
    if len(cells) > width:
        if any(cell.strip() for cell in cells[width:]):
            return Broken(line, RULE, f"more fields than headings: {len(cells)} for {width}; {excerpt(cells[width])}")
        cells = cells[:width]
    return Row(line, [*cells, *[""] * (width - len(cells))], len(cells), healed)


def excerpt(text: str) -> str:
    """The beginning of a text, so that every character of it is visible."""
    shown = re.sub(r"\\udc([89a-f][0-9a-f])", r"\\x\1", ascii(text[:60]))  # a byte that is not in the encoding
    return shown + ("…" if len(text) > 60 else "")


# --- bytes to text ---


def _text_of(member: Member, encoding: str | None) -> tuple[TextIO, str]:
    """The text of a file, to be closed, and its encoding; bytes that are not in it come as lone surrogates."""
    stream = member.open()
    try:
        known = _encoding(member, stream.peek(256)[:256], encoding)
        errors = "surrogatepass" if known.startswith(("utf-16", "utf-32")) else "surrogateescape"
        return io.TextIOWrapper(stream, known, errors, newline=""), known
    except LookupError:
        stream.close()
        raise SourceError(f"{member.path}: {encoding!r} is no encoding; utf-8, latin-1, cp1252, utf-16 are") from None
    except (SourceError, Unreadable):
        stream.close()
        raise


def _encoding(member: Member, start: bytes, told: str | None) -> str:
    for magic, reason in NOT_TEXT.items():
        if start.startswith(magic):
            raise SourceError(f"{member.path} is {reason}")
    marked = next((name for mark, name in MARKS.items() if start.startswith(mark)), None)
    if marked:
        return marked
    if told:
        return told
    if b"\x00" in start:
        raise SourceError(
            f"{member.path} holds NUL bytes and no byte-order mark, so it is no UTF-8: if it is UTF-16, say "
            'encoding = "utf-16-le" (or "utf-16-be") under [table] in a mapping file'
        )
    return "utf-8"


def undecoded(text: str) -> str | None:
    """The byte that is not in the encoding of the file and what stands around it; None where all are."""
    if text.isascii():
        return None
    found = re.search("[\ud800-\udfff]", text)
    if found is None:
        return None
    around = text[max(0, found.start() - 20) : found.start() + 20]
    byte = ord(found[0]) - 0xDC00
    return f"{f'byte {byte:#04x}' if 0x80 <= byte <= 0xFF else 'a lone surrogate'} in {excerpt(around)}"


# --- text to rows ---


class _TooLong(ValueError):
    """A row has more lines or characters than any row has."""


class _LineTooLong(_TooLong):
    """One line alone is longer than any row is; the rest of it has been skipped."""


class _Lines:
    """Physical lines; those of the current row can be given back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0  # lines read so far
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._stream.readline(LONGEST)
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        self._size += len(line)
        if len(line) == LONGEST:
            self._skip_rest(line)
            raise _LineTooLong(f"a line of more than {LONGEST:,} characters")
        if self._size >= LONGEST or len(self.taken) > SPAN:
            raise _TooLong(f"more than {SPAN:,} lines or {LONGEST:,} characters: perhaps a quotation mark is missing")
        return line

    def start(self) -> int:
        """A new row begins; the number of its first line."""
        self.taken.clear()
        self._size = 0
        return self.number + 1

    def give_back(self, kept: int) -> None:
        """Only so many lines belong to this row; the others are read again."""
        rest = self.taken[kept:]
        del self.taken[kept:]
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)
        self._size = sum(map(len, self.taken))

    def _skip_rest(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._stream.readline(LONGEST)


def _rows(member: Member, form: Form) -> Iterator[Row | Broken]:
    """The heading, then every row that is not blank."""
    line = 0
    try:
        stream, encoding = _text_of(member, form.encoding)
        with stream:
            for row in _parsed(_Lines(stream), member, form, encoding):
                line = row.line
                yield row
    except Unreadable as error:
        yield Broken(line + 1, OPENING, f"{error}: what follows is lost")
    except UnicodeDecodeError as error:
        yield Broken(line + 1, ENCODING, f"not {error.encoding}: {error.reason}: what follows is lost")


def _parsed(lines: _Lines, member: Member, form: Form, encoding: str) -> Iterator[Row | Broken]:
    csv.field_size_limit(LONGEST)
    records = _Records(lines, form, form.separator or _separator(lines, kind_of(member.name)))
    width = None
    skipped = 1
    for line, result, healed in records:
        if skipped < form.heading:  # what stands above the heading
            skipped += 1
            continue
        if isinstance(result, str):
            found: Row | Broken = Broken(line, RULE, result)
        elif not any(map(str.strip, result)):
            continue
        elif odd := undecoded("".join(lines.taken)):
            found = Broken(line, ENCODING, _not_in(encoding, odd))
        else:
            if width is None:
                width = records.width = len(result)
                if not form.heading:
                    yield Row(line, [str(place) for place in range(1, width + 1)], width)
            found = fitted(line, result, width, healed)
        yield found


def _not_in(encoding: str, odd: str) -> str:
    """What to do about a byte that is not UTF-8."""
    if encoding.startswith("utf-8"):
        return f'not UTF-8: {odd}; if the table is in Latin-1, say encoding = "latin-1" under [table] in a mapping file'
    return f"not {encoding}: {odd}"


def _separator(lines: _Lines, kind: str) -> str:
    """What parts the cells of the first line that is not blank: what gives the most; Excel's ``sep=;`` says it."""
    lines.start()
    first = next((line for line in lines if line.strip()), "")
    if told := re.fullmatch(r"\ufeff?sep=(.)\s*", first):
        return told[1]
    lines.give_back(0)
    if kind in ("tsv", "tab") and "\t" in first:
        return "\t"
    return max(SEPARATORS, key=lambda each: len(next(csv.reader([first], delimiter=each), [])))


class _Records:
    """Rows as lists of cells, or as the sentence that says why there is none; one after the other."""

    def __init__(self, lines: _Lines, form: Form, separator: str) -> None:
        self._lines = lines
        self._form: dict[str, Any] = {"delimiter": separator, "strict": True}
        self._form |= {"quotechar": form.quote} if form.quote else {"quoting": csv.QUOTE_NONE}
        self._reader = csv.reader(lines, **self._form)
        self.width: int | None = None  # of the heading, once it is known

    def __iter__(self) -> Iterator[tuple[int, list[str] | str, str | None]]:
        while True:
            line = self._lines.start()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except _LineTooLong as error:
                self._reader = csv.reader(self._lines, **self._form)
                yield line, f"{error}: {excerpt(self._lines.taken[0])}", None
                continue
            except (csv.Error, _TooLong) as error:
                yield line, *self._mended(str(error))
                continue
            if self.width and len(cells) > self.width and len(self._lines.taken) > 1:
                yield line, *self._mended(f"more fields than headings: {len(cells)} for {self.width}")
            else:
                yield line, cells, None

    def _mended(self, reason: str) -> tuple[list[str] | str, str | None]:
        """The row by another reading of its quotation marks, else why not; the next row begins where one does."""
        several = len(self._lines.taken) > 1
        self._lines.give_back(0)
        if cells := self._escaped():
            healed: str | None = r"quotation marks are escaped with \ instead of being doubled"
        elif cells := self._unquoted():
            healed = "a quotation mark is never closed or stands alone: all are read as they stand"
        else:
            cells, healed = [], None
            if several:
                self._skip()
        self._reader = csv.reader(self._lines, **self._form)
        return (cells, healed) if cells else (f"{_told(reason)}{self._span()}: {excerpt(self._lines.taken[0])}", None)

    def _escaped(self) -> list[str]:
        try:
            cells = next(csv.reader(self._lines, **self._form, escapechar="\\"))
        except (csv.Error, _TooLong, StopIteration):
            cells = []
        taken = self._lines.taken
        if r"\"" in "".join(taken) and 0 < len(cells) <= (self.width or len(cells)):
            return cells
        self._lines.give_back(0)
        return []

    def _unquoted(self) -> list[str]:
        """The first line alone, if it has as many fields as the heading without regard to quotation marks."""
        first = next(self._lines)
        cells = next(csv.reader([first], delimiter=self._form["delimiter"], quoting=csv.QUOTE_NONE), [])
        return cells if len(cells) == self.width and self.width > 1 else []

    def _skip(self) -> None:
        """Go past lines until one is a whole row by itself."""
        with suppress(_TooLong):
            for count, line in enumerate(self._lines, 1):
                try:
                    cells = next(csv.reader([line], **self._form), [])
                except csv.Error:
                    cells = []
                if len(cells) == self.width:
                    self._lines.give_back(count)
                    return

    def _span(self) -> str:
        count = len(self._lines.taken)
        return f"; with it went the next {count - 1} lines" if count > 1 else ""


def _told(reason: str) -> str:
    """The parser's complaint in words that a cataloguer knows."""
    if "expected after" in reason:
        return "a quotation mark inside a quoted value is not doubled"
    return "a quotation mark is opened and never closed" if "unexpected end" in reason else reason

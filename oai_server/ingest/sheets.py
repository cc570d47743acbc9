"""Tables in Excel workbooks (.xlsx), row by row through openpyxl; with that, a table from whatever file it is in."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.exceptions import InvalidFileException

from oai_server.ingest.opening import Member
from oai_server.ingest.source import SourceError
from oai_server.ingest.table_files import WORKBOOKS, kind_of
from oai_server.ingest.tables import Broken, Form, Row, Table, fitted, headed, table_of

RULE = "Office Open XML"
MOST = 1_048_576  # rows of a sheet
LARGEST = 200_000_000  # bytes of a part that is held in memory: texts, styles
WHOLE = 4_000_000_000  # bytes of all parts together
AT_ONCE = 500
UNREADABLE = (
    *(OSError, EOFError, KeyError, IndexError, ValueError, TypeError, AttributeError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError),
)


def table_at(member: Member, form: Form) -> Table:
    """The table in a workbook, else in a file of text; SourceError where there is none."""
    if kind_of(member.name) in WORKBOOKS:
        return headed(member, _rows(member, form))
    return table_of(member, form)


def _rows(member: Member, form: Form) -> Iterator[Row | Broken]:
    """The heading, then every row that is not blank."""
    width = None
    line = 0
    try:
        for line, told in enumerate(_values(member, form), 1):
            if line > MOST:
                yield Broken(line, RULE, f"a sheet has no more than {MOST:,} rows: what follows is lost")
                return
            cells = [_text(value) for value in told]
            if line < form.heading or not any(map(str.strip, cells)):
                continue
            if width is None:
                width = max(place for place, cell in enumerate(cells, 1) if cell.strip())
                if not form.heading:
                    yield Row(line, [str(place) for place in range(1, width + 1)], width)
            yield fitted(line, cells, width)
    except UNREADABLE as error:
        yield Broken(line + 1, RULE, f"no workbook that can be read: {error}: what follows is lost")


def _values(member: Member, form: Form) -> Iterator[Sequence[Any]]:
    with member.open() as stream:
        if not stream.seekable():
            raise SourceError(f"{member.path}: a workbook is read as a file of its own, not out of an archive")
        _guard(stream, member.path)
        with warnings.catch_warnings(action="ignore"):  # of features of Excel that hold no data
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = _sheet(book, member.path, form.sheet)
            sheet.reset_dimensions()  # they may say anything
            rows = sheet.iter_rows(values_only=True)
            while True:
                with warnings.catch_warnings(action="ignore"):
                    some = list(islice(rows, AT_ONCE))
                if not some:
                    return
                yield from some
        finally:
            book.close()


def _guard(stream: BinaryIO, path: str) -> None:
    """SourceError for a workbook that would not fit into memory, or that declares entities."""
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
        held = [part for part in parts if not part.filename.startswith(("xl/worksheets/", "xl/media/"))]
        if sum(part.file_size for part in parts) > WHOLE or any(part.file_size > LARGEST for part in held):
            raise SourceError(f"{path}: too big once unpacked; save it as CSV in UTF-8")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as inside:
                    if re.search(b"<!(DOCTYPE|ENTITY)", inside.read(65_536).replace(b"\x00", b"")):
                        raise SourceError(f"{path}: {part.filename} declares a DOCTYPE, which no workbook does")


def _sheet(book: Any, path: str, name: str | None) -> Any:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets or name not in (None, *sheets):
        raise SourceError(f"{path} has no sheet {name or ''!r}; it has {', '.join(map(repr, sheets)) or 'none'}")
    return sheets[name] if name else next(iter(sheets.values()))


def _text(value: Any) -> str:
    """A cell as text: dates in ISO 8601, whole numbers without a point, nothing for a failed formula."""
    if value is None or value in ERROR_CODES:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (date, time)) else str(value)

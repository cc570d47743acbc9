"""Rows out of files as they are: encodings, separators, quotes that do not close, lines, workbooks."""

import gzip
import lzma
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from oai_server.ingest import tables
from oai_server.ingest.sheets import table_at
from oai_server.ingest.source import SourceError
from oai_server.ingest.table_files import kind_of, only_file, stem
from oai_server.ingest.tables import Broken, Form, Row, Table


@pytest.fixture
def file(tmp_path):
    """Writes a file and gives its path."""

    def write(content: str | bytes, name: str = "table.csv") -> Path:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / name

    return write


def table_in(path: Path, form: Form) -> Table:
    return table_at(only_file(path), form)


def rows(path: Path, **form) -> list[tuple[int, list[str]] | tuple[int, str]]:
    """Lines with cells, or with the message why there are none."""
    found = table_in(path, Form(**form)).rows
    return [(row.line, list(row.cells)) if isinstance(row, Row) else (row.line, row.message) for row in found]


# --- encodings and compression ---


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ("a,b\nø,1".encode(), {}),
        ("a,b\nø,1".encode("utf-8-sig"), {}),
        ("a,b\nø,1".encode("utf-8-sig"), {"encoding": "utf-8"}),
        ("a,b\nø,1".encode("utf-16"), {}),
        ("a,b\nø,1".encode("utf-32"), {}),
        ("a,b\nø,1".encode("utf-16-le"), {"encoding": "utf-16-le"}),
        ("a,b\nø,1".encode("latin-1"), {"encoding": "latin-1"}),
        ("a,b\nø,1".encode("cp850"), {"encoding": "cp850"}),
        (gzip.compress("a,b\nø,1".encode(), mtime=0), {}),
        (lzma.compress("a,b\nø,1".encode()), {}),
        (zstandard.compress("a,b\nø,1".encode()), {}),
        (gzip.compress("a,b\nø,1".encode("latin-1"), mtime=0), {"encoding": "latin-1"}),
    ],
)
def test_an_encoding_that_is_marked_or_told_is_read(file, content, form):
    table = table_in(file(content), Form(**form))
    assert table.heading == ("a", "b")
    assert [row.cells for row in table.rows] == [["ø", "1"]]


@pytest.mark.parametrize(
    ("content", "form", "says"),
    [
        ("a,b\n1,2".encode("utf-16-le"), {}, "utf-16-le"),
        ("tittel,år\n1,2".encode("latin-1"), {}, "not UTF-8: byte 0xe5"),
        (b"a,b", {"encoding": "klingon"}, "klingon"),
        (b"a,b", {"encoding": "base64"}, "base64"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", {}, "old Excel"),
        (b"%PDF-1.7", {}, "PDF"),
        (b"", {}, "no heading"),
        (b"\n\n  \n", {}, "no heading"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(file, content, form, says):
    with pytest.raises(SourceError, match=says):
        rows(file(content), **form)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,b\n1,2\n".encode("utf-16") + b"\x00", "truncated"),
        (gzip.compress(b"a,b\n1,2\n" * 9000, mtime=0)[:-20], "cannot be read"),
        (lzma.compress(b"a,b\n1,2\n" * 9000)[:-20], "cannot be read"),
    ],
)
def test_a_file_that_is_cut_off_gives_what_came_before(file, content, says):
    *whole, (line, message) = rows(file(content))
    assert all(cells == ["1", "2"] for _, cells in whole if cells != ["a", "b"])
    assert says in message and message.endswith("what follows is lost")
    assert line > len(whole)


def test_a_byte_that_is_not_utf_8_costs_its_row(file):
    assert rows(file(b'a,b\n1,2\n3,"\xe9\n4"\n5,6\n')) == [
        (2, ["1", "2"]),
        (
            3,
            'not UTF-8: byte 0xe9 in \'3,"\\xe9\\n4"\\n\'; if the table is in Latin-1, say encoding = "latin-1" under '
            "[table] in a mapping file",
        ),
        (5, ["5", "6"]),
    ]


# --- separators and headings ---


@pytest.mark.parametrize(
    ("content", "name", "heading"),
    [
        ("a,b;c\n", "t.csv", ("a", "b;c")),
        ("a;b;c,d\n", "t.csv", ("a", "b", "c,d")),
        ("a\tb\n", "t.csv", ("a", "b")),
        ("a,b,c\td\n", "t.tsv", ("a,b,c", "d")),
        ("a,b,c\td\n", "t.tsv.gz", ("a,b,c", "d")),
        ("a|b\n", "t.txt", ("a", "b")),
        ('"a;b;c",d\n', "t.csv", ("a;b;c", "d")),
        ("sep=;\na,b,c;d\n", "t.csv", ("a,b,c", "d")),
        ("\n\n a , b\n", "t.csv", ("a", "b")),
        ("alone\n", "t.csv", ("alone",)),
    ],
)
def test_the_separator_is_seen_from_the_heading(file, content, name, heading):
    assert table_in(file(content, name), Form()).heading == heading


def test_the_heading_may_stand_further_down_or_nowhere(file):
    path = file("A report\n\nid,title\n1,T\n")
    table = table_in(path, Form(heading=3, separator=","))
    assert (table.heading, table.line, rows(path, heading=3, separator=",")) == (("id", "title"), 3, [(4, ["1", "T"])])
    bare = table_in(file("1,T\n2,U\n", "b.csv"), Form(heading=0))
    assert bare.heading == ("1", "2")
    assert [list(row.cells) for row in bare.rows] == [["1", "T"], ["2", "U"]]


def test_a_short_row_is_filled_up_and_a_long_one_is_broken(file):
    path = file("a,b,c\n1\n1,2,3,,\n1,2,3,4\n\n,,\n5,6,7")
    assert rows(path) == [
        (2, ["1", "", ""]),
        (3, ["1", "2", "3"]),
        (4, "more fields than headings: 4 for 3; '4'"),
        (7, ["5", "6", "7"]),
    ]
    assert [row.given for row in table_in(path, Form()).rows if isinstance(row, Row)] == [1, 3, 3]


# --- quotation marks ---

QUOTES = {
    "doubled": ('"a ""b""",c', [(2, ['a "b"', "c"])]),
    "around lines": ('"a\nb",c\nd,e', [(2, ["a\nb", "c"]), (4, ["d", "e"])]),
    "around CRLF": ('"a\r\nb",c\r\nd,e\r\n', [(2, ["a\r\nb", "c"]), (4, ["d", "e"])]),
    "in the middle": ('5" disk,c\nd,e', [(2, ['5" disk', "c"]), (3, ["d", "e"])]),
    "escaped": (r'"a, \"b\"",c', [(2, ['a, "b"', "c"])]),
    "at the front": ('"Odes" on windows,c\nd,e', [(2, ['"Odes" on windows', "c"]), (3, ["d", "e"])]),
    "never closed": ('"Odes,c\nd,e\nf,g', [(2, ['"Odes', "c"]), (3, ["d", "e"]), (4, ["f", "g"])]),
    "closed by a later row": ('"Odes,c\nd,"e"\nf,g', [(2, ['"Odes', "c"]), (3, ["d", "e"]), (4, ["f", "g"])]),
    "no reading at all": (
        'd,e\n"a" b,c,d\nf,g',
        [
            (2, ["d", "e"]),
            (3, "a quotation mark inside a quoted value is not doubled: '\"a\" b,c,d\\n'"),
            (4, ["f", "g"]),
        ],
    ),
}


@pytest.mark.parametrize("name", QUOTES)
def test_quotation_marks_are_read_or_cost_no_more_than_their_row(file, name):
    content, expected = QUOTES[name]
    assert rows(file(f"one,two\n{content}")) == expected


@pytest.mark.parametrize("name", ["escaped", "at the front", "never closed", "closed by a later row"])
def test_another_reading_of_quotation_marks_is_told(file, name):
    first, *others = table_in(file(f"one,two\n{QUOTES[name][0]}"), Form()).rows
    assert "quotation mark" in first.healed
    assert not [row for row in others if row.healed]


def test_a_table_without_quotation_marks_says_so(file):
    assert rows(file('one\ttwo\n"a\tb"\n', "t.tsv"), quote="") == [(2, ['"a', 'b"'])]


def test_lines_that_went_with_a_broken_row_are_counted(file):
    content = 'one,two,three\n"a,b\nx\ny\n1,2,3\n4,5,6\n'
    assert rows(file(content)) == [
        (2, "a quotation mark is opened and never closed; with it went the next 2 lines: '\"a,b\\n'"),
        (5, ["1", "2", "3"]),
        (6, ["4", "5", "6"]),
    ]


def test_a_row_of_very_many_lines_costs_no_more_than_itself(file, monkeypatch):
    monkeypatch.setattr(tables, "SPAN", 20)
    found = rows(file('a,b,c\n"open,1\n' + "x,y,z\n" * 100))
    assert "more than 20 lines" in found[0][1]
    assert found[1:] == [(line, ["x", "y", "z"]) for line in range(3, 103)]


def test_an_endless_line_costs_no_more_than_itself(file, monkeypatch):
    monkeypatch.setattr(tables, "LONGEST", 100)
    assert rows(file("a,b\n" + "x" * 1000 + ",1\n2,3\n"))[1:] == [(3, ["2", "3"])]
    assert rows(file("a,b\n" + "x" * 1000 + ",1\n2,3\n"))[0][1].startswith("a line of more than 100 characters: 'xxx")


@settings(deadline=None)
@given(st.lists(st.lists(st.text("a1,;\t\"' \nø", max_size=6), min_size=2, max_size=2), max_size=6))
def test_what_is_written_by_the_rules_is_read_as_it_was(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("t") / "t.csv"
    lines = [",".join(f'"{each.replace(chr(34), chr(34) * 2)}"' for each in row) for row in [["a", "b"], *written]]
    path.write_text("\n".join(lines), "utf-8", newline="")
    expected = [row for row in written if any(cell.strip() for cell in row)]
    assert [row.cells for row in table_in(path, Form()).rows] == expected


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_a_source_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(b"a,b\n" + content)
    with suppress(SourceError):
        assert all(isinstance(row, (Row, Broken)) for row in table_in(path, Form()).rows)


@pytest.mark.parametrize(
    ("name", "kind", "named"),
    [
        ("a.csv", "csv", "a"),
        ("a.b.TSV.gz", "tsv", "a.b"),
        ("a.jsonl.xz", "jsonl", "a"),
        ("a.xlsx", "xlsx", "a"),
        ("a.xml", "", "a.xml"),
        (".csv", "", ".csv"),
    ],
)
def test_a_file_is_known_by_its_ending(name, kind, named):
    assert (kind_of(name), stem(name)) == (kind, named)


# --- workbooks ---


@pytest.fixture
def workbook(tmp_path):
    """Writes a workbook with these sheets and gives its path."""

    def write(**sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, content in sheets.items():
            sheet = book.create_sheet(name)
            for row in content:
                sheet.append(row)
        book.save(tmp_path / "book.xlsx")
        return tmp_path / "book.xlsx"

    return write


def test_the_cells_of_a_workbook_are_texts(workbook):
    told = [
        ("id", "title", "date", None),
        (26.0, "Å", date(2014, 1, 2), None),
        (None, None, None),
        (1.5, True, datetime(2014, 1, 2, 3, 4, 5), ""),
        ("#N/A", "x", None, "surplus"),
        (1, "y"),
    ]
    path = workbook(First=told, Second=[("a",), ("b",)])
    assert table_in(path, Form()).heading == ("id", "title", "date")
    assert rows(path) == [
        (2, ["26", "Å", "2014-01-02"]),
        (4, ["1.5", "true", "2014-01-02T03:04:05"]),
        (5, "more fields than headings: 4 for 3; 'surplus'"),
        (6, ["1", "y", ""]),
    ]
    assert rows(path, sheet="Second") == [(2, ["b"])]


def test_a_workbook_by_another_name_says_what_it_is(workbook, tmp_path):
    workbook(First=[("a",)]).rename(tmp_path / "book.csv")
    with pytest.raises(SourceError, match=r"a workbook is called \.xlsx"):
        rows(tmp_path / "book.csv")


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(workbook):
    with pytest.raises(SourceError, match="no sheet 'Third'; it has 'First'"):
        rows(workbook(First=[("a",)]), sheet="Third")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_that_is_none_says_so(file, content):
    with pytest.raises(SourceError, match=r"book\.xlsx"):
        rows(file(content, "book.xlsx"))


def mended(path, name: str, change) -> None:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        held = {each: archive.read(each) for each in archive.namelist()}
    held[name] = change(held[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in held.items():
            archive.writestr(each, content)


def test_a_workbook_that_declares_entities_is_refused(workbook):
    path = workbook(First=[("a", "b"), (1, 2)])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'
    mended(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<worksheet", bomb, 1))
    with pytest.raises(SourceError, match="DOCTYPE"):
        rows(path)


def test_a_workbook_that_would_not_fit_into_memory_is_refused(workbook, monkeypatch):
    path = workbook(First=[("a", "b"), ("long text", 2)])
    monkeypatch.setattr("oai_server.ingest.sheets.LARGEST", 300)
    with pytest.raises(SourceError, match="too big"):
        rows(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'<row r="2"', b'<row r="99999999"'), (b"</sheetData>", b"<sheetData>"), (b'r="A2"', b'r="?"')],
)
def test_a_broken_sheet_ends_with_a_sentence(workbook, old, new):
    path = workbook(First=[("a", "b"), (1, 2)])
    mended(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(old, new, 1))
    try:
        *_, (_, message) = rows(path)
    except SourceError as error:
        message = str(error)
    assert message.endswith("what follows is lost")


def test_a_workbook_in_an_archive_says_that_it_is_to_be_taken_out(workbook, tmp_path):
    (tmp_path / "book.xlsx.gz").write_bytes(gzip.compress(workbook(First=[("a",), ("b",)]).read_bytes(), mtime=0))
    with pytest.raises(SourceError, match="not out of an archive"):
        rows(tmp_path / "book.xlsx.gz")

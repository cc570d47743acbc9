"""Binary MARC 21 as a source: real files, both codings, and what happens to damaged records and odd files."""

import gzip
import hashlib
import lzma
import re
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pymarc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pymarc import Field, Indicators, Record, Subfield

from oai_server.formats.marc import FORMAT
from oai_server.ingest import marc
from oai_server.ingest.mappings import marc as marcxml
from oai_server.ingest.normalise import normalise
from oai_server.ingest.source import Errand, SourceError
from oai_server.ingest.sources import source_of
from oai_server.model import Fault, Reading
from tests.judges import SHARED

REAL = SHARED / "data" / "xml-records" / "marc21-gpo"
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real records in {REAL}")
UTF8, MARC8 = REAL / "nist_ncstar_utf8.mrc", REAL / "nist_ncstar_marc8.mrc"


def record(
    number: str | None = "n1", title: str = "A title", leader: str = "     nam a22     3i 4500", **more: str
) -> bytes:
    """A record as another library writes it: field 001, the title, notes by their tags (``f500="A note"``)."""
    made = Record(leader=leader, force_utf8=True)
    if number:
        made.add_field(Field("001", data=number))
    made.add_field(Field("245", Indicators("0", "0"), [Subfield("a", title)]))
    for tag, text in more.items():
        made.add_field(Field(tag[1:], Indicators(" ", " "), [Subfield("a", text)]))
    return made.as_marc()


def marked(octets: bytes, coding: str) -> bytes:
    """The record with another leader/09."""
    return octets[:9] + coding.encode() + octets[10:]


def exchanged(octets: bytes, old: str, new: bytes) -> bytes:
    """The record with other octets for a text, as many as it had."""
    assert len(old.encode()) == len(new)
    return octets.replace(old.encode(), new)


def read(tmp_path: Path, octets: bytes, name: str = "records.mrc") -> list[Reading | Fault]:
    location = tmp_path / name
    location.parent.mkdir(exist_ok=True)
    location.write_bytes(octets)
    return list(marc.read(Errand(location)))


def only(tmp_path: Path, octets: bytes) -> Reading:
    (reading,) = read(tmp_path, octets)
    assert isinstance(reading, Reading), reading
    return reading


def refusal(tmp_path: Path, octets: bytes) -> Fault:
    (fault,) = read(tmp_path, octets)
    assert isinstance(fault, Fault)
    assert fault.degree == "refused"
    return fault


# --- real files ---


@real
@pytest.mark.parametrize("location", [UTF8, MARC8])
def test_real_records_come_in_whole(location):
    readings = list(marc.read(Errand(location)))
    assert [reading.item.identifier for reading in readings] == [f"00107{number}" for number in range(9091, 9101)]
    assert not [fault for reading in readings for fault in normalise(reading).faults]
    first = readings[0].item
    assert first.texts("dc.title") == (
        "Final report, National Institute of Standards and Technology (NIST) : "
        "technical investigation of the May 22, 2011 tornado in Joplin, Missouri",
    )
    assert first.texts("dc.contributor.author")[0] == "Kuligowski, Erica D."
    assert first.texts("dc.identifier.doi") == ("10.6028/NIST.NCSTAR.3",)
    assert first.datestamp == datetime(2018, 11, 20, 17, 32, 13, tzinfo=UTC)


@real
def test_both_codings_give_the_same_items():
    utf8, marc8 = ([each.item for each in marc.read(Errand(location))] for location in (UTF8, MARC8))
    assert utf8 == marc8


@real
def test_another_library_reads_the_same_fields():
    with UTF8.open("rb") as stream:
        theirs = list(pymarc.MARCReader(stream))
    for known, reading in zip(theirs, marc.read(Errand(UTF8)), strict=True):
        root = etree.fromstring(reading.item.xml["marc"])
        told = [(each.get("tag"), [sub.text for sub in each]) for each in root.iterchildren("{*}datafield")]
        assert told == [(field.tag, [sub.value for sub in field]) for field in known if not field.control_field]


@real
def test_the_xml_says_what_the_record_says():
    for reading in marc.read(Errand(UTF8)):
        root = etree.fromstring(reading.item.xml["marc"])
        assert marcxml.kept(root)
        again = marcxml.told(root).metadata
        assert {name: tuple(values) for name, values in again.items()} == reading.item.metadata


# --- recognising and opening ---


@pytest.mark.parametrize("name", ["records.mrc", "a.marc", "no-ending", "x.dat"])
def test_a_file_is_recognised_by_how_it_begins(tmp_path, name):
    (tmp_path / name).write_bytes(b"\r\n" + record())
    assert source_of(Errand(tmp_path / name)) is marc


@pytest.mark.parametrize(
    ("name", "octets", "recognised"),
    [
        ("damaged.mrc", b"?" * 100, True),
        ("damaged.MRC.gz", gzip.compress(b"?" * 100, mtime=0), True),
        ("a.marcxml", b"<collection/>", False),
        ("a.xml", b"<record/>", False),
        ("empty", b"", False),
        ("a.txt", b"01234 hello", False),
    ],
)
def test_what_does_not_begin_so_only_by_its_name(tmp_path, name, octets, recognised):
    (tmp_path / name).write_bytes(octets)
    assert marc.recognises(Errand(tmp_path / name)) is recognised


def test_what_is_not_there_or_a_url_is_not_recognised(tmp_path):
    assert not marc.recognises(Errand(tmp_path / "nothing"))
    assert not marc.recognises(Errand("https://example.org/records.mrc"))
    with pytest.raises(SourceError):
        list(marc.read(Errand(tmp_path / "nothing")))


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_compressed_files_are_read(tmp_path, compress):
    found = read(tmp_path, compress(record("n1") + record("n2")), "records.mrc.x")
    assert [each.item.identifier for each in found] == ["n1", "n2"]


def test_folders_and_zips_are_read_file_by_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("inner/b.mrc", record("b"))
    (tmp_path / "a.mrc").write_bytes(record("a"))
    (tmp_path / "c.html").write_bytes(b"<html>not a record</html>")
    (tmp_path / "d.mrc").write_bytes(b"")
    a, b, c, d = marc.read(Errand(tmp_path))
    assert (a.item.identifier, b.item.identifier) == ("a", "b")
    assert b.file == f"{tmp_path}/b.zip/inner/b.mrc"
    assert (c.degree, c.file) == ("refused", f"{tmp_path}/c.html")
    assert c.message == "record 1 at octet 1: no leader of a MARC 21 record, but b'<html>not a record</html>'"
    assert (d.degree, d.message) == ("refused", "the file is empty")


def test_a_compressed_file_that_breaks_off_keeps_what_came_before(tmp_path):
    titles = [hashlib.sha512(bytes([number])).hexdigest() * 10 for number in range(200)]
    whole = gzip.compress(b"".join(record(f"n{number}", title) for number, title in enumerate(titles)), mtime=0)
    *found, fault = read(tmp_path, whole[: len(whole) // 2], "records.mrc.gz")
    good = [each for each in found if isinstance(each, Reading)]
    assert len(good) > 50
    assert (fault.degree, fault.rule) == ("refused", "ISO 2709")
    assert fault.message.startswith("after record ")


def test_memory_stays_flat(tmp_path):
    (tmp_path / "many.mrc").write_bytes(record("n1", "A title " * 50) * 600)
    source = marc.read(Errand(tmp_path / "many.mrc"))
    next(source)
    tracemalloc.start()
    count = sum(1 for _ in source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 599
    assert peak < 600_000


# --- one record ---


def test_a_record_becomes_an_item_and_its_marcxml(tmp_path):
    reading = only(tmp_path, record("n1", "A title /", f500="A note."))
    assert reading.item.texts("dc.title") == ("A title",)
    assert reading.item.texts("dc.description") == ("A note.",)
    root = etree.fromstring(reading.item.xml["marc"])
    assert root.tag == "{http://www.loc.gov/MARC21/slim}record"
    assert root.findtext("{*}leader") == "     nam a22     3i 4500"
    assert [each.get("tag") for each in root[1:]] == ["001", "245", "500"]
    location = root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    assert location.split() == [etree.QName(root).namespace, FORMAT.schema]
    assert reading.file == str(tmp_path / "records.mrc")


def test_a_deleted_record_is_withdrawn_and_has_no_xml(tmp_path):
    item = only(tmp_path, record("n1", leader="     dam a22     3i 4500")).item
    assert (item.identifier, item.state, dict(item.xml)) == ("n1", "withdrawn", {})


def test_a_record_without_control_number_is_called_by_its_content_and_that_is_noted(tmp_path):
    reading = only(tmp_path, record(None))
    assert re.fullmatch("records/[0-9a-f]{12}", reading.item.identifier)
    (fault,) = reading.faults
    assert (fault.degree, fault.rule, fault.identifier) == ("noted", "section 2.4", reading.item.identifier)
    _, second = read(tmp_path, record("n9") + record(None))
    assert second.item.identifier == reading.item.identifier


def test_records_of_no_work_are_refused_by_name(tmp_path):
    fault = refusal(tmp_path, record("n1", leader="     nz  a22     n  4500"))
    assert fault.identifier == "n1"
    assert fault.message == "record 1 at octet 1: a record for authority data, not of a work"


def test_a_wrong_time_of_change_is_no_datestamp(tmp_path):
    made = Record(leader="     nam a22     3i 4500")
    made.add_field(Field("001", data="n1"), Field("005", data="20181399999999.0"))
    made.add_field(Field("245", Indicators("0", "0"), [Subfield("a", "T")]))
    assert only(tmp_path, made.as_marc()).item.datestamp is None


# --- damage ---


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda one: one[:-1], "the record breaks off after"),
        (lambda one: one.replace(b"A title", b"A\x1etitle"), "the directory has 3 fields, but marks part 4"),
        (lambda one: one[:24] + b"%" + one[25:], "the directory has the tag"),
        (lambda one: exchanged(one, "é è ê", b"\xe9 \xe8 \xea\xff\xff\xfe"), "leader/09 says Unicode, but octet E9 at"),
        (lambda one: marked(exchanged(one, "é è ê", b"\xe9e \xfd\xfd\xfd\xfd\xfd"), " "), "is not MARC-8"),
    ],
)  # fmt: skip
def test_a_damaged_record_costs_itself_and_tells_where_it_was(tmp_path, damage, message):
    one = record("broken", "A title", f500="é è ê")
    good, fault, last = read(tmp_path, record("n1") + damage(one) + b"\r\n" + record("n3"))
    assert (good.item.identifier, last.item.identifier) == ("n1", "n3")
    assert (fault.degree, fault.identifier, fault.file) == ("refused", "broken", str(tmp_path / "records.mrc"))
    assert fault.message.startswith(f"record 2 at octet {len(record('n1')) + 1}: ")
    assert message in fault.message


def test_what_can_be_mended_is_mended_and_told(tmp_path):
    reading = only(tmp_path, b"00011" + record("n1", f500="Übergröße")[5:])
    assert reading.item.texts("dc.description") == ("Übergröße",)
    (fault,) = reading.faults
    assert (fault.degree, fault.rule, fault.identifier) == ("healed", "ISO 2709", "n1")
    assert fault.message.startswith("record 1 at octet 1: leader/00-04 says 11 octets, but there are ")


def test_control_characters_are_removed_and_told(tmp_path):
    reading = only(tmp_path, record("n1", "A \x0btitle\x00", f500="\x1b\x01A note"))
    assert reading.item.texts("dc.title", "dc.description") == ("A title", "A note")
    assert [(fault.degree, fault.rule) for fault in reading.faults] == [("healed", "XML 1.0 section 2.2")]
    assert reading.faults[0].message.endswith("removed U+0000, U+0001, U+000B, U+001B")
    assert marcxml.kept(etree.fromstring(reading.item.xml["marc"]))


def test_a_field_without_indicators_is_told(tmp_path):
    one = record("n1", f500="A note")
    reading = only(tmp_path, one.replace(b"  \x1fA", b"  \x1fA").replace(b"  \x1faA note", b"AA A note!"[:9] + b"e"))
    assert [fault.rule for fault in reading.faults] == ["MARC 21"]
    assert "field 500 does not begin with two indicators and a subfield" in reading.faults[0].message
    assert reading.item.texts("dc.title") == ("A title",)


def test_tags_and_codes_that_marcxml_has_no_place_for_do_not_spoil_it(tmp_path):
    one = record("n1", f9zZ="Local").replace(b"  \x1faLocal", b"\xc3\xa9\x1f Local")
    reading = only(tmp_path, one)
    assert marcxml.kept(etree.fromstring(reading.item.xml["marc"]))


# --- codings ---


def test_marc_8_is_read(tmp_path):
    one = marked(exchanged(record("n1", "dépôtée"), "dépôtée", b"d\xe2ep\xe3ot\xe2ee"), " ")
    assert only(tmp_path, one).item.texts("dc.title") == ("dépôtée",)
    assert not only(tmp_path, one).faults


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (marked(record("n1", "dépôtée"), " "), "leader/09 is ' ', not 'a', but the octets are UTF-8"),
        (
            exchanged(record("n1", "dépôtée"), "dépôtée", b"d\xe2ep\xe3ot\xe2ee"),
            "leader/09 says Unicode, but the octets are MARC-8",
        ),
    ],
)
def test_a_leader_that_lies_about_the_coding_is_told(tmp_path, octets, message):
    reading = only(tmp_path, octets)
    assert reading.item.texts("dc.title") == ("dépôtée",)
    (fault,) = reading.faults
    assert (fault.degree, fault.rule) == ("healed", "MARC 21 leader/09")
    assert message in fault.message
    assert fault.message.endswith("'dépôtée'")


def test_decomposed_and_composed_text_are_the_same(tmp_path):
    composed, decomposed = "n\u1ebf", "ne\u0302\u0301"
    first, second = read(tmp_path, record("n1", composed) + record("n1", decomposed))
    assert first.item == second.item


@given(st.binary(max_size=80), st.integers(0, 200), st.integers(0, 40))
def test_whatever_happens_to_a_record_the_one_after_it_comes_in(tmp_path_factory, octets, place, length):
    one = record("n1", "Ein längerer Titel", f500="A note", f650="A subject", f700="Doe, Jane")
    damaged = one[:place] + octets + one[place + length :]
    folder = tmp_path_factory.mktemp("any")
    *_, last = read(folder, damaged + b"\x1d" + record("n2"))
    assert isinstance(last, Reading)
    assert last.item.identifier == "n2"

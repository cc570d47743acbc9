"""Records as XML, from real catalogues and made up: one a file, in wrappers, broken, encoded, hostile."""

import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from oai_server.ingest import salvage, xml_records, xml_stream
from oai_server.ingest.payload import Unmapped, item_of
from oai_server.ingest.source import Errand, SourceError
from oai_server.model import Fault, Item, Reading

REAL = Path(__file__).parents[3] / "shared" / "data"
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real records in {REAL}")

MARC = "http://www.loc.gov/MARC21/slim"
DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>{}</dc:title><dc:identifier>{}</dc:identifier></oai_dc:dc>"
)
MODS = "<mods><titleInfo><title>{}</title></titleInfo></mods>"


def dc(title: str = "A title", identifier: str = "1") -> str:
    return DC.format(title, identifier)


def harvested(metadata: str, identifier: str = "oai:a.org:1", header: str = "", status: str = "") -> str:
    """A record with its header, as a harvester keeps it."""
    return (
        f'<record xmlns="http://www.openarchives.org/OAI/2.0/"><header{status}><identifier>{identifier}</identifier>'
        f"<datestamp>2020-01-28T19:30:01.5+01:00</datestamp>{header}</header>{metadata}</record>"
    )


def read(path: Path, data: str | bytes | None = None) -> list[Reading | Fault]:
    if data is not None:
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(xml_records.read(Errand(path)))


def items(found: list[Reading | Fault]) -> list[Item]:
    return [each.item for each in found if isinstance(each, Reading)]


def faults(found: list[Reading | Fault]) -> list[Fault]:
    return [each for each in found if isinstance(each, Fault)]


def titles(found: list[Reading | Fault]) -> list[str | None]:
    return [item.first("dc.title") for item in items(found)]


# --- real records ---


@real
@pytest.mark.parametrize(
    ("name", "count", "refused"),
    [
        ("datacite-bolognese", 21, 0),
        ("datacite-examples", 13, 0),
        ("dspace-xoai", 4, 0),
        ("finna", 6, 1),  # a film in a format of its own
        ("marcxml-gpo", 658, 0),
        ("marcxml-princeton", 25, 0),
        ("mit", 25, 2),  # harvested headers without metadata
        ("mods-perseus/tlg7000.tlg001.mods.xml", 1, 0),
        ("mods-utk-datasets", 14, 0),
        ("oai-record-b2find", 30, 0),
        ("marc21-gpo", 0, 2),  # no XML at all
    ],
)
def test_real_records_become_items_with_a_title_and_a_name(name, count, refused):
    found = read(REAL / "xml-records" / name)
    assert len(items(found)) == count
    assert [fault.degree for fault in faults(found)] == ["refused"] * refused
    assert all(item.identifier and (item.first("dc.title") or item.state == "withdrawn") for item in items(found))
    assert all(each.file.startswith(str(REAL)) for each in found)


@real
def test_a_tar_of_thousands_of_files_is_read_as_one_source():
    found = read(REAL / "xml-records" / "mods-volvoices.tar.xz")
    assert len(items(found)) == 2215
    assert len({item.identifier for item in items(found)}) == 2215
    assert not faults(found)


@real
def test_a_broken_character_in_a_real_collection_costs_its_record(tmp_path):
    data = gzip.decompress((REAL / "xml-records/marcxml-gpo/nist_gcr.xml.gz").read_bytes())
    whole = read(tmp_path / "whole.xml", data)
    place = data.index(b"<marc:subfield", len(data) // 2)
    broken = read(tmp_path / "broken.xml", data[:place] + b"<<" + data[place:])
    (fault,) = faults(broken)
    assert (len(items(whole)), len(items(broken))) == (28, 27)
    assert fault.line == data.count(b"\n", 0, place) + 1
    assert {item.identifier for item in items(broken)} | {fault.identifier} >= {i.identifier for i in items(whole)}
    assert [i.xml for i in items(whole) if i.identifier != fault.identifier] == [i.xml for i in items(broken)]


@real
@pytest.mark.parametrize(
    ("place", "claimed"),
    [
        ("xml-records/mods-utk-datasets", True),
        ("xml-records/marcxml-princeton", True),
        ("xml-records/marcxml-gpo/nist_gcr.xml.gz", True),
        ("xml-records/bibxml-rfc.tar.xz", True),
        ("xml-records/oai-record-b2find", True),
        ("xml-records/marc21-gpo", False),
        ("oai-responses", False),
        ("saf/brage-nve-2753238", False),
        ("dspace-csv", False),
        ("dspace-rest", False),
        ("corpora/tate.jsonl.xz", False),
    ],
)
def test_what_is_xml_and_no_other_source_s_is_recognised(place, claimed):
    assert xml_records.recognises(Errand(REAL / place)) is claimed


# --- wrappers, namespaces, names ---


@pytest.mark.parametrize(
    "document",
    [
        dc(),
        f"<records>{dc()}</records>",
        f"<a><b/><b><c>{dc()}</c></b></a>",
        f"<records><record>{dc()}</record></records>",
        f'<x:search xmlns:x="http://www.loc.gov/zing/srw/"><x:record><x:recordData>{dc()}</x:recordData></x:record></x:search>',
        f"<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'><ListRecords>{harvested(f'<metadata>{dc()}</metadata>')}"
        "</ListRecords></OAI-PMH>",
        harvested(f"<metadata>{dc()}</metadata>"),
        harvested(f"<metadata><wrap><record xmlns=''>{dc()}</record></wrap></metadata>"),
        harvested(f"<metadata>{dc()}</metadata>").replace(' xmlns="http://www.openarchives.org/OAI/2.0/"', ""),
        "\ufeff<?xml version='1.0' encoding='utf-8'?><!-- <dc> --><?x <dc>?>\n" + dc(),
    ],
)
def test_a_record_is_found_in_whatever_it_is_wrapped(tmp_path, document):
    found = read(tmp_path / "a.xml", document)
    assert titles(found) == ["A title"]
    assert not faults(found)


@pytest.mark.parametrize(("prefix", "colon"), [("", ""), ("marc", ":"), ("m", ":")])
def test_marcxml_is_known_with_any_prefix_and_without_its_namespace(tmp_path, prefix, colon):
    name = f"{prefix}{colon}"
    record = (
        f"<{name}record><{name}leader>00714cam a2200205 a 4500</{name}leader>"
        f'<{name}controlfield tag="001">7</{name}controlfield>'
        f'<{name}datafield tag="245" ind1="0" ind2="0">'
        f'<{name}subfield code="a">A title</{name}subfield></{name}datafield></{name}record>'
    )
    declared = f'<{name}collection xmlns{":" if prefix else ""}{prefix}="{MARC}">{record}</{name}collection>'
    (item,) = items(read(tmp_path / "a.mrx", declared))
    assert (item.identifier, item.first("dc.title")) == ("7", "A title")
    assert etree.fromstring(item.xml["marc"]).tag == f"{{{MARC}}}record"
    if not prefix:
        (reading,) = read(tmp_path / "b.mrx", f"<collection>{record}</collection>")
        assert isinstance(reading, Reading)
        assert etree.fromstring(reading.item.xml["marc"])[2][0].tag == f"{{{MARC}}}subfield"
        assert [(fault.degree, fault.rule) for fault in reading.faults] == [("healed", "section 3.4")]


def test_the_xml_is_kept_as_it_came_with_the_declarations_it_needs_and_no_others(tmp_path):
    document = (
        '<records xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:other="urn:x"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<q:qualifieddc xmlns:q="http://dspace.org/qualifieddc/">\n '
        '<dc:title>A <!-- no -->title</dc:title><dc:identifier xsi:type="dcterms:URI">http://a.org/1</dc:identifier>'
        "</q:qualifieddc></records>"
    )
    (item,) = items(read(tmp_path / "a.xml", document))
    kept = etree.fromstring(item.xml["qdc"])
    assert item.xml["qdc"].startswith("<q:qualifieddc ")
    assert "\n <dc:title>A title</dc:title>" in item.xml["qdc"]
    assert set(kept.nsmap) == {"q", "dc", "dcterms", "xsi"}


def test_a_header_gives_name_sets_stamp_and_provenance(tmp_path):
    provenance = '<provenance xmlns="http://www.openarchives.org/OAI/2.0/provenance"/>'
    about = f'<about>{provenance}</about><about><x xmlns="u"/></about>'
    sets = "<setSpec>a:b</setSpec><setSpec>a b</setSpec>"
    (reading,) = read(tmp_path / "a.xml", harvested(f"<metadata>{dc()}</metadata>{about}", header=sets))
    assert isinstance(reading, Reading)
    item = reading.item
    assert (item.identifier, item.sets, str(item.datestamp)) == ("oai:a.org:1", ("a:b",), "2020-01-28 18:30:01+00:00")
    assert [etree.fromstring(each).tag for each in item.about] == [
        "{http://www.openarchives.org/OAI/2.0/provenance}provenance"
    ]
    assert {fault.rule for fault in reading.faults} == {"section 2.6", "section 2.5"}


def test_a_deleted_header_is_a_withdrawn_item_and_a_bare_one_is_refused(tmp_path):
    dead = harvested("", identifier="1", header="<setSpec>s</setSpec>", status=' status="deleted"')
    bare, odd = harvested("", identifier="2"), harvested("", identifier="3", status=' status=""')
    found = read(tmp_path / "a.xml", f"<records>{dead}{bare}{odd}</records>")
    assert [(item.identifier, item.state, item.sets) for item in items(found)] == [("1", "withdrawn", ("s",))]
    assert [(fault.identifier, fault.message) for fault in faults(found)] == [
        ("2", "the record has no metadata"),
        ("3", "the record has no metadata"),
    ]


def test_dublin_core_that_stands_bare_in_the_metadata_is_read_and_told(tmp_path):
    elements = "<dc:title>A title</dc:title><dc:date>2020</dc:date>"
    bare = f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{elements}</metadata>'
    (reading,) = read(tmp_path / "a.xml", harvested(bare))
    assert isinstance(reading, Reading)
    assert reading.item.texts("dc.title", "dc.date") == ("A title", "2020")
    assert ("healed", "section 3.4") in {(fault.degree, fault.rule) for fault in reading.faults}


def test_a_record_without_a_name_is_called_after_its_file_and_place(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one.xml").write_text(MODS.format("One"))
    (tmp_path / "in" / "two.xml").write_text(
        f"<modsCollection>{MODS.format('Two')}{MODS.format('Three')}</modsCollection>"
    )
    found = read(tmp_path / "in")
    assert [item.identifier for item in items(found)] == ["in/one", "in/two/1", "in/two/2"]
    assert all(("noted", "section 2.4") in {(f.degree, f.rule) for f in each.faults} for each in found)  # type: ignore[union-attr]
    assert [item.identifier for item in items(read(tmp_path / "in" / "two.xml"))] == ["two/1", "two/2"]


# --- what is no record ---


def test_what_is_no_record_is_a_fault_and_no_stop(tmp_path):
    for name, data in {
        "1.xml": b"",
        "2.html": b"<!DOCTYPE html><html><body>Not found<br></body></html>",
        "3.xml": b"<ExchangeSet><Work/></ExchangeSet>",
        "4.txt": b"Read me",
        "5.xml": b'<a xmlns="urn:x"',
        "6.xml": dc().encode(),
    }.items():
        (tmp_path / name).write_bytes(data)
    found = read(tmp_path)
    assert titles(found) == ["A title"]
    assert [(Path(fault.file).name, fault.degree) for fault in faults(found)] == [
        (name, "refused") for name in ("1.xml", "2.html", "3.xml", "4.txt", "5.xml")
    ]
    messages = [fault.message for fault in faults(found)]
    assert messages[:2] == ["the file is empty", "an HTML page, not metadata records"]
    assert "the root element is ExchangeSet" in messages[2]


def test_what_no_mapping_knows_is_refused_by_the_name_of_its_root():
    with pytest.raises(Unmapped, match=r"no mapping knows the root element \{urn:x\}work"):
        item_of(etree.fromstring('<work xmlns="urn:x"/>'))


def test_metadata_of_an_unknown_kind_is_refused_and_the_next_record_goes_in(tmp_path):
    unknown = harvested('<metadata><work xmlns="urn:x"/></metadata>', identifier="1")
    found = read(tmp_path / "a.xml", f"<records>{unknown}{dc()}</records>")
    (fault,) = faults(found)
    assert (fault.identifier, fault.message) == ("1", "no mapping knows the root element {urn:x}work")
    assert titles(found) == ["A title"]


def test_what_stands_beside_records_is_told(tmp_path):
    found = read(tmp_path / "a.xml", f"<all><x><y/></x>{dc()}<x><y/></x>{dc(identifier='2')}<leaf/><z><y/></z></all>")
    assert len(items(found)) == 2
    assert [fault.message.partition(" beside")[0] for fault in faults(found)] == ["2 x", "1 z"]


@pytest.mark.parametrize("text", ["", "{}", "id,dc.title\n1,2\n", "@article{a}", "00714cam a22002051 4500"])
def test_what_is_no_xml_is_not_recognised(tmp_path, text):
    (tmp_path / "a").write_text(text)
    assert not xml_records.recognises(Errand(tmp_path / "a"))
    assert not xml_records.recognises(Errand(tmp_path))


@pytest.mark.parametrize(
    ("root", "claimed"),
    [("OAI-PMH", False), ("dublin_core", False), ("html", False), ("Response", False), ("x:y", True), ("mods", True)],
)
def test_the_root_element_decides_whose_it_is(tmp_path, root, claimed):
    (tmp_path / "a").write_text(f"\ufeff<?xml version='1.0'?>\n<!-- a > b --><!DOCTYPE x>\n<{root}\n attribute='1'/>")
    assert xml_records.recognises(Errand(tmp_path / "a")) is claimed


def test_a_missing_location_is_an_error_of_the_source(tmp_path):
    with pytest.raises(SourceError, match="missing"):
        read(tmp_path / "none")
    assert not xml_records.recognises(Errand(tmp_path / "none"))
    assert not xml_records.recognises(Errand("https://example.org/a.xml"))


# --- not well-formed ---

BROKEN = {
    "a tag that is no tag": dc("a < b"),
    "a control character as no text": dc("a").replace("</dc:title>", "</dc:titel>"),
    "an end tag that is missing": dc("a").replace("</oai_dc:dc>", ""),
    "an entity that nobody defined": dc("&nbsp;"),
    "an attribute without quotes": dc("a").replace("<dc:title>", "<dc:title a=b>"),
    "a comment without an end": dc("a <!-- b"),
    "a prefix that nobody declared": dc("a").replace("<dc:title>", "<x:title/><dc:title>"),
    "bytes that are no UTF-8": dc("bl\xe5b\xe6r").encode("latin-1"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_broken_record_costs_itself_and_no_other(tmp_path, broken, place):
    records = [dc("One", "1").encode(), dc("Two", "2").encode()]
    records.insert(place, broken.encode() if isinstance(broken, str) else broken)
    found = read(tmp_path / "a.xml", b"<records>\n" + b"\n".join(records) + b"\n</records>")
    assert titles(found) == ["One", "Two"]
    (fault,) = faults(found)
    assert (fault.degree, fault.line) == ("refused", place + 2)
    assert len(fault.message) < 250


def test_bytes_that_are_no_utf_8_are_refused_by_name_with_what_they_are(tmp_path):
    (fault,) = read(tmp_path / "a.xml", dc("bl\xe5b\xe6r").encode("latin-1"))
    assert isinstance(fault, Fault)
    assert (fault.rule, fault.identifier) == ("encoding", "1")
    assert "not UTF-8" in fault.message
    assert "\\xe5" in fault.message


@pytest.mark.parametrize(
    ("title", "expected", "rule"),
    [
        ("a\x0bb", "ab", "XML 1.0 section 2.2"),
        ("a&#x1F;b", "ab", "XML 1.0 section 2.2"),
        ("R & D & <![CDATA[", None, None),
        ("R & D &amp; E &#65; &lt;", "R & D & E A <", "XML 1.0 section 2.4"),
    ],
)
def test_what_can_be_mended_without_a_guess_is_mended_and_told(tmp_path, title, expected, rule):
    found = read(tmp_path / "a.xml", f"<records>{dc(title)}{dc('Two', '2')}</records>")
    if expected is None:
        assert titles(found)[-1:] != ["R"]
        return
    assert titles(found) == [expected, "Two"]
    (mended, whole) = found
    assert isinstance(mended, Reading)
    assert isinstance(whole, Reading)
    assert [(fault.degree, fault.rule) for fault in mended.faults] == [("healed", rule)]
    assert not whole.faults


def test_a_file_that_is_cut_off_gives_what_was_whole(tmp_path):
    whole = "<records>" + "".join(dc(f"Title {number}", str(number)) for number in range(100))
    found = read(tmp_path / "a.xml", whole[:-13])
    assert titles(found) == [f"Title {number}" for number in range(99)]
    (fault,) = faults(found)
    assert (fault.rule, fault.identifier) == ("well-formed XML", "99")
    assert "cut off" in fault.message


def test_trouble_between_records_costs_none_and_is_told(tmp_path):
    found = read(tmp_path / "a.xml", f"<records>{dc('One')}</wrong>{dc('Two', '2')} & </records>")
    assert titles(found) == ["One", "Two"]
    (fault,) = faults(found)
    assert (fault.degree, fault.rule) == ("healed", "well-formed XML")


def test_records_after_the_trouble_keep_their_names_and_namespaces(tmp_path):
    record = "<m:mods><m:titleInfo><m:title>{}</m:title></m:titleInfo></m:mods>"
    records = [record.format(number) for number in range(5)]
    records[2] = record.format("<")
    document = '<x xmlns="urn:y">\n<m:modsCollection xmlns:m="http://www.loc.gov/mods/v3">{}</m:modsCollection></x>'
    found = read(tmp_path / "a.xml", document.format("\n".join(records)))
    assert [item.identifier for item in items(found)] == ["a/1", "a/2", "a/4", "a/5"]
    assert [each.line for each in found] == [2, 3, 4, 5, 6]
    assert all(set(etree.fromstring(item.xml["mods"]).nsmap) == {"m"} for item in items(found))


# --- encodings ---


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("ISO-8859-1", "latin-1"),
        ("iso-8859-15", "iso-8859-15"),
        ("windows-1252", "cp1252"),
        ("UTF-32", "utf-32"),
    ],
)
@pytest.mark.parametrize("trouble", ["", "<broken>"])
def test_a_declared_encoding_is_honoured_also_when_records_have_to_be_cut_out(tmp_path, declared, codec, trouble):
    document = (
        f'<?xml version="1.0" encoding="{declared}"?>\n<all>{dc("blåbær")}\n{dc(trouble, "2")}{dc("é", "3")}</all>'
    )
    found = read(tmp_path / "a.xml", document.encode(codec))
    assert [title for title in titles(found) if title] == ["blåbær", "é"]
    assert xml_records.recognises(Errand(tmp_path / "a.xml"))


def test_an_encoding_that_nobody_knows_is_refused_by_name(tmp_path):
    found = read(tmp_path / "a.xml", f'<?xml version="1.0" encoding="klingon"?>{dc()}')
    assert [(fault.rule, "klingon" in fault.message) for fault in faults(found)] == [("encoding", True)]


# --- hostile ---


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY x "secret">]>',
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY x "&c;&c;&c;">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
    ],
)
def test_no_entity_is_expanded_or_fetched(tmp_path, doctype):
    found = read(tmp_path / "a.xml", f"{doctype}<a>{dc('One &x;')}{dc('Two', '2')}</a>")
    assert titles(found) == ["Two"]
    assert [fault.line for fault in faults(found)] == [1]


def test_an_entity_in_an_attribute_is_not_expanded_either(tmp_path):
    doctype = '<!DOCTYPE a [<!ENTITY x "ha">]>'
    record = dc().replace("<dc:title>", "<dc:title a='&x;'>")
    found = read(tmp_path / "a.xml", f"{doctype}<a>{record}</a>")
    assert not items(found)
    assert len(faults(found)) == 1


def test_a_document_type_alone_does_no_harm(tmp_path):
    found = read(tmp_path / "a.xml", f"<!DOCTYPE a [<!ELEMENT a ANY>]><a>{dc()}</a>")
    assert titles(found) == ["A title"]
    assert "DOCTYPE" not in items(found)[0].xml["oai_dc"]


def test_deep_nesting_costs_the_record_that_is_nested(tmp_path):
    deep = dc("<x>" * 5000 + "</x>" * 5000)
    found = read(tmp_path / "a.xml", f"<all>{deep}{dc('Two', '2')}</all>")
    assert titles(found) == ["Two"]
    assert [fault.identifier for fault in faults(found)] == ["1"]


def test_a_record_that_is_too_large_is_refused_and_the_next_goes_in(tmp_path, monkeypatch):
    for module in (xml_stream, salvage):
        monkeypatch.setattr(module, "LARGEST", 300_000)
    found = read(tmp_path / "a.xml", f"<all>{dc('One')}{dc('a ' * 1_000_000, '2')}{dc('Three', '3')}</all>")
    assert titles(found) == ["One", "Three"]
    assert "more than 300,000 octets" in faults(found)[0].message


def test_a_large_document_without_any_record_is_refused_in_flat_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_stream, "LARGEST", 300_000)
    (fault,) = read(tmp_path / "a.xml", "<all>" + "<x><y>text</y></x>" * 50_000 + "</all>")
    assert isinstance(fault, Fault)
    assert fault.degree == "refused"


@pytest.mark.parametrize(
    "garbage", ["<!-- ", "<![CDATA[ ", "<oai_dc:dc ", "<a b='", "<a><b>", "&#0;", "<oai_dc:dc xmlns:oai_dc='u'><a>"]
)
def test_garbage_repeated_ten_thousand_times_takes_no_longer_than_it_is_long(tmp_path, garbage):
    (tmp_path / "a.xml").write_text(f"<all>{dc()}{garbage * 10_000}</all>")
    start = time.process_time()
    assert titles(read(tmp_path / "a.xml"))[:1] == ["A title"]
    assert time.process_time() - start < 5


# --- flat memory ---


GROWTH = """
import resource, sys
from oai_server.ingest import mappings, xml_records
from oai_server.ingest.source import Errand

def count(path):
    return sum(hasattr(each, "item") for each in xml_records.read(Errand(path)))

assert count(sys.argv[1]) == 100
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(count(sys.argv[2]), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("start", ["<all>", "<all><"], ids=["whole", "broken at once"])
def test_memory_stays_flat_in_12_megabytes_of_one_line(tmp_path, start):
    """Measured in a process of its own, where nothing else takes memory, libxml2's included."""
    for name, count in (("warm.xml", 100), ("long.xml", 6000)):
        with (tmp_path / name).open("w") as file:
            file.write(start)
            for number in range(count):
                file.write(dc("A title " * 230, str(number)))
            file.write("</all>")
    assert (tmp_path / "long.xml").stat().st_size > 12_000_000
    command = [sys.executable, "-c", GROWTH, tmp_path / "warm.xml", tmp_path / "long.xml"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    count, kilobytes = map(int, done.stdout.split())
    assert count == 6000
    assert kilobytes < 3000


# --- anything ---

MARKS = """<all> </all> <!-- --> <![CDATA[ ]]> < > & <? " <record> </record> <record <a:b xmlns:a='u'""".split()
pieces = st.sampled_from([dc(), dc()[:60], dc()[60:], "<!DOCTYPE a [", "]>", " ", *MARKS])
documents = st.binary(max_size=40) | st.lists(pieces, max_size=8).map(lambda parts: "".join(parts).encode())


@given(documents)
def test_whatever_a_file_holds_it_is_read_or_refused_and_the_next_comes(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.xml").write_bytes(data)
    (folder / "b.xml").write_text(dc("The last", "last"))
    found = read(folder)
    assert titles(found)[-1] == "The last"
    assert [each for each in found if each.file.endswith("a.xml")]

"""Another endpoint as a source: recorded responses, real and broken, and live harvests of servers that misbehave."""

import gzip
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from oai_server.formats.judge import objections
from oai_server.ingest import oai
from oai_server.ingest.cutting import LARGEST, Cutter, Part
from oai_server.ingest.source import Errand, Mark
from oai_server.ingest.stamps import instant, utc_text
from oai_server.model import Fault, Item, Reading, Set
from tests.ingest.misbehaving import DC, OAI, Entry

REAL = Path(__file__).parents[3] / "shared" / "data" / "oai-responses"
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real recordings in {REAL}")
PROVENANCE = "{http://www.openarchives.org/OAI/2.0/provenance}"
UNMAPPED = "known metadata formats"


def given(location: Path | str) -> list[Reading | Fault | Set | Mark]:
    return list(oai.read(Errand(location)))


def items(found) -> list[Item]:
    return [each.item for each in found if isinstance(each, Reading)]


def names(found) -> list[str]:
    return [item.identifier for item in items(found)]


def faults(found, degree: str) -> list[Fault]:
    return [each for each in found if isinstance(each, Fault) and each.degree == degree]


def notes(found) -> list[tuple[str, str]]:
    """Degree and rule of everything that was found wrong, in items and beside them."""
    inside = (fault for each in found if isinstance(each, Reading) for fault in each.faults)
    return [(fault.degree, fault.rule) for fault in (*inside, *(each for each in found if isinstance(each, Fault)))]


# --- real recordings ---

RECORDINGS = {  # name: records with metadata, deleted, sets
    "addis_ababa": (8, 0, 0),
    "arxiv-cs": (52, 0, 0),
    "asu": (78, 1, 0),
    "bhl": (42, 0, 0),
    "boise_state": (13, 0, 0),
    "calhoun": (73, 0, 0),
    "calpoly": (208, 0, 0),
    "caltech": (88, 0, 0),
    "chapman": (7, 0, 0),
    "citeseerx": (306, 0, 0),
    "cogprints": (45, 0, 0),
    "cuny": (44, 0, 0),
    "datacite": (56, 0, 0),
    "digitalhoward": (181, 0, 0),
    "dryad": (294, 0, 0),
    "duke": (62, 0, 0),
    "erasmus-pyoai": (17, 0, 10),
    "hacettepe": (103, 0, 0),
    "huskiecommons": (23, 0, 0),
    "iwu_commons": (60, 0, 0),
    "krex": (18, 0, 0),
    "metha-cache-slv": (2000, 0, 0),
    "metha-cache-swinburne": (300, 0, 0),
    "mit": (50, 0, 0),
    "mit-cli-all-options-except-set-spec": (15, 9, 0),
    "mit-get-identifiers": (0, 0, 0),
    "mit-get-identifiers-no-matches": (0, 0, 0),
    "mit-get-records-include-deleted": (0, 2, 0),
    "mit-get-sets": (0, 0, 1000),
    "mit-harvest-from-set": (58, 0, 0),
    "nature-4pages": (0, 0, 0),
    "ncar": (1, 0, 0),
    "nist": (72, 0, 0),
    "opensiuc": (5, 0, 0),
    "pdxscholar": (35, 0, 0),
    "pubmedcentral": (844, 0, 0),
    "rcaap": (103, 0, 0),
    "scholarworks_umass": (96, 0, 0),
    "sickle": (6, 5, 131),
    "tdar": (24, 0, 0),
    "trinity": (99, 0, 0),
    "udel": (1578, 0, 0),
    "uiucideals": (43, 0, 0),
    "umassmed": (37, 0, 0),
    "umontreal": (41, 0, 0),
    "uow": (11, 0, 0),
    "utaustin": (31, 0, 0),
    "zenodo": (7, 0, 0),
    "zenodo-get_record": (2, 0, 0),
    "zenodo-id_does_not_exist": (0, 0, 0),
    "zenodo-identify": (0, 0, 0),
    "zenodo-list_identifiers": (0, 1, 0),
    "zenodo-list_metadata_formats": (0, 0, 0),
    "zenodo-list_records": (23, 1, 0),
    "zenodo-list_sets": (0, 0, 10),
}
NO_MAPPING = {  # records in formats that we do not read, or that say nothing ("Item is not available")
    "arxiv-cs": 48,
    "dryad": 132,
    "ncar": 1,
}
REFUSED = {  # responses that are none, and recorded errors
    "erasmus-pyoai": ["section 3.2"],
    "nature-4pages": ["section 3.6"] * 2,
    "sickle": ["section 2.5", "section 3.2", *["section 3.6"] * 5],
    "zenodo-get_record": ["section 3.6"],
    "zenodo-id_does_not_exist": ["section 3.6"],
    "zenodo-identify": ["section 3.2"],
    "zenodo-list_identifiers": ["section 3.6"] * 2,
    "zenodo-list_metadata_formats": ["section 3.6"],
    "zenodo-list_records": ["section 3.6"] * 3,
    "zenodo-list_sets": ["section 3.6"],
}


@real
@pytest.mark.parametrize("name", RECORDINGS)
def test_a_real_recording_gives_all_its_records_deletions_and_sets(name):
    assert oai.recognises(Errand(REAL / name))
    found = given(REAL / name)
    states = Counter(item.state for item in items(found))
    refused = faults(found, "refused")
    unmapped = sum(fault.rule == UNMAPPED for fault in refused)
    sets = sum(isinstance(each, Set) for each in found)
    assert (states["active"] + unmapped, states["withdrawn"], sets) == RECORDINGS[name]
    assert unmapped == NO_MAPPING.get(name, 0)
    assert sorted(fault.rule for fault in refused if fault.rule != UNMAPPED) == REFUSED.get(name, [])


@real
def test_the_whole_folder_is_one_source():
    assert oai.recognises(Errand(REAL))
    assert sum(count for count, _, _ in RECORDINGS.values()) == 7259
    assert {path.name for path in REAL.iterdir() if path.is_dir()} == set(RECORDINGS)


@real
def test_the_lists_of_requests_beside_are_no_responses():
    assert not oai.recognises(Errand(REAL / "requests.csv"))
    (fault,) = given(REAL / "requests.csv")
    assert (fault.degree, fault.message) == ("noted", "not read: it is no XML")


@real
def test_a_real_record_brings_header_and_origin():
    found = items(given(REAL / "asu"))
    first = found[0]
    assert first.identifier == "item:28146"
    assert first.datestamp == instant("2015-03-10T15:57:15Z")
    assert first.sets
    assert set(first.xml) == {"oai_dc"}
    (about,) = first.about
    description = etree.fromstring(about).find(f"{PROVENANCE}originDescription")
    assert description.findtext(f"{PROVENANCE}identifier") == "item:28146"
    assert description.findtext(f"{PROVENANCE}baseURL") == "http://repository.asu.edu/oai-pmh"
    assert description.get("altered") == "false"


@real
@pytest.mark.parametrize("name", ["huskiecommons", "erasmus-pyoai", "metha-cache-swinburne", "addis_ababa"])
def test_every_origin_of_a_real_record_is_valid(name):
    packages = [etree.fromstring(text) for item in items(given(REAL / name)) for text in item.about]
    assert not [objection for package in packages for objection in objections(package, "provenance.xsd")]


# --- recordings made up ---


def page(*inner: str, root: str = "OAI-PMH", verb: str = "ListRecords", date: str = "2024-06-01T12:00:00Z") -> str:
    xmlns = f' xmlns="{OAI}"' if root == "OAI-PMH" else ""
    listed = "\n".join(inner)
    return (
        f"<{root}{xmlns}><responseDate>{date}</responseDate>"
        f'<request verb="{verb}">http://origin.example.org/oai?verb=x</request>\n'
        f"<{verb}>\n{listed}\n</{verb}></{root}>"
    )


def record(identifier: str, title: str = "A title", **more) -> str:
    return Entry(identifier, title=title, **more).xml(DC)


def recording(tmp_path: Path, content: str | bytes, name: str = "page.xml") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


THREE = ("a:1", "a:2", "a:3")


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ("fish & chips", "well-formed XML"),
        ("<b>bold", "well-formed XML"),
        ("a < b", "well-formed XML"),
        ("&nbsp;", "well-formed XML"),
        ("\udcff\udcfe", "well-formed XML"),
        ("<!-- never closed", "well-formed XML"),
        ("<![CDATA[never closed", "well-formed XML"),
        ("</metadata></record><record>", "well-formed XML"),
        ('<x a="1', "well-formed XML"),
        ("</title></dc></metadata>", "well-formed XML"),
        ("<undeclared:x/>", "well-formed XML"),
    ],
)
def test_one_broken_record_costs_one_record(tmp_path, broken, rule):
    content = page(record("a:1"), record("a:2", broken), record("a:3"))
    path = recording(tmp_path, content.encode("utf-8", "surrogateescape"))
    found = given(path)
    assert names(found) == ["a:1", "a:3"]
    fault = faults(found, "refused")[0]
    assert (fault.rule, fault.identifier, fault.file) == (rule, "a:2", str(path))
    assert fault.line == 4
    assert len(fault.message) <= 250


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_record_that_is_never_closed_takes_no_other_with_it(tmp_path, place):
    records = [record(name) for name in THREE]
    records[place] = records[place].removesuffix("</record>")
    found = given(recording(tmp_path, page(*records)))
    assert names(found) == [name for name in THREE if name != THREE[place]]
    assert [fault.identifier for fault in faults(found, "refused")] == [THREE[place]]


@pytest.mark.parametrize(
    ("text", "kept", "removed"),
    [
        ("a\x0bb", "ab", "U+000B"),
        ("a&#11;b&#xC;", "ab", "U+000B, U+000C"),
        ("a\ufffeb\x00\x00", "ab", "U+0000 ×2, U+FFFE"),
        ("a&#x41;\x1f", "aA", "U+001F"),
    ],
)
def test_characters_that_xml_forbids_are_taken_out_and_told(tmp_path, text, kept, removed):
    found = given(recording(tmp_path, page(record("a:1"), record("a:2", text), record("a:3"))))
    assert names(found) == list(THREE)
    reading = found[1]
    assert reading.item.texts("dc.title") == (kept,)
    assert ("healed", f"removed {removed}") in [(fault.degree, fault.message) for fault in reading.faults]
    assert 'altered="true"' in reading.item.about[0]
    assert not found[0].faults


@pytest.mark.parametrize("cut", range(150, 1400, 90))
def test_a_response_that_is_cut_off_gives_what_is_whole_and_says_so(tmp_path, cut):
    content = page(*(record(name) for name in THREE)).encode()
    found = given(recording(tmp_path, content[:cut]))
    whole = [name for name in THREE if content.index(name.encode()) + 300 < cut]
    assert names(found)[: len(whole)] == whole
    assert len(names(found)) <= len(whole) + 1
    if cut < len(content):
        assert "cut off" in " ".join(fault.message for fault in faults(found, "refused"))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "broken xml",
        "<!DOCTYPE html><html><body><p>Sorry</body></html>",
        "<a/>",
        "\x1f\x8b",
        "<",
        "<OAI-PMH",
        "<!--",
    ],
)
def test_what_is_no_response_is_refused_as_a_file_and_no_more(tmp_path, content):
    recording(tmp_path, content, "1.xml")
    recording(tmp_path, page(record("a:1")), "2.xml")
    found = given(tmp_path)
    assert names(found) == ["a:1"]
    assert [Path(fault.file).name for fault in faults(found, "refused")] == ["1.xml"]


def test_pages_in_numbered_files_packed_or_not_are_one_list(tmp_path):
    recording(tmp_path, page(record("a:1")), "page1.xml")
    recording(tmp_path, gzip.compress(page(record("a:2")).encode(), mtime=0), "page2.xml.gz")
    recording(tmp_path, page(record("a:3")), "page3")
    recording(tmp_path, "", ".hidden")
    assert oai.recognises(Errand(tmp_path))
    assert names(given(tmp_path)) == list(THREE)


def test_several_responses_in_one_file_each_have_their_own_date(tmp_path):
    pages = [page(record(f"a:{day}"), date=f"2024-06-0{day}T00:00:00Z") for day in (1, 2)]
    found = items(given(recording(tmp_path, '<?xml version="1.0"?>' + '\n<?xml version="1.0"?>'.join(pages))))
    dates = [etree.fromstring(item.about[0])[0].get("harvestDate") for item in found]
    assert dates == ["2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z"]


def test_a_wrapper_around_several_responses_lends_them_its_declarations(tmp_path):
    inner = page(record("a:1")).replace(f' xmlns="{OAI}"', "").replace("<", "<o:").replace("<o:/", "</o:")
    inner = inner.replace("<o:dc", "<dc").replace("</o:dc", "</dc").replace("o:title", "title")
    found = given(recording(tmp_path, f'<all xmlns:o="{OAI}">{inner}{inner.replace("a:1", "a:2")}</all>'))
    assert names(found) == ["a:1", "a:2"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "iso-8859-1", "windows-1252", "utf-16", "utf-16-le"])
def test_a_declared_encoding_is_read(tmp_path, encoding):
    declared = encoding.removesuffix("-sig").removesuffix("-le")
    text = f'<?xml version="1.0" encoding="{declared}"?>{page(record("a:1", "Ærø"))}'
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    path = recording(tmp_path, mark + text.encode(encoding))
    assert oai.recognises(Errand(path))
    assert items(given(path))[0].texts("dc.title") == ("Ærø",)


@pytest.mark.parametrize("name", ["klingon", "zlib", "rot13", "undefined", "hex"])
def test_an_encoding_that_is_none_is_refused_by_name(tmp_path, name):
    content = f'<?xml version="1.0" encoding="{name}"?>{page(record("a:1"))}'
    (fault,) = given(recording(tmp_path, content))
    assert (fault.degree, name in fault.message) == ("refused", True)


@pytest.mark.parametrize(
    ("encoding", "wrong"),
    [("windows-1252", b"\x81"), ("shift_jis", b"\xff\xff"), ("utf-16-le", b"\x00\xdc"), ("utf-8", b"\xed\xa0\x80")],
)
def test_bytes_that_are_none_in_their_encoding_cost_one_record(tmp_path, encoding, wrong):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{page(record("a:1"), record("a:2", "HERE"), record("a:3"))}'
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    content = mark + text.encode(encoding).replace("HERE".encode(encoding), wrong)
    found = given(recording(tmp_path, content))
    assert names(found) == ["a:1", "a:3"]
    assert [fault.identifier for fault in faults(found, "refused")] == ["a:2"]


def test_utf_16_that_is_cut_within_a_character_is_cut_off_and_no_more(tmp_path):
    found = given(recording(tmp_path, page(record("a:1"), record("a:2")).encode("utf-16")[:-201]))
    assert names(found)[0] == "a:1"
    assert faults(found, "refused")


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE OAI-PMH [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">] >',
        '<!DOCTYPE OAI-PMH [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE OAI-PMH SYSTEM "http://127.0.0.1:1/b.dtd">',
    ],
)
def test_entities_are_neither_expanded_nor_fetched(tmp_path, bomb):
    found = given(recording(tmp_path, bomb + page(record("a:1", "x&b;"), record("a:2"))))
    assert names(found) == ["a:2"]
    assert [fault.identifier for fault in faults(found, "refused")] == ["a:1"]


def test_elements_nested_too_deeply_cost_their_record(tmp_path):
    deep = "<b>" * 5000 + "</b>" * 5000
    assert names(given(recording(tmp_path, page(record("a:1", deep), record("a:2"))))) == ["a:2"]


def test_a_record_inside_of_a_record_or_of_text_is_no_record(tmp_path):
    inside = "<record xmlns=''><header>x</header><record/></record>"
    hidden = "A title<!-- <record> --><![CDATA[</record>]]>"
    content = page(record("a:1", inside), record("a:2", hidden)).encode()
    assert len([each for each in Cutter([content]).parts() if isinstance(each, Part) and each.name == "record"]) == 2
    assert items(given(recording(tmp_path, content)))[-1].texts("dc.title") == ("A title</record>",)


@pytest.mark.parametrize("size", [1, 7, 100, 65_536])
def test_parts_are_the_same_however_the_bytes_come(size):
    content = page(record("a:1", "<![CDATA[</record>]]>"), record("a:2", 'x<i a=">"/>'), record("a:3")).encode()
    pieces = (content[start : start + size] for start in range(0, len(content), size))
    assert list(Cutter(pieces).parts()) == list(Cutter([content]).parts())


def test_a_part_without_end_is_given_up_at_a_bound():
    filling = b"x" * 1_000_000
    endless = (b"<ListRecords><record>", *[filling] * (LARGEST // len(filling) + 5), b"</record><record/>")
    (part,) = (each for each in Cutter(endless).parts() if isinstance(each, Part) and len(each.xml) > 100)
    assert part.complaint
    assert len(part.xml) < LARGEST + 3_000_000


# --- headers ---


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-05-01", "2024-05-01"),
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:00", "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:00.123Z", "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00Z"),
        (" 2024-05-01T10:00:00-0130 ", "2024-05-01T11:30:00Z"),
        ("0800-05-01", "0800-05-01"),
        ("0800-05-01T10:00:00Z", "0800-05-01T10:00:00Z"),
        ("2024-05-01T10:00Z", "2024-05-01T10:00:00Z"),
        ("2024-02-30", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_datestamps_are_read_as_they_are_written_elsewhere(text, utc):
    assert utc_text(text) == utc


def test_a_datestamp_that_is_none_is_noted_and_the_record_goes_in(tmp_path):
    found = given(recording(tmp_path, page(record("a:1", datestamp="soon"))))
    assert items(found)[0].datestamp is None
    assert ("noted", "section 3.3") in notes(found)


def test_deleted_records_and_headers_are_withdrawn_items(tmp_path):
    header = '<header status="deleted"><identifier>a:2</identifier><datestamp>2024-05-01</datestamp></header>'
    recording(tmp_path, page(record("a:1", deleted=True, sets=("s",)), record("a:9", deleted=False)), "1.xml")
    recording(tmp_path, page(header, header.replace('"deleted"', '""'), verb="ListIdentifiers"), "2.xml")
    found = given(tmp_path)
    assert [(item.identifier, item.state, item.sets) for item in items(found)] == [
        ("a:1", "withdrawn", ("s",)),
        ("a:9", "active", ()),
        ("a:2", "withdrawn", ()),
    ]
    assert [fault.message for fault in faults(found, "noted")] == [
        "1 header without metadata: existing, but nothing to take in"
    ]


@pytest.mark.parametrize(
    ("spec", "legal"),
    [
        ("a:b", ("a:b",)),
        ("a b/ö", ("a_b__",)),
        ("a::b:", ("a:b",)),
        ("::", ()),
    ],
)
def test_set_specs_are_made_legal_in_headers_and_in_list_sets_alike(tmp_path, spec, legal):
    named = f"<set><setSpec>{spec}</setSpec><setName>A  name</setName></set>"
    recording(tmp_path, page(record("a:1", sets=(spec,))), "1.xml")
    recording(tmp_path, page(named, verb="ListSets"), "2.xml")
    found = given(tmp_path)
    assert items(found)[0].sets == legal
    assert [each for each in found if isinstance(each, Set)] == [Set(each, "A name") for each in legal]
    assert notes(found).count(("noted", "section 2.6")) == (0 if legal == (spec,) else 2)


def test_a_set_is_described_as_its_repository_does(tmp_path):
    named = (
        "<set><setSpec>a</setSpec><setName/><setDescription><dc><description>Papers\n on</description>"
        "<title>all</title></dc></setDescription></set>"
    )
    assert given(recording(tmp_path, page(named, verb="ListSets"))) == [Set("a", "a", "Papers on all")]


@pytest.mark.parametrize(
    ("inner", "rule"),
    [
        ("<record><header><identifier>a:1</identifier></header></record>", "section 2.5"),
        ("<record><header><identifier>a:1</identifier></header><metadata/></record>", "section 2.5"),
        (record("").replace("<identifier></identifier>", ""), "section 2.5"),
        ("<record/>", "section 2.5"),
        (record("a:1").replace("oai_dc/", "unheard-of/"), UNMAPPED),
    ],
)
def test_a_record_without_what_it_must_have_is_refused(tmp_path, inner, rule):
    found = given(recording(tmp_path, page(inner, record("a:2"))))
    assert names(found) == ["a:2"]
    assert [(fault.rule, fault.line) for fault in faults(found, "refused")] == [(rule, 3)]


@pytest.mark.parametrize(
    ("code", "degree"),
    [("noRecordsMatch", "noted"), ("noSetHierarchy", "noted"), ("badArgument", "refused"), ("", "refused")],
)
def test_a_recorded_error_is_told_by_its_code(tmp_path, code, degree):
    content = f'<OAI-PMH xmlns="{OAI}"><error code="{code}">because</error></OAI-PMH>'
    (fault,) = given(recording(tmp_path, content))
    assert (fault.degree, fault.rule) == (degree, "section 3.6")
    assert "because" in fault.message


# --- about ---


def about(*packages: str) -> str:
    return "".join(f"<about>{package}</about>" for package in packages)


RIGHTS = '<rights xmlns="http://www.openarchives.org/OAI/2.0/rights/"><rightsReference ref="http://x/"/></rights>'
OLDER = (
    '<p:provenance xmlns:p="http://www.openarchives.org/OAI/2.0/provenance">'
    '<p:originDescription harvestDate="2020-01-01T00:00:00Z" altered="true"><p:baseURL>http://first.example.org/oai'
    "</p:baseURL><p:identifier>f:1</p:identifier><p:datestamp>2019-01-01</p:datestamp>"
    "<p:metadataNamespace>http://www.loc.gov/mods/v3</p:metadataNamespace></p:originDescription></p:provenance>"
)


def test_about_is_kept_and_the_provenance_that_came_is_inside_of_ours(tmp_path):
    path = recording(tmp_path, page(record("a:1", about=about(RIGHTS, OLDER), datestamp="2024-05-01T10:00:00.5Z")))
    (item,) = items(given(path))
    rights, provenance = (etree.fromstring(text) for text in item.about)
    assert etree.QName(rights).localname == "rights"
    assert not objections(provenance, "provenance.xsd")
    ours, theirs = provenance.iter(f"{PROVENANCE}originDescription")
    assert dict(ours.attrib) == {"harvestDate": "2024-06-01T12:00:00Z", "altered": "false"}
    assert [child.text for child in ours][:4] == [
        "http://origin.example.org/oai",
        "a:1",
        "2024-05-01T10:00:00Z",
        "http://www.openarchives.org/OAI/2.0/oai_dc/",
    ]
    assert theirs.findtext(f"{PROVENANCE}identifier") == "f:1"


def test_without_a_base_url_the_provenance_that_came_stays_as_it_is(tmp_path):
    content = page(record("a:1", about=about(OLDER))).replace("http://origin.example.org/oai?verb=x", "")
    (item,) = items(given(recording(tmp_path, content)))
    (kept,) = item.about
    assert [each.findtext(f"{PROVENANCE}identifier") for each in etree.fromstring(kept)] == ["f:1"]


def test_withdrawn_items_have_no_origin(tmp_path):
    (item,) = items(given(recording(tmp_path, page(record("a:1", deleted=True)))))
    assert item.about == ()


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://repo.example.org/oai", True),
        ("https://repo.example.org/oai/request?set=x", True),
        ("https://export.arxiv.org/oai2", True),
        ("https://oai.example.org/", True),
        ("https://example.org/cgi/oai-pmh.pl", True),
        ("https://example.org/x?metadataPrefix=oai_dc", True),
        ("https://repo.example.org/server/api", False),
        ("https://example.org/records.jsonl", False),
    ],
)
def test_a_url_is_known_by_what_it_says(url, known):
    assert oai.recognises(Errand(url)) is known


@pytest.mark.parametrize("content", ["", "<collection><record/></collection>", "{}", "id,dc.title\n"])
def test_other_files_are_left_to_other_sources(tmp_path, content):
    assert not oai.recognises(Errand(recording(tmp_path, content, "x.xml")))
    assert not oai.recognises(Errand(tmp_path))
    assert not oai.recognises(Errand(tmp_path / "missing"))

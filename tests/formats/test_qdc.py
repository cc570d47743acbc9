"""qdc: which element, which scheme, which access (formats.md sections 3.1, 4 and 5.2)."""

from datetime import date

import pytest
from hypothesis import given, settings

from oai_server.formats.qdc import FORMAT, NAMESPACES, TYPE
from oai_server.formats.rendering import Renderer
from oai_server.formats.writing import XML_LANG
from oai_server.model import File, Site, Value
from tests.formats.any_item import items
from tests.formats.items import item
from tests.formats.test_golden import CASES, ITEMS
from tests.judges import official, ours

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
RENDERER = Renderer({"qdc": FORMAT}, SITE)
COAR = "http://purl.org/coar/access_right/"
END = date(2032, 1, 1)
PDF = File("a.pdf", "application/pdf", 777, "7 kB", "md5:" + "e" * 32, "https://demo.example.org/bits/a b.pdf")


def record(fields, *files):
    return FORMAT.crosswalk(item(fields, *files), SITE)


def told(name, fields, *files):
    """Scheme and text of each element of that name."""
    found = record(fields, *files).findall(name, NAMESPACES)
    return [((each.get(TYPE) or "").removeprefix("dcterms:") or None, each.text) for each in found]


# Field by field

PLAIN = [
    ("dc.title", "dc:title"),
    ("dcterms.title", "dc:title"),
    ("dc.title.alternative", "dcterms:alternative"),
    ("dc.contributor.author", "dc:creator"),
    ("dc.creator", "dc:creator"),
    ("dc.creator.corporate", "dc:creator"),
    ("dc.contributor.advisor", "dc:contributor"),
    ("dc.contributor.editor", "dc:contributor"),
    ("dc.description.sponsorship", "dc:contributor"),
    ("dc.subject", "dc:subject"),
    ("dc.description", "dc:description"),
    ("dc.description.abstract", "dcterms:abstract"),
    ("dc.description.tableofcontents", "dcterms:tableOfContents"),
    ("dcterms.tableOfContents", "dcterms:tableOfContents"),
    ("dc.publisher", "dc:publisher"),
    ("dc.type", "dc:type"),
    ("dc.identifier", "dc:identifier"),
    ("dc.identifier.citation", "dcterms:bibliographicCitation"),
    ("dc.relation", "dc:relation"),
    ("dc.relation.ispartofseries", "dcterms:isPartOf"),
    ("dc.relation.isreferencedby", "dcterms:isReferencedBy"),
    ("dcterms.isVersionOf", "dcterms:isVersionOf"),
    ("dc.source", "dc:source"),
    ("dc.coverage", "dc:coverage"),
    ("dc.coverage.spatial", "dcterms:spatial"),
    ("dc.coverage.temporal", "dcterms:temporal"),
    ("dc.format", "dc:format"),
    ("dc.format.extent", "dcterms:extent"),
    ("dc.format.medium", "dcterms:medium"),
    ("dc.rights", "dc:rights"),
    ("dc.rights.holder", "dcterms:rightsHolder"),
    ("dc.rights.uri", "dcterms:license"),
    ("dc.date", "dc:date"),
    ("dc.date.created", "dcterms:created"),
    ("dc.date.copyright", "dcterms:dateCopyrighted"),
    ("dc.date.available", "dcterms:available"),
    ("dcterms.audience", "dcterms:audience"),
    ("dcterms.educationLevel", "dcterms:educationLevel"),
]


@pytest.mark.parametrize(("field", "element"), PLAIN)
def test_a_field_is_told_in_its_element_or_refinement(field, element):
    assert (None, "Some words") in told(element, {field: "Some words"})
    assert [each.text for each in record({field: "Some words"})].count("Some words") == 1


@pytest.mark.parametrize(
    "field",
    """dc.description.provenance dc.description.version dc.description.status dc.date.accessioned dc.date.embargo
    dc.rights.embargoreason dc.contributor.orcid dc.creator.email person.email dcterms.provenance oaire.citation.title
    thesis.degree.grantor local.note dc.type.qualificationlevel dc.publisher.place dc.identifier.grantnumber""".split(),
)
def test_what_nobody_should_see_and_what_dublin_core_has_no_place_for_is_left_out(field):
    assert "Some words" not in [each.text for each in record({field: "Some words"})]


@pytest.mark.parametrize(
    ("field", "text", "element", "scheme", "written"),
    [
        ("dc.subject.ddc", "551.31", "dc:subject", "DDC", "551.31"),
        ("dc.subject.lcc", "GB2401", "dc:subject", "LCC", "GB2401"),
        ("dc.subject.lcsh", "Ice", "dc:subject", "LCSH", "Ice"),
        ("dc.subject.mesh", "Ice Cover", "dc:subject", "MESH", "Ice Cover"),
        ("dc.subject.udc", "551.3", "dc:subject", "UDC", "551.3"),
        ("dc.date.issued", "2024-02-29", "dcterms:issued", "W3CDTF", "2024-02-29"),
        ("dc.date.issued", "2024-02-29T10:00", "dcterms:issued", "W3CDTF", "2024-02-29"),
        ("dc.date.issued", "2024-02-29T10:00:00+20:00", "dcterms:issued", "W3CDTF", "2024-02-29"),
        ("dc.date.issued", "2024", "dcterms:issued", "W3CDTF", "2024"),
        ("dc.date.issued", "17-Nov-2015", "dcterms:issued", None, "17-Nov-2015"),
        ("dc.date.issued", "2023-02-29", "dcterms:issued", None, "2023-02-29"),
        ("dc.date.created", "2009-01-01/2013-12-31", "dcterms:created", None, "2009-01-01/2013-12-31"),
        ("dc.identifier.uri", "https://a.org/é b", "dc:identifier", "URI", "https://a.org/%C3%A9%20b"),
        ("dc.identifier.uri", "http://[", "dc:identifier", None, "http://["),
        ("dc.identifier.uri", "http://a b/", "dc:identifier", None, "http://a b/"),
        ("dc.identifier.urn", "urn:nbn:de:1", "dc:identifier", "URI", "urn:nbn:de:1"),
        ("dc.identifier.doi", "doi:10.5555/a<b", "dc:identifier", "URI", "https://doi.org/10.5555/a%3Cb"),
        ("dc.identifier.doi", "forthcoming", "dc:identifier", None, "forthcoming"),
        ("dc.identifier.issn", "1471-244X", "dc:identifier", None, "ISSN: 1471-244X"),
        ("dc.identifier.issn", "urn:ISSN:1471-244X", "dc:identifier", "URI", "urn:ISSN:1471-244X"),
        ("dc.identifier.eissn", "1471-244X", "dc:identifier", None, "ISSN: 1471-244X"),
        ("dc.identifier.isbn", "ISBN 123456789X", "dc:identifier", None, "ISBN 123456789X"),
        ("dc.relation.uri", "https://a.org/1", "dc:relation", "URI", "https://a.org/1"),
        ("dc.rights.uri", "https://a.org/terms", "dcterms:license", "URI", "https://a.org/terms"),
        ("dc.format.mimetype", "application/pdf", "dc:format", "IMT", "application/pdf"),
        ("dc.format.mimetype", "PDF", "dc:format", None, "PDF"),
    ],
)
def test_a_value_has_a_scheme_where_it_keeps_to_one(field, text, element, scheme, written):
    assert told(element, {field: text}) == [(scheme, written)]


def test_what_is_in_a_scheme_is_in_no_language():
    fields = {"dc.subject.lcsh": [Value("Ice", "en_US")], "dc.subject": [Value("Eis", "de_CH"), Value("x", "other")]}
    subjects = record(fields).findall("dc:subject", NAMESPACES)
    assert {(each.text, each.get(TYPE), each.get(XML_LANG)) for each in subjects} == {
        ("Ice", "dcterms:LCSH", None),
        ("Eis", None, "de-CH"),
        ("x", None, None),
    }


@pytest.mark.parametrize(
    ("language", "codes"),
    [
        ("de", [("ISO639-2", "deu")]),
        ("ger", [("ISO639-2", "deu")]),
        ("en_US", [("ISO639-2", "eng")]),
        ("cmn", [("ISO639-3", "cmn")]),
        ("hbs", [("ISO639-3", "hbs")]),
        ("zh", [("ISO639-2", "zho")]),
        ("afa", [("ISO639-2", "afa")]),
        ("other", []),
        ("N/A", []),
    ],
)
def test_a_language_is_told_by_its_iso_code_and_an_unknown_one_not_at_all(language, codes):
    assert told("dc:language", {"dc.language.iso": language}) == codes


@pytest.mark.parametrize(
    ("fields", "types"),
    [
        ({}, [(None, "Other")]),
        ({"dc.type": "Article"}, [(None, "Article"), ("DCMIType", "Text")]),
        ({"dc.type": "Dataset"}, [(None, "Dataset"), ("DCMIType", "Dataset")]),
        ({"dc.type": "An unheard-of thing"}, [(None, "An unheard-of thing")]),
        ({"thesis.degree.level": "Doctoral"}, [(None, "Doctoral thesis"), ("DCMIType", "Text")]),
        ({"dc.type.coar": "journal article"}, [(None, "journal article"), ("DCMIType", "Text")]),
        ({"oaire.resourceType": "journal article"}, [(None, "journal article"), ("DCMIType", "Text")]),
        (
            {"dc.type": "http://purl.org/coar/resource_type/c_6501"},
            [("URI", "http://purl.org/coar/resource_type/c_6501"), ("DCMIType", "Text")],
        ),
    ],
)
def test_a_type_is_told_as_it_is_and_in_dcmis_word(fields, types):
    assert told("dc:type", fields) == types


def test_each_value_is_told_once_and_elements_stand_in_dcmis_order():
    fields = {
        "dc.rights": "x",
        "dc.subject": ["Ice", "Ice"],
        "dc.identifier": "2",
        "dc.identifier.uri": "https://a.org/1",
    }
    root = record({**fields, "dc.title.alternative": "b", "dc.title": "a"})
    assert [(each.tag.rpartition("}")[2], each.text) for each in root] == [
        ("title", "a"),
        ("alternative", "b"),
        ("subject", "Ice"),
        ("type", "Other"),
        ("identifier", "https://a.org/1"),
        ("identifier", "2"),
        ("rights", "x"),
        ("accessRights", f"{COAR}c_14cb"),
    ]


# Access


@pytest.mark.parametrize(
    ("access", "until", "code", "available"),
    [
        ("open", None, "c_abf2", [("W3CDTF", "2020-02-02")]),
        ("restricted", None, "c_16ec", [("W3CDTF", "2020-02-02")]),
        ("closed", None, "c_14cb", [("W3CDTF", "2020-02-02")]),
        ("embargoed", END, "c_f1cf", [("W3CDTF", "2032-01-01")]),
        ("embargoed", None, "c_f1cf", []),
    ],
)
def test_access_is_told_by_coars_uri_and_an_embargo_by_its_end(access, until, code, available):
    """What is under embargo is not available, whatever day the repository wrote down."""
    file = File("a.pdf", access=access, available=until)
    fields = {"dc.date.available": "2020-02-02"}
    assert told("dcterms:accessRights", fields, file) == [("URI", f"{COAR}{code}")]
    assert told("dcterms:available", fields, file) == available


def test_an_item_without_files_is_metadata_only():
    assert told("dcterms:accessRights", {}) == [("URI", f"{COAR}c_14cb")]


def test_the_end_of_an_embargo_may_stand_in_a_field():
    file = File("a.pdf", access="embargoed")
    assert told("dcterms:available", {"dc.date.embargo": "2031-06-30"}, file) == [("W3CDTF", "2031-06-30")]


def test_an_access_right_in_the_metadata_that_the_files_belie_is_not_told():
    fields = {"dc.rights": ["info:eu-repo/semantics/embargoedAccess", "In Copyright"]}
    assert told("dc:rights", fields, File("a.pdf", access="open")) == [(None, "In Copyright")]


@pytest.mark.parametrize("access", ["restricted", "embargoed", "closed"])
def test_of_a_file_that_is_not_open_only_type_and_extent_are_told(access):
    file = File(PDF.name, PDF.mimetype, PDF.size, PDF.extent, PDF.checksum, PDF.url, access=access, available=END)
    assert told("dc:format", {}, file) == [("IMT", "application/pdf")]
    assert told("dcterms:extent", {}, file) == [(None, "7 kB")]
    assert told("dcterms:hasPart", {}, file) == []


def test_an_open_file_is_a_part_by_its_address_with_its_size():
    file = File(PDF.name, PDF.mimetype, PDF.size, PDF.extent, PDF.checksum, PDF.url, access="open")
    assert told("dcterms:hasPart", {}, file, file) == [("URI", "https://demo.example.org/bits/a%20b.pdf")]
    assert told("dcterms:extent", {}, file) == [(None, "7 kB"), (None, "777 bytes")]
    assert told("dc:format", {}, file, file) == [("IMT", "application/pdf")]


# The whole


def test_the_specimen_is_told_as_it_stands():
    """formats.md section 8: the spelling kept, no size invented, no address promised."""
    root = FORMAT.crosswalk(ITEMS[CASES["specimen"]], SITE)
    texts = {
        name: [each.text for each in root.findall(name, NAMESPACES)] for name in ("dc:creator", "dcterms:isPartOf")
    }
    assert texts["dc:creator"] == [
        "Domoney, Jill",
        "Howard, Louise M.",
        "Abas, Melanie",
        "Broadbent, Matthew",
        "Oram, Sian",
    ]
    assert texts["dcterms:isPartOf"] == ["BMC Psychiary;Volume 15, Issue 289, page 1-9"]
    assert [each.text for each in root.findall("dcterms:issued", NAMESPACES)] == ["2015-11-17"]
    assert [each.text for each in root.findall("dcterms:extent", NAMESPACES)] == ["680.53 kB"]
    assert [each.text for each in root.findall("dc:type", NAMESPACES)] == ["Other"]
    assert not root.findall("dcterms:hasPart", NAMESPACES)


def test_every_item_is_offered():
    assert FORMAT.offered(item({}))


@settings(max_examples=60, deadline=None)
@given(items())
def test_whatever_an_item_holds_its_record_is_valid(each):
    rendered = RENDERER.render(each)
    assert not rendered.faults
    assert not ours(rendered.metadata["qdc"])
    assert not official(rendered.metadata["qdc"])
    assert b"secret" not in rendered.metadata["qdc"] or any(file.access == "open" for file in each.files)

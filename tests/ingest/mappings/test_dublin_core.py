"""Dublin Core in its containers, and DSpace's own fields: what is read is what was written."""

from collections import Counter

import pytest
from hypothesis import given
from lxml import etree

from oai_server.formats import dim, oai_dc, qdc, xoai
from oai_server.formats.fields import shown
from oai_server.ingest import jsonl
from oai_server.ingest.mappings import mapping_of
from oai_server.ingest.mappings.oai_dc import kept
from oai_server.ingest.payload import item_of
from oai_server.ingest.source import Errand
from oai_server.model import Item, Reading, Site, Value
from tests.formats.any_item import items
from tests.ingest.mappings.real import parsed, real, records, texts, told
from tests.judges import ROOT

SITE = Site("https://a.org/oai", "A", "a.org", "https://a.org/schemas/")
NAMESPACES = (
    'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:qdc="http://dspace.org/qualifieddc/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="urn:x"'
)
DEMO = [each.item for each in jsonl.read(Errand(ROOT / "data" / "items.jsonl")) if isinstance(each, Reading)]


def simple(content: str) -> str:
    return f"<oai_dc:dc {NAMESPACES}>{content}</oai_dc:dc>"


def qualified(content: str) -> str:
    return f"<qdc:qualifieddc {NAMESPACES}>{content}</qdc:qualifieddc>"


def read(xml: str) -> dict[str, list[str]]:
    return texts(told(xml))


# --- elements and terms ---


@pytest.mark.parametrize(
    ("element", "field", "value"),
    [
        ("<dc:title>A  title\n</dc:title>", "dc.title", "A title"),
        ("<dc:creator>Doe, J.</dc:creator>", "dc.contributor.author", "Doe, J."),
        ("<dc:contributor>Roe, R.</dc:contributor>", "dc.contributor", "Roe, R."),
        ("<dc:description>x</dc:description>", "dc.description", "x"),
        ("<dc:date>2015-11</dc:date>", "dc.date", "2015-11"),
        ("<dc:language>en</dc:language>", "dc.language.iso", "en"),
        ("<dc:language>pt-BR</dc:language>", "dc.language.iso", "pt-BR"),
        ("<dc:language>English</dc:language>", "dc.language", "English"),
        ("<dc:rights>CC-BY</dc:rights>", "dc.rights", "CC-BY"),
        ("<dc:rights>info:eu-repo/semantics/openAccess</dc:rights>", "dc.rights", "info:eu-repo/semantics/openAccess"),
        ("<dc:rights>http://a.org/by</dc:rights>", "dc.rights.uri", "http://a.org/by"),
        ("<dc:rights.uri>http://a.org/by</dc:rights.uri>", "dc.rights.uri", "http://a.org/by"),
        ("<dc:format>application/pdf</dc:format>", "dc.format.mimetype", "application/pdf"),
        ("<dc:format>12 p.</dc:format>", "dc.format", "12 p."),
        ("<dc:identifier>https://doi.org/10.5555/A</dc:identifier>", "dc.identifier.doi", "10.5555/A"),
        ("<dc:identifier>ISSN: 1234-5678</dc:identifier>", "dc.identifier.issn", "1234-5678"),
        ("<dc:identifier>http://a.org/1</dc:identifier>", "dc.identifier.uri", "http://a.org/1"),
        ("<dc:identifier>mss 12</dc:identifier>", "dc.identifier.other", "mss 12"),
        ("<dcterms:abstract>x</dcterms:abstract>", "dc.description.abstract", "x"),
        ("<dcterms:alternative>x</dcterms:alternative>", "dc.title.alternative", "x"),
        ("<dcterms:issued>2015</dcterms:issued>", "dc.date.issued", "2015"),
        ("<dcterms:dateAccepted>2015</dcterms:dateAccepted>", "dc.date.accepted", "2015"),
        ("<dcterms:isPartOf>A journal</dcterms:isPartOf>", "dc.relation.ispartof", "A journal"),
        ("<dcterms:spatial>Oslo</dcterms:spatial>", "dc.coverage.spatial", "Oslo"),
        ("<dcterms:bibliographicCitation>J. 1</dcterms:bibliographicCitation>", "dc.identifier.citation", "J. 1"),
        ("<dcterms:provenance>Bought</dcterms:provenance>", "dcterms.provenance", "Bought"),
        ('<dc:subject xsi:type="dcterms:DDC">510</dc:subject>', "dc.subject.ddc", "510"),
        ('<dc:subject xsi:type="dcterms:LCSH">Cats</dc:subject>', "dc.subject.lcsh", "Cats"),
        ('<dc:identifier type="citation">J. 1, 2</dc:identifier>', "dc.identifier.citation", "J. 1, 2"),
        ('<dc:relation type="ispartofseries">S 1</dc:relation>', "dc.relation.ispartofseries", "S 1"),
    ],
)
def test_an_element_goes_to_the_field_that_our_formats_read(element, field, value):
    assert read(simple(element)) == read(qualified(element)) == {field: [value]}


def test_languages_are_kept_and_a_value_said_twice_is_told_once():
    said = told(simple('<dc:title xml:lang="en">A</dc:title><dc:title>A</dc:title><dc:title>A</dc:title><dc:type/>'))
    assert said.metadata == {"dc.title": [Value("A", "en"), Value("A")]}


def test_a_date_with_a_time_of_day_stands_behind_the_date_of_issue():
    dates = "<dc:date>2016-05-14T02:00:00Z</dc:date><dc:date>2015</dc:date>"
    assert read(simple(dates)) == {"dc.date": ["2015", "2016-05-14T02:00:00Z"]}


@pytest.mark.parametrize(
    ("identifiers", "name"),
    [
        (["http://a.org/1", "10.5555/a", "hdl:1/2"], "1/2"),
        (["http://a.org/1", "doi:10.5555/a"], "10.5555/a"),
        (["mss-12", "http://a.org/1"], "http://a.org/1"),
        (["ISSN 1234-5678", "urn:isbn:978-0-306-40615-7", "Doe, J. (2015). A title", "mss-12"], "mss-12"),
        (["ISSN 1234-5678"], None),
        ([], None),
    ],
)
def test_the_record_is_named_by_what_names_it_alone(identifiers, name):
    given_ids = "".join(f"<dc:identifier>{each}</dc:identifier>" for each in identifiers)
    assert told(simple(f"<dc:title>A</dc:title>{given_ids}")).identifier == name


def test_what_is_no_dublin_core_is_left_out_and_noted_once():
    said = told(
        simple(
            "<dc:title>A</dc:title><x:title>B</x:title><x:title>C</x:title><dcterms:indexTerms>D</dcterms:indexTerms>"
        )
    )
    assert texts(said) == {"dc.title": ["A"]}
    assert said.notes == [
        ("Dublin Core", "left out, being no Dublin Core: {urn:x}title, {http://purl.org/dc/terms/}indexTerms")
    ]


def test_elements_in_a_wrapper_of_somebody_s_own_are_read():
    """A state library wraps its elements once more inside of the container."""
    wrapped = simple('<record xmlns=""><dc:title>A</dc:title><dcterms:created>1900</dcterms:created></record>')
    assert read(wrapped) == {"dc.title": ["A"], "dc.date.created": ["1900"]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('<dc:title xml:lang="en">A</dc:title>', True),
        ('<dc:title type="main">A</dc:title>', False),
        ("<dcterms:created>1900</dcterms:created>", False),
        ("<dc:title><dc:title>A</dc:title></dc:title>", False),
    ],
)
def test_only_what_keeps_to_oai_dc_is_served_as_it_came(content, expected):
    assert kept(parsed(simple(content))) is expected
    item, notes = item_of(parsed(simple(f"<dc:title>A</dc:title>{content}")), "1")
    assert ("oai_dc" in item.xml) is expected
    assert (not any(rule == "section 3.4" for _, rule, _ in notes)) is expected


@pytest.mark.parametrize(
    "root",
    ["{http://worldcat.org/xmlschemas/qdc-1.0/}qualifieddc", "{http://dspace.org/qualifieddc/}qualifieddc", "dc"],
)
def test_containers_of_other_namespaces_are_known(root):
    mapping = mapping_of(etree.Element(root))
    assert mapping is not None
    assert mapping.PREFIX in ("oai_qdc", "qdc", "oai_dc")


# --- DSpace's own ---


@pytest.mark.parametrize("crosswalk", [dim.crosswalk, xoai.crosswalk])
@pytest.mark.parametrize("item", DEMO, ids=lambda item: item.identifier)
def test_what_dspace_s_formats_tell_is_read_as_it_was(crosswalk, item):
    said = told(crosswalk(item, SITE))
    found = {name: tuple(values) for name, values in said.metadata.items()}
    assert {n: [(v.text, v.language) for v in vs] for n, vs in found.items()} == {
        name: [(value.text, value.language) for value in values] for name, values in shown(item).items()
    }


@given(items())
def test_dim_is_read_back_with_authority_and_confidence(item: Item):
    root = dim.crosswalk(item, SITE)
    said = [value for values in told(root).metadata.values() for value in values]
    wanted = Counter((f.text.strip(), f.get("authority"), f.get("confidence")) for f in root if (f.text or "").strip())
    assert Counter((v.text, v.authority, None if v.confidence is None else str(v.confidence)) for v in said) == wanted


@pytest.mark.parametrize("crosswalk", [oai_dc.crosswalk, qdc.crosswalk])
@given(items())
def test_whatever_we_write_can_be_read(crosswalk, item: Item):
    root = crosswalk(item, SITE)
    assert not [note for note in told(root).notes if "titleless" in note]
    assert read(etree.tostring(root).decode()).get("dc.title", []) == list(
        dict.fromkeys(" ".join(each.text.split()) for each in root.iter("{*}title") if each.text and each.text.split())
    )


def test_dim_keeps_line_ends_and_repeated_values_and_tells_odd_fields():
    field = '<field mdschema="{}" element="{}" qualifier="{}" lang="{}">{}</field>'
    fields = [
        ("dc", "title", "none", "*", " A\nB "),
        ("dc", "title", "", "en", "A\nB"),
        ("d c", "x", "", "", "C"),
        ("", "", "", "", "D"),
    ]
    said = told(
        f'<dim xmlns="http://www.dspace.org/xmlns/dspace/dim">{"".join(field.format(*each) for each in fields)}</dim>'
    )
    assert said.metadata == {"dc.title": [Value("A\nB"), Value("A\nB", "en")]}
    assert len(said.notes) == 2


@pytest.mark.parametrize(
    ("status", "access", "available"),
    [
        ("", "open", None),
        ('<element name="access-status"><field name="value">open.access</field></element>', "open", None),
        ('<element name="access-status"><field name="value">restricted</field></element>', "restricted", None),
        ('<element name="access-status"><field name="value">unknown</field></element>', "restricted", None),
        ('<element name="access-status"><field name="value">embargo</field></element>', "restricted", None),
        (
            '<element name="access-status"><field name="value">embargo</field>'
            '<field name="embargo">2050-01-01</field></element>',
            "embargoed",
            "2050-01-01",
        ),
    ],
)
def test_xoai_tells_the_files_of_the_bundle_original_and_their_access(status, access, available):
    bundle = (
        '<element name="bundle"><field name="name">{}</field><element name="bitstreams"><element name="bitstream">'
        '<field name="name">{}</field><field name="format">application/pdf</field><field name="size">12</field>'
        '<field name="url">http://a.org/{}</field><field name="checksum">ab</field>'
        '<field name="checksumAlgorithm">MD5</field></element></element></element>'
    )
    bundles = bundle.format("ORIGINAL", "a.pdf", "a.pdf") + bundle.format("LICENSE", "license.txt", "license.txt")
    others = f'<element name="others"><field name="handle">1/2</field>{status}</element>'
    said = told(
        f'<metadata xmlns="http://www.lyncode.com/xoai"><element name="bundles">{bundles}</element>{others}</metadata>'
    )
    (file,) = said.files
    assert (file.name, file.size, file.checksum, file.url) == ("a.pdf", 12, "md5:ab", "http://a.org/a.pdf")
    assert (file.access, file.available and file.available.isoformat()) == (access, available)
    assert said.identifier == "1/2"


# --- what nobody should know ---


@real
def test_no_submitter_s_name_is_in_the_xml_that_is_kept():
    roots = frozenset({"{http://www.dspace.org/xmlns/dspace/dim}dim", "{http://www.lyncode.com/xoai}metadata"})
    seen = 0
    for root in records("data/xml-records/mit/dspace_dim*", "data/xml-records/dspace-xoai/*", roots=roots):
        text = etree.tostring(root, encoding="unicode")
        item, notes = item_of(root, fallback="x")
        private = [each for each in ("provenance", 'name="license"') if each in text]
        seen += bool(private)
        assert bool(private) == any(rule == "personal data" for _, rule, _ in notes)
        assert not [each for each in private if each in "".join(item.xml.values())]
        etree.fromstring("".join(item.xml.values()))
    assert seen == 8


# --- real records ---


@real
@pytest.mark.parametrize(
    ("pattern", "root", "count", "without_title"),
    [
        ("samples/oai_dc/*.xml", "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc", 121, 0),
        ("samples/qdc/*.xml", "{*}qualifieddc", 3, 0),
        ("samples/dim/*.xml", "{http://www.dspace.org/xmlns/dspace/dim}dim", 7, 0),
        ("samples/xoai/*.xml", "{http://www.lyncode.com/xoai}metadata", 5, 1),
    ],
)
def test_real_records_have_titles(pattern, root, count, without_title):
    found = [told(each) for each in records(pattern, roots=frozenset({root}))]
    assert (len(found), sum("dc.title" not in said.metadata for said in found)) == (count, without_title)

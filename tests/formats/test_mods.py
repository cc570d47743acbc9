"""mods against the wants of the DLF and DPLA guidelines (formats.md sections 3.2, 4 and 5.5)."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from oai_server.formats.mods import FORMAT, NAMESPACE
from oai_server.formats.names import RELATORS
from oai_server.formats.rendering import Renderer
from oai_server.formats.vocabulary import terms
from oai_server.model import File, Item, Site, Value
from tests.formats.items import item
from tests.formats.test_golden import ITEMS
from tests.judges import SCHEMAS, official, ours

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
RENDERER = Renderer({"mods": FORMAT}, SITE)
XS = "{http://www.w3.org/2001/XMLSchema}"
FILE = File("a b.pdf", "application/pdf", 4096, "4 kB", "md5:" + "0" * 32, "https://e.org/a%20b.pdf", "Scan", "open")


def record(told: Item) -> etree._Element:
    """The item's record, valid by both judges, as it is served."""
    rendered = RENDERER.render(told)
    assert not rendered.failed, rendered.faults
    body = rendered.metadata["mods"]
    assert not ours(body)
    assert not official(body)
    return etree.fromstring(body)


def mods(metadata: dict, *files: File) -> etree._Element:
    """The record of a titled item with these fields and files."""
    return record(item({"dc.title": "A", **metadata}, *files))


def texts(root: etree._Element, path: str) -> list[str]:
    return root.xpath(path, namespaces={"m": NAMESPACE, "xlink": "http://www.w3.org/1999/xlink"})


def told(root: etree._Element, path: str) -> list[tuple[str, dict[str, str]]]:
    """Text and attributes of each element found; an attribute of another namespace by its local name."""
    found = texts(root, path)
    return [(each.text, {etree.QName(name).localname: value for name, value in each.items()}) for each in found]


# What the guidelines want


def test_the_record_says_its_version_and_its_schema_in_the_default_namespace():
    root = record(ITEMS["20.500.99999/1"])
    assert (root.tag, root.prefix, root.get("version")) == (f"{{{NAMESPACE}}}mods", None, "3.7")
    location = root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    assert location == f"{NAMESPACE} http://www.loc.gov/standards/mods/v3/mods-3-7.xsd"


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("m:titleInfo[@usage='primary']/m:title/text()", 1),
        ("m:originInfo/m:dateIssued[@keyDate='yes' and @encoding='w3cdtf']/text()", ["2018-02-05"]),
        ("m:originInfo/m:publisher/text()", ["Larkmoor University Press"]),
        ("m:typeOfResource/text()", ["text"]),
        ("m:genre[@authority='coar']/@valueURI", ["http://purl.org/coar/resource_type/c_6501"]),
        ("m:genre/text()", ["journal article", "Article"]),
        ("m:language/m:languageTerm[@type='code' and @authority='iso639-2b']/text()", ["eng"]),
        ("m:location/m:url[@usage='primary']/text()", ["https://demo.example.org/handle/20.500.99999/2"]),
        ("m:location/m:url[@access='raw object']/text()", 1),
        ("m:accessCondition[@type='restriction on access']/@xlink:href", ["http://purl.org/coar/access_right/c_abf2"]),
        (
            "m:accessCondition[@type='use and reproduction']/@xlink:href",
            ["https://creativecommons.org/licenses/by/4.0/"],
        ),
        ("m:accessCondition[@type='use and reproduction']/text()", ["Attribution 4.0 International"]),
        ("m:recordInfo/m:recordContentSource/text()", ["Demo"]),
        ("m:recordInfo/m:recordIdentifier/text()", ["oai:demo.example.org:20.500.99999/2"]),
        ("m:recordInfo/m:recordIdentifier/@source", ["demo.example.org"]),
        ("m:recordInfo/m:recordCreationDate[@encoding='w3cdtf']/text()", ["2018-03-02"]),
        ("m:identifier[@type='doi']/text()", ["10.5555/demo.cracks.2018"]),
        ("m:identifier[@type='hdl']/text()", ["20.500.99999/2"]),
        ("m:identifier[@type='uri']/text()", ["https://demo.example.org/handle/20.500.99999/2"]),
        ("m:relatedItem[@type='host']/m:identifier[@type='issn']/text()", ["1234-5679"]),
        ("m:classification[@authority='ddc']/text()", ["620.14"]),
        ("m:note[@type='version identification']/@xlink:href", ["http://purl.org/coar/version/c_970fb48d4fbd8a85"]),
    ],
)
def test_an_article_has_what_dlf_and_dpla_want(path, values):
    found = texts(record(ITEMS["20.500.99999/2"]), path)
    assert found == values or len(found) == values


def test_the_specimen_is_told_as_its_page_tells_it():
    root = record(ITEMS["20.500.99999/1"])
    assert texts(root, "m:titleInfo/m:title/text()")[0].startswith("Mental health service responses")
    assert texts(root, "m:name/m:namePart[@type='family']/text()") == ["Domoney", "Howard", "Abas", "Broadbent", "Oram"]
    assert texts(root, "m:name/m:namePart[@type='given']/text()")[1] == "Louise M."
    assert texts(root, "m:originInfo/m:dateIssued/text()") == ["2015-11-17"]
    assert texts(root, "m:relatedItem/@type") == ["host"]
    host = "m:relatedItem[@type='host']"
    assert texts(root, f"{host}/m:titleInfo/m:title/text()") == ["BMC Psychiary"]
    assert texts(root, f"{host}/m:part/m:detail[@type='volume']/m:number/text()") == ["15"]
    assert texts(root, f"{host}/m:part/m:detail[@type='issue']/m:number/text()") == ["289"]
    assert texts(root, f"{host}/m:part/m:extent[@unit='pages']/*/text()") == ["1", "9"]
    assert texts(root, "m:physicalDescription/*/text()") == ["application/pdf", "680.53 kB"]
    assert told(root, "m:accessCondition")[0][0] == "restricted access"
    assert not texts(root, "m:location | m:typeOfResource | m:language | m:identifier")


# Who is offered


def test_whatever_has_a_title_is_offered_and_nothing_else():
    assert FORMAT.offered(item({"dc.title": "A"}))
    assert FORMAT.offered(item({"dcterms.title": "A"}))
    assert not FORMAT.offered(item({"dc.contributor.author": "B", "dc.title.alternative": "A"}))


def test_an_item_with_nothing_but_a_title_invents_nothing():
    assert [etree.QName(each).localname for each in mods({})] == [
        "titleInfo",
        "genre",
        "accessCondition",
        "recordInfo",
    ]


# Titles and names


def test_every_title_keeps_its_language_and_the_first_is_the_one_to_show():
    root = mods({"dc.title": [Value("霧", "ja"), Value("Fog", "en_US")], "dc.title.alternative": "Mist"})
    assert told(root, "m:titleInfo") == [
        (None, {"usage": "primary"}),
        (None, {}),
        (None, {"type": "alternative"}),
    ]
    assert told(root, "m:titleInfo/m:title") == [
        ("霧", {"lang": "ja"}),
        ("Fog", {"lang": "en-US"}),
        ("Mist", {}),
    ]


ORCID = "https://orcid.org/0000-0002-1825-0097"


@pytest.mark.parametrize(
    ("field", "value", "attributes", "parts", "code"),
    [
        ("dc.contributor.author", "Doe, Jane", {"type": "personal", "usage": "primary"}, ["Doe", "Jane"], "aut"),
        ("dc.contributor.author", "Plato", {"usage": "primary"}, ["Plato"], "aut"),
        ("dc.creator", "Doe, Jane", {"type": "personal", "usage": "primary"}, ["Doe", "Jane"], "cre"),
        ("dc.creator.corporate", "Ice, Inc.", {"type": "corporate", "usage": "primary"}, ["Ice, Inc."], "cre"),
        ("dc.contributor.advisor", "Doe, Jane", {"type": "personal"}, ["Doe", "Jane"], "ths"),
        ("dc.contributor.editor", "Doe, Jane", {"type": "personal"}, ["Doe", "Jane"], "edt"),
        ("dc.contributor.other", "Doe, Jane", {"type": "personal"}, ["Doe", "Jane"], "ctb"),
        ("dc.contributor.funder", "Ice Fund", {"type": "corporate"}, ["Ice Fund"], "spn"),
        ("thesis.degree.grantor", "University, The", {"type": "corporate"}, ["University, The"], "dgg"),
        ("dc.rights.holder", "Wexcombe & Daughters", {}, ["Wexcombe & Daughters"], "cph"),
        (
            "dc.contributor.editor",
            Value("Doe, Jane", authority="https://viaf.org/viaf/1"),
            {"type": "personal", "valueURI": "https://viaf.org/viaf/1"},
            ["Doe", "Jane"],
            "edt",
        ),
    ],
)
def test_a_name_has_its_parts_and_its_role(field, value, attributes, parts, code):
    root = mods({field: [value]})
    assert told(root, "m:name")[0][1] == attributes
    assert texts(root, "m:name/m:namePart/text()") == parts
    assert texts(root, "m:name/m:role/m:roleTerm[@type='code' and @authority='marcrelator']/text()") == [code]


def test_an_orcid_is_told_with_its_address():
    root = mods({"dc.contributor.author": [Value("Carberry, Josiah", authority="0000-0002-1825-0097"), "Doe, Jane"]})
    assert texts(root, "m:name[1]/m:nameIdentifier[@type='orcid']/text()") == [ORCID]
    assert not texts(root, "m:name[2]/m:nameIdentifier")


def test_the_schema_knows_every_role_and_every_type_of_resource():
    schema = etree.parse(SCHEMAS / "mods.xsd")
    words = set(schema.xpath("//*[@name='relator']//@value"))
    assert words >= {word for each in RELATORS.values() for word in (each.code, each.term)}
    types = [known.label for known in terms("mods typeOfResource")]
    assert len(types) == 11
    for label in types:
        assert not ours(typed(label)), label


def typed(label: str) -> bytes:
    root = mods({})
    root.xpath("*[local-name() = 'genre']")[0].addprevious(etree.Element(f"{{{NAMESPACE}}}typeOfResource"))
    root.xpath("*[local-name() = 'typeOfResource']")[0].text = label
    return etree.tostring(root)


# Types, dates, languages, descriptions


@pytest.mark.parametrize(
    ("types", "resource", "genres"),
    [
        (["Article"], ["text"], ["journal article", "Article"]),
        (["Map"], ["cartographic"], ["map"]),
        (["Dataset", "info:eu-repo/semantics/other"], ["software, multimedia"], ["dataset"]),
        (["Image"], ["still image"], ["image"]),
        (["http://purl.org/coar/resource_type/c_12ce"], ["moving image"], ["video"]),
        (["Wishing well"], [], ["other", "Wishing well"]),
        ([], [], ["other"]),
    ],
)
def test_a_type_is_told_in_the_words_of_loc_of_coar_and_of_the_item(types, resource, genres):
    root = mods({"dc.type": types} if types else {})
    assert texts(root, "m:typeOfResource/text()") == resource
    assert texts(root, "m:genre/text()") == genres
    assert len(texts(root, "m:genre[@authority='coar']/@valueURI")) == 1


W3C, KEY = {"encoding": "w3cdtf"}, {"encoding": "w3cdtf", "keyDate": "yes"}


@pytest.mark.parametrize(
    ("metadata", "dates"),
    [
        ({"dc.date.issued": "2015"}, [("2015", KEY)]),
        ({"dc.date.issued": "2015-11-17T08:00:00Z"}, [("2015-11-17", KEY)]),
        ({"dc.date.issued": "Spring 2015"}, [("Spring 2015", {})]),
        ({"dc.date.issued": ["Spring 2015", "2015-04"]}, [("2015-04", KEY)]),
        ({"dc.date.issued": "2015-13-40"}, []),
        ({"dc.date": "info:eu-repo/date/embargoEnd/2031-01-01"}, []),
        ({"dc.date.issued": "soon", "dc.date.created": "1931"}, [("soon", {}), ("1931", KEY)]),
        (
            {"dc.date.created": "2009-01-01/2013-12-31"},
            [("2009-01-01", {**KEY, "point": "start"}), ("2013-12-31", {**W3C, "point": "end"})],
        ),
        ({"dc.date.created": "2009-2013"}, [("2009", {**KEY, "point": "start"}), ("2013", {**W3C, "point": "end"})]),
        (
            {"dc.date.submitted": "2019-03-15", "dc.date.copyright": "c 2018"},
            [("c 2018", {}), ("2019-03-15", {**KEY, "type": "submitted"})],
        ),
        ({"dc.date.accessioned": "2019-03-15", "dc.date.available": "2019-03-15"}, []),
    ],
)
def test_a_date_is_w3cdtf_or_says_that_it_is_in_words_and_one_is_the_key(metadata, dates):
    assert told(mods(metadata), "m:originInfo/*") == dates


@pytest.mark.parametrize(
    ("languages", "codes"),
    [
        (["de"], [("ger", "iso639-2b")]),
        (["en_US", "fra"], [("eng", "iso639-2b"), ("fre", "iso639-2b")]),
        (["hbs"], [("hbs", "iso639-3")]),
        (["other", "N/A", "gibberish"], []),
    ],
)
def test_a_language_is_a_bibliographic_code_or_is_left_out(languages, codes):
    found = told(mods({"dc.language.iso": languages}), "m:language/m:languageTerm[@type='code']")
    assert [(code, each["authority"]) for code, each in found] == codes


def test_formats_and_extents_are_told_once_and_other_formats_as_forms():
    metadata = {"dc.format.extent": ["312 p.", "4 kB"], "dc.format": ["application/pdf", "Glass negative"]}
    root = mods(metadata, FILE, File("x", "PDF", extent="9 kB"), File("y", "text/csv", extent="7", access="closed"))
    assert told(root, "m:physicalDescription/*") == [
        ("Glass negative", {}),
        ("application/pdf", {}),
        ("312 p.", {}),
        ("4 kB", {}),
        ("9 kB", {}),
    ]


def test_descriptions_stand_in_elements_of_their_own():
    root = mods(
        {
            "dc.description.abstract": [Value("About", "en")],
            "dc.description.tableofcontents": "1\n2",
            "dc.description": "Besides",
            "dc.description.provenance": "Submitted by Jane",
            "thesis.degree.name": "Dr. phil.",
            "thesis.degree.discipline": "Germanistik",
        }
    )
    assert told(root, "m:abstract") == [("About", {"lang": "en"})]
    assert told(root, "m:tableOfContents") == [("1\n2", {})]
    assert told(root, "m:note") == [("Besides", {}), ("Dr. phil., Germanistik", {"type": "thesis"})]
    assert b"Jane" not in etree.tostring(root)


def test_a_grant_is_a_note_and_a_sponsor_who_has_a_name_is_not_told_twice():
    agreement = "info:eu-repo/grantAgreement/EC/H2020/0042"
    metadata = {"dc.relation": agreement, "dc.contributor.sponsor": "A Trust", "dc.description.sponsorship": "B Fund"}
    root = mods(metadata)
    assert told(root, "m:note") == [
        ("European Commission, H2020, 0042", {"type": "funding", "href": agreement}),
        ("B Fund", {"type": "funding"}),
    ]
    assert texts(root, "m:name/m:namePart/text()") == ["A Trust"]
    assert not texts(root, "m:relatedItem")


# Subjects


def test_a_subject_is_a_topic_a_place_or_a_time_with_its_list():
    root = mods(
        {
            "dc.subject": [Value("Ice", "en")],
            "dc.subject.lcsh": "Ice",
            "dc.subject.mesh": [Value("Ice", authority="http://id.nlm.nih.gov/mesh/D007053")],
            "dc.subject.local": "Eis",
            "dc.subject.ddc": "551.31",
            "dc.coverage.spatial": ["Greenland", "57.00 N 0.00 W", "NEWS", "northlimit=57; westlimit=-0.3"],
            "dc.coverage.temporal": ["2009/2013", "Bronze Age", "name=Reign of ice; start=1839; end=1851", "end=1900"],
            "dc.coverage": ["Kent", "1904"],
        }
    )
    assert told(root, "m:subject/m:topic") == [
        ("Ice", {"lang": "en"}),
        ("Ice", {}),
        ("Ice", {"valueURI": "http://id.nlm.nih.gov/mesh/D007053"}),
        ("Eis", {}),
    ]
    assert [each.get("authority") for each in texts(root, "m:subject[m:topic]")] == [None, "lcsh", "mesh", None]
    assert texts(root, "m:subject/m:geographic/text()") == ["Greenland", "NEWS", "Kent"]
    assert texts(root, "m:subject/m:cartographics/m:coordinates/text()") == [
        "57.00 N 0.00 W",
        "northlimit=57; westlimit=-0.3",
    ]
    assert told(root, "m:subject/m:temporal") == [
        ("1904", W3C),
        ("2009", {**W3C, "point": "start"}),
        ("2013", {**W3C, "point": "end"}),
        ("Bronze Age", {}),
        ("Reign of ice", {}),
        ("1839", {**W3C, "point": "start"}),
        ("1851", {**W3C, "point": "end"}),
        ("1900", {**W3C, "point": "end"}),
    ]
    assert told(root, "m:classification") == [("551.31", {"authority": "ddc"})]


# Relations and identifiers


def test_a_series_of_a_report_is_a_series_and_no_host():
    root = mods({"dc.type": "Technical Report", "dc.relation.ispartofseries": "IHO Reports;2014/03"})
    assert texts(root, "m:relatedItem/@type") == ["series"]
    assert texts(root, "m:relatedItem/m:titleInfo/*/text()") == ["IHO Reports", "2014/03"]


@pytest.mark.parametrize(
    ("field", "relation"),
    [
        ("dc.relation.ispartof", "host"),
        ("dc.relation.haspart", "constituent"),
        ("dc.relation.references", "references"),
        ("dc.relation.isreferencedby", "isReferencedBy"),
        ("dcterms.isVersionOf", "otherVersion"),
        ("dcterms.hasFormat", "otherFormat"),
        ("dc.relation.isbasedon", "original"),
        ("dc.source", "original"),
        ("dc.relation.replaces", "preceding"),
        ("dcterms.isReplacedBy", "succeeding"),
        ("dc.relation", None),
        ("dc.relation.requires", None),
    ],
)
def test_a_relation_is_a_related_item_of_its_type_by_address_or_by_title(field, relation):
    by_address, by_title = mods({field: "https://e.org/ü"}), mods({field: "A thing"})
    assert texts(by_address, "m:relatedItem")[0].get("type") == relation
    assert told(by_address, "m:relatedItem/m:identifier") == [("https://e.org/%C3%BC", {"type": "uri"})]
    assert texts(by_title, "m:relatedItem")[0].get("type") == relation
    assert texts(by_title, "m:relatedItem/m:titleInfo/m:title/text()") == ["A thing"]


def test_a_citation_stands_in_its_host_or_in_a_note():
    cited = {"dc.identifier.citation": "Doe, J. (2020)"}
    hosted = mods({**cited, "dc.relation.ispartof": "Journal of Ice"})
    assert texts(hosted, "m:relatedItem[@type='host']/m:part/m:text/text()") == ["Doe, J. (2020)"]
    assert not texts(hosted, "m:note")
    assert told(mods(cited), "m:note") == [("Doe, J. (2020)", {"type": "preferred citation"})]


@pytest.mark.parametrize(
    ("metadata", "own", "host"),
    [
        ({"dc.type": "Article", "dc.identifier.issn": "1234-5679"}, [], ["1234-5679"]),
        ({"dc.type": "Journal", "dc.identifier.issn": "1234-5679"}, ["1234-5679"], []),
        ({"dc.type": "Book", "dc.identifier.isbn": "978-99999-0-001-0"}, ["9789999900010"], []),
        (
            {"dc.type": "Book chapter", "dc.identifier.isbn": "978-99999-0-001-0", "dc.relation.ispartof": "Rooms"},
            [],
            ["9789999900010"],
        ),
    ],
)
def test_an_issn_is_the_journals_and_an_isbn_the_books(metadata, own, host):
    root = mods(metadata)
    assert texts(root, "m:identifier/text()") == own
    assert texts(root, "m:relatedItem[@type='host']/m:identifier/text()") == host


def test_identifiers_have_the_types_of_their_schemes():
    root = mods(
        {
            "dc.identifier.uri": ["https://hdl.handle.net/1/2", "https://doi.org/10.5555/a"],
            "dc.identifier.urn": "urn:nbn:de:example-5",
            "dc.identifier.pmid": "12345",
            "dc.identifier.other": ["IHO-TR-2014/03", "IHO-TR-2014/03"],
        }
    )
    assert [(each["type"], text) for text, each in told(root, "m:identifier")] == [
        ("doi", "10.5555/a"),
        ("hdl", "1/2"),
        ("uri", "https://hdl.handle.net/1/2"),
        ("urn", "urn:nbn:de:example-5"),
        ("pmid", "12345"),
        ("local", "IHO-TR-2014/03"),
    ]


# Access

DAY = date(2031, 6, 30)


def closed(access: str, **more: object) -> File:
    """A file whose address, size and checksum would be a secret told."""
    return File(
        "f.pdf", "application/pdf", 123456789, None, "md5:" + "1" * 32, "https://e.org/SECRET", None, access, **more
    )


@pytest.mark.parametrize(
    ("files", "words", "concept"),
    [
        ([FILE], "open access", "c_abf2"),
        ([closed("embargoed", available=DAY)], "embargoed access until 2031-06-30", "c_f1cf"),
        ([closed("restricted")], "restricted access", "c_16ec"),
        ([closed("closed")], "metadata only access", "c_14cb"),
        ([], "metadata only access", "c_14cb"),
    ],
)
def test_access_is_told_in_coars_words_and_only_open_files_have_an_address(files, words, concept):
    root = mods({"dc.identifier.uri": "https://e.org/1"}, *files)
    href = f"http://purl.org/coar/access_right/{concept}"
    assert told(root, "m:accessCondition") == [(words, {"type": "restriction on access", "href": href})]
    page = ("https://e.org/1", {"usage": "primary", "access": "object in context"})
    file = ("https://e.org/a%20b.pdf", {"access": "raw object", "displayLabel": "a b.pdf", "note": "Scan"})
    assert told(root, "m:location/m:url") == [page, *([file] if files == [FILE] else [])]
    assert not [secret for secret in (b"SECRET", b"123456789", b"1" * 32) if secret in etree.tostring(root)]


def test_an_embargo_that_is_over_is_open_access_whatever_the_metadata_says():
    ended = item(
        {"dc.title": "A", "dc.rights": "info:eu-repo/semantics/embargoedAccess"}, closed("embargoed", available=DAY)
    )
    root = record(ended.as_of(DAY))
    assert [text for text, _ in told(root, "m:accessCondition")] == ["open access"]
    assert texts(root, "m:location/m:url/text()") == ["https://e.org/SECRET"]


def test_licences_are_told_by_address_and_statements_that_add_something_in_words():
    root = mods(
        {
            "dc.rights": [Value("In Copyright", "en"), Value("Ask us about the map.", "en"), "Restricted access"],
            "dc.rights.uri": "http://rightsstatements.org/vocab/InC/1.0/",
        }
    )
    assert told(root, "m:accessCondition[@type='use and reproduction']") == [
        ("In Copyright", {"type": "use and reproduction", "href": "http://rightsstatements.org/vocab/InC/1.0/"}),
        ("Ask us about the map.", {"type": "use and reproduction", "lang": "en"}),
    ]


# Whatever comes

FIELDS = """dc.title dc.title.alternative dc.contributor.author dc.creator.corporate dc.contributor.advisor
dc.subject dc.subject.ddc dc.subject.mesh dc.description dc.description.abstract dc.description.sponsorship
dc.date dc.date.issued dc.date.created dc.date.accessioned dc.publisher dc.type dc.format dc.format.extent
dc.identifier dc.identifier.uri dc.identifier.doi dc.identifier.issn dc.identifier.isbn dc.identifier.citation
dc.identifier.x-y dc.language.iso dc.source dc.relation dc.relation.ispartof dc.relation.ispartofseries
dc.relation.references dc.coverage dc.coverage.temporal dc.rights dc.rights.uri dc.rights.holder oaire.version
oaire.citation.title oaire.citation.volume oaire.citation.startPage oaire.awardURI thesis.degree.name
thesis.degree.grantor dc.unknown.field""".split()
ODD = """2015-11-17|17 Nov|2015/2016|2015-99-99|0000|https://e.org/ü b|HTTPS://E.ORG|urn:x-y:ü|hdl:1/2
doi:10.5555/<a>|10.5555/a|https://doi.org/10.5555/a b|info:eu-repo/grantAgreement/a/b/c|info:x|Doe, Jane|,|;|J;
info:eu-repo/semantics/openAccess|;Volume 3|J;Volume 3, Issue 4, page 1-9|J;page 5|ISSN: 1234-5679|application/pdf
978-99999-0-001-0|Article|Journal|Book chapter|Doctoral|en_US|other|deu|hbs|CC BY 4.0|a/b c|mailto:x@e.org|]]>|%zz
name=;start=1|north=|start=1839|http://rightsstatements.org/vocab/InC/1.0/|<b>&amp;"'|\u202e""".replace(
    "\n", "|"
).split("|")
TEXT = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool),
)
VALUES = st.builds(Value, TEXT, st.sampled_from([None, "en_US", "other", "x", "zh-Hans"]), st.one_of(st.none(), TEXT))
FILES = st.builds(
    File,
    name=TEXT,
    mimetype=st.one_of(st.none(), TEXT),
    size=st.one_of(st.none(), st.integers(0, 2**70)),
    extent=st.one_of(st.none(), TEXT),
    checksum=st.one_of(st.none(), TEXT, st.sampled_from(["md5:" + "0" * 32, "SHA-256:" + "a" * 64, "md5:0", "0" * 32])),
    url=st.one_of(st.none(), TEXT),
    description=st.one_of(st.none(), TEXT),
    access=st.sampled_from(["open", "restricted", "embargoed", "closed"]),
    available=st.one_of(st.none(), st.dates()),
)
ANY_ITEM = st.builds(
    Item,
    identifier=st.just("oai:demo.example.org:a_b%20~/1"),
    metadata=st.dictionaries(
        st.sampled_from(FIELDS), st.lists(VALUES, min_size=1, max_size=3).map(tuple), min_size=1, max_size=12
    ),
    files=st.lists(FILES, max_size=3).map(tuple),
)


def titled(any_item: Item) -> Item:
    """The item, with a title if it had none."""
    return replace(any_item, metadata={"dc.title": (Value("A"),), **any_item.metadata})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_ITEM)
def test_any_item_is_told_validly_or_not_at_all(any_item):
    assert FORMAT.offered(any_item) == ("dc.title" in any_item.metadata)
    record(titled(any_item))

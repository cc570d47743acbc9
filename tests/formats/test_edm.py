"""edm: what Europeana makes mandatory, its fixed order, its list of rights, and files only where they are open."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some
from lxml import etree

from oai_server.formats.edm import FORMAT, PORTS
from oai_server.model import File, Item, Value
from tests.formats.items import item
from tests.formats.test_datacite import ANY_ITEM, LIKELY, SITE
from tests.formats.test_golden import ITEMS
from tests.judges import official, ours

X = {
    "rdf": FORMAT.namespace,
    "edm": "http://www.europeana.eu/schemas/edm/",
    "ore": "http://www.openarchives.org/ore/terms/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
}
BY = "https://creativecommons.org/licenses/by/4.0/"
PAGE = "https://demo.example.org/handle/1/2"
LEAST = {
    "dc.title": "Warm ice",
    "dc.type": "Article",
    "dc.language.iso": "en",
    "dc.rights.uri": BY,
    "dc.identifier.uri": PAGE,
}
PDF = File("a.pdf", "application/pdf", 1000, "12 p.", url="https://demo.example.org/a.pdf", access="open")
TIFF = File("a.tif", "image/tiff", 1000, url="https://demo.example.org/a.tif", access="open")


def told(metadata: dict, *files: File) -> etree._Element:
    """The record of an item that has the least, and these fields and files; passed by both judges."""
    return judged(item({**LEAST, **metadata}, *files))


def judged(known: Item) -> etree._Element:
    assert FORMAT.offered(known)
    record = etree.tostring(FORMAT.crosswalk(known, SITE), encoding="UTF-8")
    assert not ours(record)
    assert not official(record)
    return etree.fromstring(record)


def texts(root: etree._Element, path: str) -> list[str]:
    return [str(text) for text in root.xpath(path, namespaces=X)]


# Who has it


@pytest.mark.parametrize("field", LEAST)
def test_a_text_that_lacks_anything_mandatory_is_not_offered(field):
    assert FORMAT.offered(item(LEAST))
    assert not FORMAT.offered(item({name: text for name, text in LEAST.items() if name != field}))


def test_a_description_does_for_a_title_and_an_open_file_for_a_page():
    fields = {name: text for name, text in LEAST.items() if name not in ("dc.title", "dc.identifier.uri")}
    root = judged(item({**fields, "dc.description": "A drawing"}, PDF))
    assert texts(root, "//dc:description/text()") == ["A drawing"]
    assert texts(root, "//edm:isShownAt | //dc:title") == []
    assert texts(root, "//edm:isShownBy/@rdf:resource") == [PDF.url]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Article", "TEXT"),
        ("info:eu-repo/semantics/masterThesis", "TEXT"),
        ("Image", "IMAGE"),
        ("Map", "IMAGE"),
        ("Musical Score", "IMAGE"),
        ("Video", "VIDEO"),
        ("Recording, oral", "SOUND"),
        ("Image, 3-D", "3D"),
    ],
)
def test_a_type_is_one_of_europeanas_five(written, kind):
    assert texts(told({"dc.type": written}), "//edm:type/text()") == [kind]


@pytest.mark.parametrize("written", ["Dataset", "Software", "Other", "Something else"])
def test_what_is_none_of_the_five_types_is_not_offered(written):
    assert not FORMAT.offered(item({**LEAST, "dc.type": written}))


@pytest.mark.parametrize("written", ["Image", "Video", "Recording, oral"])
def test_only_a_text_needs_a_language(written):
    assert texts(told({"dc.type": written, "dc.language.iso": "other"}), "//dc:language") == []
    assert not FORMAT.offered(item({**LEAST, "dc.language.iso": "other"}))


@pytest.mark.parametrize(
    ("written", "rights"),
    [
        (BY, "http://creativecommons.org/licenses/by/4.0/"),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/de/deed.en", "http://creativecommons.org/licenses/by-nc-sa/3.0/de/"),
        ("https://creativecommons.org/licenses/by/2.1/jp/", "http://creativecommons.org/licenses/by/2.1/jp/"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "http://creativecommons.org/publicdomain/zero/1.0/"),
        ("http://rightsstatements.org/page/InC/1.0/?language=en", "http://rightsstatements.org/vocab/InC/1.0/"),
        ("http://rightsstatements.org/vocab/NoC-OKLR/1.0/", "http://rightsstatements.org/vocab/NoC-OKLR/1.0/"),
    ],
)  # fmt: skip
def test_rights_are_written_as_europeana_writes_them(written, rights):
    root = told({"dc.rights.uri": written}, PDF)
    assert texts(root, "//ore:Aggregation/edm:rights/@rdf:resource") == [rights]
    assert texts(root, "//edm:WebResource/edm:rights/@rdf:resource") == [rights]


@pytest.mark.parametrize(
    "written",
    [
        "All rights reserved",
        "https://opensource.org/licenses/MIT",
        "http://rightsstatements.org/vocab/UND/1.0/",
        "https://creativecommons.org/licenses/by/4.1/",
        "https://creativecommons.org/licenses/by/4.0/de/",
        "https://creativecommons.org/licenses/by/2.1/",
        "https://creativecommons.org/licenses/by/3.0/xx/",
        "https://creativecommons.org/publicdomain/zero/2.0/",
    ],
)
def test_rights_that_europeana_does_not_take_are_no_rights(written):
    assert not FORMAT.offered(item({**LEAST, "dc.rights.uri": written}))


def test_the_first_of_several_rights_that_europeana_takes_is_told():
    root = told({"dc.rights.uri": ["https://x.example/terms", BY, "http://rightsstatements.org/vocab/InC/1.0/"]})
    assert texts(root, "//edm:rights/@rdf:resource") == ["http://creativecommons.org/licenses/by/4.0/"]


@given(
    some.sampled_from("by by-sa by-nc-nd by-nd-nc sa zero".split()),
    some.sampled_from([*PORTS, "2.1", "4.0"]),
    some.sampled_from(["", *sorted({port for ports in PORTS.values() for port in ports.split()}), "xx"]),
)
@LIKELY
def test_a_licence_of_any_version_and_country_is_valid_or_not_offered(kind, version, port):
    known = item({**LEAST, "dc.rights.uri": f"https://creativecommons.org/licenses/{kind}/{version}/{port}"})
    if FORMAT.offered(known):
        judged(known)


def test_the_sample_items_that_are_offered_have_a_type_and_rights_of_europeanas():
    offered = {name.rpartition("/")[2] for name, known in ITEMS.items() if FORMAT.offered(known)}
    assert {"2", "3", "17", "20", "23"} <= offered  # article, embargoed article, image, map, score
    assert not {"1", "9", "10", "11", "24", "26"} & offered  # no rights, data, software, no rights, a title, other


# What is told


def test_the_three_classes_come_in_order_and_point_to_each_other():
    root = told({}, PDF)
    assert [etree.QName(child).localname for child in root] == ["ProvidedCHO", "WebResource", "Aggregation"]
    assert texts(root, "*/@rdf:about") == ["test:1", PDF.url, "test:1#aggregation"]
    assert [etree.QName(child).localname for child in root[-1]] == [
        "aggregatedCHO",
        "dataProvider",
        "isShownAt",
        "isShownBy",
        "provider",
        "rights",
    ]
    assert texts(root, "//edm:aggregatedCHO/@rdf:resource") == ["test:1"]
    assert texts(root, "//edm:dataProvider/text() | //edm:provider/text()") == ["Demo", "Demo"]
    assert texts(root, "//edm:isShownAt/@rdf:resource") == [PAGE]


def test_a_doi_is_a_page_where_there_is_no_other():
    root = told({"dc.identifier.uri": [], "dc.identifier.doi": "10.5555/a<b"})
    assert texts(root, "//edm:isShownAt/@rdf:resource") == ["https://doi.org/10.5555/a%3Cb"]


def test_a_picture_is_shown_by_its_first_picture_which_is_its_preview_too():
    readme = File("README.txt", "text/plain", url="https://demo.example.org/README.txt", access="open")
    root = told({"dc.type": "Image"}, readme, TIFF)
    assert texts(root, "//edm:isShownBy/@rdf:resource") == [TIFF.url]
    assert texts(root, "//edm:object/@rdf:resource") == [TIFF.url]
    assert texts(root, "//edm:hasView/@rdf:resource") == [readme.url]
    assert texts(told({}, PDF), "//edm:object") == []


def test_a_file_is_told_once_with_its_description_format_and_extent():
    described = File("b", "text/csv", url=PDF.url, description="Table", access="open")
    root = told({}, PDF, described)
    assert [(etree.QName(child).localname, child.text) for child in root[1]] == [
        ("format", "application/pdf"),
        ("extent", "12 p."),
        ("rights", None),
    ]
    assert len(root) == 3


@pytest.mark.parametrize(
    "file",
    [
        File("a", "image/png", 1, url="https://x.example/s", access="embargoed", available=date(2032, 1, 1)),
        File("a", "image/png", 1, url="https://x.example/s", access="embargoed"),
        File("a", "image/png", 1, url="https://x.example/s", access="restricted"),
        File("a", "image/png", 1, url="https://x.example/s", access="closed"),
    ],
)
def test_what_is_not_open_is_shown_at_its_page_only(file):
    root = told({"dc.type": "Image"}, file, TIFF)
    assert texts(root, "//edm:isShownAt/@rdf:resource") == [PAGE]
    assert texts(root, "//edm:WebResource | //edm:isShownBy | //edm:hasView | //edm:object") == []
    assert b"https://x.example/s" not in etree.tostring(root)


def test_without_a_file_there_is_only_the_page():
    assert texts(told({}), "//edm:isShownAt/@rdf:resource") == [PAGE]


def test_a_restricted_file_beside_an_open_one_is_not_shown():
    secret = File("b", "application/pdf", 4711, url="https://x.example/secret", access="restricted")
    record = etree.tostring(told({}, PDF, secret))
    assert b"secret" not in record
    assert b"4711" not in record


def test_an_address_that_is_none_shows_nothing():
    root = told({}, File("a", url="a.pdf", access="open"), File("b", url="ftp://x.example/b", access="open"))
    assert texts(root, "//edm:isShownBy | //edm:WebResource") == []


def test_what_the_object_is_stands_in_the_order_of_the_schema_with_its_languages():
    root = told(
        {
            "dc.title": [Value("Eisbär", "de_DE")],
            "dc.title.alternative": [Value("Polar bear", "en_US")],
            "dc.contributor.author": [Value("架空, 花子", "ja")],
            "dc.contributor.editor": "Roe, John",
            "dc.contributor.sponsor": "Pier Trust",
            "dc.subject": [Value("ice", "*")],
            "dc.subject.lcsh": "Icebergs",
            "dc.description.abstract": "Short.",
            "dc.description.provenance": "Submitted by Jane Doe",
            "dc.language.iso": ["ger", "en_GB", "other"],
            "dc.rights": [Value("Attribution 4.0 International", "en")],
            "dc.rights.holder": "Jane Doe",
            "dc.date.issued": "2018",
            "dc.date.created": "1931-09",
            "dc.date": "info:eu-repo/date/embargoEnd/2032-01-01",
            "dc.coverage.spatial": "Inchgarrow",
            "dc.coverage.temporal": "1931",
            "dc.publisher": "Press",
            "dc.format.extent": "1 leaf",
            "dc.format.medium": "Glass",
            "dc.identifier.doi": "10.5555/a",
            "dc.relation.ispartof": "Album",
            "dc.relation.requires": ["Python >= 3.9", "https://x.example/a"],
            "dc.relation": ["info:eu-repo/grantAgreement/EC/FP7/1", "A relative"],
            "dcterms.isReplacedBy": "doi:10.5555/b",
        }
    )
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    resource = f"{{{FORMAT.namespace}}}resource"
    found = [
        (etree.QName(each).localname, each.text or each.get(resource), *filter(None, [each.get(lang)]))
        for each in root[0]
    ]
    assert found == [
        ("contributor", "Roe, John"),
        ("creator", "架空, 花子", "ja"),
        ("description", "Short."),
        ("identifier", PAGE),
        ("identifier", "https://doi.org/10.5555/a"),
        ("language", "de"),
        ("language", "en-GB"),
        ("publisher", "Press"),
        ("relation", "A relative"),
        ("relation", "Python >= 3.9"),
        ("rights", "Attribution 4.0 International", "en"),
        ("rights", "Jane Doe"),
        ("subject", "ice"),
        ("subject", "Icebergs"),
        ("title", "Eisbär", "de-DE"),
        ("type", "Article"),
        ("alternative", "Polar bear", "en-US"),
        ("created", "1931-09"),
        ("extent", "1 leaf"),
        ("isPartOf", "Album"),
        ("issued", "2018"),
        ("medium", "Glass"),
        ("spatial", "Inchgarrow"),
        ("temporal", "1931"),
        ("isReplacedBy", "https://doi.org/10.5555/b"),
        ("requires", "https://x.example/a"),
        ("type", "TEXT"),
    ]


def test_a_type_that_is_an_address_is_told_in_words():
    root = told({"dc.type": "http://purl.org/coar/resource_type/c_6501"})
    assert texts(root, "//dc:type/text()") == ["journal article"]


def test_an_isbn_is_a_books_own_and_not_its_chapters():
    fields = {"dc.identifier.isbn": "978-99999-0-001-0"}
    assert "ISBN: 9789999900010" in texts(told({**fields, "dc.type": "Book"}), "//dc:identifier/text()")
    assert texts(told({**fields, "dc.type": "Book chapter"}), "//dc:identifier/text()") == [PAGE]


@LIKELY
@given(ANY_ITEM, some.sampled_from([{}, {name: (Value(text),) for name, text in LEAST.items()}]))
def test_any_item_is_valid_or_not_offered(known, whole):
    known = Item(known.identifier, {**known.metadata, **whole}, files=known.files)
    if FORMAT.offered(known):
        judged(known)

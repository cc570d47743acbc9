"""rdf: one typed node per item, its people, dates and whole as linked data (formats.md sections 4 and 5.10)."""

from datetime import date

import pytest
from hypothesis import given, settings
from lxml import etree

from oai_server.formats.rdf import ABOUT, DATATYPE, FORMAT, NAMESPACE, NAMESPACES, NODE_ID, RESOURCE, XSD
from oai_server.formats.rendering import Renderer
from oai_server.formats.writing import XML_LANG
from oai_server.model import File, Site, Value
from tests.formats.any_item import items
from tests.formats.items import item
from tests.formats.test_golden import CASES, ITEMS
from tests.judges import official, ours

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
RENDERER = Renderer({"rdf": FORMAT}, SITE)
COAR, DCMI = "http://purl.org/coar/", "http://purl.org/dc/dcmitype/"
ORCID = "https://orcid.org/0000-0002-1825-0097"
END = date(2032, 1, 1)
PAGE = "https://demo.example.org/handle/1/2"
ARTICLE = {
    "dc.type": "Article",
    "dc.identifier.issn": "1471-244X",
    "dc.relation.ispartofseries": "Journal of Ice;Volume 12, Issue 1, page 33-47",
}
PDF = File("a.pdf", "application/pdf", 777, "7 kB", "md5:" + "e" * 32, "https://demo.example.org/bits/a b.pdf")


def node(fields, *files):
    """The node of the item."""
    [only] = FORMAT.crosswalk(item(fields, *files), SITE)
    return only


def texts(path, fields, *files):
    return [each.text for each in node(fields, *files).findall(path, NAMESPACES)]


def pointed(path, fields, *files):
    return [each.get(RESOURCE) for each in node(fields, *files).findall(path, NAMESPACES)]


def name(element):
    return etree.QName(element).localname


# The node


def test_the_root_is_rdf_itself_and_holds_one_node():
    """Not in a namespace of DSpace's invention (formats.md section 9)."""
    root = FORMAT.crosswalk(item({}), SITE)
    assert (root.tag, len(root)) == (f"{{{NAMESPACE}}}RDF", 1)


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({"dc.identifier.uri": PAGE, "dc.identifier.doi": "10.5555/a"}, PAGE),
        ({"dc.identifier.doi": "10.5555/a<b"}, "https://doi.org/10.5555/a%3Cb"),
        ({"dc.identifier.uri": "https://a.org/é b"}, "https://a.org/%C3%A9%20b"),
        ({"dc.identifier.uri": "http://["}, "test:1"),
        ({"dc.identifier.uri": "hdl:1/2"}, "test:1"),
        ({}, "test:1"),
    ],
)
def test_an_item_is_called_by_its_page_or_its_doi_or_else_by_its_oai_identifier(fields, about):
    assert node(fields).get(ABOUT) == about


@pytest.mark.parametrize(
    ("told", "kind", "coar", "dcmi"),
    [
        ("Article", "AcademicArticle", "c_6501", "Text"),
        ("Book", "Book", "c_2f33", "Text"),
        ("Book chapter", "Chapter", "c_3248", "Text"),
        ("Conference paper", "Article", "c_5794", "Text"),
        ("Conference poster", "Document", "c_6670", "Text"),
        ("Conference proceedings", "Proceedings", "c_f744", "Text"),
        ("Dataset", "Document", "c_ddb1", "Dataset"),
        ("Image", "Image", "c_c513", "Image"),
        ("Letter", "Letter", "c_0857", "Text"),
        ("Map", "Map", "c_12cd", "StillImage"),
        ("Patent", "Patent", "c_15cd", "Text"),
        ("Preprint", "Article", "c_816b", "Text"),
        ("Recording, oral", "AudioDocument", "c_18cc", "Sound"),
        ("Software", "Document", "c_5ce6", "Software"),
        ("Technical Report", "Report", "c_18gh", "Text"),
        ("Thesis", "Thesis", "c_46ec", "Text"),
        ("Video", "AudioVisualDocument", "c_12ce", "MovingImage"),
        ("Working Paper", "Document", "c_8042", "Text"),
        ("An unheard-of thing", "Document", "c_1843", None),
        (None, "Document", "c_1843", None),
    ],
)
def test_a_type_is_a_class_of_bibo_a_concept_of_coar_and_a_word_of_dcmi(told, kind, coar, dcmi):
    """A missing type is other; no type is guessed."""
    fields = {"dc.type": told} if told else {}
    assert name(node(fields)) == kind
    types = [f"{COAR}resource_type/{coar}", *([DCMI + dcmi] if dcmi else [])]
    assert pointed("dcterms:type", fields) == types


def test_words_keep_their_language():
    titles = node({"dc.title": [Value("Ice", "en_US"), Value("Eis", "other")]}).findall("dcterms:title", NAMESPACES)
    assert [(each.text, each.get(XML_LANG)) for each in titles] == [("Ice", "en-US"), ("Eis", None)]


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("dc.title", "dcterms:title"),
        ("dc.title.alternative", "dcterms:alternative"),
        ("dc.subject", "dcterms:subject"),
        ("dc.subject.lcsh", "dcterms:subject"),
        ("dc.description.abstract", "dcterms:abstract"),
        ("dc.description.tableofcontents", "dcterms:tableOfContents"),
        ("dc.description", "dcterms:description"),
        ("dc.publisher", "dcterms:publisher/foaf:Agent/foaf:name"),
        ("dc.format.extent", "dcterms:extent"),
        ("dc.format.medium", "dcterms:medium"),
        ("dc.identifier.other", "dcterms:identifier"),
        ("dc.identifier.citation", "dcterms:bibliographicCitation"),
        ("dc.relation.ispartof", "dcterms:isPartOf/bibo:Collection/dcterms:title"),
        ("dc.relation.ispartofseries", "dcterms:isPartOf/bibo:Series/dcterms:title"),
        ("dc.relation.requires", "dcterms:requires"),
        ("dc.coverage.spatial", "dcterms:spatial"),
        ("dc.coverage.temporal", "dcterms:temporal"),
        ("dc.source", "dcterms:source"),
        ("dc.rights", "dcterms:rights"),
        ("dc.rights.holder", "dcterms:rightsHolder/foaf:Agent/foaf:name"),
    ],
)
def test_a_field_is_told_in_its_property_and_only_there(field, path):
    assert texts(path, {field: "Some words"}) == ["Some words"]
    assert [each.text for each in node({field: "Some words"}).iter()].count("Some words") == 1


@pytest.mark.parametrize("field", ["dc.description.provenance", "person.email", "dc.contributor.email", "local.note"])
def test_what_nobody_should_see_is_left_out(field):
    assert "Some words" not in [each.text for each in node({field: "Some words"}).iter()]


# People


def test_a_person_has_the_parts_of_a_name_and_an_orcid_for_an_address():
    [creator] = node({"dc.contributor.author": [Value("Howard, Louise M.", None, ORCID)]}).findall(
        "dcterms:creator/*", NAMESPACES
    )
    assert (name(creator), creator.get(ABOUT)) == ("Person", ORCID)
    assert [each.text for each in creator] == ["Louise M. Howard", "Howard", "Louise M."]


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("dc.contributor.author", Value("Drift Bottle Club"), "Agent"),
        ("dc.contributor.author", Value("Plato", None, ORCID), "Person"),
        ("dc.contributor.author", Value("Doe, Jane"), "Person"),
        ("dc.creator.corporate", Value("Council, Ice"), "Organization"),
    ],
)
def test_who_is_a_person_is_not_guessed(field, value, kind):
    assert [name(each) for each in node({field: [value]}).findall("dcterms:creator/*", NAMESPACES)] == [kind]


def test_the_order_of_several_creators_is_kept_in_a_list_of_their_nodes():
    fields = {"dc.contributor.author": [Value("Doe, Jane"), Value("Carberry, Josiah", None, ORCID)]}
    root = node(fields)
    called = [(each.get(ABOUT), each.get(NODE_ID)) for each in root.findall("dcterms:creator/*", NAMESPACES)]
    assert called == [(None, "creator1"), (ORCID, None)]
    listed = root.findall("bibo:authorList/rdf:Description", NAMESPACES)
    assert [(each.get(ABOUT), each.get(NODE_ID)) for each in listed] == called
    assert node({"dc.contributor.author": "Doe, Jane"}).find("bibo:authorList", NAMESPACES) is None


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("dc.contributor.editor", "bibo:editor"),
        ("dc.contributor.translator", "bibo:translator"),
        ("dc.contributor.advisor", "dcterms:contributor"),
        ("dc.contributor", "dcterms:contributor"),
    ],
)
def test_others_are_told_by_their_role(field, path):
    assert texts(f"{path}/foaf:Person/foaf:name", {field: "Doe, Jane"}) == ["Jane Doe"]


# Dates, identifiers, languages


@pytest.mark.parametrize(
    ("text", "written", "datatype"),
    [
        ("2024", "2024", "gYear"),
        ("2024-02", "2024-02", "gYearMonth"),
        ("2024-02-29", "2024-02-29", "date"),
        ("2024-02-29T10:00:00Z", "2024-02-29", "date"),
    ],
)
def test_a_date_says_how_precise_it_is(text, written, datatype):
    [issued] = node({"dc.date.issued": text}).findall("dcterms:issued", NAMESPACES)
    assert (issued.text, issued.get(DATATYPE)) == (written, XSD + datatype)


@pytest.mark.parametrize("text", ["17-Nov-2015", "2023-02-29", "in press"])
def test_a_date_that_cannot_be_read_is_not_told(text):
    assert texts("dcterms:issued", {"dc.date.issued": text}) == []


def test_identifiers_are_bare_where_bibo_has_a_property_for_them():
    fields = {
        "dc.type": "Book",
        "dc.identifier.uri": PAGE,
        "dc.identifier.doi": "https://doi.org/10.5555/a",
        "dc.identifier.isbn": ["978-0-306-40615-7", "0-306-40615-2"],
        "dc.identifier.urn": "urn:nbn:de:1",
    }
    assert texts("dcterms:identifier", fields) == [PAGE, "urn:nbn:de:1"]
    assert texts("bibo:doi", fields) == ["10.5555/a"]
    assert texts("bibo:handle", fields) == ["1/2"]
    assert texts("bibo:isbn10", fields) == ["0306406152"]
    assert texts("bibo:isbn13", fields) == ["9780306406157"]


@pytest.mark.parametrize(("text", "tags"), [("eng", ["en"]), ("en_GB", ["en-GB"]), ("other", []), ("N/A", [])])
def test_a_language_is_told_by_its_tag(text, tags):
    assert texts("dcterms:language", {"dc.language.iso": text}) == tags


# Where it appeared


def test_an_article_stands_in_a_journal_that_is_called_by_its_issn():
    root = node(ARTICLE)
    journal = root.find("dcterms:isPartOf/bibo:Journal", NAMESPACES)
    assert journal.get(ABOUT) == "urn:issn:1471-244X"
    assert [each.text for each in journal] == ["Journal of Ice", "1471-244X"]
    place = ("volume", "issue", "pageStart", "pageEnd")
    assert [root.findtext(f"bibo:{each}", None, NAMESPACES) for each in place] == ["12", "1", "33", "47"]
    assert root.find("bibo:issn", NAMESPACES) is None


def test_a_chapter_leaves_its_isbn_to_the_book():
    fields = {"dc.type": "Book chapter", "dc.identifier.isbn": "978-0-306-40615-7", "dc.relation.ispartof": "Rooms"}
    [book] = node(fields).findall("dcterms:isPartOf/bibo:Book", NAMESPACES)
    assert (book.get(ABOUT), [each.text for each in book]) == ("urn:isbn:9780306406157", ["Rooms", "9780306406157"])
    assert texts("bibo:isbn13", fields) == []
    untitled = {each: fields[each] for each in ("dc.type", "dc.identifier.isbn")}
    assert texts("dcterms:isPartOf/bibo:Book/bibo:isbn13", untitled) == ["9780306406157"]


def test_a_journal_has_its_issn_itself():
    assert texts("bibo:issn", {"dc.type": "Journal", "dc.identifier.issn": "1471-244X"}) == ["1471-244X"]


def test_a_series_is_a_whole_and_the_number_is_the_items():
    fields = {"dc.type": "Technical Report", "dc.relation.ispartofseries": "Ice papers;17"}
    assert texts("dcterms:isPartOf/bibo:Series/dcterms:title", fields) == ["Ice papers"]
    assert texts("bibo:number", fields) == ["17"]


@pytest.mark.parametrize(
    ("field", "text", "path", "address"),
    [
        ("dc.relation.isreplacedby", "https://a.org/é", "dcterms:isReplacedBy", "https://a.org/%C3%A9"),
        ("dc.relation.uri", PAGE, "dcterms:relation", PAGE),
        ("dc.relation.ispartof", PAGE, "dcterms:isPartOf", PAGE),
        ("dcterms.references", PAGE, "dcterms:references", PAGE),
        ("dc.rights.uri", "http://creativecommons.org/licenses/by/4.0", "dcterms:license", None),
    ],
)
def test_what_has_an_address_is_linked(field, text, path, address):
    assert pointed(path, {field: text}) == [address or "https://creativecommons.org/licenses/by/4.0/"]


def test_a_thesis_tells_its_degree_and_who_conferred_it():
    fields = {"dc.type": "Thesis", "thesis.degree.name": "Dr. phil.", "thesis.degree.grantor": "Example University"}
    assert texts("bibo:degree/bibo:ThesisDegree/foaf:name", fields) == ["Dr. phil."]
    assert texts("bibo:issuer/foaf:Organization/foaf:name", fields) == ["Example University"]


# Access


@pytest.mark.parametrize(
    ("access", "until", "code", "available"),
    [
        ("open", None, "c_abf2", ["2020-02-02"]),
        ("restricted", None, "c_16ec", ["2020-02-02"]),
        ("closed", None, "c_14cb", ["2020-02-02"]),
        ("embargoed", END, "c_f1cf", ["2032-01-01"]),
        ("embargoed", None, "c_f1cf", []),
    ],
)
def test_access_is_coars_concept_and_an_embargo_says_its_end(access, until, code, available):
    file, fields = File("a.pdf", access=access, available=until), {"dc.date.available": "2020-02-02"}
    assert pointed("dcterms:accessRights", fields, file) == [f"{COAR}access_right/{code}"]
    assert texts("dcterms:available", fields, file) == available


def test_an_item_without_files_is_metadata_only():
    assert pointed("dcterms:accessRights", {}) == [f"{COAR}access_right/c_14cb"]


def test_an_open_file_is_a_part_with_its_address_type_and_size():
    file = File(PDF.name, PDF.mimetype, PDF.size, PDF.extent, PDF.checksum, PDF.url, access="open")
    [part] = node({}, file).findall("dcterms:hasPart/foaf:Document", NAMESPACES)
    assert part.get(ABOUT) == "https://demo.example.org/bits/a%20b.pdf"
    assert [each.text for each in part] == ["a.pdf", "application/pdf", "777 bytes"]


@pytest.mark.parametrize("access", ["restricted", "embargoed", "closed"])
def test_of_a_file_that_is_not_open_only_type_and_extent_are_told(access):
    file = File(PDF.name, PDF.mimetype, PDF.size, PDF.extent, PDF.checksum, PDF.url, access=access, available=END)
    assert texts("dcterms:format", {}, file) == ["application/pdf"]
    assert texts("dcterms:extent", {}, file) == ["7 kB"]
    assert node({}, file).findall("dcterms:hasPart", NAMESPACES) == []


# The whole


def test_the_specimen_is_told_as_it_stands():
    """formats.md section 8: no type guessed, a journal as host under the name as given, no address, no size."""
    root = FORMAT.crosswalk(ITEMS[CASES["specimen"]], SITE)[0]
    assert (name(root), root.get(ABOUT)) == ("Document", "oai:demo.example.org:20.500.99999/1")
    assert root.findtext("dcterms:isPartOf/bibo:Journal/dcterms:title", None, NAMESPACES) == "BMC Psychiary"
    assert root.findtext("bibo:volume", None, NAMESPACES) == "15"
    assert root.findtext("dcterms:extent", None, NAMESPACES) == "680.53 kB"
    assert root.find("dcterms:hasPart", NAMESPACES) is None


def test_every_item_is_offered():
    assert FORMAT.offered(item({}))


@settings(max_examples=60, deadline=None)
@given(items())
def test_whatever_an_item_holds_its_record_is_valid(each):
    rendered = RENDERER.render(each)
    assert not rendered.faults
    assert not ours(rendered.metadata["rdf"])
    assert not official(rendered.metadata["rdf"])
    hidden = b"https://demo.example.org/secret" in rendered.metadata["rdf"]
    assert not hidden or any(file.access == "open" and file.url for file in each.files)

"""oai_dc by the rules of those who read it: OpenAIRE 3, BASE, CORE (formats.md sections 3.1, 4, 5.1)."""

from datetime import date

import pytest
from hypothesis import given, settings

from oai_server.formats.oai_dc import DC, FORMAT, NAMESPACE
from oai_server.formats.rendering import Renderer
from oai_server.model import File, Site, Value
from tests.formats.any_item import items
from tests.formats.items import item
from tests.judges import official, ours

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
PAGE = "https://demo.example.org/handle/1/2"
PDF = File("a.pdf", "application/pdf", 777, "7 kB", "md5:" + "e" * 32, "https://demo.example.org/bits/1", access="open")


def elements(name, fields, *files):
    return FORMAT.crosswalk(item(fields, *files), SITE).findall(f"{{{DC}}}{name}")


def told(name, fields, *files):
    return [element.text for element in elements(name, fields, *files)]


def test_what_openaire_makes_mandatory_is_told_of_an_article():
    """Title, creator, one ISO date, type, rights, an http address, an ISO 639-3 language; a project if there is one."""
    project = "info:eu-repo/grantAgreement/EC/H2020/1"
    article = {
        "dc.title": "Warm ice",
        "dc.contributor.author": ["Doe, Jane", "Roe, Richard"],
        "dc.date.accessioned": "2025-01-01T00:00:00Z",
        "dc.date.available": "2025-01-01T00:00:00Z",
        "dc.date.issued": "2024-02-29",
        "dc.type": ["Article", "info:eu-repo/semantics/article"],
        "dc.identifier.uri": PAGE,
        "dc.language.iso": "en_US",
        "dc.relation": project,
        "dc.rights": "info:eu-repo/semantics/openAccess",
    }
    record = FORMAT.crosswalk(item(article, PDF), SITE)
    assert [(element.tag.rpartition("}")[2], element.text) for element in record] == [
        ("title", "Warm ice"),
        ("creator", "Doe, Jane"),
        ("creator", "Roe, Richard"),
        ("date", "2024-02-29"),
        ("type", "Article"),
        ("type", "info:eu-repo/semantics/article"),
        ("format", "application/pdf"),
        ("format", "7 kB"),
        ("identifier", PAGE),
        ("identifier", PDF.url),
        ("language", "eng"),
        ("relation", project),
        ("rights", "Open access"),
        ("rights", "info:eu-repo/semantics/openAccess"),
    ]


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("en_US", ["eng"]),
        ("de", ["deu"]),
        ("ger", ["deu"]),
        ("fre", ["fra"]),
        ("English", ["eng"]),
        ("other", []),
        ("N/A", []),
    ],
)
def test_a_language_is_told_by_iso_639_3_or_not_at_all(language, code):
    assert told("language", {"dc.language.iso": language}) == code


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"dc.date.issued": "2021-10-06T18:30:00Z"}, ["2021-10-06"]),
        ({"dc.date.issued": ["in print", "2015"], "dc.date": "2014"}, ["2015"]),
        ({"dc.date.issued": "circa 1900", "dc.date.created": "2014-01-01"}, ["circa 1900"]),
        ({"dc.date": ["info:eu-repo/date/embargoEnd/2031-06-30", "2015"]}, ["2015"]),
        ({"dc.date": "info:eu-repo/date/embargoEnd/2031-06-30"}, []),
        ({"dcterms.issued": "2015-11"}, ["2015-11"]),
        ({"dc.date.created": "1847"}, ["1847"]),
        ({"dc.date.accessioned": "2015-11-17T00:00:00Z", "dc.date.available": "2015", "dcterms.modified": "2016"}, []),
    ],
)
def test_one_date_is_told_and_it_is_that_of_issue(fields, day):
    """Several dates make readers show the wrong year."""
    assert told("date", fields) == day


@pytest.mark.parametrize(
    ("access", "available", "rights"),
    [
        ("open", None, ["Open access"]),
        ("restricted", None, ["Restricted access"]),
        ("embargoed", date(2031, 6, 30), ["Embargoed until 2031-06-30"]),
        ("embargoed", None, ["Embargoed"]),
        ("closed", None, []),
    ],
)
def test_access_is_told_in_words_before_the_item_s_own_rights(access, available, rights):
    file = File("a.pdf", access=access, available=available)
    assert told("rights", {"dc.rights": "In Copyright"}, file) == [*rights, "In Copyright"]


def test_without_a_file_nothing_is_said_of_access():
    assert told("rights", {"dc.title": "x"}) == []
    assert told("rights", {"dc.rights": "Open Access"}) == ["Open Access"]


def test_the_end_of_an_embargo_may_stand_in_a_field():
    assert told("rights", {"dc.date.embargo": "2031-06-30"}, File("a", access="embargoed")) == [
        "Embargoed until 2031-06-30"
    ]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("info:eu-repo/semantics/embargoedAccess", []),
        ("http://purl.org/coar/access_right/c_f1cf", []),
        ("http://purl.org/coar/access_right/c_abf2", ["http://purl.org/coar/access_right/c_abf2"]),
        ("info:eu-repo/semantics/openAccess", ["info:eu-repo/semantics/openAccess"]),
        ("Embargoed Access", []),
        ("open access", []),
        ("Access for members only", ["Access for members only"]),
    ],
)
def test_an_access_right_that_is_no_longer_true_is_not_told(said, kept):
    """An embargo that has ended stays in the metadata (DSpace 10529)."""
    assert told("rights", {"dc.rights": said}, PDF) == ["Open access", *kept]


def test_rights_are_told_without_their_holder_and_without_reasons_of_an_embargo():
    fields = {
        "dc.rights.holder": "Doe",
        "dc.rights.embargoreason": "A patent",
        "dc.rights.uri": "https://creativecommons.org/licenses/by/4.0/",
        "dcterms.license": "MIT",
        "oaire.licenseCondition": "Mine",
    }
    assert told("rights", fields) == ["https://creativecommons.org/licenses/by/4.0/", "MIT", "Mine"]


def test_the_landing_page_comes_first_and_the_addresses_of_open_files_last():
    """BASE takes the first address for the page, CORE looks for a PDF."""
    fields = {
        "dc.identifier.doi": "10.5555/a; 10.5555/b",
        "dc.identifier.other": ["swh:1:dir:0", "https://example.org/ü"],
        "dc.identifier.urn": "urn:nbn:de:1",
        "dc.identifier.uri": ["hdl:1/2", PAGE],
    }
    shut = [File("b.pdf", url="https://demo.example.org/bits/2", access=each) for each in ("restricted", "embargoed")]
    assert told("identifier", fields, PDF, *shut) == [
        PAGE,
        "https://doi.org/10.5555/a",
        "https://doi.org/10.5555/b",
        "swh:1:dir:0",
        "https://example.org/%C3%BC",
        "urn:nbn:de:1",
        "hdl:1/2",
        PDF.url,
    ]


def test_a_doi_is_told_once_as_its_address_however_often_it_is_there():
    fields = {"dc.identifier.uri": "http://dx.doi.org/10.5555/a", "dc.identifier.doi": ["doi:10.5555/a", "forthcoming"]}
    assert told("identifier", fields) == ["https://doi.org/10.5555/a"]


def test_an_issn_is_of_the_journal_and_an_isbn_of_the_book():
    assert told("source", {"dc.identifier.issn": "1471-244X"}) == ["ISSN: 1471-244X"]
    assert told("identifier", {"dc.identifier.isbn": "978-0-306-40615-7"}) == ["ISBN: 978-0-306-40615-7"]
    chapter = {"dc.type": "Book chapter", "dc.identifier.isbn": "ISBN 978-0-306-40615-7"}
    assert told("source", chapter) == ["ISBN 978-0-306-40615-7"]
    assert told("identifier", chapter) == []


def test_a_journal_is_the_source_where_nobody_wrote_a_citation():
    fields = {f"oaire.citation.{name}": text for name, text in {"title": "Ice", "volume": "3", "issue": "2"}.items()}
    fields |= {"oaire.citation.startPage": "101", "oaire.citation.endPage": "118"}
    assert told("source", fields) == ["Ice, 3 (2), 101-118"]
    assert told("source", {"oaire.citation.title": "Ice"}) == ["Ice"]
    assert told("source", {**fields, "dc.identifier.citation": "Doe (2024). Ice 3."}) == ["Doe (2024). Ice 3."]


@pytest.mark.parametrize(
    ("field", "element"),
    [
        ("dc.title.alternative", "title"),
        ("dc.creator.corporate", "creator"),
        ("dcterms.creator", "creator"),
        ("dc.contributor.advisor", "contributor"),
        ("dc.contributor.editor", "contributor"),
        ("dc.subject.lcsh", "subject"),
        ("dcterms.subject", "subject"),
        ("dc.description.tableofcontents", "description"),
        ("dcterms.abstract", "description"),
        ("dcterms.publisher", "publisher"),
        ("dc.type.coar", "type"),
        ("dcterms.type", "type"),
        ("oaire.resourceType", "type"),
        ("dc.format.extent", "format"),
        ("dcterms.medium", "format"),
        ("dcterms.bibliographicCitation", "source"),
        ("dcterms.source", "source"),
        ("dc.coverage.spatial", "coverage"),
        ("dcterms.temporal", "coverage"),
        ("dcterms.accessRights", "rights"),
        *((f"dc.relation.{name}", "relation") for name in "ispartof ispartofseries hasversion requires uri".split()),
        *((f"dcterms.{name}", "relation") for name in "isPartOf conformsTo isRequiredBy references relation".split()),
    ],
)
def test_a_field_goes_to_the_element_that_it_refines(field, element):
    assert told(element, {field: "x"}) == ["x"]


@pytest.mark.parametrize(
    "field",
    """dc.description.provenance dc.description.Provenance dc.description.sponsorship dc.description.version
    dc.description.status dc.contributor.orcid dc.contributor.email dc.creator.affiliation person.email
    dc.type.qualificationlevel dc.identifier.grantnumber dcterms.audience thesis.degree.name oaire.awardNumber
    project.funder.name local.odd dc.odd relation.isAuthorOfPublication""".split(),
)
def test_a_field_that_dublin_core_has_no_place_for_is_left_out(field):
    record = FORMAT.crosswalk(item({"dc.title": "Warm ice", field: "secret"}), SITE)
    assert [element.text for element in record] == ["Warm ice"]


def test_only_xml_lang_stands_on_an_element_and_only_where_a_text_is_in_a_language():
    fields = {
        "dc.title": [Value("Warm ice", "en_US"), Value("x", "*"), Value("y", "other")],
        "dc.format.mimetype": [Value("application/pdf", "en")],
        "dc.type": [Value("http://purl.org/coar/resource_type/c_6501", "en"), Value("Article", "en")],
        "dc.contributor.author": [Value("Doe", authority="https://orcid.org/0000-0002-1825-0097", confidence=600)],
    }
    record = FORMAT.crosswalk(item(fields), SITE)
    assert [dict(element.attrib) for element in record] == [
        {XML_LANG: "en-US"},
        {},
        {},
        {},
        {},
        {XML_LANG: "en"},
        {},
    ]


def test_the_same_value_is_told_once():
    fields = {"dc.format.mimetype": "application/pdf", "dc.format.extent": "7 kB"}
    assert told("format", fields, PDF, PDF) == ["application/pdf", "7 kB"]


def test_an_item_that_tells_nothing_has_its_oai_identifier():
    """Every item has a record in oai_dc (section 3.4)."""
    assert told("identifier", {}) == ["test:1"]
    assert told("identifier", {"dc.description.provenance": "Submitted by Jane"}) == ["test:1"]


@settings(max_examples=60, deadline=None)
@given(items())
def test_every_item_has_a_valid_record(item):
    rendered = Renderer({"oai_dc": FORMAT}, SITE).render(item)
    assert not rendered.faults
    record = rendered.metadata["oai_dc"]
    assert not ours(record)
    assert not official(record)
    if not any(file.access == "open" for file in item.files):
        assert b"/secret/" not in record
    assert NAMESPACE.encode() in record

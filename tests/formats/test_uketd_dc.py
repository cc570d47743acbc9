"""uketd_dc by the rules of EThOS (formats.md sections 3.1, 4, 5.12)."""

from datetime import date

import pytest
from hypothesis import given, settings

from oai_server.formats.rendering import Renderer
from oai_server.formats.uketd_dc import FORMAT, PREFIXES
from oai_server.model import File, Site, Value
from tests.formats.any_item import THESIS, items
from tests.formats.items import item
from tests.judges import official, ours

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
TYPE = f"{{{PREFIXES['xsi']}}}type"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
PAGE = THESIS["dc.identifier.uri"]
MD5, SHA1 = "e" * 32, "a" * 40
PDF = File("a.pdf", "application/pdf", 777, "7 kB", f"md5:{MD5}", "https://demo.example.org/bits/1", access="open")
CSV = File("a.csv", "text/csv", 77, None, f"SHA-1:{SHA1}", "https://demo.example.org/bits/2", access="open")


def record(fields, *files):
    return FORMAT.crosswalk(item({**THESIS, **fields}, *files), SITE)


def told(name, fields, *files):
    return [element.text for element in record(fields, *files).findall(name, PREFIXES)]


def typed(name, fields, *files):
    return [(element.get(TYPE), element.text) for element in record(fields, *files).findall(name, PREFIXES)]


MANDATORY = {
    "dc:title": "Warm ice",
    "dc:creator": "Doe, Jane",
    "uketdterms:institution": "Example University",
    "dcterms:issued": "2024",
    "dc:type": "Thesis or dissertation",
    "uketdterms:qualificationlevel": "Doctoral",
    "uketdterms:qualificationname": "PhD",
}


@pytest.mark.parametrize("name", MANDATORY)
def test_what_ethos_makes_mandatory_is_told_once(name):
    assert told(name, {}) == [MANDATORY[name]]


@pytest.mark.parametrize(
    "field",
    """dc.title dc.contributor.author dc.date.issued thesis.degree.name thesis.degree.level
    thesis.degree.grantor""".split(),
)
def test_a_thesis_that_lacks_something_mandatory_is_not_offered(field):
    assert FORMAT.offered(item(THESIS))
    assert not FORMAT.offered(item({name: text for name, text in THESIS.items() if name != field}))


@pytest.mark.parametrize(
    ("changed", "offered"),
    [
        ({"dc.type": "http://purl.org/coar/resource_type/c_db06"}, True),
        ({"dc.type": "info:eu-repo/semantics/masterThesis"}, True),
        ({"dc.type": "Article"}, False),
        ({"dc.date.issued": "in autumn"}, False),
        ({"dc.date.issued": "in autumn", "dc.date.awarded": "2018"}, True),
    ],
)
def test_only_theses_with_a_year_of_award_are_offered(changed, offered):
    assert FORMAT.offered(item({**THESIS, **changed})) == offered


def test_a_publisher_is_not_taken_for_the_institution():
    """DSpace does (formats.md section 10, the specimen)."""
    bare = {name: text for name, text in THESIS.items() if name != "thesis.degree.grantor"}
    assert not FORMAT.offered(item({**bare, "dc.publisher": "BioMed Central"}))
    assert told("dc:publisher", {"dc.publisher": ["Example University", "A press"]}) == ["A press"]


def test_a_degree_may_stand_in_the_fields_of_british_registries():
    fields = {
        "dc.title": "Warm ice",
        "dc.creator": "Doe, Jane",
        "dc.date.issued": "2024",
        "dc.type": "Thesis",
        "dc.publisher.institution": "Example University",
        "dc.publisher.department": "School of Ice",
        "dc.type.qualificationlevel": "Masters",
        "dc.type.qualificationname": "MPhil",
    }
    assert FORMAT.offered(item(fields))
    told = FORMAT.crosswalk(item(fields), SITE)
    names = "institution department qualificationlevel qualificationname".split()
    assert [told.findtext(f"uketdterms:{name}", None, PREFIXES) for name in names] == [
        "Example University",
        "School of Ice",
        "Masters",
        "MPhil",
    ]


@pytest.mark.parametrize(
    ("files", "kind", "end"),
    [
        ([], [], []),
        (["open"], [], []),
        (["closed"], [], []),
        (["restricted"], ["restricted"], []),
        (["restricted", "open"], ["restricted"], []),
        (["embargoed"], ["Total"], ["2031-06-30"]),
        (["embargoed", "restricted"], ["Total"], ["2031-06-30"]),
        (["embargoed", "open"], ["Partial"], ["2031-06-30"]),
    ],
)
def test_an_embargo_is_told_by_its_kind_and_its_end(files, kind, end):
    made = [File(each, access=each, available=date(2031, 6, 30) if each == "embargoed" else None) for each in files]
    assert told("uketdterms:embargotype", {}, *made) == kind
    assert told("uketdterms:embargodate", {}, *made) == end


def test_an_embargo_may_have_a_reason_and_its_end_in_a_field():
    fields = {"dc.rights.embargodate": "2031-06-30", "dc.rights.embargoreason": "A patent"}
    assert told("uketdterms:embargodate", fields, File("a", access="embargoed")) == ["2031-06-30"]
    assert told("uketdterms:embargoreason", fields, File("a", access="embargoed")) == ["A patent"]
    assert told("uketdterms:embargoreason", fields, PDF) == []


def test_open_files_are_told_by_address_each_with_its_checksum():
    names = [element.tag.rpartition("}")[2] for element in record({}, PDF, CSV)]
    assert names[-4:] == ["identifier", "checksum"] * 2
    assert typed("dc:identifier", {}, PDF, CSV) == [("dcterms:URI", PDF.url), ("dcterms:URI", CSV.url)]
    assert typed("uketdterms:checksum", {}, PDF, CSV) == [("uketdterms:MD5", MD5), ("uketdterms:SHA1", SHA1)]


@pytest.mark.parametrize("access", ["restricted", "embargoed", "closed"])
def test_a_file_that_is_not_open_has_neither_address_nor_checksum(access):
    file = File("a.pdf", "application/pdf", 777, None, f"md5:{MD5}", "https://demo.example.org/1", access=access)
    assert told("dc:identifier", {}, file) == []
    assert told("uketdterms:checksum", {}, file) == []
    assert told("dc:format", {}, file) == ["application/pdf"]


@pytest.mark.parametrize("checksum", [None, "md5:zz", f"md5:{SHA1}", f"sha-256:{'e' * 64}", "odd"])
def test_a_checksum_in_no_scheme_of_ethos_is_left_out(checksum):
    assert told("uketdterms:checksum", {}, File("a", checksum=checksum, url=PDF.url, access="open")) == []


def test_the_landing_page_is_what_refers_to_the_thesis():
    assert typed("dcterms:isReferencedBy", {"dc.relation.isreferencedby": "A review"}) == [
        ("dcterms:URI", PAGE),
        (None, "A review"),
    ]


def test_other_identifiers_are_in_no_scheme():
    """EThOS asks for dcterms:DOI, which no schema defines."""
    fields = {
        "dc.identifier.doi": "10.5555/a; 10.5555/b",
        "dc.identifier.isbn": "978-0-306-40615-7",
        "dc.identifier.urn": "urn:nbn:de:1",
    }
    assert typed("dc:identifier", fields) == [
        (None, "https://doi.org/10.5555/a"),
        (None, "https://doi.org/10.5555/b"),
        (None, "urn:nbn:de:1"),
        (None, "ISBN: 9780306406157"),
    ]


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("en_US", [("dcterms:ISO639-2", "eng")]),
        ("ger", [("dcterms:ISO639-2", "deu")]),
        ("cmn", [("dcterms:ISO639-2", "zho")]),
        ("sla", [("dcterms:ISO639-2", "sla")]),
        ("sh", [(None, "hbs")]),
        ("other", []),
    ],
)
def test_a_language_is_told_by_iso_639_2(language, code):
    assert typed("dc:language", {"dc.language.iso": language}) == code


def test_people_are_told_by_what_they_did():
    jane = Value("Doe, Jane", authority="https://orcid.org/0000-0002-1825-0097")
    fields = {
        "dc.contributor.author": [jane, "Roe, Richard"],
        "dc.contributor.advisor": "Carberry, Josiah",
        "dc.contributor.editor": "Poe, Edna",
        "dc.contributor.sponsor": "A fund",
    }
    names = [(element.tag.rpartition("}")[2], element.text) for element in record(fields)]
    assert names[1:7] == [
        ("creator", "Doe, Jane"),
        ("authoridentifier", "https://orcid.org/0000-0002-1825-0097"),
        ("creator", "Roe, Richard"),
        ("advisor", "Carberry, Josiah"),
        ("contributor", "Poe, Edna"),
        ("sponsor", "A fund"),
    ]


def test_sponsors_are_told_with_the_numbers_of_their_grants():
    fields = {
        "dc.relation": "info:eu-repo/grantAgreement/EC/H2020/654321",
        "dc.description.sponsorship": "A fund",
        "dc.identifier.grantnumber": "7",
    }
    assert len(told("uketdterms:sponsor", fields)) == 2
    assert told("uketdterms:grantnumber", fields) == ["654321", "7"]


def test_subjects_are_in_the_schemes_that_their_fields_name():
    fields = {"dc.subject": [Value("Eis", "de")], "dc.subject.ddc": [Value("551", "en")], "dc.subject.x": "y"}
    assert typed("dc:subject", fields) == [(None, "Eis"), ("dcterms:DDC", "551"), (None, "y")]
    assert [element.get(XML_LANG) for element in record(fields).findall("dc:subject", PREFIXES)] == ["de", None, None]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("dc.title.alternative", "dcterms:alternative"),
        ("dcterms.abstract", "dcterms:abstract"),
        ("dc.description.tableofcontents", "dcterms:tableOfContents"),
        ("dc.description", "dc:description"),
        ("dc.publisher.commercial", "uketdterms:commercial"),
        ("thesis.degree.discipline", "uketdterms:department"),
        ("dc.coverage.spatial", "dcterms:spatial"),
        ("dcterms.temporal", "dcterms:temporal"),
        ("dc.coverage", "dc:coverage"),
        ("dc.source", "dc:source"),
        ("dc.relation", "dc:relation"),
        ("dc.relation.uri", "dc:relation"),
        ("dc.relation.hasversion", "dcterms:hasVersion"),
        ("dc.relation.ispartofseries", "dcterms:isPartOf"),
        ("dcterms.references", "dcterms:references"),
        ("dc.rights", "dc:rights"),
        ("dc.rights.holder", "dc:rights"),
        ("dc.format", "dc:format"),
    ],
)
def test_a_field_goes_to_the_element_that_the_table_names(field, name):
    assert told(name, {field: "x"}) == ["x"]


def test_a_licence_is_told_by_its_address_and_in_words():
    fields = {"dc.rights": "CC BY 4.0", "dc.rights.uri": "http://creativecommons.org/licenses/by/4.0/"}
    assert typed("dcterms:license", fields) == [("dcterms:URI", "https://creativecommons.org/licenses/by/4.0/")]
    assert told("dc:rights", fields) == ["CC BY 4.0"]


def test_the_date_of_acceptance_is_told_where_it_can_be_read():
    assert told("dcterms:dateAccepted", {"dc.date.accepted": "2024-01"}) == ["2024-01"]
    assert told("dcterms:dateAccepted", {"dc.date.accepted": "in autumn"}) == []


@settings(max_examples=60, deadline=None)
@given(items(THESIS))
def test_any_item_that_is_offered_has_a_valid_record(item):
    rendered = Renderer({"uketd_dc": FORMAT}, SITE).render(item)
    assert not rendered.faults
    for record in rendered.metadata.values():
        assert not ours(record)
        assert not official(record)
        if not any(file.access == "open" for file in item.files):
            assert b"/secret/" not in record
            assert b"checksum" not in record

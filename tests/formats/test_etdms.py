"""etdms by the rules of NDLTD's set 1.0 (formats.md sections 3.1, 4, 5.11)."""

from datetime import date

import pytest
from hypothesis import given, settings

from oai_server.formats.etdms import FORMAT, NAMESPACE
from oai_server.formats.rendering import Renderer
from oai_server.model import File, Site, Value
from tests.formats.any_item import THESIS, items
from tests.formats.items import item
from tests.judges import official, ours

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
PAGE = THESIS["dc.identifier.uri"]
PDF = File("a.pdf", "application/pdf", 777, "7 kB", "md5:" + "e" * 32, "https://demo.example.org/bits/1", access="open")


def record(fields, *files):
    return FORMAT.crosswalk(item({**THESIS, **fields}, *files), SITE)


def told(name, fields, *files):
    return [element.text for element in record(fields, *files).iter(f"{{{NAMESPACE}}}{name}")]


def attributes(name, fields):
    return [(dict(element.attrib), element.text) for element in record(fields).iter(f"{{{NAMESPACE}}}{name}")]


def test_a_thesis_is_told_in_the_strict_sequence_of_the_set():
    fields = {
        "dc.title.alternative": "Eau",
        "dc.description.abstract": "Ice that is warm.",
        "dc.description.tableofcontents": "1 Ice",
        "dc.publisher": "Example University",
        "dc.contributor.advisor": "Carberry, Josiah",
        "dc.language.iso": "en_US",
        "dc.coverage.spatial": "The Sound",
        "dc.rights": "In Copyright",
        "dc.rights.uri": "http://rightsstatements.org/vocab/InC/1.0/",
        "dc.rights.holder": "Doe, Jane",
        "thesis.degree.discipline": "Glaciology",
    }
    assert [(element.tag.rpartition("}")[2], element.text) for element in record(fields, PDF).iter()][1:] == [
        ("title", "Warm ice"),
        ("alternativeTitle", "Eau"),
        ("creator", "Doe, Jane"),
        ("subject", "Ice"),
        ("description", "Ice that is warm."),
        ("description", "1 Ice"),
        ("publisher", "Example University"),
        ("contributor", "Carberry, Josiah"),
        ("date", "2024"),
        ("type", "Electronic Thesis or Dissertation"),
        ("type", "Text"),
        ("type", "Thesis"),
        ("format", "application/pdf"),
        ("identifier", PAGE),
        ("identifier", PDF.url),
        ("language", "en-US"),
        ("coverage", "The Sound"),
        ("rights", "Open access"),
        ("rights", "In Copyright"),
        ("rights", "http://rightsstatements.org/vocab/InC/1.0/"),
        ("rights", "Doe, Jane"),
        ("degree", None),
        ("name", "PhD"),
        ("level", "Doctoral"),
        ("discipline", "Glaciology"),
        ("grantor", "Example University"),
    ]


@pytest.mark.parametrize("field", ["dc.title", "dc.contributor.author", "dc.subject", "dc.date.issued"])
def test_a_thesis_that_lacks_a_mandatory_element_is_not_offered(field):
    assert FORMAT.offered(item(THESIS))
    assert not FORMAT.offered(item({name: text for name, text in THESIS.items() if name != field}))


def test_a_thesis_needs_an_identifier_which_may_be_an_open_file_or_a_handle():
    nameless = {name: text for name, text in THESIS.items() if name != "dc.identifier.uri"}
    assert not FORMAT.offered(item(nameless))
    assert not FORMAT.offered(item(nameless, File("a.pdf", url="https://demo.example.org/1", access="restricted")))
    assert FORMAT.offered(item(nameless, PDF))
    assert FORMAT.offered(item({**nameless, "dc.identifier.uri": "hdl:1/2"}))
    assert FORMAT.offered(item({**nameless, "dc.identifier.doi": "10.5555/a"}))


def test_a_thesis_without_a_date_that_can_be_read_is_not_offered():
    assert not FORMAT.offered(item({**THESIS, "dc.date.issued": "in autumn"}))


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("http://purl.org/coar/resource_type/c_db06", True),
        ("info:eu-repo/semantics/masterThesis", True),
        ("Other", True),
        ("Article", False),
        ("Dataset", False),
    ],
)
def test_only_theses_are_offered(kind, offered):
    assert FORMAT.offered(item({**THESIS, "dc.type": kind})) == offered


def test_a_degree_is_left_out_where_nothing_is_told_of_it():
    bare = {name: text for name, text in THESIS.items() if not name.startswith("thesis.")}
    assert FORMAT.crosswalk(item(bare), SITE).find(f"{{{NAMESPACE}}}degree") is None
    british = {"dc.type.qualificationname": "MPhil", "dc.type.qualificationlevel": "Masters"}
    degree = FORMAT.crosswalk(item({**bare, **british}), SITE).find(f"{{{NAMESPACE}}}degree")
    assert [part.text for part in degree] == ["MPhil", "Masters"]


@pytest.mark.parametrize(
    ("language", "tag"), [("en", ["en"]), ("eng", ["en"]), ("en_GB", ["en-GB"]), ("German", ["de"]), ("other", [])]
)
def test_a_language_is_told_by_bcp_47_or_not_at_all(language, tag):
    assert told("language", {"dc.language.iso": language}) == tag


@pytest.mark.parametrize(
    ("access", "available", "words"),
    [
        ("open", None, "Open access"),
        ("restricted", None, "Restricted access"),
        ("embargoed", date(2031, 6, 30), "Embargoed until 2031-06-30"),
        ("closed", None, "Metadata only access"),
    ],
)
def test_access_is_told_as_a_rights_text_and_the_address_of_open_files_only(access, available, words):
    file = File("a.pdf", "application/pdf", url="https://demo.example.org/1", access=access, available=available)
    assert told("rights", {}, file) == [words]
    assert told("format", {}, file) == ["application/pdf"]
    assert told("identifier", {}, file) == [PAGE, *([file.url] if access == "open" else [])]


def test_without_a_file_the_access_is_to_metadata_only():
    assert told("rights", {}) == ["Metadata only access"]


def test_people_are_told_with_their_roles_and_the_addresses_of_their_authorities():
    jane = Value("Doe, Jane", "en", "https://orcid.org/0000-0002-1825-0097", 600)
    fields = {
        "dc.contributor.author": [jane],
        "dc.contributor.advisor": [Value("Carberry, Josiah", authority="virtual::1")],
        "dc.contributor.committeeMember": "Poe, Edna",
        "dc.contributor.editor": "Roe, Richard",
        "dc.contributor.sponsor": "A fund",
        "dc.contributor.orcid": "0000-0002-1825-0097",
    }
    assert attributes("creator", fields) == [({"resource": "https://orcid.org/0000-0002-1825-0097"}, "Doe, Jane")]
    assert attributes("contributor", fields) == [
        ({"role": "advisor"}, "Carberry, Josiah"),
        ({"role": "committee member"}, "Poe, Edna"),
        ({"role": "editor"}, "Roe, Richard"),
    ]


def test_an_authority_that_is_no_address_is_left_out():
    fields = {"dc.contributor.author": [Value("Doe, Jane", authority="http://[")]}
    assert attributes("creator", fields) == [({}, "Doe, Jane")]


def test_subjects_are_told_with_the_scheme_that_their_field_names():
    fields = {
        "dc.subject": [Value("Eis", "de")],
        "dc.subject.ddc": "551",
        "dc.subject.mesh": "Ice",
        "dc.subject.x": "y",
    }
    assert attributes("subject", fields) == [
        ({XML_LANG: "de"}, "Eis"),
        ({"scheme": "DDC"}, "551"),
        ({"scheme": "MeSH"}, "Ice"),
        ({}, "y"),
    ]


def test_a_table_of_contents_is_a_note_and_who_paid_is_nobody_s_business():
    fields = {"dc.description.tableofcontents": "1 Ice", "dc.description.sponsorship": "A fund", "dc.description": "x"}
    assert attributes("description", fields) == [({}, "x"), ({"role": "note"}, "1 Ice")]


def test_there_is_one_date_as_precise_as_it_is_told():
    assert told("date", {"dc.date.issued": ["2019-10-04T12:00:00Z", "2018"], "dc.date.submitted": "2017"}) == [
        "2019-10-04"
    ]


@settings(max_examples=60, deadline=None)
@given(items(THESIS))
def test_any_item_that_is_offered_has_a_valid_record(item):
    rendered = Renderer({"etdms": FORMAT}, SITE).render(item)
    assert not rendered.faults
    for record in rendered.metadata.values():
        assert not ours(record)
        assert not official(record)
        if not any(file.access == "open" for file in item.files):
            assert b"/secret/" not in record

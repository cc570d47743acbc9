"""rioxx against the tables of the RIOXX application profile 3.0."""

from datetime import date

import pytest
from hypothesis import given, settings
from lxml import etree

from oai_server.formats.rendering import Renderer
from oai_server.formats.rioxx import CONTRADICTIONS, FORMAT, NSMAP, crosswalk, known_contradictions, offered
from oai_server.model import File, Item, Site, Value
from tests.formats.items import item
from tests.formats.odd_items import items
from tests.formats.test_golden import ITEMS
from tests.judges import ROOT, checker, official

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
RENDERER = Renderer({FORMAT.prefix: FORMAT}, SITE)
PAGE = "https://demo.example.org/handle/20.500.99999/1"
LEAST = {
    "dc.title": "Warm ice",
    "dc.contributor.author": "Carberry, Josiah",
    "dc.language.iso": "en_US",
    "dc.identifier.uri": PAGE,
}
COAR = "http://purl.org/coar"
SPECIMEN = ITEMS["20.500.99999/1"]
OPEN = File("a.pdf", "application/pdf", 1024, url="https://demo.example.org/a.pdf", access="open")
EMBARGOED = File(
    "b.pdf", "application/pdf", 99, url="https://x.org/b.pdf", access="embargoed", available=date(2032, 1, 1)
)
RESTRICTED = File("c.pdf", "application/pdf", 77, url="https://x.org/c.pdf", access="restricted")
CLOSED = File("d.pdf", "application/pdf", 55, url="https://x.org/d.pdf", access="closed")


def record(metadata: dict, *files: File) -> etree._Element:
    """The record of an item that has all that is mandatory and these fields."""
    return told(item({**LEAST, **metadata}, *files))


def told(known: Item) -> etree._Element:
    """A record that both judges pass."""
    rendered = RENDERER.render(known)
    assert not rendered.faults
    assert not officially(rendered.metadata[FORMAT.prefix])
    return etree.fromstring(rendered.metadata[FORMAT.prefix])


def officially(document: bytes) -> list[str]:
    """What the published schema has against a record, its contradictions left out."""
    return [each for each in official(document) or () if not known_contradictions(each.partition(": ")[2])]


def found(root: etree._Element, path: str) -> list[str]:
    """What an XPath finds, elements as their text."""
    return [each if isinstance(each, str) else each.text for each in root.xpath(path, namespaces=NSMAP)]


def relations(root: etree._Element) -> list[tuple[str, dict[str, str]]]:
    return [(each.text, dict(each.attrib)) for each in root.findall("dc:relation", NSMAP)]


# What the profile makes mandatory


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("dc:identifier", PAGE),
        ("dc:language", "eng"),
        ("dc:title", "Warm ice"),
        ("dc:type", f"{COAR}/resource_type/c_1843"),
        ("rioxxterms:creator/rioxxterms:name", "Carberry, Josiah"),
        ("rioxxterms:creator/@first-named-author", "true"),
    ],
)
def test_the_least_item_has_all_that_is_mandatory_once(path, value):
    assert found(record({}), path) == [value]


@pytest.mark.parametrize("field", LEAST)
def test_an_item_without_a_mandatory_field_is_not_offered(field):
    assert offered(item(LEAST))
    assert not offered(item({name: text for name, text in LEAST.items() if name != field}))


def test_an_item_with_only_a_title_is_not_offered():
    assert not offered(item({"dc.title": "Warm ice"}))


@pytest.mark.parametrize("text", ["other", "N/A", "mixed"])
def test_an_item_in_no_language_that_iso_639_3_knows_is_not_offered(text):
    assert not offered(item({**LEAST, "dc.language.iso": text}))


@pytest.mark.parametrize("text", ["urn:nbn:de:1", "20.500.99999/1", "http://["])
def test_an_item_that_has_no_web_page_is_not_offered(text):
    assert not offered(item({**LEAST, "dc.identifier.uri": text}))


def test_a_publishers_doi_is_no_landing_page():
    assert not offered(item({**LEAST, "dc.identifier.uri": "n/a", "dc.identifier.doi": "10.5555/x"}))
    assert offered(item({**LEAST, "dc.identifier.uri": "https://doi.org/10.5555/x"}))


def test_the_specimen_has_neither_page_nor_language_and_is_not_offered():
    assert not offered(SPECIMEN)
    paged = Item("x:1", {**SPECIMEN.metadata, "dc.identifier.uri": (Value(PAGE),)}, files=SPECIMEN.files)
    assert not offered(paged)


def test_the_specimen_with_page_and_language_is_told_whole():
    more = {"dc.identifier.uri": (Value(PAGE),), "dc.language.iso": (Value("en"),)}
    root = told(Item(SPECIMEN.identifier, {**SPECIMEN.metadata, **more}, files=SPECIMEN.files))
    assert found(root, "//rioxxterms:name") == [
        "Domoney, Jill",
        "Howard, Louise M.",
        "Abas, Melanie",
        "Broadbent, Matthew",
        "Oram, Sian",
    ]
    assert found(root, "rioxxterms:publication_date") == ["2015-11-17"]
    assert found(root, "dc:source") == ["BMC Psychiary"]
    assert len(found(root, "dc:subject")) == 5
    assert relations(root) == [
        (
            PAGE,
            {
                "rel": "cite-as",
                "coar_type": f"{COAR}/resource_type/c_1843",
                "access_rights": f"{COAR}/access_right/c_16ec",
            },
        )
    ]


# Where it is, and who may see it


def test_an_open_file_is_an_item_with_all_that_is_known_of_it():
    root = record(
        {
            "dc.type": "Article",
            "oaire.version": "AM",
            "dc.date.accessioned": "2018-03-02T09:14:11Z",
            "dc.date.available": "2018-03-03T09:14:11Z",
            "dc.rights.uri": "http://creativecommons.org/licenses/by/4.0",
        },
        OPEN,
    )
    assert relations(root) == [
        (
            OPEN.url,
            {
                "rel": "item",
                "type": "application/pdf",
                "coar_type": f"{COAR}/resource_type/c_6501",
                "coar_version": f"{COAR}/version/c_ab4af688f83e57aa",
                "deposit_date": "2018-03-02",
                "resource_exposed_date": "2018-03-03",
                "access_rights": f"{COAR}/access_right/c_abf2",
                "license_ref": "https://creativecommons.org/licenses/by/4.0/",
            },
        )
    ]
    assert found(root, "rioxxterms:record_public_release_date") == ["2018-03-02"]


@pytest.mark.parametrize(
    ("file", "status", "exposed"),
    [
        (EMBARGOED, "c_f1cf", "2032-01-01"),
        (RESTRICTED, "c_16ec", None),
        (CLOSED, "c_14cb", None),
        (None, "c_14cb", None),
    ],
)
def test_a_file_that_is_not_open_is_told_by_the_landing_page(file, status, exposed):
    [(address, attributes)] = relations(record({}, *filter(None, [file])))
    assert address == PAGE
    assert attributes["rel"] == "cite-as"
    assert attributes["access_rights"] == f"{COAR}/access_right/{status}"
    assert attributes.get("resource_exposed_date") == exposed
    assert "type" not in attributes


@pytest.mark.parametrize("file", [EMBARGOED, RESTRICTED, CLOSED])
def test_the_address_of_a_file_that_is_not_open_is_not_told(file):
    assert file.url not in etree.tostring(record({}, OPEN, file)).decode()


def test_an_embargo_that_has_ended_was_exposed_on_the_day_it_ended():
    [(address, attributes)] = relations(told(item(LEAST, EMBARGOED).as_of(date(2033, 1, 1))))
    assert (address, attributes["rel"]) == (EMBARGOED.url, "item")
    assert attributes["access_rights"] == f"{COAR}/access_right/c_abf2"
    assert attributes["resource_exposed_date"] == "2032-01-01"


def test_a_table_that_comes_with_an_article_is_not_an_article():
    table = File("t.csv", "text/csv", url="https://demo.example.org/t ü.csv", access="open")
    first, second = relations(record({"dc.type": "Article", "oaire.version": "AM"}, OPEN, table))
    assert first[1]["coar_type"] == f"{COAR}/resource_type/c_6501"
    assert second == (
        "https://demo.example.org/t%20%C3%BC.csv",
        {"rel": "item", "type": "text/csv", "access_rights": f"{COAR}/access_right/c_abf2"},
    )


def test_what_is_no_media_type_is_left_out():
    file = File("a", "PDF", url="https://demo.example.org/a", access="open")
    assert "type" not in relations(record({}, file))[0][1]


def test_the_repositorys_own_names_for_it_are_what_to_cite_as():
    addresses = [PAGE, "http://hdl.handle.net/1/2", "https://doi.org/10.5555/own"]
    root = record({"dc.identifier.uri": addresses, "dc.identifier.urn": "urn:nbn:de:1"}, OPEN)
    assert found(root, "dc:identifier") == [PAGE]
    cited = [text for text, attributes in relations(root) if attributes["rel"] == "cite-as"]
    assert cited == ["https://doi.org/10.5555/own", "http://hdl.handle.net/1/2", "urn:nbn:de:1"]
    assert not found(root, "rioxxterms:ext_relation")


def test_a_handle_is_a_landing_page_where_there_is_no_other():
    root = record({"dc.identifier.uri": "http://hdl.handle.net/1/2"}, OPEN)
    assert found(root, "dc:identifier") == ["http://hdl.handle.net/1/2"]
    assert [attributes["rel"] for _, attributes in relations(root)] == ["item"]


@pytest.mark.parametrize(("version", "told_version"), [("AM", [f"{COAR}/version/c_970fb48d4fbd8a85"]), ("SMUR", [])])
def test_a_publishers_doi_is_a_relation_outside_the_repository(version, told_version):
    root = record({"dc.type": "Article", "dc.identifier.doi": "10.5555/a<b>", "oaire.version": version}, OPEN)
    assert found(root, "rioxxterms:ext_relation") == ["https://doi.org/10.5555/a%3Cb%3E"]
    assert found(root, "rioxxterms:ext_relation/@rel") == ["cite-as"]
    assert found(root, "rioxxterms:ext_relation/@coar_type") == [f"{COAR}/resource_type/c_6501"]
    assert found(root, "rioxxterms:ext_relation/@coar_version") == told_version


# What and who


@pytest.mark.parametrize(
    ("metadata", "source"),
    [
        ({"dc.identifier.issn": "1471-244X", "dc.relation.ispartof": "A Journal"}, ["1471-244X"]),
        ({"dc.type": "Book chapter", "dc.identifier.isbn": ["0-306-40615-2", "978-99999-0-003-4"]}, ["9789999900034"]),
        ({"dc.type": "Book", "dc.identifier.isbn": "978-99999-0-003-4"}, []),
        ({"dc.relation.ispartof": ["A Journal", "Another"]}, ["A Journal"]),
        ({"dc.type": "Technical Report", "dc.relation.ispartofseries": "Ice Reports;3"}, ["Ice Reports"]),
        ({}, []),
    ],
)
def test_the_source_is_what_it_is_a_part_of_by_number_or_by_name(metadata, source):
    assert found(record(metadata), "dc:source") == source


def test_the_first_named_author_is_marked_and_identifiers_are_addresses():
    first = Value("Doe, Jane", authority="http://viaf.org/viaf/1")
    second = Value("Carberry, Josiah", authority="0000-0002-1825-0097")
    root = record({"dc.contributor.author": [first, second, "Ice Club"], "dc.contributor.editor": "Roe, Max"})
    assert found(root, "rioxxterms:creator/rioxxterms:name") == ["Doe, Jane", "Carberry, Josiah", "Ice Club"]
    assert found(root, "rioxxterms:creator[@first-named-author='true']/rioxxterms:name") == ["Doe, Jane"]
    assert found(root, "//rioxxterms:id") == ["http://viaf.org/viaf/1", "https://orcid.org/0000-0002-1825-0097"]
    assert found(root, "rioxxterms:contributor/rioxxterms:name") == ["Roe, Max"]


def test_a_grant_has_a_number_and_a_funder():
    root = record(
        {
            "dc.relation": "info:eu-repo/grantAgreement/WT//218671",
            "dc.description.sponsorship": "Somebody kind",
            "dc.relation.project": "https://projects.example.org/ice",
        }
    )
    assert found(root, "rioxxterms:grant") == ["218671"]
    assert found(root, "rioxxterms:grant/@funder_name") == ["Wellcome Trust"]
    assert found(root, "rioxxterms:grant/@funder_id") == ["https://doi.org/10.13039/100004440"]
    assert found(root, "rioxxterms:project") == ["https://projects.example.org/ice"]


@pytest.mark.parametrize(("text", "codes"), [("en_GB", ["eng"]), ("ger", ["deu"]), ("zh", ["zho"])])
def test_languages_are_iso_639_3(text, codes):
    assert found(record({"dc.language.iso": text}), "dc:language") == codes


@pytest.mark.parametrize(
    ("kind", "concept"),
    [("Article", "c_6501"), ("Learning Object", "c_e059"), ("Thesis", "c_46ec"), ("nobody's type", "c_1843")],
)
def test_the_type_is_a_concept_of_coar(kind, concept):
    assert found(record({"dc.type": kind}), "dc:type") == [f"{COAR}/resource_type/{concept}"]


def test_there_is_one_title():
    assert found(record({"dc.title": [Value("One", "en_US"), "Two"]}), "dc:title") == ["One"]
    assert found(record({"dc.title": [Value("One", "en_US"), "Two"]}), "dc:title/@xml:lang") == ["en-US"]


@pytest.mark.parametrize("field", ["dc.date.issued", "dc.date.accepted"])
@pytest.mark.parametrize("day", ["2015", "2015-11", "2015-11-17"])
def test_dates_are_as_precise_as_they_are_known(field, day):
    element = {"dc.date.issued": "rioxxterms:publication_date", "dc.date.accepted": "dcterms:dateAccepted"}[field]
    assert found(record({field: ["Spring", day]}), element) == [day]


def test_dates_in_words_are_left_out():
    root = record({"dc.date.issued": "Spring 2020", "dc.date.accepted": "last week", "dc.date.accessioned": "once"})
    assert not found(root, "rioxxterms:publication_date | dcterms:dateAccepted | rioxxterms:record_public_release_date")


def test_what_is_hidden_stays_hidden():
    root = record({"dc.description.provenance": "Submitted by jane@example.org", "dc.contributor.email": "a@b.org"})
    assert "@" not in "".join(root.itertext())


def test_hostile_text_is_told_as_it_is():
    text = "</dc:title>]]> &amp; <b>\u202e\U0001f9ca"
    assert found(record({"dc.title": text}), "dc:title") == [text]


@settings(max_examples=60, deadline=None)
@given(items(LEAST))
def test_whatever_an_item_holds_its_record_is_valid_and_keeps_its_secrets(known):
    rendered = RENDERER.render(known)
    assert not rendered.faults
    assert bool(rendered.metadata) == offered(known)
    if rendered.metadata:
        root = etree.fromstring(rendered.metadata[FORMAT.prefix])
        files = found(root, "dc:relation[@rel='item']")
        assert len(files) <= sum(file.access == "open" for file in known.files)


@settings(max_examples=25, deadline=None)
@given(items(LEAST))
def test_whatever_an_item_holds_the_published_schema_only_contradicts_its_profile(known):
    if offered(known):
        assert not officially(etree.tostring(crosswalk(known, SITE)))


# Where the published schema contradicts the profile


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """What the published schema has against the good documents."""
    judge = checker()
    if judge is None:
        pytest.skip("the official schemas are not here")
    paths = sorted((ROOT / "tests" / "schemas" / "good" / "rioxx").glob("*.xml"))
    judged = [part for path in paths for part in judge.check(path)]
    return [message for _, _, errors, _ in judged for _, message in errors]


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_shows_in_records_that_follow_the_profile(complaints, name):
    """Without it such a record would count as faulty."""
    assert any(CONTRADICTIONS[name].fullmatch(each) for each in complaints)


def test_the_published_schema_has_nothing_else_against_good_records(complaints):
    assert [each for each in complaints if not known_contradictions(each)] == []


@pytest.mark.parametrize(
    "message",
    [
        "Element 'rioxx:rioxx': 0 × '1.1:identifier', allowed 1 to 1.",
        "Element 'rioxx:rioxx': 2 × '1.1:identifier', allowed 1 to 1.",
        "Element 'rioxx:rioxx': 0 × 'rioxxterms:creator', allowed 1 to 1.",
        "Element 'rioxx:rioxx': 2 × '1.1:title', allowed 1 to 1.",
        "Element 'rioxxterms:creator': 0 × 'rioxxterms:name', allowed 1 to 1.",
        "Element '1.1:relation', attribute 'colour': The attribute 'colour' is not allowed.",
        "Element '1.1:subject', attribute 'rel': The attribute 'rel' is not allowed.",
        "Element 'rioxxterms:publication_date': 'Spring 2020' is not a valid value of the atomic type 'xs:date'.",
        "Element 'rioxxterms:grant': The attribute 'funder_name' is required but missing.",
        "Element '{urn:other}grant': Character content is not allowed, because the content type is empty.",
    ],
)
def test_other_complaints_are_faults(message):
    assert not known_contradictions(message)


@pytest.mark.parametrize(
    "message",
    [
        "Element '{http://purl.org/dc/elements/1.1/}relation', attribute 'rel': The attribute 'rel' is not allowed.",
        "Element '{http://www.rioxx.net/schema/v3.0/rioxx/}rioxx': 0 × "
        "'{http://www.rioxx.net/schema/v3.0/rioxxterms/}project', allowed are 1 to 1.",
        "Element '{http://www.rioxx.net/schema/v3.0/rioxxterms/}creator': 0 × "
        "'{http://www.rioxx.net/schema/v3.0/rioxxterms/}id', allowed are 1 to 1.",
        "Element '{http://www.rioxx.net/schema/v3.0/rioxx/}rioxx': 12 × "
        "'{http://purl.org/dc/elements/1.1/}subject', allowed are 0 to 1.",
    ],
)
def test_contradictions_are_known_by_their_whole_names_too(message):
    """As the judge of oai_server.official tells them."""
    assert FORMAT.contradicts(message)

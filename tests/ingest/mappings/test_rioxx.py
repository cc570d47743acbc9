"""RIOXX records: grants, parties, files and where else the work is."""

from datetime import date

import pytest

from oai_server.formats import rioxx as outgoing
from oai_server.ingest.mappings import mappings, rioxx
from oai_server.model import File, Value
from tests.ingest.mappings.real import item, parsed, real, records, texts, told

ROOTS = frozenset(root for root, known in mappings().items() if known.PREFIX in ("rioxx", "rioxx2"))
TERMS = 'xmlns:t="http://docs.rioxx.net/schema/v3.0/rioxxterms/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
OPEN = "https://purl.org/coar/access_right/c_abf2"


def record(inside: str, namespace: str = "") -> str:
    declared = f'xmlns="{namespace}"' if namespace else ""
    return f"<rioxx {declared} {TERMS}><dc:title>A title</dc:title>{inside}</rioxx>"


@pytest.mark.parametrize("namespace", ["", "http://www.rioxx.net/schema/v3.0/rioxx/"])
def test_records_are_read_with_and_without_a_namespace(namespace):
    assert texts(told(record("", namespace))) == {"dc.title": ["A title"]}


def test_only_a_record_in_our_namespace_can_be_served_as_it_came():
    assert rioxx.kept(parsed(record("", "http://www.rioxx.net/schema/v3.0/rioxx/")))
    assert not rioxx.kept(parsed(record("")))


def test_an_orcid_goes_before_other_identifiers_of_a_party():
    said = told(
        record(
            "<t:creator><t:name>Carter, J.</t:name><t:id>https://isni.org/isni/0000000452130579</t:id>"
            '<t:id> http://orcid.org/0000-0002-1222-8331"</t:id></t:creator>'
        )
    )
    assert said.metadata["dc.contributor.author"] == [
        Value("Carter, J.", authority="https://orcid.org/0000-0002-1222-8331")
    ]


def test_a_file_is_open_only_where_that_is_said():
    said = told(
        record(
            f'<dc:relation rel="item" type="application/pdf" access_rights="{OPEN}"> https://x.org/a%20b.pdf '
            "</dc:relation>"
            '<dc:relation rel="item">https://x.org/c.pdf</dc:relation>'
            '<dc:relation rel="item" access_rights="http://purl.org/coar/access_right/c_f1cf" '
            'resource_exposed_date="2031-02-03">https://x.org/d</dc:relation>'
            '<dc:relation rel="item" access_rights="http://purl.org/coar/access_right/c_f1cf">https://x.org/e</dc:relation>'
        )
    )
    assert said.files == [
        File("a b.pdf", mimetype="application/pdf", url="https://x.org/a%20b.pdf", access="open"),
        File("c.pdf", url="https://x.org/c.pdf", access="restricted"),
        File("d", url="https://x.org/d", access="embargoed", available=date(2031, 2, 3)),
        File("e", url="https://x.org/e", access="restricted"),
    ]


@pytest.mark.parametrize(
    ("inside", "field", "expected"),
    [
        ("<dc:source>1471-244X</dc:source>", "dc.identifier.issn", ["1471-244X"]),
        ("<dc:source>9783468111242</dc:source>", "dc.relation.isbn", ["9783468111242"]),
        ("<dc:source>Journal of X</dc:source>", "dc.relation.ispartof", ["Journal of X"]),
        ('<t:grant funder_name="A Fund"> DP1 </t:grant>', "oaire.awardNumber", ["DP1"]),
        ("<t:project>https://x.org/p</t:project>", "dc.relation.project", ["https://x.org/p"]),
        (
            '<t:ext_relation coar_version="http://purl.org/coar/version/c_970fb48d4fbd8a85">https://doi.org/10.5072/1'
            "</t:ext_relation>",
            "dc.identifier.doi",
            ["10.5072/1"],
        ),
        ("<t:ext_relation>https://doi.org/10.5072/1</t:ext_relation>", "dc.relation", ["https://doi.org/10.5072/1"]),
        ('<t:author id="https://orcid.org/0000-0002-1825-0097">B, A</t:author>', "dc.contributor.author", ["B, A"]),
    ],
)
def test_an_element_is_told_in_its_field(inside, field, expected):
    assert texts(told(record(inside)))[field] == expected


@real
def test_every_real_record_is_offered_as_rioxx_again():
    found = list(records("samples/**/*rioxx*.xml", "data/xml-records/dspace-xoai/rioxx*.xml", roots=ROOTS))
    assert len(found) == 7
    assert all(outgoing.offered(item(told(each))) for each in found)


@real
def test_a_real_record_keeps_its_grants_and_its_file():
    (found,) = records("samples/rioxx/rioxx3-example-4.xml", roots=ROOTS)
    said = texts(told(found))
    assert said["project.funder.name"] == ["Australian Research Council", "John Templeton Foundation"]
    assert said["project.funder.identifier"] == ["https://ror.org/05mmh0f86", "https://ror.org/035tnyy05"]
    assert said["oaire.awardNumber"] == ["DP190101507", "61387"]
    assert [(file.mimetype, file.access) for file in told(found).files] == [("application/pdf", "open")]

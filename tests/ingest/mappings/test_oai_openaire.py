"""Records of the OpenAIRE literature profile."""

from datetime import date

import pytest

from oai_server.formats import oai_openaire as outgoing
from oai_server.ingest.mappings import oai_openaire
from oai_server.ingest.mappings.told import Told
from oai_server.model import File, Value
from tests.ingest.mappings.real import item, real, records, texts, told

EMBARGOED = "http://purl.org/coar/access_right/c_f1cf"


def record(inside: str) -> Told:
    return told(
        '<o:resource xmlns:o="http://namespace.openaire.eu/schema/oaire/" xmlns="http://datacite.org/schema/kernel-4" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><titles><title xml:lang="en">A title</title></titles>'
        f"{inside}</o:resource>"
    )


@pytest.mark.parametrize(
    ("inside", "field", "expected"),
    [
        ("<o:citationTitle>J</o:citationTitle>", "oaire.citation.title", ["J"]),
        ("<o:citationStartPage>7</o:citationStartPage>", "oaire.citation.startPage", ["7"]),
        ("<dc:description>A</dc:description><dc:description>B</dc:description>", "dc.description", ["B"]),
        ('<identifier identifierType="HANDLE">http://hdl.handle.net/1/2</identifier>', "dc.identifier.uri", None),
        ('<o:version uri="http://purl.org/coar/version/c_be7fb7dd8ff6fe43">NA</o:version>', "oaire.version", None),
        ("<dc:publisher>P</dc:publisher>", "dc.publisher", ["P"]),
        ("<dc:format>application/pdf</dc:format>", "dc.format.mimetype", ["application/pdf"]),
        ('<o:licenseCondition uri="https://x.org/l">L</o:licenseCondition>', "dc.rights.uri", ["https://x.org/l"]),
        ('<o:licenseCondition uri="https://x.org/l">L</o:licenseCondition>', "dc.rights", ["L"]),
    ],
)
def test_an_element_is_told_in_its_field(inside, field, expected):
    found = texts(record(inside))[field]
    assert found == (expected or found) and found


def test_the_type_is_a_word_with_its_concept():
    said = record('<o:resourceType uri="http://purl.org/coar/resource_type/c_6501">journal article</o:resourceType>')
    assert said.metadata["dc.type"] == [Value("journal article", authority="http://purl.org/coar/resource_type/c_6501")]


def test_an_embargo_is_neither_a_date_of_acceptance_nor_of_availability():
    said = record(
        f'<rights rightsURI="{EMBARGOED}">embargoed access</rights><dates><date dateType="Issued">2024</date>'
        '<date dateType="Accepted">2024-01-02</date><date dateType="Available">2031-02-03</date></dates>'
        f'<o:file accessRightsURI="{EMBARGOED}" mimeType="application/pdf">https://x.org/a.pdf</o:file>'
    )
    assert said.files == [
        File("a.pdf", "application/pdf", url="https://x.org/a.pdf", access="embargoed", available=date(2031, 2, 3))
    ]
    assert {name: each for name, each in texts(said).items() if "date" in name} == {
        "dc.date.issued": ["2024"],
        "dc.rights.embargodate": ["2031-02-03"],
    }


@real
def test_a_real_article_keeps_its_funding_and_its_journal():
    (found,) = records("samples/oai_openaire/sample_journalarticle1.xml", roots=oai_openaire.ROOTS)
    said = texts(told(found))
    assert said["project.funder.name"] == ["European Commission"]
    assert said["oaire.awardNumber"] == ["660668"]
    assert said["oaire.awardURI"] == ["http://cordis.europa.eu/project/rcn/195983_en.html"]
    assert said["oaire.citation.title"] == ["Chemistry"]
    assert said["dc.identifier.doi"] == ["10.1002/chem.201701589"]


@real
def test_every_real_record_has_a_title_and_those_with_a_date_are_offered_again():
    places = ("samples/oai_openaire/*.xml", "samples/dspace-main/oai_openaire.xml")
    found = [item(told(each)) for each in records(*places, roots=oai_openaire.ROOTS)]
    assert len(found) == 4
    assert all(each.first("dc.title") for each in found)
    assert sum(outgoing.offered(each) for each in found) == 2

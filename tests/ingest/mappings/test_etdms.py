"""Theses in etdms."""

import pytest

from oai_server.formats import etdms as outgoing
from oai_server.ingest.mappings import etdms
from tests.ingest.mappings.real import item, real, records, texts, told


def thesis(inside: str) -> str:
    return f'<thesis xmlns="http://www.ndltd.org/standards/metadata/etdms/1.0/"><title>A title</title>{inside}</thesis>'


@pytest.mark.parametrize(
    ("inside", "field", "expected"),
    [
        ('<contributor role="Committee Member">B, A</contributor>', "dc.contributor.committeemember", ["B, A"]),
        ('<contributor role="advisor">B, A</contributor>', "dc.contributor.advisor", ["B, A"]),
        ("<contributor>B, A</contributor>", "dc.contributor", ["B, A"]),
        ('<subject scheme="DDC">551</subject>', "dc.subject.ddc", ["551"]),
        ("<description>A</description><description>B</description>", "dc.description.abstract", ["A"]),
        ("<description>A</description><description>B</description>", "dc.description", ["B"]),
        ('<description role="note">A</description>', "dc.description", ["A"]),
        ("<date>2015-11-19</date><date>2015-11-17</date>", "dc.date.issued", ["2015-11-17"]),
        ("<identifier>urn:nbn:de:1-2</identifier>", "dc.identifier.urn", ["urn:nbn:de:1-2"]),
        ("<identifier>ISBN: 9783468111242</identifier>", "dc.identifier.isbn", ["9783468111242"]),
        ("<identifier>10.5072/1</identifier>", "dc.identifier.doi", ["10.5072/1"]),
        ("<rights>https://x.org/l</rights>", "dc.rights.uri", ["https://x.org/l"]),
        ("<degree><level>doctoral</level></degree>", "thesis.degree.level", ["doctoral"]),
        ("<degree><grantor>U</grantor></degree>", "thesis.degree.grantor", ["U"]),
    ],
)
def test_an_element_is_told_in_its_field(inside, field, expected):
    assert texts(told(thesis(inside)))[field] == expected


@real
def test_a_real_thesis_comes_out_with_its_degree():
    (found,) = records("samples/etdms/*.xml", roots=etdms.ROOTS)
    said = told(found)
    assert said.identifier == "10402/era.30232"
    assert {name: each for name, each in texts(said).items() if name.startswith("thesis.")} == {
        "thesis.degree.name": ["Master of Science"],
        "thesis.degree.level": ["Master's"],
        "thesis.degree.discipline": ["Department of Chemistry"],
        "thesis.degree.grantor": ["University of Alberta"],
    }
    assert outgoing.offered(item(said))

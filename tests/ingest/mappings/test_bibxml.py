"""References to RFCs, as the RFC series keeps them."""

import tarfile

import pytest

from oai_server.formats import datacite
from oai_server.ingest.mappings.told import Told
from tests.ingest.mappings.real import SHARED, item, parsed, real, texts, told

RFCS = SHARED / "data" / "xml-records" / "bibxml-rfc.tar.xz"


def reference(front: str, attributes: str = "", after: str = "") -> Told:
    return told(f"<reference {attributes}><front><title>A title</title>{front}</front>{after}</reference>")


@pytest.mark.parametrize(
    ("front", "field", "expected"),
    [
        ('<author surname="Li" initials="Y." fullname="Yue Li"/>', "dc.contributor.author", ["Li, Yue"]),
        ('<author surname="Li" initials="Y."/>', "dc.contributor.author", ["Li, Y."]),
        ('<author fullname="Plato"/>', "dc.contributor.author", ["Plato"]),
        ('<author surname="Li" initials="Y." role="editor"/>', "dc.contributor.editor", ["Li, Y."]),
        ("<author><organization>W3C, Inc.</organization></author>", "dc.creator.corporate", ["W3C, Inc."]),
        ("<author><organization>RFC Publisher</organization></author>", "dc.publisher", ["RFC Publisher"]),
        ('<date month="March" year="1997"/>', "dc.date.issued", ["1997-03"]),
        ('<date month="Mar" day="7" year="1997"/>', "dc.date.issued", ["1997-03-07"]),
        ('<date month="13" year="1997"/>', "dc.date.issued", ["1997"]),
        ('<date month="April" day="x" year="1997"/>', "dc.date.issued", ["1997-04"]),
        ("<abstract><t>One.</t><t>Two <xref/> three.</t></abstract>", "dc.description.abstract", ["One. Two three."]),
        ('<seriesInfo name="DOI" value="10.17487/RFC1"/>', "dc.identifier.doi", ["10.17487/RFC1"]),
        ('<seriesInfo name="RFC" value="1"/>', "dc.relation.ispartofseries", ["Request for Comments;1"]),
        ('<seriesInfo name="RFC" value="1"/>', "dc.type", ["report"]),
        ('<seriesInfo name="IETF"/>', "dc.contributor.institution", ["Internet Engineering Task Force"]),
    ],
)
def test_a_part_of_the_front_is_told_in_its_field(front, field, expected):
    assert texts(reference(front))[field] == expected


def test_a_reference_is_called_by_its_anchor():
    said = reference("", 'anchor="RFC2119" target="https://www.rfc-editor.org/info/rfc2119"')
    assert said.identifier == "RFC2119"
    assert texts(said)["dc.identifier.uri"] == ["https://www.rfc-editor.org/info/rfc2119"]


def test_series_are_read_where_they_stood_before_too():
    said = reference("", after='<seriesInfo name="BCP" value="14"/>')
    assert texts(said)["dc.relation.ispartofseries"] == ["Best Current Practice;14"]


@real
def test_of_every_real_reference_a_datacite_record_can_be_made():
    """Every hundredth of 9,830; the first RFCs have no abstract, and some names are those of bodies."""
    counted = 0
    with tarfile.open(RFCS) as archive:
        for place, member in enumerate(each for each in archive if each.isfile()):
            if place % 100 == 0:
                said = told(parsed(archive.extractfile(member).read().decode()))
                assert said.identifier and said.identifier.startswith("RFC")
                taken = item(said)
                has_author = bool(taken.values("dc.contributor.author", "dc.creator.corporate"))
                assert datacite.offered(taken) == has_author
                counted += 1
    assert counted == 99

"""EAD 2002 with and without its namespace, EAD3, and EAC-CPF beside them: what archives say."""

from pathlib import Path

import pytest
from lxml import etree

from oai_server.ingest.mappings import eac, ead, mapping_of
from oai_server.model import Value
from tests.ingest.mappings.test_mods import mutilated

SHARED = Path(__file__).parents[4] / "shared"
real = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real records in {SHARED}")
EAD2002, EAD3 = "urn:isbn:1-931666-22-9", "http://ead3.archivists.org/schema/"


def finding_aid(did: str = "", rest: str = "", header: str = "", namespace: str = EAD2002) -> etree._Element:
    return etree.fromstring(
        f"""<ead xmlns="{namespace}" xmlns:xlink="http://www.w3.org/1999/xlink">{header}
        <archdesc level="fonds"><did>{did}</did>{rest}</archdesc></ead>"""
    )


def fields(*parts: str, **more: str) -> dict[str, list[str]]:
    said = ead.told(finding_aid(*parts, **more)).metadata
    return {name: [value.text for value in values] for name, values in said.items()}


def real_finding_aid() -> etree._Element:
    root = etree.parse(SHARED / "samples" / "ead" / "archivesspace.xml").getroot()
    (found,) = root.iter(f"{{{EAD2002}}}ead")
    return found


@real
def test_a_finding_aid_of_archivesspace_is_told_wholly():
    says = ead.told(real_finding_aid())
    told = {name: [value.text for value in values] for name, values in says.metadata.items()}
    assert says.identifier == "VC-0002"
    assert told["dc.title"] == ["Charles J. Connick Stained Glass Foundation Collection VC.0002"]
    assert told["dc.title.alternative"] == ["Title 2 VC.0002", "Title 3"]
    assert told["dc.creator"][1:] == ["Name 2", "Name 3", "Name 4", "Name 5"]
    assert says.metadata["dc.creator"][0].authority == "http://id.loc.gov/authorities/names/nr99025157"
    assert told["dc.date.created"] == ["1905/2012"]
    assert told["dc.language.iso"] == ["English", "French"]
    assert len(told["dc.format.extent"]) == 4
    assert told["dc.type"] == ["Correspondence", "collection"]
    assert told["dc.coverage.spatial"] == ["Boston, MA"]
    assert told["dc.rights.accessrights"] == ["This collection is open."]
    assert len(told["dc.relation"]) == 11
    assert not says.notes


@real
def test_whatever_happens_to_a_real_finding_aid_it_is_told_or_said_to_have_no_title():
    for copy in mutilated(real_finding_aid()):
        says = ead.told(copy)
        assert ("dc.title" in says.metadata) is not bool(says.notes)


def test_the_mapping_is_found_by_each_of_its_root_elements():
    assert mapping_of(finding_aid()) is mapping_of(finding_aid(namespace=EAD3)) is ead
    assert mapping_of(etree.fromstring("<ead/>")) is ead


def test_the_header_lends_a_title_a_publisher_and_a_name():
    header = """<eadheader><eadid url="https://a.example/1">X1</eadid><filedesc>
        <titlestmt><titleproper>Guide to X <num>X1</num></titleproper></titlestmt>
        <publicationstmt><publisher>The Archive</publisher></publicationstmt></filedesc></eadheader>"""
    told = fields(header=header)
    assert told["dc.title"] == ["Guide to X"]
    assert told["dc.publisher"] == ["The Archive"]
    assert told["dc.identifier.uri"] == ["https://a.example/1"]
    assert ead.told(finding_aid(header=header)).identifier == "X1"


def test_a_title_does_not_hold_its_dates_and_these_are_told():
    told = fields("<unittitle>The <emph>cat</emph>, papers, <unitdate>1905-1912</unitdate></unittitle>")
    assert (told["dc.title"], told["dc.date.created"]) == (["The cat, papers"], ["1905-1912"])


@pytest.mark.parametrize(
    ("date", "text"),
    [
        ('<unitdate normal="1905/2012">1905-2012</unitdate>', ["1905/2012"]),
        ('<unitdate normal="1905/1905">1905</unitdate>', ["1905"]),
        ('<unitdate normal="1905/9999">1905-</unitdate>', ["1905/"]),
        ('<unitdate>circa 1905</unitdate><unitdate type="bulk">1910</unitdate>', ["circa 1905"]),
    ],
)
def test_dates_are_told_in_their_normal_form(date, text):
    assert fields(date)["dc.date.created"] == text


def test_makers_are_people_families_bodies_or_a_text_without_years_of_life():
    told = fields(
        """<origination><persname>Doe, Jane, 1900-1980</persname><corpname>Doe, Inc.</corpname></origination>
        <origination>Roe family</origination><origination label="Source"><persname>Poe</persname></origination>"""
    )
    assert told["dc.creator"] == ["Doe, Jane", "Roe family"]
    assert told["dc.creator.corporate"] == ["Doe, Inc."]
    assert told["dc.contributor.other"] == ["Poe"]


def test_access_points_keep_their_lists_and_those_of_components_stay_there():
    rest = """<controlaccess><controlaccess><subject source="lcsh">Cats</subject><subject>Dogs</subject>
        <geogname>Oslo</geogname><genreform>Maps</genreform></controlaccess></controlaccess>
        <dsc><c01><controlaccess><subject>Mice</subject></controlaccess></c01></dsc>"""
    told = fields("", rest)
    assert (told["dc.subject.lcsh"], told["dc.subject"]) == (["Cats"], ["Dogs"])
    assert (told["dc.coverage.spatial"], told["dc.type"]) == (["Oslo"], ["Maps", "collection"])


def test_terms_of_use_tell_their_licence_by_address():
    licence = "https://creativecommons.org/licenses/by/4.0/"
    rest = f"""<userestrict><head>Use</head><p>See <extref xlink:href="{licence}">the licence</extref>.</p>
        </userestrict>
        <accessrestrict><p>Closed until <date>2032</date>.</p></accessrestrict>"""
    told = fields("", rest)
    assert told["dc.rights.uri"] == [licence]
    assert told["dc.rights"] == ["See the licence."]
    assert told["dc.rights.accessrights"] == ["Closed until 2032."]


def test_ead3_is_told_from_its_structured_elements():
    told = fields(
        """<unittitle>Papers</unittitle><unitdatestructured><daterange><fromdate standarddate="1905">1905</fromdate>
        <todate standarddate="1912">1912</todate></daterange></unitdatestructured>
        <physdescset><physdescstructured><quantity>4.5</quantity><unittype>metres</unittype></physdescstructured>
        </physdescset><langmaterial><language langcode="ger">German</language></langmaterial>
        <origination><persname source="viaf" identifier="77"><part>Doe, Jane</part></persname></origination>""",
        "<controlaccess><subject><part>Cats</part><part>Norway</part></subject></controlaccess>",
        header="<control><recordid>X3</recordid></control>",
        namespace=EAD3,
    )
    assert told["dc.title"] == ["Papers"]
    assert told["dc.date.created"] == ["1905/1912"]
    assert told["dc.format.extent"] == ["4.5 metres"]
    assert told["dc.language.iso"] == ["ger"]
    assert told["dc.subject"] == ["Cats--Norway"]
    assert told["dc.creator"] == ["Doe, Jane"]


@real
def test_eac_tells_a_person_by_the_name():
    root = etree.parse(SHARED / "data" / "xml-records" / "finna" / "eaccpf1.xml").getroot()
    assert mapping_of(root) is eac
    says = eac.told(root)
    assert says.identifier == "EAC_12345678"
    assert says.metadata["dc.title"] == [Value("Sukunimi, Etunimi", "fin")]
    assert says.metadata["dc.title.alternative"] == [Value("Toinensuku, Toinennimi", "fin")]
    assert says.metadata["dc.type"] == [Value("person")]
    assert says.metadata["dc.coverage.temporal"] == [Value("1950/2000")]
    for copy in mutilated(root):
        assert "dc.title" in eac.told(copy).metadata or eac.told(copy).notes

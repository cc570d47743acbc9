"""METS: whichever description is wrapped in it, files with what is known of them, DSpace's archival packages."""

from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from oai_server.ingest.mappings import mapping_of, mets
from oai_server.model import File, Value
from tests.ingest.mappings.test_mods import mutilated

SHARED = Path(__file__).parents[4] / "shared"
real = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real records in {SHARED}")
TAG = "{http://www.loc.gov/METS/}mets"
NAMESPACES = """xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"
    xmlns:mods="http://www.loc.gov/mods/v3" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:dcterms="http://purl.org/dc/terms/" xmlns:dim="http://www.dspace.org/xmlns/dspace/dim"
    xmlns:r="http://cosimo.stanford.edu/sdr/metsrights/" xmlns:premis="http://www.loc.gov/standards/premis" """
MODS = "<mods:mods><mods:titleInfo><mods:title>By MODS</mods:title></mods:titleInfo></mods:mods>"
DIM = '<dim:dim dspaceType="ITEM"><dim:field mdschema="dc" element="title">By DIM</dim:field></dim:dim>'


def document(content: str, attributes: str = "") -> etree._Element:
    return etree.fromstring(f"<mets {NAMESPACES} {attributes}>{content}</mets>")


def described(record: str, identifier: str = "D1") -> str:
    return f'<dmdSec ID="{identifier}"><mdWrap MDTYPE="OTHER"><xmlData>{record}</xmlData></mdWrap></dmdSec>'


def titles(content: str, attributes: str = "") -> list[str]:
    return [value.text for value in mets.told(document(content, attributes)).metadata.get("dc.title", [])]


def files(content: str) -> list[File]:
    return mets.told(document(content)).files


# --- real records ---


@real
def test_dspaces_theses_come_with_their_files_and_without_extracted_text():
    path = SHARED / "data" / "xml-records" / "mit" / "dspace_mets_records.xml"
    told = [mets.told(root) for root in etree.parse(path).getroot().iter(TAG)]
    assert len(told) == 12
    assert all(says.metadata["dc.title"] and says.metadata["dc.contributor.author"] for says in told)
    assert all(says.metadata["dc.date.issued"] and says.metadata["dc.type"] == [Value("Thesis")] for says in told)
    assert len({says.identifier for says in told}) == 12
    assert told[0].identifier == "1721.1/142912"
    assert told[0].files == [
        File(
            "SCM06_Benitez_Critchlow_Project.pdf",
            mimetype="application/pdf",
            size=3161372,
            checksum="md5:88f577e4e55ba7c926263a70f5dc80f7",
            url="https://dspace.mit.edu/bitstream/1721.1/142912/1/SCM06_Benitez_Critchlow_Project.pdf",
            access="open",
        )
    ]


@real
def test_a_deposit_is_told_from_its_eprints_dc():
    says = mets.told(etree.parse(SHARED / "samples" / "mets" / "dspace-sword-mets.xml").getroot())
    told = {name: [value.text for value in values] for name, values in says.metadata.items()}
    assert told["dc.title"][0].startswith("Attempts to detect retrotransposition and de novo deletion")
    assert told["dc.contributor.author"] == ["Hollies, C.R.", "Monckton, D.G.", "Jeffreys, A.J."]
    assert told["dc.type"] == ["JournalArticle"]
    assert told["dc.date.issued"] == ["2001-02"]
    assert told["dc.identifier.uri"] == ["http://www.myu.ac.uk/some/identifier"]
    assert [file.name for file in says.files] == ["pdf1.pdf", "pdf2.pdf", "pdf3.pdf"]


@real
def test_a_document_that_describes_nothing_is_noted():
    says = mets.told(etree.parse(SHARED / "samples" / "mets" / "mets-board-sample1.xml").getroot())
    assert not says.metadata
    assert [rule for rule, _ in says.notes] == ["METS dmdSec"]


@real
@pytest.mark.parametrize("file", ["dspace-mets-all-fields.xml", "dspace-sword-mets.xml", "mets-board-sample1.xml"])
def test_whatever_happens_to_a_real_document_it_is_told_or_said_to_have_no_title(file):
    for root in etree.parse(SHARED / "samples" / "mets" / file).getroot().iter(TAG):
        for copy in mutilated(root):
            says = mets.told(copy)
            assert "dc.title" in says.metadata or says.notes


# --- which description ---


def test_the_mapping_is_found_by_the_root_element():
    assert mapping_of(document("")) is mets


def test_dspaces_own_fields_go_before_mods_and_mods_before_dublin_core():
    core = "<dc:title>By DC</dc:title>"
    assert titles(described(MODS, "D1") + described(DIM, "D2")) == ["By DIM"]
    assert titles(described(core, "D1") + described(MODS, "D2")) == ["By MODS"]
    assert titles(described(core)) == ["By DC"]
    assert titles(described(core + "<dcterms:issued>2001</dcterms:issued>")) == ["By DC"]


def test_a_description_without_a_title_gives_way_to_one_that_has_one():
    assert titles(described("<dim:dim/>", "D1") + described(MODS, "D2")) == ["By MODS"]


def test_the_first_division_says_which_description_is_of_the_whole():
    other = MODS.replace("By MODS", "A chapter")
    pages = '<structMap TYPE="PHYSICAL"><div DMDID="D1"/></structMap>'
    logical = '<structMap TYPE="LOGICAL"><div><div DMDID="D2"><div DMDID="D1"/></div></div></structMap>'
    assert titles(described(other, "D1") + described(MODS, "D2") + pages + logical) == ["By MODS"]


def test_a_collection_of_one_record_is_opened():
    assert titles(described(f"<mods:modsCollection>{MODS}</mods:modsCollection>")) == ["By MODS"]


def test_the_label_stands_for_a_title_that_is_missing():
    assert titles("", 'LABEL="A label"') == ["A label"]


def test_a_package_of_a_collection_is_said_not_to_be_an_item():
    says = mets.told(document(described(MODS), 'TYPE="DSpace COLLECTION" OBJID="hdl:1/2"'))
    assert says.notes == [("METS TYPE", "this describes a collection, not an item")]
    assert says.identifier == "1/2"


# --- files ---


def group(use: str, *names: str, admin: str = "") -> str:
    places = "".join(
        f'<file ID="{name}" ADMID="{admin}"><FLocat LOCTYPE="URL" xlink:href="https://a.example/{name}"/></file>'
        for name in names
    )
    return f'<fileGrp USE="{use}">{places}</fileGrp>'


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        (group("ORIGINAL", "a") + group("TEXT", "a.txt") + group("LICENSE", "license.txt"), ["a"]),
        (group("CONTENT", "a", "b"), ["a", "b"]),
        (group("THUMBS", "t") + group("DEFAULT", "p1", "p2") + group("DOWNLOAD", "all.pdf"), ["all.pdf"]),
        (group("master", "m") + group("THUMBNAIL", "t"), ["m"]),
        (group("", "a"), ["a"]),
        (f'<fileGrp USE="ORIGINAL"><fileGrp>{group("", "a")}</fileGrp></fileGrp>', ["a"]),
    ],
)
def test_only_content_counts_as_files(groups, names):
    assert [file.name for file in files(f"<fileSec>{groups}</fileSec>")] == names


def test_a_file_without_an_address_is_restricted_and_an_odd_size_is_left_out():
    content = '<fileSec><fileGrp><file ID="F1" SIZE="many" MIMETYPE="application/pdf"/></fileGrp></fileSec>'
    assert files(content) == [File("F1", mimetype="application/pdf", access="restricted")]


def test_premis_tells_the_names_of_archived_files():
    premis = """<amdSec ID="A1"><techMD ID="T1"><mdWrap MDTYPE="PREMIS"><xmlData><premis:object>
        <premis:objectIdentifierValue>https://a.example/bitstream/1</premis:objectIdentifierValue>
        <premis:size>12</premis:size><premis:originalName>My paper.pdf</premis:originalName>
        </premis:object></xmlData></mdWrap></techMD></amdSec>"""
    place = '<file ID="F1" ADMID="A1"><FLocat LOCTYPE="URL" xlink:href="bitstream_1.pdf"/></file>'
    assert files(f"{premis}<fileSec><fileGrp USE='ORIGINAL'>{place}</fileGrp></fileSec>") == [
        File("My paper.pdf", size=12, url="https://a.example/bitstream/1", access="open")
    ]


@pytest.mark.parametrize(
    ("context", "access", "available"),
    [
        ('<r:Context CONTEXTCLASS="GENERAL PUBLIC"><r:Permissions DISPLAY="true"/></r:Context>', "open", None),
        ('<r:Context CONTEXTCLASS="GENERAL PUBLIC"><r:Permissions DISPLAY="false"/></r:Context>', "restricted", None),
        ('<r:Context CONTEXTCLASS="MANAGED GRP"><r:Permissions DISPLAY="true"/></r:Context>', "restricted", None),
        (
            '<r:Context CONTEXTCLASS="GENERAL PUBLIC" start-date="2032-01-01">'
            '<r:Permissions DISPLAY="true"/></r:Context>',
            "embargoed",
            date(2032, 1, 1),
        ),
    ],
)
def test_metsrights_say_who_gets_at_a_file(context, access, available):
    rights = f'<amdSec ID="A1"><rightsMD ID="R1"><mdWrap><xmlData>{context}</xmlData></mdWrap></rightsMD></amdSec>'
    (file,) = files(f"{rights}<fileSec>{group('ORIGINAL', 'a', admin='A1')}</fileSec>")
    assert (file.access, file.available) == (access, available)


# --- what METS says besides ---


def test_licences_are_told_by_address_and_the_depositors_licence_is_not():
    rights = """<amdSec><rightsMD ID="R1"><mdRef LOCTYPE="URL" MDTYPE="OTHER"
        xlink:href="https://creativecommons.org/licenses/by/4.0/"/></rightsMD>
        <rightsMD ID="R2"><mdWrap OTHERMDTYPE="DSpaceDepositLicense" MDTYPE="OTHER"><binData>Tk9URQ==</binData></mdWrap>
        </rightsMD></amdSec>"""
    says = mets.told(document(described(MODS) + rights))
    assert says.metadata["dc.rights.uri"] == [Value("https://creativecommons.org/licenses/by/4.0/")]
    assert "dc.rights" not in says.metadata


def test_an_archival_package_tells_its_collections_and_that_it_was_withdrawn():
    technical = """<amdSec><sourceMD ID="S1"><mdWrap MDTYPE="OTHER" OTHERMDTYPE="AIP-TECHMD"><xmlData><dim:dim>
        <dim:field mdschema="dc" element="relation" qualifier="isPartOf">hdl:123456789/2</dim:field>
        <dim:field mdschema="dc" element="relation" qualifier="isReferencedBy">hdl:123456789/3</dim:field>
        <dim:field mdschema="dc" element="rights" qualifier="accessRights">WITHDRAWN</dim:field>
        </dim:dim></xmlData></mdWrap></sourceMD></amdSec>"""
    says = mets.told(document(described(DIM) + technical, 'OBJID="hdl:123456789/7"'))
    assert says.sets == ["col_123456789_2", "col_123456789_3"]
    assert (says.identifier, says.state) == ("123456789/7", "withdrawn")

"""DDI Codebook in our fields: real codebooks, and what each part becomes."""

from pathlib import Path

import pytest
from lxml import etree

from oai_server.ingest.mappings import ddi, mapping_of
from oai_server.model import Value
from tests.ingest.mappings.test_mods import mutilated

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "ddi"
real = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no real records in {SAMPLES}")


def codebook(study: str, document: str = "", namespace: str = "ddi:codebook:2_5") -> etree._Element:
    described = f"<docDscr>{document}</docDscr>" if document else ""
    return etree.fromstring(f'<codeBook xmlns="{namespace}" ID="C1">{described}<stdyDscr>{study}</stdyDscr></codeBook>')


def fields(*parts: str) -> dict[str, list[str]]:
    said = ddi.told(codebook(*parts)).metadata
    return {name: [value.text for value in values] for name, values in said.items()}


def cited(content: str) -> str:
    return f"<citation>{content}</citation>"


@real
def test_a_dataset_of_dataverse_is_told_wholly():
    says = ddi.told(etree.parse(SAMPLES / "dataverse-finch.xml").getroot())
    told = {name: [value.text for value in values] for name, values in says.metadata.items()}
    assert says.identifier == "10.5072/FK2/PCA2E3"
    assert says.metadata["dc.title"] == [Value("Darwin's Finches", "en")]
    assert len(told["dc.title.alternative"]) == 2
    assert told["dc.contributor.author"] == ["Finch, Fiona"]
    assert told["dc.publisher"] == ["Odin Raven"]
    assert told["dc.date.issued"] == ["2015-09-24"]
    assert told["dc.identifier.doi"] == ["10.5072/FK2/PCA2E3"]
    assert told["dc.coverage.temporal"] == ["2002-08-16/2016-06-30"]
    assert told["dc.date.collected"] == ["2007-08-31/2013-06-30"]
    assert told["dc.coverage.spatial"][-1] == "northlimit=43.8; eastlimit=59.8; southlimit=41.6; westlimit=60.3"
    assert told["dc.type"] == ["dataset", "Kind of Data"]
    assert told["dc.subject"][1:] == ["Keyword Value 1", "Keyword Value Two"]
    assert told["dc.rights"][0].startswith("This dataset is made available without information")


@real
def test_a_codebook_in_two_languages_keeps_both():
    says = ddi.told(etree.parse(SAMPLES / "dataverse-codebook.xml").getroot())
    assert says.metadata["dc.title"] == [Value("Cohorte blessures scolaires en fonction du genre", "FR")]
    assert says.metadata["dc.title.alternative"] == [Value("School-Related Injuries as a Function of Gender", "EN")]
    assert {value.language for value in says.metadata["dc.subject"]} == {"FR", "EN"}
    assert says.identifier == "PEF4194"
    assert says.metadata["dc.date.collected"] == [Value("1995/1996")]


@real
def test_nobodys_mail_address_is_told():
    said = ddi.told(etree.parse(SAMPLES / "dataverse-codebook.xml").getroot()).metadata
    assert not [value for values in said.values() for value in values if "@" in value.text]


@real
@pytest.mark.parametrize("file", ["dataverse-finch.xml", "dataverse-codebook.xml"])
def test_whatever_happens_to_a_real_codebook_it_is_told_or_said_to_have_no_title(file):
    for copy in mutilated(etree.parse(SAMPLES / file).getroot()):
        says = ddi.told(copy)
        assert ("dc.title" in says.metadata) is ("DDI titl" not in [rule for rule, _ in says.notes])


@pytest.mark.parametrize("namespace", ["ddi:codebook:2_5", "http://www.icpsr.umich.edu/DDI", ""])
def test_the_mapping_is_found_in_every_version_of_the_codebook(namespace):
    root = codebook(cited("<titlStmt><titl>A study</titl></titlStmt>"), namespace=namespace)
    assert mapping_of(root) is ddi
    assert ddi.told(root).metadata["dc.title"] == [Value("A study")]
    assert ddi.told(root).identifier == "C1"


def test_the_document_speaks_only_where_the_study_is_silent():
    document = cited("<titlStmt><titl>The document</titl></titlStmt><distStmt><distDate>2001</distDate></distStmt>")
    study = cited("<titlStmt><titl>The study</titl><subTitl>wave 2</subTitl></titlStmt>")
    assert fields(study, document)["dc.title"] == ["The study: wave 2"]
    assert fields(study, document)["dc.date.issued"] == ["2001"]
    assert fields("", document)["dc.title"] == ["The document"]


def test_grants_stand_beside_their_agencies():
    told = fields(
        cited("""<prodStmt><fundAg>The Fund</fundAg><fundAg>Others</fundAg><grantNo agency="The Fund">77</grantNo>
        </prodStmt>""")
    )
    assert (told["project.funder.name"], told["oaire.awardNumber"]) == (["The Fund"], ["77"])
    assert told["dc.description.sponsorship"] == ["Others"]


def test_an_orcid_beside_an_author_is_the_authority():
    orcid = "https://orcid.org/0000-0002-1825-0097"
    author = f'<rspStmt><AuthEnty>Doe, Jane<ExtLink URI="{orcid}">ORCID</ExtLink></AuthEnty></rspStmt>'
    assert ddi.told(codebook(cited(author))).metadata["dc.contributor.author"] == [Value("Doe, Jane", authority=orcid)]


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        ('<timePrd event="start">2001</timePrd><timePrd event="end">2003</timePrd>', ["2001/2003"]),
        ('<timePrd event="start">2001</timePrd>', ["2001"]),
        ('<timePrd event="start">2001</timePrd><timePrd event="start">2005</timePrd>', ["2001", "2005"]),
        (
            '<timePrd event="single" date="2001-05">May</timePrd><timePrd event="end">2003</timePrd>',
            ["2001-05", "2003"],
        ),
        ('<timePrd event="start">2001</timePrd><timePrd>1999</timePrd>', ["2001", "1999"]),
    ],
)
def test_periods_run_from_each_start_to_its_end(dates, told):
    assert fields(f"<stdyInfo><sumDscr>{dates}</sumDscr></stdyInfo>")["dc.coverage.temporal"] == told


def test_terms_of_use_tell_who_gets_at_the_data_and_under_which_licence():
    licence = "https://creativecommons.org/licenses/by/4.0/"
    told = fields(
        f"""<dataAccs><useStmt><restrctn>On request</restrctn><conditions>Cite
        <ExtLink URI="{licence}">CC BY</ExtLink></conditions></useStmt></dataAccs>"""
    )
    assert told["dc.rights.accessrights"] == ["On request"]
    assert told["dc.rights.uri"] == [licence]

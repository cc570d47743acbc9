"""ISO 19139 in our fields: real records of EnviDat, and what each part becomes."""

from pathlib import Path

import pytest
from lxml import etree

from oai_server.ingest.mappings import iso19139, mapping_of
from oai_server.model import File, Value
from tests.ingest.mappings.test_mods import mutilated

REAL = Path(__file__).parents[4] / "shared" / "data" / "xml-records" / "oai-record-b2find"
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real records in {REAL}")
GMD = "http://www.isotc211.org/2005/gmd"
NAMESPACES = f"""xmlns="{GMD}" xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gml="http://www.opengis.net/gml"
    xmlns:gmx="http://www.isotc211.org/2005/gmx" xmlns:xlink="http://www.w3.org/1999/xlink" """


def record(data: str = "", citation: str = "", rest: str = "") -> etree._Element:
    return etree.fromstring(
        f"""<MD_Metadata {NAMESPACES}>{rest}<identificationInfo><MD_DataIdentification>
        <citation><CI_Citation>{citation}</CI_Citation></citation>{data}</MD_DataIdentification></identificationInfo>
        </MD_Metadata>"""
    )


def fields(*parts: str, **more: str) -> dict[str, list[str]]:
    said = iso19139.told(record(*parts, **more)).metadata
    return {name: [value.text for value in values] for name, values in said.items()}


def say(name: str, text: str) -> str:
    return f"<{name}><gco:CharacterString>{text}</gco:CharacterString></{name}>"


def code(name: str, value: str) -> str:
    return f'<{name}><Code codeList="list" codeListValue="{value}"/></{name}>'


def party(name: str, role: str, person: str = "", body: str = "") -> str:
    said = (say("individualName", person) if person else "") + (say("organisationName", body) if body else "")
    return f"<{name}><CI_ResponsibleParty>{said}{code('role', role)}</CI_ResponsibleParty></{name}>"


def real_record(part: str) -> etree._Element:
    (path,) = REAL.glob(f"envidat-iso19139__{part}*.xml")
    (root,) = etree.parse(path).getroot().iter(f"{{{GMD}}}MD_Metadata")
    return root


@real
def test_a_data_set_of_envidat_is_told_with_its_box_and_its_download():
    says = iso19139.told(real_record("bbox"))
    told = {name: [value.text for value in values] for name, values in says.metadata.items()}
    assert says.identifier == "10.16904/14"
    assert says.metadata["dc.title"] == [
        Value("Number of avalanche fatalities per hydrological year in Switzerland since 1936-1937", "eng")
    ]
    assert told["dc.contributor.author"] == ["Avalanche Warning Service SLF"]
    assert told["dc.date.issued"] == ["2018-12-31"]
    assert told["dc.type"] == ["dataset"]
    assert told["dc.coverage.spatial"] == [
        "northlimit=47.80838; eastlimit=10.49203; southlimit=45.81802; westlimit=5.95587"
    ]
    assert told["dc.identifier.doi"] == ["10.16904/14"]
    assert told["dc.rights"] == ["Open Data Commons Open Database License (ODbL)"]
    assert len(told["dc.subject"]) == 3
    assert [file.url.endswith(".csv") for file in says.files] == [True]


@real
def test_nobodys_mail_address_is_told():
    for part in ("bbox", "polygon", "2eff"):
        said = iso19139.told(real_record(part)).metadata
        assert not [value for values in said.values() for value in values if "@" in value.text]


@real
def test_a_polygon_is_left_out_and_that_is_noted():
    says = iso19139.told(real_record("polygon"))
    assert "dc.coverage.spatial" not in says.metadata
    assert [rule for rule, _ in says.notes] == ["ISO 19115 EX_BoundingPolygon"]
    assert len(says.files) == 8


@real
@pytest.mark.parametrize("part", ["bbox", "polygon"])
def test_whatever_happens_to_a_real_record_it_is_told_or_said_to_have_no_title(part):
    for copy in mutilated(real_record(part)):
        says = iso19139.told(copy)
        assert ("dc.title" in says.metadata) is ("ISO 19115 CI_Citation" not in [rule for rule, _ in says.notes])


def test_the_mapping_is_found_with_the_imagery_extension_too():
    assert mapping_of(record()) is iso19139
    assert mapping_of(etree.fromstring('<MI_Metadata xmlns="http://www.isotc211.org/2005/gmi"/>')) is iso19139


def test_a_title_in_several_languages_keeps_them():
    rest = f"""{code("language", "ger")}<locale><PT_Locale id="FR">{code("languageCode", "fre")}</PT_Locale></locale>"""
    french = '<textGroup><LocalisedCharacterString locale="#FR">Neige</LocalisedCharacterString></textGroup>'
    title = f"<title><gco:CharacterString>Schnee</gco:CharacterString><PT_FreeText>{french}</PT_FreeText></title>"
    says = iso19139.told(record(citation=title, rest=rest))
    assert says.metadata["dc.title"] == [Value("Schnee", "ger"), Value("Neige", "fre")]


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("publication", "dc.date.issued"),
        ("creation", "dc.date.created"),
        ("CI_DateTypeCode_revision", "dc.date.modified"),
        ("unheard of", "dc.date.other"),
    ],
)
def test_the_type_of_a_date_decides_its_field(kind, field):
    date = f"<date><gco:Date>2018-12-31</gco:Date></date>{code('dateType', kind)}"
    assert fields(citation=f"<date><CI_Date>{date}</CI_Date></date>")[field] == ["2018-12-31"]


def test_roles_decide_the_fields_and_contacts_stand_for_makers_only_where_there_are_none():
    contact = party("pointOfContact", "pointOfContact", "Roe, R.", "The Institute")
    assert fields(contact)["dc.contributor.author"] == ["Roe, R."]
    made = party("citedResponsibleParty", "author", "Doe, Jane") + party("citedResponsibleParty", "publisher", "", "P")
    told = fields(contact, made)
    assert told["dc.contributor.author"] == ["Doe, Jane"]
    assert told["dc.contributor.other"] == ["Roe, R."]
    assert told["dc.publisher"] == ["P"]
    assert fields(party("pointOfContact", "owner", "", "The Institute"))["dc.creator.corporate"] == ["The Institute"]


def test_an_orcid_behind_a_name_is_its_authority():
    orcid = "https://orcid.org/0000-0002-1825-0097"
    name = f'<individualName><gmx:Anchor xlink:href="{orcid}">Doe, Jane</gmx:Anchor></individualName>'
    content = (
        f"<pointOfContact><CI_ResponsibleParty>{name}{code('role', 'author')}</CI_ResponsibleParty></pointOfContact>"
    )
    assert iso19139.told(record(content)).metadata["dc.contributor.author"] == [Value("Doe, Jane", authority=orcid)]


def test_keywords_go_to_the_fields_of_their_types():
    def keywords(kind: str, word: str) -> str:
        told = f"<MD_Keywords>{say('keyword', word)}{code('type', kind)}</MD_Keywords>"
        return f"<descriptiveKeywords>{told}</descriptiveKeywords>"

    told = fields(keywords("theme", "snow") + keywords("place", "Davos") + keywords("temporal", "Holocene"))
    assert (told["dc.subject"], told["dc.coverage.spatial"]) == (["snow"], ["Davos"])
    assert told["dc.coverage.temporal"] == ["Holocene"]


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (
            "<gml:TimePeriod><gml:beginPosition>1936</gml:beginPosition><gml:endPosition>2018</gml:endPosition>"
            "</gml:TimePeriod>",
            "1936/2018",
        ),
        (
            "<gml:TimePeriod><gml:begin><gml:TimeInstant><gml:timePosition>1936</gml:timePosition></gml:TimeInstant>"
            "</gml:begin></gml:TimePeriod>",
            "1936/",
        ),
        ("<gml:TimeInstant><gml:timePosition>2001-05</gml:timePosition></gml:TimeInstant>", "2001-05"),
    ],
)
def test_times_that_the_data_covers(time, text):
    extent = f"<temporalElement><EX_TemporalExtent><extent>{time}</extent></EX_TemporalExtent></temporalElement>"
    assert fields(f"<extent><EX_Extent>{extent}</EX_Extent></extent>")["dc.coverage.temporal"] == [text]


def test_half_a_box_is_no_box():
    side = "<westBoundLongitude><gco:Decimal>5</gco:Decimal></westBoundLongitude>"
    box = f"<geographicElement><EX_GeographicBoundingBox>{side}</EX_GeographicBoundingBox></geographicElement>"
    assert "dc.coverage.spatial" not in fields(f"<extent><EX_Extent>{box}</EX_Extent></extent>")


def test_a_licence_behind_its_name_is_told_by_address_too():
    licence = "https://creativecommons.org/licenses/by/4.0/"
    anchor = f'<otherConstraints><gmx:Anchor xlink:href="{licence}">CC BY 4.0</gmx:Anchor></otherConstraints>'
    told = fields(f"<resourceConstraints><MD_LegalConstraints>{anchor}</MD_LegalConstraints></resourceConstraints>")
    assert (told["dc.rights"], told["dc.rights.uri"]) == (["CC BY 4.0"], [licence])


@pytest.mark.parametrize(
    ("scope", "kind"), [("", "dataset"), ("series", "dataset"), ("service", "service"), ("software", "software")]
)
def test_the_level_says_what_it_is(scope, kind):
    assert fields(rest=code("hierarchyLevel", scope) if scope else "")["dc.type"] == [kind]


def test_downloads_are_files_and_other_addresses_lead_to_the_page():
    def online(address: str, function: str) -> str:
        place = f"<linkage><URL>{address}</URL></linkage>{say('name', 'Data')}{code('function', function)}"
        return f"<onLine><CI_OnlineResource>{place}</CI_OnlineResource></onLine>"

    links = online("https://a.example/d.csv", "download") + online("https://a.example/", "information")
    options = f"<transferOptions><MD_DigitalTransferOptions>{links}</MD_DigitalTransferOptions></transferOptions>"
    root = record(rest=f"<distributionInfo><MD_Distribution>{options}</MD_Distribution></distributionInfo>")
    says = iso19139.told(root)
    assert says.files == [File("Data", url="https://a.example/d.csv", access="open")]
    assert says.metadata["dc.identifier.uri"] == [Value("https://a.example/")]

"""DataCite records, kernels 2 to 4, alone and in envelopes, into fields and out again."""

import re

import pytest
from lxml import etree

from oai_server.formats import datacite as outgoing
from oai_server.formats.judge import objections
from oai_server.ingest.mappings import mappings
from oai_server.model import Site, Value
from tests.ingest.mappings.real import item, parsed, real, records, texts, told

SITE = Site("https://x.example.org/oai", "X", "x.example.org", "https://x.example.org/schemas/")
ROOTS = frozenset(root for root, known in mappings().items() if "datacite" in known.PREFIX)
PLACES = (
    "data/xml-records/datacite-*/*.xml",
    "data/xml-records/oai-record-b2find/*.xml",
    "data/oai-responses/zenodo-*/*.xml",
    "samples/datacite/*.xml",
    "samples/oai_datacite/*.xml",
)
MINIMAL = """<identifier identifierType="DOI">10.5072/1</identifier>
<creators><creator><creatorName>Miller, Elizabeth</creatorName></creator></creators>
<titles><title>A title</title></titles><publisher>A publisher</publisher><publicationYear>2014</publicationYear>"""


def resource(inside: str, namespace: str = "http://datacite.org/schema/kernel-4") -> str:
    declared = f' xmlns="{namespace}"' if namespace else ""
    return f"<resource{declared}>{MINIMAL}{inside}</resource>"


def out(xml: str) -> etree._Element:
    """The record that we make of what we took in; valid, or the test fails."""
    made = outgoing.crosswalk(item(told(xml)), SITE)
    assert objections(made, "datacite.xsd") == []
    return made


def found(root: etree._Element, path: str) -> list[str]:
    return [" ".join("".join(each.itertext()).split()) for each in root.iterfind(f"{{*}}{path.replace('/', '/{*}')}")]


@pytest.mark.parametrize(
    "namespace",
    [f"http://datacite.org/schema/kernel-{version}" for version in ("2.0", "2.1", "2.2", "3", "3.0", "4")] + [""],
)
def test_every_kernel_says_the_same_by_the_same_names(namespace):
    assert texts(told(resource("", namespace))) == {
        "dc.identifier.uri": ["https://doi.org/10.5072/1"],
        "dc.title": ["A title"],
        "dc.contributor.author": ["Miller, Elizabeth"],
        "dc.publisher": ["A publisher"],
        "dc.date.issued": ["2014"],
    }
    assert told(resource("", namespace)).identifier == "10.5072/1"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_envelope_says_what_the_record_in_it_says(version):
    envelope = f'<oai_datacite xmlns="http://schema.datacite.org/oai/oai-{version}/"><schemaVersion>4</schemaVersion>'
    assert told(f"{envelope}<payload>{resource('')}</payload></oai_datacite>") == told(resource(""))


def test_a_kernel_of_another_namespace_is_a_format_of_its_own():
    """A prefix stands for one namespace (section 3.4), and ours is that of kernel 4."""
    prefixes = {root: known.PREFIX for root, known in mappings().items() if root in ROOTS}
    assert prefixes["{http://datacite.org/schema/kernel-4}resource"] == "datacite"
    assert prefixes["{http://datacite.org/schema/kernel-3}resource"] == "datacite3"
    assert prefixes["{http://datacite.org/schema/kernel-2.2}resource"] == "datacite2"
    assert prefixes["{http://schema.datacite.org/oai/oai-1.1/}oai_datacite"] == "oai_datacite"
    assert prefixes["{http://schema.datacite.org/oai/oai-1.0/}oai_datacite"] == "oai_datacite1"


@pytest.mark.parametrize(("version", "kept"), [("2.1", False), ("2.2", True), ("3", True), ("3.0", False)])
def test_of_an_older_kernel_only_one_namespace_is_served_as_it_came(version, kept):
    root = parsed(resource("", f"http://datacite.org/schema/kernel-{version}"))
    assert mappings()[root.tag].kept(root) is kept


PEOPLE = """<resource xmlns="http://datacite.org/schema/kernel-4">
<identifier identifierType="DOI">10.5072/1</identifier>
<creators>
 <creator><creatorName nameType="Personal">Elizabeth Miller</creatorName><givenName>Elizabeth</givenName>
  <familyName>Miller</familyName>
  <nameIdentifier nameIdentifierScheme="ISNI">0000 0001 2103 2683</nameIdentifier>
  <nameIdentifier nameIdentifierScheme="ORCID" schemeURI="https://orcid.org/"> 0000-0002-1825-0097
  </nameIdentifier><affiliation>DataCite</affiliation><affiliation>Another</affiliation></creator>
 <creator><creatorName nameType="Organizational">University of California, Berkeley</creatorName>
  <nameIdentifier nameIdentifierScheme="ROR">01an7q238</nameIdentifier></creator>
 <creator><creatorName>Carberry, Josiah</creatorName><affiliation>DataCite</affiliation></creator>
 <creator><creatorName>(:unav)</creatorName></creator>
</creators><titles><title>T</title></titles><publisher>:unkn</publisher><publicationYear>2014</publicationYear>
</resource>"""


def test_creators_keep_their_order_authorities_and_affiliations():
    said = told(PEOPLE).metadata
    assert said["dc.contributor.author"] == [
        Value("Miller, Elizabeth", authority="https://orcid.org/0000-0002-1825-0097"),
        Value("Carberry, Josiah"),
    ]
    assert said["dc.creator.corporate"] == [
        Value("University of California, Berkeley", authority="https://ror.org/01an7q238")
    ]
    assert [value.text for value in said["oairecerif.author.affiliation"]] == [
        "DataCite; Another",
        "DataCite",
        "#PLACEHOLDER_PARENT_METADATA_VALUE#",
    ]
    assert "dc.publisher" not in said


def test_creators_come_out_with_the_affiliations_they_came_in_with():
    creators = out(PEOPLE).findall("{*}creators/{*}creator")
    told_of = [(each.findtext("{*}creatorName"), each.findtext("{*}affiliation")) for each in creators]
    assert told_of == [
        ("Miller, Elizabeth", "DataCite; Another"),
        ("Carberry, Josiah", "DataCite"),
        ("University of California, Berkeley", None),
    ]
    assert creators[2].find("{*}creatorName").get("nameType") == "Organizational"


@pytest.mark.parametrize(
    ("inside", "field", "expected"),
    [
        ('<titles><title titleType="Subtitle">S</title></titles>', "dc.title.subtitle", ["S"]),
        ('<subjects><subject subjectScheme="DDC">551</subject></subjects>', "dc.subject.ddc", ["551"]),
        (
            '<contributors><contributor contributorType="Supervisor"><contributorName>B, A</contributorName>'
            "</contributor></contributors>",
            "dc.contributor.advisor",
            ["B, A"],
        ),
        (
            '<contributors><contributor contributorType="Funder"><contributorName>European Commission</contributorName>'
            '<nameIdentifier nameIdentifierScheme="info">info:eu-repo/grantAgreement/EC/FP7/282896</nameIdentifier>'
            "</contributor></contributors>",
            "dc.relation",
            ["info:eu-repo/grantAgreement/EC/FP7/282896"],
        ),
        ('<dates><date dateType="Copyrighted">2013</date></dates>', "dc.date.copyright", ["2013"]),
        ('<dates><date dateType="Issued">2014-05-06</date></dates>', "dc.date.issued", ["2014-05-06"]),
        ('<dates><date dateType="Issued">about 2014</date></dates>', "dc.date.issued", ["2014", "about 2014"]),
        (
            '<dates><date dateType="Coverage" dateInformation="War">1914/1918</date></dates>',
            "dc.coverage.temporal",
            ["name=War; start=1914; end=1918"],
        ),
        ("<language>de</language>", "dc.language.iso", ["de"]),
        (
            '<resourceType resourceTypeGeneral="JournalArticle">Article</resourceType>',
            "dc.type",
            ["Article", "Journal Article"],
        ),
        ('<resourceType resourceTypeGeneral="Dataset">dataset</resourceType>', "dc.type", ["dataset"]),
        (
            '<alternateIdentifiers><alternateIdentifier alternateIdentifierType="arXiv">arXiv:0706.0001'
            "</alternateIdentifier></alternateIdentifiers>",
            "dc.identifier.arxiv",
            ["0706.0001"],
        ),
        (
            '<relatedIdentifiers><relatedIdentifier relatedIdentifierType="ISSN" relationType="IsPartOf">1471-244X'
            "</relatedIdentifier></relatedIdentifiers>",
            "dc.relation.issn",
            ["1471-244X"],
        ),
        (
            '<relatedIdentifiers><relatedIdentifier relatedIdentifierType="DOI" relationType="Cites">10.5072/2'
            "</relatedIdentifier></relatedIdentifiers>",
            "dc.relation.references",
            ["https://doi.org/10.5072/2"],
        ),
        (
            '<relatedIdentifiers><relatedIdentifier relatedIdentifierType="IGSN" relationType="IsPartOf">IE1'
            "</relatedIdentifier></relatedIdentifiers>",
            "dc.relation",
            ["IGSN:IE1"],
        ),
        ("<sizes><size>1 MB</size></sizes>", "dc.format.extent", ["1 MB"]),
        ("<formats><format>text/csv</format><format>PDF</format></formats>", "dc.format.mimetype", ["text/csv"]),
        (
            '<rightsList><rights rightsURI="https://creativecommons.org/licenses/by/4.0/">CC BY</rights></rightsList>',
            "dc.rights.uri",
            ["https://creativecommons.org/licenses/by/4.0/"],
        ),
        ("<rights>http://example.org/licence</rights>", "dc.rights.uri", ["http://example.org/licence"]),
        (
            '<rightsList><rights rightsURI="info:eu-repo/semantics/openAccess">Open Access</rights></rightsList>',
            "dc.rights",
            ["info:eu-repo/semantics/openAccess"],
        ),
        (
            '<descriptions><description descriptionType="Abstract">One<br/>two</description></descriptions>',
            "dc.description.abstract",
            ["One two"],
        ),
        (
            '<descriptions><description descriptionType="SeriesInformation">Journal of X, 12(3), 45-67</description>'
            "</descriptions>",
            "oaire.citation.startPage",
            ["45"],
        ),
        (
            '<descriptions><description descriptionType="SeriesInformation">Blue books; 3</description></descriptions>',
            "dc.relation.ispartofseries",
            ["Blue books, 3"],
        ),
        (
            "<geoLocations><geoLocation><geoLocationBox>41.09 -71.032 41.893 -68.211</geoLocationBox></geoLocation>"
            "</geoLocations>",
            "dc.coverage.spatial",
            ["northlimit=41.893; southlimit=41.09; westlimit=-71.032; eastlimit=-68.211"],
        ),
        (
            "<geoLocations><geoLocation><geoLocationPlace>A; B</geoLocationPlace><geoLocationPoint>"
            "<pointLongitude>2</pointLongitude><pointLatitude>1</pointLatitude></geoLocationPoint></geoLocation>"
            "</geoLocations>",
            "dc.coverage.spatial",
            ["name=A, B; north=1; east=2"],
        ),
        (
            "<geoLocations><geoLocation><geoLocationPlace>A; B</geoLocationPlace></geoLocation></geoLocations>",
            "dc.coverage.spatial",
            ["A; B"],
        ),
    ],
)
def test_a_property_is_told_in_its_field(inside, field, expected):
    assert texts(told(resource(inside)))[field] == expected


def test_a_year_of_publication_that_contradicts_the_date_of_issue_is_noted():
    said = told(resource('<dates><date dateType="Issued">2011-01-02</date></dates>'))
    assert texts(said)["dc.date.issued"] == ["2011-01-02"]
    assert said.notes == [("DataCite publicationYear", "publicationYear is '2014', but issued on 2011-01-02")]


def funding(*references: str) -> str:
    return resource(
        "<fundingReferences>"
        + "".join(f"<fundingReference>{each}</fundingReference>" for each in references)
        + "</fundingReferences>"
    )


WHOLE = (
    "<funderName>{0}</funderName>"
    '<funderIdentifier funderIdentifierType="Crossref Funder ID">50110000{1}</funderIdentifier>'
    '<awardNumber awardURI="https://example.org/{1}">{1}</awardNumber><awardTitle>Title {1}</awardTitle>'
)


def test_grants_come_out_as_they_came_in():
    made = out(funding(WHOLE.format("First Fund", 1), WHOLE.format("First Fund", 2)))
    assert found(made, "fundingReferences/fundingReference/funderName") == ["First Fund", "First Fund"]
    assert found(made, "fundingReferences/fundingReference/awardNumber") == ["1", "2"]
    assert found(made, "fundingReferences/fundingReference/awardTitle") == ["Title 1", "Title 2"]
    assert found(made, "fundingReferences/fundingReference/funderIdentifier") == [
        "https://doi.org/10.13039/501100001",
        "https://doi.org/10.13039/501100002",
    ]


def test_grants_of_which_not_all_tell_the_same_are_never_mixed_up():
    said = told(funding(WHOLE.format("A", 1), "<funderName>B</funderName><awardNumber>2</awardNumber>"))
    assert texts(said)["project.funder.name"] == ["A", "B"]
    assert texts(said)["oaire.awardNumber"] == ["1", "2"]
    assert "oaire.awardTitle" not in said.metadata
    assert [rule for rule, _ in said.notes] == ["fundings side by side"]


def test_a_funder_without_a_number_beside_one_with_a_number_is_a_sponsor():
    said = texts(told(funding(WHOLE.format("A", 1), "<funderName>B</funderName>")))
    assert said["project.funder.name"] == ["A"]
    assert said["dc.description.sponsorship"] == ["B"]


HOST = """<relatedItems><relatedItem relatedItemType="Journal" relationType="IsPublishedIn">
<relatedItemIdentifier relatedItemIdentifierType="ISSN">1471-244X</relatedItemIdentifier>
<titles><title>Understanding</title></titles><volume>776</volume><issue>1</issue><firstPage>50</firstPage>
<lastPage>60</lastPage></relatedItem></relatedItems>"""


def test_the_journal_comes_out_as_it_came_in():
    made = out(resource(f'<resourceType resourceTypeGeneral="JournalArticle">Article</resourceType>{HOST}'))
    host = made.find("{*}relatedItems/{*}relatedItem")
    assert [host.findtext(f"{{*}}{name}") for name in ("volume", "issue", "firstPage", "lastPage")] == [
        "776",
        "1",
        "50",
        "60",
    ]
    assert found(host, "titles/title") == ["Understanding"]
    assert found(host, "relatedItemIdentifier") == ["1471-244X"]


@real
def test_every_real_record_has_a_title_and_comes_out_valid():
    """All but three without a DOI of their own and one without a creator are offered as DataCite again."""
    counted, offered = 0, 0
    for record in records(*PLACES, roots=ROOTS):
        counted += 1
        taken = item(told(record))
        assert taken.first("dc.title"), record.base
        if outgoing.offered(taken):
            offered += 1
            made = outgoing.crosswalk(taken, SITE)
            assert objections(made, "datacite.xsd") == []
    assert (counted, offered) == (68, 64)


KEPT = {  # what must come out as it came in; some of it in another form
    "titles/title": lambda text: text,
    "creators/creator/givenName": lambda text: text,
    "creators/creator/familyName": lambda text: text,
    "subjects/subject": lambda text: text,
    "sizes/size": lambda text: text,
    "formats/format": lambda text: text,
    "version": lambda text: text,
    "descriptions/description": lambda text: text[:40],
    "fundingReferences/fundingReference/funderName": lambda text: text,
    "fundingReferences/fundingReference/awardNumber": lambda text: text,
}


@real
@pytest.mark.parametrize("path", KEPT)
def test_a_round_trip_loses_nothing_of(path):
    """HTML and escapes are taken out on the way in; a version that is no number is told only if it is a stage."""
    for record in records("data/xml-records/datacite-examples/*.xml", "samples/datacite/*.xml", roots=ROOTS):
        taken = item(told(record))
        if not outgoing.offered(taken):
            continue
        came, went = (set(map(KEPT[path], found(each, path))) for each in (record, outgoing.crosswalk(taken, SITE)))
        assert came - {""} <= went, record.base


@real
def test_a_round_trip_keeps_orcids_and_dates_by_their_types():
    for record in records("data/xml-records/datacite-examples/*.xml", "samples/datacite/*.xml", roots=ROOTS):
        taken = item(told(record))
        if not outgoing.offered(taken):
            continue
        made = outgoing.crosswalk(taken, SITE)
        pattern = re.compile(r"(?:\d{4}-){3}\d{3}[\dX]")
        came, went = (
            {orcid for text in found(each, "creators/creator/nameIdentifier") for orcid in pattern.findall(text)}
            for each in (record, made)
        )
        assert came == went, record.base
        types = {"Issued", "Accepted", "Submitted", "Created", "Collected", "Copyrighted", "Valid", "Updated"}
        came, went = (
            {(each.get("dateType"), each.text[:10]) for each in root.iterfind("{*}dates/{*}date") if each.text}
            for root in (record, made)
        )
        assert {pair for pair in came if pair[0] in types} <= went, record.base


def test_content_that_is_odd_is_left_out_and_nothing_raises():
    odd = resource(
        '<identifier/><dates><date/><date dateType="Ünknown type!">x</date></dates><contributors><contributor/>'
        "<contributor contributorType=''><contributorName>N</contributorName></contributor></contributors>"
        "<geoLocations><geoLocation><geoLocationPoint>north east</geoLocationPoint><geoLocationBox/></geoLocation>"
        "</geoLocations><fundingReferences><fundingReference/></fundingReferences><relatedItems><relatedItem/>"
        "</relatedItems><rightsList><rights/></rightsList><relatedIdentifiers><relatedIdentifier/></relatedIdentifiers>"
    )
    said = texts(told(odd))
    assert said["dc.date.other"] == ["x"]
    assert said["dc.contributor.other"] == ["N"]
    assert "dc.coverage.spatial" not in said
    assert parsed(odd) is not None

"""MODS in our fields: real collections, each rule by a small record, and records that something happened to."""

import re
import tarfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from oai_server.formats import mods as outgoing
from oai_server.ingest import jsonl
from oai_server.ingest.mappings import mapping_of, mods
from oai_server.ingest.source import Errand
from oai_server.model import Item, Reading, Site, Value
from tests.judges import ROOT

SHARED = Path(__file__).parents[4] / "shared"
RECORDS = SHARED / "data" / "xml-records"
real = pytest.mark.skipif(not RECORDS.is_dir(), reason=f"no real records in {RECORDS}")
SITE = Site("https://demo.example.org/oai", "A repository", "demo.example.org", "https://demo.example.org/schemas/")


def record(content: str, attributes: str = "") -> etree._Element:
    namespaces = 'xmlns="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return etree.fromstring(f"<mods {namespaces} {attributes}>{content}</mods>")


def fields(content: str) -> dict[str, list[str]]:
    """The texts of each field."""
    return {name: [value.text for value in values] for name, values in mods.told(record(content)).metadata.items()}


def values(content: str, field: str) -> list[Value]:
    return mods.told(record(content)).metadata.get(field, [])


def mutilated(root: etree._Element) -> Iterator[etree._Element]:
    """Copies of a record, in each of which one element is missing, empty, doubled or has lost its attributes."""
    for place in range(1, sum(1 for _ in root.iter("*"))):
        for change in ("missing", "empty", "doubled", "bare", "commented"):
            copy = deepcopy(root)
            element = list(copy.iter("*"))[place]
            if change == "missing":
                element.getparent().remove(element)
            elif change == "empty":
                element.clear()
            elif change == "doubled":
                element.addnext(deepcopy(element))
            elif change == "bare":
                element.attrib.clear()
            else:
                element.insert(0, etree.Comment("a comment"))
                element.append(etree.ProcessingInstruction("a", "b"))
            yield copy


# --- real records ---


@pytest.fixture(scope="module")
def volvoices() -> list[etree._Element]:
    with tarfile.open(RECORDS / "mods-volvoices.tar.xz") as archive:
        return [etree.fromstring(archive.extractfile(member).read()) for member in archive if member.isfile()]


@real
def test_every_record_of_volunteer_voices_has_a_title_a_type_and_a_name_of_its_own(volvoices):
    """Their local identifiers are not unique: the landing pages are."""
    told = [mods.told(root) for root in volvoices]
    assert len(told) == 2215
    assert all("dc.title" in says.metadata and "dc.type" in says.metadata and not says.notes for says in told)
    assert len({says.identifier for says in told}) == 2215
    assert sum("dc.coverage.temporal" in says.metadata for says in told) == 27
    assert {says.metadata["dc.rights.uri"][0].text[:30] for says in told} == {"http://rightsstatements.org/vo"}


@real
def test_the_cataloguers_crosswalk_says_what_the_table_it_was_made_from_says():
    says = mods.told(etree.parse(RECORDS / "mods-utk-datasets" / "dspace_19.xml").getroot())
    told = {name: [value.text for value in values] for name, values in says.metadata.items()}
    assert told["dc.title"] == ["Data from The State of Social Media Policies in Higher Education"]
    assert told["dc.creator"] == ["Pomerantz, Jeffrey", "Hank, Carolyn", "Sugimoto, Cassidy R."]
    assert told["dc.identifier.doi"] == ["10.7290/V70Z7156"]
    assert told["dc.description.sponsorship"] == ["Association for Library and Information Science Education (ALISE)"]
    assert told["dc.subject"] == ["higher education", "policy", "social media"]
    assert told["dc.language.iso"] == ["eng"]
    assert told["dc.identifier.citation"][0].startswith("Pomerantz, J., Hank, C.")
    assert says.metadata["dc.type"][0] == Value("dataset", authority="http://purl.org/coar/resource_type/c_ddb1")
    assert says.identifier == "10.7290/V70Z7156"


@real
def test_a_record_of_two_megabytes_is_told_by_its_top_level():
    root = etree.parse(RECORDS / "mods-perseus" / "tlg7000.tlg001.mods.xml").getroot()
    says = mods.told(root)
    assert [value.text for value in says.metadata["dc.title"]] == ["The Greek anthology"]
    assert says.metadata["dc.contributor.editor"] == [
        Value("Paton, William Roger", authority="https://viaf.org/viaf/100178364")
    ]
    assert says.identifier == "Perseus:text:2008.01.0472"
    assert sum(len(values) for values in says.metadata.values()) < 40


@real
@pytest.mark.parametrize(
    ("file", "count"),
    [
        ("samples/didl/pure-eur-nl_didl.xml", 1),
        ("samples/didl/dspace-uu-nl_didl.xml", 1),
        ("samples/mods/montana-repox.xml", 1),
        ("samples/mods/perseus-modscollection.xml", 1),
        ("samples/mets/dspace-mets-all-fields.xml", 1),
        ("samples/dspace-main/mods.xml", 1),
        ("data/xml-records/mods-utk-datasets/dspace_16.xml", 1),
    ],
)
def test_whatever_happens_to_a_real_record_it_is_told_or_said_to_have_no_title(file, count):
    roots = list(etree.parse(SHARED / file).getroot().iter("{http://www.loc.gov/mods/v3}mods"))
    assert len(roots) == count
    for root in roots:
        assert "dc.title" in mods.told(root).metadata
        for copy in mutilated(root):
            says = mods.told(copy)
            assert ("dc.title" in says.metadata) is not bool(says.notes)


def test_what_we_say_in_mods_we_understand_again():
    """The fields that an item keeps when it goes out as MODS and comes in again."""
    kept = (
        "dc.title",
        "dc.contributor.author",
        "dc.contributor.advisor",
        "dc.contributor.editor",
        "dc.publisher",
        "dc.description.abstract",
        "dc.subject",
        "dc.coverage.spatial",
    )
    items = [each.item for each in jsonl.read(Errand(ROOT / "data" / "items.jsonl")) if isinstance(each, Reading)]
    seen = set()
    for item in items:
        if not outgoing.offered(item) or item.state != "active":
            continue
        says = mods.told(outgoing.crosswalk(item, SITE))
        back = Item(says.identifier or "", {name: tuple(values) for name, values in says.metadata.items()})
        assert back.identifier == item.identifier
        for field in kept:
            if item.texts(field):
                seen.add(field)
                assert set(map(folded, item.texts(field))) <= set(map(folded, back.texts(field))), (field, item)
    assert {"dc.title", "dc.contributor.author", "dc.subject", "dc.description.abstract"} <= seen


def test_series_and_journals_come_back_from_our_mods():
    told = {
        "dc.title": (Value("A"),),
        "dc.relation.ispartofseries": (Value("Reports; 4"), Value("J; Volume 1, Issue 2")),
    }
    says = mods.told(outgoing.crosswalk(Item("oai:demo.example.org:1", told), SITE))
    texts = {name: [value.text for value in values] for name, values in says.metadata.items()}
    assert texts["dc.relation.ispartofseries"] == ["Reports; 4"]
    assert [texts[f"oaire.citation.{name}"] for name in ("title", "volume", "issue")] == [["J"], ["1"], ["2"]]


def folded(text: str) -> str:
    """A text without what MODS cannot keep: line ends, and which comma parts a name."""
    return re.sub(r"\s*[,،，]\s*", ", ", " ".join(text.split()))


# --- rules ---


def test_the_mapping_is_found_by_the_root_element_with_and_without_its_namespace():
    assert mapping_of(record("")) is mods
    assert mapping_of(etree.fromstring("<mods/>")) is mods
    assert mods.PREFIX == "mods"


@pytest.mark.parametrize(
    ("info", "title"),
    [
        ("<nonSort>The</nonSort><title>cat</title>", "The cat"),
        ("<nonSort>L'</nonSort><title>été</title>", "L'été"),
        ("<title>Cats</title><subTitle>and dogs</subTitle>", "Cats: and dogs"),
        ("<title>Cats :</title><subTitle>and dogs</subTitle>", "Cats: and dogs"),
        ("<title>Cats</title><partNumber>Part 2</partNumber><partName>Dogs</partName>", "Cats. Part 2. Dogs"),
        ("Cats", "Cats"),
    ],
)
def test_a_title_is_put_together_from_its_parts(info, title):
    assert fields(f"<titleInfo>{info}</titleInfo>")["dc.title"] == [title]


def test_typed_titles_are_alternatives_and_keep_their_languages():
    content = """<titleInfo type="translated" xml:lang="en"><title>Cat</title></titleInfo>
        <titleInfo lang="ger"><title>Katze</title></titleInfo>
        <titleInfo><title type="alternative">Kater</title></titleInfo>"""
    assert values(content, "dc.title") == [Value("Katze", "ger")]
    assert values(content, "dc.title.alternative") == [Value("Cat", "en"), Value("Kater")]


def test_the_only_title_is_the_title_of_whatever_type_it_is():
    assert fields('<titleInfo type="uniform"><title>Iliad</title></titleInfo>')["dc.title"] == ["Iliad"]


def test_a_record_without_a_title_is_noted():
    assert mods.told(record("<note>x</note>")).notes == [("MODS titleInfo", "the record has no title")]


def name(parts: str, role: str = "", attributes: str = "") -> str:
    return f"<name {attributes}>{parts}{f'<role><roleTerm>{role}</roleTerm></role>' if role else ''}</name>"


@pytest.mark.parametrize(
    ("role", "field"),
    [
        ("aut", "dc.contributor.author"),
        ("Author", "dc.contributor.author"),
        ("Creator.", "dc.creator"),
        ("ths", "dc.contributor.advisor"),
        ("advisor", "dc.contributor.advisor"),
        ("edt", "dc.contributor.editor"),
        ("trl", "dc.contributor.translator"),
        ("pbl", "dc.publisher"),
        ("cph", "dc.rights.holder"),
        ("dgg", "thesis.degree.grantor"),
        ("fnd", "dc.contributor.funder"),
        ("bookseller", "dc.contributor.other"),
    ],
)
def test_a_role_decides_the_field(role, field):
    assert fields(name("<namePart>Doe, Jane</namePart>", role))[field] == ["Doe, Jane"]


def test_a_role_may_be_told_by_its_uri_alone():
    uri = "http://id.loc.gov/vocabulary/relators/edt.html"
    told = fields(f'<name><namePart>Doe, Jane</namePart><role><roleTerm valueURI="{uri}"/></role></name>')
    assert told["dc.contributor.editor"] == ["Doe, Jane"]


def test_names_without_roles_are_creators_only_where_nobody_has_a_role():
    assert fields(name("<namePart>A</namePart>") + name("<namePart>B</namePart>"))["dc.creator"] == ["A", "B"]
    mixed = name("<namePart>A</namePart>", "aut") + name("<namePart>B</namePart>")
    assert fields(mixed)["dc.contributor.other"] == ["B"]
    primary = name("<namePart>A</namePart>", "bookseller") + name("<namePart>B</namePart>", "", 'usage="primary"')
    assert fields(primary)["dc.creator"] == ["B"]


@pytest.mark.parametrize(
    ("parts", "full"),
    [
        ('<namePart type="family">Doe</namePart><namePart type="given">Jane</namePart>', "Doe, Jane"),
        ("<namePart>Doe, Jane</namePart><namePart type='date'>1900-1980</namePart>", "Doe, Jane"),
        (
            '<namePart type="given">Martin</namePart><namePart type="family">King</namePart>'
            '<namePart type="termsOfAddress">Jr.</namePart>',
            "King, Martin, Jr.",
        ),
        ('<namePart>Louis</namePart><namePart type="termsOfAddress">XIV</namePart>', "Louis XIV"),
        ("<displayForm>Jane Doe</displayForm>", "Jane Doe"),
    ],
)
def test_a_name_is_put_together_from_its_parts(parts, full):
    assert fields(name(parts, "aut"))["dc.contributor.author"] == [full]


def test_bodies_keep_their_hierarchy_and_are_never_taken_apart():
    body = name("<namePart>MIT.</namePart><namePart>Physics, Dept. of</namePart>", "cre", 'type="corporate"')
    assert fields(body)["dc.creator.corporate"] == ["MIT. Physics, Dept. of"]


def test_an_orcid_goes_before_any_other_authority():
    parts = '<namePart>Doe, Jane</namePart><nameIdentifier type="orcid">0000-0002-1825-0097</nameIdentifier>'
    uri = "https://viaf.org/viaf/1"
    assert values(name(parts, "aut", f'valueURI="{uri}"'), "dc.contributor.author") == [
        Value("Doe, Jane", authority="https://orcid.org/0000-0002-1825-0097")
    ]
    assert values(name("<namePart>X</namePart>", "aut", f'valueURI="{uri}"'), "dc.contributor.author") == [
        Value("X", authority=uri)
    ]


@pytest.mark.parametrize(
    ("dates", "field", "text"),
    [
        ('<dateIssued encoding="w3cdtf">2015-11-17</dateIssued>', "dc.date.issued", ["2015-11-17"]),
        ('<dateIssued>c1916.</dateIssued><dateIssued encoding="marc">1916</dateIssued>', "dc.date.issued", ["1916"]),
        ("<dateIssued>[1916?]</dateIssued>", "dc.date.issued", ["1916"]),
        ("<dateIssued>Easter 1916</dateIssued>", "dc.date.issued", ["Easter 1916"]),
        (
            '<dateCreated point="start">1905</dateCreated><dateCreated point="end">1912</dateCreated>',
            "dc.date.created",
            ["1905/1912"],
        ),
        (
            '<dateIssued encoding="marc" point="start">1990</dateIssued>'
            '<dateIssued encoding="marc" point="end">9999</dateIssued>',
            "dc.date.issued",
            ["1990/"],
        ),
        ("<copyrightDate>©2001</copyrightDate>", "dc.date.copyright", ["2001"]),
        ('<dateOther type="submitted">2001-05</dateOther>', "dc.date.submitted", ["2001-05"]),
        ('<dateOther keyDate="yes">1850</dateOther>', "dc.date.issued", ["1850"]),
        ('<dateIssued encoding="edtf">1985~</dateIssued>', "dc.date.issued", ["1985"]),
    ],
)
def test_dates_are_told_once_as_exactly_as_they_are_encoded(dates, field, text):
    assert fields(f"<originInfo>{dates}</originInfo>")[field] == text


def test_the_key_date_comes_first():
    content = """<originInfo><dateIssued>1900</dateIssued></originInfo>
        <originInfo><dateIssued keyDate="yes">1850</dateIssued></originInfo>"""
    assert fields(content)["dc.date.issued"] == ["1850", "1900"]


def test_subjects_go_to_the_fields_of_their_parts():
    told = fields("""<subject><topic>Cats</topic><topic>Dogs</topic></subject>
        <subject><geographic>Oslo</geographic></subject><subject><temporal>1900s</temporal></subject>
        <subject><name><namePart>Doe, Jane</namePart></name></subject>
        <subject><hierarchicalGeographic><country>Norway</country><city>Oslo</city></hierarchicalGeographic></subject>
        <subject><cartographics><coordinates>57 N 10 W</coordinates></cartographics></subject>""")
    assert told["dc.subject"] == ["Cats", "Dogs", "Doe, Jane"]
    assert told["dc.coverage.spatial"] == ["Oslo", "Norway--Oslo", "57 N 10 W"]
    assert told["dc.coverage.temporal"] == ["1900s"]


def test_a_heading_of_a_list_stays_whole_and_its_place_is_told_too():
    told = fields("""<subject authority="lcsh"><topic>Cats</topic><geographic>Norway</geographic>
        <temporal>20th century</temporal></subject>""")
    assert told["dc.subject.lcsh"] == ["Cats--Norway--20th century"]
    assert told["dc.coverage.spatial"] == ["Norway"]
    assert told["dc.coverage.temporal"] == ["20th century"]


def test_a_topic_keeps_its_address():
    uri = "http://id.worldcat.org/fast/849374"
    content = f'<subject authority="fast"><topic valueURI="{uri}">Cats</topic></subject>'
    assert values(content, "dc.subject.fast") == [Value("Cats", authority=uri)]


@pytest.mark.parametrize(
    ("identifier", "field", "text"),
    [
        ('<identifier type="doi">https://doi.org/10.1234/5</identifier>', "dc.identifier.doi", "10.1234/5"),
        ('<identifier type="hdl">11250/1</identifier>', "dc.identifier.uri", "https://hdl.handle.net/11250/1"),
        ('<identifier type="uri">http://a.example/1</identifier>', "dc.identifier.uri", "http://a.example/1"),
        ('<identifier type="issn">1471-244X</identifier>', "dc.identifier.issn", "1471-244X"),
        ('<identifier type="local">1234-5678</identifier>', "dc.identifier.other", "1234-5678"),
        ('<identifier type="lccn">17000015</identifier>', "dc.identifier.lccn", "17000015"),
        ('<identifier type="pure/id">1</identifier>', "dc.identifier.other", "1"),
        ('<identifier type="citation">Doe 2001</identifier>', "dc.identifier.citation", "Doe 2001"),
        ("<identifier>10.1234/5</identifier>", "dc.identifier.doi", "10.1234/5"),
    ],
)
def test_identifiers_go_to_the_fields_of_their_types(identifier, field, text):
    assert fields(identifier)[field] == [text]


def test_an_invalid_identifier_is_left_out():
    assert fields('<identifier type="isbn" invalid="yes">1</identifier>') == {}


HOST = """<relatedItem type="host"><titleInfo><title>The Journal</title></titleInfo>
    <identifier type="issn">1566-0893</identifier><originInfo><publisher>P</publisher></originInfo>
    <part><detail type="volume"><number>12</number></detail><detail type="issue"><number>3</number></detail>
    <extent unit="pages">{pages}</extent><date>2001</date></part></relatedItem>"""


@pytest.mark.parametrize("pages", ["<start>113</start><end>121</end>", "<list>pp. 113-121</list>"])
def test_a_host_is_told_as_a_citation_and_lends_date_and_publisher(pages):
    told = fields(HOST.format(pages=pages))
    assert told == {
        "dc.relation.issn": ["1566-0893"],
        "oaire.citation.title": ["The Journal"],
        "oaire.citation.volume": ["12"],
        "oaire.citation.issue": ["3"],
        "oaire.citation.startPage": ["113"],
        "oaire.citation.endPage": ["121"],
        "dc.publisher": ["P"],
        "dc.date.issued": ["2001"],
    }


def test_a_host_does_not_overrule_the_record():
    own = "<originInfo><publisher>Q</publisher><dateIssued>1999</dateIssued></originInfo>"
    told = fields(own + HOST.format(pages=""))
    assert (told["dc.publisher"], told["dc.date.issued"]) == (["Q"], ["1999"])


@pytest.mark.parametrize(
    ("related", "field", "text"),
    [
        ('type="host"><titleInfo><title>Papers</title></titleInfo>', "dc.relation.ispartof", "Papers"),
        ('type="host">Nature', "dc.relation.ispartof", "Nature"),
        (
            'type="series"><titleInfo><title>S</title><partNumber>4</partNumber></titleInfo>',
            "dc.relation.ispartofseries",
            "S; 4",
        ),
        (
            'type="series"><titleInfo><title>S</title></titleInfo><part><detail><number>4</number></detail></part>',
            "dc.relation.ispartofseries",
            "S; 4",
        ),
        ('type="preceding" xlink:href="http://a.example/1">', "dc.relation.replaces", "http://a.example/1"),
        (
            'type="references"><identifier type="doi">10.1234/5</identifier>',
            "dc.relation.references",
            "https://doi.org/10.1234/5",
        ),
        ('type="original"><titleInfo><title>A book</title></titleInfo>', "dc.source", "A book"),
        ("><titleInfo><title>A collection</title></titleInfo>", "dc.relation", "A collection"),
    ],
)
def test_related_items_go_to_the_fields_of_their_types(related, field, text):
    assert fields(f"<relatedItem {related}</relatedItem>")[field] == [text]


def test_licences_go_by_address_and_other_terms_in_words():
    licence = "https://creativecommons.org/licenses/by/4.0/"
    told = fields(f"""<accessCondition type="use and reproduction" xlink:href="{licence}">CC BY 4.0</accessCondition>
        <accessCondition type="restriction on access">embargoed access</accessCondition>
        <accessCondition>http://rightsstatements.org/vocab/InC/1.0/</accessCondition>""")
    assert told["dc.rights.uri"] == [licence, "http://rightsstatements.org/vocab/InC/1.0/"]
    assert told["dc.rights"] == ["CC BY 4.0"]
    assert told["dc.rights.accessrights"] == ["embargoed access"]


@pytest.mark.parametrize(
    ("condition", "access"),
    [
        ("", "open"),
        ("<accessCondition>Restricted access</accessCondition>", "restricted"),
        ("<accessCondition>Unrestricted</accessCondition>", "open"),
        ('<accessCondition xlink:href="http://purl.org/coar/access_right/c_f1cf">x</accessCondition>', "embargoed"),
        ('<accessCondition type="info:eu-repo/semantics/closedAccess"/>', "closed"),
    ],
)
def test_a_file_is_open_unless_a_condition_says_otherwise(condition, access):
    url = '<url access="raw object">https://a.example/f/paper%201.pdf</url>'
    (file,) = mods.told(record(f"<location>{url}</location>{condition}")).files
    assert (file.name, file.url, file.access) == ("paper 1.pdf", "https://a.example/f/paper%201.pdf", access)


def test_the_landing_page_comes_first_and_thumbnails_not_at_all():
    told = fields("""<location><url>http://a.example/other</url><url access="preview">http://a.example/t.jpg</url>
        <url usage="primary display">http://a.example/page</url></location>""")
    assert told == {"dc.identifier.uri": ["http://a.example/page", "http://a.example/other"]}


def test_types_genres_and_languages():
    told = fields("""<genre>letters</genre><typeOfResource manuscript="yes">notated music</typeOfResource>
        <physicalDescription><form authority="coar">dataset</form><form authority="marcform">print</form>
        <extent unit="pages">9</extent></physicalDescription>
        <language><languageTerm type="text">German</languageTerm><languageTerm type="code">ger</languageTerm></language>
        <language><languageTerm type="text">Norwegian</languageTerm></language>
        <language objectPart="summary"><languageTerm type="code">eng</languageTerm></language>""")
    assert told["dc.type"] == ["letters", "dataset", "musical notation", "manuscript"]
    assert told["dc.format.medium"] == ["print"]
    assert told["dc.format.extent"] == ["9 pages"]
    assert told["dc.language.iso"] == ["ger", "Norwegian"]


def test_notes_go_to_the_fields_of_their_types_or_keep_their_label():
    told = fields("""<note type="funding">The Fund</note><note type="preferred citation">Doe (2001)</note>
        <note displayLabel="Venue">Oslo</note><note type="creatorCount">1</note>
        <note type="statement of responsibility">by J. Doe</note>""")
    assert told == {
        "dc.description.sponsorship": ["The Fund"],
        "dc.identifier.citation": ["Doe (2001)"],
        "dc.description": ["Venue: Oslo"],
        "dc.description.statementofresponsibility": ["by J. Doe"],
    }


def test_a_degree_in_an_extension_is_told():
    told = fields("""<extension><degree xmlns="http://www.ndltd.org/standards/metadata/etdms/1.0/">
        <name>MSc</name><discipline>Physics</discipline></degree></extension>""")
    assert told == {"thesis.degree.name": ["MSc"], "thesis.degree.discipline": ["Physics"]}


@pytest.mark.parametrize(
    ("content", "identifier"),
    [
        ("<recordInfo><recordIdentifier>oai:a.example:1</recordIdentifier></recordInfo>", "oai:a.example:1"),
        ('<identifier type="local">7</identifier><identifier type="hdl">11250/1</identifier>', "11250/1"),
        ('<identifier type="local">7</identifier><identifier type="doi">10.1234/5</identifier>', "10.1234/5"),
        ('<identifier type="isbn">1</identifier><identifier type="local">7</identifier>', "7"),
        ("<titleInfo><title>Nothing else</title></titleInfo>", None),
    ],
)
def test_a_record_names_itself_by_the_best_of_its_identifiers(content, identifier):
    assert mods.told(record(content)).identifier == identifier

"""marc against the field definitions of MARC 21 (formats.md sections 3.2, 4 and 5.7); pymarc reads it too."""

import re
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from lxml import etree

from oai_server.formats.marc import FORMAT, NAMESPACE
from oai_server.formats.rendering import Renderer
from oai_server.formats.vocabulary import table
from oai_server.model import File, Item, Value
from tests.formats import odd
from tests.formats.items import item
from tests.formats.test_golden import ITEMS, SITE
from tests.judges import official, ours

RENDERER = Renderer({"marc": FORMAT}, SITE)
LEADER = re.compile(r" {5}n[acegijkmprt][abcims] a22 {5}3u 4500")
OPEN = File(
    "ice.pdf",
    "application/pdf",
    4096,
    "4 kB",
    "md5:79b376dd0638e706577a72c72c94928d",
    "https://e.org/ice.pdf",
    None,
    "open",
)
EMBARGOED = File("ice.pdf", "application/pdf", 4096, "4 kB", "md5:0", "https://e.org/ice.pdf", None, "embargoed")


def record(told: Item) -> etree._Element:
    """The item's record as it is served, valid by both judges."""
    rendered = RENDERER.render(told)
    assert not rendered.failed, rendered.faults
    assert not ours(rendered.metadata["marc"])
    assert not official(rendered.metadata["marc"])
    return etree.fromstring(rendered.metadata["marc"])


def marc(metadata: dict, *files: File) -> etree._Element:
    return record(item({"dc.title": "Warm ice", **metadata}, *files))


def control(root: etree._Element, tag: str) -> list[str]:
    return root.xpath(f"m:controlfield[@tag='{tag}']/text()", namespaces={"m": NAMESPACE})


def fields(root: etree._Element, *tags: str) -> list[str]:
    """Fields with these tags as catalogues print them: ``245 10 $a Warm ice``, a blank indicator as #."""
    return [
        f"{each.get('tag')} {each.get('ind1')}{each.get('ind2')}".replace(" ", "#").replace("#", " ", 1)
        + "".join(f" ${subfield.get('code')} {subfield.text}" for subfield in each)
        for each in root.iter(f"{{{NAMESPACE}}}datafield")
        if each.get("tag") in tags
    ]


# The specimen and the sample items


def test_the_specimen_in_full():
    root = record(ITEMS["20.500.99999/1"])
    assert root.findtext(f"{{{NAMESPACE}}}leader") == "     nam a22     3u 4500"
    assert control(root, "001") == ["oai:demo.example.org:20.500.99999/1"]
    assert control(root, "003") == ["demo.example.org"]
    assert control(root, "008") == ["000000s2015    xx |||||o|||||||| ||und d"]
    assert fields(root, "100", "700") == [
        "100 1# $a Domoney, Jill $e author $4 aut",
        "700 1# $a Howard, Louise M. $e author $4 aut",
        "700 1# $a Abas, Melanie $e author $4 aut",
        "700 1# $a Broadbent, Matthew $e author $4 aut",
        "700 1# $a Oram, Sian $e author $4 aut",
    ]
    assert fields(root, "245") == [
        "245 10 $a Mental health service responses to human trafficking: a qualitative study of professionals’ "
        "experiences of providing care"
    ]
    assert fields(root, "264", "506", "773") == [
        "264 #1 $c 2015-11-17",
        "506 1# $a Restricted access",
        "773 0# $t BMC Psychiary $g Vol. 15, no. 289, p. 1-9",
    ]
    assert not fields(root, "041", "300", "490", "655", "856")


def test_an_article_with_everything_that_a_catalogue_asks_for():
    root = record(ITEMS["20.500.99999/2"])
    assert root.findtext(f"{{{NAMESPACE}}}leader") == "     nab a22     3u 4500"
    assert control(root, "008") == ["180302s2018    xx || ||o||||||   ||eng d"]
    assert fields(root, *"024 040 041 082 100 264 336 337 338 540 655 773".split()) == [
        "024 7# $a 10.5555/demo.cracks.2018 $2 doi",
        "024 7# $a 20.500.99999/2 $2 hdl",
        "040 ## $a demo.example.org",
        "041 0# $a eng",
        "082 04 $a 620.14",
        "100 1# $a Carberry, Josiah $e author $4 aut $1 https://orcid.org/0000-0002-1825-0097",
        "264 #1 $b Larkmoor University Press $c 2018-02-05",
        "336 ## $a text $b txt $2 rdacontent",
        "337 ## $a computer $b c $2 rdamedia",
        "338 ## $a online resource $b cr $2 rdacarrier",
        "540 ## $a Attribution 4.0 International $u https://creativecommons.org/licenses/by/4.0/",
        "655 #4 $a Article",
        "655 #4 $a journal article",
        "773 0# $t Journal of Psychoceramics $g Vol. 12, no. 1, p. 33-47 $x 1234-5679",
    ]
    assert fields(root, "856") == [
        "856 40 $u https://demo.example.org/handle/20.500.99999/2",
        "856 40 $u https://demo.example.org/bitstreams/20.500.99999/2/cracks.pdf $y cracks.pdf $q application/pdf "
        "$s 1482213 bytes $7 0",
    ]


def test_a_thesis_has_its_note_its_advisors_and_its_code():
    root = record(ITEMS["20.500.99999/5"])
    assert fields(root, "502") == ["502 ## $b Dr. phil. $c Universität Wiesengrund $g Germanistik"]
    assert fields(root, "700")[0] == "700 1# $a Kieselgrund, Jörg $e thesis advisor $4 ths"
    assert control(root, "008")[0][24] == "m"
    assert fields(root, "505")[0].startswith("505 0# $a 1 Einleitung -- ")


@pytest.mark.parametrize("local", ITEMS)
def test_every_record_has_what_is_mandatory_once(local):
    """Leader of 24 characters, 001, 003, 008 of 40, 040, 245, 336 to 338; tags never descend."""
    root = record(ITEMS[local])
    assert LEADER.fullmatch(root.findtext(f"{{{NAMESPACE}}}leader"))
    assert [each.get("tag") for each in root.iter(f"{{{NAMESPACE}}}controlfield")] == ["001", "003", "008"]
    assert len(control(root, "008")[0]) == 40
    for tag in "040 245 336 337 338".split():
        assert len(fields(root, tag)) == 1, tag
    assert len(fields(root, "100", "110")) <= 1
    tags = [each.get("tag") for each in root.iter(f"{{{NAMESPACE}}}datafield")]
    assert tags == sorted(tags)


@pytest.mark.parametrize("local", ITEMS)
def test_an_independent_reader_finds_title_and_names_and_can_write_it_as_iso_2709(local):
    pymarc = pytest.importorskip("pymarc")
    told = ITEMS[local]
    (read,) = pymarc.parse_xml_to_array(BytesIO(RENDERER.render(told).metadata["marc"]))
    assert read["001"].data == told.identifier
    assert read["245"]["a"] == told.first("dc.title")
    assert read["245"].indicator1 == ("1" if read.get_fields("100", "110") else "0")
    again = pymarc.Record(data=read.as_marc())
    assert [str(field) for field in again.fields] == [str(field) for field in read.fields]


# Leader and field 008


@pytest.mark.parametrize("row", table("resource_types.csv"), ids=lambda row: row["type"])
def test_every_type_has_a_leader_and_forty_characters(row):
    root = marc({"dc.type": row["type"], "dc.date.issued": "2015"})
    fixed = control(root, "008")[0]
    assert root.findtext(f"{{{NAMESPACE}}}leader") == f"     n{row['marc']} a22     3u 4500"
    assert len(fixed) == 40
    assert fixed[6:15] == ("u2015uuuu" if row["marc"][1] in "is" else "s2015    ")


@pytest.mark.parametrize(
    ("type_", "place"),
    [
        ("Article", 23),
        ("Book", 23),
        ("Dataset", 23),
        ("Musical Score", 23),
        ("Collection", 23),
        ("Map", 29),
        ("Video", 29),
    ],
)
def test_what_is_online_says_so_where_its_kind_of_record_has_the_place(type_, place):
    """Form of item, position 23 or 29; without a file it is not coded."""
    assert control(marc({"dc.type": type_}, OPEN), "008")[0][place] == "o"
    assert control(marc({"dc.type": type_}), "008")[0][place] == "|"


@pytest.mark.parametrize(
    ("metadata", "fixed"),
    [
        ({}, "000000nuuuuuuuuxx |||||||||||||| ||und d"),
        ({"dc.date.issued": "2015-11"}, "000000s2015    xx |||||||||||||| ||und d"),
        ({"dc.date.issued": "spring"}, "000000nuuuuuuuuxx |||||||||||||| ||und d"),
        ({"dc.date.accessioned": "2018-03-02T23:30:00-02:00"}, "180303nuuuuuuuuxx |||||||||||||| ||und d"),
        ({"dc.date.accessioned": "yesterday"}, "000000nuuuuuuuuxx |||||||||||||| ||und d"),
        ({"dc.language.iso": "de"}, "000000nuuuuuuuuxx |||||||||||||| ||ger d"),
        ({"dc.language.iso": "other"}, "000000nuuuuuuuuxx |||||||||||||| ||und d"),
        ({"dc.type": "Journal"}, "000000uuuuuuuuuxx || |||||||||   ||und d"),
        ({"dc.type": "Thesis"}, "000000nuuuuuuuuxx ||||||m   |||| ||und d"),
    ],
)
def test_field_008_codes_what_is_told_and_nothing_else(metadata, fixed):
    assert control(marc(metadata), "008") == [fixed]


def test_no_time_is_made_up_so_there_is_no_field_005():
    assert not control(marc({"dc.date.accessioned": "2018-03-02T09:14:11Z"}), "005")


# Who is offered


def test_whoever_has_a_title_is_offered():
    assert FORMAT.offered(item({"dc.title": "Warm ice"}))
    assert FORMAT.offered(item({"dcterms.title": "Warm ice"}))
    assert not FORMAT.offered(item({"dc.title.alternative": "Warm ice", "dc.creator": "A, B"}))


# Names and titles


def test_a_main_entry_is_surely_a_person_or_a_body_and_the_title_says_that_it_is_there():
    assert fields(marc({"dc.creator": "A, B"}), "100", "245") == [
        "100 1# $a A, B $e author $4 aut",
        "245 10 $a Warm ice",
    ]
    body = marc({"dc.creator.corporate": "A, B"})
    assert fields(body, "110", "245") == ["110 2# $a A, B $e author $4 aut", "245 10 $a Warm ice"]
    unsure = marc({"dc.creator": ["Harbour Observatory", "A, B"]})
    assert fields(unsure, "245", "700", "720") == [
        "245 00 $a Warm ice",
        "700 1# $a A, B $e author $4 aut",
        "720 ## $a Harbour Observatory $e author $4 aut",
    ]


def test_who_has_an_orcid_is_a_person_and_another_authority_is_told_as_one():
    known = [Value("Madonna", authority="0000-0002-1825-0097"), Value("A, B", authority="http://viaf.org/viaf/1")]
    assert fields(marc({"dc.creator": known}), "100", "700") == [
        "100 0# $a Madonna $e author $4 aut $1 https://orcid.org/0000-0002-1825-0097",
        "700 1# $a A, B $e author $4 aut $0 http://viaf.org/viaf/1",
    ]


def test_roles_are_told_in_words_and_codes():
    root = marc(
        {
            "dc.contributor.editor": "E, E",
            "dc.contributor.advisor": "A, A",
            "dc.contributor.department": "Physics",
            "dc.contributor.other": "O, O",
        }
    )
    assert fields(root, "700", "710") == [
        "700 1# $a E, E $e editor $4 edt",
        "700 1# $a A, A $e thesis advisor $4 ths",
        "700 1# $a O, O $e contributor $4 ctb",
        "710 2# $a Physics $e contributor $4 ctb",
    ]


def test_who_paid_is_a_funder_and_not_a_contributor():
    root = marc(
        {
            "dc.contributor.funder": "Ice Fund",
            "dc.relation": "info:eu-repo/grantAgreement/EC/H2020/000000/EU/A%20Project/AP",
        }
    )
    assert not fields(root, "700", "710", "720")
    assert fields(root, "536") == ["536 ## $a European Commission, H2020, A Project $c 000000", "536 ## $a Ice Fund"]


def test_other_titles_are_added_entries():
    root = marc({"dc.title": ["Warm ice", "Ice"], "dc.title.alternative": "Warmes Eis"})
    assert fields(root, "245", "246") == ["245 00 $a Warm ice", "246 3# $a Ice", "246 3# $a Warmes Eis"]


# Numbers, languages, subjects


def test_numbers_name_their_scheme():
    root = marc(
        {
            "dc.identifier.doi": "https://doi.org/10.5555/ice",
            "dc.identifier.uri": "https://hdl.handle.net/20.500.99999/1",
            "dc.identifier.urn": "urn:nbn:de:x-1",
            "dc.identifier.isbn": "978-3-16-148410-0",
        }
    )
    assert fields(root, "020", "024") == [
        "020 ## $a 9783161484100",
        "024 7# $a 10.5555/ice $2 doi",
        "024 7# $a 20.500.99999/1 $2 hdl",
        "024 7# $a urn:nbn:de:x-1 $2 urn",
    ]


def test_languages_are_bibliographic_codes_in_one_field():
    root = marc({"dc.language.iso": ["de", "fra", "en_US", "other", "ger"]})
    assert fields(root, "041") == ["041 0# $a ger $a fre $a eng"]
    assert control(root, "008")[0][35:38] == "ger"


def test_subjects_go_by_their_lists():
    root = marc(
        {
            "dc.subject": "ice",
            "dc.subject.other": "frost",
            "dc.subject.lcsh": "Ice",
            "dc.subject.mesh": "Ice Cover",
            "dc.subject.ddc": ["551.31", "Ice (551)"],
            "dc.subject.lcc": "QC1",
            "dc.coverage.spatial": "Greenland",
            "dc.coverage.temporal": "1790-1911",
        }
    )
    assert fields(root, "050", "082", "650", "653") == [
        "050 #4 $a QC1",
        "082 04 $a 551.31",
        "650 #0 $a Ice",
        "650 #2 $a Ice Cover",
        "653 ## $a ice",
        "653 ## $a frost",
        "653 ## $a Ice (551)",
        "653 #4 $a 1790-1911",
        "653 #5 $a Greenland",
    ]


@pytest.mark.parametrize(
    ("types", "genres"),
    [
        ([], []),
        (["Article"], ["Article", "journal article"]),
        (["http://purl.org/coar/resource_type/c_6501"], ["journal article"]),
        (["Dataset"], ["Dataset"]),
        (["text::journal::journal article"], ["journal article"]),
        (["Gizmo"], ["Gizmo"]),
        (["Other"], ["Other"]),
        (["info:eu-repo/semantics/gizmo"], ["other"]),
    ],
)
def test_genres_are_words(types, genres):
    assert fields(marc({"dc.type": types} if types else {}), "655") == [f"655 #4 $a {genre}" for genre in genres]


@pytest.mark.parametrize(
    ("type_", "content"),
    [
        ("Article", "text $b txt"),
        ("Dataset", "computer dataset $b cod"),
        ("Software", "computer program $b cop"),
        ("Map", "cartographic image $b cri"),
        ("Musical Score", "notated music $b ntm"),
        ("Recording, oral", "spoken word $b spw"),
        ("Recording, musical", "performed music $b prm"),
        ("Sound", "sounds $b snd"),
        ("Video", "two-dimensional moving image $b tdi"),
        ("Image", "still image $b sti"),
        ("Physical object", "three-dimensional form $b tdf"),
        ("Website", "other $b xxx"),
        ("Gizmo", "unspecified $b zzz"),
    ],
)
def test_the_content_type_is_of_rdas_list(type_, content):
    assert fields(marc({"dc.type": type_}), "336") == [f"336 ## $a {content} $2 rdacontent"]


# Host and series


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"dc.relation.ispartofseries": "Ice;Volume 1"}, ["773 0# $t Ice $g Vol. 1"]),
        ({"dc.relation.ispartofseries": "Cold papers;17"}, ["490 0# $a Cold papers $v 17"]),
        ({"dc.relation.ispartofseries": ";17"}, []),
        (
            {"dc.relation.ispartofseries": "Cold papers;17", "dc.identifier.issn": "1471-244X"},
            ["490 0# $a Cold papers $v 17 $x 1471-244X"],
        ),
        ({"dc.identifier.issn": "1471-244X"}, ["773 0# $x 1471-244X"]),
        ({"dc.type": "Journal", "dc.identifier.issn": "1471-244X"}, ["022 ## $a 1471-244X"]),
        (
            {"dc.type": "Book chapter", "dc.relation.ispartof": "Rooms", "dc.identifier.isbn": "9783161484100"},
            ["773 0# $t Rooms $z 9783161484100"],
        ),
        ({"dc.type": "Article", "dc.identifier.citation": "Ice 1 (2)"}, ["773 0# $g Ice 1 (2)"]),
        ({"dc.type": "Book", "dc.identifier.citation": "Doe, Ice"}, ["524 ## $a Doe, Ice"]),
        (
            {"dc.identifier.citation": "Doe, Ice", "dc.relation.ispartofseries": "Ice;Issue 2"},
            ["524 ## $a Doe, Ice", "773 0# $t Ice $g no. 2"],
        ),
    ],
)
def test_what_an_item_is_part_of(metadata, told):
    assert fields(marc(metadata), "020", "022", "490", "524", "773") == told


# Access and rights


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([OPEN], ["506 0# $a Open access $f Unrestricted online access $2 star"]),
        ([EMBARGOED], ["506 1# $a Embargoed"]),
        (
            [File("a", access="embargoed", available=date(2032, 1, 1))],
            ["506 1# $a Embargoed until 2032-01-01 $g 20320101"],
        ),
        ([File("a", access="restricted")], ["506 1# $a Restricted access"]),
        ([File("a", access="closed")], []),
        ([], []),
    ],
)
def test_access_is_told_in_marcs_own_words(files, told):
    assert fields(marc({}, *files), "506") == told


def test_an_open_file_behind_a_closed_one_is_online_all_the_same():
    root = marc({}, File("a", access="closed"), OPEN)
    assert fields(root, "338") == ["338 ## $a online resource $b cr $2 rdacarrier"]
    assert len(fields(root, "856")) == 1


def test_an_embargo_that_has_ended_is_open():
    told = item({"dc.title": "A"}, File("a.pdf", url="https://e.org/a", access="embargoed", available=date(2020, 1, 1)))
    assert fields(record(told.as_of(date(2020, 1, 1))), "506", "856") == [
        "506 0# $a Open access $f Unrestricted online access $2 star",
        "856 40 $u https://e.org/a $y a.pdf $7 0",
    ]


@pytest.mark.parametrize("access", ["embargoed", "restricted", "closed"])
def test_a_file_that_is_not_open_has_no_address_size_or_checksum(access):
    shut = File("ice.pdf", "application/pdf", 4096, None, "md5:79b376dd", "https://e.org/ice.pdf", None, access)
    body = RENDERER.render(item({"dc.title": "A"}, shut)).metadata["marc"]
    assert not [secret for secret in (b"https://e.org", b"4096", b"79b376dd") if secret in body]


def test_files_without_an_item_carry_nothing_online():
    root = marc({})
    assert fields(root, "337", "338") == [
        "337 ## $a unspecified $b z $2 rdamedia",
        "338 ## $a unspecified $b zu $2 rdacarrier",
    ]


def test_licences_are_told_once_and_holders_too():
    root = marc(
        {
            "dc.rights": ["Attribution 4.0 International", "Ask the harbour master"],
            "dc.rights.uri": ["https://creativecommons.org/licenses/by/4.0/", "https://e.org/licence"],
            "dc.rights.holder": "Example Press",
        }
    )
    assert fields(root, "540", "542") == [
        "540 ## $a Attribution 4.0 International $u https://creativecommons.org/licenses/by/4.0/",
        "540 ## $u https://e.org/licence",
        "540 ## $a Ask the harbour master",
        "542 ## $d Example Press",
    ]


# Anything


def test_lines_become_blanks_because_a_marc_field_has_none():
    assert fields(marc({"dc.description.abstract": "Ice.\n\nWater.\tSteam."}), "520") == [
        "520 3# $a Ice. Water. Steam."
    ]


def test_markup_and_odd_scripts_stand_as_they_were_written():
    text = '<i>x</i> & ]]> "y" 𠮷田 حكايات'
    assert fields(marc({"dc.title": text}), "245") == [f"245 00 $a {text}"]


def test_what_nobody_may_see_is_not_told():
    root = marc({"dc.description.provenance": "Submitted by Jane Doe (jane@example.org)"})
    assert b"jane@" not in etree.tostring(root)


@settings(max_examples=50, deadline=None)
@given(odd.items)
def test_any_item_has_a_valid_record(told):
    root = record(told)
    assert len(fields(root, "245")) == 1
    assert len(control(root, "008")[0]) == 40

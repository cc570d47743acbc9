"""mets as version 1.12 and our own promises want it (formats.md sections 3.2, 4 and 5.6)."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from oai_server.formats import mods
from oai_server.formats.mets import FORMAT, NAMESPACE
from oai_server.formats.rendering import Renderer
from oai_server.model import File, Item, Site
from tests.formats.items import item
from tests.formats.test_golden import ITEMS
from tests.formats.test_mods import ANY_ITEM, titled
from tests.judges import official, ours

SITE = Site("https://demo.example.org/oai", "Demo", "demo.example.org", "https://demo.example.org/oai/schemas/")
RENDERER = Renderer({"mets": FORMAT, "mods": mods.FORMAT}, SITE)
NAMES = {"m": NAMESPACE, "mods": mods.NAMESPACE, "xlink": mods.XLINK}
MD5 = "d41d8cd98f00b204e9800998ecf8427e"
FILE = File("a b.pdf", "application/pdf", 4096, "4 kB", f"md5:{MD5}", "https://e.org/a%20b.pdf", "Scan", "open")
DAY = date(2031, 6, 30)


def body(told: Item) -> bytes:
    """The item's record, valid by both judges, as it is served."""
    rendered = RENDERER.render(told)
    assert not rendered.failed, rendered.faults
    found = rendered.metadata["mets"]
    assert not ours(found)
    assert not official(found)
    return found


def record(told: Item) -> etree._Element:
    return etree.fromstring(body(told))


def mets(metadata: dict, *files: File) -> etree._Element:
    """The record of a titled item with these fields and files."""
    return record(item({"dc.title": "A", **metadata}, *files))


def texts(root: etree._Element, path: str) -> list:
    return root.xpath(path, namespaces=NAMES)


def closed(access: str, **more: object) -> File:
    """A file whose address, size and checksum would be a secret told."""
    return replace(FILE, size=123456789, url="https://e.org/SECRET", access=access, **more)


# The whole


def test_a_document_has_its_sections_in_order():
    assert [etree.QName(each).localname for each in record(ITEMS["20.500.99999/2"])] == [
        "metsHdr",
        "dmdSec",
        "amdSec",
        "fileSec",
        "structMap",
    ]


def test_the_root_tells_both_schemas_and_every_namespace():
    root = record(ITEMS["20.500.99999/2"])
    words = root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation").split()
    assert dict(zip(words[::2], words[1::2], strict=True)) == {
        NAMESPACE: "http://www.loc.gov/standards/mets/mets.xsd",
        mods.NAMESPACE: "http://www.loc.gov/standards/mods/v3/mods-3-7.xsd",
    }
    assert {each.nsmap == root.nsmap for each in root.iter(etree.Element)} == {True}


def test_the_same_item_gives_the_same_bytes_at_any_time():
    """A record is stamped anew when its bytes change, so they hold no time of making."""
    told = ITEMS["20.500.99999/2"]
    assert body(told) == body(told)
    assert not texts(record(told), "//@CREATEDATE | //@LASTMODDATE")


def test_no_profile_is_claimed():
    """DSpace's describes a package for deposit that holds its files; ours holds none."""
    assert not texts(record(ITEMS["20.500.99999/2"]), "@PROFILE")


def test_the_repository_is_the_custodian():
    root = mets({})
    assert texts(root, "m:metsHdr/m:agent[@ROLE='CUSTODIAN' and @TYPE='ORGANIZATION']/m:name/text()") == ["Demo"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://hdl.handle.net/1/2", "hdl:1/2"),
        ("https://demo.example.org/handle/1/2", "hdl:1/2"),
        ("https://doi.org/10.5555/a", "test:1"),
        ("https://e.org/1", "test:1"),
    ],
)
def test_the_object_is_named_by_its_handle_or_by_the_identifier_of_its_records(address, name):
    assert mets({"dc.identifier.uri": address}).get("OBJID") == name


def test_the_type_is_coars():
    assert mets({"dc.type": "Article"}).get("TYPE") == "journal article"
    assert mets({}).get("TYPE") == "other"


@pytest.mark.parametrize("local", ITEMS)
def test_the_description_is_the_record_in_mods(local):
    whole = record(ITEMS[local])
    assert texts(whole, "m:dmdSec/m:mdWrap[@MDTYPE='MODS']/@MDTYPEVERSION") == ["3.7"]
    (inside,) = texts(whole, "m:dmdSec/m:mdWrap/m:xmlData/mods:mods")
    alone = etree.fromstring(RENDERER.render(ITEMS[local]).metadata["mods"])
    del alone.attrib["{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"]
    assert [(each.tag, each.text, each.attrib) for each in inside.iter()] == [
        (each.tag, each.text, each.attrib) for each in alone.iter()
    ]


def test_what_mods_is_offered_for_mets_is():
    assert FORMAT.offered(item({"dc.title": "A"}))
    assert not FORMAT.offered(item({"dc.creator": "A"}))


# Licences


def test_each_licence_is_rights_metadata_at_its_address():
    root = mets(
        {"dc.rights.uri": ["https://creativecommons.org/licenses/by/4.0/", "https://opensource.org/licenses/MIT"]}
    )
    references = texts(root, "m:amdSec/m:rightsMD/m:mdRef[@LOCTYPE='URL' and @MDTYPE='OTHER']")
    assert [(each.get(mods.HREF), each.get("LABEL")) for each in references] == [
        ("https://creativecommons.org/licenses/by/4.0/", "Attribution 4.0 International"),
        ("https://opensource.org/licenses/MIT", "MIT License"),
    ]
    assert texts(root, "m:structMap/m:div/@ADMID")[0].split() == texts(root, "m:amdSec/m:rightsMD/@ID")


def test_without_a_licence_there_is_no_administrative_section():
    root = mets({"dc.rights": "Ask us about the map."})
    assert not texts(root, "m:amdSec | //@ADMID")
    assert texts(root, "//mods:accessCondition[@type='use and reproduction']/text()") == ["Ask us about the map."]


# Files


def test_an_open_file_has_its_address_its_size_and_its_checksum():
    root = mets({}, FILE)
    (file,) = texts(root, "m:fileSec/m:fileGrp[@USE='CONTENT']/m:file")
    assert {name: value for name, value in file.items() if name != "ID"} == {
        "SEQ": "1",
        "MIMETYPE": "application/pdf",
        "SIZE": "4096",
        "CHECKSUM": MD5,
        "CHECKSUMTYPE": "MD5",
    }
    assert texts(file, "m:FLocat[@LOCTYPE='URL']/@xlink:href") == ["https://e.org/a%20b.pdf"]


@pytest.mark.parametrize(
    "file", [closed("restricted"), closed("embargoed", available=DAY)], ids=["restricted", "embargoed"]
)
def test_a_file_that_is_not_open_is_named_and_no_more(file):
    root = mets({}, file)
    (told,) = texts(root, "m:fileSec/m:fileGrp/m:file")
    assert {*told.attrib} == {"ID", "SEQ", "MIMETYPE"}
    assert len(told) == 0
    assert texts(root, "m:structMap/m:div/m:div/@LABEL") == ["a b.pdf"]
    assert not [secret for secret in (b"SECRET", b"123456789", MD5.encode()) if secret in etree.tostring(root)]


def test_an_embargo_that_is_over_opens_the_file():
    told = item({"dc.title": "A"}, closed("embargoed", available=DAY))
    assert not texts(record(told), "//m:FLocat")
    assert texts(record(told.as_of(DAY)), "//m:FLocat/@xlink:href") == ["https://e.org/SECRET"]


@pytest.mark.parametrize("files", [[], [closed("closed")]], ids=["no file", "a closed file"])
def test_metadata_alone_has_no_file_section(files):
    root = mets({}, *files)
    assert not texts(root, "m:fileSec")
    assert len(texts(root, "m:structMap/m:div/descendant-or-self::m:div")) == 1


@pytest.mark.parametrize(
    ("checksum", "told"),
    [
        (f"md5:{MD5}", (MD5, "MD5")),
        (f"MD5:{MD5}", (MD5, "MD5")),
        (MD5, (MD5, "MD5")),
        ("sha1:" + "a" * 40, ("a" * 40, "SHA-1")),
        ("SHA-256:" + "a" * 64, ("a" * 64, "SHA-256")),
        ("sha512:" + "a" * 128, ("a" * 128, "SHA-512")),
        ("crc32:cbf43926", ("cbf43926", "CRC32")),
        ("md5:" + "a" * 31, (None, None)),
        ("blake3:" + "a" * 64, (None, None)),
        ("a" * 64, (None, None)),
        ("a checksum", (None, None)),
        (None, (None, None)),
    ],
)
def test_a_checksum_is_told_if_mets_knows_its_kind(checksum, told):
    (file,) = texts(mets({}, replace(FILE, checksum=checksum)), "//m:file")
    assert (file.get("CHECKSUM"), file.get("CHECKSUMTYPE")) == told


@pytest.mark.parametrize(("size", "told"), [(0, "0"), (2**63 - 1, "9223372036854775807"), (2**63, None), (None, None)])
def test_a_size_is_told_as_far_as_mets_can_count(size, told):
    (file,) = texts(mets({}, replace(FILE, size=size)), "//m:file")
    assert file.get("SIZE") == told


@pytest.mark.parametrize("url", ["not an address", "urn:x-y:1", None])
def test_a_file_without_a_web_address_has_no_place(url):
    assert not texts(mets({}, replace(FILE, url=url)), "//m:FLocat")


# IDs and structure


def test_the_structure_names_every_file_once_in_order():
    root = mets({}, FILE, closed("closed"), replace(FILE, name="c.csv"))
    whole = texts(root, "m:structMap[@TYPE='LOGICAL']/m:div[@TYPE='item']")[0]
    assert (whole.get("LABEL"), whole.get("DMDID")) == ("A", texts(root, "m:dmdSec/@ID")[0])
    assert texts(whole, "m:div[@TYPE='file']/@LABEL") == ["a b.pdf", "c.csv"]
    assert texts(whole, "m:div/@ORDER") == ["1", "2"]
    assert texts(whole, "m:div/m:fptr/@FILEID") == texts(root, "//m:file/@ID")


LOCAL = ["1/2", "1_2", "1_2F2", "1%2F2", "1~2", "1_7E2", "1-2", "1.2", "ü", "_", "%5F", "1/20", "1/2/0"]


def test_no_two_records_share_an_id():
    """Records of a list stand in one document, where an xs:ID occurs once."""
    told = [
        Item(f"oai:demo.example.org:{local}", ITEMS["20.500.99999/2"].metadata, files=(FILE, FILE)) for local in LOCAL
    ]
    ids = sorted(name for each in told for name in texts(FORMAT.crosswalk(each, SITE), "//@ID"))
    assert all(one != other for one, other in pairwise(ids))
    assert len(ids) == len(LOCAL) * 5


def test_a_list_of_records_is_valid_as_one_document():
    oai = "http://www.openarchives.org/OAI/2.0/"
    metadata = b"".join(
        b"<record><header><identifier>%b</identifier><datestamp>2024-01-01</datestamp></header><metadata>%b</metadata></record>"
        % (told.identifier.encode(), body(told))
        for told in list(ITEMS.values())[:5]
    )
    document = (
        (
            f'<OAI-PMH xmlns="{oai}"><responseDate>2024-01-01T00:00:00Z</responseDate>'
            '<request verb="ListRecords" metadataPrefix="mets">https://e.org/oai</request><ListRecords>'
        ).encode()
        + metadata
        + b"</ListRecords></OAI-PMH>"
    )
    assert ours(document) == []
    assert not official(document)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_ITEM.map(titled))
def test_any_item_is_told_validly_and_secrets_are_not(any_item):
    root = record(any_item)
    files = [file for file in any_item.files if file.access != "closed"]
    assert len(texts(root, "//m:file")) == len(files)
    for file, told in zip(files, texts(root, "//m:file"), strict=True):
        assert file.access == "open" or (len(told) == 0 and {*told.attrib} <= {"ID", "SEQ", "MIMETYPE"})

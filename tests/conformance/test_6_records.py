"""GetRecord, records and headers (sections 2.4, 2.5, 3.4 and 4.1)."""

import json
import re
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from lxml import etree

from oai_server.ingest.identifier import identifier_of
from oai_server.model import Value
from tests.conformance.asking import (
    DOMAIN,
    EVERY_PREFIX,
    GONE,
    LIST_VERBS,
    ONE,
    PREFIXES,
    XSI_LOCATION,
    asked,
    formats,
    headers,
    locals_of,
    records,
    told,
)
from tests.conftest import item, readings
from tests.judges import OAI, ROOT, ours

SAMPLE = [json.loads(line) for line in (ROOT / "data" / "items.jsonl").read_text("utf-8").splitlines()]
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DC = "http://purl.org/dc/elements/1.1/"
RIGHTS = (
    f'<rights xmlns="{OAI}rights/" xmlns:xsi="{XSI}" xsi:schemaLocation="{OAI}rights/ {OAI}rights.xsd">'
    '<rightsReference ref="https://example.org/{}"/></rights>'
)
THESIS = {
    "dc.title": (Value("A thesis"),),
    "dc.type": (Value("Doctoral Thesis"),),
    "dc.contributor.author": (Value("One, Some"),),
    "dc.subject": (Value("things"),),
    "dc.date.issued": (Value("2020"),),
    "dc.identifier.uri": (Value("https://demo.example.org/handle/1"),),
}


def cut_out(body: bytes) -> list[bytes]:
    """The metadata of each record as a harvester cuts it out of the text (xoai's own root is called metadata too)."""
    return re.findall(rb"</header><metadata>(.*?)</metadata>(?=<about>|</record>)", body, re.DOTALL)


@pytest.mark.parametrize("prefix", EVERY_PREFIX)
def test_601_get_record_gives_the_record_that_was_asked_for(rich, prefix):
    """Section 4.1: this identifier, this format."""
    for identifier in rich.identifiers(metadataPrefix=prefix)[::5]:
        answer = rich(verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
        ((found, rest),) = records(answer)
        assert found == identifier
        for metadata in rest[:1]:
            assert etree.QName(metadata[0]).namespace == formats(rich)[prefix][1]


@pytest.mark.parametrize("line", SAMPLE, ids=lambda line: line["identifier"])
def test_601_every_item_of_the_sample_collection_can_be_got(client, line):
    """Section 4.1: its first title is in the record, unless it is withdrawn or private."""
    identifier = identifier_of(line["identifier"], "demo.example.org")
    answer = client(verb="GetRecord", identifier=identifier, metadataPrefix="dim")
    ((found, rest),) = records(answer)
    assert found == identifier
    if line.get("state", "active") == "active":
        title = line["metadata"]["dc.title"][0]
        assert (title if isinstance(title, str) else title["value"]) in rest[0][0].itertext()
    else:
        assert rest == []


@pytest.mark.parametrize("more", [{}, {"identifier": ONE}, {"metadataPrefix": "oai_dc"}])
def test_602_identifier_and_prefix_are_both_required(client, more):
    """Section 4.1: badArgument, one for each that is missing."""
    answer = client(verb="GetRecord", **more)
    assert answer.codes == ["badArgument"] * (2 - len(more))


@pytest.mark.parametrize(
    "identifier",
    [
        f"{DOMAIN}none",
        "oai:other.example.net:20.500.99999/1",
        "20.500.99999/1",
        "https://demo.example.org/handle/20.500.99999/1",
        "oai:demo.example.org",
        "urn:x",
        "not a URI",
        "<identifier>",
        "é:1",
        ":",
    ],
)
def test_603_an_unknown_or_illegal_identifier_does_not_exist(client, identifier):
    """Section 4.1."""
    assert client(verb="GetRecord", identifier=identifier, metadataPrefix="oai_dc").code == "idDoesNotExist"


@pytest.mark.parametrize(
    ("identifier", "prefix"), [(ONE, "marc21"), (ONE, "etdms"), (GONE, "etdms"), (GONE, "marc21"), (ONE, "dim2")]
)
def test_604_a_format_that_the_item_or_the_repository_has_not(client, identifier, prefix):
    """Sections 3.6 and 4.1: cannotDisseminateFormat."""
    answer = client(verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
    assert answer.code == "cannotDisseminateFormat"


def test_605_two_errors_are_both_reported(client):
    """Section 3.6: the identifier is unknown, and so is the format."""
    answer = client(verb="GetRecord", identifier=f"{DOMAIN}none", metadataPrefix="marc21")
    assert sorted(answer.codes) == ["cannotDisseminateFormat", "idDoesNotExist"]
    assert asked(answer) == {"verb": "GetRecord", "identifier": f"{DOMAIN}none", "metadataPrefix": "marc21"}


@pytest.mark.parametrize("prefix", ["oai_dc", "dim"])
def test_606_a_deleted_record_is_a_header_that_says_so(client, prefix):
    """Section 2.5.1: no metadata, no about, by GetRecord and by ListRecords."""
    gone = {head[0] for head in headers(client, metadataPrefix=prefix) if head[3] == "deleted"}
    assert GONE in gone
    listed = dict(records(client(verb="ListRecords", metadataPrefix=prefix)))
    for identifier in gone:
        answer = client(verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
        assert [head.get("status") for head in answer.headers_listed] == ["deleted"]
        assert [rest for _, rest in records(answer)] == [[]]
        assert listed[identifier] == []


@pytest.mark.parametrize("how", ["withdrawn", "private", "by hand"])
def test_606_the_datestamp_of_a_deleted_record_is_the_time_of_deletion(store, pipeline, make_client, clock, how):
    """Section 2.5.1: in every format; and the record can come back, later still."""
    client = make_client(store)
    stamps = []
    pipeline.ingest(readings(item("1", fields=THESIS, about=(RIGHTS.format(1),))), "test")
    for state in ("active", "withdrawn", "active"):
        clock.sleep(3600)
        before = clock.seconds
        if how == "by hand":
            pipeline.set_state([f"{DOMAIN}1"], state)
        else:
            again = item("1", fields=THESIS, about=(RIGHTS.format(1),), state="active" if state == "active" else how)
            pipeline.ingest(readings(again), "test")
        found = [head for prefix in PREFIXES for head in headers(client, metadataPrefix=prefix)]
        assert [head[3] for head in found] == [None if state == "active" else "deleted"] * 3
        if stamps:
            assert all(before <= datetime.fromisoformat(head[1]).timestamp() <= clock.seconds for head in found)
        stamps.append({head[1] for head in found})
    assert all(len(each) == 1 for each in stamps)
    assert sorted(stamps, key=min) == stamps
    assert len({min(each) for each in stamps}) == 3


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("granularity", ["YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"])
def test_607_all_three_verbs_tell_the_same_header(sample_client, prefix, granularity):
    """Section 2.5: identifier, datestamp, setSpecs, status."""
    client = sample_client(granularity=granularity)
    listed = headers(client, "ListIdentifiers", metadataPrefix=prefix)
    assert listed == headers(client, "ListRecords", metadataPrefix=prefix)
    for head in listed:
        (got,) = client(verb="GetRecord", identifier=head[0], metadataPrefix=prefix).headers_listed
        assert told(got) == head


@pytest.mark.parametrize("prefix", PREFIXES)
def test_608_the_metadata_is_the_same_by_get_record_and_list_records(client, prefix):
    """Section 2.5: about containers too."""
    for identifier, rest in records(client(verb="ListRecords", metadataPrefix=prefix)):
        ((_, got),) = records(client(verb="GetRecord", identifier=identifier, metadataPrefix=prefix))
        assert list(map(etree.tostring, got)) == list(map(etree.tostring, rest))


@pytest.mark.parametrize("prefix", EVERY_PREFIX)
def test_609_the_root_of_metadata_pairs_its_namespace_with_the_announced_schema(rich, prefix):
    """Section 3.4: with the very URL of ListMetadataFormats."""
    schema, namespace = formats(rich)[prefix]
    for _, rest in records(rich(verb="ListRecords", metadataPrefix=prefix)):
        for metadata in rest[:1]:
            (root,) = metadata
            words = root.get(XSI_LOCATION).split()
            assert etree.QName(root).namespace == namespace
            assert dict(zip(words[::2], words[1::2], strict=True))[namespace] == schema


def test_609_xml_that_came_from_elsewhere_gets_the_announced_schema(store, pipeline, make_client):
    """Section 3.4: whatever schema its source named, or none."""
    given = f'<d:dc xmlns:d="{OAI}oai_dc/" xmlns:c="{DC}"{{}}><c:title>A</c:title></d:dc>'
    location = f' xmlns:x="{XSI}" x:schemaLocation="{OAI}oai_dc/ http://old.example.org/dc.xsd"'
    pipeline.ingest(
        readings(item("1", xml={"oai_dc": given.format("")}), item("2", xml={"oai_dc": given.format(location)})), "test"
    )
    for _, rest in records(make_client(store)(verb="ListRecords", metadataPrefix="oai_dc")):
        assert rest[0][0].get(XSI_LOCATION) == f"{OAI}oai_dc/ {OAI}oai_dc.xsd"


@pytest.mark.parametrize("prefix", EVERY_PREFIX)
def test_610_metadata_cut_out_of_the_answer_is_valid(rich, prefix):
    """Section 3.2, OAI-PMH.xsd: the wildcard is strict."""
    cut = cut_out(rich(verb="ListRecords", metadataPrefix=prefix).body)
    assert cut
    assert [ours(text) for text in cut] == [[]] * len(cut)


@pytest.mark.parametrize("prefix", EVERY_PREFIX)
def test_611_the_root_of_metadata_declares_its_namespaces_itself(rich, prefix):
    """Sections 2.5 and 3.4: harvesters cut records out of the text."""
    for text in cut_out(rich(verb="ListRecords", metadataPrefix=prefix).body):
        opening = text.strip()[: text.strip().index(b">")]
        assert f'xmlns:xsi="{XSI}"'.encode() in opening
        assert f'="{formats(rich)[prefix][1]}"'.encode() in opening


def test_611_metadata_from_elsewhere_stands_alone_too(store, pipeline, make_client):
    """Section 2.5: with its default namespace or a prefix of its own."""
    given = f'<dc xmlns="{OAI}oai_dc/"><title xmlns="{DC}">A &amp; B</title></dc>'
    pipeline.ingest(readings(item("1", xml={"oai_dc": given})), "test")
    answer = make_client(store)(verb="GetRecord", identifier=f"{DOMAIN}1", metadataPrefix="oai_dc")
    (text,) = cut_out(answer.body)
    assert ours(text) == []
    assert f'="{XSI}"'.encode() in text[: text.index(b">")]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_610_a_record_that_does_not_obey_its_schema_is_not_served(store, pipeline, make_client, prefix):
    """Section 3.2, OAI-PMH.xsd: its format is made from the item's fields, like the others."""
    namespaces = {
        "oai_dc": f"{OAI}oai_dc/",
        "dim": "http://www.dspace.org/xmlns/dspace/dim",
        "etdms": "http://www.ndltd.org/standards/metadata/etdms/1.0/",
    }
    wrong = f'<dc xmlns="{namespaces[prefix]}"><made-up/></dc>'
    pipeline.ingest(readings(item("1", fields=THESIS, xml={prefix: wrong}), item("2", fields=THESIS)), "test")
    client = make_client(store)
    for each in PREFIXES:
        assert locals_of(client, metadataPrefix=each) == ["1", "2"]
        assert b"made-up" not in client(verb="ListRecords", metadataPrefix=each).body


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        str.capitalize,
        lambda identifier: f" {identifier}",
        lambda identifier: f"{identifier} ",
        lambda identifier: f"{identifier}\n",
        lambda identifier: f"{identifier}\x00",
        lambda identifier: identifier[:-1],
        lambda identifier: f"{identifier}x",
        lambda identifier: f"{identifier}/",
        lambda identifier: identifier.replace("example", "EXAMPLE"),
        lambda identifier: identifier.replace("1", "%31"),
        lambda identifier: identifier.replace("/", "%2F"),
        lambda identifier: identifier.replace("1", "_"),
        lambda identifier: identifier.replace("1", "?"),
        lambda identifier: identifier.replace("1", "*"),
        lambda identifier: f"{DOMAIN}*",
        lambda identifier: f"{DOMAIN}%25",
        lambda identifier: identifier.replace("/", "//"),
        lambda identifier: identifier.replace("/", "/./"),
    ],
)
def test_612_identifiers_are_compared_exactly(client, change):
    """Section 2.4: no trimming, folding, wildcard or second decoding."""
    assert client(verb="GetRecord", identifier=ONE, metadataPrefix="oai_dc").codes == []
    answer = client(verb="GetRecord", identifier=change(ONE), metadataPrefix="oai_dc")
    assert answer.code in ("idDoesNotExist", "badArgument")
    assert client(verb="ListMetadataFormats", identifier=change(ONE)).code in ("idDoesNotExist", "badArgument")


def test_612_identifiers_that_differ_in_case_or_escapes_are_different_items(store, pipeline, make_client):
    """Section 2.4: compared as strings."""
    names = ["a", "A", "a%20", "a%2520", "_", "%", "1", "10", "01"]
    pipeline.ingest(readings(*(item(name, title=f"Title {name}") for name in names)), "test")
    client = make_client(store)
    assert len(client.identifiers(metadataPrefix="oai_dc")) == len(names)
    for name in names:
        identifier = identifier_of(name, "demo.example.org")
        answer = client(verb="GetRecord", identifier=identifier, metadataPrefix="oai_dc")
        assert [each.text for each in answer.xml.iter(f"{{{DC}}}title")] == [f"Title {name}"]


def test_613_identifiers_are_uris_and_an_item_has_one_for_all_formats(client):
    """Section 2.4."""
    dublin_core = client.identifiers(metadataPrefix="oai_dc")
    assert len(dublin_core) == len({*dublin_core}) == len(SAMPLE)
    assert all(urlsplit(identifier).scheme == "oai" for identifier in dublin_core)
    for prefix in PREFIXES:
        assert {*client.identifiers(metadataPrefix=prefix)} <= {*dublin_core}


def test_613_an_item_without_an_identifier_does_not_go_in(store, pipeline, make_client):
    """Section 2.4: neither does one whose identifier is nothing but what had to be removed."""
    tally = pipeline.ingest(readings(item(""), item(" \x01 "), item("1")), "test")
    assert tally.degrees["refused"] == 2
    assert make_client(store).identifiers(metadataPrefix="oai_dc") == [f"{DOMAIN}1"]


def test_614_dc_identifier_links_to_the_resource(client):
    """Section 2.4: wherever the item knows an address, and no two items share it."""
    told = {
        identifier: [each.text for each in rest[0].iter(f"{{{DC}}}identifier")]
        for identifier, rest in records(client(verb="ListRecords", metadataPrefix="oai_dc"))
        if rest
    }
    seen = set()
    for line in SAMPLE:
        addresses = line.get("metadata", {}).get("dc.identifier.uri", [])
        identifier = identifier_of(line["identifier"], "demo.example.org")
        if identifier in told and addresses and "oai_dc" not in line.get("xml", {}):
            assert {*addresses} <= {*told[identifier]}
            assert urlsplit(addresses[0]).scheme in ("http", "https")
            assert addresses[0] not in seen
            seen.add(addresses[0])
    assert len(seen) > 20


def test_615_about_containers_have_one_foreign_package_each(client):
    """Section 2.5: provenance and rights, told as the item has them (the client fixture judges their schemas)."""
    found = {}
    for identifier, rest in records(client(verb="ListRecords", metadataPrefix="oai_dc")):
        for about in rest[1:]:
            (package,) = about
            assert about.tag == f"{{{OAI}}}about"
            assert etree.QName(package).namespace not in (None, OAI)
            found.setdefault(identifier, []).append(etree.QName(package).localname)
    assert found == {
        f"{DOMAIN}20.500.99999/2": ["rights"],
        f"{DOMAIN}20.500.99999/12": ["provenance", "rights"],
        f"{DOMAIN}special-1": ["provenance"],
    }


def test_615_provenance_keeps_the_chain_of_its_origins(client):
    """Guideline provenance: nested origins, and the granularity of each."""
    answer = client(verb="GetRecord", identifier=f"{DOMAIN}20.500.99999/12", metadataPrefix="oai_dc")
    origins = list(answer.xml.iter(f"{{{OAI}provenance}}originDescription"))
    assert [origin.get("altered") for origin in origins] == ["true", "false"]
    assert [origin.findtext(f"{{{OAI}provenance}}datestamp") for origin in origins] == [
        "2022-01-30T08:00:00Z",
        "2021-12-24",
    ]
    assert origins[1].getparent() is origins[0]
    for origin in origins:
        assert origin.get("harvestDate")
        for name in ("baseURL", "identifier", "metadataNamespace"):
            assert origin.findtext(f"{{{OAI}provenance}}{name}")


@pytest.mark.parametrize("prefix", ["oai_dc", "dim"])
@pytest.mark.parametrize(
    ("about", "kept"),
    [
        ((RIGHTS.format(1),), 1),
        ((RIGHTS.format(1), RIGHTS.format(2)), 1),
        ((f'<rights xmlns="{OAI}rights/"/>',), 0),
        (
            (
                f'<rights xmlns="{OAI}rights/"><rightsReference ref="http://a/"/>'
                '<rightsDefinition><x xmlns="urn:x"/></rightsDefinition></rights>',
            ),
            0,
        ),
        ((f'<provenance xmlns="{OAI}provenance"/>',), 0),
        (("<unknown xmlns='urn:unknown'/>",), 0),
        (("<bare/>",), 0),
        (("not XML",), 0),
        (("",), 0),
        ((RIGHTS.format(1), "not XML"), 1),
    ],
)
def test_615_a_package_that_is_not_valid_is_left_out_and_the_record_stays(
    store, pipeline, make_client, prefix, about, kept
):
    """Section 2.5, guideline rights section 3: at most one rights package, definition or reference."""
    pipeline.ingest(readings(item("1", about=about)), "test")
    ((_, rest),) = records(make_client(store)(verb="ListRecords", metadataPrefix=prefix))
    assert len(rest) == 1 + kept


@pytest.mark.parametrize("argument", "from until set resumptionToken madeUp Identifier prefix".split())
@pytest.mark.parametrize("value", ["", "2020-01-01", "health"])
def test_616_other_arguments_are_bad(client, argument, value):
    """Section 4.1."""
    pairs = ("verb", "GetRecord"), ("identifier", ONE), ("metadataPrefix", "oai_dc"), (argument, value)
    assert client(*pairs).code == "badArgument"


@pytest.mark.parametrize(
    "prefix", ["OAI_DC", "Oai_dc", "oai_DC", "DIM", "oai-dc", "oai_dc.", "oai_d", "oai_dcx", "o%61i_dc"]
)
def test_617_prefixes_are_compared_exactly(client, prefix):
    """Section 3.4: in every verb that takes one."""
    assert client(verb="GetRecord", identifier=ONE, metadataPrefix=prefix).code in (
        "cannotDisseminateFormat",
        "badArgument",
    )
    for verb in LIST_VERBS:
        assert client(verb=verb, metadataPrefix=prefix).code in ("cannotDisseminateFormat", "badArgument")


@pytest.mark.parametrize("stamp", ["1999-12-31T23:59:59Z", "2026-11-22T11:59:59Z", "2099-01-01T00:00:00Z"])
def test_618_a_datestamp_from_elsewhere_is_not_kept(store, pipeline, make_client, clock, stamp):
    """Guideline aggregators section 4: the record became ours when we took it in."""
    before = clock.seconds
    pipeline.ingest(readings(item("1", datestamp=datetime.fromisoformat(stamp))), "test")
    ((_, told_stamp, *_),) = headers(make_client(store), metadataPrefix="oai_dc")
    assert before <= datetime.fromisoformat(told_stamp).timestamp() <= clock.seconds


def test_618_datestamps_may_be_kept_until_somebody_has_harvested(store, pipeline, make_client):
    """Guideline aggregators section 4: a repository that moves here keeps its own; later they would hide records."""
    old = item("1", datestamp=datetime.fromisoformat("2020-02-02T02:02:02Z"))
    pipeline.ingest(readings(old), "test", keep_datestamps=True)
    client = make_client(store)
    client(verb="Identify")
    assert pipeline.may_keep_datestamps()
    assert headers(client, metadataPrefix="oai_dc")[0][1] == "2020-02-02T02:02:02Z"
    assert not pipeline.may_keep_datestamps()

"""ListMetadataFormats and metadata formats (sections 3.4 and 4.4)."""

import re
from dataclasses import replace

import pytest
from lxml import etree

from oai_server.formats import chosen_formats
from tests.conformance.asking import DOMAIN, EVERY_PREFIX, LIST_VERBS, ONE, PREFIXES, asked, formats, headers, records
from tests.conftest import item, readings
from tests.judges import OAI

FORMATS = "ListMetadataFormats/metadataFormat"
THESIS = f"{DOMAIN}20.500.99999/5"


@pytest.mark.parametrize("formats", [(), ("oai_dc",), ("dim",)])
def test_401_oai_dc_is_there_with_the_schema_and_namespace_of_the_protocol(sample_client, formats):
    """Section 3.4: whatever formats a repository chooses."""
    answer = sample_client(formats=formats)(verb="ListMetadataFormats")
    told = {tuple(child.text for child in each) for each in answer.all(FORMATS)}
    assert (
        "oai_dc",
        "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
        "http://www.openarchives.org/OAI/2.0/oai_dc/",
    ) in told


def test_402_prefixes_are_legal_and_none_is_told_twice(client, rich):
    """Section 3.4, OAI-PMH.xsd: URI unreserved characters."""
    for each in (client, rich):
        prefixes = each(verb="ListMetadataFormats").texts(f"{FORMATS}/metadataPrefix")
        assert all(re.fullmatch(r"[A-Za-z0-9\-_.!~*'()]+", prefix) for prefix in prefixes)
        assert len(prefixes) == len({*prefixes})
        assert {*prefixes} >= {*PREFIXES}


def test_402_every_format_tells_where_its_schema_is(rich):
    """Section 3.4: schema and namespace are URIs."""
    for prefix, (schema, namespace) in formats(rich).items():
        assert re.match(r"https?://[^/\s]+/\S+$", schema), prefix
        assert re.match(r"(https?://|urn:)\S+$", namespace), prefix


def test_403_no_format_is_called_all(rich):
    """Section 3.4: the word is reserved."""
    assert "all" not in formats(rich)
    assert rich(verb="ListRecords", metadataPrefix="all").code == "cannotDisseminateFormat"


@pytest.mark.parametrize(
    ("identifier", "prefixes"),
    [(ONE, ["oai_dc", "dim"]), (THESIS, PREFIXES), (f"{DOMAIN}special-1", ["oai_dc", "dim"])],
)
def test_404_with_an_identifier_only_the_formats_of_that_item_are_told(client, identifier, prefixes):
    """Section 4.4: etdms is for theses."""
    answer = client(verb="ListMetadataFormats", identifier=identifier)
    assert answer.texts(f"{FORMATS}/metadataPrefix") == prefixes


def test_404_the_formats_of_every_item_are_a_subset_of_the_repositorys(client):
    """Section 4.4: with the same schema and namespace."""
    all_of_them = {tuple(child.text for child in each) for each in client(verb="ListMetadataFormats").all(FORMATS)}
    for identifier, _, _, status in headers(client, metadataPrefix="oai_dc"):
        if status is None:
            answer = client(verb="ListMetadataFormats", identifier=identifier)
            assert {tuple(child.text for child in each) for each in answer.all(FORMATS)} <= all_of_them


@pytest.mark.parametrize(
    "identifier",
    [
        f"{DOMAIN}none",
        f"{ONE}x",
        ONE[:-1] + "%31",
        ONE.upper(),
        "oai:other.example.net:1",
        "http://a/",
        "1",
        "not a URI",
    ],
)
def test_405_an_unknown_identifier_does_not_exist(client, identifier):
    """Section 4.4."""
    assert client(verb="ListMetadataFormats", identifier=identifier).code == "idDoesNotExist"


@pytest.mark.parametrize("state", ["withdrawn", "private"])
def test_405_an_item_whose_records_are_deleted_has_no_formats(store, pipeline, make_client, state):
    """Section 4.4: the item is known, but cannot be told in any."""
    pipeline.ingest(readings(item("1", state=state)), "test")
    assert make_client(store)(verb="ListMetadataFormats", identifier=f"{DOMAIN}1").code == "noMetadataFormats"


def test_405_an_item_whose_records_are_all_invalid_has_no_formats(store, pipeline_in, make_client):
    """Section 4.4: it is known, though no record of it was ever served."""
    (known,) = chosen_formats(["oai_dc"]).values()
    broken = replace(known, crosswalk=lambda item, site: etree.Element("nothing"))
    pipeline_in({"oai_dc": broken}).ingest(readings(item("1")), "test")
    client = make_client(store, formats=("oai_dc",))
    assert client(verb="ListMetadataFormats", identifier=f"{DOMAIN}1").code == "noMetadataFormats"
    answer = client(verb="GetRecord", identifier=f"{DOMAIN}1", metadataPrefix="oai_dc")
    assert answer.code == "cannotDisseminateFormat"
    assert client(verb="ListRecords", metadataPrefix="oai_dc").code == "noRecordsMatch"


@pytest.mark.parametrize("argument", "metadataPrefix from until set resumptionToken madeUp Identifier".split())
@pytest.mark.parametrize("more", [[], [("identifier", ONE)]])
def test_406_other_arguments_are_bad(client, argument, more):
    """Section 4.4: identifier only; there is no resumptionToken here."""
    assert client(("verb", "ListMetadataFormats"), *more, (argument, "oai_dc")).code == "badArgument"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_407_what_is_listed_for_an_item_can_be_got_and_nothing_else(client, prefix):
    """Sections 4.1 and 4.4: cannotDisseminateFormat for the rest."""
    for identifier, _, _, status in headers(client, metadataPrefix="oai_dc"):
        listed = client(verb="ListMetadataFormats", identifier=identifier).texts(f"{FORMATS}/metadataPrefix")
        answer = client(verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
        if status is None:
            assert answer.codes == ([] if prefix in listed else ["cannotDisseminateFormat"])


@pytest.mark.parametrize("prefix", ["marc21", "mods", "oai_dc2", "OAI_DC", "all", "-", "'", "a" * 2000])
def test_408_what_is_not_listed_cannot_be_disseminated(client, prefix):
    """Sections 4.1, 4.3 and 4.5."""
    assert client(verb="GetRecord", identifier=ONE, metadataPrefix=prefix).code == "cannotDisseminateFormat"
    for verb in LIST_VERBS:
        assert client(verb=verb, metadataPrefix=prefix).code == "cannotDisseminateFormat"


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize("prefix", EVERY_PREFIX)
def test_409_every_listed_format_is_taken_by_list_requests(rich, verb, prefix):
    """Sections 3.4 and 4.5: records or noRecordsMatch."""
    assert prefix in formats(rich)
    answer = rich(verb=verb, metadataPrefix=prefix)
    assert answer.code in (None, "noRecordsMatch")
    assert asked(answer) == {"verb": verb, "metadataPrefix": prefix}


@pytest.mark.parametrize("verb", LIST_VERBS)
def test_409_a_repository_takes_the_formats_it_lists_though_it_be_empty(barren, shelf, verb):
    """Sections 3.4 and 4.5: or has no item in one of them."""
    for each in (barren, shelf):
        for prefix in formats(each):
            assert each(verb=verb, metadataPrefix=prefix).code in (None, "noRecordsMatch")


@pytest.mark.parametrize("verb", LIST_VERBS)
def test_409_a_format_that_the_repository_does_not_choose_is_not_served(sample_client, verb):
    """Section 3.4: though the store holds records in it."""
    client = sample_client(formats=("oai_dc",))
    assert client(verb="ListMetadataFormats").texts(f"{FORMATS}/metadataPrefix") == ["oai_dc"]
    assert client(verb=verb, metadataPrefix="dim").code == "cannotDisseminateFormat"
    assert client(verb="GetRecord", identifier=ONE, metadataPrefix="dim").code == "cannotDisseminateFormat"
    assert client(verb="ListMetadataFormats", identifier=ONE).texts(f"{FORMATS}/metadataPrefix") == ["oai_dc"]


def test_410_every_item_that_has_a_record_has_one_in_dublin_core(client):
    """Section 2.5: and it says something."""
    answer = client(verb="ListRecords", metadataPrefix="oai_dc")
    told = {identifier: rest for identifier, rest in records(answer) if rest}
    for prefix in PREFIXES[1:]:
        active = [head[0] for head in headers(client, metadataPrefix=prefix) if head[3] is None]
        assert {*active} <= {*told}
    for rest in told.values():
        root = rest[0][0]
        assert root.tag == f"{{{OAI}oai_dc/}}dc"
        assert len(root)


def test_410_dublin_core_can_be_had_of_an_item_with_next_to_nothing(store, pipeline, make_client):
    """Section 2.5: one field that Dublin Core has no name for."""
    bare = replace(item("1"), metadata={"local.shelfmark": item("1").metadata["dc.title"]})
    pipeline.ingest(readings(bare), "test")
    assert make_client(store)(verb="GetRecord", identifier=f"{DOMAIN}1", metadataPrefix="oai_dc").codes == []

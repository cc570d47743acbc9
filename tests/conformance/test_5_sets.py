"""ListSets and sets (sections 2.6 and 4.6)."""

import json
import re

import pytest

from oai_server.model import Set
from tests.conformance.asking import DOMAIN, LIST_VERBS, PREFIXES, headers, specs
from tests.conformance.conftest import SHELF_SETS
from tests.conftest import item, readings
from tests.judges import ROOT

SAMPLE_SETS = [json.loads(line) for line in (ROOT / "data" / "sets.jsonl").read_text("utf-8").splitlines()]


def test_501_a_repository_tells_its_sets(client):
    """Section 4.6: setSpec, setName and description of each."""
    told = {
        each.findtext("{*}setSpec"): (
            each.findtext("{*}setName"),
            each.findtext(".//{http://purl.org/dc/elements/1.1/}description"),
        )
        for each in client(verb="ListSets").all("ListSets/set")
    }
    assert told == {each["setSpec"]: (each["setName"], each.get("setDescription")) for each in SAMPLE_SETS}


def test_501_a_repository_without_sets_says_so(setless, barren):
    """Section 4.6: noSetHierarchy, never an empty ListSets, which would not be valid."""
    assert setless(verb="ListSets").code == "noSetHierarchy"
    assert barren(verb="ListSets").code == "noSetHierarchy"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 12, 23, 24, 25, 100])
def test_501_sets_read_page_by_page_are_all_the_sets(sample_client, client, size):
    """Sections 3.5 and 4.6: each once, no page empty, the last one without a token."""
    paged = sample_client(set_page_size=size)
    pages = list(paged.pages("ListSets"))
    told = [[each.text for each in page.all("ListSets/set/setSpec")] for page in pages]
    assert [spec for page in told for spec in page] == specs(client)
    assert all(len(page) == size for page in told[:-1])
    assert [page.token is None for page in pages] == [len(pages) == 1] * len(pages)
    if len(pages) > 1:
        assert [page.token.get("cursor") for page in pages] == [str(place * size) for place in range(len(pages))]
        assert {page.token.get("completeListSize") for page in pages} == {"24"}
        assert pages[-1].token.text is None


def test_501_sets_that_come_while_sets_are_read_do_not_hide_others(store, pipeline, make_client):
    """Section 3.5.1: whatever was there from the beginning is told once."""
    client = make_client(store, set_page_size=2)
    pipeline.ingest([Set(name, name) for name in "bdfhj"], "test")
    first = client(verb="ListSets")
    pipeline.ingest([Set(name, name) for name in "acegik"], "test")
    told, answer = first.texts("ListSets/set/setSpec"), first
    while answer.token.text:
        answer = client(verb="ListSets", resumptionToken=answer.token.text)
        told += answer.texts("ListSets/set/setSpec")
        assert int(answer.token.get("cursor")) <= int(answer.token.get("completeListSize"))
    assert {*"bdfhj"} <= {*told}
    assert len(told) == len({*told})


def test_502_set_specs_are_legal_and_each_is_told_once(client, shelf):
    """Section 2.6, OAI-PMH.xsd: colon-separated, unreserved characters, no part empty."""
    for each in (client, shelf):
        told = specs(each)
        assert all(re.fullmatch(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*", spec) for spec in told)
        assert len(told) == len({*told})
    assert specs(shelf) == sorted(SHELF_SETS)


@pytest.mark.parametrize(
    "spec", ["a b", "", ":a", "a:", "a::b", ":", "a/b", "a,b", "é", "a%20b", "<a>", "a&b", "a+b", "a\n"]
)
def test_502_an_item_with_an_illegal_set_spec_is_refused_or_mended(store, pipeline, make_client, spec):
    """Section 2.6: so that no header ever shows one (the client fixture judges)."""
    pipeline.ingest(readings(item("1", sets=[spec]), item("2", sets=["a"])), "test")
    client = make_client(store)
    assert f"{DOMAIN}2" in client.identifiers(metadataPrefix="oai_dc")
    assert specs(client) == ["a"]


def test_503_every_set_has_a_name_and_no_description_is_empty(client, shelf):
    """Section 2.6: sets that nobody named are called by the last part of their setSpec."""
    for each in (client, shelf):
        for one in each(verb="ListSets").all("ListSets/set"):
            assert one.findtext("{*}setName").strip()
            assert all(len(description) == 1 for description in one.findall("{*}setDescription"))
    assert dict(zip(specs(shelf), shelf(verb="ListSets").texts("ListSets/set/setName"), strict=True))["inst:a:b"] == "b"


@pytest.mark.parametrize("description", [None, "", "One line", "Two\nlines & <tags>", "x" * 100_000])
def test_503_a_description_is_told_in_dublin_core(store, pipeline, make_client, description):
    """Section 2.6: where there is something to describe."""
    pipeline.ingest([Set("a", "A", description)], "test")
    answer = make_client(store)(verb="ListSets")
    told = [each.text for each in answer.xml.iter("{http://purl.org/dc/elements/1.1/}description")]
    assert told == ([description] if description else [])


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        (["a:b:c"], ["a", "a:b", "a:b:c"]),
        (["a:b", "a:c", "d"], ["a", "a:b", "a:c", "d"]),
        (["a", "a:b"], ["a", "a:b"]),
    ],
)
def test_504_the_ancestors_of_a_set_are_listed_too(store, pipeline, make_client, given, listed):
    """Section 2.6: whether a set is known from an item or from its name."""
    client = make_client(store)
    pipeline.ingest(readings(*(item(str(place), sets=[spec]) for place, spec in enumerate(given))), "test")
    assert specs(client) == listed
    pipeline.ingest([Set("z:y:x", "X")], "test")
    assert specs(client) == [*listed, "z", "z:y", "z:y:x"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_505_every_set_spec_of_a_header_is_listed(client, prefix):
    """Sections 2.6 and 4.6: deleted records too."""
    assert {spec for head in headers(client, metadataPrefix=prefix) for spec in head[2]} <= {*specs(client)}


def test_505_a_new_set_is_listed_as_soon_as_its_first_item_is(store, pipeline, make_client):
    """Section 4.6."""
    client = make_client(store)
    for name in ("b", "a", "c:d"):
        pipeline.ingest(readings(item(name, sets=[name])), "test")
        assert {spec for head in headers(client, metadataPrefix="oai_dc") for spec in head[2]} <= {*specs(client)}
        assert client.identifiers(metadataPrefix="oai_dc", set=name) == [f"{DOMAIN}{name}"]


@pytest.mark.parametrize("argument", "metadataPrefix identifier set from until madeUp cursor".split())
@pytest.mark.parametrize("value", ["", "oai_dc", "2020-01-01"])
def test_506_list_sets_takes_no_argument_but_a_token(client, argument, value):
    """Section 4.6."""
    assert client(("verb", "ListSets"), (argument, value)).code == "badArgument"


@pytest.mark.parametrize("verb", LIST_VERBS)
@pytest.mark.parametrize("more", [{}, {"from_": "2020-01-01"}, {"until": "1990-01-01"}])
def test_507_a_set_asked_of_a_repository_without_sets(setless, barren, verb, more):
    """Sections 3.6, 4.3 and 4.5: noSetHierarchy."""
    for each in (setless, barren):
        assert each(verb=verb, metadataPrefix="oai_dc", set="health", **more).code == "noSetHierarchy"

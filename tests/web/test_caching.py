"""HTTP caching (RFC 9110 section 8.8, 13; RFC 9111) of answers: true entity tags, 304, and no update lost by it."""

import re

import pytest

from tests.conftest import item, readings

LIST = "verb=ListRecords&metadataPrefix=oai_dc"
ANSWERS = [
    LIST,
    "verb=ListIdentifiers&metadataPrefix=oai_dc",
    "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:demo.example.org:20.500.99999/1",
    "verb=Identify",
    "verb=ListSets",
    "verb=ListMetadataFormats",
]
CODINGS = [None, "gzip", "zstd"]


def ask(client, query, coding=None, **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.flask.get(f"/oai?{query}", headers={**given, **({"Accept-Encoding": coding} if coding else {})})


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("query", ANSWERS)
def test_what_did_not_change_is_not_sent_again(client, clock, query, coding):
    """RFC 9110 section 13.1.2: the cached answer keeps its responseDate: the next harvest asks for more, not less."""
    first = ask(client, query, coding)
    tag = first.headers["ETag"]
    assert re.fullmatch(r'"[!#-~]+"', tag)  # strong
    clock.sleep(100)
    again = ask(client, query, coding, If_None_Match=tag)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "public, max-age=60"
    assert again.headers["Vary"] == first.headers["Vary"]
    assert ask(client, query, coding, If_None_Match=f'"x", W/{tag}').status_code == 304


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("query", ANSWERS)
def test_the_same_entity_tag_is_the_same_octets(client, clock, query, coding):
    """RFC 9110 section 8.8.1: strong validators; another second or another coding is another tag."""
    seen: dict[str, bytes] = {}
    for _ in range(4):
        for chosen in CODINGS:
            answer = ask(client, query, chosen)
            assert seen.setdefault(answer.headers["ETag"], answer.data) == answer.data
        clock.sleep(1)
    assert len(seen) == len(CODINGS) * 4


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize(
    "change", [{"title": "New"}, {"sets": ["b"]}, {"state": "withdrawn"}], ids=["title", "sets", "state"]
)
def test_what_changed_is_sent_again(store, pipeline, make_client, clock, change, coding):
    """Whatever of the record it is."""
    client = make_client(store)
    pipeline.ingest(readings(item("1", sets=["a"]), item("2", sets=["a"])), "test")
    queries = [LIST, "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:demo.example.org:1", f"{LIST}&set=a"]
    tags = [ask(client, query, coding).headers["ETag"] for query in queries]
    other = "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:demo.example.org:2"
    unchanged = ask(client, other, coding).headers["ETag"]
    pipeline.ingest(readings(item("1", **{"sets": ["a"], **change})), "test")
    for query, tag in zip(queries, tags, strict=True):
        assert ask(client, query, coding, If_None_Match=tag).status_code == 200
    assert ask(client, other, coding, If_None_Match=unchanged).status_code == 304


def test_an_answer_with_a_token_is_not_kept_until_its_token_has_died(demo_store, make_client, clock):
    """Section 3.5: expirationDate is a promise; an old page is made anew in time."""
    client = make_client(demo_store, page_size=5, token_hours=10)
    tag = ask(client, LIST).headers["ETag"]
    clock.sleep(4 * 3600)
    assert ask(client, LIST, If_None_Match=tag).status_code == 304
    clock.sleep(2 * 3600)
    assert ask(client, LIST, If_None_Match=tag).status_code == 200


@pytest.mark.parametrize("tag", ['"', "*", '"x"', "W/", '"6b-000000000000000000000000"', '"-gzip"', "\xff" * 50])
def test_a_foreign_entity_tag_is_no_reason_not_to_answer(client, tag):
    """RFC 9110 section 13.1.2: only a tag that matches."""
    assert ask(client, LIST, If_None_Match=tag).status_code == 200


@pytest.mark.parametrize("query", ["verb=Nope", f"{LIST}&set=nosuchset", "verb=ListRecords&resumptionToken=x"])
def test_an_error_is_not_kept_by_caches(client, query):
    """What was no match a minute ago may be one now."""
    answer = ask(client, query)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_a_post_is_not_kept_by_caches(client):
    """RFC 9110 section 9.3.3."""
    answer = client.flask.post("/oai", data={"verb": "Identify"}, headers={"If-None-Match": "*"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_record_says_when_it_was_last_modified(client, clock):
    """RFC 9110 sections 8.8.2 and 13.1.3: its datestamp; lists have none, since a record may have left them."""
    one = "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:demo.example.org:20.500.99999/1"
    told = ask(client, one).headers["Last-Modified"]
    assert told == "Sat, 14 May 2016 02:00:00 GMT"
    assert ask(client, one, If_Modified_Since=told).status_code == 304
    assert ask(client, one, If_Modified_Since="Sun, 15 May 2016 02:00:00 GMT").status_code == 200  # no version of ours
    assert "Last-Modified" not in ask(client, LIST).headers


def test_a_datestamp_that_may_be_given_again_is_no_last_modified(store, pipeline, make_client, clock):
    """Two changes within one second have the same datestamp: only what lies before responseDate is sure."""
    client = make_client(store)
    pipeline.store.sleep = lambda seconds: None
    ask(client, "verb=Identify")
    pipeline.ingest(readings(item("1")), "test")
    one = "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:demo.example.org:1"
    assert "Last-Modified" not in ask(client, one).headers
    clock.sleep(10)
    assert "Last-Modified" in ask(client, one).headers

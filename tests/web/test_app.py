"""The door: what is not OAI-PMH is plain HTTP, and a database that does not answer is a 503."""

from pathlib import Path

import pytest
from lxml import etree

from oai_server.web.pairs import pairs


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", []),
        (b"&&", []),
        (b"a", [("a", "")]),
        (b"a=1&a=2", [("a", "1"), ("a", "2")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a=1+2%2B3", [("a", "1 2+3")]),
        (b"a=%253C", [("a", "%3C")]),
        (b"%61=%c3%A9", [("a", "é")]),
        (b"a=%zz%4", [("a", "%zz%4")]),
        (b"a=\xc3\xa9", [("a", "é")]),
        (b"a=%ff", [("a", "\udcff")]),
        (b"a=%ED%A0%80", [("a", "\udced\udca0\udc80")]),
    ],
)
def test_octets_become_pairs_decoded_once(octets, expected):
    assert pairs(octets) == expected


def test_the_schemas_that_we_announce_are_served_here(client):
    known = client(verb="ListMetadataFormats").texts("ListMetadataFormats/metadataFormat/schema")
    ours = [url for url in known if url.startswith("https://demo.example.org/oai/schemas/")]
    assert [url.rpartition("/")[2] for url in ours] == ["dim.xsd", "qdc.xsd", "xoai.xsd"]
    for url in ours:
        with client.flask.get(url.removeprefix("https://demo.example.org")) as answer:
            assert answer.status_code == 200
            assert etree.fromstring(answer.data).get("targetNamespace")


@pytest.mark.parametrize("name", ["../setup.cfg", "..%2fsetup.cfg", "nothing.xsd", ""])
def test_nothing_else_is(client, name):
    assert client.flask.get(f"/oai/schemas/{name}").status_code == 404


def test_the_root_leads_to_the_endpoint(client):
    answer = client.flask.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "https://demo.example.org/oai?verb=Identify"


def test_another_address_is_404_in_plain_text(client):
    answer = client.flask.get("/elsewhere")
    assert (answer.status_code, answer.content_type) == (404, "text/plain; charset=utf-8")


def test_a_body_that_is_too_large_is_refused(make_client, store):
    client = make_client(store, max_body=1000)
    assert client.raw("verb=Identify&" + "a" * 1000, method="POST").status == 413


def test_a_database_that_does_not_answer_is_a_503_with_retry_after(client, demo_store):
    path = Path(demo_store.engine.url.database)
    demo_store.close()
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    answer = client.raw("verb=Identify")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
    assert str(path).encode() not in answer.body

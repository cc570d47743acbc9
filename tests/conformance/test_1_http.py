"""Requests and answers over HTTP (sections 3.1 to 3.1.3)."""

import gzip
import shutil
from itertools import permutations
from urllib.parse import quote

import pytest
import zstandard

from oai_server.store import Store
from tests.conformance.asking import DOMAIN, FAULTY, LEGAL, ONE, asked, get_and_post, octets, parts
from tests.conftest import Clock

FORM = "application/x-www-form-urlencoded"
ANYTHING = [*LEGAL, *(query for query, _ in FAULTY)]


@pytest.mark.parametrize("query", LEGAL)
def test_101_every_verb_is_answered_by_get_at_one_base_url(client, query):
    """Section 3.1.1: verb and arguments stand in the query."""
    answer = client.raw(query)
    assert (answer.status, answer.codes) == (200, [])
    assert parts(answer)[2] == asked(answer)["verb"]


@pytest.mark.parametrize("query", ANYTHING)
def test_102_post_is_answered_like_get(client, query):
    """Section 3.1.1: octet by octet, errors too."""
    assert client.raw(query, "POST").body == client.raw(query).body


@pytest.mark.parametrize("length", [1, 1000, 100_000, 900_000])
def test_102_post_takes_arguments_of_any_length(client, length):
    """Section 3.1.1.2: POST is the way around the limits of a URL."""
    identifier = DOMAIN + "x" * length
    answer = client(verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier, method="POST")
    assert answer.code == "idDoesNotExist"
    assert asked(answer)["identifier"] == identifier


@pytest.mark.parametrize(
    "pairs",
    [*permutations([("verb", "ListRecords"), ("metadataPrefix", "dim"), ("set", "theses"), ("until", "2020-01-01")])],
)
def test_103_the_order_of_arguments_has_no_meaning(client, pairs):
    """Section 3.1.1: verb need not be the first."""
    answer = client(*pairs)
    assert asked(answer) == dict(pairs)
    assert answer.identifiers == [f"{DOMAIN}20.500.99999/5"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "verb", ["%47%65%74%52%65%63%6f%72%64", "%47%65%74%52%65%63%6F%72%64", "Get%52ecord", "GetRecord"]
)
@pytest.mark.parametrize(
    "identifier",
    [
        ONE,
        quote(ONE, safe=""),
        quote(ONE, safe="").lower(),
        "".join(f"%{octet:02X}" for octet in ONE.encode()),
        "".join(f"%{octet:02x}" for octet in ONE.encode()),
    ],
)
def test_104_escapes_are_decoded_in_any_hex_and_for_any_octet(client, method, verb, identifier):
    """Section 3.1.1.3: upper and lower case, reserved or not, in names and values."""
    answer = client.raw(f"verb={verb}&%6Detadata%50refix=oai%5Fdc&identifier={identifier}", method)
    assert answer.identifiers == [ONE]
    assert asked(answer) == {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": ONE}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("50%252525/plus%2Bsign", True),
        ("50%2525/plus%2Bsign", False),
        ("50%252525/plus+sign", False),
        ("50%252525/plus%20sign", False),
        ("a%2520b/%25C3%25BC?x=1%26y=2%2523frag", True),
        ("a%20b/%C3%BC?x=1%26y=2%23frag", False),
        ("a+b/%25C3%25BC?x=1%26y=2%2523frag", False),
        ("10.5555/(SICI)1097%253C1::AID%253E3.0.CO;2-%2523", True),
        ("10.5555/(SICI)1097%3C1::AID%3E3.0.CO;2-%23", False),
        ("10.5555/(SICI)1097%25253C1::AID%25253E3.0.CO;2-%252523", False),
    ],
)
def test_104_escapes_are_decoded_exactly_once(client, method, sent, found):
    """Section 3.1.1.3: an identifier that holds %3C is sent with %253C; a plus sign is a space, %2B a plus."""
    answer = client.raw(f"verb=GetRecord&metadataPrefix=oai_dc&identifier={DOMAIN}{sent}", method)
    assert answer.codes == ([] if found else ["idDoesNotExist"])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", ANYTHING)
def test_105_every_answer_is_text_xml(client, query, method):
    """Section 3.1.2.1: errors too, and a charset can only be UTF-8."""
    kind, _, charset = client.raw(query, method).headers["Content-Type"].partition(";")
    assert kind == "text/xml"
    assert charset.strip().lower() in ("", "charset=utf-8")


@pytest.mark.parametrize(("query", "code"), FAULTY)
def test_106_an_error_of_the_protocol_comes_with_http_200(client, query, code):
    """Sections 3.1.2.2 and 3.6: status codes speak of HTTP only."""
    answer = client.raw(query)
    assert (answer.status, answer.code) == (200, code)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("GET", {"headers": {"Accept": "image/png"}}),
        ("GET", {"headers": {"Accept-Encoding": "\xff,,;q=;q=x"}}),
        ("GET", {"headers": {"Host": "a b/<>"}}),
        ("GET", {"headers": {"X-Forwarded-Host": "<script>", "X-Forwarded-Proto": "gopher"}}),
        ("GET", {"headers": {"Range": "bytes=0-3", "If-None-Match": "*", "If-Modified-Since": "never"}}),
        ("GET", {"headers": {"Cookie": "session=%00;;=", "Authorization": "Basic !!!"}}),
        ("GET", {"data": b"verb=ListSets"}),
        ("POST", {"content_type": f"{FORM}; charset=utf-16"}),
        ("POST", {"content_type": f"{FORM}; boundary="}),
        ("POST", {"content_type": "multipart/form-data"}),
        ("POST", {"content_type": "/"}),
        ("POST", {"content_type": "\xff"}),
        ("POST", {"headers": {"Content-Length": "-1"}}),
        ("POST", {"headers": {"Content-Length": "many"}}),
        ("POST", {"headers": {"Content-Encoding": "gzip"}}),
        ("POST", {"headers": {"Expect": "100-continue"}}),
        ("BREW", {}),
        ("get", {}),
        ("OPTIONS", {}),
    ],
)
def test_107_no_request_however_odd_gives_5xx_or_an_html_page(client, method, options):
    """Section 3.1.2.2: what is wrong with a request is said by OAI-PMH or by a 4xx."""
    answer = client.raw("verb=Identify", method, **options)
    assert answer.status < 500
    assert answer.status != 200 or method == "OPTIONS" or answer.headers["Content-Type"].startswith("text/xml")
    assert b"<html" not in answer.body.lower()


@pytest.mark.parametrize(
    "path", ["/oai/", "/oai/x", "/OAI", "/oai%00", "/oai;x", "/oai/schemas/../../setup.cfg", "//oai"]
)
def test_107_no_path_gives_5xx(client, path):
    """Section 3.1.2.2: beside the base URL there is a 404, or a redirect to it."""
    assert client.flask.get(f"{path}?verb=Identify").status_code < 500


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW"])
@pytest.mark.parametrize("query", ["verb=Identify", "verb=Nope"])
def test_108_another_method_is_refused_with_those_that_are_offered(client, method, query):
    """RFC 9110 section 15.5.6."""
    answer = client.raw(query, method)
    assert answer.status == 405
    assert {each.strip() for each in answer.headers["Allow"].split(",")} >= {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("query", ANYTHING)
def test_109_head_is_get_without_the_body(client, query):
    """RFC 9110 section 9.3.2: the same header fields, the length of what GET would send among them."""
    head, get = client.raw(query, "HEAD"), client.raw(query)
    assert (head.status, head.body) == (get.status, b"")
    for name in ("Content-Type", "Content-Length", "Vary"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    "content_type",
    [
        FORM,
        f"{FORM}; charset=UTF-8",
        f"{FORM};charset=utf-8",
        f'{FORM} ; charset="UTF-8"',
        "Application/X-WWW-Form-URLEncoded",
        FORM.upper(),
    ],
)
def test_110_a_form_is_a_form_in_any_case_and_with_a_charset(client, content_type):
    """Section 3.1.1.2, RFC 9110 section 8.3.1."""
    answer = client.raw("verb=ListSets", "POST", content_type=content_type)
    assert parts(answer)[2] == "ListSets"


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "text/xml", "multipart/form-data", ""])
def test_111_a_post_of_another_media_type_is_refused(client, content_type):
    """Section 3.1.1.2: with 415."""
    assert client.raw("verb=Identify", "POST", content_type=content_type).status == 415


@pytest.mark.parametrize(
    ("query", "form", "codes"),
    [
        ("verb=Identify", "", []),
        ("verb=ListRecords", "metadataPrefix=oai_dc", []),
        ("metadataPrefix=oai_dc", "verb=ListRecords", []),
        ("verb=Identify", "verb=Identify", ["badVerb"]),
        ("verb=Identify", "verb=ListSets", ["badVerb"]),
        ("verb=Identify", "set=health", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc", "metadataPrefix=oai_dc", ["badArgument"]),
        ("", "", ["badVerb"]),
    ],
)
def test_112_arguments_in_query_and_form_of_a_post_both_count(client, query, form, codes):
    """Section 3.1.1: so that an argument given in both is a repeated one."""
    assert client.raw(form, "POST", query_string=query).codes == codes


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", ANYTHING)
def test_113_who_asks_for_no_coding_gets_none(client, query, method):
    """Section 3.1.3: no Accept-Encoding, no Content-Encoding."""
    answer = client.raw(query, method)
    assert "Content-Encoding" not in answer.headers
    assert answer.body.startswith(b"<?xml")


DECODERS = {"gzip": gzip.decompress, "zstd": zstandard.ZstdDecompressor().decompress, None: bytes}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=1", "gzip"),
        ("gzip;q=0.001", "gzip"),
        ("gzip ; q=0.5", "gzip"),
        ("compress, gzip", "gzip"),
        ("deflate;q=1, gzip;q=0.2, identity;q=0.1", "gzip"),
        ("br, zstd, gzip, deflate", "gzip"),
        ("*", "gzip"),
        ("br;q=1, *;q=0.5", "gzip"),
        ("gzip, identity;q=0", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000", None),
        ("GZIP; Q=0", None),
        ("gzip;q=0, *", "zstd"),
        ("*, gzip;q=0", "zstd"),
        ("gzip;q=0.5, zstd", "zstd"),
        ("zstd", "zstd"),
        ("zstdd, gzipp", None),
        ("*;q=0", None),
        ("identity", None),
        ("identity;q=1, gzip;q=0.5", None),
        ("identity;q=0", None),
        ("deflate", None),
        ("", None),
        (",", None),
        ("gzi", None),
        ("gzippy", None),
        ("nogzip", None),
        ("gzip;q=2", None),
        ("gzip;q=-1", None),
        ("gzip;q=no", None),
    ],
)
@pytest.mark.parametrize("query", ["verb=Identify", "verb=ListRecords&metadataPrefix=oai_dc", "verb=Nope"])
def test_114_a_coding_only_if_it_is_asked_for_with_some_weight(client, query, accepted, coding):
    """Section 3.1.3, RFC 9110 section 12.5.3: the decoded answer is the same, and identity is always to be had."""
    response = client.flask.get(f"/oai?{query}", headers={"Accept-Encoding": accepted})
    assert response.status_code == 200
    assert response.headers.get("Content-Encoding") == coding
    body = DECODERS[coding](response.data)
    assert body == client.raw(query).body
    assert int(response.headers["Content-Length"]) == len(response.data)


def test_115_every_coding_that_identify_lists_works_and_no_other(client):
    """Sections 3.1.3 and 4.2: compression names the codings besides identity."""
    listed = client(verb="Identify").texts("Identify/compression")
    assert listed == ["gzip", "zstd"]
    for coding in ("gzip", "deflate", "compress", "br", "zstd"):
        response = client.flask.get("/oai?verb=Identify", headers={"Accept-Encoding": coding})
        assert response.headers.get("Content-Encoding") == (coding if coding in listed else None)


@pytest.mark.parametrize("accepted", [None, "gzip", "gzip;q=0"])
@pytest.mark.parametrize("query", ["verb=Identify", "verb=ListSets", "verb=Nope"])
def test_115_an_answer_that_depends_on_accept_encoding_says_so(client, query, accepted):
    """RFC 9110 section 12.5.5: or a cache would hand gzip to those who cannot read it."""
    headers = {"Accept-Encoding": accepted} if accepted else {}
    response = client.flask.get(f"/oai?{query}", headers=headers)
    assert "accept-encoding" in response.headers["Vary"].lower()


def test_115_a_repository_without_compression_lists_none_and_does_none(sample_client):
    """Section 4.2: compression is optional."""
    plain = sample_client(compression=False)
    response = plain.flask.get("/oai?verb=Identify", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert plain(verb="Identify").texts("Identify/compression") == []


@pytest.mark.parametrize("query", ["verb=Identify", "verb=ListRecords&metadataPrefix=oai_dc", "verb=ListSets"])
def test_116_a_repository_that_cannot_answer_says_when_to_come_again(tmp_path, make_client, demo_database, query):
    """Guidelines section 6.1: 503 with Retry-After; here the database is gone."""
    (tmp_path / "there").mkdir()
    path = shutil.copy(demo_database, tmp_path / "there" / "store.sqlite")
    with Store(f"sqlite:///{path}", Clock(0)) as store:
        client = make_client(store)
        assert client.raw(query).status == 200
        store.close()
        (tmp_path / "there").rename(tmp_path / "elsewhere")
        answer = client.raw(query)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert b"<html" not in answer.body.lower()


@pytest.mark.parametrize(
    "query", ["&verb=Identify", "verb=Identify&", "&&verb=Identify&&&", "verb=ListSets&", "&&verb=ListSets"]
)
def test_117_stray_ampersands_are_harmless(client, query):
    """Section 3.1.1: & separates, and nothing between two of them is no argument."""
    answer = get_and_post(client, query.encode())
    assert answer.codes == []
    assert len(asked(answer)) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("verb=Identify;set=a", "badVerb"),
        ("verb=ListRecords;metadataPrefix=oai_dc", "badVerb"),
        ("verb=ListRecords&metadataPrefix=oai_dc;set=health", "badArgument"),
        ("verb=Identify,", "badVerb"),
        ("verb=Identify&amp;set=a", "badArgument"),
    ],
)
def test_117_nothing_but_an_ampersand_separates(client, query, code):
    """Section 3.1.1: a semicolon is part of the value."""
    assert get_and_post(client, query.encode()).code == code


def test_118_nothing_at_the_base_url_redirects_and_the_root_leads_there(client):
    """Section 3.1.2.2: we have no mirrors, so no list is ever answered by 302; / has a temporary one, with Location."""
    for query in ANYTHING:
        assert octets(client, query.encode()).status == 200
    root = client.flask.get("/")
    assert root.status_code == 302
    assert root.headers["Location"] == "https://demo.example.org/oai?verb=Identify"
    answer = client.raw("verb=Identify", headers={"Host": "mirror.example.net"})
    assert answer.request.text == answer.texts("Identify/baseURL")[0] == "https://demo.example.org/oai"

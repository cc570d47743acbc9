"""The XML around every answer (section 3.2)."""

import json
import re

import pytest
from sqlalchemy import event

from oai_server.ingest import jsonl
from oai_server.ingest.source import Errand
from oai_server.model import Set, Value
from tests.conformance.asking import (
    DOMAIN,
    FAULTY,
    GONE,
    LEGAL,
    LIST_VERBS,
    ONE,
    XSI_LOCATION,
    asked,
    octets,
    parts,
)
from tests.conftest import BASE_URL, item, readings
from tests.judges import OAI

ANYTHING = [*LEGAL, *(query for query, _ in FAULTY)]
CODES = """badVerb badArgument badResumptionToken cannotDisseminateFormat idDoesNotExist noRecordsMatch
noMetadataFormats noSetHierarchy""".split()
SECONDS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")

# Not legal in XML 1.0, not even as references; the last are bytes that were no UTF-8 when Python read them.
ILLEGAL = ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\ufffe", "\uffff", "\ud800", "\udfff", "\udcff"]


@pytest.mark.parametrize("character", ILLEGAL)
def test_201_characters_that_xml_forbids_never_get_out_of_an_item(store, pipeline, make_client, character):
    """Section 3.2: whatever was stored, title, name, language and identifier alike."""
    bad = f"a{character}b"
    fields = {"dc.title": (Value(bad, language=bad),), "dc.subject": (Value(character),)}
    pipeline.ingest(readings(item(bad, fields=fields), item("2")), "test")
    answer = make_client(store)(verb="ListRecords", metadataPrefix="oai_dc")
    assert answer.identifiers == [f"{DOMAIN}ab", f"{DOMAIN}2"]
    assert "ab" in {each.text for each in answer.xml.iter("{http://purl.org/dc/elements/1.1/}title")}


@pytest.mark.parametrize("character", ILLEGAL)
def test_201_characters_that_xml_forbids_never_get_out_of_a_set(store, pipeline, make_client, character):
    """Section 3.2: names and descriptions of sets are text of strangers too."""
    pipeline.ingest([Set("a", f"Name{character}", f"What it{character} holds")], "test")
    answer = make_client(store)(verb="ListSets")
    assert answer.status == 200
    assert answer.texts("ListSets/set/setSpec") == ["a"]


@pytest.mark.parametrize("character", ILLEGAL)
def test_201_a_sets_file_cannot_make_list_sets_unreadable(tmp_path, store, pipeline, make_client, character):
    """Section 3.2: the same by way of sets.jsonl, as it is read."""
    line = {"setSpec": "a", "setName": f"Name{character}", "setDescription": f"What it{character} holds"}
    (tmp_path / "items.jsonl").write_text("")
    (tmp_path / "sets.jsonl").write_text(json.dumps(line))
    pipeline.ingest(jsonl.read(Errand(tmp_path / "items.jsonl")), "test")
    assert make_client(store)(verb="ListSets").status == 200


@pytest.mark.parametrize(
    "given",
    [
        "<oai_dc:dc {ns}><dc:title>a&#0;b</dc:title></oai_dc:dc>",
        "<oai_dc:dc {ns}><dc:title>a&#x1F;b</dc:title></oai_dc:dc>",
        "<oai_dc:dc {ns}><dc:title>a&#xFFFF;b</dc:title></oai_dc:dc>",
        "<oai_dc:dc {ns}><dc:title>a&#xD800;b</dc:title></oai_dc:dc>",
        "<oai_dc:dc {ns}><dc:title>a&nbsp;b</dc:title></oai_dc:dc>",
        "<oai_dc:dc {ns}><dc:title>not closed</oai_dc:dc>",
        "<!DOCTYPE x [<!ENTITY e 'boo'>]><oai_dc:dc {ns}><dc:title>&e;</dc:title></oai_dc:dc>",
        "<!DOCTYPE x SYSTEM 'file:///etc/passwd'><oai_dc:dc {ns}><dc:title>a</dc:title></oai_dc:dc>",
        "</metadata></record></ListRecords>",
        "",
    ],
)
def test_201_xml_that_came_from_elsewhere_cannot_break_a_list(store, pipeline, make_client, given):
    """Sections 3.2 and 3.4: what is not well-formed, or has a DTD, is no record; the fields are told in its place."""
    names = 'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    broken = item("1", xml={"oai_dc": given.replace("{ns}", names)})
    pipeline.ingest(readings(broken, item("2")), "test")
    client = make_client(store)
    for prefix in ("oai_dc", "dim"):
        answer = client(verb="ListRecords", metadataPrefix=prefix)
        assert answer.identifiers == [f"{DOMAIN}1", f"{DOMAIN}2"]
        assert answer.body.count(b"A title") == 2


@pytest.mark.parametrize("query", ANYTHING)
def test_202_an_answer_begins_with_an_xml_declaration_and_is_utf_8(client, query):
    """Section 3.2: version 1.0, encoding UTF-8."""
    text = client.raw(query).body.decode("utf-8")
    assert re.match(r"""<\?xml version=["']1\.0["'] encoding=["']UTF-8["']\?>\s*<OAI-PMH[\s>]""", text)


def test_202_every_script_of_the_sample_collection_comes_out_as_it_went_in(client):
    """Section 3.2: planes above the first too."""
    text = client(verb="ListRecords", metadataPrefix="oai_dc").body.decode("utf-8")
    for word in ("𠮷田岬", "🦔", "𝔽₂", "Паромчик", "नदी किनारे", "Fußnote", "« L’heure du phare »", "{x<y}"):
        assert word.replace("<", "&lt;").strip("{}") in text


@pytest.mark.parametrize(
    "query", [*ANYTHING, *(f"verb=ListRecords&metadataPrefix={each}" for each in ("dim", "etdms"))]
)
def test_203_no_dtd_and_no_entities_but_the_five_of_xml(client, query):
    """Section 3.2: references to characters are numeric."""
    text = client.raw(query).body.decode("utf-8")
    assert "<!" not in text
    assert {*re.findall(r"&([^#;\s]*);", text)} <= {"amp", "lt", "gt", "quot", "apos"}
    assert not re.search(r"&(?!(amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)", text)


@pytest.mark.parametrize("query", ANYTHING)
def test_204_the_root_is_oai_pmh_in_its_namespace(client, query):
    """Section 3.2."""
    assert client.raw(query).xml.tag == "{http://www.openarchives.org/OAI/2.0/}OAI-PMH"


@pytest.mark.parametrize("query", ANYTHING)
def test_205_the_root_pairs_its_namespace_with_its_schema(client, query):
    """Section 3.2: in xsi:schemaLocation."""
    words = client.raw(query).xml.get(XSI_LOCATION).split()
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    assert pairs[OAI] == "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"


@pytest.mark.parametrize(
    "identifier",
    [
        *"""http://a:b/ http://a:99999999999/ http://@:/ http://[::1]/ a://b:c:d a: a:% a:%zz a:b#c a:b#c#d 1:b :b
        %6fai:x:1 oai:demo.example.org:ü oai:demo.example.org:<1> //host/path a://// a:?/@&=+$,""".split(),
        *["http://a b/", "not a URI"],
    ],
)
@pytest.mark.parametrize("verb", ["GetRecord", "ListMetadataFormats"])
def test_206_an_identifier_is_echoed_only_if_the_answer_stays_valid(client, verb, identifier):
    """Section 3.2, OAI-PMH.xsd: the attribute is an anyURI; the client fixture has the answer judged."""
    more = {"metadataPrefix": "oai_dc"} if verb == "GetRecord" else {}
    answer = client(verb=verb, identifier=identifier, **more)
    assert answer.code in ("idDoesNotExist", "badArgument")
    assert asked(answer).get("identifier", identifier) == identifier


@pytest.mark.parametrize(
    "value",
    ["a b", "", "é", "a/b", "a%b", "a,b", "<", "a:b", "a\nb", "a\n", "\n", "\u0660", "a+b", "a" * 5000, "!'()*~._-"],
)
@pytest.mark.parametrize("name", ["metadataPrefix", "set", "from", "until", "resumptionToken", "identifier"])
def test_206_no_illegal_value_is_echoed(client, name, value):
    """Section 3.2, OAI-PMH.xsd: prefix, setSpec and dates have their patterns; the client fixture judges."""
    for verb in (*LIST_VERBS, "GetRecord", "ListMetadataFormats", "ListSets"):
        needed = verb in LIST_VERBS and name not in ("metadataPrefix", "resumptionToken")
        more = [("metadataPrefix", "oai_dc")] if needed else []
        answer = client(("verb", verb), *more, (name, value))
        assert answer.codes
        assert asked(answer).get(name, value) == value


@pytest.mark.parametrize("query", ANYTHING)
@pytest.mark.parametrize("granularity", ["YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"])
def test_207_first_comes_response_date_in_utc_seconds(sample_client, query, granularity):
    """Sections 3.2 and 3.3.2: whatever the granularity of the repository."""
    answer = sample_client(granularity=granularity).raw(query)
    assert parts(answer)[0] == "responseDate"
    assert SECONDS.fullmatch(answer.texts("responseDate")[0])


@pytest.mark.parametrize("query", LEGAL)
def test_208_response_date_is_the_time_before_anything_was_read(clock, demo_store, make_client, query):
    """Section 3.2, guidelines section 3: nothing that changes while we look can be older than it."""
    client = make_client(demo_store)
    client(verb="GetRecord", identifier=ONE, metadataPrefix="oai_dc")
    clock.set("2027-01-01T00:00:00Z")

    @event.listens_for(demo_store.engine, "checkout")
    def reading_takes_time(*_):
        clock.sleep(10)

    assert client.raw(query).texts("responseDate") == ["2027-01-01T00:00:00Z"]


@pytest.mark.parametrize("query", ["verb=Identify", "verb=Nope", "verb=ListRecords&metadataPrefix=oai_dc"])
def test_208_response_date_is_the_time_of_the_answer(clock, demo_store, make_client, query):
    """Section 3.2: it goes with the clock."""
    client = make_client(demo_store)
    for now in ("2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "2028-02-29T12:00:00Z"):
        clock.set(now)
        assert client.raw(query).texts("responseDate") == [now]


@pytest.mark.parametrize("query", ANYTHING)
@pytest.mark.parametrize("base_url", [BASE_URL, "http://example.org:8080/a/b/oai/", "https://EXAMPLE.org/~x/OAI.php"])
def test_209_second_comes_request_with_the_base_url_of_identify(sample_client, base_url, query):
    """Section 3.2: to the letter, without the query."""
    client = sample_client(base_url=base_url)
    answer = client.raw(query)
    assert parts(answer)[1] == "request"
    assert answer.request.text == base_url == client(verb="Identify").texts("Identify/baseURL")[0]


@pytest.mark.parametrize(
    "arguments",
    [
        {"verb": "Identify"},
        {"verb": "ListSets"},
        {"verb": "ListMetadataFormats"},
        {"verb": "ListMetadataFormats", "identifier": ONE},
        {"verb": "GetRecord", "identifier": ONE, "metadataPrefix": "oai_dc"},
        {"verb": "GetRecord", "identifier": f"{DOMAIN}a%20b/%C3%BC?x=1&y=2%23frag", "metadataPrefix": "dim"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2016-01-01"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "2016-05-14"},
        {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2016-05-14T02:00:00Z"},
        {"verb": "ListIdentifiers", "metadataPrefix": "dim", "set": "library:sea-maps_(1800~1950).v1!*'"},
        {
            "verb": "ListIdentifiers",
            "metadataPrefix": "dim",
            "set": "health",
            "from": "2000-01-01",
            "until": "2030-12-31",
        },
    ],
)
def test_210_request_repeats_exactly_the_arguments(client, arguments):
    """Section 3.2: verb included, values unchanged: a day given as until stays a day."""
    answer = client(*arguments.items())
    assert answer.codes == []
    assert asked(answer) == arguments


@pytest.mark.parametrize("verb", [*LIST_VERBS, "ListSets"])
def test_210_a_page_by_token_repeats_verb_and_token_only(paged, verb):
    """Section 3.2: not what the token stands for."""
    more = {} if verb == "ListSets" else {"metadataPrefix": "oai_dc", "from_": "2016-01-01"}
    for before, page in zip(pages := list(paged.pages(verb, **more)), pages[1:], strict=False):
        assert asked(page) == {"verb": verb, "resumptionToken": before.token.text}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"verb": "GetRecord", "identifier": f"{DOMAIN}none", "metadataPrefix": "oai_dc"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "identifier": ONE, "metadataPrefix": "nope"}, "cannotDisseminateFormat"),
        ({"verb": "GetRecord", "identifier": "no URI", "metadataPrefix": "oai_dc"}, "idDoesNotExist"),
        ({"verb": "ListMetadataFormats", "identifier": GONE}, "noMetadataFormats"),
        ({"verb": "ListMetadataFormats", "identifier": f"{DOMAIN}none"}, "idDoesNotExist"),
        ({"verb": "ListRecords", "metadataPrefix": "nope", "from": "2020-01-01"}, "cannotDisseminateFormat"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "press"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "1999-12-31"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "resumptionToken": "none"}, "badResumptionToken"),
        ({"verb": "ListRecords", "resumptionToken": "no token <&>"}, "badResumptionToken"),
        ({"verb": "ListSets", "resumptionToken": "none"}, "badResumptionToken"),
    ],
)
def test_211_an_error_repeats_nothing_but_what_was_asked(client, arguments, code):
    """Section 3.2: all of it, or less where it could not be valid."""
    answer = client(*arguments.items())
    assert answer.code == code
    assert asked(answer).items() <= arguments.items()
    assert asked(answer)["verb"] == arguments["verb"]


@pytest.mark.parametrize("query", [query for query, code in FAULTY if code in ("badVerb", "badArgument")])
def test_212_bad_verb_and_bad_argument_repeat_nothing(client, query):
    """Section 3.2."""
    assert asked(client.raw(query)) == {}


@pytest.mark.parametrize(
    "query",
    [
        "verb=GetRecord&identifier=no%20URI&metadataPrefix=a%20b",
        "verb=ListRecords&metadataPrefix=nope&from=2020",
        "verb=ListRecords&metadataPrefix=oai_dc&set=nowhere&until=x",
        "verb=ListRecords&resumptionToken=none&set=health",
    ],
)
def test_212_bad_argument_among_other_errors_repeats_nothing(client, query):
    """Section 3.2: alone or with others."""
    answer = client.raw(query)
    assert "badArgument" in answer.codes
    assert asked(answer) == {}


@pytest.mark.parametrize("query", ANYTHING)
def test_213_third_comes_the_verb_or_errors_and_never_both(client, query):
    """Section 3.2."""
    answer = client.raw(query)
    found = parts(answer)[2:]
    assert found == [asked(answer).get("verb")] or {*found} == {"error"}


@pytest.mark.parametrize(("query", "code"), FAULTY)
def test_214_a_code_is_one_of_the_eight(client, query, code):
    """Section 3.6."""
    assert client.raw(query).code == code
    assert code in CODES


@pytest.mark.parametrize(("query", "code"), FAULTY)
def test_215_every_error_has_a_text_that_says_more_than_the_code(client, query, code):
    """Section 3.6, guidelines section 8: for the person who reads the harvester's log."""
    for error in client.raw(query).all("error"):
        assert len(error.text.split()) >= 3
        assert error.text.strip() != code


@pytest.mark.parametrize("argument", ["from", "until", "set", "metadataPrefix", "identifier"])
def test_215_the_text_names_the_argument_that_is_wrong(client, argument):
    """Guidelines section 8."""
    verb = "GetRecord" if argument == "identifier" else "ListRecords"
    answer = client(("verb", verb), ("metadataPrefix", "oai_dc"), (argument, ""), ("madeUp", "1"))
    assert any(argument in error.text for error in answer.all("error"))
    assert any("madeUp" in error.text for error in answer.all("error"))


def test_201_what_a_stranger_asks_for_is_not_echoed_raw(client):
    """Section 3.2: an error's text is plain text, whatever it quotes."""
    answer = octets(client, b"verb=<b>&x=\x00\xff]]>")
    assert answer.code == "badVerb"
    assert all(len(error) == 0 for error in answer.all("error"))

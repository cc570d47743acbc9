"""Errors (section 3.6), and requests that no harvester should send (sections 3.1.2.2 and 3.2)."""

import pytest

from tests.conformance.asking import FAULTY, LIST_VERBS, ONE, asked, get_and_post
from tests.conftest import Answer, Client

TAKES = {
    "Identify": {},
    "ListMetadataFormats": {"identifier": ONE},
    "ListSets": {"resumptionToken": "x"},
    "GetRecord": {"identifier": ONE, "metadataPrefix": "oai_dc"},
    "ListIdentifiers": {"metadataPrefix": "oai_dc", "from": "2020-01-01", "until": "2021-01-01", "set": "health"},
    "ListRecords": {"metadataPrefix": "oai_dc", "from": "2020-01-01", "until": "2021-01-01", "set": "health"},
}
ARGUMENTS = {name for taken in TAKES.values() for name in taken}

# Where a stranger's octets may stand, and the errors that fit there.
SLOTS = [
    (b"verb=%b", {"badVerb"}),
    (b"%b", {"badVerb"}),
    (b"%b=Identify", {"badVerb"}),
    (b"verb=Identify&%b", {"badArgument"}),
    (b"verb=ListSets&%b=1", {"badArgument"}),
    (b"verb=ListSets&resumptionToken=%b", {"badArgument", "badResumptionToken"}),
    (b"verb=ListMetadataFormats&identifier=%b", {"badArgument", "idDoesNotExist"}),
    (b"verb=GetRecord&metadataPrefix=oai_dc&identifier=%b", {"badArgument", "idDoesNotExist"}),
    (b"verb=GetRecord&metadataPrefix=oai_dc&identifier=" + ONE.encode() + b"%b", {"badArgument", "idDoesNotExist"}),
    (b"verb=GetRecord&identifier=oai:demo.example.org:1&metadataPrefix=%b", None),
    (b"verb=ListRecords&metadataPrefix=%b", {"badArgument", "cannotDisseminateFormat"}),
    (b"verb=ListRecords&metadataPrefix=oai_dc&from=%b", {"badArgument"}),
    (b"verb=ListIdentifiers&metadataPrefix=oai_dc&until=2020-01-01%b", {"badArgument"}),
    (b"verb=ListRecords&metadataPrefix=oai_dc&set=%b", {"badArgument", "noRecordsMatch"}),
    (b"verb=ListIdentifiers&metadataPrefix=oai_dc&set=health%b", {"badArgument", "noRecordsMatch"}),
    (b"verb=ListRecords&resumptionToken=%b", {"badArgument", "badResumptionToken"}),
]
MAY_BE_SEVERAL = {"badArgument", "cannotDisseminateFormat", "idDoesNotExist"}


def attack(client: Client, text: bytes) -> None:
    """These octets everywhere, by GET and by POST: an OAI error that fits, and nothing else."""
    for form, fitting in SLOTS:
        answer = get_and_post(client, form % text)
        assert answer.status == 200
        assert answer.codes, form
        assert {*answer.codes} <= (fitting or MAY_BE_SEVERAL), (form, answer.codes)


def one_error(answer: Answer) -> str | None:
    assert answer.status == 200
    return answer.code


@pytest.mark.parametrize(
    "query",
    ["", "&", "set=health", "metadataPrefix=oai_dc", "resumptionToken=x", "=", "=Identify", "identify", "Identify"],
)
def test_901_a_missing_verb_is_a_bad_verb(client, query):
    """Section 3.6: an empty query, an empty form, or one with everything else."""
    answer = get_and_post(client, query.encode())
    assert answer.codes == ["badVerb"]
    assert asked(answer) == {}


@pytest.mark.parametrize(
    "verb",
    [
        *"""identify IDENTIFY iDentify Identify,ListSets Identifie Identif ListRecord GetRecords listRecords
        ListMetadataFormat getrecord ListItems GetMetadata Explain searchRetrieve Disseminate verb None 0 *
        Ｉdentify Іdentify""".split(),
        *[" Identify", "Identify ", "Identify\n", "Identify\x00", ""],
    ],
)
def test_902_any_other_verb_is_a_bad_verb(client, verb):
    """Section 3.6: six words to the letter."""
    for more in ({}, {"metadataPrefix": "oai_dc"}):
        for method in ("GET", "POST"):
            assert client(("verb", verb), *more.items(), method=method).codes == ["badVerb"]


@pytest.mark.parametrize("first", ["Identify", "ListRecords", "nope", ""])
@pytest.mark.parametrize("second", ["Identify", "ListSets", "nope", ""])
@pytest.mark.parametrize("between", ["", "metadataPrefix=oai_dc&", "madeUp=1&"])
def test_903_a_repeated_verb_is_a_bad_verb(client, first, second, between):
    """Section 3.6: the same or not, empty or not; never badArgument."""
    answer = get_and_post(client, f"verb={first}&{between}verb={second}".encode())
    assert answer.codes == ["badVerb"]
    assert asked(answer) == {}


FOREIGN = [
    (verb, name)
    for verb in TAKES
    for name in [*sorted(ARGUMENTS), "madeUp", "callback", "_", "lang"]
    if name not in TAKES[verb] and not (name == "resumptionToken" and verb in LIST_VERBS)
]


@pytest.mark.parametrize(("verb", "name"), FOREIGN)
def test_904_an_argument_that_the_verb_does_not_take_is_a_bad_one(client, verb, name):
    """Section 3.6: with or without a value."""
    taken = "".join(f"&{each}={told}" for each, told in TAKES[verb].items() if each != "resumptionToken")
    for value in ("=x", "=", "", "=2020-01-01"):
        answer = get_and_post(client, f"verb={verb}{taken}&{name}{value}".encode())
        assert answer.codes == ["badArgument"]
        assert name in answer.texts("error")[0]


@pytest.mark.parametrize(("verb", "name"), [(verb, name) for verb, taken in TAKES.items() for name in taken])
@pytest.mark.parametrize("second", [None, "", "other"])
def test_905_a_repeated_argument_is_a_bad_one(client, verb, name, second):
    """Section 3.6: the same value or not, by GET and by POST."""
    taken = "".join(f"&{each}={told}" for each, told in TAKES[verb].items())
    value = TAKES[verb][name] if second is None else second
    answer = get_and_post(client, f"verb={verb}{taken}&{name}={value}".encode())
    assert one_error(answer) == "badArgument"
    assert any(name in text for text in answer.texts("error"))


@pytest.mark.parametrize(("verb", "name"), [(verb, name) for verb, taken in TAKES.items() for name in taken])
@pytest.mark.parametrize("form", ["{}=", "{}"])
def test_906_an_empty_value_is_a_bad_argument(client, verb, name, form):
    """Section 3.6: with an equals sign or without."""
    taken = "".join(f"&{each}={told}" for each, told in TAKES[verb].items() if each != name)
    answer = get_and_post(client, f"verb={verb}{taken}&{form.format(name)}".encode())
    assert one_error(answer) == "badArgument"
    assert asked(answer) == {}


@pytest.mark.parametrize(
    "query", ["Verb=Identify", "VERB=Identify", "verb =Identify", " verb=Identify", "verbs=Identify"]
)
def test_907_the_name_of_the_verb_is_case_sensitive(client, query):
    """Section 3.6: another name is no verb."""
    assert get_and_post(client, query.replace(" ", "%20").encode()).codes == ["badVerb"]


@pytest.mark.parametrize(
    "name",
    """From FROM from_ From_ Until until_ Set sets setSpec set_spec MetadataPrefix metadataprefix metadata_prefix prefix
    Identifier identifiers id ResumptionToken resumptiontoken resumption_token token cursor offset limit page size
    granularity deleted format base_url pairs now self""".split(),
)
def test_907_names_of_arguments_are_case_sensitive_and_ours_are_unknown(client, name):
    """Section 3.6: no name that our own code uses means anything outside."""
    for verb, taken in TAKES.items():
        good = [(each, told) for each, told in taken.items() if each != "resumptionToken"]
        assert client(("verb", verb), *good, (name, "2020-01-01")).code == "badArgument"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("verb=GetRecord", ["badArgument"] * 2),
        ("verb=Identify&a=1&b=2&c=3", ["badArgument"] * 3),
        ("verb=ListRecords&from=x&until=y&metadataPrefix=oai_dc", ["badArgument"] * 2),
        ("verb=ListRecords&from=x&until=y&metadataPrefix=a%20b&set=:", ["badArgument"] * 4),
        ("verb=ListRecords&madeUp=1&from=", ["badArgument"] * 3),
        ("verb=ListRecords&set=a&set=b&from=2020-01-01&from=2020-01-01&metadataPrefix=oai_dc", ["badArgument"] * 2),
        ("verb=GetRecord&identifier=x&metadataPrefix=a%20b", ["badArgument", "idDoesNotExist"]),
        ("verb=GetRecord&identifier=x:y&metadataPrefix=none", ["cannotDisseminateFormat", "idDoesNotExist"]),
        ("verb=ListSets&resumptionToken=x&madeUp=1", ["badArgument"] * 2),
    ],
)
def test_908_every_error_is_reported(client, query, codes):
    """Section 3.6, guidelines section 8: one element for each bad argument."""
    answer = get_and_post(client, query.encode())
    assert sorted(answer.codes) == codes
    assert len({*answer.texts("error")}) == len(codes)


def test_908_a_format_and_sets_that_are_not_there_are_both_reported(setless):
    """Section 3.6: noSetHierarchy and cannotDisseminateFormat."""
    answer = setless(verb="ListRecords", metadataPrefix="marc21", set="health")
    assert sorted(answer.codes) == ["cannotDisseminateFormat", "noSetHierarchy"]


@pytest.mark.parametrize(
    "text",
    [
        *(f"%{octet:02X}" for octet in (*range(0x20), 0x7F)),
        "%C2%80",
        "%C2%85",
        "%C2%9F",
        "a%00b",
        "%00" * 1000,
        "%0D%0A%0D%0A<x/>",
    ],
)
def test_951_control_characters_are_an_error_like_others(client, text):
    """Section 3.2: in every value and name."""
    attack(client, text.encode())


@pytest.mark.parametrize(
    "text",
    [
        b"%FF",
        b"%FE%FF",
        b"%C3",
        b"%C3%28",
        b"%80",
        b"%C0%80",
        b"%C0%AF",
        b"%E2%82",
        b"%E2%28%A1",
        b"%F0%28%8C%BC",
        b"%F4%90%80%80",
        b"%F8%88%80%80%80",
        b"%ED%A0%80",
        b"%ED%BF%BF",
        b"%ED%A0%BD%ED%B8%80",
        b"\\ud800",
        b"%",
        b"%%",
        b"%2",
        b"%zz",
        b"%u0041",
        b"%-1",
        b"% 41",
        b"%C3%A9%",
        b"a%FFb",
    ],
)
def test_952_what_is_not_utf_8_is_an_error_like_others(client, text):
    """Section 3.2: octets, broken escapes, encoded surrogates."""
    attack(client, text)


@pytest.mark.parametrize(
    "text",
    [
        "<",
        ">",
        "%26",
        '"',
        "'",
        "<&>".replace("&", "%26"),
        "]]>",
        "<![CDATA[",
        "-->",
        "<?xml version='1.0'?>",
        "<?records?>",
        "?>",
        "<!DOCTYPE x>",
        "%26amp;",
        "%26lt;",
        "%26%2338;",
        "%26%23x0;",
        "</OAI-PMH>",
        "<error code='x'/>",
        "{%s}",
        "%EF%BF%BE",
        "%EF%BF%BF",
        "%EF%B7%90",
        "%F0%9F%BF%BE",
        "%F4%8F%BF%BF",
        "%F0%9F%98%80",
        "%EF%BB%BF",
        "%E2%80%AE",
        "e%CC%81",
        "%E2%80%8B",
        "%E2%80%A8",
        "é",
        "吉",
        "🦔",
    ],
)
def test_953_markup_and_odd_characters_are_an_error_like_others(client, text):
    """Section 3.2: told back, if at all, as text."""
    attack(client, text.encode())


@pytest.mark.parametrize("text", [b"x", b"%3C", b"%C3%A9", b"%00", b"<", b"9"])
@pytest.mark.parametrize("length", [1000, 10_000])
def test_954_very_long_values_are_an_error_like_others(client, text, length):
    """Section 3.1.2.2."""
    attack(client, text * length)


@pytest.mark.parametrize(
    "query",
    [
        b"&".join(b"a%d=%d" % (place, place) for place in range(5000)),
        b"verb=Identify&" + b"&".join(b"a%d=%d" % (place, place) for place in range(5000)),
        b"&".join([b"verb=Identify"] * 5000),
        b"verb=ListRecords&" + b"&".join([b"metadataPrefix=oai_dc"] * 5000),
        b"verb=ListSets&" + b"&".join([b"%00"] * 5000),
        b"&" * 100_000,
        b"=" * 100_000,
        b"verb=Identify" + b"&" * 100_000,
        b"verb=Identify&" + b"x" * 500_000,
    ],
)
def test_954_thousands_of_arguments_get_an_answer_of_decent_size(client, query):
    """Section 3.1.2.2: errors are counted where they are many."""
    answer = get_and_post(client, query)
    assert answer.status == 200
    assert answer.code in (None, "badVerb", "badArgument")
    assert len(answer.body) < 20_000


@pytest.mark.parametrize(("length", "status"), [(900_000, 200), (1_000_001, 413), (5_000_000, 413)])
def test_954_a_form_that_is_too_large_is_refused_by_http(client, length, status):
    """Section 3.1.2.2: 413, not a dropped connection."""
    answer = client.raw(b"verb=Identify&x=" + b"x" * (length - 16), "POST")
    assert answer.status == status


@pytest.mark.parametrize(
    "text",
    """%27%20OR%20%271%27=%271 1;DROP%20TABLE%20items-- %27);DELETE%20FROM%20records;--
        %22%20UNION%20SELECT%20*%20FROM%20facts-- ../../../../etc/passwd ..%5C..%5Cwindows%5Cwin.ini
        file:///etc/passwd %7B%7B7*7%7D%7D $%7Bjndi:ldap://example.org/a%7D %26xxe;
        <!ENTITY%20xxe%20SYSTEM%20%22file:///etc/passwd%22> %25s%25n%25x $(id) `id` |id __class__
        javascript:alert(1) <script>alert(1)</script> http://169.254.169.254/latest/meta-data/ %25%25 _%25 NULL
        -1 1e999 NaN true undefined []""".split(),
)
def test_955_what_breaks_other_programs_is_an_unknown_value(client, text):
    """Section 3.2: of SQL, paths, templates, entities and shells."""
    before = client(verb="ListRecords", metadataPrefix="oai_dc").body
    attack(client, text.encode())
    assert client(verb="ListRecords", metadataPrefix="oai_dc").body == before


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (b"verb=Identify#fragment", "badVerb"),
        (b"?verb=Identify", "badVerb"),
        (b"verb=Identify?", "badVerb"),
        (b"verb==Identify", "badVerb"),
        (b"verb", "badVerb"),
        (b"verb=", "badVerb"),
        (b"verb[]=Identify", "badVerb"),
        (b"verb%5B0%5D=Identify", "badVerb"),
        (b"verb.=Identify", "badVerb"),
        (b"verb:Identify", "badVerb"),
        (b'{"verb":"Identify"}', "badVerb"),
        (b"verb=Identify=", "badVerb"),
        (b"verb=Identify&=", "badArgument"),
        (b"verb=Identify&=x", "badArgument"),
        (b"verb=Identify&==", "badArgument"),
        (b"verb=Identify&\x00", "badArgument"),
        (b"verb=Identify\x00", "badVerb"),
        (b"verb=Identify\xff", "badVerb"),
        (b"verb=Identify\r\nX-Injected: 1", "badVerb"),
        (b"verb=Identify HTTP/1.1", "badVerb"),
        (b"\xef\xbb\xbfverb=Identify", "badVerb"),
        (b"v\x00e\x00r\x00b\x00=\x00I\x00", "badVerb"),
        (b"\xff\xfe\x00\x00", "badVerb"),
        (b"verb=Identify&\xf0\x9f\xa6\x94", "badArgument"),
        (b"verb=ListRecords&metadataPrefix=oai_dc&set=^`{|}", "badArgument"),
        (b"verb=ListRecords&metadataPrefix=oai_dc&set=[]\\", "badArgument"),
        (b"verb=ListSets|verb=Identify", "badVerb"),
        (b"&&&&", "badVerb"),
        (b"%", "badVerb"),
        (b"+", "badVerb"),
        (b"verb=+Identify", "badVerb"),
        (b"verb=Iden+tify", "badVerb"),
    ],
)
def test_956_raw_octets_and_odd_punctuation_are_an_error_like_others(client, query, code):
    """Section 3.1.2.2."""
    answer = get_and_post(client, query)
    assert one_error(answer) == code
    assert "X-Injected" not in answer.headers


@pytest.mark.parametrize("form", [b"%b", b"verb=Iden%btify", b"verb=Identify&%b"])
def test_956_every_octet_may_come_raw(client, form):
    """Section 3.1.2.2: alone, and in the middle of a value."""
    for octet in range(256):
        if octet not in b"&":
            answer = get_and_post(client, form % bytes([octet]))
            assert one_error(answer) in ("badVerb", "badArgument")


@pytest.mark.parametrize(("query", "code"), FAULTY)
def test_908_get_and_post_make_the_same_errors(client, query, code):
    """Section 3.6: of every code."""
    assert one_error(get_and_post(client, query.encode())) == code

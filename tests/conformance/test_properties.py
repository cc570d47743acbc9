"""Laws that hold for any request, any page size and any selection (sections 2.7, 3.1, 3.2 and 3.5)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oai_server.protocol.verbs import VERBS
from tests.conformance.asking import DOMAIN, LIST_VERBS, ONE, PREFIXES, get_and_post, headers, octets, specs
from tests.conformance.conftest import SETTINGS
from tests.conftest import item, pipeline_for, readings

quick = settings(deadline=None, database=None, max_examples=60)
thorough = settings(deadline=None, database=None, max_examples=200)

# Mostly what belongs into a request, so that a good part gets past the first check; and anything.
names = st.sampled_from("verb identifier metadataPrefix from until set resumptionToken".split()) | st.text(max_size=8)
dates = st.sampled_from(["2020-01-01", "2019-11-28T13:05:59Z", "9999-12-31", "2020-13-01", "2020"])
words = st.sampled_from([*VERBS, *PREFIXES, ONE, f"{DOMAIN}none", "health", "science:physics", "press", "x"])
schemes = st.sampled_from(["a:", "a://", "http://a:", "http://a@", "http://[", DOMAIN])
uris = st.builds(str.__add__, schemes, st.text("abcz019-_.!~*'();/?:@&=+$,%#[]", max_size=12))
values = words | dates | uris | st.text(max_size=12)
pairs = st.lists(st.tuples(names, values), max_size=5)
with_verb = st.builds(lambda verb, rest: [("verb", verb), *rest], st.sampled_from([*VERBS]), pairs)
tokens = b"verb= & = % %0 %00 %FF + ; # < from= set= %ED%A0%80".split()
pieces = st.sampled_from([*tokens, b"\x00", b"\xff", *(verb.encode() for verb in VERBS)])
raw = st.lists(pieces | st.binary(max_size=4), max_size=10).map(b"".join) | st.binary(max_size=40)


@pytest.fixture(scope="module")
def whole(client):
    """Every header of the sample collection, by prefix."""
    return {prefix: headers(client, metadataPrefix=prefix) for prefix in PREFIXES}


@thorough
@given(pairs=pairs | with_verb)
def test_102_any_arguments_get_the_same_valid_answer_by_get_and_by_post(client, pairs):
    """Sections 3.1.1 and 3.2: text of any script in names and values (the client fixture judges)."""
    query = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    answer = get_and_post(client, query.encode())
    assert answer.status == 200
    assert answer.codes or answer.request.get("verb") in VERBS


@thorough
@given(identifier=uris)
def test_206_any_identifier_gets_a_valid_answer(client, identifier):
    """Section 3.2, OAI-PMH.xsd: echoed or not."""
    assert client(verb="ListMetadataFormats", identifier=identifier).codes


@thorough
@given(query=raw)
def test_107_any_octets_get_a_valid_answer(client, query):
    """Sections 3.1.2.2 and 3.2: as query and as form; never a 5xx, never XML that is not well-formed."""
    assert get_and_post(client, query).status == 200


@quick
@given(query=raw, form=raw, content_type=st.text('abcxyz/-;= "%', max_size=20))
def test_107_any_body_of_any_type_is_answered_or_refused(client, query, form, content_type):
    """Section 3.1.2.2: 200 or 4xx."""
    options = {"environ_overrides": {"QUERY_STRING": query.decode("latin-1")}, "content_type": content_type}
    assert client.raw(form, "POST", **options).status in (200, 400, 413, 415)


@quick
@given(token=st.text("abcXYZ019-_.!~*'()", min_size=1) | st.text(min_size=1))
def test_804_no_text_is_a_token_but_those_that_were_issued(client, token):
    """Sections 3.5 and 3.6."""
    answer = client(verb="ListRecords", resumptionToken=token)
    assert answer.code == "badResumptionToken"


@quick
@given(size=st.integers(1, 40), prefix=st.sampled_from(PREFIXES), verb=st.sampled_from(LIST_VERBS))
def test_801_pages_of_any_size_join_up_to_the_whole_list(sample_client, whole, size, prefix, verb):
    """Section 3.5: each record once, oldest first, no page empty."""
    pages = list(sample_client(page_size=size).pages(verb, metadataPrefix=prefix))
    assert [each for page in pages for each in page.identifiers] == [head[0] for head in whole[prefix]]
    stamps = [stamp for page in pages for stamp in page.datestamps]
    assert stamps == sorted(stamps)
    assert len(pages) == -(-len(stamps) // size)


states = st.sampled_from(["active", "withdrawn"])
moments = st.datetimes(datetime(2016, 5, 1), datetime(2026, 11, 20)).map(lambda moment: moment.replace(microsecond=0))


@quick
@given(data=st.data(), ends=st.tuples(moments, moments), days=st.booleans(), prefix=st.sampled_from(PREFIXES))
def test_725_a_harvest_by_date_and_set_is_the_whole_list_filtered(paged, whole, data, ends, days, prefix):
    """Section 2.7: both ends inclusive, a day to its end, a set with those below it."""
    near = [datetime.fromisoformat(head[1]).replace(tzinfo=None) for head in whole[prefix]]
    exact = st.builds(lambda stamp, by: stamp + timedelta(seconds=by), st.sampled_from(near), st.integers(-1, 1))
    first, last = sorted((data.draw(st.just(ends[0]) | exact), data.draw(st.just(ends[1]) | exact)))
    form = "%Y-%m-%d" if days else "%Y-%m-%dT%H:%M:%SZ"
    bounds = {"from_": first.strftime(form), "until": last.strftime(form)}
    for name in data.draw(st.sets(st.sampled_from(["from_", "until"]))):
        del bounds[name]
    spec = data.draw(st.none() | st.sampled_from(sorted({*specs(paged)})))
    length = 10 if days else 20
    wanted = [
        head
        for head in whole[prefix]
        if bounds.get("from_", "") <= head[1][:length] <= bounds.get("until", "9999")
        and (spec is None or any(f"{each}:".startswith(f"{spec}:") for each in head[2]))
    ]
    arguments = {"metadataPrefix": prefix, **bounds, **({"set": spec} if spec else {})}
    assert headers(paged, **arguments) == wanted
    if not wanted:
        assert paged(verb="ListRecords", **arguments).code == "noRecordsMatch"


@quick
@given(cuts=st.lists(st.integers(0, 36), max_size=4, unique=True).map(sorted))
def test_709_harvests_that_follow_each_other_make_up_the_whole(client, whole, cuts):
    """Section 2.7.1: until one second, from the next: nothing twice, nothing lost."""
    everything = whole["oai_dc"]
    stamps = [head[1] for head in everything]
    found, since = [], {}
    for cut in cuts:
        here = datetime.fromisoformat(stamps[cut])
        if not since or since["from_"] <= stamps[cut]:
            found += headers(client, metadataPrefix="oai_dc", until=stamps[cut], **since)
        since = {"from_": (here + timedelta(seconds=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    found += headers(client, metadataPrefix="oai_dc", **since)
    assert found == everything


@quick
@given(spec=st.text("abehilnst:_*.", min_size=1, max_size=12) | st.sampled_from(["health", "science", "languages:ja"]))
def test_722_any_set_spec_gives_exactly_the_items_below_it(client, whole, spec):
    """Section 2.6: compared element by element."""
    wanted = [head for head in whole["oai_dc"] if any(f"{each}:".startswith(f"{spec}:") for each in head[2])]
    assert headers(client, metadataPrefix="oai_dc", set=spec) == (wanted if not spec.endswith(":") else [])


@settings(deadline=None, database=None, max_examples=12)
@given(data=st.data())
def test_819_whatever_changes_during_a_list_what_did_not_is_delivered_once(opened, client_of, data):
    """Sections 2.7.1 and 3.5.1: items changed, withdrawn and added between any two pages; the list ends."""
    store = opened(*(item(str(place)) for place in range(8)))
    pipeline = pipeline_for(store, SETTINGS)
    client = client_of(store, page_size=data.draw(st.integers(1, 4)))
    found, touched = [], set()
    for page in client.pages("ListIdentifiers", metadataPrefix="oai_dc"):
        found += page.identifiers
        changes = data.draw(st.dictionaries(st.sampled_from("0123456789"), states, max_size=3))
        if len(found) < 40 and changes:
            touched |= {*changes}
            title = f"After {len(found)}"
            pipeline.ingest(readings(*(item(name, title, state=state) for name, state in changes.items())), "test")
    for place in map(str, range(8)):
        assert found.count(DOMAIN + place) == 1 or place in touched
    assert {DOMAIN + str(place) for place in range(8)} <= {*found}


def test_901_no_octets_at_all_are_no_verb(client):
    """Section 3.6: the smallest request there is."""
    assert octets(client, b"").codes == ["badVerb"]

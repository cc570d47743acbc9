"""Live harvests of real loopback servers: whole, broken off, incremental, and of servers that misbehave."""

import gzip
import json
from dataclasses import replace

import pytest

from oai_server.ingest.harvest import asked_by, harvested
from oai_server.ingest.marks import State, state_of
from oai_server.ingest.source import Mark, SourceError
from oai_server.ingest.transport import Manners, Transport
from oai_server.model import Set
from tests.ingest.misbehaving import OAI, Endpoint, Entry, Reply, serving
from tests.ingest.test_oai import faults, items, names, notes

ALL = [f"x:{number}" for number in range(7)]
SEVEN = [Entry(name, f"2024-05-0{place + 1}T10:00:00Z") for place, name in enumerate(ALL)]


def live(endpoint: Endpoint, mark: str | None = None, query: str = "", waits: list[float] | None = None):
    """What a harvest gives, and the requests it took."""
    kept: list[float] = [] if waits is None else waits
    with serving(endpoint) as server, Transport(Manners(pace=0, tries=3), sleep=kept.append) as transport:
        found = list(harvested(f"{server.url}/oai{query}", mark, transport))
        return found, server.paths


def marks(found) -> list[State]:
    return [state_of(each.text) for each in found if isinstance(each, Mark)]


def last_mark(found) -> str:
    return [each.text for each in found if isinstance(each, Mark)][-1]


def lists(paths: list[str]) -> list[str]:
    return [path.partition("?")[2] for path in paths if "ListRecords" in path]


def test_a_harvest_brings_every_record_and_a_mark_after_each_page():
    found, _ = live(Endpoint(SEVEN))
    assert names(found) == ALL
    assert [type(each).__name__ for each in found] == [*["Reading", "Reading", "Mark"] * 3, "Reading", "Mark"]
    assert not notes(found)
    assert [state.count for state in marks(found)] == [2, 4, 6, 0]
    assert marks(found)[-1] == State("oai_dc", from_="2024-06-01T12:00:00Z")


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_harvest_that_was_broken_off_goes_on_at_the_page_where_it_was(pages):
    endpoint = Endpoint(SEVEN)
    before, _ = live(endpoint)
    stop = [place for place, each in enumerate(before) if isinstance(each, Mark)][pages - 1]
    after, paths = live(replace(endpoint, spoken="2024-06-02T12:00:00Z"), before[stop].text)
    assert names(before[:stop]) + names(after) == ALL
    assert len(lists(paths)) == 4 - pages
    # What the first page was is what counts: what changed meanwhile may stand on a page that was read.
    assert marks(after)[-1].from_ == "2024-06-01T12:00:00Z"


def test_the_next_run_asks_for_what_changed_since_the_first_page_of_the_last():
    endpoint = Endpoint(SEVEN)
    first, _ = live(endpoint)
    changed = replace(endpoint, entries=[*SEVEN[1:], Entry("x:0", "2024-06-01T12:00:00Z", deleted=True)])
    found, paths = live(replace(changed, spoken="2024-06-02T08:00:00Z"), last_mark(first))
    assert [(item.identifier, item.state) for item in items(found)] == [("x:0", "withdrawn")]
    assert lists(paths) == ["verb=ListRecords&metadataPrefix=oai_dc&from=2024-06-01T12%3A00%3A00Z"]
    again, _ = live(replace(changed, spoken="2024-06-03T08:00:00Z"), last_mark(found))
    assert (names(again), notes(again), marks(again)[-1].from_) == ([], [], "2024-06-03T08:00:00Z")


def test_a_repository_that_knows_days_only_is_asked_by_days_and_the_last_day_again():
    first, _ = live(Endpoint(SEVEN, granularity="YYYY-MM-DD"))
    _, paths = live(Endpoint(SEVEN, granularity="YYYY-MM-DD"), last_mark(first))
    assert lists(paths) == ["verb=ListRecords&metadataPrefix=oai_dc&from=2024-06-01"]


@pytest.mark.parametrize("granularity", ["", "YYYY-MM-DDThh:mm:ss.sssZ"])
def test_an_odd_granularity_is_noted_and_taken_for_days(granularity):
    found, _ = live(Endpoint(SEVEN, granularity=granularity))
    assert notes(found) == [("noted", "section 4.2")]
    assert marks(found)[-1].from_ == "2024-06-01"


def test_a_repository_that_forgets_its_deletions_is_noted():
    class Forgetful(Endpoint):
        def answer(self, verb, told):
            reply = super().answer(verb, told)
            return replace(reply, body=reply.body.replace(b">persistent<", b">no<").replace(b"2000-01-01", b"long ago"))

    found, _ = live(Forgetful(SEVEN))
    assert names(found) == ALL
    assert notes(found) == [("noted", "section 2.5.1")]


def test_the_mark_of_another_time_or_hand_is_no_obstacle():
    for mark in ("", "{}", "[]", "not json", json.dumps({"token": 7, "from": [], "count": "x", "prefix": None})):
        assert names(live(Endpoint(SEVEN), mark)[0]) == ALL
    state = State("mods", "2024-01-01", "a/b&c", "2024-01-02T00:00:00Z", 7, 9)
    assert state_of(state.text()) == state


# --- live: what is asked for ---


@pytest.mark.parametrize(
    ("formats", "query", "prefix"),
    [
        (("oai_dc", "mods"), "", "mods"),
        (("oai_dc",), "", "oai_dc"),
        (("oai_dc", "mods"), "?metadataPrefix=oai_dc", "oai_dc"),
    ],
)
def test_the_format_is_the_richest_that_we_read_or_the_one_that_the_url_names(formats, query, prefix):
    found, paths = live(Endpoint(SEVEN, formats=formats), query=query)
    assert lists(paths)[0] == f"verb=ListRecords&metadataPrefix={prefix}"
    assert [set(item.xml) for item in items(found)] == [{prefix}] * 7
    again, _ = live(Endpoint(SEVEN, formats=(*formats, "mods")), last_mark(found), query)
    assert marks(again)[-1].prefix == prefix  # what was begun in one format is not gone on with in another


def test_set_from_and_until_of_the_url_are_asked_for():
    query = "?verb=ListRecords&repo=1&metadataPrefix=oai_dc&set=a:b&from=2024-05-03&until=2024-05-31"
    found, paths = live(Endpoint(SEVEN), query=query)
    asked = "repo=1&verb=ListRecords&metadataPrefix=oai_dc&set=a%3Ab&from=2024-05-03&until=2024-05-31"
    assert lists(paths)[0] == asked
    assert names(found) == ALL[2:]
    again, paths = live(Endpoint(SEVEN), last_mark(found), query)
    assert (again, lists(paths)) == ([], [])


def test_an_argument_that_stands_twice_is_refused():
    with pytest.raises(SourceError, match="may stand once"):
        asked_by("http://x.example.org/oai?set=a&set=b")


def test_the_sets_are_named_page_after_page():
    named, _ = live(Endpoint(SEVEN, sets={"a": "First", "a:b ": "Second"}))
    assert [each for each in named if isinstance(each, Set)] == [Set("a", "First"), Set("a:b", "Second")]


@pytest.mark.parametrize(
    "answer",
    [
        Reply(b"<html>"),
        Reply(b"", 404),
        Reply(f'<OAI-PMH xmlns="{OAI}"><error code="badVerb"/></OAI-PMH>'.encode()),
        Reply(
            f'<OAI-PMH xmlns="{OAI}"><ListSets><set><setSpec>a</setSpec></set><resumptionToken>again'
            "</resumptionToken></ListSets></OAI-PMH>".encode()
        ),
    ],
)
def test_a_repository_that_cannot_name_its_sets_is_harvested_all_the_same(answer):
    class Nameless(Endpoint):
        def answer(self, verb, told):
            return answer if verb == "ListSets" else super().answer(verb, told)

    found, paths = live(Nameless(SEVEN))
    assert names(found) == ALL
    assert len([path for path in paths if "ListSets" in path]) <= 3
    assert {degree for degree, _ in notes(found)} <= {"noted"}


# --- live: misbehaviour ---


def broken_once(turn: int, spoil, **more):
    return live(Endpoint(SEVEN, spoilt={turn: spoil}, **more))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda reply: Reply(b"busy", 503, {"Retry-After": "3"}),
        lambda reply: Reply(b"", 500),
        lambda reply: replace(reply, cut=100),
        lambda reply: replace(reply, body=reply.body[:300]),
        lambda reply: Reply(b"<!DOCTYPE html><html><body>Down for maintenance</body></html>"),
        lambda reply: Reply(b""),
    ],
    ids=["503", "500", "cut", "half", "html", "nothing"],
)
@pytest.mark.parametrize("turn", [0, 2])
def test_a_page_that_fails_once_is_asked_for_again(turn, spoil):
    found, _ = broken_once(turn, spoil)
    assert names(found) == ALL
    assert not faults(found, "refused")


@pytest.mark.parametrize("status", [400, 404, 422, 500])
def test_errors_count_whatever_the_http_status(status):
    endpoint = Endpoint([], always=lambda reply: replace(reply, status=status))
    found, paths = live(endpoint)
    assert (names(found), notes(found), len(lists(paths))) == ([], [], 1)
    assert marks(found)[-1].from_ == "2024-06-01T12:00:00Z"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda reply: Reply(b"<html>Not found</html>", 404), "HTTP 404.*no OAI-PMH response: '<html>Not found"),
        (lambda reply: Reply(b"<html>Sorry</html>"), "HTTP 200.*no OAI-PMH response"),
        (lambda reply: replace(reply, body=reply.body[:-30]), "cut off"),
        (lambda reply: Endpoint([]).error("badArgument", "no"), "badArgument: 'no'"),
        (lambda reply: Endpoint([]).error("cannotDisseminateFormat"), "cannotDisseminateFormat"),
    ],
)
def test_a_page_that_stays_broken_ends_the_run_and_the_next_goes_on_there(spoil, reason):
    endpoint = Endpoint(SEVEN, spoilt=dict.fromkeys((1, 2, 3), spoil))
    found = []
    with (
        serving(endpoint) as server,
        Transport(Manners(pace=0, tries=3), sleep=lambda seconds: None) as transport,
        pytest.raises(SourceError, match=reason),
    ):
        for each in harvested(f"{server.url}/oai", None, transport):
            found.append(each)
    rest, _ = live(Endpoint(SEVEN), last_mark(found))
    assert names(found)[:2] + names(rest) == ALL


def test_a_broken_record_costs_itself_and_names_the_request():
    entries = [*SEVEN[:2], Entry("x:2", "2024-05-03", title="a & b"), *SEVEN[3:]]
    found, _ = live(Endpoint(entries))
    assert names(found) == [name for name in ALL if name != "x:2"]
    (fault,) = faults(found, "refused")
    assert (fault.rule, fault.identifier, fault.line) == ("well-formed XML", "x:2", 3)
    assert "verb=ListRecords&resumptionToken=oai_dc%2F%2F2" in fault.file


def test_a_token_that_loops_ends_the_list_with_a_fault_and_the_next_run_starts_it_again():
    loop = lambda reply: replace(reply, body=reply.body.replace(b"oai_dc//6", b"oai_dc//2"))  # noqa: E731
    found, paths = live(Endpoint(SEVEN, always=loop, size=None))
    assert names(found) == ALL[:6]
    assert [(fault.rule, "given before" in fault.message) for fault in faults(found, "refused")] == [
        ("section 3.5", True)
    ]
    assert len(lists(paths)) == 3
    assert marks(found)[-1] == State("oai_dc")


def test_a_page_that_comes_again_under_another_token_ends_the_list():
    class Stuck(Endpoint):
        def list(self, told):
            token = told.get("resumptionToken", "oai_dc//0")
            first = super().list({"metadataPrefix": "oai_dc"})
            after = f"oai_dc//{int(token.rpartition('/')[2]) + 2}"
            return replace(first, body=first.body.replace(b"oai_dc//2", after.encode()))

    found, paths = live(Stuck(SEVEN, size=None))
    assert set(names(found)) == set(ALL[:2])
    assert len(lists(paths)) == 2
    assert "same as the one before" in faults(found, "refused")[0].message


def test_empty_pages_without_end_are_not_followed_for_ever():
    class Empty(Endpoint):
        def list(self, told):
            number = int(told.get("resumptionToken", "0")) + 1
            return self.response(f"<ListRecords><resumptionToken>{number}</resumptionToken></ListRecords>")

    found, paths = live(Empty([]))
    assert "20 empty pages in a row" in faults(found, "refused")[0].message
    assert len(lists(paths)) == 20


def test_an_empty_page_with_a_token_is_not_the_end():
    class Gap(Endpoint):
        def list(self, told):
            if told.get("resumptionToken") == "gap":
                return super().list({"resumptionToken": "oai_dc//2"})
            reply = super().list(told)
            if "resumptionToken" not in told:
                return replace(reply, body=reply.body.replace(b"oai_dc//2", b"first"))
            return reply

        def answer(self, verb, told):
            if told.get("resumptionToken") == "first":
                return self.response("<ListRecords><resumptionToken>gap</resumptionToken></ListRecords>")
            return super().answer(verb, told)

    assert names(live(Gap(SEVEN))[0]) == ALL


@pytest.mark.parametrize("after", ["noRecordsMatch", "badResumptionToken", "empty"])
def test_a_token_on_the_last_page_ends_the_list_all_the_same(after):
    class Generous(Endpoint):
        def list(self, told):
            if told.get("resumptionToken") == "oai_dc//7":
                empty = self.response("<ListRecords><resumptionToken/></ListRecords>")
                return empty if after == "empty" else self.error(after)
            return super().list(told)

    found, _ = live(Generous(SEVEN, token_at_end=True))
    assert names(found) == ALL
    assert not notes(found)
    assert marks(found)[-1] == State("oai_dc", "2024-06-01T12:00:00Z")


@pytest.mark.parametrize("size", [lambda count: count + 5, lambda count: 1])
def test_a_wrong_complete_list_size_is_noted(size):
    found, _ = live(Endpoint(SEVEN, size=size))
    assert names(found) == ALL
    assert notes(found) == [("noted", "section 3.5")]


def test_a_token_that_has_expired_between_runs_starts_its_list_again():
    class Restarted(Endpoint):
        def list(self, told):
            if "resumptionToken" not in told:
                self.expired.clear()
            return super().list(told)

    mark = State("oai_dc", "2024-05-02T00:00:00Z", "oai_dc//4", "2024-05-20T00:00:00Z", 4, 7).text()
    found, paths = live(Restarted(SEVEN, expired={"oai_dc//4"}), mark)
    assert lists(paths)[1] == "verb=ListRecords&metadataPrefix=oai_dc&from=2024-05-02T00%3A00%3A00Z"
    assert "'too old'" in faults(found, "noted")[0].message
    assert names(found) == ALL[1:]
    assert marks(found)[-1].from_ == "2024-06-01T12:00:00Z"


def test_tokens_that_are_never_taken_end_the_run():
    class Amnesiac(Endpoint):
        def list(self, told):
            return self.error("badResumptionToken", "?") if "resumptionToken" in told else super().list(told)

    with pytest.raises(SourceError, match="second time"):
        live(Amnesiac(SEVEN))


def test_an_ampersand_in_a_token_is_mended_and_one_that_cannot_be_read_ends_the_run():
    class Bare(Endpoint):
        def list(self, told):
            reply = super().list(
                {
                    **told,
                    **(
                        {"resumptionToken": told["resumptionToken"].replace("a=1&b=", "")}
                        if "resumptionToken" in told
                        else {}
                    ),
                }
            )
            return replace(reply, body=reply.body.replace(b"oai_dc//", b"a=1&b=oai_dc//"))

    assert names(live(Bare(SEVEN))[0]) == ALL
    with pytest.raises(SourceError, match="resumptionToken cannot be read"):
        broken_once(1, lambda reply: replace(reply, body=reply.body.replace(b"oai_dc//4", b"oai_dc<//4")))


def test_redirects_are_followed_and_remembered():
    endpoint = Endpoint(SEVEN)

    def moved(path, told):
        if path == "/oai":
            query = "&".join(f"{name}={value}" for name, value in told.items())
            return Reply(b"", 301, {"Location": f"/new/oai?{query}"})
        return endpoint(path, told)

    found, paths = live(moved)
    assert names(found) == ALL
    assert sum(path.startswith("/oai?") for path in paths) == 1


def test_pages_may_be_packed_and_a_bomb_is_not_opened():
    def packed(reply):
        return replace(reply, body=gzip.compress(reply.body, mtime=0), headers={"Content-Encoding": "gzip"})

    fixed = lambda reply: replace(packed(reply), headers={"Content-Encoding": "gzip"})  # noqa: E731
    found, _ = live(Endpoint(SEVEN, always=fixed))
    assert names(found) == ALL
    bomb = Reply(gzip.compress(bytes(3_000_000), mtime=0), headers={"Content-Encoding": "gzip"})
    with (
        serving(Endpoint(SEVEN, always=lambda reply: bomb)) as server,
        Transport(Manners(pace=0, largest=1_000_000)) as transport,
        pytest.raises(SourceError, match="larger than"),
    ):
        list(harvested(f"{server.url}/oai", None, transport))


@pytest.mark.parametrize(
    "answer",
    [
        Reply(b"<!DOCTYPE html><html><body>Welcome</body></html>"),
        Reply(b"", 404),
        Reply(b"<a/>"),
        Reply(f'<OAI-PMH xmlns="{OAI}"><error code="badVerb">?</error></OAI-PMH>'.encode()),
    ],
)
def test_an_address_that_is_no_endpoint_says_so(answer):
    with pytest.raises(SourceError, match=r"http://127.*Identify"):
        live(lambda path, told: answer)

"""The polite transport against a server that misbehaves, over real HTTP."""

import gzip
import http.server
import itertools
import threading
import zlib
from datetime import UTC, datetime

import pytest
import zstandard

from oai_server.ingest.source import SourceError
from oai_server.ingest.transport import Manners, Transport, TransportError
from tests.conftest import Clock
from tests.ingest.misbehaving import Reply, serving

START = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC).timestamp()
BODY = b"<a>" + b"0123456789" * 20_000 + b"</a>"


class Waiting(Clock):
    """A clock that goes when somebody sleeps, and remembers for how long."""

    def __init__(self) -> None:
        super().__init__(START)
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        super().sleep(seconds)


@pytest.fixture
def clock() -> Waiting:
    return Waiting()


def transport(clock: Waiting, **manners: float) -> Transport:
    """Without chance: every wait is exactly what the doubling says. No pace unless asked for."""
    given = {"pace": 0.0, "silence": 5.0, "connecting": 5.0, **manners}
    return Transport(Manners(**given), clock=clock, sleep=clock.sleep, chance=lambda: 0.5)


def in_turn(*replies: Reply):
    """A script that gives one reply after the other, the last for ever."""
    turns = itertools.chain(replies, itertools.repeat(replies[-1]))
    return lambda path, told: next(turns)


def deflated(body: bytes, wbits: int) -> bytes:
    squeezer = zlib.compressobj(wbits=wbits)
    return squeezer.compress(body) + squeezer.flush()


def test_pairs_go_into_the_query_behind_what_is_there(clock):
    with serving(in_turn(Reply(b"x"))) as server, transport(clock) as asking:
        answer = asking.get(
            f"{server.url}/oai?repo=1#here", [("verb", "ListRecords"), ("resumptionToken", "a/b&c=ä d")]
        )
    assert server.paths == ["/oai?repo=1&verb=ListRecords&resumptionToken=a%2Fb%26c%3D%C3%A4+d"]
    assert (answer.status, answer.body, answer.url) == (200, b"x", server.url + server.paths[0])


def test_it_says_who_asks_and_how_to_reach_them(clock):
    with serving(in_turn(Reply())) as server:
        for contact in (None, "https://repo.example.org/contact"):
            with Transport(Manners(pace=0), contact) as asking:
                asking.get(server.url)
    agents = [headers["User-Agent"] for _, headers in server.asked]
    assert agents[0].startswith("oai-server/")
    assert "+https://repo.example.org/contact" in agents[1]


def test_headers_are_found_in_any_case(clock):
    with serving(in_turn(Reply(headers={"X-Total": "7"}))) as server, transport(clock) as asking:
        assert asking.get(server.url).headers["x-total"] == "7"


@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", gzip.compress(BODY[:70], mtime=0) + gzip.compress(BODY[70:], mtime=0) + b"\0\0"),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("deflate", deflated(BODY, 15)),
        ("deflate", deflated(BODY, -15)),
        ("zstd", zstandard.compress(BODY)),
        ("zstd", zstandard.compress(BODY[:70]) + zstandard.compress(BODY[70:])),
        ("deflate, gzip", gzip.compress(deflated(BODY, 15), mtime=0)),
        ("identity", BODY),
    ],
)
def test_every_coding_is_undone(clock, encoding, encoded):
    with (
        serving(in_turn(Reply(encoded, headers={"Content-Encoding": encoding}))) as server,
        transport(clock) as asking,
    ):
        assert asking.get(server.url).body == BODY
    assert {"gzip", "zstd", "deflate"} <= set(server.asked[0][1]["Accept-Encoding"].replace(",", " ").split())


@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [
        ("gzip", gzip.compress(bytes(5_000_000), mtime=0)),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(50_000_000)), mtime=0)),
        ("zstd", zstandard.compress(bytes(5_000_000))),
        ("deflate", deflated(bytes(5_000_000), -15)),
        ("", bytes(5_000_000)),
    ],
)
def test_a_body_that_grows_beyond_the_bound_is_refused_at_once(clock, encoding, encoded):
    with (
        serving(in_turn(Reply(encoded, headers={"Content-Encoding": encoding}))) as server,
        transport(clock, largest=1_000_000) as asking,
        pytest.raises(TransportError, match="larger than 1,000,000 bytes"),
    ):
        asking.get(server.url)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "gzip"}, b"not gzip at all"),
        ({"Content-Encoding": "gzip"}, gzip.compress(BODY, mtime=0)[:-20]),
        ({"Content-Encoding": "deflate"}, deflated(BODY, 15)[:-20]),
        ({"Content-Encoding": "zstd"}, b"not zstd at all"),
        ({"Content-Encoding": "br"}, b"x"),
        ({"Content-Encoding": "gzip,gzip,gzip,gzip"}, b"x"),
    ],
)
def test_what_cannot_be_decoded_is_asked_for_again_and_then_told(clock, headers, body):
    with (
        serving(in_turn(Reply(body, headers=headers))) as server,
        transport(clock, tries=2) as asking,
        pytest.raises(TransportError, match=server.url),
    ):
        asking.get(server.url)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("7", 7.0),
        ("0", 0.25),  # never faster than the pace
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.25),
        ("soon", 2.0),
        ("", 2.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(clock, status, header, waited):
    busy = Reply(b"busy", status, {"Retry-After": header})
    with serving(in_turn(busy, Reply(b"good"))) as server, transport(clock, pace=0.25) as asking:
        assert asking.get(server.url).body == b"good"
    assert clock.waits[0] == waited
    assert len(server.asked) == 2


def test_a_server_that_wants_to_be_left_alone_for_long_ends_the_run(clock):
    with (
        serving(in_turn(Reply(b"", 503, {"Retry-After": "86400"}))) as server,
        transport(clock) as asking,
        pytest.raises(SourceError, match="asks to come back in 86400 seconds"),
    ):
        asking.get(server.url)
    assert (len(server.asked), clock.waits) == (1, [])


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_that_fails_is_asked_again_with_longer_and_longer_waits(clock, status):
    with serving(in_turn(Reply(b"sorry", status))) as server, transport(clock) as asking:
        answer = asking.get(server.url)
    assert (answer.status, answer.body) == (status, b"sorry")
    assert clock.waits == [2, 4, 8, 16, 32]
    assert len(server.asked) == 6


@pytest.mark.parametrize("status", [200, 400, 404, 422])
def test_a_plain_answer_is_taken_at_once_whatever_its_status(clock, status):
    with serving(in_turn(Reply(b"<e/>", status))) as server, transport(clock) as asking:
        assert asking.get(server.url).status == status
    assert (len(server.asked), clock.waits) == (1, [])


def test_the_asker_decides_which_answers_are_worth_another_try(clock):
    with serving(in_turn(Reply(b"<html>"), Reply(b"<OAI-PMH/>", 500))) as server, transport(clock) as asking:
        answer = asking.get(server.url, accepts=lambda answer: b"OAI" in answer.body)
    assert (answer.status, len(server.asked)) == (500, 2)


def test_chance_spreads_the_waits(clock):
    chances = iter([0.0, 1.0, 0.5, 0.25, 0.75])
    with serving(in_turn(Reply(b"", 503))) as server:
        Transport(Manners(pace=0), clock=clock, sleep=clock.sleep, chance=lambda: next(chances)).get(server.url)
    assert clock.waits == [1, 6, 8, 12, 40]


def test_a_cut_connection_is_asked_again(clock):
    replies = [Reply(BODY, cut=0), Reply(BODY, cut=1000), Reply(BODY)]
    with serving(in_turn(*replies)) as server, transport(clock) as asking:
        assert asking.get(server.url).body == BODY
    assert clock.waits == [2, 4]


def test_a_connection_that_is_always_cut_ends_in_an_error_that_names_the_url(clock):
    with (
        serving(in_turn(Reply(BODY, cut=100))) as server,
        transport(clock, tries=3) as asking,
        pytest.raises(TransportError, match=f"{server.url}/oai.*100 bytes read"),
    ):
        asking.get(f"{server.url}/oai")
    assert len(server.asked) == 3


def test_a_server_that_falls_silent_is_not_waited_for(clock):
    with (
        serving(in_turn(Reply(BODY, pause=0.5), Reply(b"x"))) as server,
        transport(clock, silence=0.1) as asking,
    ):
        assert asking.get(server.url).body == b"x"


def test_an_answer_that_drips_is_given_up(clock):
    dripping = Reply(BODY, pieces=20, pause=0.01)
    asking = transport(clock, answer=0.0)
    asking._clock = itertools.count(START).__next__  # a second passes whenever somebody looks
    with serving(in_turn(dripping)) as server, pytest.raises(TransportError, match="takes more than 0 seconds"):
        asking.get(server.url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_told(clock, status):
    def script(path, told):
        return Reply(b"here") if path == "/new/oai" else Reply(b"", status, {"Location": "/new/oai?verb=Identify"})

    with serving(script) as server, transport(clock) as asking:
        answer = asking.get(f"{server.url}/old", [("verb", "Identify")])
    assert (answer.body, answer.url) == (b"here", f"{server.url}/new/oai?verb=Identify")


def test_redirects_that_go_round_end(clock):
    with (
        serving(in_turn(Reply(b"", 302, {"Location": "/again"}))) as server,
        transport(clock) as asking,
        pytest.raises(TransportError, match="more than 5 redirects"),
    ):
        asking.get(server.url)
    assert len(server.asked) == 6


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x", "http://[", "javascript:1"])
def test_a_redirect_to_another_kind_of_place_is_not_followed(clock, place):
    with (
        serving(in_turn(Reply(b"", 302, {"Location": place}))) as server,
        transport(clock) as asking,
        pytest.raises(TransportError, match=server.url),
    ):
        asking.get(server.url)
    assert len(server.asked) == 1


def test_a_redirect_status_without_a_place_is_an_answer(clock):
    with serving(in_turn(Reply(b"?", 302))) as server, transport(clock) as asking:
        assert asking.get(server.url).status == 302


def test_between_two_requests_to_a_host_there_is_a_pause(clock):
    with serving(in_turn(Reply(b"x"))) as server, transport(clock, pace=0.5) as asking:
        for _ in range(3):
            asking.get(server.url)
            clock.sleep(0.125)
    assert clock.waits == [0.125, 0.375, 0.125, 0.375, 0.125]


def test_one_connection_serves_many_requests(clock):
    """Politeness too: a handshake for each page is work for the server."""
    seen = set()

    class Counting(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format, *args):
            pass

        def do_GET(self):
            seen.add(self.client_address)
            body = gzip.compress(BODY, mtime=0)
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with transport(clock) as asking:
            for _ in range(3):
                asking.get(f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1/oai", "refused"),
        ("http://nosuch.invalid/oai", "nosuch.invalid"),
        ("http://[/oai", "Invalid"),
        ("http://", "No host|Invalid"),
        ("ftp://127.0.0.1/oai", "scheme"),
    ],
)
def test_a_place_where_nobody_answers_is_soon_given_up(clock, url, reason):
    with transport(clock) as asking, pytest.raises(TransportError, match=f"(?i){reason}") as caught:
        asking.get(url)
    assert url in str(caught.value)
    assert len(clock.waits) <= 1

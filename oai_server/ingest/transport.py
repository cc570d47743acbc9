"""HTTP as a polite guest speaks it: slowly, patiently, within bounds, and by name. For sources that read live."""

from __future__ import annotations

import random
import re
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import TracebackType
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from urllib3 import exceptions

from oai_server import __version__
from oai_server.ingest.decoding import ENCODINGS, Undecodable, decoded
from oai_server.ingest.source import SourceError

AGENT = f"oai-server/{__version__} (OAI-PMH harvester)"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({429, 500, 502, 503, 504})
CHUNK = 65_536

# What a host that never was there says: it is more likely misspelt than tired.
UNREACHED = (exceptions.NewConnectionError, exceptions.ConnectTimeoutError, exceptions.ProxyError, exceptions.SSLError)
UNREACHED_TRIES = 2
BEFORE_THE_REASON = re.compile(r"^(?:<[^>]*>|\w+\([^)]*\)): ")  # the connection object in urllib3's messages


class TransportError(SourceError):
    """A server gave no answer that can be used: unreachable, too slow, too big, cut off; the text names the URL."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server finally said: any status, headers by names in any case, the decoded body, the URL it came from."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Manners:
    """How patient and how polite: seconds, tries and bytes."""

    pace: float = 0.5  # between the end of one request to a host and the start of the next
    tries: int = 6
    first_wait: float = 2.0  # doubled after every try, and spread by chance, so that harvesters do not march in step
    longest_wait: float = 600.0  # what a Retry-After may ask for; more ends the run
    connecting: float = 20.0
    silence: float = 90.0  # between two packets
    answer: float = 900.0  # from the first byte to the last
    redirects: int = 5
    largest: int = 200_000_000  # bytes of a body, decoded


class Transport:
    """Asks servers by GET. ``clock``, ``sleep`` and ``chance`` come in, so that a test need not wait."""

    def __init__(
        self,
        manners: Manners = Manners(),
        contact: str | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``contact`` is a URL or an e-mail address at which the server's keeper finds out who asks."""
        self.manners = manners
        self.agent = f"{AGENT.removesuffix(')')}; +{contact})" if contact else AGENT
        self._clock, self._sleep, self._chance = clock, sleep, chance
        self._pools: dict[str | None, urllib3.PoolManager] = {}
        self._last: dict[str, float] = {}  # by host: when it last answered, or failed to
        self._reached: set[str] = set()

    def get(
        self,
        url: str,
        pairs: Sequence[tuple[str, str]] = (),
        accepts: Callable[[Answer], bool] = lambda answer: answer.status not in BUSY,
    ) -> Answer:
        """The answer to a URL with these pairs added to its query; TransportError where none can be had.

        What ``accepts`` does not take is asked for again, patiently; after the last try it is the answer all the same.
        """
        asked = _with(url, pairs)
        for number in range(1, self.manners.tries + 1):
            try:
                answer = self._followed(asked)
            except ValueError as error:  # urllib3 and urllib say so of an address that is none
                raise TransportError(f"{asked}: {error}") from error
            except (exceptions.HTTPError, OSError, Undecodable) as error:
                if number == self._tries(asked, error):
                    raise TransportError(f"{asked}: {_reason(error)}") from error
                self._rest(number)
            else:
                if number == self.manners.tries or accepts(answer):
                    return answer
                self._rest(number, self._asked_to_wait(answer))
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Give the connections back."""
        for pool in self._pools.values():
            pool.clear()

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- waiting ---

    def _tries(self, url: str, error: Exception) -> int:
        unreached = isinstance(error, UNREACHED) and _host(url) not in self._reached
        return min(UNREACHED_TRIES, self.manners.tries) if unreached else self.manners.tries

    def _rest(self, number: int, asked: float | None = None) -> None:
        """Wait before the next try: as long as the server asked, or twice as long as the last time."""
        if asked is not None:
            self._sleep(asked)
        else:
            backed_off: float = self.manners.first_wait * 2 ** (number - 1)
            self._sleep(min(backed_off, self.manners.longest_wait) * (0.5 + self._chance()))

    def _asked_to_wait(self, answer: Answer) -> float | None:
        """The seconds of a Retry-After header (RFC 9110, section 10.2.3), None where it is missing or odd."""
        text = answer.headers.get("Retry-After", "").strip()
        if text.isdecimal():
            seconds = float(text)
        else:
            try:
                moment = parsedate_to_datetime(text)
            except ValueError:
                return None
            seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - self._clock()
        if seconds > self.manners.longest_wait:
            raise TransportError(
                f"{answer.url}: HTTP {answer.status}, asks to come back in {seconds:.0f} seconds, "
                f"more than the {self.manners.longest_wait:.0f} that a run waits: run it again later"
            )
        return max(seconds, self.manners.pace)

    def _keep_pace(self, host: str) -> None:
        passed = self._clock() - self._last.get(host, float("-inf"))
        if 0 <= passed < self.manners.pace:
            self._sleep(self.manners.pace - passed)

    # --- asking ---

    def _followed(self, url: str) -> Answer:
        """The answer at the end of the redirects; never from https back to http, nor to another scheme."""
        for _ in range(self.manners.redirects + 1):
            answer = self._once(url)
            place = answer.headers.get("Location")
            if answer.status not in REDIRECTS or not place:
                return answer
            following = urljoin(url, place)
            allowed = {urlsplit(url).scheme, "https"}
            if urlsplit(following).scheme not in allowed:
                raise TransportError(f"{url}: a redirect to {following!a:.200} is not followed")
            url = following
        raise TransportError(f"{url}: more than {self.manners.redirects} redirects")

    def _once(self, url: str) -> Answer:
        host = _host(url)
        self._keep_pace(host)
        try:
            response = self._pool(url).request(
                "GET",
                url,
                headers={"User-Agent": self.agent, "Accept-Encoding": ", ".join(ENCODINGS), "Accept": "*/*"},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=urllib3.Timeout(connect=self.manners.connecting, read=self.manners.silence),
            )
            self._reached.add(host)
            try:
                body = self._body(url, response)
            finally:
                # What is not read to its end is no use to the next request.
                response.close()
            return Answer(response.status, response.headers, body, url)
        finally:
            self._last[host] = self._clock()

    def _body(self, url: str, response: urllib3.BaseHTTPResponse) -> bytes:
        encoding = response.headers.get("Content-Encoding", "")
        body = bytearray()
        for piece in decoded(self._pieces(url, response), encoding):
            body += piece
            if len(body) > self.manners.largest:
                raise TransportError(f"{url}: the answer is larger than {self.manners.largest:,} bytes")
        return bytes(body)

    def _pieces(self, url: str, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        end = self._clock() + self.manners.answer
        while piece := response.read1(CHUNK, decode_content=False):
            yield piece
            if self._clock() > end:
                raise TransportError(f"{url}: the answer takes more than {self.manners.answer:.0f} seconds")

    def _pool(self, url: str) -> urllib3.PoolManager:
        """Connections, through a proxy where the environment names one (http_proxy, https_proxy, no_proxy)."""
        parts = urlsplit(url)
        bypassed = urllib.request.proxy_bypass(parts.hostname or "")
        proxy = None if bypassed else urllib.request.getproxies().get(parts.scheme)
        if proxy not in self._pools:
            self._pools[proxy] = urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()
        return self._pools[proxy]


def _with(url: str, pairs: Sequence[tuple[str, str]]) -> str:
    bare = url.partition("#")[0]
    if not pairs:
        return bare
    return f"{bare}{'&' if '?' in bare else '?'}{urlencode(pairs)}"


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def _reason(error: Exception) -> str:
    told = error.args[0] if isinstance(error, exceptions.ProtocolError) and error.args else error
    return BEFORE_THE_REASON.sub("", str(told)) or type(error).__name__

"""Odd requests over raw sockets, and what a server makes of them: ``python bench/odd_requests.py PORT``.

For choosing a server (docs/decisions/0004-granian.md): nothing may end in a 5xx or without an answer.
"""

import socket
import sys

COMMON = b"Host: x\r\nConnection: close\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def get(target: bytes, method: bytes = b"GET", version: bytes = b"HTTP/1.1", headers: bytes = COMMON) -> bytes:
    """A request without a body."""
    return method + b" " + target + b" " + version + b"\r\n" + headers + b"\r\n"


def post(body: bytes, headers: bytes = b"") -> bytes:
    """A POST with its length, unless the headers say otherwise."""
    length = b"" if b"Transfer-Encoding" in headers else b"Content-Length: %d\r\n" % len(body)
    return b"POST /oai HTTP/1.1\r\n" + COMMON + FORM + headers + length + b"\r\n" + body


IDENTIFY = b"/oai?verb=Identify"
LONG = b"/oai?verb=GetRecord&identifier="
CASES = {
    "raw <": get(b"/oai?verb=<x>"),
    "raw punctuation": get(b'/oai?verb="x{}|^`\\'),
    "raw UTF-8": get("/oai?verb=é".encode()),
    "raw octets": get(b"/oai?verb=\xe9\xff"),
    "blank": get(b"/oai?verb=a b"),
    "NUL": get(b"/oai?verb=\x00"),
    "tab": get(b"/oai?verb=\t"),
    "60 kB": get(LONG + b"a" * 60_000),
    "200 kB": get(LONG + b"a" * 200_000),
    "8000 arguments": get(b"/oai?" + b"a=1&" * 8000),
    "chunked": post(b"0d\r\nverb=Identify\r\n0\r\n\r\n", b"Transfer-Encoding: chunked\r\n"),
    "expect": post(b"verb=Identify", b"Expect: 100-continue\r\n"),
    "POST of 300 kB": post(b"verb=Identify&from=" + b"a" * 300_000),
    "POST of 3 MB": post(b"verb=Identify&from=" + b"a" * 3_000_000),
    "HEAD": get(IDENTIFY, b"HEAD"),
    "PUT": get(IDENTIFY, b"PUT"),
    "BREW": get(IDENTIFY, b"BREW"),
    "TRACE": get(IDENTIFY, b"TRACE"),
    "OPTIONS": get(b"/oai", b"OPTIONS"),
    "HTTP/1.0": get(IDENTIFY, version=b"HTTP/1.0", headers=b""),
    "no host": get(IDENTIFY, headers=b"Connection: close\r\n"),
    "absolute": get(b"http://elsewhere" + IDENTIFY),
    "fragment": get(IDENTIFY + b"#x"),
}


def answer(request: bytes, port: int) -> bytes:
    """Everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def main(port: int) -> int:
    """Print a line a case; 1 if a server error or a dropped connection was among them."""
    bad = 0
    for name, request in CASES.items():
        try:
            lines = answer(request, port).split(b"\r\n")
            status = lines[0].decode("latin-1") or "no answer"
        except OSError as error:
            status = f"no answer: {error}"
        wrong = status.startswith("no answer") or status.split()[1].startswith("5")
        bad += wrong
        print(f"{name:16} {status}{'   <-- wrong' if wrong else ''}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

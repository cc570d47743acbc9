"""A loopback server that speaks both generations of DSpace's REST interface, and misbehaves where it is told to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

ORDER = "dc.date.accessioned,ASC"


class DSpace:
    """Its items, and what is wrong: by item's number ``broken`` ("500", "html", "octet", "401"), ``linked`` ones.

    ``cuts`` are the numbers of the requests whose answer ends too early.
    """

    def __init__(self, count: int) -> None:
        self.items = [self.item(number) for number in range(count)]
        self.broken: dict[int, str] = {}
        self.linked: set[int] = set()
        self.cuts: set[int] = set()
        self.unlisted: set[int] = set()  # the older interface leaves these out of its pages
        self.orders = True
        self.total: int | None = None
        self.asked: list[str] = []
        self.url = ""

    @staticmethod
    def item(number: int) -> dict[str, object]:
        name = f"00000000-0000-4000-8000-{number:012}"
        metadata = {"dc.title": [{"value": f"Title {number}", "language": "", "confidence": -1, "place": 0}]}
        return {"uuid": name, "handle": f"1/{number}", "type": "item", "inArchive": True, "metadata": metadata}

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, bytes]:
        """Status and body."""
        if path == "/server/api/discover/search/objects":
            return self.search(query)
        if path.startswith("/server/api/core/items/"):
            number = int(path.rpartition("-")[2])
            return (401, b"{}") if self.broken.get(number) == "401" else (200, json.dumps(self.items[number]).encode())
        if path == "/rest/items":
            start, size = int(query["offset"][0]), int(query["limit"][0])
            return self.written(start, size, [self.older(number) for number in self.numbers(start, size)])
        return 404, b"{}"

    def numbers(self, start: int, size: int) -> list[int]:
        return [each for each in range(len(self.items))[start : start + size] if each not in self.unlisted]

    def search(self, query: dict[str, list[str]]) -> tuple[int, bytes]:
        if "sort" in query and not self.orders:
            return 422, b"{}"
        page, size = int(query["page"][0]), int(query["size"][0])
        objects = [self.found(number) for number in self.numbers(page * size, size)]
        total = len(self.items) if self.total is None else self.total
        result = {"_embedded": {"objects": objects}, "page": {"number": page, "size": size, "totalElements": total}}
        return self.written(page * size, size, {"_embedded": {"searchResult": result}})

    def found(self, number: int) -> dict[str, object]:
        item = self.items[number]
        if number in self.linked:
            address = f"{self.url}/core/items/{item['uuid']}"
            return {"type": "discover", "_links": {"indexableObject": {"href": address}}}
        return {"type": "discover", "_embedded": {"indexableObject": item}}

    def older(self, number: int) -> dict[str, object]:
        entry = {"key": "dc.title", "value": f"Title {number}", "language": None}
        return {"id": number, "handle": f"1/{number}", "type": "item", "archived": "true", "metadata": [entry]}

    def written(self, start: int, size: int, document: object) -> tuple[int, bytes]:
        """The page, or what becomes of it because of the broken items in it."""
        body = json.dumps(document).encode()
        for number, trouble in self.broken.items():
            if not start <= number < start + size:
                continue
            if trouble == "500":
                return 500, b"<h1>Internal Server Error</h1>"
            if trouble == "html":
                return 200, b"<h1>Please log in</h1>"
            if trouble == "octet":
                body = body.replace(f"Title {number}".encode(), b"Title \xff")
            if trouble == "401" and number not in self.linked:
                return 401, b"{}"
        return 200, body

    @contextmanager
    def running(self, path: str) -> Iterator[str]:
        """The base URL while it answers."""
        dspace = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                dspace.asked.append(self.path)
                status, body = dspace.answer(parts.path, parse_qs(parts.query))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                cut = len(dspace.asked) in dspace.cuts
                self.wfile.write(body[: len(body) // 2] if cut else body)
                self.close_connection = True

            def log_message(self, *arguments: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            try:
                self.url = f"http://127.0.0.1:{server.server_port}{path}"
                yield self.url
            finally:
                server.shutdown()

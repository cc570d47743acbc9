"""A provider made with `oaipmh` (the kept line of pyoai), as its users make one: a WSGI app by ``create_app``.

Runs in the environment of the peers, not in ours. PEERS_DATABASE is the SQLite file that bench/peers.py makes.
"""

import json
import os
import sqlite3
import threading
from datetime import UTC, datetime

from flask import Flask, Response, request
from oaipmh import common, error
from oaipmh.metadata import MetadataRegistry
from oaipmh.server import BatchingServer, oai_dc_writer

COLUMNS = "identifier, datestamp, deleted, sets, fields"


class Repository:
    """What the library asks for: IBatchingOAI, on SQL."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.mine = threading.local()
        [first] = self.rows("SELECT min(datestamp) FROM records")[0]
        self.about = common.Identify(
            repositoryName="Peer",
            baseURL="http://127.0.0.1/oai",
            protocolVersion="2.0",
            adminEmails=["admin@bench.example.org"],
            earliestDatestamp=_time(first),
            deletedRecord="persistent",
            granularity="YYYY-MM-DDThh:mm:ssZ",
            compression=["identity"],
            toolkit_description=False,
        )

    def rows(self, query, values=()):
        """The rows of a query, on this thread's own connection."""
        if not hasattr(self.mine, "connection"):
            self.mine.connection = sqlite3.connect(self.path)
        return self.mine.connection.execute(query, values).fetchall()

    def identify(self):
        """Identify."""
        return self.about

    def listMetadataFormats(self, identifier=None):  # noqa: N802 (the library's name, here and below)
        """ListMetadataFormats."""
        return [
            ("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/")
        ]

    def listSets(self, cursor=0, batch_size=10):  # noqa: N802
        """A page of ListSets."""
        return [(*row, None) for row in self.rows("SELECT spec, name FROM sets LIMIT ? OFFSET ?", (batch_size, cursor))]

    def getRecord(self, metadataPrefix, identifier):  # noqa: N802, N803
        """GetRecord."""
        found = self.rows(f"SELECT {COLUMNS} FROM records WHERE identifier = ?", (identifier,))
        if not found:
            raise error.IdDoesNotExistError(identifier)
        return _record(found[0])

    def listIdentifiers(self, metadataPrefix, set=None, from_=None, until=None, cursor=0, batch_size=10):  # noqa: N802, N803
        """A page of headers."""
        return [_header(row) for row in self._page(set, from_, until, cursor, batch_size)]

    def listRecords(self, metadataPrefix, set=None, from_=None, until=None, cursor=0, batch_size=10):  # noqa: N802, N803
        """A page of records."""
        return [_record(row) for row in self._page(set, from_, until, cursor, batch_size)]

    def _page(self, set_spec, from_, until, cursor, size):
        conditions, values = ["TRUE"], []
        if set_spec:
            conditions.append("identifier IN (SELECT identifier FROM members WHERE spec = ?)")
            values.append(set_spec)
        if from_:
            conditions.append("datestamp >= ?")
            values.append(_text(from_))
        if until:
            conditions.append("datestamp <= ?")
            values.append(_text(until))
        query = f"SELECT {COLUMNS} FROM records WHERE {' AND '.join(conditions)}"
        return self.rows(f"{query} ORDER BY datestamp, number LIMIT ? OFFSET ?", (*values, size, cursor))


def _time(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def _text(moment):
    return moment.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _header(row):
    identifier, datestamp, deleted, sets, _ = row
    return common.Header(None, identifier, _time(datestamp), sets.split(), bool(deleted))


def _record(row):
    return _header(row), None if row[2] else common.Metadata(None, json.loads(row[4])), None


def create_app():
    """The app."""
    registry = MetadataRegistry()
    registry.registerWriter("oai_dc", oai_dc_writer)
    server = BatchingServer(Repository(os.environ["PEERS_DATABASE"]), registry, resumption_batch_size=100)
    app = Flask(__name__, static_folder=None)

    @app.route("/oai")
    def oai():
        return Response(server.handleRequest(request.args.to_dict()), content_type="text/xml; charset=utf-8")

    return app

"""A provider made with `oai_repo`, as its users make one: a WSGI app by ``create_app``.

Runs in the environment of the peers, not in ours. PEERS_DATABASE is the SQLite file that bench/peers.py makes.
``create_app`` has the methods that the library's documentation asks for, ``create_bulk_app`` the optional ones too,
which get what a page needs in one query.
"""

import os
import sqlite3
import threading

import oai_repo
from flask import Flask, Response, request
from lxml import etree

DC = oai_repo.MetadataFormat(
    "oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/"
)
HEADER = "identifier, datestamp, deleted, sets"
BODY = "deleted, xml"


class Repository(oai_repo.DataInterface):
    """What the library asks for, on SQL."""

    limit = 100

    def __init__(self, path):
        self.path = path
        self.mine = threading.local()
        self.about = oai_repo.Identify()
        self.about.repository_name = "Peer"
        self.about.base_url = "http://bench.example.org/oai"
        self.about.admin_email = ["admin@bench.example.org"]
        self.about.earliest_datestamp = self.rows("SELECT min(datestamp) FROM records")[0][0]
        self.about.deleted_record = "persistent"
        self.about.granularity = "YYYY-MM-DDThh:mm:ssZ"

    def rows(self, query, values=()):
        """The rows of a query, on this thread's own connection."""
        if not hasattr(self.mine, "connection"):
            self.mine.connection = sqlite3.connect(self.path)
        return self.mine.connection.execute(query, values).fetchall()

    def get_identify(self):
        return self.about

    def is_valid_identifier(self, identifier):
        return bool(self.rows("SELECT 1 FROM records WHERE identifier = ?", (identifier,)))

    def get_metadata_formats(self, identifier=None):
        return [DC]

    def get_record_header(self, identifier):
        return _header(self.rows(f"SELECT {HEADER} FROM records WHERE identifier = ?", (identifier,))[0])

    def get_record_metadata(self, identifier, metadataprefix):
        return _metadata(self.rows(f"SELECT {BODY} FROM records WHERE identifier = ?", (identifier,))[0])

    def get_record_abouts(self, identifier):
        return []

    def list_set_specs(self, identifier=None, cursor=0):
        [[count]] = self.rows("SELECT count(*) FROM sets")
        rows = self.rows("SELECT spec FROM sets LIMIT ? OFFSET ?", (self.limit, cursor))
        return [row[0] for row in rows], count, None

    def get_set(self, setspec):
        return oai_repo.Set(*self.rows("SELECT spec, name FROM sets WHERE spec = ?", (setspec,))[0], [])

    def list_identifiers(self, metadataprefix, filter_from=None, filter_until=None, filter_set=None, cursor=0):
        conditions, values = ["TRUE"], []
        for limit, condition in ((filter_from, "datestamp >= ?"), (filter_until, "datestamp <= ?")):
            if limit:
                conditions.append(condition)
                values.append(limit.strftime("%Y-%m-%dT%H:%M:%SZ"))
        if filter_set:
            conditions.append("identifier IN (SELECT identifier FROM members WHERE spec = ?)")
            values.append(filter_set)
        where = f"FROM records WHERE {' AND '.join(conditions)}"
        [[count]] = self.rows(f"SELECT count(*) {where}", values)
        query = f"SELECT identifier {where} ORDER BY datestamp, number LIMIT ? OFFSET ?"
        return [row[0] for row in self.rows(query, (*values, self.limit, cursor))], count, None


class Bulk(Repository):
    """The same with the optional methods: all records of a page at once."""

    def _found(self, columns, identifiers):
        marks = ",".join("?" * len(identifiers))
        rows = self.rows(f"SELECT identifier, {columns} FROM records WHERE identifier IN ({marks})", identifiers)
        found = {row[0]: row[1:] for row in rows}
        return [found[each] for each in identifiers]

    def get_records_header(self, identifiers):
        return [_header(row) for row in self._found(HEADER, identifiers)]

    def get_records_metadata(self, identifiers, metadataprefix):
        return [_metadata(row) for row in self._found(BODY, identifiers)]

    def get_records_abouts(self, identifiers):
        return [[] for _ in identifiers]


def _header(row):
    identifier, datestamp, deleted, sets = row
    return oai_repo.RecordHeader(identifier, datestamp, sets.split(), "deleted" if deleted else None)


def _metadata(row):
    deleted, xml = row
    return None if deleted else etree.fromstring(xml)


def create_app():
    """The app as documented."""
    return _app(Repository(os.environ["PEERS_DATABASE"]))


def create_bulk_app():
    """The app with every shortcut."""
    return _app(Bulk(os.environ["PEERS_DATABASE"]))


def _app(data):
    repository = oai_repo.OAIRepository(data)
    app = Flask(__name__, static_folder=None)

    @app.route("/oai")
    def oai():
        return Response(bytes(repository.process(request.args.to_dict())), content_type="text/xml; charset=utf-8")

    return app

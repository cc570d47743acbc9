"""HTTP to pairs, bytes to HTTP: the Flask app and the server that runs it."""

from oai_server.web.app import create_app

__all__ = ["create_app"]

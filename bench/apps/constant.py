"""A Flask app that answers with constants, served as oai-server serves: ``python constant.py serve OPTION...``.

The constants are the files of the folder BENCH_PAGES: ``page.xml``, and ``page.xml.gz``, ``page.xml.zst`` if they are
there, told with their content coding.
"""

import os
from pathlib import Path

from flask import Flask, Response

CODINGS = {".gz": "gzip", ".zst": "zstd"}


def create_app() -> Flask:
    """The app: one view a file, each as short as a view can be."""
    app = Flask(__name__, static_folder=None)
    for file in Path(os.environ["BENCH_PAGES"]).iterdir():
        app.add_url_rule(f"/{file.name}", file.name.replace(".", "_"), _view(file))
    return app


def _view(file: Path):
    octets = file.read_bytes()
    headers = {"Content-Encoding": CODINGS[file.suffix]} if file.suffix in CODINGS else {}

    def view() -> Response:
        return Response(octets, 200, headers, content_type="text/xml; charset=utf-8")

    return view


def main() -> None:
    """Run a command of oai-server, whose server is given this app in place of ours: all else is as it is for ours."""
    from oai_server import cli
    from oai_server.web import serving

    granian = serving.Granian
    serving.Granian = lambda target, **options: granian("constant:create_app", **options)  # type: ignore[misc,assignment]
    cli.main()


if __name__ == "__main__":
    main()

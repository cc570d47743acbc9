"""Commands that serve: serve, demo."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from oai_server import shipped
from oai_server.cli.opening import pipeline_of, store_of, told
from oai_server.config import Settings, SettingsError, load

DEMO = {
    "database_url": "sqlite:///oai-server-demo.sqlite",
    "repository_name": "oai-server demo",
    "repository_identifier": "demo.example.org",
    "admin_email": "admin@demo.example.org",
    "profiles": "openaire openaire4 driver rioxx datacite",
}


@click.command()
@click.option("--bind", metavar="HOST:PORT", default="127.0.0.1:8080", show_default=True, help="Where to listen.")
@click.pass_obj
def demo(config: str | None, bind: str) -> None:
    """Serve the sample collection from ./oai-server-demo.sqlite."""
    from oai_server.ingest import jsonl
    from oai_server.ingest.source import Errand
    from oai_server.ingest.sources import source_name

    with told():
        unset = {name: value for name, value in DEMO.items() if f"OAI_SERVER_{name}".upper() not in os.environ}
        for name, value in {**unset, "bind": bind}.items():
            os.environ[f"OAI_SERVER_{name}".upper()] = value
        settings = load(config)
        with pipeline_of(settings) as pipeline:
            errand = Errand(shipped("data") / "items.jsonl")
            keep = pipeline.may_keep_datestamps()
            tally = pipeline.ingest(jsonl.read(errand), source_name(jsonl.KIND, errand), keep_datestamps=keep)
            if pipeline.stale:
                pipeline.render_again()
            counts = pipeline.store.sizes()
        items = sum(counts["items"].values())  # type: ignore[attr-defined]
        click.echo(f"{items} items in {settings.database_url}, {tally.changes['added']} of them new.")
        click.echo(f"Serving {settings.default_base_url}")
        click.echo("Try:")
        click.echo(f'  curl "{settings.default_base_url}?verb=ListRecords&metadataPrefix=oai_dc"')
        click.echo("Stop with Ctrl-C.")
        _serve(settings, workers=1)


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen (setting: bind).")
@click.option("--workers", type=int, metavar="N", help="Processes (setting: workers).")
@click.pass_obj
def serve(config: str | None, bind: str | None, workers: int | None) -> None:
    """Serve the store to harvesters."""
    with told():
        settings = load(config, bind=bind, workers=workers)
        if config:
            os.environ["OAI_SERVER_CONFIG"] = str(Path(config).resolve())
        os.environ["OAI_SERVER_BIND"] = settings.bind
        with store_of(settings):  # migrates, and fails here rather than in every worker
            click.echo(f"Serving {settings.default_base_url} on {settings.bind}, {settings.workers} workers")
        _serve(settings, settings.workers)


def _serve(settings: Settings, workers: int) -> None:
    from oai_server.web.serving import serve as run

    host, port = _host_and_port(settings.bind)
    try:
        run(host, port, workers, re.split("[:+]", settings.database_url)[0])
    except OSError as error:
        raise SettingsError(f"bind: {settings.bind}: {error.strerror}") from None


def _host_and_port(bind: str) -> tuple[str, int]:
    host, colon, port = bind.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError(f"bind: {bind!r} is not HOST:PORT, such as 127.0.0.1:8080")
    return host.strip("[]"), int(port)


COMMANDS = (demo, serve)

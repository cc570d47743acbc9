"""The commands. Each turns words into arguments, calls one thing, and says what came of it."""

from __future__ import annotations

import click

from oai_server import __version__
from oai_server.cli import filling, items, membership, schemas, serving, telling


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="oai-server")
@click.option("--config", metavar="FILE", help="Settings file; without it ./oai-server.toml, if there is one.")
@click.pass_context
def main(context: click.Context, config: str | None) -> None:
    """Serve repository items to harvesters by OAI-PMH 2.0.

    Take items in with `ingest`, serve them with `serve`; `demo` does both with sample data. Every setting can stand in
    oai-server.toml or in an OAI_SERVER_* variable; OAI_SERVER_DATABASE_URL and OAI_SERVER_BASE_URL alone are enough.

    Exit codes: 0 done, 1 done with something lost (it is listed), 2 could not run.
    """
    context.obj = config


for group in (filling, items, membership, schemas, serving, telling):
    for command in group.COMMANDS:
        main.add_command(command)

"""Commands on items that are here: withdraw, restore, render, refresh."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from oai_server.cli.opening import LOST, pipeline_of, told
from oai_server.cli.showing import progress, report
from oai_server.config import SettingsError, load


@click.command()
@click.argument("identifiers", nargs=-1, required=True, metavar="IDENTIFIER...")
@click.pass_obj
def withdraw(config: str | None, identifiers: Sequence[str]) -> None:
    """Make the records of items deleted records.

    This holds until `restore`, whatever the source of the item says.
    """
    _set_state(config, identifiers, "withdrawn")


@click.command()
@click.argument("identifiers", nargs=-1, required=True, metavar="IDENTIFIER...")
@click.pass_obj
def restore(config: str | None, identifiers: Sequence[str]) -> None:
    """Bring withdrawn or private items back."""
    _set_state(config, identifiers, "active")


@click.command()
@click.option("--format", "prefix", metavar="PREFIX", help="Only the records in this format.")
@click.pass_obj
def render(config: str | None, prefix: str | None) -> None:
    """Render every stored item again; only what changed is stamped.

    For after a change of settings or formats, and for a new release.
    """
    with told():
        settings = load(config)
        with pipeline_of(settings) as pipeline, progress("rendering") as count:
            known = pipeline.hands.renderer.formats
            if prefix not in (None, *known):
                raise SettingsError(f"--format: {prefix} is not made here; {', '.join(known)} are")
            tally = pipeline.render_again(only=prefix, progress=count)
        report(tally, "rendered again")
        if tally.lost:
            sys.exit(LOST)


@click.command()
@click.pass_obj
def refresh(config: str | None) -> None:
    """Render the items again whose embargo has ended.

    For once a day, soon after midnight UTC (cron, a systemd timer).
    """
    with told():
        with pipeline_of(load(config)) as pipeline, progress("refreshing") as count:
            tally = pipeline.refresh(count)
        report(tally, "refreshed")
        if tally.lost:
            sys.exit(LOST)


def _set_state(config: str | None, identifiers: Sequence[str], state: Any) -> None:
    with told():
        with pipeline_of(load(config)) as pipeline:
            changes = pipeline.set_state(identifiers, state)
        for identifier, change in changes.items():
            click.echo(f"{identifier}: {change or 'there is no such item'}")
        if None in changes.values():
            sys.exit(LOST)


COMMANDS = (withdraw, restore, render, refresh)

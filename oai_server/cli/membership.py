"""Commands on who is where: apply, and purge for who shall never have been there."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from oai_server.cli.opening import LOST, pipeline_of, store_of, told
from oai_server.cli.showing import ascii_safe, progress
from oai_server.config import load

if TYPE_CHECKING:
    from oai_server.ingest.applying import Moves

PURGING = (
    "purge takes these items out without a trace. Harvesters that have their records are never told, "
    "though Identify promises deletedRecord persistent: to take an item back, use withdraw. If it must be, say --yes."
)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say who would enter and leave, and change nothing.")
@click.pass_obj
def apply(config: str | None, dry_run: bool) -> None:
    """Carry out changed rules and profiles: say who enters and leaves which set.

    Nothing is rendered: after a change of formats or crosswalks, use `render`.
    """
    from oai_server.ingest.applying import apply as carry_out

    with told():
        with pipeline_of(load(config)) as pipeline, progress("applying") as count:
            hands = pipeline.hands
            moves = carry_out(
                pipeline.store,
                pipeline.writer,
                hands.showing,
                hands.renderer.formats,
                dry_run,
                lambda done: count(done, None),
            )
            stale = pipeline.stale
        _tell(moves, dry_run)
        if stale:
            click.echo("Formats or settings have changed since stored records were made: oai-server render", err=True)


def _tell(moves: Moves, dry_run: bool) -> None:
    for profile, spec in sorted({*moves.enter, *moves.leave}):
        place = f"/oai{'/' + profile if profile else ''}{' set ' + spec if spec else ''}"
        counts = f"{moves.enter[profile, spec]} enter, {moves.leave[profile, spec]} leave"
        click.echo(ascii_safe(f"{place}: {counts}, such as {', '.join(moves.examples[profile, spec])}"))
    would = "would be shown in another way; dry run: nothing was changed" if dry_run else "are shown in another way"
    click.echo(f"{moves.items} items {would}")


@click.command()
@click.argument("identifiers", nargs=-1, required=True, metavar="IDENTIFIER...")
@click.option("--yes", is_flag=True, help="I know what this breaks.")
@click.pass_obj
def purge(config: str | None, identifiers: Sequence[str], yes: bool) -> None:
    """Take items out without a trace; this breaks the promise that deleted records stay.

    For what must not be told even as deleted, such as a court's order. Everything else is for `withdraw`.
    """
    from oai_server.store.purging import purge as take_out

    with told():
        if not yes:
            raise click.UsageError(PURGING)
        with store_of(load(config)) as store:
            gone = take_out(store, identifiers)
        for identifier in identifiers:
            click.echo(ascii_safe(f"{identifier}: {'gone' if identifier in gone else 'there is no such item'}"))
        if len(gone) < len(set(identifiers)):
            sys.exit(LOST)


COMMANDS = (apply, purge)

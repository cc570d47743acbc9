"""Commands on the schemas that judge the records: list, fetch, verify."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oai_server.cli.opening import LOST, chosen, schema_folder, told
from oai_server.cli.showing import ascii_safe
from oai_server.config import SettingsError, load

if TYPE_CHECKING:
    from oai_server.official.files import Outcome


@click.group()
def schemas() -> None:
    """List, fetch and verify the schemas that judge the records.

    Ours always judge; the official ones do too where they have been fetched.
    """


@schemas.command("list")
@click.pass_obj
def list_schemas(config: str | None) -> None:
    """Say by which schemas each format is judged."""
    from oai_server.formats import chosen_formats
    from oai_server.official.judge import Official
    from oai_server.provider import site_of

    with told():
        settings = load(config)
        site, official = site_of(settings), Official(schema_folder(settings))
        for known in chosen(chosen_formats, settings).values():
            url = known.schema_url(site)
            theirs = official.problem(url) or "used too" if official.holds(url) else "not fetched"
            click.echo(f"{known.prefix}\n  namespace {known.namespace}\n  ours      {known.xsd or 'none'}")
            click.echo(f"  official  {url}: {theirs}" if known.schema != known.xsd else "  official  none: ours is")


@schemas.command()
@click.argument("which", nargs=-1, metavar="[FORMAT|NAMESPACE|URL]...")
@click.option("--mirror", metavar="URL", help="Take URL/HOST/PATH in place of the published addresses.")
@click.pass_obj
def fetch(config: str | None, which: Sequence[str], mirror: str | None) -> None:
    """Fetch the official schemas, all or some, each checked against its known checksum."""
    from oai_server.official.files import fetch as fetch_files

    with told():
        folder = schema_folder(load(config))
        try:
            found = fetch_files(folder, which or None, mirror, lambda each: click.echo(_outcome(each)))
        except LookupError as error:
            raise SettingsError(str(error.args[0])) from None
        _outcomes(folder, found)


@schemas.command()
@click.pass_obj
def verify(config: str | None) -> None:
    """Compare the fetched schemas with their published checksums, and compile them."""
    from oai_server.official.files import verify as verify_files

    with told():
        folder = schema_folder(load(config))
        found = [each for each in verify_files(folder) if each.state != "missing"]
        for each in found:
            click.echo(_outcome(each))
        _outcomes(folder, found)


def _outcome(each: Outcome) -> str:
    return ascii_safe(f"{each.state}: {each.entry.url}{': ' + each.reason if each.reason else ''}")


def _outcomes(folder: Path, found: Sequence[Outcome]) -> None:
    bad = sum(not each.good for each in found)
    click.echo(f"{folder}: {len(found) - bad} schema files good, {bad} not")
    if bad:
        sys.exit(LOST)


COMMANDS = (schemas,)

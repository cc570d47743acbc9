"""Commands that take items in: ingest, sources, faults."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oai_server.cli.opening import FAILED, LOST, pipeline_of, store_of, told
from oai_server.cli.showing import FAULT_PARTS, ascii_safe, fault_line, progress, report, table
from oai_server.config import load

if TYPE_CHECKING:
    from oai_server.ingest.deciding import Manner
    from oai_server.ingest.pipeline import Pipeline
    from oai_server.ingest.run import Run
    from oai_server.ingest.source import Errand
    from oai_server.ingest.sources import Source
    from oai_server.ingest.tally import Tally

Asked = tuple["Source", "Errand"]
COLUMNS = ("degree", "source", "file", "line", "identifier", "prefix", "rule", "message", "since")


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--from", "kind", metavar="KIND", help="Kind of the sources, where it cannot be seen from them.")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What the columns of a table, or the paths in JSON, become.",
)
@click.option("--explain", is_flag=True, help="Say what each column would become, and take nothing in.")
@click.option("--set", "sets", multiple=True, metavar="SPEC", help="Put every item into this set too; may be repeated.")
@click.option("--merge-sets", is_flag=True, help="An item that several files give is in the sets of all of them.")
@click.option(
    "--complete", is_flag=True, help="The sources are the whole truth: what they no longer give is withdrawn."
)
@click.option("--yes", "sure", is_flag=True, help="Withdraw it even if it is more than a tenth.")
@click.option("--keep-datestamps", is_flag=True, help="Keep the source's datestamps; only before the first harvest.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, with examples, and change nothing.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes that render (setting: processes).")
@click.pass_obj
def ingest(
    config: str | None,
    /,
    sources: Sequence[str],
    kind: str | None,
    mapping: Path | None,
    explain: bool,
    jobs: int | None,
    **manner: Any,
) -> None:
    """Take in the items of files, folders and URLs.

    What is unchanged stays as it is, datestamp included. A broken item is told with file, line, identifier and reason;
    the others go in. Interrupted, the same command goes on.
    """
    from oai_server.ingest.deciding import Manner
    from oai_server.ingest.source import Errand

    with told():
        settings = load(config)
        errands = [Errand(each, mapping) for each in sources]
        if explain:
            return _explain(errands, kind)
        with pipeline_of(settings, jobs) as pipeline:
            if manner["keep_datestamps"] and not pipeline.may_keep_datestamps():
                raise click.UsageError(
                    "--keep-datestamps: this store has been harvested already; a datestamp of the past would hide its "
                    "record from every harvester that has been here. Leave the option out: we stamp what changes."
                )
            code = _taken(pipeline, errands, kind, Manner(**manner))
            if pipeline.stale:
                click.echo(
                    "Formats or settings have changed since stored records were made: oai-server render", err=True
                )
    sys.exit(code)


def _taken(pipeline: Pipeline, errands: Sequence[Errand], kind: str | None, manner: Manner) -> int:
    """Take in all of them; the exit code."""
    from oai_server.ingest.source import SourceError
    from oai_server.ingest.sources import source_of

    failed = 0
    tallies: list[tuple[str, Tally]] = []
    with pipeline.run(manner) as run:
        for errand in errands:
            try:
                source = source_of(errand, kind)
                tallies.append((f"{errand.location} ({source.KIND})", take(run, source, errand, manner)))
            except SourceError as error:
                failed += 1
                click.echo(f"oai-server: {ascii_safe(str(error))}", err=True)
                run.incomplete(str(error))
        gone = run.finish()
    dry = ", dry run: nothing was changed" if manner.dry_run else ""
    for what, tally in tallies:
        report(tally, what + dry)
    if manner.complete:
        report(gone, "no longer given" + dry)
    if failed == len(errands):
        return FAILED
    return LOST if failed or gone.lost or any(tally.lost for _, tally in tallies) else 0


def take(run: Run, source: Source, errand: Errand, manner: Manner) -> Tally:
    """Take in one source, with its progress."""
    from oai_server.ingest.delivering import delivery, expected

    with progress(str(errand.location), expected(run.store, source, errand)) as count:
        return run.take(delivery(run.store, source, errand, manner), count)


def _explain(errands: Iterable[Errand], kind: str | None) -> None:
    """What becomes of each column of these tables."""
    from oai_server.ingest.sources import explained, source_of

    for errand in errands:
        source = source_of(errand, kind)
        click.echo(ascii_safe(f"{errand.location} ({source.KIND})"))
        for each in explained(source, errand):
            examples = " | ".join(each.examples)
            left_out = f" ({each.left_out})" if each.left_out else ""
            line = f"  {each.column or 'always'} -> {each.becomes or 'left out'}{left_out}"
            click.echo(ascii_safe(f"{line}: {examples}" if examples else line))


@click.command()
@click.option("--source", metavar="SOURCE", help="Only of this source: as it was given to ingest, or KIND:LOCATION.")
@click.option(
    "--degree",
    type=click.Choice(["lost", "refused", "healed", "noted"]),
    help="Only of this degree; what is refused is lost too.",
)
@click.option("--rule", metavar="TEXT", help="Only where the rule's name holds this text.")
@click.option("--identifier", metavar="IDENTIFIER", help="Only of this item.")
@click.option(
    "--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True, help="How."
)
@click.pass_obj
def faults(config: str | None, /, source: str | None, identifier: str | None, form: str, **only: str | None) -> None:
    """List what is wrong, and where.

    Items refused, records lost, values healed, values worth a look. A fault goes when its item comes in clean.
    """
    from oai_server.ingest.identifier import identifier_of
    from oai_server.provider import site_of
    from oai_server.store.faults import found

    with told():
        settings = load(config)
        with store_of(settings) as store:
            names = {identifier}
            if identifier:
                names.add(identifier_of(identifier, site_of(settings).repository_identifier, foreign=True))
            place = str(Path(source).resolve()) if source and Path(source).exists() else source
            rows = (row for name in names for row in found(store, source=place, identifier=name, **only))
            FORMS[form](rows)


def _as_text(rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        click.echo(fault_line(**{key: row[key] for key in FAULT_PARTS}))


def _as_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    writer.writerows(each.values() for each in _shown(rows))


def _as_json(rows: Iterable[Mapping[str, Any]]) -> None:
    click.echo("[", nl=False)
    for place, row in enumerate(_shown(rows)):
        click.echo(f"{',' if place else ''}\n{json.dumps(row, ensure_ascii=False)}", nl=False)
    click.echo("\n]")


def _shown(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The columns that are told, the time as text."""
    from datetime import UTC, datetime

    for row in rows:
        since = datetime.fromtimestamp(row["since"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        yield {**{name: row[name] for name in COLUMNS}, "since": since}


FORMS = {"text": _as_text, "csv": _as_csv, "json": _as_json}


@click.command()
def sources() -> None:
    """List the kinds of source that `ingest` can read."""
    from oai_server.ingest.sources import sources as known_sources

    table([(kind, source.SUMMARY) for kind, source in sorted(known_sources().items())])


COMMANDS = (ingest, faults, sources)

"""The commands. Each turns words into arguments, calls one thing, and says what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oai_server import __version__, shipped
from oai_server.config import Settings, SettingsError, load

if TYPE_CHECKING:
    from oai_server.ingest.pipeline import Pipeline, Tally
    from oai_server.official.files import Outcome
    from oai_server.store import Store

LOST = 1  # done, but something was lost; it was listed
FAILED = 2  # could not run
DEMO = {
    "database_url": "sqlite:///oai-server-demo.sqlite",
    "repository_name": "oai-server demo",
    "repository_identifier": "demo.example.org",
    "admin_email": "admin@demo.example.org",
}


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


@main.command()
@click.option("--bind", metavar="HOST:PORT", default="127.0.0.1:8080", show_default=True, help="Where to listen.")
@click.pass_obj
def demo(config: str | None, bind: str) -> None:
    """Serve the sample collection from ./oai-server-demo.sqlite."""
    with _told():
        unset = {name: value for name, value in DEMO.items() if f"OAI_SERVER_{name}".upper() not in os.environ}
        for name, value in {**unset, "bind": bind}.items():
            os.environ[f"OAI_SERVER_{name}".upper()] = value
        settings = load(config)
        with _pipeline(settings) as pipeline:
            location = shipped("data") / "items.jsonl"
            keep = pipeline.may_keep_datestamps()
            tally = _ingest(pipeline, location, "jsonl", keep_datestamps=keep, quiet=True)
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


@main.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--from", "kind", metavar="KIND", help="Kind of the sources, where it cannot be seen from their names.")
@click.option("--set", "sets", multiple=True, metavar="SPEC", help="Put every item into this set too; may be repeated.")
@click.option("--keep-datestamps", is_flag=True, help="Keep the source's datestamps; only before the first harvest.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.pass_obj
def ingest(
    config: str | None,
    sources: Sequence[str],
    kind: str | None,
    sets: Sequence[str],
    keep_datestamps: bool,
    dry_run: bool,
) -> None:
    """Take in the items of files and folders.

    What is unchanged stays as it is, datestamp included. A broken item is told with file, line, identifier and reason;
    the others go in.
    """
    with _told():
        settings = load(config)
        lost = False
        with _pipeline(settings) as pipeline:
            if keep_datestamps and not pipeline.may_keep_datestamps():
                raise click.UsageError(
                    "--keep-datestamps: this store has been harvested already; a datestamp of the past would hide its "
                    "record from every harvester that has been here. Leave the option out: we stamp what changes."
                )
            for name in sources:
                tally = _ingest(pipeline, name, kind, sets=sets, keep_datestamps=keep_datestamps, dry_run=dry_run)
                lost = lost or tally.lost
            if pipeline.stale:
                click.echo(
                    "Formats or settings have changed since stored records were made: oai-server render", err=True
                )
        if lost:
            sys.exit(LOST)


@main.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen (setting: bind).")
@click.option("--workers", type=int, metavar="N", help="Processes (setting: workers).")
@click.pass_obj
def serve(config: str | None, bind: str | None, workers: int | None) -> None:
    """Serve the store to harvesters."""
    with _told():
        settings = load(config, bind=bind, workers=workers)
        if config:
            os.environ["OAI_SERVER_CONFIG"] = str(Path(config).resolve())
        os.environ["OAI_SERVER_BIND"] = settings.bind
        with _store(settings):  # migrates, and fails here rather than in every worker
            click.echo(f"Serving {settings.default_base_url} on {settings.bind}, {settings.workers} workers")
        _serve(settings, settings.workers)


@main.command()
@click.pass_obj
def status(config: str | None) -> None:
    """Say what is served: items, records by format, sets, faults."""
    with _told(), _store(load(config)) as store:
        counts: Any = store.sizes()
        rows = [(f"items {state}", count) for state, count in sorted(counts["items"].items())] or [("items", 0)]
        for prefix, each in counts["formats"].items():
            rows.append((f"records {prefix}", f"{each['records']}, and {each['deleted']} deleted"))
        rows.append(("sets", counts["sets"]))
        rows += [(f"faults {degree}", count) for degree, count in sorted(counts["faults"].items())]
        if counts["newest"] is not None:
            rows.append(
                ("newest datestamp", datetime.fromtimestamp(counts["newest"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
            )
        rows.append(
            ("earliest datestamp", datetime.fromtimestamp(store.earliest(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        )
        rows.append(("harvested", "yes" if store.fact("harvested") else "not yet"))
        _table(rows)


@main.command()
@click.pass_obj
def faults(config: str | None) -> None:
    """List what is wrong, and where.

    Items refused, records lost, values healed, values worth a look.
    """
    with _told(), _store(load(config)) as store:
        for fault in store.faults():
            click.echo(_fault_line(**{key: fault[key] for key in FAULT_PARTS}))  # type: ignore[arg-type]


@main.command()
@click.pass_obj
def formats(config: str | None) -> None:
    """List the metadata formats, with namespace and schema."""
    with _told():
        from oai_server.formats import chosen_formats
        from oai_server.provider import site_of

        settings = load(config)
        for each in _chosen(chosen_formats, settings).values():
            click.echo(f"{each.prefix}\n  namespace {each.namespace}\n  schema    {each.schema_url(site_of(settings))}")


@main.command()
@click.pass_obj
def sets(config: str | None) -> None:
    """List the sets, with the number of their records in oai_dc."""
    with _told(), _store(load(config)) as store:
        counts = store.set_sizes()
        _table([(each.spec, f"{counts.get(each.spec, 0):6d}  {each.name}") for each in store.sets()])


@main.command()
def sources() -> None:
    """List the kinds of source that `ingest` can read."""
    from oai_server.ingest.sources import sources as known_sources

    _table([(kind, source.SUMMARY) for kind, source in known_sources().items()])


@main.command()
@click.argument("identifiers", nargs=-1, required=True, metavar="IDENTIFIER...")
@click.pass_obj
def withdraw(config: str | None, identifiers: Sequence[str]) -> None:
    """Make the records of items deleted records.

    This holds until `restore`, whatever the source of the item says.
    """
    _set_state(config, identifiers, "withdrawn")


@main.command()
@click.argument("identifiers", nargs=-1, required=True, metavar="IDENTIFIER...")
@click.pass_obj
def restore(config: str | None, identifiers: Sequence[str]) -> None:
    """Bring withdrawn or private items back."""
    _set_state(config, identifiers, "active")


@main.command()
@click.option("--format", "prefix", metavar="PREFIX", help="Only the records in this format.")
@click.pass_obj
def render(config: str | None, prefix: str | None) -> None:
    """Render every stored item again; only what changed is stamped.

    For after a change of settings or formats, and for a new release.
    """
    with _told():
        settings = load(config)
        with _pipeline(settings) as pipeline, _progress("rendering") as progress:
            known = pipeline.hands.renderer.formats
            if prefix not in (None, *known):
                raise SettingsError(f"--format: {prefix} is not made here; {', '.join(known)} are")
            tally = pipeline.render_again(only=prefix, progress=progress)
        _report(tally, "rendered again")
        if tally.lost:
            sys.exit(LOST)


@main.group()
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

    with _told():
        settings = load(config)
        site, official = site_of(settings), Official(_schema_folder(settings))
        for known in _chosen(chosen_formats, settings).values():
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

    with _told():
        folder = _schema_folder(load(config))
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

    with _told():
        folder = _schema_folder(load(config))
        found = [each for each in verify_files(folder) if each.state != "missing"]
        for each in found:
            click.echo(_outcome(each))
        _outcomes(folder, found)


def _schema_folder(settings: Settings) -> Path:
    return Path(settings.schema_folder).expanduser()


def _outcome(each: Outcome) -> str:
    return ascii_safe(f"{each.state}: {each.entry.url}{': ' + each.reason if each.reason else ''}")


def _outcomes(folder: Path, found: Sequence[Outcome]) -> None:
    bad = sum(not each.good for each in found)
    click.echo(f"{folder}: {len(found) - bad} schema files good, {bad} not")
    if bad:
        sys.exit(LOST)


@main.command()
@click.pass_obj
def refresh(config: str | None) -> None:
    """Render the items again whose embargo has ended.

    For once a day, soon after midnight UTC (cron, a systemd timer).
    """
    with _told():
        with _pipeline(load(config)) as pipeline, _progress("refreshing") as progress:
            tally = pipeline.refresh(progress)
        _report(tally, "refreshed")
        if tally.lost:
            sys.exit(LOST)


def _set_state(config: str | None, identifiers: Sequence[str], state: Any) -> None:
    with _told():
        with _pipeline(load(config)) as pipeline:
            changes = pipeline.set_state(identifiers, state)
        for identifier, change in changes.items():
            click.echo(f"{identifier}: {change or 'there is no such item'}")
        if None in changes.values():
            sys.exit(LOST)


def _ingest(pipeline: Pipeline, location: str | Path, kind: str | None, quiet: bool = False, **options: Any) -> Tally:
    from oai_server.ingest.pipeline import source_name
    from oai_server.ingest.source import Errand
    from oai_server.ingest.sources import source_of

    errand = Errand(location)
    source = source_of(errand, kind)
    with _progress(str(location)) as progress:
        readings = source.read(errand)
        tally = pipeline.ingest(readings, source_name(source.KIND, errand), progress=progress, **options)
    if not quiet:
        _report(tally, f"{location} ({source.KIND})" + (", dry run: nothing was changed" if options["dry_run"] else ""))
    return tally


def _report(tally: Tally, what: str) -> None:
    for fault in tally.faults:
        click.echo(_fault_line(**{key: getattr(fault, key) for key in FAULT_PARTS}), err=True)
    parts = [f"{tally.changes[change]} {change}" for change in ("added", "changed", "unchanged")]
    parts += [f"{count} {degree}" for degree, count in sorted(tally.degrees.items())]
    click.echo(f"{what}: {', '.join(parts)}")


FAULT_PARTS = ("degree", "file", "line", "identifier", "prefix", "rule", "message")


def _fault_line(
    degree: str, file: str, line: int | None, identifier: str | None, prefix: str | None, rule: str, message: str
) -> str:
    place = f"{file}:{line}" if line else file
    about = " ".join(part for part in (identifier, prefix) if part)
    shown = " ".join(message.split())
    return ascii_safe(f"{degree}: {place}: {about + ': ' if about else ''}{shown} [{rule}]")


def ascii_safe(text: str) -> str:
    """Text without what a terminal might obey: control characters are told as escapes."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _table(rows: Sequence[tuple[str, object]]) -> None:
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        click.echo(f"{name:<{width}}  {value}")


@contextmanager
def _told() -> Iterator[None]:
    """Turn what cannot be helped here into one line for the reader and exit code 2."""
    from oai_server.ingest.source import SourceError
    from oai_server.store import StoreError

    try:
        yield
    except (SettingsError, SourceError, StoreError) as error:
        click.echo(f"oai-server: {ascii_safe(str(error))}", err=True)
        sys.exit(FAILED)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    from oai_server.store import Store, Writer

    with Store(settings.database_url) as store:
        if settings.sets:
            Writer(store).save_sets(settings.sets)
        yield store


@contextmanager
def _pipeline(settings: Settings) -> Iterator[Pipeline]:
    from functools import partial

    from oai_server.formats import chosen_formats
    from oai_server.formats.rendering import make_renderer
    from oai_server.ingest.keeping import Hands
    from oai_server.ingest.pipeline import Pipeline
    from oai_server.official.judge import Official
    from oai_server.provider import site_of

    _chosen(chosen_formats, settings)
    site = site_of(settings)
    judge = partial(Official, _schema_folder(settings))
    make = partial(make_renderer, settings.formats, site, settings.metadata_rights, settings.format_paths, judge)
    with _store(settings) as store, Hands(make, settings.processes or os.cpu_count() or 1) as hands:
        yield Pipeline(store, hands, site.repository_identifier)


def _chosen(choose: Callable[..., Any], settings: Settings) -> Any:
    try:
        return choose(settings.formats, settings.format_paths)
    except ValueError as error:
        raise SettingsError(str(error)) from None


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, a plain line now and then elsewhere."""
    if not sys.stderr.isatty():
        said = 0

        def plain(count: int) -> None:
            nonlocal said
            if count - said >= 10_000:
                said = count
                click.echo(f"{what}: {count} items", err=True)

        yield plain
        return
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda count: bar.update(task, completed=count)


def _serve(settings: Settings, workers: int) -> None:
    from oai_server.web.serving import serve as run

    host, port = _host_and_port(settings.bind)
    try:
        run(host, port, workers)
    except OSError as error:
        raise SettingsError(f"bind: {settings.bind}: {error.strerror}") from None


def _host_and_port(bind: str) -> tuple[str, int]:
    host, colon, port = bind.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError(f"bind: {bind!r} is not HOST:PORT, such as 127.0.0.1:8080")
    return host.strip("[]"), int(port)


if __name__ == "__main__":
    main()

"""Commands that say what there is: status, formats, sets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from oai_server.cli.opening import chosen, store_of, told
from oai_server.cli.showing import table
from oai_server.config import load


@click.command()
@click.pass_obj
def status(config: str | None) -> None:
    """Say what is served: items, records by format, sets, faults."""
    with told(), store_of(load(config)) as store:
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
        table(rows)


@click.command()
@click.pass_obj
def formats(config: str | None) -> None:
    """List the metadata formats, with namespace and schema."""
    with told():
        from oai_server.formats import chosen_formats
        from oai_server.provider import site_of

        settings = load(config)
        for each in chosen(chosen_formats, settings).values():
            click.echo(f"{each.prefix}\n  namespace {each.namespace}\n  schema    {each.schema_url(site_of(settings))}")


@click.command()
@click.pass_obj
def sets(config: str | None) -> None:
    """List the sets, with the number of their records in oai_dc."""
    with told(), store_of(load(config)) as store:
        counts = store.set_sizes()
        table([(each.spec, f"{counts.get(each.spec, 0):6d}  {each.name}") for each in store.sets()])


COMMANDS = (status, formats, sets)

"""What a command needs before it can begin: the store, the pipeline; and what cannot be helped, in one line."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oai_server.cli.showing import ascii_safe
from oai_server.config import Settings, SettingsError

if TYPE_CHECKING:
    from oai_server.ingest.keeping import Hands
    from oai_server.ingest.pipeline import Pipeline
    from oai_server.store import Store

LOST = 1  # done, but something was lost; it was listed
FAILED = 2  # could not run


@contextmanager
def told() -> Iterator[None]:
    """Turn what cannot be helped here into one line for the reader and exit code 2."""
    from oai_server.ingest.source import SourceError
    from oai_server.store import StoreError

    try:
        yield
    except (SettingsError, SourceError, StoreError) as error:
        click.echo(f"oai-server: {ascii_safe(str(error))}", err=True)
        sys.exit(FAILED)


@contextmanager
def store_of(settings: Settings) -> Iterator[Store]:
    """The store, with the sets that the settings name."""
    from oai_server.store import Store

    with Store(settings.database_url) as store:
        _name_sets(store, settings)
        yield store


def _name_sets(store: Store, settings: Settings) -> None:
    """Keep the names of sets that the settings tell, where they are others than last time.

    A set that a rule makes by itself is listed though it may be empty, one that it makes for a value if it has records.
    """
    from oai_server.store import Writer

    rules = [*settings.set_rules.rules]
    rules += [rule for profile in settings.profiles for rule in profile.membership(settings.set_rules).rules]
    possible = [each for rule in rules for each in rule.sets()]
    certain = [each for rule in settings.set_rules.rules if not rule.value for each in rule.sets()]
    told = hashlib.blake2b(repr((possible, certain, settings.sets)).encode(), digest_size=16).hexdigest()
    if store.fact("named") != told:
        writer = Writer(store)
        writer.suggest_sets(possible)
        writer.save_sets((*certain, *settings.sets))
        writer.remember("named", told)


def _waiting() -> None:
    click.echo("another writer is at work; waiting for it, up to 30 seconds", err=True)


@contextmanager
def pipeline_of(settings: Settings, processes: int | None = None) -> Iterator[Pipeline]:
    """The store with what fills it; ``processes`` in place of the setting."""
    from oai_server.ingest.pipeline import Pipeline

    with store_of(settings) as store, hands_of(settings, processes) as hands:
        yield Pipeline(store, hands, settings.identifier_domain, _waiting)


def hands_of(settings: Settings, processes: int | None = None) -> Hands:
    """What renders items by these settings, in that many processes."""
    from oai_server.formats import chosen_formats, known_variants
    from oai_server.formats.rendering import make_renderer, make_variants
    from oai_server.ingest.keeping import Hands
    from oai_server.ingest.showing import Showing
    from oai_server.official.judge import Official
    from oai_server.provider import site_of

    chosen(chosen_formats, settings)
    judge = partial(Official, schema_folder(settings))
    more = (site_of(settings), settings.metadata_rights, settings.format_paths, judge)
    variants = {name: frozenset(each) for name, each in known_variants(settings.format_paths).items()}
    showing = Showing(settings.set_rules, settings.profiles, variants)
    make = partial(make_renderer, settings.formats, *more)
    make_more = partial(make_variants, showing.used_variants(), *more)
    return Hands(make, processes or settings.processes or os.cpu_count() or 1, showing, make_more)


def chosen(choose: Callable[..., Any], settings: Settings) -> Any:
    """The formats that the settings choose."""
    try:
        return choose(settings.formats, settings.format_paths)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def schema_folder(settings: Settings) -> Path:
    """Where fetched schemas are."""
    return Path(settings.schema_folder).expanduser()

"""Metadata formats, one file per metadataPrefix: schema, namespace, crosswalk. The folder is the registry."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping

from oai_server.model import MetadataFormat


def known_formats() -> Mapping[str, MetadataFormat]:
    """Every format that has a file here, by metadataPrefix; oai_dc first."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        declared = getattr(importlib.import_module(f"{__name__}.{module.name}"), "FORMAT", None)
        if isinstance(declared, MetadataFormat):
            found[declared.prefix] = declared
    return dict(sorted(found.items(), key=lambda pair: (pair[0] != "oai_dc", pair[0])))


def chosen_formats(prefixes: Iterable[str]) -> Mapping[str, MetadataFormat]:
    """These formats and always oai_dc (section 3.4), or all where none is named; ValueError for an unknown one."""
    formats, wanted = known_formats(), {*prefixes}
    unknown = wanted - set(formats)
    if unknown:
        raise ValueError(f"formats: {', '.join(sorted(unknown))} not known; known are {', '.join(formats)}")
    return {prefix: each for prefix, each in formats.items() if not wanted or prefix in wanted or prefix == "oai_dc"}

"""From metadata that came as XML to our fields: one file a format, known by the name of its root element."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Protocol, cast

from lxml.etree import QName
from lxml.etree import _Element as Element

from oai_server.ingest.mappings.told import Told


class Mapped(Protocol):
    """What a mapping's file offers.

    ``ROOTS`` are the root elements it reads, in Clark notation (``{namespace}name``); a namespace whose versions differ
    only in their end may stand with each. ``PREFIX`` is the metadataPrefix under which such records are served as they
    came. ``told`` is what one says; it never raises for odd content, only leaves out what it cannot read.
    """

    ROOTS: frozenset[str]
    PREFIX: str

    def told(self, root: Element) -> Told:
        """What a record says in our fields."""


@cache
def mappings() -> Mapping[str, Mapped]:
    """Every mapping by the Clark name of its root elements."""
    names = (each.name for each in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    found = [cast(Mapped, module) for module in modules if hasattr(module, "ROOTS")]
    return {root: module for module in found for root in module.ROOTS}


def mapping_of(root: Element) -> Mapped | None:
    """The mapping that reads records with such a root element."""
    return mappings().get(QName(root).text)


__all__ = ["Mapped", "Told", "mapping_of", "mappings"]

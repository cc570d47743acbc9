"""Metadata formats, one file per metadataPrefix: schema, namespace, crosswalk. The folder is the registry.

A site adds formats of its own from folders (Python files like ours, or XSLT, see ``stylesheet``) or from packages that
offer a MetadataFormat as an entry point in the group ``oai_server.formats``. One with the prefix of ours replaces ours.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from oai_server.model import PREFIX, MetadataFormat

GROUP = "oai_server.formats"


@cache
def known_formats(paths: tuple[str, ...] = ()) -> Mapping[str, MetadataFormat]:
    """Every format that has a file here, in an installed package or in these folders, by prefix; oai_dc first.

    ValueError, with the file's name, for a file that makes no format.
    """
    found = {each.prefix: each for each in (*_ours(__name__, __path__), *_installed()) if not each.variant}
    for folder in paths:
        found |= {each.prefix: each for each in _in_folder(Path(folder), found) if not each.variant}
    return dict(sorted(found.items(), key=lambda pair: (pair[0] != "oai_dc", pair[0])))


def chosen_formats(prefixes: Iterable[str], paths: tuple[str, ...] = ()) -> Mapping[str, MetadataFormat]:
    """These formats and always oai_dc (section 3.4), or all where none is named; ValueError for an unknown one."""
    formats, wanted = known_formats(paths), {*prefixes}
    unknown = wanted - set(formats)
    if unknown:
        raise ValueError(f"formats: {', '.join(sorted(unknown))} not known; known are {', '.join(formats)}")
    return {prefix: each for prefix, each in formats.items() if not wanted or prefix in wanted or prefix == "oai_dc"}


@cache
def known_variants(paths: tuple[str, ...] = ()) -> Mapping[str, Mapping[str, MetadataFormat]]:
    """The formats that profiles tell in a way of their own: by the variant's name, then by prefix."""
    from oai_server.formats import variants

    ours = [*_ours(variants.__name__, variants.__path__), *_installed()]
    theirs = [each for folder in paths for each in _in_folder(Path(folder), known_formats(paths))]
    found: dict[str, dict[str, MetadataFormat]] = {}
    for each in (*ours, *theirs):
        if each.variant:
            found.setdefault(each.variant, {})[each.prefix] = each
    return found


def _ours(package: str, path: Iterable[str]) -> Iterator[MetadataFormat]:
    for module in pkgutil.iter_modules(path):
        declared = getattr(importlib.import_module(f"{package}.{module.name}"), "FORMAT", None)
        if isinstance(declared, MetadataFormat):
            yield declared


def _installed() -> Iterator[MetadataFormat]:
    for point in entry_points(group=GROUP):
        yield _checked(point.load(), f"entry point {point.name}")


def _in_folder(folder: Path, known: Mapping[str, MetadataFormat]) -> Iterator[MetadataFormat]:
    from oai_server.formats.stylesheet import stylesheet_format

    if not folder.is_dir():
        raise ValueError(f"format_paths: {folder} is not a folder")
    for path in sorted(folder.glob("*.py")):
        yield _checked(getattr(_module(path), "FORMAT", None), str(path))
    for path in sorted(folder.glob("*.toml")):
        yield _checked(stylesheet_format(path, known.__getitem__), str(path))


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"oai_server_format_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a stranger's file does wrong, its name has to be told
        raise ValueError(f"{path}: {type(error).__name__}: {error}") from error
    return module


def _checked(declared: object, where: str) -> MetadataFormat:
    if not isinstance(declared, MetadataFormat):
        raise ValueError(f"{where}: FORMAT must be a MetadataFormat")
    if not PREFIX.fullmatch(declared.prefix) or declared.prefix == "all":
        raise ValueError(f"{where}: {declared.prefix!r} is no metadataPrefix: letters, digits and -_.!~*'(), not all")
    return declared

"""Where the items of a Simple Archive Format package are: folders on disk or in a zip, of which nothing is unpacked."""

from __future__ import annotations

import lzma
import os
import re
import stat
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from oai_server.ingest.opening import member_name, printable
from oai_server.ingest.source import SourceError
from oai_server.model import Degree, Fault

MOST = 1_000_000  # members of a zip
EXPANDED, RATIO = 1 << 27, 250  # bytes that a zip's metadata may always have, and times the zip's own size
NOT_FOLLOWED = ("safe opening", "a symbolic link, not opened")
UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)

METADATA = re.compile(r"dublin_core\.xml|metadata_[^/]*\.xml")
READ = re.compile(rf"{METADATA.pattern}|contents|handle|collections|relationships")


@dataclass(frozen=True, slots=True)
class Folder:
    """An item's folder, on disk or in a zip: the sizes of its files by their paths in it, and how to open one."""

    name: str
    path: str
    sizes: Mapping[str, int]
    open: Callable[[str], IO[bytes]]
    links: tuple[str, ...] = ()  # symbolic links, which are not followed

    def fault(self, degree: Degree, file: str, rule: str, message: str, line: int | None = None) -> Fault:
        """What is wrong with the folder, or with one file in it."""
        return Fault(degree, rule, message, file=f"{self.path}/{file}".rstrip("/"), line=line)


def natural(name: str) -> tuple[list[tuple[str, int, str]], str]:
    """A key that sorts item_2 before item_10."""
    pieces = re.findall(r"([^0-9]*)0*([0-9]*)", name)
    return [(text.casefold(), len(digits), digits) for text, digits in pieces], name


def item_folders(location: Path) -> Iterator[Folder | Fault]:
    """The item folders, and after them what may be one but is not opened."""
    if location.is_dir():
        return _on_disk(location)
    if zipfile.is_zipfile(location):
        return _in_zip(location)
    raise SourceError(f"{location} is neither a folder nor a zip" if location.exists() else f"{location} is missing")


def _item_paths(folders: Callable[[str], Collection[str]], files: Callable[[str], Collection[str]]) -> list[str]:
    """Where the item folders are: the location itself, the folders in it, or those in its only folder."""
    if "dublin_core.xml" in files(""):
        return [""]
    below = [path for path in folders("") if not _hidden(path)]
    if not any(_holds_item(files(path)) for path in below) and len(below) == 1:
        below = [path for path in folders(below[0]) if not _hidden(path)]
    return sorted(below, key=natural) if any(_holds_item(files(path)) for path in below) else []


def _holds_item(files: Collection[str]) -> bool:
    return any(file == "contents" or METADATA.fullmatch(file) for file in files)


def _hidden(path: str) -> bool:
    return any(name == "__MACOSX" or name.startswith(".") for name in path.split("/"))


def _on_disk(location: Path) -> Iterator[Folder | Fault]:
    def entries(path: str, kind: Callable[[os.DirEntry[str]], bool]) -> list[str]:
        with os.scandir(location / path) as found:
            return [entry.name for entry in found if kind(entry)]

    def inside(path: str, kind: Callable[[os.DirEntry[str]], bool]) -> list[str]:
        return [f"{path}/{name}".lstrip("/") for name in entries(path, kind)]

    try:
        paths = _item_paths(lambda path: inside(path, _is_folder), lambda path: entries(path, _is_file))
        links = inside(paths[0].rpartition("/")[0], os.DirEntry.is_symlink) if any(paths) else []
    except OSError as error:
        raise SourceError(f"{location} cannot be read: {error.strerror}") from None
    for path in paths:
        yield _folder_on_disk(path.rpartition("/")[2], location / path)
    for path in sorted(links):
        yield Fault("noted", *NOT_FOLLOWED, file=printable(str(location / path)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _is_file(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False)


def _folder_on_disk(name: str, path: Path) -> Folder:
    sizes: dict[str, int] = {}
    links: list[str] = []
    for top, folders, files in os.walk(path):
        for file in (Path(top, each) for each in (*folders, *files)):
            try:
                status = file.lstat()
            except OSError:
                continue
            inner = file.relative_to(path).as_posix()
            if stat.S_ISREG(status.st_mode):
                sizes[inner] = status.st_size
            elif stat.S_ISLNK(status.st_mode):
                links.append(printable(inner))
    return Folder(printable(name), printable(str(path)), sizes, lambda file: _opened(path / file), tuple(sorted(links)))


def _opened(file: Path) -> IO[bytes]:
    """A file that is none of its own but a link by now is not opened either."""
    return os.fdopen(os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW), "rb")


def _in_zip(location: Path) -> Iterator[Folder]:
    try:
        archive = zipfile.ZipFile(location)
    except UNREADABLE as error:
        raise SourceError(f"{location} cannot be read: {error}") from None
    with archive:
        if len(archive.infolist()) > MOST:
            raise SourceError(f"{location} has {len(archive.infolist()):,} members, more than {MOST:,}")
        members = {member_name(member).lstrip("/"): member for member in archive.infolist() if not _is_link(member)}
        _check_expansion(location, members)
        below, files = _tree(members)
        paths = _item_paths(lambda path: below.get(path, ()), lambda path: files.get(path, ()))
        for path, inside in zip(paths, _inside(members, paths), strict=True):
            yield _folder_in_zip(path, f"{printable(str(location))}/{path}".rstrip("/"), inside, archive)


def _is_link(member: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(member.external_attr >> 16)


def _check_expansion(location: Path, members: Mapping[str, zipfile.ZipInfo]) -> None:
    """SourceError for a zip whose members share their bytes: it has more metadata than it can honestly hold."""
    read = (member.file_size for name, member in members.items() if READ.fullmatch(name.rpartition("/")[2]))
    if sum(read) > max(EXPANDED, RATIO * location.stat().st_size):
        raise SourceError(f"{location}: its metadata expands to more than {RATIO} times the zip's size")


def _tree(members: Collection[str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """By the path of a folder: the paths of the folders in it, and the names of the files in it."""
    folders: dict[str, set[str]] = defaultdict(set)
    files: dict[str, set[str]] = defaultdict(set)
    for member in members:
        *above, name = member.split("/")
        for depth in range(min(len(above), 2)):
            folders["/".join(above[:depth])].add("/".join(above[: depth + 1]))
        if len(above) <= 2:
            files["/".join(above)].add(name)
    return folders, files


def _inside(members: Mapping[str, zipfile.ZipInfo], paths: list[str]) -> list[dict[str, zipfile.ZipInfo]]:
    """The members of each item folder by their paths in it."""
    found: dict[str, dict[str, zipfile.ZipInfo]] = {path: {} for path in paths}
    depth = paths[0].count("/") + 1 if paths and paths[0] else 0
    for member, info in members.items():
        steps = member.split("/", depth)
        folder = found.get("/".join(steps[:depth]))
        if folder is not None and len(steps) > depth and not info.is_dir():
            folder[steps[depth]] = info
    return list(found.values())


def _folder_in_zip(path: str, told: str, members: Mapping[str, zipfile.ZipInfo], archive: zipfile.ZipFile) -> Folder:
    sizes = {name: member.file_size for name, member in members.items()}
    return Folder(path.rpartition("/")[2], told, sizes, lambda name: archive.open(members[name]))

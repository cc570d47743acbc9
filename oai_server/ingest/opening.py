"""Opens what a source is pointed at: files, folders, zips and tars, compressed or not, as a stream of members.

Nothing is unpacked beside the archive, nothing is held whole in memory, and nothing that an archive says is believed:
expansion is bounded, links are not followed, and paths that lead out are refused.
"""

from __future__ import annotations

import io
import os
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO, cast

from oai_server.ingest.expanding import (
    BROKEN,
    CHUNK,
    Bounded,
    Limits,
    Spent,
    Unreadable,
    buffered,
    decompressor,
    expanded,
)
from oai_server.ingest.source import SourceError
from oai_server.model import Degree, Fault

RULE = "safe opening"
IN_MEMORY = 1 << 22  # what is to be read twice and cannot be is copied: up to this size in memory, else on disk
LARGEST_HEADER = 1 << 20  # of a tar; its names are read whole
__all__ = ["Limits", "Member", "Unreadable", "is_litter", "members", "printable", "stem"]

SHORTEST_ENTRY = 100  # octets of a member in the directory of a zip
DOCUMENTS = {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"}  # say that a zip is one document
LITTER = ("~", ".swp", ".bak")  # editors' backups


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its path in the location (the bare name of a location that is a file), and the same for messages.

    ``open`` starts at its beginning each time, until the next member is asked for; reading raises only Unreadable.
    """

    name: str
    path: str
    open: Callable[[], io.BufferedReader]


@dataclass(frozen=True, slots=True)
class _Thing:
    """A file before we know what is in it; ``archives`` are those around it."""

    name: str
    path: str
    open: Callable[[], io.BufferedReader]
    archives: int = 0
    alone: bool = False  # the location itself

    def fault(self, degree: Degree, message: str) -> Fault:
        return Fault(degree, RULE, message, self.path)


ENDINGS = (".gz", ".xz", ".zst", ".bz2")


def members(location: Path, limits: Limits | None = None) -> Iterator[Member | Fault]:
    """Every file at a location, sorted in folders, or the fault it is not opened for.

    Archives and compression are known by their content, whatever the names; SourceError if there is nothing to read.
    """
    spent = Spent(limits or Limits())
    path = printable(str(location))
    if location.is_dir():
        things = _in_folder(location, path, "")
    elif location.is_file():
        things = iter([_Thing(printable(location.name), path, lambda: _plain(location, follow=True), alone=True)])
    else:
        raise SourceError(f"{path} is {'no regular file' if location.exists() else 'missing'}")
    for thing in things:
        if isinstance(thing, Fault):
            yield thing
            continue
        try:
            yield from _members(thing, spent)
        except Unreadable as trouble:
            yield thing.fault("refused", str(trouble))
            if spent.exhausted:
                return


def stem(name: str) -> str:
    """A file's name without the endings that say how it is packed and that it is XML."""
    for ending in (*ENDINGS, *map(str.upper, ENDINGS)):
        name = name.removesuffix(ending)
    bare, dot, ending = name.rpartition(".")
    return bare if dot and bare and ending.isalnum() and len(ending) <= 5 and not ending.isdigit() else name


def printable(name: str) -> str:
    """A file name, of which some bytes may be no UTF-8, as text that can be written."""
    return name.encode("utf-8", "backslashreplace").decode()


def _in_folder(folder: Path, path: str, name: str) -> Iterator[_Thing | Fault]:
    """The files below a folder; links are not followed, not even by a change of mind after we looked."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        if not name:
            raise SourceError(f"{path} cannot be read: {error.strerror}") from None
        yield Fault("refused", RULE, f"cannot be read: {error.strerror}", path)
        return
    for entry in entries:
        place, shown = Path(entry.path), f"{path}/{printable(entry.name)}"
        inner = f"{name}/{printable(entry.name)}".lstrip("/")
        if is_litter(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _in_folder(place, shown, inner)
        elif entry.is_file(follow_symlinks=False):
            yield _Thing(inner, shown, lambda place=place: _plain(place))  # type: ignore[misc]
        else:
            kind = "a symbolic link" if entry.is_symlink() else "no regular file"
            yield Fault("noted", RULE, f"{kind}, not opened", shown)


def is_litter(path: str) -> bool:
    """Whether a path is that of a hidden file, a resource fork, an editor's backup or lock file."""
    *_, last = names = path.split("/")
    hidden = (name.startswith(".") and name not in (".", "..") for name in names)
    return any(hidden) or "__MACOSX" in names or last.endswith(LITTER)


def _plain(place: Path, follow: bool = False) -> io.BufferedReader:
    try:
        handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    return os.fdopen(handle, "rb")


# --- what is in a file: another one compressed, a zip, a tar, or itself ---


def _members(thing: _Thing, spent: Spent) -> Iterator[Member | Fault]:
    head = _head(thing.open)
    if decompress := decompressor(head):
        thing = _decompressed(thing, decompress, spent)
        head = _head(thing.open)
    unpack = _zip if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else _tar if head[257:262] == b"ustar" else None
    if unpack and thing.archives > 1:
        yield thing.fault("refused", "an archive in an archive in an archive is not opened")
    elif unpack:
        yield from unpack(thing, spent)
    else:
        spent.count()
        yield Member(thing.name, thing.path, thing.open)


def _head(open_: Callable[[], io.BufferedReader]) -> bytes:
    with open_() as stream:
        return stream.read(512)


def _decompressed(thing: _Thing, decompress: Callable[[IO[bytes]], IO[bytes]], spent: Spent) -> _Thing:
    return replace(thing, open=lambda: expanded(thing.open(), decompress, spent))


def _inside(thing: _Thing, name: str, open_: Callable[[], io.BufferedReader]) -> _Thing:
    """A file in an archive."""
    return _Thing(name if thing.alone else f"{thing.name}/{name}", f"{thing.path}/{name}", open_, thing.archives + 1)


def _leaves(name: str) -> bool:
    """Whether a path leads out of its archive."""
    return name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or "\0" in name


def _entered(thing: _Thing, spent: Spent) -> Iterator[Member | Fault]:
    """What is in one file of an archive; trouble with it is its own."""
    try:
        yield from _members(thing, spent)
    except Unreadable as trouble:
        if spent.exhausted:
            raise
        yield thing.fault("refused", str(trouble))


def _zip(thing: _Thing, spent: Spent) -> Iterator[Member | Fault]:
    with _seekable(thing, spent.limits) as stream:
        size = _check_directory(stream, spent.limits)
        try:
            archive = zipfile.ZipFile(stream)
        except BROKEN as error:
            raise Unreadable(f"cannot be read: {error}") from None
        with archive:
            infos = archive.infolist()
            if DOCUMENTS & set(archive.namelist()[:20]):
                spent.count()
                yield Member(thing.name, thing.path, thing.open)
                return
            _check_expansion(infos, size, spent.limits)
            for info in infos:
                yield from _zipped(thing, archive, info, spent)


def _check_directory(stream: BinaryIO, limits: Limits) -> int:
    """The size of a zip; Unreadable where its directory, which zipfile reads whole, is longer than is sane."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - (1 << 16) - 200))
    tail = stream.read()
    ends = ((b"PK\x05\x06", 12, 16), (b"PK\x06\x06", 40, 48))  # the second in a zip64
    for magic, start, end in ends:
        place = tail.rfind(magic)
        listed = int.from_bytes(tail[place + start : place + end], "little") if place >= 0 else 0
        if listed != 0xFFFFFFFF and listed > SHORTEST_ENTRY * limits.members:
            raise Unreadable(f"holds more than {limits.members:,} members")
    stream.seek(0)
    return size


def _check_expansion(infos: Sequence[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    """Unreadable for a zip that cannot honestly hold what it says, such as one whose members share their octets."""
    if len(infos) > limits.members:
        raise Unreadable(f"holds more than {limits.members:,} members")
    if sum(info.file_size for info in infos) > max(limits.free, limits.ratio * size):
        raise Unreadable(f"expands to more than {limits.ratio:,} times its size")


def _zipped(thing: _Thing, archive: zipfile.ZipFile, info: zipfile.ZipInfo, spent: Spent) -> Iterator[Member | Fault]:
    name = printable(member_name(info))
    limits = spent.limits

    def opened() -> io.BufferedReader:
        try:
            inner = archive.open(info)
        except BROKEN as error:
            raise Unreadable(f"cannot be read: {error}") from None
        return buffered(Bounded(inner, limits.largest, lambda: info.compress_size, spent))

    if info.is_dir() or is_litter(name):
        return
    member = _inside(thing, name, opened)
    if _leaves(name):
        yield member.fault("refused", f"{name!a} leads out of the archive")
    elif stat.S_ISLNK(info.external_attr >> 16):
        yield member.fault("noted", "a symbolic link, not opened")
    else:
        yield from _entered(member, spent)


def member_name(info: zipfile.ZipInfo) -> str:
    """The path as its writer meant it: UTF-8 is often not declared, and some write backslashes."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/").removeprefix("./")


def _seekable(thing: _Thing, limits: Limits) -> BinaryIO:
    """The file so that one can go back in it: itself, or a copy."""
    stream = thing.open()
    return stream if stream.seekable() else _copy(stream, limits)


def _copy(stream: BinaryIO, limits: Limits) -> BinaryIO:
    copy = cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - whoever asked for it closes it
    try:
        with stream:
            while data := stream.read(CHUNK):
                copy.write(data)
                if copy.tell() > limits.copied:
                    raise Unreadable(f"more than {limits.copied:,} octets")
    except Unreadable:
        copy.close()
        raise
    copy.seek(0)
    return copy


class _Forward:
    """A stream for tarfile, which only ever goes forward here; no header may be longer than is sane."""

    def __init__(self, inner: BinaryIO) -> None:
        self.inner = inner
        self.place = 0

    def tell(self) -> int:
        return self.place

    def seek(self, place: int, whence: int = 0) -> int:
        if place < self.place:
            raise tarfile.ReadError("a tar is read forward only")
        while self.place < place and self.read(min(place - self.place, CHUNK)):
            pass
        return self.place

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LARGEST_HEADER:
            raise tarfile.ReadError(f"a header of {size:,} octets")
        data = self.inner.read(size)
        self.place += len(data)
        return data


def _tar(thing: _Thing, spent: Spent) -> Iterator[Member | Fault]:
    with thing.open() as stream:
        try:
            archive = tarfile.TarFile(fileobj=cast(IO[bytes], _Forward(stream)))
            while (info := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined]  # or it would keep the name of every file that it ever saw
                yield from _tarred(thing, archive, info, spent)
        except tarfile.TarError as error:
            raise Unreadable(f"cannot be read on: {error}") from None


def _tarred(thing: _Thing, archive: tarfile.TarFile, info: tarfile.TarInfo, spent: Spent) -> Iterator[Member | Fault]:
    name = printable(info.name).removeprefix("./")
    if info.isdir() or is_litter(name):
        return
    member = _inside(thing, name, lambda: buffered(io.RawIOBase()))
    if _leaves(name):
        yield member.fault("refused", f"{name!a} leads out of the archive")
    elif not info.isreg() or info.issparse():
        yield member.fault("noted", f"{'a link' if info.islnk() or info.issym() else 'no regular file'}, not opened")
    else:
        with _copy(buffered(Bounded(cast(IO[bytes], archive.extractfile(info)), info.size)), spent.limits) as copy:
            yield from _entered(_inside(thing, name, lambda: _again(copy)), spent)


def _again(copy: BinaryIO) -> io.BufferedReader:
    """A copy from its beginning, which stays open when its reader closes it."""
    copy.seek(0)
    return buffered(Bounded(cast(IO[bytes], _Shared(copy)), 1 << 62))


class _Shared:
    """A file that does not mind being closed."""

    def __init__(self, inner: BinaryIO) -> None:
        self.read = inner.read

    def close(self) -> None:
        """Nothing: the file belongs to somebody else."""

"""Whatever a location is, its files come as a stream; what would harm is refused, and the rest comes all the same."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import zstandard

from oai_server.ingest.opening import Limits, Member, Unreadable, members, stem
from oai_server.ingest.source import SourceError
from oai_server.model import Fault

COMPRESSED = {
    "plain": bytes,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def contents(location: Path, limits: Limits | None = None) -> dict[str, bytes | str]:
    """By the name of each member what it holds, or by the path of each fault what it says."""
    found: dict[str, bytes | str] = {}
    for each in members(location, limits):
        if isinstance(each, Fault):
            found[str(Path(each.file).relative_to(location))] = each.message
        else:
            with each.open() as stream:
                found[each.name] = stream.read()
    return found


def tarred(files: dict[str, bytes | tarfile.TarInfo]) -> bytes:
    """A tar of these files; a TarInfo stands for itself."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


# --- what comes out ---


@pytest.mark.parametrize("compress", COMPRESSED.values(), ids=COMPRESSED)
def test_a_file_is_known_by_its_content_however_it_is_called_and_opens_as_often_as_asked(tmp_path, compress):
    path = written(tmp_path / "records.dat", compress(b"<a/>" * 1000))
    (member,) = members(path)
    assert isinstance(member, Member)
    assert (member.name, member.path) == ("records.dat", str(path))
    for _ in range(2):
        with member.open() as stream:
            assert stream.read() == b"<a/>" * 1000


@pytest.mark.parametrize("compress", COMPRESSED.values(), ids=COMPRESSED)
@pytest.mark.parametrize("pack", [tarred, zipped])
def test_an_archive_gives_its_files_by_their_paths_compressed_or_not(tmp_path, pack, compress):
    files = {"b/2.xml": b"<b/>", "1.xml.gz": gzip.compress(b"<a/>", mtime=0), "empty.xml": b""}
    path = written(tmp_path / "pack", compress(pack(files)))
    assert contents(path) == {"b/2.xml": b"<b/>", "1.xml.gz": b"<a/>", "empty.xml": b""}


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_a_member_opens_twice_while_it_is_the_present_one(tmp_path, pack):
    path = written(tmp_path / "pack", lzma.compress(pack({"1.xml": b"<a/>", "2.xml": b"<b/>"})))
    read = []
    for member in members(path):
        assert isinstance(member, Member)
        for _ in range(2):
            with member.open() as stream:
                read.append(stream.read())
    assert read == [b"<a/>", b"<a/>", b"<b/>", b"<b/>"]


def test_a_folder_is_read_to_its_depth_in_order_without_litter(tmp_path):
    for name in ("b/2.xml", "a.mrx", "._a.mrx", ".~lock.a.mrx#", "a.xml~", "__MACOSX/a.xml", ".git/c.xml"):
        written(tmp_path / name, b"<a/>")
    assert list(contents(tmp_path)) == ["a.mrx", "b/2.xml"]


def test_an_archive_in_a_folder_or_in_an_archive_is_opened_but_none_deeper(tmp_path):
    inner = zipped({"1.xml": b"<a/>"})
    written(tmp_path / "one.zip", inner)
    written(tmp_path / "two.tar.xz", lzma.compress(tarred({"in.zip": inner})))
    written(tmp_path / "three.zip", zipped({"in.zip": zipped({"in.tar": tarred({"in.zip": inner})})}))
    found = contents(tmp_path)
    assert found.pop("one.zip/1.xml") == found.pop("two.tar.xz/in.zip/1.xml") == b"<a/>"
    assert list(found.values()) == ["an archive in an archive in an archive is not opened"]


def test_a_zip_that_is_one_document_stays_whole(tmp_path):
    document = zipped({"[Content_Types].xml": b"<a/>", "xl/sheet1.xml": b"<b/>"})
    assert contents(written(tmp_path / "table.xlsx", document)) == {"table.xlsx": document}


def test_an_xz_of_several_streams_with_padding_is_read_to_its_end(tmp_path):
    data = lzma.compress(b"<a>") + lzma.compress(b"</a>") + b"\0" * 8
    assert contents(written(tmp_path / "a.xz", data)) == {"a.xz": b"<a></a>"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/dspace_9.xml", "a/dspace_9"),
        ("tlg7000.tlg001.mods.xml", "tlg7000.tlg001.mods"),
        ("NBS.XML.GZ", "NBS"),
        ("9914.mrx", "9914"),
        ("10.1000", "10.1000"),
        ("no-ending", "no-ending"),
    ],
)
def test_a_stem_is_the_name_without_how_it_is_packed(name, expected):
    assert stem(name) == expected


# --- what is refused ---


def test_links_and_what_is_no_file_are_told_and_not_opened(tmp_path):
    outside = written(tmp_path / "secret", b"secret")
    folder = tmp_path / "folder"
    written(folder / "1.xml", b"<a/>")
    (folder / "link.xml").symlink_to(outside)
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.xml")
    assert contents(folder) == {
        "1.xml": b"<a/>",
        "link.xml": "a symbolic link, not opened",
        "linked": "a symbolic link, not opened",
        "pipe.xml": "no regular file, not opened",
    }


def test_a_tar_cannot_lead_out_nor_link(tmp_path):
    path = written(
        tmp_path / "a.tar",
        tarred(
            {
                "../up.xml": b"<a/>",
                "/etc/passwd": b"<a/>",
                "sym.xml": link("sym.xml", "/etc/passwd"),
                "hard.xml": link("hard.xml", "1.xml", tarfile.LNKTYPE),
                "device": link("device", "", tarfile.CHRTYPE),
                "1.xml": b"<a/>",
            }
        ),
    )
    found = [each.message if isinstance(each, Fault) else each.name for each in members(path)]
    assert found == [
        "'../up.xml' leads out of the archive",
        "'/etc/passwd' leads out of the archive",
        "a link, not opened",
        "a link, not opened",
        "no regular file, not opened",
        "1.xml",
    ]


def test_a_zip_cannot_lead_out_nor_link(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("../up.xml", "<a/>")
        archive.writestr("a\\..\\..\\up.xml", "<a/>")
        archive.writestr("C:/up.xml", "<a/>")
        symlink = zipfile.ZipInfo("link.xml")
        symlink.external_attr = 0o120777 << 16
        archive.writestr(symlink, "/etc/passwd")
        archive.writestr("1.xml", "<a/>")
    found = [
        each.message if isinstance(each, Fault) else each.name
        for each in members(written(tmp_path / "a", data.getvalue()))
    ]
    assert [message.partition(" ")[2] for message in found[:3]] == ["leads out of the archive"] * 3
    assert found[3:] == ["a symbolic link, not opened", "1.xml"]


@pytest.mark.parametrize("compress", list(COMPRESSED.values())[1:], ids=list(COMPRESSED)[1:])
def test_a_bomb_is_cut_off_when_it_has_grown_too_much_for_its_size(tmp_path, compress):
    path = written(tmp_path / "bomb", compress(bytes(20_000_000)))
    (member,) = members(path, Limits(ratio=20, free=1_000_000))
    assert isinstance(member, Member)
    with member.open() as stream, pytest.raises(Unreadable, match="expands to more than 20 times its size"):
        while stream.read(1 << 16):
            pass


def test_a_zip_that_says_it_expands_too_much_is_not_entered(tmp_path):
    path = written(tmp_path / "bomb.zip", zipped({"1.xml": bytes(5_000_000)}))
    assert contents(path, Limits(ratio=100, free=1_000_000)) == {".": "expands to more than 100 times its size"}


def test_a_member_in_all_and_their_number_have_bounds(tmp_path):
    data = tarred({f"{number}.xml": bytes(2000) for number in range(10)})
    path = written(tmp_path / "a.tar.gz", gzip.compress(data, mtime=0))
    assert list(contents(path, Limits(copied=1000)).values()) == ["more than 1,000 octets"]
    assert contents(path, Limits(in_all=9000))["."] == "expands to more than 9,000 octets in all"
    found = contents(path, Limits(members=3))
    assert len(found) == 4
    assert found["."] == "holds more than 3 members"
    (member,) = members(written(tmp_path / "b.gz", gzip.compress(bytes(500_000), mtime=0)), Limits(largest=200_000))
    assert isinstance(member, Member)
    with member.open() as stream, pytest.raises(Unreadable, match="more than 200,000 octets"):
        stream.read()


@pytest.mark.parametrize("compress", list(COMPRESSED.values())[1:], ids=list(COMPRESSED)[1:])
def test_a_file_that_ends_too_early_says_so_when_it_is_read(tmp_path, compress):
    whole = compress(os.urandom(2_000_000))
    found = list(members(written(tmp_path / "cut", whole[: len(whole) // 2])))
    (member,) = found
    assert isinstance(member, Member)
    with member.open() as stream, pytest.raises(Unreadable):
        while stream.read(1 << 16):
            pass


def test_a_tar_that_ends_too_early_gives_what_is_whole_and_one_fault(tmp_path):
    data = tarred({"1.xml": b"<a/>", "2.xml": b"<b>" * 1000})
    found = contents(written(tmp_path / "cut.tar.xz", lzma.compress(data[:2000])))
    assert found.pop("1.xml") == b"<a/>"
    (message,) = found.values()
    assert "unexpected end of data" in str(message)


def test_damage_in_one_member_of_a_zip_costs_that_member(tmp_path):
    data = bytearray(zipped({"1.xml": os.urandom(1000), "2.xml": b"<b/>"}))
    data[100] ^= 0xFF
    broken, whole = members(written(tmp_path / "a.zip", bytes(data)))
    assert isinstance(broken, Fault)
    assert broken.file == f"{tmp_path}/a.zip/1.xml"
    assert isinstance(whole, Member)


def test_a_tar_whose_header_is_a_bomb_is_refused(tmp_path):
    name = tarfile.TarInfo("././@LongLink")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, 50_000_000
    data = name.tobuf(tarfile.GNU_FORMAT) + bytes(50_000_000)
    (message,) = contents(written(tmp_path / "a.tar.gz", gzip.compress(data, mtime=0))).values()
    assert "a header of 50,000,384 octets" in str(message)


@pytest.mark.parametrize("name", ["missing", "pipe"])
def test_a_location_that_is_no_file_and_no_folder_is_an_error_of_the_source(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match=r"missing|no regular file"):
        list(members(tmp_path / name))


def test_memory_stays_flat_whatever_an_archive_holds(tmp_path):
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz", compresslevel=1) as archive:
        for number in range(3000):
            info = tarfile.TarInfo(f"{number}.xml")
            info.size = 10_000
            archive.addfile(info, io.BytesIO(bytes(10_000)))
    tracemalloc.start()
    for member in members(tmp_path / "a.tar.gz"):
        assert isinstance(member, Member)
        with member.open() as stream:
            stream.read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000

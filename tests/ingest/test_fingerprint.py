"""What tells content from other content at the same path: an interrupted run goes on only in the same."""

import os
from pathlib import Path

import pytest

from oai_server.ingest.fingerprint import END, fingerprint


@pytest.fixture
def folder(tmp_path) -> Path:
    """Two files, one of them long."""
    (tmp_path / "below").mkdir()
    (tmp_path / "a.xml").write_text("<a/>")
    (tmp_path / "below" / "long.xml").write_bytes(b"x" * 5 * END)
    return tmp_path


def same_time(path: Path, content: bytes) -> None:
    """Other content at the same time as before."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "another size": lambda folder: same_time(folder / "a.xml", b"<ab/>"),
    "another beginning": lambda folder: same_time(folder / "a.xml", b"<b/>"),
    "another end": lambda folder: same_time(folder / "below" / "long.xml", b"x" * (5 * END - 1) + b"y"),
    "another time": lambda folder: os.utime(folder / "a.xml", (1, 1)),
    "another name": lambda folder: (folder / "a.xml").rename(folder / "b.xml"),
    "one more": lambda folder: (folder / "c.xml").touch(),
    "one less": lambda folder: (folder / "a.xml").unlink(),
}


def test_the_same_is_the_same(folder):
    assert fingerprint(folder, "xml") == fingerprint(folder, "xml")


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_that_changed_is_another(folder, change):
    before = fingerprint(folder, "xml")
    CHANGES[change](folder)
    assert fingerprint(folder, "xml") != before


def test_the_manner_counts_and_so_do_the_sets_beside_a_file(folder):
    path = folder / "a.xml"
    before = fingerprint(path, "xml")
    assert fingerprint(path, "other") != before
    (folder / "sets.jsonl").write_text("{}")
    assert fingerprint(path, "xml") != before


def test_what_cannot_be_read_has_none(tmp_path):
    assert fingerprint(tmp_path / "nothing", "xml") is None

"""What may be seen of an item's files: its access is that of its first file (formats.md section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from oai_server.model import File, Item

Status = Literal["open", "embargoed", "restricted", "metadata only"]


@dataclass(frozen=True, slots=True)
class Access:
    """``until`` is the day an embargo ends, where it is known."""

    status: Status
    until: date | None = None

    def in_words(self) -> str:
        """The status as an English sentence for free-text fields."""
        if self.status == "embargoed":
            return f"Embargoed until {self.until.isoformat()}" if self.until else "Embargoed"
        return {"open": "Open access", "restricted": "Restricted access", "metadata only": "Metadata only access"}[
            self.status
        ]


def access(item: Item) -> Access:
    """The access to an item; no file, or a closed one, is metadata only."""
    first = next(iter(item.files), None)
    if first is None or first.access == "closed":
        return Access("metadata only")
    return Access(first.access, first.available if first.access == "embargoed" else None)


def discreet(item: Item) -> Item:
    """The item without values that are the address of a file that is not open: no field may tell what no file does."""
    secret = {file.url for file in item.files if file.access != "open" and file.url}
    if not secret:
        return item
    told = {name: tuple(each for each in values if each.text not in secret) for name, values in item.metadata.items()}
    return replace(item, metadata={name: values for name, values in told.items() if values})


def open_files(item: Item) -> Sequence[File]:
    """The files whose address, size and checksum may be told."""
    return [file for file in item.files if file.access == "open"]

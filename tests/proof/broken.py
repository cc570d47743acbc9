"""Faults that the proof must find, each put in place of a part of the product for one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from sqlalchemy import Connection

from oai_server.model import Page, Position, Selection
from oai_server.store import Change, Store, Writer, writing
from oai_server.store.lease import Lease
from oai_server.store.reading import Parts

Broken = Literal["stamp-not-ahead", "edit-time-stamps", "no-lease", "offset-paging"]
BROKEN: tuple[Broken, ...] = get_args(Broken)


def break_writer(name: Broken | None, writer: Writer) -> None:
    """Let every transaction of this process be stamped wrongly, where the fault is one of stamps."""
    if name == "stamp-not-ahead":
        writing.next_stamp = _present_second
    elif name == "edit-time-stamps":
        edited = [0]
        save = writer.save

        def save_later(*given: Any, **options: Any) -> Mapping[str, Change]:
            edited[0] = writer.store.now()
            return save(*given, **options)

        def second_of_edit(connection: Connection, now: int) -> int:
            return edited[0]

        writer.save = save_later
        writing.next_stamp = second_of_edit


def _present_second(connection: Connection, now: int) -> int:
    """As good providers do it: the second in which the transaction is at work, whatever readers have told."""
    return now


def break_server(name: Broken | None) -> None:
    """Let this process tell the time or turn pages wrongly, where the fault is one of those."""
    if name == "no-lease":
        Lease.second = _second_it_is
    elif name == "offset-paging":
        Store.page = _page_by_offset(Store.page)


def _second_it_is(lease: Lease) -> int:
    return int(time.time())


def _page_by_offset(page: Callable[..., Page]) -> Callable[..., Page]:
    """Pages counted off from the beginning: the position's number is how many have been sent."""

    def page_by_offset(
        self: Store, wanted: Selection, after: Position | None, size: int, parts: Parts = "bodies"
    ) -> Page:
        offset = 0 if after is None else after.change
        whole = page(self, wanted, None, offset + size, parts)
        return Page(whole.rows[offset:], None if whole.next is None else Position(0, offset + size))

    return page_by_offset

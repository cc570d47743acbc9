"""An item is told in all formats one after the other: what several of them ask of it is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import TypeVar

from lxml.etree import _Element as Element

from oai_server.model import Item, Site

T = TypeVar("T")


def once_an_item(question: Callable[[Item], T]) -> Callable[[Item], T]:
    """Keep the answer for the last item that was asked about. Answers are shared: nobody may change them."""
    last: tuple[Item, T] | None = None

    @wraps(question)
    def answer(item: Item) -> T:
        nonlocal last
        known = last  # one look, so that another thread cannot change it between the test and the answer
        if known is None or known[0] is not item:
            known = last = (item, question(item))
        return known[1]

    return answer


def made_once(crosswalk: Callable[[Item, Site], Element]) -> Callable[[Item, Site], Element]:
    """A crosswalk whose element stands inside another format's too: made once an item, and copied for each."""
    last: tuple[Item, Site, Element] | None = None

    @wraps(crosswalk)
    def copied(item: Item, site: Site) -> Element:
        nonlocal last
        known = last
        if known is None or known[0] is not item or known[1] != site:
            known = last = (item, site, crosswalk(item, site))
        return deepcopy(known[2])

    return copied

"""An item is told in all formats one after the other: what several of them ask of it is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from oai_server.model import Item

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

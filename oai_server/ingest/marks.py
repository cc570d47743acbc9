"""What a harvest remembers between runs: where in a list it is, and from when the next list is to be."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class State:
    """A list that is being read, or the one to read next.

    ``token`` continues the list; ``began`` is the responseDate of its first page; ``count`` records have come of the
    ``size`` that was told.
    """

    prefix: str | None = None
    from_: str | None = None
    token: str | None = None
    began: str | None = None
    count: int = 0
    size: int | None = None

    def text(self) -> str:
        """The state as the text of a Mark."""
        told = {each.name.rstrip("_"): getattr(self, each.name) for each in fields(self)}
        return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)


def state_of(text: str | None) -> State:
    """The state that a Mark tells; a new one where it tells none."""
    try:
        told = json.loads(text or "{}")
    except json.JSONDecodeError:
        return State()
    if not isinstance(told, dict):
        return State()
    words = {name: each if isinstance(each := told.get(name), str) else None for name in ("prefix", "token", "began")}
    from_, count, size = told.get("from"), told.get("count"), told.get("size")
    return State(
        words["prefix"],
        from_ if isinstance(from_, str) else None,
        words["token"],
        words["began"],
        count if isinstance(count, int) else 0,
        size if isinstance(size, int) else None,
    )

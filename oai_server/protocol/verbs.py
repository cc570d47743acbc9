"""The argument table of the six verbs (section 4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a verb takes: required and optional arguments, and the one that excludes all others."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    exclusive: str | None

    @property
    def known(self) -> tuple[str, ...]:
        """Every argument the verb takes."""
        return (*self.required, *self.optional, *((self.exclusive,) if self.exclusive else ()))


def arguments(required: str = "", optional: str = "", exclusive: str | None = None) -> Arguments:
    """A row of the table, its names parted by blanks."""
    return Arguments(tuple(required.split()), tuple(optional.split()), exclusive)


LIST = arguments("metadataPrefix", optional="from until set", exclusive="resumptionToken")
VERBS = {
    "GetRecord": arguments("identifier metadataPrefix"),
    "Identify": arguments(),
    "ListIdentifiers": LIST,
    "ListMetadataFormats": arguments(optional="identifier"),
    "ListRecords": LIST,
    "ListSets": arguments(exclusive="resumptionToken"),
}

"""What the sources share: what they are asked, and the one way to say that a location cannot be read at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class SourceError(Exception):
    """The location as a whole cannot be read: it is missing, of another kind, or refused; the text says which."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a source is asked to read: a path or a URL, and what was said with it.

    ``mapping`` is a file that says what the columns of a table become; ``mark`` is the last Mark that this location
    gave in an earlier run, None the first time.
    """

    location: str | Path
    mapping: Path | None = None
    mark: str | None = None

    @property
    def path(self) -> Path:
        """The location where it is a file or a folder."""
        return Path(self.location)

    @property
    def url(self) -> str | None:
        """The location where it is an http or https URL."""
        text = str(self.location)
        return text if text.startswith(("http://", "https://")) else None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where to go on next time: given among the readings, kept together with everything that was given before it.

    ``ahead``: so many are still to come, where that is known.
    """

    text: str
    ahead: int | None = None

"""The eight errors of OAI-PMH (section 3.6). An error of the protocol is an answer, sent with HTTP 200."""

from __future__ import annotations

from collections.abc import Sequence


class ProtocolError(Exception):
    """One error element: ``code`` for programs, the message for the person who reads the harvester's log."""

    code: str


class BadVerb(ProtocolError):
    """The verb is missing, repeated, or not one of the six."""

    code = "badVerb"


class BadArgument(ProtocolError):
    """An argument is illegal, missing, repeated, or its value has an illegal syntax."""

    code = "badArgument"


class BadResumptionToken(ProtocolError):
    """The value of the resumptionToken argument is invalid or expired."""

    code = "badResumptionToken"


class CannotDisseminateFormat(ProtocolError):
    """The format given by metadataPrefix is not supported by the item or by the repository."""

    code = "cannotDisseminateFormat"


class IdDoesNotExist(ProtocolError):
    """The value of the identifier argument is unknown or illegal in this repository."""

    code = "idDoesNotExist"


class NoRecordsMatch(ProtocolError):
    """The values of from, until, set and metadataPrefix select an empty list."""

    code = "noRecordsMatch"


class NoMetadataFormats(ProtocolError):
    """There are no metadata formats available for the item."""

    code = "noMetadataFormats"


class NoSetHierarchy(ProtocolError):
    """The repository does not support sets."""

    code = "noSetHierarchy"


class Refusal(Exception):
    """A request that is answered with errors, and the arguments that the answer may repeat.

    Nothing may be repeated after badVerb or badArgument (section 3.2).
    """

    def __init__(self, errors: Sequence[ProtocolError], echo: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__("; ".join(f"{error.code}: {error}" for error in errors))
        self.errors = tuple(errors)
        silent = any(isinstance(error, BadVerb | BadArgument) for error in errors)
        self.echo = () if silent else tuple(echo)

"""Resumption tokens (section 3.5): stateless and signed, so that they outlive a restart and cannot be forged."""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from oai_server.model import Position, Selection
from oai_server.protocol.errors import BadResumptionToken

SALT = b"oai-server resumptionToken"
FORM, LENGTH = 1, 14  # the first value of every token, a later layout gets the next number; and how many there are


@dataclass(frozen=True, slots=True)
class Token:
    """Where a list goes on. ``cursor`` counts the records sent before, ``size`` is completeListSize, times in seconds.

    ``store`` names the store that gave out the position: in another one (a rebuilt one, say) only its datestamp
    counts. ``last_set`` is the place in ListSets, which has no selection and no position.
    """

    verb: str
    profile: str
    selection: Selection
    position: Position
    cursor: int
    size: int
    issued: int
    store: str
    last_set: str = ""


class TokenKeys:
    """Makes and reads tokens with a list of keys: the first signs, all are accepted."""

    def __init__(self, keys: Sequence[str], lifetime: int) -> None:
        """``lifetime`` in seconds."""
        self.lifetime = lifetime
        salted = [
            hmac.digest(key.encode(), SALT, "sha256") for key in reversed(keys)
        ]  # itsdangerous signs with the last
        self._signer = Signer(salted, key_derivation="none", digest_method=hashlib.sha256)

    def encode(self, token: Token) -> str:
        """The token as text of unreserved URL characters: letters, digits, ``-``, ``_`` and ``.``."""
        wanted, place = token.selection, token.position
        values = [FORM, token.verb, token.profile, wanted.prefix, wanted.set_spec, wanted.from_, wanted.until]
        values += [place.datestamp, place.change, token.cursor, token.size, token.issued, token.store, token.last_set]
        return self._signer.sign(base64_encode(json.dumps(values, separators=(",", ":")))).decode()

    def decode(self, text: str, verb: str, profile: str, now: int) -> Token:
        """The token that ``encode`` made for this verb and profile, or BadResumptionToken."""
        try:
            values = _values(self._signer.unsign(text)) if _canonical(text) else None
        except (BadData, ValueError):
            values = None
        if not isinstance(values, list) or len(values) != LENGTH or values[0] != FORM:
            raise BadResumptionToken("This resumptionToken was not issued here, or was changed on its way")
        made_for, its_profile, prefix, set_spec, from_, until, *place = values[1:]
        datestamp, change, cursor, size, issued, store, last = place
        if made_for != verb:
            raise BadResumptionToken(f"This resumptionToken was issued for {made_for}, not for {verb}")
        if its_profile != profile:
            raise BadResumptionToken("This resumptionToken was issued at another base URL of this repository")
        if now >= issued + self.lifetime:
            raise BadResumptionToken("This resumptionToken has expired: start the list again")
        selection, position = Selection(prefix, set_spec, from_, until, its_profile), Position(datestamp, change)
        return Token(made_for, its_profile, selection, position, cursor, size, issued, store, last)


def _values(payload: bytes) -> object:
    """What a signed payload says; those of the first release were compressed, as the point before them tells."""
    octets = base64_decode(payload.removeprefix(b"."))
    return json.loads(zlib.decompress(octets) if payload.startswith(b".") else octets)


def _canonical(text: str) -> bool:
    """Whether the signature is what encoding its octets gives: base64 has several spellings of the same octets."""
    if not text.isascii():
        return False
    signature = text.rpartition(".")[2].encode()
    return base64_encode(base64_decode(signature)) == signature

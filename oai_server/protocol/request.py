"""From pairs to one frozen request, or to the errors that are due (sections 3.1, 3.6 and 4)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from oai_server.model import PREFIX, SET_SPEC, UNRESERVED
from oai_server.protocol import datestamp
from oai_server.protocol.datestamp import Granularity
from oai_server.protocol.errors import BadArgument, BadResumptionToken, BadVerb, IdDoesNotExist, ProtocolError, Refusal
from oai_server.protocol.verbs import VERBS, Arguments

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:([A-Za-z0-9\-_.!~*'();/?:@&=+$,]|%[0-9A-Fa-f]{2})+")
XS = "http://www.w3.org/2001/XMLSchema"
ANY_URI = etree.XMLSchema(etree.XML(f'<schema xmlns="{XS}"><element name="uri" type="anyURI"/></schema>'))
TOKEN = re.compile(UNRESERVED)
SURROGATE = re.compile("[\ud800-\udfff]")
MOST_ERRORS = 20  # told one by one; the rest are counted


@dataclass(frozen=True, slots=True)
class Request:
    """A legal request: ``arguments`` as they came, for the answer's request element; the others parsed.

    ``from_`` and ``until`` in seconds, both inclusive.
    """

    verb: str
    arguments: tuple[tuple[str, str], ...]
    identifier: str | None = None
    metadata_prefix: str | None = None
    set_spec: str | None = None
    from_: int | None = None
    until: int | None = None
    resumption_token: str | None = None


def parse(pairs: Sequence[tuple[str, str]], granularity: Granularity) -> Request:
    """The request that these decoded pairs make; Refusal with every error that is due."""
    verb = _verb(pairs)
    known = VERBS[verb]
    given = [(name, value) for name, value in pairs if name != "verb"]
    errors = [*_misused(verb, known, given), *_missing(verb, known, given)]
    if errors:
        raise Refusal(_told(errors))
    values = dict(given)
    from_, until, wrong_dates = _range(values.get("from"), values.get("until"), granularity)
    errors = [*_malformed(values), *wrong_dates]
    echo = [("verb", verb), *((name, value) for name, value in given if _may_be_repeated(name, value))]
    if errors:
        raise Refusal(errors, echo)
    return Request(
        verb,
        tuple(echo),
        identifier=values.get("identifier"),
        metadata_prefix=values.get("metadataPrefix"),
        set_spec=values.get("set"),
        from_=from_,
        until=until,
        resumption_token=values.get("resumptionToken"),
    )


def _verb(pairs: Sequence[tuple[str, str]]) -> str:
    verbs = [value for name, value in pairs if name == "verb"]
    if not verbs:
        raise Refusal([BadVerb(f"The verb is missing; it is one of {', '.join(VERBS)}")])
    if len(verbs) > 1:
        raise Refusal([BadVerb("The verb is given more than once")])
    if verbs[0] not in VERBS:
        raise Refusal([BadVerb(f"{_shown(verbs[0])} is not a verb of OAI-PMH; it is one of {', '.join(VERBS)}")])
    return verbs[0]


def _misused(verb: str, known: Arguments, given: Sequence[tuple[str, str]]) -> Iterable[ProtocolError]:
    """Unknown, repeated, empty and undecodable arguments, and company that an exclusive one does not bear."""
    for name, count in Counter(name for name, _ in given).items():
        if name not in known.known:
            allowed = f"it takes {', '.join(known.known)}" if known.known else "it takes none"
            yield BadArgument(f"{_shown(name)} is not an argument of {verb}; {allowed}")
        elif count > 1:
            yield BadArgument(f"{name} is given {count} times")
    for name, value in given:
        if name in known.known and not value:
            yield BadArgument(f"{name} has no value")
        elif name in known.known and SURROGATE.search(value):
            yield BadArgument(f"The value of {name} is not UTF-8")
    if known.exclusive and len(given) > 1 and any(name == known.exclusive for name, _ in given):
        yield BadArgument(f"{known.exclusive} is exclusive: no other argument may stand beside it")


def _missing(verb: str, known: Arguments, given: Sequence[tuple[str, str]]) -> Iterable[ProtocolError]:
    names = {name for name, _ in given}
    if known.exclusive not in names:
        yield from (BadArgument(f"{verb} needs {name}") for name in known.required if name not in names)


def _malformed(values: dict[str, str]) -> Iterable[ProtocolError]:
    """Values that the answer's request element could not repeat and stay valid (section 3.2, OAI-PMH.xsd)."""
    prefix, spec = values.get("metadataPrefix"), values.get("set")
    if prefix is not None and not PREFIX.fullmatch(prefix):
        yield BadArgument(f"{_shown(prefix)} is not a metadataPrefix: only letters, digits and -_.!~*'() are")
    if spec is not None and not SET_SPEC.fullmatch(spec):
        yield BadArgument(f"{_shown(spec)} is not a setSpec: letters, digits and -_.!~*'(), levels parted by colons")
    if "identifier" in values and not _is_uri(values["identifier"]):
        yield IdDoesNotExist(f"{_shown(values['identifier'])} is not a URI, so no item here can have it")
    if "resumptionToken" in values and not TOKEN.fullmatch(values["resumptionToken"]):
        yield BadResumptionToken("This resumptionToken was not issued here, or was changed on its way")


def _is_uri(text: str) -> bool:
    """Whether every reader of XML Schema takes the text for an anyURI: RFC 3986's characters, and libxml2's word."""
    element = etree.Element("uri")
    element.text = text if URI.fullmatch(text) else ":"
    return ANY_URI.validate(element)


def _may_be_repeated(name: str, value: str) -> bool:
    if name == "identifier":
        return _is_uri(value)
    return name != "resumptionToken" or bool(TOKEN.fullmatch(value))


def _range(
    from_: str | None, until: str | None, finest: Granularity
) -> tuple[int | None, int | None, Sequence[ProtocolError]]:
    """Both ends of the range in seconds, and what is wrong with them (sections 2.7.1 and 3.3.1)."""
    errors: list[ProtocolError] = []
    parsed: dict[str, tuple[int, Granularity]] = {}
    for name, text in (("from", from_), ("until", until)):
        if text is None:
            continue
        try:
            parsed[name] = datestamp.parse(text)
        except ValueError as error:
            errors.append(BadArgument(f"{name}: {_shown(str(error), quoted=False)}"))
            continue
        if parsed[name][1] is Granularity.SECONDS and finest is Granularity.DAY:
            errors.append(BadArgument(f"{name} is finer than this repository's granularity, {finest}"))
    first = parsed["from"][0] if "from" in parsed else None
    last = datestamp.last_second(*parsed["until"]) if "until" in parsed else None
    if len(parsed) == 2 and not errors:
        if parsed["from"][1] is not parsed["until"][1]:
            errors.append(BadArgument("from and until must have the same granularity"))
        elif parsed["from"][0] > parsed["until"][0]:
            errors.append(BadArgument("from is later than until"))
    return first, last, errors


def _told(errors: Sequence[ProtocolError]) -> Sequence[ProtocolError]:
    if len(errors) <= MOST_ERRORS:
        return errors
    return [*errors[:MOST_ERRORS], BadArgument(f"{len(errors) - MOST_ERRORS} more arguments are wrong")]


def _shown(text: str, quoted: bool = True) -> str:
    """Text of a stranger, short and in ASCII, fit for an error element."""
    short = text if len(text) <= 80 else text[:80] + "..."
    return ascii(short) if quoted else short.encode("ascii", "backslashreplace").decode()

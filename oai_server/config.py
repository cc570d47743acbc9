"""Settings: every setting once, with its default and its help sentence. Read at start, never again."""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from oai_server.model import SET_SPEC, Set
from oai_server.rules import Membership, Profile, profiles_of, set_rules_of

__all__ = ["Membership", "Profile", "Settings", "SettingsError", "load"]

PREFIX = "OAI_SERVER_"
FILE_NAME = "oai-server.toml"
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+")
URL = re.compile(r"https?://([A-Za-z0-9\-._~:/@!$&'()*+,;=\[\]]|%[0-9A-Fa-f]{2})+")
EMAIL = re.compile(r"[!-?A-~]+@([!-\-/-?A-~]+\.)+[!-\-/-?A-~]+")
DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+")
GRANULARITIES = {
    "seconds": "YYYY-MM-DDThh:mm:ssZ",
    "YYYY-MM-DDThh:mm:ssZ": "YYYY-MM-DDThh:mm:ssZ",
    "day": "YYYY-MM-DD",
    "YYYY-MM-DD": "YYYY-MM-DD",
}


class SettingsError(Exception):
    """A setting that cannot be used; the message names it, where it was set, and a value that would do."""


def setting(default: Any, help: str, read: Callable[[Any], Any]) -> Any:
    """One setting: its default, its help sentence, and what turns text or a TOML value into its value."""
    made: dict[str, Any] = {"default_factory": default} if callable(default) else {"default": default}
    return field(metadata={"help": help, "read": read}, **made)


def text(value: Any) -> str:
    """A single line that is not empty and holds nothing that XML cannot."""
    if "\n" in words(value):
        raise ValueError("must be a single line of text")
    return words(value)


def words(value: Any) -> str:
    """Text, perhaps of several lines, that is not empty and holds nothing that XML cannot."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text that is not empty")
    if ILLEGAL.search(value):
        raise ValueError("must not hold control characters or halves of surrogate pairs")
    return value.strip()


def texts(value: Any) -> tuple[str, ...]:
    """A TOML list, or text with commas or blanks between."""
    parts = re.split(r"[,\s]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError("must be a list of texts")
    return tuple(part for part in parts if part)


def number(least: int, most: int) -> Callable[[Any], int]:
    """A whole number within bounds."""

    def read(value: Any) -> int:
        try:
            found = int(value) if not isinstance(value, bool) else least - 1
        except (TypeError, ValueError):
            found = least - 1
        if not least <= found <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return found

    return read


def url(value: Any) -> str:
    """An http or https URL without query and fragment."""
    try:
        parts = urlsplit(text(value)) if URL.fullmatch(text(value)) else urlsplit("")
        good = parts.hostname and not parts.query and not parts.fragment and parts.port != 0
    except ValueError:  # a port that is none, a bracket that is not closed
        good = False
    if not good:
        raise ValueError("must be an http or https URL without ? and #, such as https://repository.example.org/oai")
    return text(value)


def urls(value: Any) -> tuple[str, ...]:
    """Several of them."""
    return tuple(url(each) for each in texts(value))


def emails(value: Any) -> tuple[str, ...]:
    """One or more addresses."""
    found = texts(value)
    if not found or not all(EMAIL.fullmatch(each) for each in found):
        raise ValueError("must be one or more addresses such as admin@example.org")
    return found


def domain(value: Any) -> str:
    """A domain name as the oai-identifier guideline wants it."""
    if not DOMAIN.fullmatch(text(value)):
        raise ValueError("must be a domain name, each part beginning with a letter, such as repository.example.org")
    return text(value)


def granularity(value: Any) -> str:
    """``seconds`` or ``day``, or the words of Identify."""
    if value not in GRANULARITIES:
        raise ValueError(f"must be one of {', '.join(GRANULARITIES)}")
    return GRANULARITIES[value]


def networks(value: Any) -> tuple[str, ...]:
    """IP addresses and networks."""
    try:
        return tuple(str(ipaddress.ip_network(each)) for each in texts(value))
    except ValueError as error:
        raise ValueError(f"must be addresses or networks such as 127.0.0.1 or 10.0.0.0/8: {error}") from None


def keys(value: Any) -> tuple[str, ...]:
    """Secrets of at least sixteen characters, parted by blanks: the first signs, all are accepted."""
    found = tuple(value.split()) if isinstance(value, str) else texts(value)
    if not found or any(len(key) < 16 for key in found):
        raise ValueError("must be one or more secrets of at least 16 characters")
    return found


def yes(value: Any) -> bool:
    """True or false."""
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise ValueError("must be true or false")
    return words[str(value).lower()]


def set_names(value: Any) -> tuple[Set, ...]:
    """A table of setSpecs: a name each, or a table of name and description."""
    if not isinstance(value, Mapping):
        raise ValueError('must be a table such as [sets] "health:care" = "Health care"')
    found = []
    for spec, told in value.items():
        if not SET_SPEC.fullmatch(spec):
            raise ValueError(f"{spec!r} is not a setSpec: letters, digits and -_.!~*'(), levels parted by colons")
        table = {"name": told} if isinstance(told, str) else told
        if not isinstance(table, Mapping) or set(table) - {"name", "description"} or "name" not in table:
            raise ValueError(f"{spec!r} needs a name, and may have a description")
        found.append(Set(spec, text(table["name"]), words(table["description"]) if "description" in table else None))
    return tuple(found)


def membership(value: Any) -> Membership:
    """A table of rules by setSpec."""
    return Membership(set_rules_of(value))


def mimetype(value: Any) -> str:
    """A media type as the branding container knows it."""
    if not re.fullmatch(r"[a-z]+/[a-z]+", text(value)):
        raise ValueError("must be a media type of plain letters, such as text/xsl")
    return text(value)


def namespace(value: Any) -> str:
    """An absolute URI."""
    if not NAMESPACE.fullmatch(text(value)):
        raise ValueError("must be a namespace such as http://purl.org/dc/elements/1.1/")
    return text(value)


def branding(value: Any) -> Mapping[str, Any]:
    """A collection icon (url, link, title, width, height) and metadata renderings (branding guideline)."""
    size = number(1, 100_000)
    icon = {"url": url, "link": url, "title": text, "width": size, "height": size}
    rendering = {"namespace": namespace, "mimetype": mimetype, "url": url}
    _only(value, {"icon", "renderings"})
    if value and not (value.get("icon") or value.get("renderings")):
        raise ValueError("needs an icon or renderings")
    told: dict[str, Any] = {}
    if "icon" in value:
        told["icon"] = _table(value["icon"], icon, needed={"url"})
    if "renderings" in value:
        told["renderings"] = [_table(each, rendering, needed=set(rendering)) for each in _tables(value["renderings"])]
    return told


def eprints(value: Any) -> Mapping[str, Any]:
    """Policies: each a table of text and URL; metadata_policy and data_policy are needed (eprints guideline)."""
    policies = ("content", "metadata_policy", "data_policy", "submission_policy")
    _only(value, {*policies, "comment"}, needed={"metadata_policy", "data_policy"})
    told: dict[str, Any] = {}
    for name in (name for name in policies if name in value):
        told[name] = _table(value[name], {"text": words, "url": url})
        if not told[name]:
            raise ValueError(f"{name} needs a text or a url")
    comments = value.get("comment", [])
    if not isinstance(comments, str | list):
        raise ValueError("comment must be a text or a list of texts")
    told["comment"] = [words(each) for each in ([comments] if isinstance(comments, str) else comments)]
    return told


def _tables(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("renderings must be a list of tables")
    return value


def _table(value: Any, readers: Mapping[str, Callable[[Any], Any]], needed: Iterable[str] = ()) -> dict[str, Any]:
    """A table whose values are read one by one; the message names the key."""
    _only(value, set(readers), needed=set(needed))
    told = {}
    for key, raw in value.items():
        try:
            told[key] = readers[key](raw)
        except ValueError as error:
            raise ValueError(f"{key} {error}") from None
    return told


def _only(value: Any, known: set[str], needed: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    if not isinstance(value, Mapping):
        raise ValueError(f"must be a table of {', '.join(sorted(known))}")
    if set(value) - known:
        raise ValueError(f"does not know {', '.join(sorted(set(value) - known))}; known are {', '.join(sorted(known))}")
    if needed - set(value):
        raise ValueError(f"needs {', '.join(sorted(needed - set(value)))}")


def xml_files(value: Any) -> tuple[str, ...]:
    """Paths of XML files, read at start: each root element has a namespace and its schemaLocation."""
    found = []
    for name in texts(value):
        try:
            root = etree.parse(name, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
        except (OSError, etree.XMLSyntaxError) as error:
            raise ValueError(f"{name}: {error}") from None
        location = root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
        if not etree.QName(root).namespace or not location:
            raise ValueError(f"{name}: the root element needs a namespace and an xsi:schemaLocation")
        if etree.QName(root).namespace == "http://www.openarchives.org/OAI/2.0/":
            raise ValueError(f"{name}: a description's root element is in another namespace than OAI-PMH's own")
        found.append(etree.tostring(root, encoding="unicode", with_tail=False))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, in ``oai-server.toml`` or as OAI_SERVER_* variables (which win)."""

    database_url: str = setting(
        "sqlite:///oai-server.sqlite", "Where the store is: sqlite:///FILE or postgresql://USER@HOST/NAME.", text
    )
    base_url: str | None = setting(
        None, "The URL that harvesters use, to the letter. Without it: where the server is bound, path /oai.", url
    )
    repository_name: str | None = setting(None, "Identify's repositoryName. Without it: the host of base_url.", text)
    repository_identifier: str | None = setting(
        None, "The domain name inside identifiers, oai:DOMAIN:LOCAL. Without it: the host of base_url.", domain
    )
    admin_email: tuple[str, ...] = setting(
        (), "Identify's adminEmail, one or more. Without it: postmaster at repository_identifier.", emails
    )
    page_size: int = setting(100, "Records in one page of a list.", number(1, 1000))
    set_page_size: int = setting(1000, "Sets in one page of ListSets.", number(1, 100_000))
    granularity: str = setting("YYYY-MM-DDThh:mm:ssZ", "How fine datestamps are told: seconds or day.", granularity)
    secret_key: tuple[str, ...] = setting(
        (), "Secrets that sign resumption tokens: the first signs, all are accepted. Without it: the store's own.", keys
    )
    token_hours: int = setting(168, "Life of a resumption token, in hours.", number(1, 24 * 366))
    formats: tuple[str, ...] = setting((), "The metadataPrefixes to offer, oai_dc always. Without it: all.", texts)
    format_paths: tuple[str, ...] = setting(
        (), "Folders with formats of your own: Python files like ours, or XSLT with a TOML file beside it.", texts
    )
    schema_folder: str = setting(
        "~/.local/share/oai-server/schemas",
        "Where `schemas fetch` puts the official schemas; they judge from there.",
        text,
    )
    bind: str = setting("127.0.0.1:8080", "HOST:PORT where `serve` listens.", text)
    workers: int = setting(2, "Processes that `serve` starts.", number(1, 256))
    processes: int = setting(0, "Processes that `ingest` and `render` use; 0 is one for each core.", number(0, 256))
    trusted_proxies: tuple[str, ...] = setting(
        (), "Addresses or networks of proxies whose X-Forwarded-* headers make the base URL when none is set.", networks
    )
    compression: bool = setting(True, "Whether answers are compressed for harvesters that ask for it.", yes)
    max_body: int = setting(1_000_000, "Octets that the body of a POST may have.", number(1000, 2**31))
    metadata_rights: str | None = setting(
        None, "URI of the terms for using the metadata: told in Identify and with each record (about/rights).", url
    )
    friends: tuple[str, ...] = setting((), "Base URLs of other repositories, told in Identify.", urls)
    branding: Mapping[str, Any] = setting(dict, "Icon and renderings, told in Identify (a TOML table).", branding)
    eprints: Mapping[str, Any] = setting(dict, "Policies, told in Identify (a TOML table).", eprints)
    descriptions: tuple[str, ...] = setting((), "Paths of XML files to tell in Identify as they are.", xml_files)
    sets: tuple[Set, ...] = setting((), "Names and descriptions of sets (a TOML table).", set_names)
    set_rules: Membership = setting(  # noqa: RUF009
        Membership, "Sets whose members are found by rule (a TOML table, docs/set-rules.md).", membership
    )
    profiles: tuple[Profile, ...] = setting(
        (),
        "Endpoints of their own at /oai/NAME: names of shipped ones, or a TOML table (docs/profiles.md).",
        profiles_of,
    )

    @property
    def host(self) -> str:
        """The host of the base URL, or of where we are bound."""
        return urlsplit(self.base_url or f"//{self.bind}").hostname or "localhost"

    @property
    def default_base_url(self) -> str:
        """The base URL when nothing better is known."""
        return self.base_url or f"http://{self.bind}/oai"

    @property
    def identifier_domain(self) -> str:
        """The domain name inside identifiers; a host that is none gets a reserved one."""
        if self.repository_identifier:
            return self.repository_identifier
        return self.host if DOMAIN.fullmatch(self.host) else "repository.invalid"

    def of_profile(self, profile: Profile) -> Settings:
        """The same as a profile's endpoint tells them."""
        own = self.repository_name or self.host
        name = profile.repository_name or (f"{own}: {profile.suffix}" if profile.suffix else own)
        return replace(self, repository_name=name, repository_identifier=self.identifier_domain)


TABLES = frozenset({"branding", "eprints", "sets", "set_rules"})


def load(path: str | None = None, environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
    """The settings of a TOML file and the environment; SettingsError for what is unknown or cannot be used.

    ``path`` is the file; without it OAI_SERVER_CONFIG, or oai-server.toml in this folder if there is one.
    ``given`` overrules both.
    """
    known = {each.name: each for each in fields(Settings)}
    values: dict[str, Any] = {}
    file = path or environment.get(f"{PREFIX}CONFIG") or (FILE_NAME if Path(FILE_NAME).is_file() else None)
    for name, raw in (_toml(file) if file else {}).items():
        values[name] = _value(known, name, raw, f"{file}: {name}")
    for variable, raw in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name != "config":
            values[name] = _value(known, name, raw, variable)
    for name, raw in given.items():
        if raw is not None:
            values[name] = _value(known, name, raw, name)
    return Settings(**values)


def _toml(file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(file).read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from None


def _value(known: Mapping[str, Any], name: str, raw: Any, where: str) -> Any:
    if name not in known:
        variable = where.startswith(PREFIX)
        names = [f"{PREFIX}{each}".upper() if variable else each for each in known if not (variable and each in TABLES)]
        raise SettingsError(f"{where} is no setting; known are {', '.join(names)}")
    try:
        return known[name].metadata["read"](raw)
    except ValueError as error:
        raise SettingsError(f"{where} {error} (it is {raw!r})") from None

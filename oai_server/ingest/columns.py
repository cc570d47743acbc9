"""Mapping files: what the columns of a table, or the paths of JSON objects, become. TOML.

``identifier``, ``datestamp`` and ``state`` are rules; ``sets`` and ``files`` lists of rules; ``[fields]`` has a rule,
or a list of them, for each field ``schema.element[.qualifier]``. A rule is the name of a column, or a table of:

=============  =========================================================================================
``column``     the heading; a column that stands several times gives all its values; a number is a place
``columns``    several columns in one value, joined by ``join`` (a blank); empty ones are left out
``first_of``   the first of several columns that is not empty
``constant``   the same text for every row
``split``      what parts the values of a cell; a list if several things do
``number``     ``"0000.00000"``: numbers are written with so many digits, for identifiers that lost zeros
``replace``    a list of ``[pattern, replacement]``, regular expressions in order
``translate``  a table from values to other values; those that are not in it stay
``keep``       a pattern: values that do not match it are left out
``drop``       a list of values that are left out
``date``       the form of dates (``"%m/%d/%Y"``), or a list of forms; what fits none stays as it is
``century``    the year in which the hundred years of two-digit years (``%y``) begin; without it they stay
``template``   ``"https://example.org/{}"``: ``{}`` is the value, ``{heading}`` another column, which must not be empty
``once``       true: the same value is not said twice
``language``   the language of the values; ``language_of`` is the column that tells it
``optional``   true: the table need not have the column
``under``      sets only: the setSpec above them
``url``        files only: a template for their address; ``access`` is open, restricted (default) or closed
=============  =========================================================================================

What a rule does to a value it does in this order. A set is called what the table calls it, before ``replace``, unless
``[set_names]`` has a name for its setSpec; what is no setSpec is made one (``Pop Art`` is in ``Pop_Art``).

``[table]`` says how the table is written, where it does not say so itself: ``encoding`` ("latin-1"; without it UTF-8
or what a byte-order mark says), ``separator``, ``quote`` ("" for none), ``heading`` (its row, 1; 0 for none), ``sheet``
(of a workbook; the first), ``empty`` (a list of values that mean nothing: "n/a").

In JSON a column is a path: ``dateRange.startYear``, ``artists[].name`` (each of a list), ``artists[role=artist].name``
(those where it is so, or ``!=``), ``subjects..name`` (at any depth below); a key with dots stands in quotation marks.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from oai_server.ingest.normalise import FIELD
from oai_server.ingest.source import SourceError
from oai_server.ingest.tables import Form
from oai_server.model import SET_SPEC, FileAccess

Name = str | int  # of a column: its heading or its place, counted from 1; in JSON its path
NUMBER = re.compile(r"0+(?:\.0+)?")
PLACE = re.compile(r"\{([^{}]*)\}")
ACCESS = ("open", "restricted", "closed")
SOURCES = ("column", "columns", "first_of", "constant")
TOP = {"identifier", "datestamp", "state", "sets", "files", "fields", "set_names", "table"}
TABLE = {"encoding", "separator", "quote", "heading", "sheet", "empty"}
KEYS = {
    *SOURCES,
    *"join split number replace translate keep drop date century template once language language_of optional".split(),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """From columns to values, as the docstring of this module says it."""

    columns: tuple[Name, ...] = ()
    together: str | None = None  # what joins the columns in one value
    first: bool = False
    constant: str | None = None
    split: tuple[str, ...] = ()
    number: tuple[int, int] | None = None  # digits before and after the point
    replace: tuple[tuple[re.Pattern[str], str], ...] = ()
    translate: Mapping[str, str] = field(default_factory=dict)
    keep: re.Pattern[str] | None = None
    drop: frozenset[str] = frozenset()
    dates: tuple[str, ...] = ()
    century: int | None = None
    template: str | None = None
    once: bool = False
    language: str | None = None
    language_of: Name | None = None
    optional: bool = False
    under: str | None = None
    url: str | None = None
    access: FileAccess = "restricted"

    plain: bool = field(init=False)  # whether values stay as they are

    def __post_init__(self) -> None:
        changes = (
            self.split,
            self.number,
            self.replace,
            self.translate,
            self.keep,
            self.drop,
            self.dates,
            self.template,
        )
        object.__setattr__(self, "plain", not any(changes))

    @property
    def inputs(self) -> tuple[Name, ...]:
        """Every column that the rule reads."""
        told = (name for text in (self.template, self.url) if text for name in PLACE.findall(text) if name)
        return tuple(dict.fromkeys((*self.columns, *told, *([self.language_of] if self.language_of else []))))


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping file, or what the headings say by themselves."""

    fields: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    identifier: Rule | None = None
    datestamp: Rule | None = None
    state: Rule | None = None
    sets: tuple[Rule, ...] = ()
    files: tuple[Rule, ...] = ()
    set_names: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    empty: frozenset[str] = frozenset()

    def rules(self) -> Iterator[tuple[str, Rule]]:
        """What becomes of which rule: a field, ``identifier``, ``set``, ..."""
        single = (("identifier", self.identifier), ("datestamp", self.datestamp), ("state", self.state))
        yield from ((target, rule) for target, rule in single if rule)
        yield from ((name, rule) for name, rules in self.fields.items() for rule in rules)
        yield from (("set", rule) for rule in self.sets)
        yield from (("file", rule) for rule in self.files)


class Wrong(ValueError):
    """A mapping file says something that means nothing; the message says where."""


def load(path: Path) -> TableMapping:
    """The mapping in a file; SourceError, with the place in it, where there is none."""
    try:
        return mapping_of(tomllib.loads(path.read_text("utf-8-sig")))
    except OSError as error:
        raise SourceError(f"mapping {path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, Wrong) as error:
        raise SourceError(f"mapping {path}: {error}") from None


def mapping_of(told: Mapping[str, Any]) -> TableMapping:
    """The mapping that a TOML document tells; Wrong where it tells none."""
    _known(told, TOP, "the mapping")
    fields = _table(told, "fields")
    for name in fields:
        if not FIELD.fullmatch(name):
            raise Wrong(f'fields.{name}: not a field; write "dc.title" in quotation marks, schema.element[.qualifier]')
    names = _table(told, "set_names")
    for spec, name in names.items():
        if not SET_SPEC.fullmatch(spec) or not isinstance(name, str):
            raise Wrong(f"set_names.{spec}: must be a setSpec and its name")
    table = _table(told, "table")
    return TableMapping(
        fields={name: _rules(rules, f'fields."{name}"') for name, rules in fields.items()},
        sets=_rules(told.get("sets", []), "sets", {"under"}),
        files=_rules(told.get("files", []), "files", {"url", "access"}),
        set_names=names,
        form=_form(table),
        empty=frozenset(_texts(table.get("empty", []), "table.empty")),
        **{key: _rule(told[key], key) for key in ("identifier", "datestamp", "state") if key in told},
    )


def _form(told: Mapping[str, Any]) -> Form:
    _known(told, TABLE, "table")
    for key in ("encoding", "sheet"):
        if not isinstance(told.get(key, ""), str):
            raise Wrong(f"table.{key}: must be text")
    for key, least in (("separator", 1), ("quote", 0)):
        text = told.get(key, " ")
        if not isinstance(text, str) or not least <= len(text) <= 1:
            raise Wrong(f"table.{key}: must be one character")
    heading = told.get("heading", 1)
    if type(heading) is not int or heading < 0:
        raise Wrong("table.heading: must be the row in which the headings stand, or 0")
    return Form(**{key: value for key, value in told.items() if key != "empty"})


def _rules(told: Any, where: str, more: Set[str] = frozenset()) -> tuple[Rule, ...]:
    return tuple(_rule(each, where, more) for each in (told if isinstance(told, list) else [told]))


def _rule(told: Any, where: str, more: Set[str] = frozenset()) -> Rule:
    if isinstance(told, str):
        told = {"column": told}
    if not isinstance(told, dict):
        raise Wrong(f"{where}: must be the name of a column or a table with column = ...")
    _known(told, KEYS | more, where)
    given = [key for key in SOURCES if key in told]
    if len(given) != 1:
        raise Wrong(f"{where}: needs one of {', '.join(SOURCES)}" + (f", not {' and '.join(given)}" if given else ""))
    try:
        return Rule(
            columns=_columns(told),
            together=_text(told, "join", " ") if "columns" in told else None,
            first="first_of" in told,
            constant=_text(told, "constant", None),
            split=_texts(told.get("split", []), "split"),
            number=_digits(told.get("number")),
            replace=tuple(_replacement(each) for each in told.get("replace", [])),
            translate=_texts_by_text(told.get("translate", {})),
            keep=re.compile(told["keep"]) if "keep" in told else None,
            drop=frozenset(_texts(told.get("drop", []), "drop")),
            dates=_texts(told.get("date", []), "date"),
            century=_whole(told, "century"),
            template=_text(told, "template", None),
            once=_flag(told, "once"),
            language=_text(told, "language", None),
            language_of=told.get("language_of"),
            optional=_flag(told, "optional"),
            under=_spec(told.get("under")),
            url=_text(told, "url", None),
            access=_access(told.get("access", "restricted")),
        )
    except (Wrong, re.error, TypeError) as error:
        raise Wrong(f"{where}: {error}") from None


def _columns(told: Mapping[str, Any]) -> tuple[Name, ...]:
    found = told.get("columns", told.get("first_of", told.get("column", [])))
    names = found if isinstance(found, list) else [found]
    if not all(isinstance(name, str) or (type(name) is int and name > 0) for name in names):
        raise Wrong("a column is told by its heading, or by its place counted from 1")
    return tuple(names)


def _known(told: Mapping[str, Any], keys: Set[str], where: str) -> None:
    unknown = sorted(set(told) - keys)
    if unknown:
        raise Wrong(f"{where} has the unknown key {unknown[0]!r}; known are {', '.join(sorted(keys))}")


def _table(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = told.get(key, {})
    if not isinstance(found, dict):
        raise Wrong(f"{key}: must be a table, [{key}]")
    return found


def _text(told: Mapping[str, Any], key: str, default: str | None) -> str | None:
    found = told.get(key, default)
    if found is not None and not isinstance(found, str):
        raise Wrong(f"{key} must be text")
    return found


def _texts(told: Any, key: str) -> tuple[str, ...]:
    texts = [told] if isinstance(told, str) else told
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise Wrong(f"{key} must be text that is not empty, or a list of such")
    return tuple(texts)


def _texts_by_text(told: Any) -> Mapping[str, str]:
    if not isinstance(told, dict) or not all(isinstance(text, str) for text in told.values()):
        raise Wrong("translate must be a table of texts")
    return told


def _replacement(told: Any) -> tuple[re.Pattern[str], str]:
    if not isinstance(told, list) or len(told) != 2:
        raise Wrong("replace must be a list of [pattern, replacement]")
    pattern, replacement = _texts(told[:1], "a pattern")[0], cast(str, told[1])
    compiled = re.compile(pattern)
    compiled.sub(replacement, "")  # fails for a group that the pattern does not have
    return compiled, replacement


def _digits(told: Any) -> tuple[int, int] | None:
    if told is None:
        return None
    if not isinstance(told, str) or not NUMBER.fullmatch(told):
        raise Wrong('number must be zeros with a point, "0000.00000"')
    before, _, after = told.partition(".")
    return len(before), len(after)


def _whole(told: Mapping[str, Any], key: str) -> int | None:
    found = told.get(key)
    if found is not None and type(found) is not int:
        raise Wrong(f"{key} must be a whole number")
    return found


def _flag(told: Mapping[str, Any], key: str) -> bool:
    found = told.get(key, False)
    if not isinstance(found, bool):
        raise Wrong(f"{key} must be true or false")
    return found


def _spec(told: Any) -> Any:
    if told is not None and not (isinstance(told, str) and SET_SPEC.fullmatch(told)):
        raise Wrong("under must be a setSpec")
    return told


def _access(told: Any) -> FileAccess:
    if told not in ACCESS:
        raise Wrong(f"access must be one of {', '.join(ACCESS)}")
    return cast(FileAccess, told)

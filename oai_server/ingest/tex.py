"""TeX as it stands in titles and names, told as plain Unicode; mathematics stays as it is written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from pylatexenc.latex2text import (  # type: ignore[import-untyped]
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)
from pylatexenc.latexwalker import LatexWalkerError  # type: ignore[import-untyped]

TEX = re.compile(r"[\\{}$~]|--|``|''|[!?]`")
MATHS = re.compile(r"(?<!\\)\$\$.+?(?<!\\)\$\$|(?<!\\)\$[^$]+?(?<!\\)\$|\\\(.+?\\\)|\\\[.+?\\\]", re.DOTALL)
LITERAL = re.compile(r"(?<!\\)[%&#$]")  # these mean something to TeX, and nothing to those who fill in forms
LINK = re.compile(r"\\href\s*\{[^{}]*\}\s*(?=\{)")
UNSEEN = re.compile(r"\\(?:noopsort|SortNoop)\s*\{[^{}]*\}")  # there for the sake of sorting
COMMAND = re.compile(r"\\([A-Za-z]+)\s*(?=\{)")
STYLES = "em it bf sl sc tt rm sf up md normalfont itshape bfseries scshape slshape upshape small large relax".split()
PLACE, LAST_PLACE = 0xE000, 0xF8FF  # private characters that hold the place of mathematics
OWN = re.compile(f"[{chr(PLACE)}-{chr(LAST_PLACE)}]")
DEEPEST = 50  # braces within braces


@dataclass(frozen=True, slots=True)
class Named:
    """A name in the form ``von Last, First, Jr``; ``whole`` is one that braces keep together: a body's."""

    text: str
    whole: bool = False


def plain(tex: str) -> str:
    """The text without commands, with its accents, blanks folded; unknown commands are kept as they are."""
    if not TEX.search(tex):
        return " ".join(tex.split())
    if OWN.search(tex) or _depth(tex) > DEEPEST:
        return _without_braces(tex)
    maths: list[str] = []
    marked = MATHS.sub(lambda found: _put_away(maths, found[0]), tex)
    marked = COMMAND.sub(_before_group, LINK.sub("", UNSEEN.sub("", marked)))
    marked = LITERAL.sub(r"\\\g<0>", marked)
    try:
        text = _decoder().latex_to_text(marked)
    except (LatexWalkerError, RecursionError, ValueError, IndexError, KeyError, TypeError):
        return _without_braces(tex)
    told = OWN.sub(lambda place: _taken(maths, place[0]), text)
    return " ".join(unicodedata.normalize("NFC", told).split())


def people(tex: str) -> tuple[list[Named], bool]:
    """The names in a list of them, parted by ``and``, and whether the list says that there are others."""
    names = [name.strip() for name in split_multiple_persons_names(tex)]
    found = [_named(name) for name in names if name != "others"]
    return [name for name in found if name.text], "others" in names


def _named(name: str) -> Named:
    if _is_group(name):
        return Named(plain(name[1:-1]), whole=True)
    parts = parse_single_name_into_parts(name, strict=False)
    told = (plain(" ".join(words)) for words in ([*parts.von, *parts.last], parts.first, parts.jr))
    return Named(", ".join(filter(None, told)))


def _put_away(maths: list[str], found: str) -> str:
    if len(maths) > LAST_PLACE - PLACE:
        return found
    maths.append(found)
    return chr(PLACE + len(maths) - 1)


def _taken(maths: list[str], place: str) -> str:
    number = ord(place) - PLACE
    return maths[number] if number < len(maths) else ""


def _is_group(name: str) -> bool:
    """Whether one pair of braces is around it all."""
    if not (name.startswith("{") and name.endswith("}")) or name.startswith("{\\"):
        return False
    level = 0
    for place, character in enumerate(name):
        level += (character == "{") - (character == "}")
        if level == 0:
            return place == len(name) - 1
    return False


def _depth(tex: str) -> int:
    deepest = level = 0
    for brace in re.findall("[{}]", tex):
        level += 1 if brace == "{" else -1
        deepest = max(deepest, level)
    return deepest


def _without_braces(tex: str) -> str:
    return " ".join(re.sub("[{}]", "", tex).split())


def _before_group(command: re.Match[str]) -> str:
    """A command with an argument: if nobody knows it, it is a matter of style, and its argument alone is read."""
    spec = _decoder().latex_context.get_macro_spec(command[1])
    return command[0] if spec is not None and spec.macroname else ""


@cache
def _decoder() -> LatexNodes2Text:
    """Knows the usual commands, and keeps as it is what it does not know."""
    known = get_default_latex_context_db()
    known.add_context_category("links", prepend=True, macros=[MacroTextSpec("url", simplify_repl="%s")])
    known.add_context_category("styles", prepend=True, macros=[MacroTextSpec(name, "") for name in STYLES])
    known.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=lambda node: node.latex_verbatim()))
    return LatexNodes2Text(latex_context=known, math_mode="verbatim", keep_comments=True)

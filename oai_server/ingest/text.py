"""Text without the escapes and the HTML that other systems left in it."""

from __future__ import annotations

import re
from html import unescape
from html.entities import name2codepoint

ENTITY = re.compile(r"&(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6})|[A-Za-z][A-Za-z0-9]{1,7});")
NAMED = {*name2codepoint, "apos"}
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")

INLINE = """a abbr acronym b bdi bdo big bold cite code del dfn em font i ins italic kbd mark q s samp sc small span
strike strong sub sup tt u var"""
BLOCK = """address article aside blockquote body br caption center dd div dl dt figcaption figure footer h1 h2 h3 h4 h5
h6 head header hr html li main nav ol p pre section sec table tbody td tfoot th thead title tr ul o:p"""
ATTRIBUTE = r"""\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'<>=`]+)"""
TAG = re.compile(
    rf"<(?P<end>/?)(?:jats:)?(?P<name>{'|'.join((INLINE + ' ' + BLOCK).split())})(?:{ATTRIBUTE})*\s*/?>", re.IGNORECASE
)
COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
ALONE = {"br", "hr", "li", "o:p", "p"}  # tags that mean something without their pair
BREAKS = re.compile(r"(?<![ \t])[ \t]*\n\s*")


def plain(text: str) -> str:
    """The text with one level of escapes and then its HTML taken away: ``R&amp;D`` is ``R&D``, ``x<y`` stays."""
    healed = ENTITY.sub(_character, text) if "&" in text else text
    return without_html(healed) if "<" in healed else healed


def without_html(text: str) -> str:
    """The text without comments and known tags; a tag that parts blocks becomes a line break.

    Most tags go only if the text both opens and closes them: ``<b>`` alone may be mathematics.
    """
    uncommented = COMMENT.sub("", text)
    tags = {(tag["name"].lower(), bool(tag["end"])) for tag in TAG.finditer(uncommented)}
    pairs = {name for name, end in tags if (name, not end) in tags} | ALONE
    bare = TAG.sub(lambda tag: _instead(tag, pairs), uncommented)
    return text if bare == text else BREAKS.sub("\n", bare).strip()


def _instead(tag: re.Match[str], pairs: set[str]) -> str:
    name = tag["name"].lower()
    if name not in pairs:
        return tag[0]
    return "\n" if name in BLOCK.split() else ""


def _character(entity: re.Match[str]) -> str:
    """What an entity stands for; nothing for what XML and Unicode forbid, itself if it is unknown."""
    if entity[0][1] != "#" and entity[0][1:-1] not in NAMED:
        return entity[0]
    return FORBIDDEN.sub("", unescape(entity[0])).replace("\r", "\n")

"""Elements of a record by their local names, whatever their namespace is, and what they say."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TEXTS = etree.XPath("descendant::text()")


def elements(parent: Element, path: str) -> Iterator[Element]:
    """The descendants by a path of local names: ``creators/creator``."""
    return parent.iterfind("/".join(f"{{*}}{name}" for name in path.split("/")))


def element(parent: Element, path: str) -> Element | None:
    """The first of them."""
    return next(elements(parent, path), None)


def text(of: Element | None, between: str = "") -> str:
    """All that an element says, blanks folded; ``between`` parts what stands on both sides of a tag."""
    return " ".join(between.join(TEXTS(of)).split()) if of is not None else ""


def first(parent: Element, path: str) -> str:
    """What the first of those descendants says that says anything."""
    return next(texts(parent, path), "")


def texts(parent: Element, path: str) -> Iterator[str]:
    """What those descendants say; the empty ones are left out."""
    return filter(None, map(text, elements(parent, path)))


def attribute(of: Element, name: str) -> str:
    """An attribute without blanks around it, empty where there is none."""
    return (of.get(name) or "").strip()


def language(of: Element) -> str | None:
    """The language that an element itself says it is in."""
    return attribute(of, XML_LANG) or None


def local(of: Element) -> str:
    """The name of an element without its namespace."""
    return str(etree.QName(of).localname)

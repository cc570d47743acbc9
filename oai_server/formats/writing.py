"""Small pieces of XML writing that the crosswalks share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.model import Value

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@lru_cache(maxsize=4096)
def language_tag(language: str | None) -> str | None:
    """The BCP 47 tag of a language as its source writes it (``en_US`` is ``en-US``), or None where there is none."""
    tag = (language or "").strip().replace("_", "-")
    return tag if LANGUAGE_TAG.fullmatch(tag) else None


def add(parent: Element, name: str, values: Iterable[Value | str], **attributes: str) -> None:
    """Append one element for each value, with its xml:lang where it has a language."""
    for value in values:
        element = etree.SubElement(parent, name, attributes)
        if isinstance(value, str):
            element.text = value
            continue
        element.text = value.text
        tag = language_tag(value.language)
        if tag:
            element.set(XML_LANG, tag)

"""The description containers of Identify (section 4.2 and the guidelines for repositories)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from oai_server.protocol.response import OAI, package


def descriptions(
    repository_identifier: str,
    sample_identifier: str | None,
    metadata_rights: str | None,
    friends: Sequence[str],
    branding: Mapping[str, Any],
    eprints: Mapping[str, Any],
    others: Iterable[str],
) -> Iterable[Element]:
    """Each container that the settings ask for; the oai-identifier one always."""
    yield _oai_identifier(repository_identifier, sample_identifier)
    if metadata_rights:
        yield _rights_manifest(metadata_rights)
    if friends:
        yield _friends(friends)
    if branding:
        yield _branding(branding)
    if eprints:
        yield _eprints(eprints)
    yield from (etree.fromstring(text) for text in others)


def _package(name: str, schema: str, path: str) -> Element:
    return package(f"{OAI}{path}", f"{OAI}{schema}", name, None)


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}", attributes)
    child.text = text
    return child


def _oai_identifier(domain: str, sample: str | None) -> Element:
    root = _package("oai-identifier", "oai-identifier.xsd", "oai-identifier")
    _add(root, "scheme", "oai")
    _add(root, "repositoryIdentifier", domain)
    _add(root, "delimiter", ":")
    _add(root, "sampleIdentifier", sample or f"oai:{domain}:1")
    return root


def _rights_manifest(uri: str) -> Element:
    root = _package("rightsManifest", "rightsManifest.xsd", "rights/")
    root.set("appliesTo", f"{OAI}entity#metadata")
    _add(_add(root, "rights"), "rightsReference", ref=uri)
    return root


def _friends(urls: Iterable[str]) -> Element:
    root = _package("friends", "friends.xsd", "friends/")
    for url in urls:
        _add(root, "baseURL", url)
    return root


def _branding(told: Mapping[str, Any]) -> Element:
    root = _package("branding", "branding.xsd", "branding/")
    icon = told.get("icon")
    if icon:
        holder = _add(root, "collectionIcon")
        for name in ("url", "link", "title", "width", "height"):
            if name in icon:
                _add(holder, name, str(icon[name]))
    for each in told.get("renderings", ()):
        _add(root, "metadataRendering", each["url"], metadataNamespace=each["namespace"], mimeType=each["mimetype"])
    return root


def _eprints(told: Mapping[str, Any]) -> Element:
    namespace = "http://www.openarchives.org/OAI/1.1/eprints"
    root = package(namespace, f"{namespace}.xsd", "eprints", None)
    names = {
        "content": "content",
        "metadata_policy": "metadataPolicy",
        "data_policy": "dataPolicy",
        "submission_policy": "submissionPolicy",
    }
    for key, name in names.items():
        if key in told:
            holder = _add(root, name)
            for part, element in (("text", "text"), ("url", "URL")):
                if part in told[key]:
                    _add(holder, element, told[key][part])
    for comment in told.get("comment", ()):
        _add(root, "comment", comment)
    return root

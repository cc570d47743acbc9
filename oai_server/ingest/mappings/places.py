"""DataCite's geoLocations as DCMI Points and Boxes, the only coordinates that Dublin Core knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from oai_server.ingest.mappings.elements import elements, first, text, texts
from oai_server.ingest.mappings.told import Told

FIELD = "dc.coverage.spatial"
NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]+)?")
BOX = {
    "northlimit": "northBoundLatitude",
    "southlimit": "southBoundLatitude",
    "westlimit": "westBoundLongitude",
    "eastlimit": "eastBoundLongitude",
}
POINT = {"north": "pointLatitude", "east": "pointLongitude"}
Coordinates = dict[str, str]


def add_places(told: Told, resource: Element) -> None:
    """Each place by its name, and by its coordinates with the name in them."""
    for place in elements(resource, "geoLocations/geoLocation"):
        names = list(texts(place, "geoLocationPlace"))
        found = [*_points(place), *_boxes(place), *_outlines(place)]
        told.add_all(FIELD, names[1:] if found else names)
        label = {"name": re.sub("[;=]", ",", names[0])} if names else {}
        for known in found:
            told.add(FIELD, "; ".join(f"{name}={value}" for name, value in {**label, **known}.items()))


def _points(place: Element) -> Iterator[Coordinates]:
    for point in elements(place, "geoLocationPoint"):
        yield from _whole(_of(point, POINT, ("north", "east")))


def _boxes(place: Element) -> Iterator[Coordinates]:
    for box in elements(place, "geoLocationBox"):
        yield from _whole(_of(box, BOX, ("southlimit", "westlimit", "northlimit", "eastlimit")))


def _of(shape: Element, names: dict[str, str], written: tuple[str, ...]) -> Coordinates:
    """Coordinates by their elements, or of kernel 3 in one text: latitude first, lower corner first."""
    numbers = text(shape).split()
    if not len(shape) and len(numbers) == len(written):
        found = dict(zip(written, numbers, strict=True))
        return {name: found[name] for name in names}
    return {name: first(shape, tag) for name, tag in names.items()}


def _outlines(place: Element) -> Iterator[Coordinates]:
    """The box around a polygon: Dublin Core has no polygons."""
    for polygon in elements(place, "geoLocationPolygon"):
        points = [_of(each, POINT, ("north", "east")) for each in elements(polygon, "polygonPoint")]
        corners = [point for point in points if any(_whole(point))]
        if corners:
            norths, easts = ([point[side] for point in corners] for side in ("north", "east"))
            yield {
                "northlimit": max(norths, key=float),
                "southlimit": min(norths, key=float),
                "westlimit": min(easts, key=float),
                "eastlimit": max(easts, key=float),
            }


def _whole(found: Coordinates) -> Iterator[Coordinates]:
    """The coordinates, if all of them are numbers."""
    if all(map(NUMBER.fullmatch, found.values())):
        yield found

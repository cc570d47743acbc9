"""Items for rules: made from plain texts, as a source would give them."""

from datetime import date

from oai_server.model import File, Item, Value

DAY = date(2026, 11, 22)
TOMORROW = date(2026, 11, 23)


def item(
    sets: tuple[str, ...] = (), files: tuple[File, ...] = (), identifier: str = "oai:demo.example.org:1", **fields
):
    """An item with fields such as ``dc_date_issued="2015"``; a value is a text or a Value, or a list of them."""
    metadata = {}
    for name, told in fields.items():
        values = told if isinstance(told, list) else [told]
        metadata[name.replace("_", ".")] = tuple(Value(each) if isinstance(each, str) else each for each in values)
    return Item(identifier, metadata, sets, files)


OPEN = File("a.pdf", access="open")
CLOSED = File("a.pdf", access="closed")
RESTRICTED = File("a.pdf", access="restricted")
ENDS_TOMORROW = File("a.pdf", access="embargoed", available=TOMORROW)
ENDED = File("a.pdf", access="embargoed", available=DAY)
ENDLESS = File("a.pdf", access="embargoed")
GRANT = "info:eu-repo/grantAgreement/EC/H2020/123456"

"""Small items for the tests of the formats' foundations."""

from oai_server.model import File, Item, Value


def item(metadata: dict[str, str | list[str | Value]], *files: File) -> Item:
    """An item with these fields; a text stands for one value."""
    told = {name: [values] if isinstance(values, str) else values for name, values in metadata.items()}
    values = {name: tuple(each if isinstance(each, Value) else Value(each) for each in told[name]) for name in told}
    return Item("test:1", values, files=files)

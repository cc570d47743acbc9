"""What the sources share: the one way to say that a location cannot be read at all."""


class SourceError(Exception):
    """The location as a whole cannot be read: it is missing, of another kind, or refused; the text says which."""

"""Official schemas: where they are published, how an installation fetches them, and what they say of a record."""

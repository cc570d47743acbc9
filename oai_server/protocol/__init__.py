"""The standard as pure functions: no HTTP, no database, no clock."""

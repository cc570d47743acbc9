"""Alembic's folder: one file a change of the tables, run by the commands themselves."""

"""Crosswalks that one profile has of its own for a format: one file each, with ``variant`` in its FORMAT."""

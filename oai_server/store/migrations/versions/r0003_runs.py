"""Where each source stands, what its runs did; items that a run gives several times, or several sources give."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """New tables; an index for what is asked by source."""
    op.create_table(
        "sources",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("mark", sa.Text),
        sa.Column("fingerprint", sa.String),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("first_run", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", Number, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.Column("tally", sa.Text),
    )
    op.create_index("runs_source", "runs", ["source", "id"])
    op.create_table("repeats", sa.Column("item_id", Number, primary_key=True, autoincrement=False))
    op.create_table(
        "shares",
        sa.Column("item_id", Number, primary_key=True, autoincrement=False),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("sets", sa.Text, nullable=False),
    )
    op.create_index("shares_source", "shares", ["source"])
    op.create_index("items_source", "items", ["source"])
    op.add_column("faults", sa.Column("run", sa.BigInteger))
    op.create_index("lists_profile_set_spec", "lists", ["profile", "set_spec"])

"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "facts", sa.Column("name", sa.String, primary_key=True), sa.Column("value", sa.Text, nullable=False)
    )
    op.create_table(
        "items",
        sa.Column("id", Number, primary_key=True),
        sa.Column("identifier", sa.String, nullable=False, unique=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("by_hand", sa.String),
        sa.Column("sets", sa.Text, nullable=False),
        sa.Column("refresh_on", sa.String),
    )
    op.create_index("items_refresh_on", "items", ["refresh_on"])
    op.create_table(
        "records",
        sa.Column("id", Number, primary_key=True, autoincrement=False),
        sa.Column("item_id", Number, sa.ForeignKey("items.id"), nullable=False),
        sa.Column("prefix", sa.String, nullable=False),
        sa.Column("datestamp", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("opening", sa.LargeBinary, nullable=False),
        sa.Column("closing", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("item_id", "prefix"),
    )
    op.create_table(
        "sets",
        sa.Column("spec", sa.String, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("named", sa.Boolean, nullable=False),
    )
    op.create_table(
        "formats",
        sa.Column("prefix", sa.String, primary_key=True),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("schema", sa.Text, nullable=False),
    )
    op.create_table(
        "lists",
        sa.Column("id", Number, primary_key=True),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("prefix", sa.String, nullable=False),
        sa.Column("set_spec", sa.String, nullable=False),
        sa.UniqueConstraint("profile", "prefix", "set_spec"),
    )
    op.create_table(
        "entries",
        sa.Column("list_id", Number, sa.ForeignKey("lists.id"), primary_key=True, autoincrement=False),
        sa.Column("datestamp", sa.BigInteger, primary_key=True),
        sa.Column("item_id", Number, primary_key=True),
        sa.Column("record_id", Number, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unsettled",
        sa.Column("id", Number, primary_key=True),
        sa.Column("datestamp", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "faults",
        sa.Column("id", Number, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("identifier", sa.String),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("line", sa.Integer),
        sa.Column("prefix", sa.String),
        sa.Column("degree", sa.String, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_index("faults_identifier", "faults", ["identifier"])
    op.create_index("faults_source", "faults", ["source"])

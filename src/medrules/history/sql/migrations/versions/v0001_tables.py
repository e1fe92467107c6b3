"""The first tables: encounters, their lines, and what is said about completeness."""
from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "medrules_history_encounter",
        Column("key", String(32), primary_key=True),
        Column("patient", String(500), nullable=False),
        Column("institution", String(500), nullable=False),
        Column("ident", String(500), nullable=False),
        Column("told", BigInteger, nullable=False),
        Column("admitted", BigInteger, nullable=False),
        Column("last_day", Integer, nullable=False),
        Column("last_line_day", Integer, nullable=False),
        Column("has_lines", Boolean, nullable=False),
        Column("names_elsewhere", Boolean, nullable=False),
        Column("facts", Text, nullable=False),
    )
    op.create_index("medrules_history_encounter_patient", "medrules_history_encounter", ["patient", "last_line_day"])
    op.create_table(
        "medrules_history_line",
        Column("encounter", String(32), ForeignKey("medrules_history_encounter.key", ondelete="CASCADE"), primary_key=True),
        Column("place", Integer, primary_key=True),
        Column("code", String(500), nullable=False),
        Column("always", Boolean, nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("facts", Text, nullable=False),
    )
    op.create_table(
        "medrules_history_coverage",
        Column("patient", String(500), primary_key=True),
        Column("institution", String(500), primary_key=True),
        Column("reach", String(8), primary_key=True),
        Column("first_day", Integer, nullable=False),
        Column("last_day", Integer, nullable=False),
    )


def downgrade() -> None:
    for name in ("medrules_history_coverage", "medrules_history_line", "medrules_history_encounter"):
        op.drop_table(name)

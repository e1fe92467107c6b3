"""The tables of a history database. They are made by the migrations; this is what the statements are written in."""
from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

__all__ = ["METADATA", "REVISION", "VERSION_TABLE", "coverage", "encounter", "line"]

REVISION: Final = "0001"  # the migration that these tables stand for
VERSION_TABLE: Final = "medrules_history_version"

METADATA: Final = MetaData()

# One row per encounter. Days are ordinals (date.toordinal()), moments seconds as in model.values.Instant.
encounter: Final = Table(
    "medrules_history_encounter", METADATA,
    Column("key", String(32), primary_key=True),  # made of patient, institution and id: the same encounter is always the same row
    Column("patient", String(500), nullable=False),
    Column("institution", String(500), nullable=False),  # "" = not known
    Column("ident", String(500), nullable=False),
    Column("told", BigInteger, nullable=False),  # the business time of the telling; the later one counts
    Column("admitted", BigInteger, nullable=False),  # first second of the admission; 0 = not known
    Column("last_day", Integer, nullable=False),  # of the stay; 9999999 = not known, or not over
    Column("last_line_day", Integer, nullable=False),  # on which some line of it can count
    Column("has_lines", Boolean, nullable=False),  # whether its lines were sent
    Column("names_elsewhere", Boolean, nullable=False),  # a refund in it names a line of another encounter
    Column("facts", Text, nullable=False),
    Index("medrules_history_encounter_patient", "patient", "last_line_day"),
)

line: Final = Table(
    "medrules_history_line", METADATA,
    Column("encounter", String(32), ForeignKey("medrules_history_encounter.key", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("code", String(500), nullable=False),  # "" = not known
    Column("always", Boolean, nullable=False),  # wanted whatever codes are asked for
    Column("at", BigInteger, nullable=False),  # first second; 0 = not known
    Column("facts", Text, nullable=False),
)

# What is said about completeness. patient, institution: "" = all.
coverage: Final = Table(
    "medrules_history_coverage", METADATA,
    Column("patient", String(500), primary_key=True),
    Column("institution", String(500), primary_key=True),
    Column("reach", String(8), primary_key=True),
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),  # 0 = kept up to date
)

"""Earlier encounters in a database: SQLite where nothing is installed, PostgreSQL for a hospital or a city. Needs `medrules[history]`.

Takes → the address of a prepared database. Gives → a provider that asks one statement per request, a loader, an overview. Never → writes
while it answers, or changes tables by itself: `medrules history init` does that, by the migrations beside this file.
"""
from __future__ import annotations

from medrules.history.sql.loading import Loaded, load, state_coverage
from medrules.history.sql.opening import connect, prepare
from medrules.history.sql.overview import Overview, overview
from medrules.history.sql.provider import SqlHistory

__all__ = ["Loaded", "Overview", "SqlHistory", "connect", "load", "overview", "prepare", "state_coverage"]

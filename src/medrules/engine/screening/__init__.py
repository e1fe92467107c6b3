"""Screening after the fact: many encounters of many people, line rules and period rules, in memory that does not grow with the file.

Takes → facts of one request at a time, from any door, in any order. Gives → findings one by one, and a summary.
Never → holds all people at once, or lets the order of the file decide anything.

    requests ─ people (spilled by person) ─ judging (one person at a time) ─ periods of institutions (spilled again) ─ findings
"""
from medrules.engine.screening.result import Screened, Screening
from medrules.engine.screening.running import screen

__all__ = ["Screened", "Screening", "screen"]

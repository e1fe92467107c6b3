"""Facts that nobody reads any more, taken apart.

An encounter and its lines name each other, and so do prescriptions and lines: what a request left behind would stay until the garbage
collector looks at all of it. Taken apart, its memory is free at once, and the next request finds it warm.
"""
from __future__ import annotations

from medrules.model.facts import Facts

__all__ = ["take_apart"]


def take_apart(facts: Facts) -> None:
    """Empty encounters and prescriptions. Only for the maker of the facts, when all that was told of them has been written down."""
    for patient in facts.patients:
        for encounter in patient.encounters:
            held = encounter.__dict__
            prescriptions = held.get("prescriptions")  # there once a rule has asked for them
            if prescriptions.__class__ is tuple:
                for prescription in prescriptions:
                    prescription.__dict__.clear()
            held.clear()

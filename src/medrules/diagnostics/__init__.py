"""Diagnostics: what a rule author is told.

Takes → positions in the author's text. Gives → `Diagnostic` values and their renderings. Never → raises, logs or
speaks to a clinician.
"""
from medrules.diagnostics.diagnostic import Diagnostic, Severity
from medrules.diagnostics.source import Source, Span

__all__ = ["Diagnostic", "Severity", "Source", "Span"]

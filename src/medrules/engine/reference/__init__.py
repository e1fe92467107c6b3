"""The reference evaluator: the meaning of rules, written plainly.

Takes → a checked Program and the Facts of a request. Gives → the Report that every other way of executing must equal.
Never → passes, generated code, the network, a clock.
"""
from medrules.engine.reference.evaluator import Reference, evaluate

__all__ = ["Reference", "evaluate"]

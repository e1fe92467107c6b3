"""Functions of the rule language, in call form: `相隔（a，b）`, `按比例（金额，部分，全部）`.

Takes → nothing. Gives → the frozen registry of names, signatures, documentation and examples. Never → evaluates anything.
"""
from medrules.functions.registry import FUNCTIONS, PRIMITIVES, Function, Parameter, find

__all__ = ["FUNCTIONS", "PRIMITIVES", "Function", "Parameter", "find"]

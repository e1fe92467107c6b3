"""Native facts: the door for programs that speak medrules' own JSON, with Chinese or English names.

Takes → JSON bytes, text, a dict or JSONL. Gives → `Facts`, a JSON Schema, or one `InvalidFacts` that lists every error.
Never → guesses a value that was not sent.
"""
from medrules.adapters.native.door import NATIVE, door_limited
from medrules.adapters.native.json_schema import json_schema
from medrules.adapters.native.reader import read_facts, read_jsonl

__all__ = ["NATIVE", "door_limited", "json_schema", "read_facts", "read_jsonl"]

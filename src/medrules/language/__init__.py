"""Language: rule text, Chinese or English.

Takes → `Source`. Gives → AST (`nodes`) and diagnostics; AST back to text in either language. Never → knows which facts,
tables or functions exist (names stay as written; `check` resolves them).
"""

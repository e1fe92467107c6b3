"""Check: from AST to Program.

Takes → AST files, schema, knowledge tables, code sets. Gives → `Program` (the one typed, language-free form) and diagnostics.
Never → evaluates a rule.
"""

"""Knowledge: tables of knowledge points and sets of codes.

Takes → TOML and CSV of a rule pack. Gives → typed `Table`s, `CodeSet`s and a diagnostic for each bad cell.
Never → knows a rule.
"""

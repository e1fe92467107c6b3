"""The part of a pack's READMEs that the pack itself says: headers, parameters, facts, tables, cases, written between two marks.

Takes → a pack folder. Gives → each family's README with its sheet, the pack's README with the table of all families.
Never → writes a word of what a person wrote outside the marks.
"""

"""Proves a pack by its own cases: a rule that is changed must fail some case, and every row of a table must be reachable.

Takes → a pack folder. Gives → what was killed and what survived, what was reached and what was not.
Never → changes the pack: mutants and requests live in memory.
"""

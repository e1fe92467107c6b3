"""Mutation testing: small faults are put into the evaluator one by one, and the tests must notice (docs/mutation.md)."""

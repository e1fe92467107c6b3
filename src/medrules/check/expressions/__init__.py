"""Expressions: from the tree an author wrote to typed, guarded core expressions, one kind per file."""

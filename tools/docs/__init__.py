"""Pages made from the code they describe, so that they cannot go stale."""

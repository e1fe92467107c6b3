"""Planning: how a checked Program is found and judged fast, decided once.

Takes → a Program. Gives → an immutable Plan (an index by item code, shapes of conditions, oriented pairs), printable with
`explain()`. Never → looks at a request, and never decides what a rule means: whatever a plan cannot prove silent is judged exactly.
"""

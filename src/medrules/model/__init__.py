"""The model: facts as the language sees them, values, and what a review answers.

Takes → nothing (the lowest stage beside diagnostics). Gives → values, entities with their schema, netting, reports.
Never → knows a rule, a table or a door.
"""

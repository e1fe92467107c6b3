"""The optimized evaluator: proves silence fast, judges exactly only where silence is not proven.

Takes → a Plan and Facts. Gives → the same outcomes as `engine.reference`, sooner. Never → decides anything with an UNKNOWN in hand:
whatever touches UNKNOWN is judged by the reference, for that rule and binding alone.
"""

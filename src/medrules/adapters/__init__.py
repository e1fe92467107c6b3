"""Doors to the world: native facts, the national interface, the command line, the local service.

Takes → bytes of a format. Gives → `Facts`, and reports in that format. Never → decides anything about a rule.
"""

"""Judges exactly where something is UNKNOWN: closures over the checked tree that give True, False or the causes of not knowing.

The two-valued path (`judging`, `exact`) gives up as soon as it touches UNKNOWN; this one goes on. It is written anew from the
language's semantics, with indexes and scaled ints, so that agreeing with the reference proves something.
"""

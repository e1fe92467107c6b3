"""Execution: a Program or Plan and the Facts of a request in, a Report out.

Takes → checked rules and parsed facts. Gives → findings, undecided, deductions. Never → text of rules, raw messages, the network.
"""

"""From a pack folder to a file that may be published, and what changed since the version before.

Takes → a pack folder, and the previous pack file. Gives → one deterministic pack file, or all that is wrong; a change report.
Never → signs, publishes, or touches the network.
"""

"""Turns the published knowledge points into the CSVs of rulepacks/national, and counts them.

Takes → a folder with the published tables. Gives → one CSV per family and the counts in the pack's README.
Never → part of the installed library: a bureau runs it when a new batch is published.
"""

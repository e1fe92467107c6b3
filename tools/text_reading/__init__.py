"""Measures the reader of restriction texts: against labels made by hand, and against what the tables already have typed."""

"""Imports: an official batch file to the rows of a knowledge table, and two states of a table compared.

Takes → sheets of cells (`csv_sheet` here, workbooks from `medrules.adapters.excel`), a confirmed layout, the table as it stands. Gives → the
table's next CSV and a report of every row. Never → writes a file, repairs a cell, or needs an optional library.
"""

"""The compiled form of a pack: a plan as one file of plain data, so that opening it needs no parser, no checker, no table reader.

Takes → a Plan. Gives → bytes, and a Plan from bytes. Never → pickle, marshal or code; never trusts a byte: whatever is wrong with a
file is an `InvalidCompiledPack` with a code, in time and memory bounded by the file's size.
"""

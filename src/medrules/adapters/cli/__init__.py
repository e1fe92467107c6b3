"""The command line: one file per command, each with `NAME`, `add(parser)` and `run(arguments) -> exit code`."""

"""Exit codes, one list for all commands."""
from __future__ import annotations

from typing import Final

OK: Final = 0  # done; for `review` also when there are findings
PROBLEMS: Final = 1  # check: errors · test: failing cases · fmt --check: not formatted · review --fail-on-findings: findings
USAGE: Final = 2  # the command line itself is wrong (argparse)
BAD_INPUT: Final = 3  # a file cannot be read as what it should be
BAD_PACK: Final = 4  # the rule pack has errors
MISSING: Final = 5  # an optional library is not installed
INCOMPLETE: Final = 6  # some rules were not checked (deadline or fault): the answer is not clean

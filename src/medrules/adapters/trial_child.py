"""`python -m medrules.adapters.trial_child`: the child process in which an update tries new packs; it knows the doors of cases."""
from __future__ import annotations

import sys

from medrules.adapters.cli.case_facts import facts_of
from medrules.hospital.updating.trial_load import run

if __name__ == "__main__":
    sys.exit(run(facts_of, sys.stdin.buffer, sys.stdout.buffer))

"""What is said of the mutants that no test notices: 「等价：…」 for one that changes nothing, else why it may live."""
from __future__ import annotations

from typing import Final

EXPLAINED: Final[dict[str, str]] = {}

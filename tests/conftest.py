"""One run of CI is like the next: the same examples. At a desk Hypothesis looks for new ones each time."""
from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, database=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

"""What is said of the mutants that no test notices: 「等价：…」 for one that changes nothing, else why it may live."""
from __future__ import annotations

from typing import Final

EXPLAINED: Final[dict[str, str]] = {
    "medrules.engine.reference.windows:_course: `first = openness(anchor, Frame(\"days\", int(own - start) + 1), window.same, start)` Add → Sub":
        "等价：openness 只看框的种类，窗口从哪天起另外给出，框里的天数没有人读。",
}

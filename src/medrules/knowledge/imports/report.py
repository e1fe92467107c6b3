"""What an import did, or would do: every row of the batch and of the table, in seven kinds."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, Literal

from medrules.diagnostics import Diagnostic, Severity
from medrules.frozen import dataclass, field

__all__ = ["KINDS", "TOUCHING", "Change", "Kind", "Report"]

Kind = Literal["added", "changed", "superseded", "removed", "unchanged"]
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "added": ("新增", "added"), "changed": ("改写", "changed"), "superseded": ("被替代", "superseded"), "removed": ("到期", "removed"),
    "unchanged": ("不变", "unchanged"), "unreadable": ("读不了", "unreadable"),
}
TOUCHING: Final = frozenset({"changed", "superseded", "removed"})  # what changes a row that is there


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one row. `place` is the batch's cell, `cells` the columns before and after, `successor` the point that follows."""

    kind: Kind
    point: str
    place: str = ""
    cells: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    successor: str = ""

    def as_json(self) -> dict[str, Any]:
        made: dict[str, Any] = {"point": self.point, "place": self.place}
        if self.cells:
            made["cells"] = {name: {"before": before, "after": after} for name, (before, after) in self.cells.items()}
        if self.successor:
            made["successor"] = self.successor
        return made


@dataclass(frozen=True, slots=True)
class Report:
    """`content` is the table's CSV as it would be; None when nothing can be imported."""

    table: str
    file: str
    changes: tuple[Change, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    content: bytes | None = None

    @property
    def unreadable(self) -> tuple[Diagnostic, ...]:
        """Cells and lines that were not taken, or not taken whole: each with its place and its reason."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR or d.code == "MR-K619")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity is not Severity.ERROR and d.code != "MR-K619")

    @property
    def touches(self) -> bool:
        """Whether a row that is there would change: that needs to be accepted."""
        return any(change.kind in TOUCHING for change in self.changes)

    def counts(self) -> dict[str, int]:
        found = Counter(change.kind for change in self.changes)
        return {kind: len(self.unreadable) if kind == "unreadable" else found[kind] for kind in KINDS}  # type: ignore[index]

    def as_json(self) -> dict[str, Any]:
        made: dict[str, Any] = {"table": self.table, "file": self.file, "counts": self.counts()}
        for kind in KINDS:
            if kind not in ("unchanged", "unreadable"):
                made[kind] = [change.as_json() for change in self.changes if change.kind == kind]
        made["unreadable"] = [d.as_json() for d in self.unreadable]
        made["warnings"] = [d.as_json() for d in self.warnings]
        return made

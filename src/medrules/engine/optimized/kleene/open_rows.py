"""Whether a rule's condition triggers for a line that every row of a table may mean: the rows are asked together.

Parts of the condition that read no row are asked once, a part that reads one column is asked once for each value there; only rows that
none of these settles are asked one by one. Which rows may speak of the line does not depend on the answer.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator

from medrules.check import program as ir
from medrules.check.walk import nodes
from medrules.engine.optimized.kleene.alike_rows import Segment
from medrules.engine.optimized.kleene.ground import Env, Ground
from medrules.engine.optimized.kleene.truths import Truth, Unsure
from medrules.engine.optimized.kleene.windows import Code, Compiles
from medrules.knowledge.table import Row

__all__ = ["OpenRows"]


class OpenRows:
    """The condition of one rule. `when`: code for it, for a row with the cells that it has."""

    def __init__(self, rule: ir.Rule, asked: ir.Expr | None, compiler: Compiles, when: Callable[[Row | None], Code]) -> None:
        self._is_must, self._when = rule.mode == "must", when
        self._shared: list[Code] = []  # parts that read no row
        self._of_column: tuple[int, Code] | None = None
        for part in asked.args if isinstance(asked, ir.And) else () if asked is None else (asked,):
            columns = {n.index for n in nodes(part) if isinstance(n, ir.Col)} | {
                n.column.index for n in nodes(part) if isinstance(n, ir.Attested) and n.column is not None}
            if any(isinstance(n, ir.Window) for n in nodes(part)) or len(columns) > 1 or min(columns, default=0) < 0:
                continue
            if not columns:
                self._shared.append(compiler.truth(part))
            elif self._of_column is None or any(isinstance(n, ir.Quant) for n in nodes(part)):
                self._of_column = columns.pop(), compiler.truth(part)

    def triggers(self, segment: Segment, unknown: Unsure, env: Env, ground: Ground) -> Truth:
        """What the rows say together; False or open, since it is not known which of them speaks."""
        causes = unknown.causes
        is_met = is_unmet = False  # whether some row is met or may be; whether some row is not met or may not be
        for held in self._answers(segment, env, ground):
            if held is False:
                is_unmet = True
            elif held is True:
                is_met = True
            else:
                is_met = is_unmet = True
                causes = causes | held.causes
        return Unsure(causes) if (is_unmet if self._is_must else is_met) else False

    def _answers(self, segment: Segment, env: Env, ground: Ground) -> Iterator[Truth]:
        """What each row says, or once for several."""
        rows = segment.rows
        for part in self._shared:
            if part(env, rows[0], ground) is False:
                yield False
                return
        if self._of_column is None:
            for row in rows:
                yield self._when(row)(env, row, ground)
            return
        column, test = self._of_column
        is_settled = False
        for held in segment.by_cell(column):
            if test(env, held[0], ground) is False:
                is_settled = True
            else:
                for row in held:
                    yield self._when(row)(env, row, ground)
        if is_settled:
            yield False



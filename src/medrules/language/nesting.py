"""How deep an expression nests, measured on tokens so that nothing deep is ever built.

Depth is brackets within brackets plus the operators that nest inside one bracket: `非 非 x` and `a + b + c` are as deep as
`（（x））`. The measure is an upper bound; 且, 或 and commas begin a new operand and do not add up.
"""
from __future__ import annotations

from typing import Final

__all__ = ["NestingMeter"]

_OPERATORS: Final = frozenset({
    "NOT", "PLUS", "MINUS", "TIMES", "GE", "GT", "LE", "LT", "NE", "IN", "NOT_IN", "HAS", "BETWEEN", "EMPTY", "LISTED",
    "QUANTIFIER", "EXISTENCE", "AGGREGATE", "FROM_NTH", "QUOTA", "RANK", "RECENT", "SATISFIES",
})
_SEPARATORS: Final = frozenset({"AND", "OR", "LIST_SEP", "ARG_SEP", "BUT"})


class NestingMeter:
    """Feed token types in order; `feed` answers whether the limit has been passed."""

    __slots__ = ("limit", "open")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.open: list[list[int]] = [[0, 0, 0, 0]]  # per bracket: highest finished operand, this operand, operators, 若

    def clear(self) -> None:
        """A new clause begins: nothing is open."""
        self.open = [[0, 0, 0, 0]]

    @property
    def is_at_top(self) -> bool:
        """Whether no bracket is open."""
        return len(self.open) == 1

    def feed(self, type: str) -> bool:
        if type in _OPERATORS:
            level = self.open[-1]
            level[2] += 1
        elif type == "LPAR":
            self.open.append([0, 0, 0, 0])
            return len(self.open) > self.limit
        elif type == "RPAR":
            if len(self.open) > 1:
                done, operand, operators, choices = self.open.pop()
                inner = max(done, operand + operators) + choices + 1
                if inner > self.open[-1][1]:
                    self.open[-1][1] = inner
            level = self.open[-1]
        elif type in _SEPARATORS:
            level = self.open[-1]
            level[0] = max(level[0], level[1] + level[2])
            level[1] = level[2] = 0
            return False
        elif type == "IF":
            level = self.open[-1]
            level[3] += 1
        else:
            return False
        return level[1] + level[2] + level[3] + len(self.open) > self.limit + 1

"""Which comment belongs to which part of a file, by the number of tokens before it."""
from __future__ import annotations

from bisect import bisect_left, bisect_right

from medrules.language.tokens import Comment

__all__ = ["CommentBook"]


class CommentBook:
    """The comments of one file, asked for by token index."""

    __slots__ = ("_comments", "_places")

    def __init__(self, comments: tuple[Comment, ...]) -> None:
        self._comments = comments
        self._places = [c.before for c in comments]

    def own_lines(self, first: int, last: int) -> tuple[str, ...]:
        """Comments on lines of their own with `first` to `last` tokens before them; "" where an empty line parts them."""
        if not self._comments:
            return ()
        out: list[str] = []
        for comment in self._between(first, last):
            if comment.own_line:
                if (comment.gap or not comment.text) and out and out[-1]:  # a bare # says as much as an empty line
                    out.append("")
                if comment.text:
                    out.append(comment.text)
        if out and not out[-1]:
            out.pop()
        return tuple(out)

    def above(self, at: int, text: str, start: int) -> tuple[str, ...]:
        """Comments above the declaration whose first token has index `at` and offset `start`; a last "" when an empty line
        parts them from it."""
        lines = self.own_lines(at, at)
        if lines and text.count("\n", self._between(at, at)[-1].end, start) > 1:
            return (*lines, "")
        return lines

    def notes(self, first: int, last: int) -> str:
        """Comments inside or behind a part whose tokens have indices `first - 1` to `last - 1`, as one line: those at the
        end of its lines, and those on lines of their own between its tokens."""
        if not self._comments:
            return ""
        found = [c.text for c in self._between(first, last) if not c.own_line or c.before < last]
        return "；".join(t for t in found if t)

    def _between(self, first: int, last: int) -> tuple[Comment, ...]:
        return self._comments[bisect_left(self._places, first):bisect_right(self._places, last)]

"""What the keys of one table mean, where a table is empty or a set of codes is still to be filled."""
from __future__ import annotations

import pytest

from medrules.engine.optimized.kleene.keys import Keys
from medrules.engine.optimized.kleene.truths import Unsure
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Row
from tests.plan.small import row, table


def test_an_empty_table_means_no_line_known_or_not() -> None:
    lines = [object(), object()]
    assert Keys(table("空", ())).meant(lines, {"X": lines[:1]}, lines[1:]) == ()
    assert Keys(table("一", (), row("a", ["X"]))).meant(lines, {"X": lines[:1]}, lines[1:]) == lines
    assert Keys(table("一", (), row("a", ["Y"]))).meant(lines, {"X": lines[:1]}, lines[1:]) == lines[1:]


@pytest.mark.parametrize(("name", "cause"), [("", "table:例"), ("待编集", "codeset:待编集")])
def test_a_set_still_to_be_filled_is_named_by_its_name_else_by_its_table(name: str, cause: str) -> None:
    keys = Keys(table("例", (), Row("a", ((CodeSet(name, "item", exact=frozenset(("X",)), partial=True),),), ())))
    (own,) = keys.table.rows
    assert keys.says(own, 0, "X") is True
    found = keys.says(own, 0, "Y")
    assert isinstance(found, Unsure) and found.causes == {cause}

"""`check_pack` on small packs: a mistake in one file is told once, and what a whole pack owes its readers is asked."""
from __future__ import annotations

from pathlib import Path

import pytest

from medrules.api import check_pack, open_pack
from medrules.errors import NoSuchPack

PACK = 'name = "demo"\nversion = "1"\ntitle = "示例"\n'
RULE = """规则 LK-900「示例」{
  依据：甲
  结果：可疑
  针对：明细 属于 知识表「示例药品」记为 限定
  当：  一律
  说明：「甲」
}
"""
TABLE = 'name = "示例药品"\nen = "demo_drugs"\nkey = "code"\n'
ROWS = "知识点号,编码\nK1,XA01ABC\n"


def codes(
    folder: Path, *, pack: str = PACK, rule: str = RULE, table: str | bytes | None = TABLE, rows: str | bytes | None = ROWS,
) -> list[str]:
    family = folder / "families" / "F99_demo"
    (family / "tables").mkdir(parents=True)
    (folder / "pack.toml").write_text(pack, encoding="utf-8")
    (family / "rule.medrule").write_text(rule, encoding="utf-8")
    for name, content in (("demo.toml", table), ("demo.csv", rows)):
        if content is not None:
            (family / "tables" / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return [d.code for d in check_pack(folder).diagnostics]


def test_a_sound_pack(tmp_path: Path) -> None:
    assert codes(tmp_path) == []


@pytest.mark.parametrize(("table", "rows", "told"), [
    (TABLE, None, "MR-G207"), (TABLE + "bad bad\n", ROWS, "MR-K101"), (TABLE.encode("gbk"), ROWS, "MR-G205"),
    (TABLE, ROWS.encode("gbk"), "MR-K201"), (TABLE, "知识点号\nK1\n", "MR-K202"),
    (TABLE, "知识点号,编码\nK1,3.1E+14\n", "MR-K504"),
])
def test_a_broken_table_is_neither_missing_nor_empty(
    tmp_path: Path, table: str | bytes, rows: str | bytes | None, told: str,
) -> None:
    assert codes(tmp_path, table=table, rows=rows) == [told]


def test_a_table_that_is_not_there_is_missing(tmp_path: Path) -> None:
    assert codes(tmp_path, table=None, rows=None) == ["MR-N104"]


def test_tables_that_are_empty_on_purpose(tmp_path: Path) -> None:
    empty = "知识点号,编码\n"
    assert codes(tmp_path / "a", rows=empty) == ["MR-W303"]
    assert codes(tmp_path / "b", rows=empty, pack=PACK + "tables_empty = true\n") == []
    assert codes(tmp_path / "c", rows=empty, pack=PACK + 'tables_empty = "yes"\n') == ["MR-G203", "MR-W303"]


def test_basis_and_message_are_asked_after_defaults_and_same(tmp_path: Path) -> None:
    bare = RULE.replace("  依据：甲\n", "").replace("  说明：「甲」\n", "")
    assert codes(tmp_path / "a", rule=bare) == ["MR-W309", "MR-W310"]
    assert codes(tmp_path / "b", rule="默认 {\n  依据：甲\n}\n" + bare) == ["MR-W310"]
    assert codes(tmp_path / "c", rule=RULE + "规则 LK-901「同样」{\n  同：LK-900\n}\n") == ["MR-W310"]
    assert codes(tmp_path / "d", rule=RULE.replace("：甲", "：待填").replace("「甲」", "「待填」")) == ["MR-W311", "MR-W311"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for look in (check_pack, open_pack):
        with pytest.raises(NoSuchPack, match="没有这个文件夹"):
            look(tmp_path / "nope")

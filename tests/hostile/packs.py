"""A small pack in memory, written to disk with some of its files replaced: what an author, or somebody else, may put there."""
from __future__ import annotations

import tempfile
from pathlib import Path

from medrules import check_pack
from medrules.cases import CaseError
from medrules.cases.yaml_reader import parse_cases

__all__ = ["RULE", "TABLE_CSV", "TABLE_TOML", "codes", "family", "is_alive", "rule"]

FAMILY = "families/LK-900_example"
RULE = f"{FAMILY}/rule.medrule"
TABLE_TOML = f"{FAMILY}/tables/example.toml"
TABLE_CSV = f"{FAMILY}/tables/example.csv"
CASES = f"{FAMILY}/cases.yaml"
PACK = 'name = "example"\nversion = "1"\ntitle = "例"\ntitle_en = "example"\nauthority = "示例"\narea = ""\n'
TOML = (
    'name = "例表"\nen = "example"\nkey = "code"\nkey_columns = ["编码"]\nkey_names = ["code"]\nsource = "示例"\n'
    '[[column]]\nzh = "年龄段"\nen = "ages"\ntype = "age_range"\n')
CSV = "知识点号,编码,年龄段\nKP-1,X1,不满18岁\nKP-2,X2|X3,满3岁\n"


def rule(*clauses: str, scope: str = "针对：明细 属于 知识表「例表」记为 限定", code: str = "LK-900") -> str:
    """A rule of the pack around the clauses that matter."""
    body = "\n  ".join((scope, *clauses))
    return (
        f"规则 {code}「例」{{\n  依据：示例\n  结果：可疑\n  环节：事前、事中、事后\n  费用：全部费用\n  有效：2025-01-01 起\n"
        f"  提醒方式：提醒\n  {body}\n  扣减：全额\n  说明：「{{明细.名称}}」\n  建议：「核对」\n}}\n")


GOOD = {
    "pack.toml": PACK, RULE: rule("须：患者.年龄 属于 限定.年龄段"), TABLE_TOML: TOML, TABLE_CSV: CSV,
}


def codes(files: dict[str, str | bytes]) -> list[str]:
    """The codes of all diagnostics of the pack with these files put in; its cases are read too. "ok" if there is none."""
    with tempfile.TemporaryDirectory() as place:
        for name, content in {**GOOD, **files}.items():
            path = Path(place, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        checked = check_pack(place)
        found = sorted({d.code for d in checked.diagnostics})
        for d in checked.diagnostics:
            str(d.as_json())
        for name in checked.sources.cases:
            try:
                parse_cases(checked.sources.files[name], name)
            except CaseError as error:
                found.append(error.code)
                assert str(error)
    return found or ["ok"]


def family(content: str | bytes) -> list[str]:
    """The codes of the pack with another rule text."""
    return codes({RULE: content})


def is_alive() -> bool:
    """The good pack is still good."""
    return codes({}) == ["ok"]

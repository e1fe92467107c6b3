"""Tables, code sets and catalogues that the national rules name, with the columns they use and few rows or none.

The tables of the first texts are declared here by hand, apart from the packs; what the packs added since comes from them.
"""
from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from medrules.check.checker import check
from medrules.check.program import Catalogue, Program, Rule
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.columntypes import parse_column_type
from medrules.knowledge.folder import PackSources, read_pack_folder
from medrules.knowledge.table import EMPTY, Column, Row, Table
from medrules.language.nodes import File
from medrules.language.parser import parse

CORPUS = Path(__file__).resolve().parents[2] / "rulepacks"

# Columns that several tables share, or that are too long for a line.
_COLUMNS = {
    "age": ("年龄段 age_range age_range", "其他条件 other_conditions text"),
    "indication": ("诊断 diagnoses codes:icd10", "年龄段 age_range age_range", "性别 sex list:sex",
                   "最低级别 lowest_level level:hospital", "其他条件 other_conditions text"),
    "place": ("最低级别 lowest_level level:hospital", "专科类别 specialties list:specialty", "科室 departments codes:dept",
              "其他条件 other_conditions text"),
    "price": ("最高价 highest_price number:元:4", "加收年龄段 surcharge_ages age_range", "加收率 surcharge_rate number::4"),
    "second_line": ("一线药 first_line codes:item", "一线禁忌诊断 contraindicated codes:icd10",
                    "其他条件 other_conditions text"),
    "course": ("天数 days number:天:0", "计算方式 counting code:counting", "周期 period window",
               "启用时限 start_within number:小时:0"),
}

# name | key kind | key fields | columns "zh en type"
_TABLES = """
限工伤药品 限生育药品 限工伤项目 限生育项目|code|code|险种 insurance list:insurance
不予支付饮片 单方不予支付饮片 互联网禁开药品 不得收费项目|code|code|
限儿童药品 限新生儿药品 限新生儿项目 限儿童项目 限年龄项目 儿童专用药品 儿童专用项目|code|code|@age
限新生儿耗材 限儿童耗材|product|product|@age
诊断限年龄|icd|code|年龄段 age_range age_range
儿童禁用药品 老年人用药|generic|generic|禁用年龄段 forbidden_ages age_range
限适应症药品 限适应症项目 检验检查指征 项目适应症|code|code|@indication
说明书适应症|generic|generic|@indication
耗材适用疾病|product|product|@indication
治疗指征|code|code|@indication;周期 period window;最多次数 most number:次:0
病种目录药品|combination|code institution.area|病种 diseases list:chronic
限二线药品|code|code|@second_line
限开药天数|code|code|最大天数 most_days number:天:0
限开药量|code|code|最大量 most number;周期 period window
说明书开药天数|generic|generic|最大天数 most_days number:天:0;就医方式 visit_kinds list:visit_kind
限支付疗程药品 限支付疗程项目|code|code|@course
限级别药品 限级别项目|code|code|@place
限就医方式药品 限就医方式项目|code|code|就医方式 visit_kinds list:visit_kind;其他条件 other_conditions text
项目价格|combination|code institution.level institution.area|@price
同切口手术组|code|code|组别 group code:group
限科室项目 限科室耗材|code|code|科室 departments codes:dept
项目重复收费 项目含耗材 血液净化互斥 平扫增强|pair|code code|频度 span window;内涵 contents text;部位相同 same_site bool
组合项目 血液透析滤过组合|set||子项 parts codes:item;组合名称 set_name text;组合价 set_price money;最少项数 fewest number:种:0
限定频次|code|code|组号 group code:group;上限 most number;单位 unit text
周期频次 糖化频次|code|code|组号 group code:group;上限 most number;单位 unit text;周期天数 period window
按小时计价项目 按次血液净化|code|code|组号 group code:group;项目 sessions codes:item
耗材限量|prefix|code|组号 group code:group;上限 most number;单位 unit text;周期 period window
耗材配比|prefix|code|配套项目 companions codes:item;系数 factor number;周期 period window
项目报销限额 耗材报销限额|code|code|组号 group code:group;限额 limit money;周期 period window
诊断应有项目|icd|code|应有项目 expected codes:item
手术收费对照|code|code|手术编码 operations codes:icd9cm3
手术限性别 诊断限性别|icd|code|性别 sex code:sex
限性别药品 限性别项目|code|code|性别 sex code:sex;儿童除外 children_exempt bool
限性别耗材|product|product|性别 sex code:sex;儿童除外 children_exempt bool
诊断手术不符|icd|code|诊断 diagnoses codes:icd10
药品禁忌症|generic|generic|禁忌诊断 contraindications codes:icd10;肌酐清除率下限 lowest_clearance number:ml/min:2
项目禁忌症|code|code|禁忌诊断 contraindications codes:icd10;肌酐清除率下限 lowest_clearance number:ml/min:2
妊娠哺乳期用药|generic|generic|禁用状态 forbidden_states list:maternity
药品相互作用|pair|generic generic|
饮片配伍禁忌|pair|code code|
重复开药分组|generic|generic|组号 group code:group;组名 group_name text
饮片药典最大量|code|code|每日最大克数 most_grams number:g:4
药品配套项目 耗材配套项目 项目配套项目|code|code|配套项目 companions codes:item;配套名称 companion_names text;窗口 window window
围手术期预防用药|combination|incision code|允许药品 allowed codes:item;最长时长 longest number:小时:0
抗菌药物分级|generic|generic|分级 grade level:antibiotic
"""
_CODESETS = {
    "妊娠分娩产褥": "icd10", "性别发育异常": "icd10", "抗菌药物": "item", "需治疗用抗菌药的感染": "icd10", "周期性治疗": "icd10",
    "需频繁就诊": "icd10", "可短期住院": "icd10", "院内感染": "icd10", "治疗性项目": "item", "静脉用药": "item",
    "须有医嘱项目": "item", "CT检查项目": "item", "核磁检查项目": "item", "动态血压监测": "item", "经皮椎体成形术": "item",
    "椎体成形手术": "icd9cm3", "常规B超": "item", "易滥用检验": "item", "麻醉": "item", "麻醉延时": "item",
    "麻醉恢复室监护": "item",
}


def table(name: str, kind: str, key_fields: str, columns: str, rows: tuple[Row, ...] = ()) -> Table:
    made = []
    for column in columns.split(";"):
        if column:
            zh, en, written = column.split(" ")
            t = parse_column_type(written)
            assert t is not None, written
            made.append(Column(zh, en, t))
    return Table(
        name, "", kind, tuple(key_fields.split()), tuple(made), rows,  # type: ignore[arg-type]
        unordered=name in ("药品相互作用", "饮片配伍禁忌"), file=f"{name}.csv", unique=name == "项目价格",
    )


def tables() -> dict[str, Table]:
    out: dict[str, Table] = {}
    for line in _TABLES.strip().splitlines():
        names, kind, key_fields, columns = line.split("|")
        for shared, listed in _COLUMNS.items():
            columns = columns.replace(f"@{shared}", ";".join(listed))
        for name in names.split():
            out[name] = table(name, kind, key_fields, columns)
    for pack in _packs():
        for known in pack.tables.values():
            if known.name not in out:
                out[known.name] = replace(known, rows=())
    return out


@cache
def _packs() -> tuple[PackSources, ...]:
    return tuple(read_pack_folder(folder) for folder in sorted(CORPUS.iterdir()) if (folder / "pack.toml").exists())


def codesets() -> dict[str, CodeSet]:
    systems = {s.name: s.system for pack in _packs() for s in pack.codesets.values()}
    return {name: CodeSet(name, system, frozenset({"X"})) for name, system in {**systems, **_CODESETS}.items()}


def catalogues() -> dict[str, Catalogue]:
    return {name: Catalogue(name, frozenset(), True) for name in ("ICD10医保版", "ICD9医保版")}


def corpus_files() -> list[tuple[Source, File]]:
    out = []
    for path in sorted(CORPUS.rglob("*.medrule")):
        source = Source(path.relative_to(CORPUS).as_posix().partition("/")[2], path.read_text(encoding="utf-8"))
        file, _ = parse(source)
        assert file is not None
        out.append((source, file))
    return out


def parsed(text: str, name: str = "rule.medrule") -> tuple[Source, File]:
    source = Source(name, text)
    file, found = parse(source)
    assert file is not None, found
    assert not found, found
    return source, file


def checked(*texts: str, more: dict[str, Table] | None = None) -> tuple[Program, tuple[Diagnostic, ...]]:
    """Check texts with the tables of the corpus, one blank row in each."""
    known = {**with_a_row(tables()), **(more or {})}
    return check([parsed(t, f"{i}.medrule") for i, t in enumerate(texts)], known, codesets(), catalogues())


def with_a_row(known: dict[str, Table]) -> dict[str, Table]:
    """The same tables, each with one blank row, so that none is empty."""
    out = {}
    for name, t in known.items():
        keys = tuple(("X",) for _ in t.key_fields)
        out[name] = replace(t, rows=(Row(f"KP-{name}", keys, tuple(EMPTY for _ in t.columns)),))
    return out


def rule(*clauses: str, scope: str = "明细 属于 知识表「限儿童药品」记为 限定", code: str = "LK-900", head: str = "  结果：可疑") -> str:
    """The text of a small rule."""
    lines = [f"规则 {code}「示例」{{", *([head] if head else []), *([f"  针对：{scope}"] if scope else [])]
    return "\n".join([*lines, *(f"  {c}" for c in clauses), "}"]) + "\n"


def only(*texts: str, more: dict[str, Table] | None = None) -> Rule:
    """The one rule of texts without errors; the last one when there are several."""
    program, found = checked(*texts, more=more)
    errors = [(d.code, d.message) for d in found if d.severity is Severity.ERROR]
    assert not errors, errors
    return program.rules[-1]


def errors(*texts: str, more: dict[str, Table] | None = None) -> list[str]:
    """Codes of the errors, in the order they are told."""
    return [d.code for d in checked(*texts, more=more)[1] if d.severity is Severity.ERROR]

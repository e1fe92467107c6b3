"""The AST: what an author wrote, free of either language's words. Names of facts, columns and roles stay as written.

Every node carries `span`. Words of the language are canonical English identifiers here (`"must"`, `"definite"`, `"day"`):
the vocabulary maps both languages' words to them, so a Chinese and an English text of one rule give equal trees up to
spans and the names the author chose.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from medrules.diagnostics import Span

# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted path as written: `明细.名称` → ("明细", "名称"); `参数.儿童年龄上限`; a bare word (`住院`, `限定`, `用药日序`)."""

    parts: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Number:
    """`18岁`, `6小时`, `80%` (value 0.80, unit ""), `0元`, `1`. unit is canonical (Chinese unit word), "" when none."""

    value: Decimal
    unit: str
    span: Span
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """`「…」` where a value is expected."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Bool:
    """是 / 否, yes / no."""

    value: bool
    span: Span


@dataclass(frozen=True, slots=True)
class DateLiteral:
    """`2025-01-01` as an ordinal day."""

    ordinal: int
    span: Span


@dataclass(frozen=True, slots=True)
class RangeLiteral:
    """`满12岁 不满55岁`, `不超过28天`: ends as (op, number); op of low is ">=" or ">", of high "<" or "<="."""

    low: tuple[str, Expr] | None
    high: tuple[str, Expr] | None
    span: Span


@dataclass(frozen=True, slots=True)
class SetRef:
    """`知识表「名」` / `知识表「名」.列` / `编码集「名」`."""

    kind: Literal["table", "codeset"]
    name: str
    column: str  # "" when none
    span: Span


@dataclass(frozen=True, slots=True)
class ListExpr:
    """`（西药中成药、中药饮片）`: alternatives of a membership; members are Name, Text, Number or SetRef."""

    members: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """op: "not" (非), "neg" (−)."""

    op: Literal["not", "neg"]
    arg: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """op: "+", "-", "*"."""

    op: Literal["+", "-", "*"]
    left: Expr
    right: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Logic:
    """且 / 或 over two or more arguments (never mixed without brackets)."""

    op: Literal["and", "or"]
    args: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Compare:
    """op: "=", "!=", "<", "<=", ">", ">=" (也 早于/晚于/低于/不低于/满/不满 … already mapped)."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Expr
    right: Expr
    span: Span
    word: str = field(default="", compare=False)  # which way of saying it the author chose: vocabulary id, "" for a symbol


@dataclass(frozen=True, slots=True)
class Membership:
    """`x 属于 s` / `x 不属于 s` (negated). s: SetRef, ListExpr, RangeLiteral, Name (a column or list fact)."""

    item: Expr
    container: Expr
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Contains:
    """`机构.能力 含 麻醉恢复室`: list contains value."""

    container: Expr
    item: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Between:
    """`x 介于 a 至 b`, both ends included."""

    item: Expr
    low: Expr
    high: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Missing:
    """`x 未填`: the sender states that it is empty."""

    item: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class InCatalogue:
    """`x 在册「目录」`."""

    item: Expr
    catalogue: str
    span: Span


@dataclass(frozen=True, slots=True)
class Attested:
    """`已核「…」` (text) or `已核 限定.列` (arg)."""

    text: str
    arg: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Declared:
    """`已申报「…」`."""

    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A function in call form: `相隔（a，b）`, `按比例（…）`, a 定义 applied to a role `是药品（明细）`, a parameter by key
    `参数.药占比参考值（机构.级别）`. `name` is as written (dotted for a parameter)."""

    name: Name
    args: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """`若 c 则 a 否则 b`."""

    condition: Expr
    then: Expr
    otherwise: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class LookupExpr:
    """`查 知识表「名」（键…）.列`."""

    table: str
    keys: tuple[Expr, ...]
    column: str
    span: Span


# A window phrase: everything after an operator's noun. Order of parts: 记为 – 取 – 按 同一 – 含/不含本次 – 其中.


@dataclass(frozen=True, slots=True)
class FrameExpr:
    """A span or window as written: a bucket or overlap (`单日` → kind "day", count None), a distance (`6小时` → "hours"),
    `近 30天` / `近 限定.回溯天数` (→ "days", count = the expression), or a column that holds one (kind "column", count = Name)."""

    kind: str
    count: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Phrase:
    """A collection with its qualifiers.

    noun: the collection as written (`同期明细`, `就诊.诊断`, `次.原始明细.金额`, `期.每日.门诊次数`); for 合计/最大/… the last
    part(s) may be a field of the members: the checker splits it.
    var: the 记为 name ("" when none). own: True 含本次, False 不含本次, None not said.
    same: the 按 同一 list as written (患者, 机构, 限定, 限定.组号, 单日 …).
    """

    noun: Name
    var: str
    frame: FrameExpr | None
    same: tuple[Name, ...]
    own: bool | None
    where: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Quantifier:
    """任一/无一/全部 `就诊.诊断 属于 …` and 有/无 `同期明细 … 其中 …`.

    kind "any"/"none"/"all" carry `body` (the phrase then is the bare collection, with optional var and 其中);
    kind "exists"/"not_exists" have body None (the phrase's 其中 is the condition).
    For `任一 就诊.诊断 属于 X` the body is Membership(item=<the member>, …) where the member is Name(("就诊","诊断")) again:
    the checker reads the noun inside body as the member.
    """

    kind: Literal["any", "none", "all", "exists", "not_exists"]
    phrase: Phrase
    body: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Aggregate:
    """合计 sum, 次数 count, 天数 days, 种数 kinds, 最大 max, 最小 min, 最早 earliest, 最晚 latest."""

    fn: Literal["sum", "count", "days", "kinds", "max", "min", "earliest", "latest"]
    phrase: Phrase
    span: Span


@dataclass(frozen=True, slots=True)
class DayOrdinal:
    """`第几天 取 w 按 同一 …`: the ordinal of this line's day among the distinct days of use."""

    frame: FrameExpr
    same: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RankOrdinal:
    """`第几项 按 x 从高到低 取 w 按 同一 …`: this line's place in its group; ties by order of time."""

    by: Expr
    descending: bool
    frame: FrameExpr
    same: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class KindOrdinal:
    """`自第 n 种 起` over a phrase: this line belongs to the n-th or a later distinct kind (by first use)."""

    n: Expr
    phrase: Phrase
    span: Span


@dataclass(frozen=True, slots=True)
class Quota:
    """`超额 x 限 L 每 w 按 同一 g`: this line's part beyond the quota, first come first paid."""

    value: Expr
    limit: Expr
    frame: FrameExpr
    same: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Always:
    """`一律`."""

    span: Span


Expr = (
    Name | Number | Text | Bool | DateLiteral | RangeLiteral | SetRef | ListExpr | Unary | Binary | Logic | Compare | Membership
    | Contains | Between | Missing | InCatalogue | Attested | Declared | Call | If | LookupExpr | Quantifier | Aggregate
    | DayOrdinal | RankOrdinal | KindOrdinal | Quota | Always
)

# ---------------------------------------------------------------- scopes


@dataclass(frozen=True, slots=True)
class ItemScope:
    """`明细 属于 知识表「x」记为 限定 其中 …`, `明细 其中 …` (container None: a scan), also 诊断 / 手术 / 原始明细.

    subject: "item" | "raw_item" | "diagnosis" | "operation".
    """

    subject: Literal["item", "raw_item", "diagnosis", "operation"]
    container: SetRef | None
    row: str  # 记为 name of the row, "" when none
    where: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class PairScope:
    """`两项明细 主项、从项 属于 知识表「x」记为 对 同在 span 其中 …`."""

    first: str
    second: str
    container: SetRef
    row: str
    frame: FrameExpr
    where: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class GroupScope:
    """`每组明细 属于 知识表「x」.列 记为 套 按 同一 患者、机构、单日、套 记为 组`."""

    container: SetRef
    row: str
    same: tuple[Name, ...]
    var: str
    where: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class EachScope:
    """`每张处方 记为 方 其中 …` (subject "prescription") and `每次就诊 记为 次 其中 …` (subject "encounter")."""

    subject: Literal["prescription", "encounter"]
    var: str
    where: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class StayPairScope:
    """`相邻两次就诊 前次、本次 其中 … 按 同一 患者、机构 相隔 不超过 N天`."""

    first: str
    second: str
    where: Expr | None
    same: tuple[Name, ...]
    gap_op: str
    gap: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class PeriodScope:
    """`每个 机构、药品 每 月 记为 期`: subjects as written; period "month" | "quarter" | "year" | "insurance_year" | "day"."""

    subjects: tuple[Name, ...]
    period: str
    var: str
    where: Expr | None
    span: Span


Scope = ItemScope | PairScope | GroupScope | EachScope | StayPairScope | PeriodScope

# ---------------------------------------------------------------- clauses and declarations


@dataclass(frozen=True, slots=True)
class Template:
    """A message: literal strings and expressions in turn."""

    parts: tuple[str | Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Words:
    """A header value list in canonical ids: 结果 ("definite",), 环节 ("before","during","after"), 场景 …; 依据 keeps the
    texts as written. For 场景/险种/机构级别/机构类型/对象 values that the vocabulary does not know stay as written."""

    values: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Valid:
    """有效: from (ordinal) and until (ordinal, exclusive; None = open)."""

    start: int | None
    end: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class Exemption:
    """`除外「标签」：A，但 B`; `removed` for `除外「x」：不适用`."""

    label: str
    when: Expr | None
    but: Expr | None
    removed: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Let:
    name: str
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Fault:
    """`违规：` targets: role names, collections (`方.饮片`, `组.明细`), or a collection with 其中 (Phrase)."""

    targets: tuple[Name | Phrase, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Deduct:
    """扣减: kind "all" (全额) | "none" (无) | "formula"."""

    kind: Literal["all", "none", "formula"]
    formula: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class SameAs:
    code: str
    span: Span


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. `key` is the canonical id of the head:

    same_as basis category result stage scene insurance level kind subject valid fees interaction for let must when unless
    fault deduct message suggestion
    """

    key: str
    body: (
        SameAs | Words | Valid | Scope | Let | Expr | Exemption | Fault | Deduct | Template
    )
    span: Span
    comments: tuple[str, ...] = ()  # comments on lines of their own directly above
    note: str = ""  # comment at the end of the clause's line


@dataclass(frozen=True, slots=True)
class RuleDecl:
    code: str
    name: str
    clauses: tuple[Clause, ...]
    span: Span
    name_span: Span
    comments: tuple[str, ...] = ()  # comments directly above, kept by the formatter; "" stands for an empty line
    note: str = ""  # comment behind the opening brace
    trailing: tuple[str, ...] = ()  # comments behind the last clause


@dataclass(frozen=True, slots=True)
class DefaultDecl:
    """`默认 { … }`: header clauses for the file."""

    clauses: tuple[Clause, ...]
    span: Span
    comments: tuple[str, ...] = ()
    note: str = ""
    trailing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParamDecl:
    """`参数 名（按 机构.级别） = 值 自 日期 可调 a 至 b`. value None = 未定 (UNKNOWN). Several declarations of one name with
    different dates are its versions."""

    name: str
    by: tuple[Name, ...]
    value: Expr | None
    start: int | None
    end: int | None
    low: Expr | None
    high: Expr | None
    span: Span
    twin: str = ""  # the name's other-language twin, written 参数 名「twin」
    comments: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionDecl:
    """`定义 是住院 = …`."""

    name: str
    value: Expr
    span: Span
    twin: str = ""
    comments: tuple[str, ...] = ()
    note: str = ""


Declaration = RuleDecl | DefaultDecl | ParamDecl | DefinitionDecl


@dataclass(frozen=True, slots=True)
class File:
    """A parsed file. `language` is "zh" or "en" (a file is in one language). `trailing` comments stand after the last
    declaration."""

    declarations: tuple[Declaration, ...]
    language: Literal["zh", "en"]
    span: Span
    trailing: tuple[str, ...] = ()

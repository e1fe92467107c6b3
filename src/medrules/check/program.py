"""The Program: rules in one typed, language-free form. Whatever executes rules starts from it and means the same.

Run-time environment of an expression: a binding `env` (role → entity), the current row of the scope's table, and t(b), the
day whose law applies. Roles: "item" (item and raw_item scopes), "diagnosis", "operation", "first"/"second" (pairs, in the
order they were named), "group", "prescription", "encounter", "previous"/"current" (stay pairs), "period", and "v1", "v2", …
for the members of quantifiers and windows. Every expression node carries its `type`.

Truth is strong Kleene. ABSENT never reaches a primitive: the checker guards every atom that reads an optional operand with
`Has`. Guards for empty cells are explicit (`Guard`). Number operands of one Cmp/Arith may have different scales: the value of
a node is `int × 10**-type.scale`, and whoever executes aligns them. Units were brought to one unit by the checker.
"""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from medrules.diagnostics import Source, Span
from medrules.frozen import dataclass, field
from medrules.knowledge.catalogue import Catalogue
from medrules.knowledge.codeset import CodeSet
from medrules.knowledge.table import Table
from medrules.model.types import Type

# ---------------------------------------------------------------- value expressions


@dataclass(frozen=True, slots=True)
class Const:
    """A literal in run-time form: scaled int, str, bool, ordinal day, AgeLimit, AgeRange, NumRange, Frame, CodeSet, tuple.
    UNKNOWN for a 未定 parameter (cause "param:<name>" is then in `Param`, never here)."""

    value: Any
    type: Type


@dataclass(frozen=True, slots=True)
class Fact:
    """`env[role]`, then getattr along `path`. `field` is the schema id of the last step ("encounter.rescue"): the cause when
    it is UNKNOWN (an entity's `_why` may name another). An UNKNOWN or ABSENT link on the way gives UNKNOWN / ABSENT; `links`
    are the field ids of the steps before the last, aligned with path[:-1] ("" for structural links that are always there)."""

    role: str
    path: tuple[str, ...]
    field: str
    type: Type
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """The entity of a role itself (in templates, and as x of a table membership)."""

    role: str
    type: Type


@dataclass(frozen=True, slots=True)
class Col:
    """A cell of the current row. UNKNOWN (待编) has cause "column:<table>.<column zh name>". EMPTY never reaches an operator
    (Guard), but may reach a template, which prints 不限. A negative index is a reserved column: `RESERVED` names the field of
    `Row` that it reads (never EMPTY, never UNKNOWN, "" when the row has none)."""

    table: str
    column: str
    index: int
    type: Type


# Reserved columns that a rule may print (`限定.原文`): Col.index → attribute of knowledge.table.Row.
RESERVED: Final[Mapping[int, str]] = MappingProxyType({-1: "text", -2: "point", -3: "source", -4: "batch", -5: "area"})


@dataclass(frozen=True, slots=True)
class Param:
    """A dated parameter at t(b), by its key expressions (often none). UNKNOWN (未定, no version or no key) has cause
    "param:<name>". A version with keys () holds for every key."""

    name: str
    keys: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Lookup:
    """`查`: the cell of the row of a unique-key table at t(b); UNKNOWN when there is no row or the cell is EMPTY, cause
    "table:<name>"."""

    table: str
    keys: tuple[Expr, ...]
    column: str
    index: int
    type: Type


@dataclass(frozen=True, slots=True)
class AgeAt:
    """Age of a person born on `birth` (DATE) at day `on` (DATE). Only compared with AgeLimit/AgeRange, or printed."""

    birth: Expr
    on: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Arith:
    """op "+", "-", "*" on numbers (exact, scales add under "*"); also date ± days (whole days, whatever their scale), instant ±
    time (time operand in 秒). Outside conditions nothing guards: a value that is computed from an ABSENT or EMPTY operand (in a
    let that is only printed, in a deduction) is UNKNOWN."""

    op: Literal["+", "-", "*"]
    a: Expr
    b: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Prim:
    """A primitive of `functions.registry` by id: "distance" (相隔: |a−b|, dates → 天, instants → 秒), "difference" (相差: |a−b| of
    numbers), "overlap" (重叠时长 of two items' [from, to], 秒), "proportion" (按比例: money × part ÷ whole, one half-up rounding
    to fen; UNKNOWN when whole = 0), "min", "max", "in_unit" (args: quantity, unit text fact, unit text: the quantity when the
    unit is that one or a synonym, else UNKNOWN with the unit's cause), "judged_on" (no args: t(b), the day whose law applies,
    as a date; used for ages where the judged role is not a line)."""

    op: str
    args: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Choose:
    """若 c 则 a 否则 b. UNKNOWN condition → UNKNOWN value (causes of c)."""

    condition: Expr
    then: Expr
    otherwise: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Ratio:
    """占比(num, den): only compared (`CmpRatio`) or printed."""

    num: Expr
    den: Expr
    type: Type


# ---------------------------------------------------------------- truth expressions (type BOOL)


@dataclass(frozen=True, slots=True)
class Cmp:
    """op "<", "<=", "=" (≠ > ≥ are Not of these). Operands: numbers, dates, instants, levels, codes/texts/bools ("=" only), or
    AgeAt against an AgeLimit constant / parameter / cell. An instant is an interval of seconds: the answer is UNKNOWN when
    its precision does not decide, with the instant's own field as cause."""

    op: Literal["<", "<=", "="]
    a: Expr
    b: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class CmpRatio:
    """num ÷ den ⋈ r, exactly: den > 0 ∧ num ⋈ r·den; UNKNOWN when den = 0 (cause: "ratio:0")."""

    op: Literal["<", "<=", "="]
    ratio: Ratio
    r: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class In:
    """Membership. how:
    "codes"  x: code, container: CodeSet (Const or Col): `CodeSet.member`; an ill-formed ICD code is an UNKNOWN member
    "list"   x: scalar, container: tuple (Const, Col, or a list Fact)
    "range"  x: AgeAt or number/date, container: AgeRange / NumRange (Const, Col, Param)
    "table"  x: Ref to an item/diagnosis/operation; container: Const(table name): some row in force at t(b) matches it
    "catalogue" x: code; container: Const(catalogue name): True if listed, else False, or UNKNOWN when it is incomplete
    """

    x: Expr
    container: Expr
    how: Literal["codes", "list", "range", "table", "catalogue"]
    type: Type


@dataclass(frozen=True, slots=True)
class And:
    args: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Or:
    args: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Not:
    arg: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Has:
    """The ABSENT test: True when known, False when ABSENT, UNKNOWN when UNKNOWN. `x 未填` is Not(Has(x))."""

    x: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Truth:
    """A yes/no value used as a condition (`就诊.抢救标志`)."""

    x: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Guard:
    """`atom`, unless one of the current row's cells it reads is EMPTY: then `when_empty` (True under 须, False under 当/除外)."""

    columns: tuple[Col, ...]
    when_empty: bool
    atom: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Attested:
    """已核. subject role's line or encounter; `column` (the current row's text cell; the point is the row's 知识点号) or a
    literal `text` (the point is the text itself). 符合 → True, 不符 → False, no record → UNKNOWN with cause "attest:<text>".
    EMPTY cell → True; 待编 cell → UNKNOWN with the column's cause."""

    role: str
    column: Col | None
    text: str
    type: Type


@dataclass(frozen=True, slots=True)
class Declared:
    """已申报. True if the subject's line or its encounter has a declaration with this label; False if the door carries
    declarations and there is none; a door that does not carry them: False and claimable. Only inside exemptions."""

    role: str
    label: str
    type: Type


# ---------------------------------------------------------------- collections


@dataclass(frozen=True, slots=True)
class Members:
    """A collection of an entity: `env[role]` then `path` to a tuple (complete) or UNKNOWN (not sent: open and empty; cause
    `field`). Each member is bound to `var`. `where` filters (K3 membership). `entity` "" = the members are plain values (a
    list of codes): the value itself is `Ref(var)`. An empty `path` with the role of a pair's partner ("first" or "second") =
    all partners of the judged line under the current row (`合计 主项.数量`, ruling T12)."""

    role: str
    path: tuple[str, ...]
    field: str
    entity: str
    var: str
    where: Expr | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SameKey:
    """One equality key of a window: kind "patient" | "institution" | "encounter" | "prescription" | "day" | "month" | "year" |
    "row" (matches the same knowledge point) | "column" (matches some row in force at t(b) with the same value in `column`
    index) | "field" (same value of a fact path of the member as of the anchor: `path`, cause `field`)."""

    kind: str
    column: int = -1
    path: tuple[str, ...] = ()
    field: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """同期明细 (entity "item") or 治疗记录 ("session") around the judged line `anchor` (a role).

    frame: a Frame constant, or an expression of type FRAME (a cell), or an expression of type num in 天 (`近 限定.回溯天数`: a
    Frame of kind "days" with that n).
    Membership of m: same keys ∧ frame ∧ where. The anchor is in its own window whenever the frame includes it and own is not
    False: keys and frame are True for it, `where` still filters it. own None = the phrase did not say: included for 超额 /
    ordinals / sums of the line's own kind.
    Windows hold net lines of the patient up to as_of, of the anchor's own line kind (orders or charges, T18), with base > 0
    under the rule's 费用 (T28). Closed region: see engine documentation.
    """

    entity: Literal["item", "session"]
    var: str
    anchor: str
    frame: Expr
    same: tuple[SameKey, ...]
    own: bool | None = None
    where: Expr | None = None
    table: str = ""  # the scope's table, for "row" and "column" keys
    course_gap: Expr | None = None  # frame "course": a longer break starts a new course


Collection = Members | Window


@dataclass(frozen=True, slots=True)
class Quant:
    """any: ⋁ (where ∧ body); all: ⋀ (¬where ∨ body); an open collection adds U. 无一/无 is Not(any); 有 is any with body True."""

    kind: Literal["any", "all"]
    over: Collection
    body: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Agg:
    """fn over `value` (an expression of the collection's var; None for count). "days": distinct `item.on`; "kinds": distinct
    values. Not exact → an interval (semantics 1.3). max/min of nothing: ABSENT (type is optional)."""

    fn: Literal["sum", "count", "days", "kinds", "max", "min"]
    over: Collection
    value: Expr | None
    type: Type


@dataclass(frozen=True, slots=True)
class DayOrdinal:
    """第几天: how many distinct days of use in the window are ≤ the anchor's own day (own included)."""

    over: Window
    type: Type


@dataclass(frozen=True, slots=True)
class Rank:
    """第几项: 1 + members that come before the anchor by `by` (descending or ascending), ties by the total order."""

    over: Window
    by: Expr  # in terms of over.var
    descending: bool
    type: Type


@dataclass(frozen=True, slots=True)
class KindRank:
    """自第 n 种 起, left side: the ordinal of the anchor's kind (`value`) among distinct kinds by first use in the window."""

    over: Window
    value: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Excess:
    """超额: the anchor's part beyond `limit` (semantics 1.3, quota): bucket frames first come first paid; frame "days" greedy
    over any n consecutive days. `value` is in terms of over.var; `limit` is evaluated in the anchor's binding."""

    over: Window
    value: Expr
    limit: Expr
    type: Type


Expr = (
    Const | Fact | Ref | Col | Param | Lookup | AgeAt | Arith | Prim | Choose | Ratio | Cmp | CmpRatio | In | And | Or | Not
    | Has | Truth | Guard | Attested | Declared | Quant | Agg | DayOrdinal | Rank | KindRank | Excess
)

# ---------------------------------------------------------------- rules


@dataclass(frozen=True, slots=True)
class ItemScope:
    """A line, raw line, diagnosis or operation as anchor (role "item" / "diagnosis" / "operation").

    table: name or "" ; codes: the code set when the scope names one. where: filter (rows × anchor; K3). A scope with neither
    table nor codes is a scan."""

    relation: Literal["item", "raw_item", "diagnosis", "operation"]
    role: str
    table: str
    codes: CodeSet | None
    where: Expr | None


@dataclass(frozen=True, slots=True)
class PairScope:
    """Roles "first" and "second" match the two key columns of `table`, in one span. Lines of the same patient; for day, hours
    and hour_bucket also of the same institution; bucket spans: the same bucket (semantics 1.2, rulings T08, T16, T32).
    The row's 主项排除 and 部位相同 narrow the match."""

    table: str
    frame: Expr
    where: Expr | None


@dataclass(frozen=True, slots=True)
class GroupScope:
    """Lines that are members of the code-set column of a row, grouped by the keys (row included). Role "group", whose
    members are the items (`Members(role="group", path=("items",))`). The group also answers `encounter` (that of its first
    line in the total order), through which bare 患者, 就诊, 机构 and the guard are reached."""

    table: str
    column: int
    same: tuple[SameKey, ...]
    where: Expr | None


@dataclass(frozen=True, slots=True)
class EachScope:
    """Every prescription or encounter."""

    relation: Literal["prescription", "encounter"]
    role: str
    where: Expr | None


@dataclass(frozen=True, slots=True)
class StayPairScope:
    """Roles "previous", "current": encounters of one patient (and institution, when a key says so) that both meet `where`
    (in terms of role "encounter"), adjacent by admission; `gap`: condition on the two."""

    same: tuple[SameKey, ...]
    where: Expr | None
    gap: Expr


@dataclass(frozen=True, slots=True)
class PeriodScope:
    """Every (subjects) × period; screening only. Role "period"; also the subject roles ("patient", "institution", …)."""

    subjects: tuple[str, ...]
    period: str
    where: Expr | None


Scope = ItemScope | PairScope | GroupScope | EachScope | StayPairScope | PeriodScope


@dataclass(frozen=True, slots=True)
class RoleFault:
    """The line (or encounter) of a role is at fault."""

    role: str


@dataclass(frozen=True, slots=True)
class MembersFault:
    """The members of a collection (after its where) are at fault."""

    over: Members


@dataclass(frozen=True, slots=True)
class WitnessFault:
    """All witnesses of the existential in the condition that binds `var` are at fault."""

    var: str


Fault = RoleFault | MembersFault | WitnessFault


@dataclass(frozen=True, slots=True)
class Exempt:
    """T when `when` ∧ ¬`but`. Atoms that read a fact which the door cannot carry are false here and make `label` claimable."""

    label: str
    when: Expr
    but: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Deduct:
    """kind "all": each line at fault its base; "none"; "formula": `expr` (money). `per_group`: one amount for all lines at
    fault, spread from the dearest down (T43); otherwise the formula is per binding and counts for its line at fault."""

    kind: Literal["all", "none", "formula"]
    expr: Expr | None
    per_group: bool
    text: str  # the formula as written (in the author's language)


@dataclass(frozen=True, slots=True)
class Template:
    """A message: strings and expressions in turn."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Header:
    basis: tuple[str, ...]
    category: str
    result: Literal["definite", "suspect", "monitor"]
    stages: frozenset[str]  # before | during | after
    scenes: frozenset[str]  # values of encounter.visit_kind after expansion; empty = any. "out_of_area" may be among them
    insurance: frozenset[str]
    levels: frozenset[int]
    kinds: frozenset[str]
    subject: str
    fees: Literal["pooled", "all", "account"]
    interaction: Literal["passive", "soft", "reason", "hard"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One checked rule. `parent` is the code it is reported under (without -n). `guard` (H) is the header as a predicate on the
    binding's encounter (scene, insurance, level, kind); stage and validity are decided by whoever executes.

    mode "must": at fault if no row meets `when` (which then is φ, not ¬φ) · "when": at fault if some row does · "always".
    `must` without a table: at fault if `when` is false.
    judged: role whose own day is t(b) and whose encounter/patient the bare names mean.
    cost: "item" 逐条 · "group" 成组 · "history" 历史 · "period" 期间.
    """

    code: str
    parent: str
    name: str
    version: str
    valid_from: int
    valid_to: int
    header: Header
    guard: Expr | None
    scope: Scope
    mode: Literal["must", "when", "always"]
    when: Expr | None
    lets: tuple[tuple[str, Expr], ...]
    exempt: tuple[Exempt, ...]
    fault: tuple[Fault, ...]
    deduct: Deduct
    message: Template
    suggestion: Template
    judged: str
    reads: frozenset[str]  # field ids in scope, condition, exemptions, deduction (not the templates)
    excuse_reads: frozenset[str]  # field ids read only in exemptions
    cost: Literal["item", "group", "history", "period"]
    horizon: str  # how far back its windows look, for coverage: "" none, "days:30", "encounter", "year", "open"
    follows: str = ""  # the rule named by 同
    source: Source | None = None
    span: Span | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParamVersion:
    """A parameter's value for keys on days [valid_from, valid_to). value UNKNOWN = 未定."""

    keys: tuple[Any, ...]
    value: Any
    valid_from: int
    valid_to: int
    low: Any = None
    high: Any = None


@dataclass(frozen=True, slots=True)
class ParamTable:
    name: str
    en: str
    type: Type
    versions: tuple[ParamVersion, ...]
    keys: tuple[str, ...] = ()  # what the parameter depends on, as written (机构.级别)


@dataclass(frozen=True, slots=True)
class Program:
    """Everything that executing needs. Tables hold no ParamCell any more (expanded by version)."""

    rules: tuple[Rule, ...]
    tables: Mapping[str, Table]
    params: Mapping[str, ParamTable]
    catalogues: Mapping[str, Catalogue] = field(default_factory=dict)
    pack: str = ""
    pack_version: str = ""
    pack_hash: str = ""

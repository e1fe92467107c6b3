"""What the checker makes of chosen national rules, read by eye once and kept: conditions with guards, windows, deductions.

After an intended change: `python tests/check/test_golden.py` writes the file again; read the difference before keeping it.
"""
from __future__ import annotations

from pathlib import Path

from check_corpus import catalogues, codesets, corpus_files, tables
from ir_text import shown

from medrules.check import program as ir
from medrules.check.checker import check

GOLDEN = Path(__file__).parent / "golden" / "checked_rules.txt"
CHOSEN = (
    "GZ10000101007000", "GZ10000101008000", "GZ10000101005000", "GZ10000101009000-1", "GZ10000101010000-1",
    "GZ10000101010000-2", "GZ10000101010000-3", "GZ10000102001000", "GZ10000102002000", "GZ10000102012000",
    "GZ10000102013000", "GZ10000102014000", "GZ10000201004000-3", "GZ10000201008000", "GZ10000301006000",
    "GZ10000301011000", "GZ10000202002000-1", "GZ10000202003000", "GZ10000204001000", "GZ10000204002000",
    "GZ10000204005000", "GZ10000302004000", "LK-077", "ZB10000205008000", "WT-042", "WT-061", "WT-063", "WT-162",
)


def fault_text(f: ir.Fault) -> str:
    match f:
        case ir.RoleFault():
            return f.role
        case ir.MembersFault():
            return f"all {shown(f.over)}"
        case ir.WitnessFault():
            return f"witnesses {f.var}"


def scope_text(s: ir.Scope) -> str:
    match s:
        case ir.ItemScope():
            by = f" table {s.table}" if s.table else f" codes {s.codes.name}" if s.codes else ""
            return f"{s.relation}{by} where {shown(s.where)}"
        case ir.PairScope():
            return f"pair table {s.table} in {shown(s.frame)} where {shown(s.where)}"
        case ir.GroupScope():
            return f"group table {s.table} column {s.column} same {[k.kind for k in s.same]} where {shown(s.where)}"
        case ir.EachScope():
            return f"each {s.relation} where {shown(s.where)}"
        case ir.StayPairScope():
            return f"stays same {[k.kind for k in s.same]} where {shown(s.where)} gap {shown(s.gap)}"
        case ir.PeriodScope():
            return f"period {s.subjects} per {s.period} where {shown(s.where)}"


def rule_text(r: ir.Rule) -> str:
    lines = [f"## {r.code}", f"scope: {scope_text(r.scope)}", f"guard: {shown(r.guard)}", f"{r.mode}: {shown(r.when)}"]
    lines += [f"let: {name} = {shown(e)}" for name, e in r.lets]
    lines += [f"unless {x.label}: {shown(x.when)}; but {shown(x.but)}" for x in r.exempt]
    lines.append(f"fault: {', '.join(map(fault_text, r.fault))}")
    lines.append(f"deduct: {r.deduct.kind} {shown(r.deduct.expr)}" + (" per group" if r.deduct.per_group else ""))
    lines.append("message: " + "".join(p if isinstance(p, str) else "{" + shown(p) + "}" for p in r.message.parts))
    lines.append(f"judged {r.judged}; cost {r.cost}; horizon {r.horizon or 'none'}")
    lines.append(f"reads: {' '.join(sorted(r.reads - r.excuse_reads))}; excuses: {' '.join(sorted(r.excuse_reads))}")
    return "\n".join(lines)


def made() -> str:
    program, _ = check(corpus_files(), tables(), codesets(), catalogues())
    by_code = {r.code: r for r in program.rules}
    return "\n\n".join(rule_text(by_code[c]) for c in CHOSEN) + "\n"


def test_chosen_rules_are_checked_as_before() -> None:
    expected = GOLDEN.read_text(encoding="utf-8").split("\n\n")
    actual = made().split("\n\n")
    assert len(actual) == len(expected) == len(CHOSEN)
    for a, e in zip(actual, expected, strict=True):
        assert a.strip() == e.strip()


if __name__ == "__main__":
    GOLDEN.write_text(made(), encoding="utf-8")

"""tune.toml: what a lower layer changes of the rules above it: parameters inside their 可调 range, and interactions upwards.

    [[parameter]]                  # a parameter of an upper layer
    name = "分解住院间隔"
    value = "10天"                 # as a rule would write it
    from = 2026-01-01              # business days [from, to)
    to = 2027-01-01                # optional
    reason = "…"
    [[rule]]                       # a rule of an upper layer, or with -n one of its parts
    code = "GZ10000204001000"
    interaction = "提醒"           # the same or stronger: 静默 < 提醒 < 须填原因 < 拦截
    reason = "…"

Everything that the upper layer wrote stays; a tuned value holds on its own days only, and the checker sees it as a dated version.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from medrules.check.parameters import parameter_tables
from medrules.check.reporting import Sink, Tally
from medrules.diagnostics import Source
from medrules.frozen import dataclass
from medrules.hospital.problems import LayerProblem, problem
from medrules.hospital.written import OPEN_END, read_sections
from medrules.language import nodes as ast
from medrules.language.parser import parse

__all__ = ["NO_TUNING", "TUNE_FILE", "ParameterTune", "RuleTune", "Tuning", "read_tuning", "tuned"]

TUNE_FILE: Final = "tune.toml"


@dataclass(frozen=True, slots=True)
class ParameterTune:
    """A value for a parameter on business days [begin, end)."""

    name: str
    value: str  # as written
    begin: int
    end: int
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class RuleTune:
    code: str
    interaction: str
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Tuning:
    parameters: tuple[ParameterTune, ...]
    rules: tuple[RuleTune, ...]


NO_TUNING: Final = Tuning((), ())


def read_tuning(content: bytes, file: str) -> tuple[Tuning, list[LayerProblem]]:
    """What a tune.toml says; `file` names it in problems (MR-P410)."""
    problems: list[LayerProblem] = []
    sections = read_sections(content, file, "MR-P410", ("parameter", "rule"), problems)
    parameters, rules = [], []
    for e in sections["parameter"]:
        made = ParameterTune(e.text("name"), e.text("value"), e.day("from", None), e.day("to", OPEN_END), e.text("reason"), e.place)
        e.close()
        if made.begin >= made.end:
            e.wrong("「to」要晚于「from」", "`to` must be later than `from`")
        parameters.append(made)
    for e in sections["rule"]:
        rules.append(RuleTune(e.text("code"), e.interaction("interaction"), e.text("reason"), e.place))
        e.close()
    return Tuning(tuple(parameters), tuple(rules)), problems


# ---------------------------------------------------------------- parameters

def tuned(
    declared: Mapping[str, Sequence[ast.ParamDecl]], tunes: Sequence[ParameterTune], problems: list[LayerProblem]
) -> dict[str, tuple[ast.ParamDecl, ...]]:
    """The versions of the parameters that are tuned, by own name, with disjoint days.

    Args:
        declared: the versions of each parameter of the layers above, under each of its names.
        tunes: in the order of the layers: of two on one day the lower layer's holds.
    """
    made: dict[str, tuple[ast.ParamDecl, ...]] = {}
    for tune in tunes:
        versions = declared.get(tune.name)
        if not versions:
            near = "、".join(list(declared)[:6])
            problems.append(problem("MR-P404", tune.place, f"上层没有参数「{tune.name}」（有 {near} 等）", f"no upper layer has a parameter `{tune.name}`"))
            continue
        value = _value(tune, problems)
        if value is None:
            continue
        own = versions[0].name
        held = made.get(own) or _closed(versions)
        changed = _on_days(held, tune, value, problems)
        if changed is not None and _fits(changed, tune, problems):
            made[own] = changed
    return made


def _value(tune: ParameterTune, problems: list[LayerProblem]) -> ast.Expr | None:
    """The value as the language reads it: in a declaration of its own, of one line, so that nothing else can be said with it."""
    for before, after in (("参数 甲 = ", " 自 2000-01-01"), ("parameter x = ", " from 2000-01-01")):
        file, found = parse(Source(tune.place, f"{before}{tune.value}{after}"))
        if file is None or found or len(file.declarations) != 1:
            continue
        (declaration,) = file.declarations
        if isinstance(declaration, ast.ParamDecl) and declaration.value is not None and (declaration.end, declaration.low, declaration.high) == (None, None, None):
            return declaration.value
    problems.append(problem("MR-P404", tune.place, f"读不懂值「{tune.value[:60]}」，写成规则里的样子，如 10天、80%、18岁",
                            f"`{tune.value[:60]}` is no value as rules write it (10 days, 80%)"))
    return None


def _closed(versions: Sequence[ast.ParamDecl]) -> tuple[ast.ParamDecl, ...]:
    """The versions by their days; one ends where the next begins."""
    ordered = sorted(versions, key=lambda d: d.start or 0)
    ends = [later.start or 0 for later in ordered[1:]] + [OPEN_END]
    return tuple(replace(d, end=min(OPEN_END if d.end is None else d.end, end)) for d, end in zip(ordered, ends, strict=True))


def _on_days(
    versions: tuple[ast.ParamDecl, ...], tune: ParameterTune, value: ast.Expr, problems: list[LayerProblem]
) -> tuple[ast.ParamDecl, ...] | None:
    """The versions with the value on the days of the tune; None if it may not be tuned there."""
    out: list[ast.ParamDecl] = []
    for d in versions:
        begin, end = d.start or 0, OPEN_END if d.end is None else d.end
        first, last = max(begin, tune.begin), min(end, tune.end)
        if first >= last:
            out.append(d)
            continue
        if d.low is None and d.high is None:
            problems.append(problem("MR-P404", tune.place, f"参数「{tune.name}」没有写「可调」，不能调", f"`{tune.name}` is not tunable"))
            return None
        if begin < first:
            out.append(replace(d, end=first))
        out.append(replace(d, value=value, start=first, end=last))
        if last < end:
            out.append(replace(d, start=last, end=end))
    return tuple(out)


def _fits(versions: tuple[ast.ParamDecl, ...], tune: ParameterTune, problems: list[LayerProblem]) -> bool:
    """Whether the checker takes the versions: values of one kind, each in its range."""
    sink = Sink(None, Tally())
    parameter_tables([(d, sink) for d in versions])
    if not sink.found:
        return True
    outside = any(d.code == "MR-C218" for d in sink.found)
    problems.append(problem(
        "MR-P404", tune.place, f"参数「{tune.name}」的值 {tune.value} " + ("在上层写的可调范围之外" if outside else "与上层的值不是同一类"),
        f"`{tune.name}` = {tune.value} is " + ("outside the range that the upper layer gives" if outside else "of another kind than the upper layer's")))
    return False

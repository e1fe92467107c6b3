"""The header of a rule, and the header as a condition on the judged encounter (H in semantics 1.2)."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, cast

from medrules.check.clauses import Expanded, Placed, head_word
from medrules.check.guards import present
from medrules.check.names import Bound, reach, step, suggestion
from medrules.check.program import And, Const, Expr, Header, In, Or, Truth
from medrules.check.reporting import Sink
from medrules.language import nodes as ast
from medrules.language.vocabulary import vocabulary
from medrules.model.enumerations import ENUMERATIONS, SCENES
from medrules.model.levels import SCALES
from medrules.model.schema import SCHEMA
from medrules.model.types import BOOL, list_of

__all__ = ["OPEN_END", "guard", "header", "validity"]

OPEN_END: Final = 10_000_000
OUT_OF_AREA: Final = "out_of_area"

# Canonical words of the header to run-time values of the facts.
_SCENES: Final[Mapping[str, str]] = MappingProxyType({
    "outpatient": "门急诊", "inpatient": "住院", "pharmacy": "购药", "internet": "互联网诊疗", "chronic": "门诊慢特病",
    "out_of_area": "异地就医",
})
_INSURANCE: Final[Mapping[str, str]] = MappingProxyType({"basic": "基本医疗", "injury": "工伤", "maternity": "生育"})
_KINDS: Final[Mapping[str, str]] = MappingProxyType({"hospital": "定点医疗机构", "pharmacy": "定点零售药店"})
_LEVELS: Final[Mapping[str, int]] = MappingProxyType({"ungraded": 0, "level_1": 1, "level_2": 2, "level_3": 3})
_RESULTS: Final = ("monitor", "suspect", "definite")
_STAGES: Final = ("before", "during", "after")
_FEES: Final = ("pooled", "all", "account")
_INTERACTIONS: Final = ("passive", "soft", "reason", "hard")
_SUBJECTS: Final = ("institution", "department", "physician", "patient")


def _words(expanded: Expanded, key: str) -> tuple[Placed, tuple[str, ...]] | None:
    placed = expanded.single.get(key)
    if placed is None or not isinstance(placed.clause.body, ast.Words):
        return None
    return placed, placed.clause.body.values


def _one(expanded: Expanded, key: str, known: tuple[str, ...], default: str) -> str:
    found = _words(expanded, key)
    if found is None:
        return default
    placed, values = found
    if len(values) != 1:
        placed.sink.add("MR-C204", placed.clause.body.span, key=head_word(key))
        return default
    if values[0] not in known:
        _unknown(placed, key, values[0], tuple(vocabulary("zh").word(f"value.{key}", k) for k in known))
        return default
    return values[0]


def _unknown(placed: Placed, key: str, word: str, known: tuple[str, ...]) -> None:
    near = suggestion(word, known)
    placed.sink.add("MR-N113", placed.clause.span, key=head_word(key), word=word, near=near or "、".join(known))


def _mapped(expanded: Expanded, key: str, words: Mapping[str, Any], enumeration: str) -> frozenset[Any]:
    """The values of a list of header words, canonical or as a person writes them."""
    found = _words(expanded, key)
    if found is None:
        return frozenset()
    placed, values = found
    out: set[Any] = set()
    for value in values:
        made = words.get(value)
        if made is None and enumeration:
            made = ENUMERATIONS[enumeration].value_of(value)
        if made is None and key == "level":
            made = SCALES["hospital"].rank(value)
        if made is None:
            listed = [w.zh for w in ENUMERATIONS[enumeration].words] if enumeration else [s.zh for s in SCALES["hospital"].steps]
            _unknown(placed, key, value, tuple(listed))
        else:
            out.add(made)
    return frozenset(out)


def header(expanded: Expanded, where: ast.RuleDecl, sink: Sink) -> Header:
    """The header with defaults: every stage, any scene, 列入统筹费用, 机构, 静默."""
    if "result" not in expanded.single and "result" not in expanded.unread:
        sink.add("MR-C201", where.name_span, clause="结果", clause_en="result")
    stages = _words(expanded, "stage")
    found_stages = stages[1] if stages else _STAGES
    if stages is not None and not set(found_stages) <= set(_STAGES):
        _unknown(stages[0], "stage", "、".join(found_stages), _STAGES)
    scenes: set[str] = set()
    for scene in _mapped(expanded, "scene", _SCENES, "scene"):
        scenes.update({OUT_OF_AREA} if scene == "异地就医" else SCENES[scene])
    basis = _words(expanded, "basis")
    category = _words(expanded, "category")
    return Header(
        basis=basis[1] if basis else (), category="、".join(category[1]) if category else "",
        result=cast("Literal['definite', 'suspect', 'monitor']", _one(expanded, "result", _RESULTS, "monitor")),
        stages=frozenset(found_stages) & frozenset(_STAGES), scenes=frozenset(scenes),
        insurance=_mapped(expanded, "insurance", _INSURANCE, "insurance"),
        levels=_mapped(expanded, "level", _LEVELS, ""), kinds=_mapped(expanded, "kind", _KINDS, "institution_kind"),
        subject=_one(expanded, "subject", _SUBJECTS, "institution"),
        fees=cast("Literal['pooled', 'all', 'account']", _one(expanded, "fees", _FEES, "pooled")),
        interaction=cast(
            "Literal['passive', 'soft', 'reason', 'hard']", _one(expanded, "interaction", _INTERACTIONS, "passive")),
    )


def validity(expanded: Expanded) -> tuple[int, int]:
    """有效: [from, to) in ordinal days."""
    placed = expanded.single.get("valid")
    if placed is None or not isinstance(placed.clause.body, ast.Valid):
        return 0, OPEN_END
    body = placed.clause.body
    start, end = body.start or 0, body.end if body.end is not None else OPEN_END
    if start >= end:
        placed.sink.add("MR-C227", body.span)
    return start, end


def _in(bound: Bound, field: str, values: frozenset[Any]) -> Expr:
    fact = step(bound, SCHEMA.field(bound.entity, field))
    plain = SCHEMA.field(bound.entity, field).type
    ordered = tuple(sorted(values))
    return present(In(fact, Const(ordered, list_of(plain)), "list", BOOL), fact)


def guard(made: Header, judged: Bound, roles: Mapping[str, Bound]) -> Expr | None:
    """Scene, insurance, level and kind as a condition on the judged encounter; None when they restrict nothing.

    A period has no encounter of its own: what counts in it says its scene; only its institution can be asked.
    """
    parts: list[Expr] = []
    encounter = reach(judged, "encounter")
    institution = reach(judged, "institution") or roles.get("机构")
    if encounter is not None and made.scenes:
        kinds = made.scenes - {OUT_OF_AREA}
        scenes: list[Expr] = [_in(encounter, "visit_kind", kinds)] if kinds else []
        if OUT_OF_AREA in made.scenes:
            scenes.append(Truth(step(encounter, SCHEMA.field("encounter", "out_of_area")), BOOL))
        parts.append(scenes[0] if len(scenes) == 1 else Or(tuple(scenes), BOOL))
    if encounter is not None and made.insurance:
        parts.append(_in(encounter, "insurance", made.insurance))
    if institution is not None and made.levels:
        parts.append(_in(institution, "level", made.levels))
    if institution is not None and made.kinds:
        parts.append(_in(institution, "kind", made.kinds))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(tuple(parts), BOOL)

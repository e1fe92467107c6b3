"""A plan as one file, and back: the checked rules, the tables, and everything that planning found out."""
from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, pairwise
from types import MappingProxyType
from typing import Any

from medrules.check.program import PairScope, Program, Rule
from medrules.compiled.container import Sections, Writer, refuse
from medrules.compiled.tables import Strings, part, read_table, write_table
from medrules.compiled.values import Fragments, decode, encode
from medrules.diagnostics.source import Source
from medrules.errors import InvalidCompiledPack
from medrules.frozen import replace
from medrules.knowledge.catalogue import Catalogue, LateCodes
from medrules.knowledge.table import Rows, Table
from medrules.plan.partners import PairPlan
from medrules.plan.plan import Guards, Plan
from medrules.plan.records import Head, Kind, Merger, Records
from medrules.plan.shapes import Shape

__all__ = ["read_plan", "write_plan"]


def write_plan(plan: Plan) -> bytes:
    """The compiled form of a plan. The same plan gives the same bytes."""
    out, program = Writer(), plan.program
    codes: set[str] = {*plan.records.codes, *plan.prefix_records.codes, *plan.pairs.codes, *plan.silent_codes}
    codes.update(code for table in program.tables.values() for keys in table.rows.keys for code in keys.codes)
    strings = Strings(sorted(codes))
    sources = {r.source.name: r.source for r in program.rules if r.source is not None}
    index = {
        "codes": out.texts(strings.codes),
        "sources": [[s.name, out.text(s.text)] for s in sources.values()],
        "rules": out.json([[encode(r), None if r.source is None else list(sources).index(r.source.name)] for r in program.rules]),
        "params": out.json([encode(p) for p in program.params.values()]),
        "catalogues": [
            {"name": c.name, "codes": out.texts(sorted(c.codes)), "incomplete": c.incomplete, "en": c.en, "system": c.system, "source": c.source}
            for c in program.catalogues.values()],
        "pack": [program.pack, program.pack_version, program.pack_hash],
        "tables": [write_table(t, strings, out) for t in program.tables.values()],
        "plan": out.json(_plain_parts(plan)),
        "records": _write_records(plan.records, strings, out), "prefix_records": _write_records(plan.prefix_records, strings, out),
        "silent_codes": out.numbers(strings.numbers(plan.silent_codes)), "known_prefixes": out.texts(sorted(plan.known_prefixes)),
        "strangers": out.numbers(strings.numbers(sorted(plan.strangers))),
        "pairs": _write_pairs(plan.pairs, strings, out),
    }
    out.json(index)
    return out.bytes()


def read_plan(content: bytes) -> Plan:
    """The plan of a compiled pack.

    Raises:
        InvalidCompiledPack: see there.
    """
    held = Sections(content)
    try:
        return _read(held, held.json(held.last))
    except InvalidCompiledPack:
        raise
    except Exception as error:  # parts that do not fit together: which of a hundred ways does not matter to anybody
        raise refuse("内容前后不符", "its parts do not fit together") from error


def _read(held: Sections, index: Any) -> Plan:
    codes = list(held.texts(part(list, index, "codes")))
    program = _read_program(held, index, codes)
    found = held.json(part(int, index, "plan"))
    shapes = tuple(decode(s, "Shape") for s in part(list, found, "shapes"))
    dense = tuple(_whole(n, len(shapes)) for n in part(list, found, "dense"))
    merger = _read_merger(found, program, shapes)
    guards = part(dict, found, "guards")
    return Plan(
        program=program, routes=tuple(decode(r, "Route") for r in part(list, found, "routes")), shapes=shapes, dense=dense,
        streamed=frozenset(_whole(n, len(shapes)) for n in part(list, found, "streamed")),
        records=_read_records(part(dict, index, "records"), codes, merger, dense, held),
        prefix_records=_read_records(part(dict, index, "prefix_records"), codes, merger, dense, held),
        scans=tuple(decode(e, "Entry") for e in part(list, found, "scans")),
        silent_codes=[codes[n] for n in held.numbers(part(int, index, "silent_codes"), len(codes))],
        strangers=frozenset(codes[n] for n in held.numbers(part(int, index, "strangers"), len(codes))),
        known_prefixes=frozenset(held.texts(part(list, index, "known_prefixes"))), counts_codes=part(bool, found, "counts_codes"),
        pairs=_read_pairs(part(dict, index, "pairs"), codes, program, found, held),
        groups=MappingProxyType({
            decode(g, "Grouping"): MappingProxyType({code: decode(v, "tuple[Any, ...]") for code, v in members.items()})
            for g, members in part(list, found, "groups")}),
        usage=decode(part(list, found, "usage"), "Usage"),
        guards=Guards(
            MappingProxyType({stage: frozenset(rules) for stage, rules in part(dict, guards, "at_stage").items()}),
            tuple(_whole(n + 1, len(guards["guards"]) + 1) - 1 for n in part(list, guards, "guard_of")),
            tuple(decode(g, "Expr") for g in part(list, guards, "guards"))),
    )


def _whole(value: Any, below: int) -> int:
    if value.__class__ is not int or not 0 <= value < below:
        raise refuse("编号越界", "a number is out of bounds")
    return value


# ---------------------------------------------------------------- program


def _read_program(held: Sections, index: Any, codes: Sequence[str]) -> Program:
    sources = [Source(name, held.text(section)) for name, section in part(list, index, "sources")]
    rules: list[Rule] = []
    for tree, source in held.json(part(int, index, "rules")):
        rule: Rule = decode(tree, "Rule")
        rules.append(rule if source is None else replace(rule, source=sources[_whole(source, len(sources))]))
    tables: dict[str, Table] = {t.name: t for t in (read_table(meta, codes, held) for meta in part(list, index, "tables"))}
    params = [decode(p, "ParamTable") for p in held.json(part(int, index, "params"))]
    catalogues = [
        Catalogue(part(str, c, "name"), LateCodes(held.texts(part(list, c, "codes"))), part(bool, c, "incomplete"), part(str, c, "en"),
                  part(str, c, "system"), part(str, c, "source"))
        for c in part(list, index, "catalogues")]
    pack, version, hash_ = (decode(word, "str") for word in part(list, index, "pack"))
    return Program(
        tuple(rules), MappingProxyType(tables), MappingProxyType({p.name: p for p in params}),
        MappingProxyType({c.name: c for c in catalogues}), pack, version, hash_)


# ---------------------------------------------------------------- what planning found


def _plain_parts(plan: Plan) -> dict[str, Any]:
    merger, guards, pairs = plan.records.merger, plan.guards, plan.pairs
    return {
        "routes": [encode(r) for r in plan.routes], "shapes": [encode(s) for s in plan.shapes], "dense": list(plan.dense),
        "streamed": sorted(plan.streamed), "scans": [encode(e) for e in plan.scans], "counts_codes": plan.counts_codes,
        "groups": [[encode(g), {code: encode(v) for code, v in members.items()}] for g, members in plan.groups.items()],
        "usage": encode(plan.usage),
        "guards": {
            "at_stage": {stage: sorted(rules) for stage, rules in guards.at_stage.items()}, "guard_of": list(guards.guard_of),
            "guards": [encode(g) for g in guards.guards]},
        "reads": [[rule, list(columns)] for rule, columns in merger.reads.items()],
        "conditions": [
            [rule, list(pattern), shape, [encode(s) for s in sources]] for (rule, pattern), (shape, sources) in merger.conditions.items()],
        "prefixes": [[prefix, [list(row) for row in rows]] for prefix, rows in merger.prefixes.items()],
        "pairs": [pairs.n_pairs, pairs.largest, pairs.largest_before],
    }


def _read_merger(found: Any, program: Program, shapes: tuple[Shape, ...]) -> Merger:
    n_rules = len(program.rules)
    return Merger(
        program, shapes, {_whole(rule, n_rules): tuple(_whole(c, 1 << 16) for c in columns) for rule, columns in part(list, found, "reads")},
        {
            (_whole(rule, n_rules), tuple(decode(p, "str") for p in pattern)):
            (_whole(shape, len(shapes)), tuple(decode(s, "Source") for s in sources))
            for rule, pattern, shape, sources in part(list, found, "conditions")},
        {prefix: tuple((_whole(rule, n_rules), _whole(row + 1, 1 << 31) - 1) for rule, row in rows)
         for prefix, rows in part(list, found, "prefixes")})


def _write_records(records: Records, strings: Strings, out: Writer) -> dict[str, Any]:
    """Kinds as numbers: their rules, and for each record its days, how many other entries it has, and its constants."""
    constants: dict[str, int] = {}
    numbers: list[int] = []
    heads = [head for kind in records.of_kind for head in kind.heads]
    for text in Fragments.texts([constant for head in heads for constant in head[2:]]):
        numbers.append(constants.setdefault(text, len(constants)))
    return {
        "codes": out.numbers(strings.numbers(records.codes)), "kinds": out.numbers(records.kinds),
        "rules": out.numbers(chain.from_iterable(k.rules for k in records.of_kind)),
        "rule_ends": out.numbers(accumulate(len(k.rules) for k in records.of_kind)),
        "head_ends": out.numbers(accumulate(len(k.heads) for k in records.of_kind)),
        "starts": out.numbers(h[0] for h in heads), "ends": out.numbers(h[1] for h in heads),
        "others": out.numbers(chain.from_iterable(k.others for k in records.of_kind)),
        "constants": out.texts(constants), "numbers": out.numbers(numbers),
    }


def _read_records(meta: Any, codes: Sequence[str], merger: Merger, dense: tuple[int, ...], held: Sections) -> Records:
    numbers = {name: held.numbers(part(int, meta, name)) for name in ("rules", "rule_ends", "head_ends", "starts", "ends", "others", "numbers")}
    n_kinds, n_heads = len(numbers["rule_ends"]), len(numbers["starts"])
    width = sum(max(1, merger.shapes[n].width) for n in dense)
    if not len(numbers["ends"]) == len(numbers["others"]) == n_heads or len(numbers["head_ends"]) != n_kinds or (
        len(numbers["numbers"]) != n_heads * width or max(numbers["rules"], default=-1) >= len(merger.program.rules)
    ):
        raise refuse("索引不对", "its index is wrong")
    fragments = Fragments(held.texts(part(list, meta, "constants")))
    constants = [fragments[n] for n in range(len(fragments))]
    placed = [constants[n] for n in numbers["numbers"]]
    heads: list[Head] = [
        (start, end, *placed[n * width:(n + 1) * width])
        for n, (start, end) in enumerate(zip(numbers["starts"], numbers["ends"], strict=True))]
    rules, others = numbers["rules"], numbers["others"]
    kinds = tuple(
        Kind(tuple(rules[a:b]), tuple(heads[c:d]), tuple(others[c:d]))
        for (a, b), (c, d) in zip(
            pairwise(chain((0,), numbers["rule_ends"])), pairwise(chain((0,), numbers["head_ends"])), strict=True))
    own = [codes[n] for n in held.numbers(part(int, meta, "codes"), len(codes))]
    return Records(own, held.numbers(part(int, meta, "kinds"), n_kinds, len(own)), kinds, merger, dense)


def _write_pairs(pairs: PairPlan, strings: Strings, out: Writer) -> dict[str, Any]:
    return {"codes": out.numbers(strings.numbers(pairs.codes))} | {
        name: out.numbers(getattr(pairs, name)) for name in ("firsts", "others", "uses", "rules")}


def _read_pairs(meta: Any, codes: Sequence[str], program: Program, found: Any, held: Sections) -> PairPlan:
    rows: dict[int, Rows] = {
        n: program.tables[r.scope.table].rows for n, r in enumerate(program.rules) if isinstance(r.scope, PairScope)}
    own = [codes[n] for n in held.numbers(part(int, meta, "codes"), len(codes))]
    others = held.numbers(part(int, meta, "others"), len(own))
    firsts = held.numbers(part(int, meta, "firsts"), len(others) + 1, len(own) + 1)
    most = 2 * max(map(len, rows.values()), default=0)
    uses = held.numbers(part(int, meta, "uses"), most, len(others))
    rules = held.numbers(part(int, meta, "rules"), len(program.rules), len(others))
    n_pairs, largest, before = (decode(n, "int") for n in part(list, found, "pairs"))
    return PairPlan(own, firsts, others, uses, rules, rows, n_pairs, largest, before)



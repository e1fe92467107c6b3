"""What is fuzzed: how an input is made from seeds, and the oracle: only declared exceptions, every answer has a code, what is
accepted has one written form, and both evaluators agree."""
from __future__ import annotations

import functools
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import medrules
from medrules.adapters.native_report import dump_report
from medrules.adapters.nhsa import Service
from medrules.cases import CaseError
from medrules.cases.yaml_reader import read_cases
from medrules.check.checker import check
from medrules.diagnostics import Diagnostic, Severity, Source
from medrules.diagnostics.codes import CODES
from medrules.engine.reference import Reference
from medrules.errors import FACT_ERRORS
from medrules.knowledge.cells import parse_cell
from medrules.knowledge.columntypes import parse_column_type
from medrules.knowledge.problem import Problem
from medrules.knowledge.reader import read_table
from medrules.language.formatter import format
from medrules.language.parser import parse
from medrules.model.values import UNKNOWN
from tests.check.check_corpus import catalogues, codesets, tables, with_a_row
from tests.fuzz.mutations import ODD, Step, bytes_changed, text_changed, tree_changed
from tests.fuzz.pack_files import judge_pack, make_pack, pack_seeds

__all__ = ["TARGETS", "Target"]

ROOT = Path(__file__).resolve().parents[2]
PACKS = ROOT / "rulepacks"
CORPUS = Path(__file__).resolve().parent / "corpus"  # finds, kept: small inputs that once broke something
TYPES = ("age_range", "number_range:天", "text", "bool", "money", "number:g:3", "window", "level:hospital", "code:sex", "list:visit_kind",
         "codes:icd10", "codes:icd9cm3", "codes:item", "codes:generic", "date")
SPLIT = "\n----\n"  # between the two files of a table


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz. `seeds` are texts; `make` changes one by steps; `judge` runs it and fails if the oracle does."""

    name: str
    seeds: Callable[[], Sequence[str]]
    make: Callable[[str, Sequence[Step], Sequence[str]], Any]
    judge: Callable[[Any], None]


def kept(name: str) -> list[str]:
    """Earlier finds of a target."""
    return [p.read_bytes().decode("utf-8", "surrogatepass") for p in sorted(CORPUS.glob(f"{name}-*"))]


@functools.cache
def words() -> tuple[str, ...]:
    """Words of the language and of facts, as they stand in the packs' rules."""
    found: dict[str, None] = {}
    for path in sorted(PACKS.glob("*/families/*/*.medrule")):
        found.update(dict.fromkeys(re.findall(r"[^\s，。、：（）「」{}]+|[：（）「」{}]", path.read_text("utf-8"))))
    return tuple(found)[:2_000]


def told(diagnostics: Sequence[Diagnostic]) -> bool:
    """Whether there is an error; each diagnostic has its code and can be shown."""
    for d in diagnostics:
        assert d.code in CODES, d.code
        assert d.message and json.dumps(d.as_json(), ensure_ascii=True)
    return any(d.severity is Severity.ERROR for d in diagnostics)


# ------------------------------------------------------------ texts


def rule_seeds() -> list[str]:
    rules = [p.read_text("utf-8") for p in sorted(PACKS.glob("*/families/*/*.medrule"))]
    shared = [p.read_text("utf-8") for p in sorted(PACKS.glob("*/shared/*.medrule"))]
    short = [t for t in rules if len(t) < 1_500][:60]
    return short + [t[:1_500] for t in shared] + kept("parser")


@functools.cache
def world() -> tuple[Any, Any, Any]:
    return with_a_row(tables()), codesets(), catalogues()


def judge_text(text: str) -> None:
    source = Source("fuzz.medrule", text)
    file, problems = parse(source)
    assert file is not None or problems
    if told(problems) or file is None:
        return
    written = format(file, file.language)
    again, found = parse(Source("again.medrule", written))
    assert again is not None and not found, [d.as_json() for d in found]
    assert format(again, again.language) == written
    listed, sets, lists = world()
    program, found = check([(source, file)], listed, sets, lists)
    if not told(found):
        medrules.Engine(program)


# ------------------------------------------------------------ tables, cells, cases


def table_seeds() -> list[str]:
    found = []
    for toml in sorted(PACKS.glob("*/families/*/tables/*.toml"))[:60]:
        lines = toml.with_suffix(".csv").read_text("utf-8").splitlines(keepends=True)
        found.append(toml.read_text("utf-8") + SPLIT + "".join(lines[:4]))
    return found + kept("tables")


def judge_table(both: str) -> None:
    toml, _, csv = both.partition(SPLIT)
    table, found = read_table(toml, csv.encode("utf-8", "surrogatepass"), world()[1])
    failed = told(found)
    assert table is not None or failed
    if table is not None:
        for row in table.rows:
            assert len(row.cells) == len(table.columns) and len(row.keys) == len(table.key_fields) and row.point
            repr(row.cells)  # (a cell that is 待编 refuses to be hashed)


def cell_seeds() -> list[str]:
    found: dict[str, None] = dict.fromkeys(("不满18岁", "满3岁 不满12岁", "I63|I60-I64|C00-C97 除 C44", "0031070102*", "编码集「抗菌药物」", "近30天", "参数.儿童年龄上限"))
    for csv in sorted(PACKS.glob("*/families/*/tables/*.csv"))[:80]:
        for line in csv.read_text("utf-8").splitlines()[1:6]:
            found.update(dict.fromkeys(c for c in line.split(",") if len(c) < 60))
    return [*list(found)[:1_500], *kept("cells")]


def judge_cell(text: str) -> None:
    for name in TYPES:
        kind = parse_column_type(name)
        assert kind is not None
        value = parse_cell(text, kind)
        if isinstance(value, Problem):
            assert value.code in CODES and value.at("某格").message
        elif value is not UNKNOWN:  # 待编: it refuses to be hashed
            hash(value)


def case_seeds() -> list[str]:
    """Whole cases: a file that is cut in the middle of one is no YAML, and nothing behind the parser would be reached."""
    found = []
    for path in sorted(PACKS.glob("*/families/*/cases.yaml")):
        first = "- title:" + path.read_text("utf-8").split("\n- title:", 2)[1]
        if len(first) <= 2_500:
            found.append(f"{first}\n")
    return found[:40] + kept("cases")


def judge_cases(text: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "cases.yaml")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            cases = read_cases(path)
        except CaseError as error:
            assert str(error)
            return
    for case in cases[:3]:
        if case.facts is not None:
            judge_native(case.facts)


# ------------------------------------------------------------ requests


@functools.cache
def engine() -> medrules.Engine:
    return medrules.open_pack(PACKS / "national")


@functools.cache
def reference() -> Reference:
    return Reference(engine().program)


def judge_native(data: Any) -> None:
    try:
        facts = medrules.read_facts(data)
    except medrules.InvalidFacts as error:
        assert error.errors and all(e.code in FACT_ERRORS and e.message for e in error.errors)
        return
    report = engine().review(facts)
    assert not report.unchecked, report.unchecked
    json.loads(dump_report(report), parse_constant=lambda name: (_ for _ in ()).throw(AssertionError(name)))
    assert report.canonical() == reference().evaluate(facts).canonical()


def native_seeds() -> list[str]:
    found = [p.read_text("utf-8") for p in sorted((ROOT / "examples" / "native").glob("*.json"))]
    for path in sorted(PACKS.glob("national/families/*/cases.yaml")):
        for case in read_cases(path)[:4]:
            people = case.facts if isinstance(case.facts, list | tuple) else [] if case.facts is None else [case.facts]  # several: a screening
            found += [json.dumps(dict(one), ensure_ascii=False, default=str) for one in people]
    return found + kept("native")


@functools.cache
def native_keys() -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in native_seeds():
        found.update(dict.fromkeys(re.findall(r'"([^"]{1,12})":', text)))
    return tuple(found)


def make_native(text: str, steps: Sequence[Step], others: Sequence[str]) -> Any:
    if steps and steps[0][0] == 0:
        return text_changed(text, steps[1:], (*ODD, *native_keys()), others).encode("utf-8", "replace")
    try:
        tree = json.loads(text)
    except ValueError:
        return text.encode("utf-8", "surrogatepass")
    return tree_changed(tree, steps, native_keys())


def message_seeds() -> list[str]:
    return [p.read_text("utf-8") for p in sorted((ROOT / "examples" / "3101").glob("*.json"))] + kept("3101")


@functools.cache
def message_keys() -> tuple[str, ...]:
    return tuple(dict.fromkeys(k for text in message_seeds() for k in re.findall(r'"(\w+)":', text)))


def make_message(text: str, steps: Sequence[Step], others: Sequence[str]) -> bytes:
    way = steps[0][0] % 4 if steps else 2
    if way == 0:
        return bytes_changed(text.encode("utf-8", "surrogatepass"), steps[1:])
    if way == 1:
        return text_changed(text, steps[1:], (*ODD, *message_keys()), others).encode("utf-8", "surrogatepass")
    try:
        tree = tree_changed(json.loads(text), steps, message_keys())
    except ValueError:
        return text.encode("utf-8", "surrogatepass")
    return json.dumps(tree, ensure_ascii=way == 2).encode("gb18030" if way == 3 and steps[0][1] % 5 == 0 else "utf-8", "replace")


def judge_message(body: bytes) -> None:
    service = Service(engine(), store=lambda _: None)
    found = service.answer(body)
    sent = json.loads(found.body.decode(found.encoding), parse_constant=lambda name: (_ for _ in ()).throw(AssertionError(name)))
    assert found.outcome in ("reviewed", "accepted", "refused"), (found.outcome, sent["err_msg"])
    assert sent["infcode"] == (-1 if found.outcome == "refused" else 0)
    assert (sent["err_msg"] is None) == (sent["infcode"] == 0) and len(sent["err_msg"] or "") <= 200
    for item in sent["output"].get("result", ()):
        assert item["rule_id"] != "MR-UNCHECKED" and len(item["vola_cont"]) <= 500 and item["sev_deg"] in ("1", "2", "3")
    again = json.loads(service.answer(body).body.decode(found.encoding))
    assert again["output"] == sent["output"] and again["infcode"] == sent["infcode"]


def as_text(text: str, steps: Sequence[Step], others: Sequence[str]) -> str:
    return text_changed(text, steps, words(), others)


TARGETS = {t.name: t for t in (
    Target("parser", rule_seeds, as_text, judge_text),
    Target("tables", table_seeds, as_text, judge_table),
    Target("cells", cell_seeds, as_text, judge_cell),
    Target("cases", case_seeds, as_text, judge_cases),
    Target("native", native_seeds, make_native, judge_native),
    Target("3101", message_seeds, make_message, judge_message),
    Target("packs", pack_seeds, make_pack, judge_pack),
)}

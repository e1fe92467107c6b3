"""The packs' own rules over random tables: the rule texts of every family, on the few codes that requests hold.

What bureaus really write is judged this way by both evaluators, long before the tables have rows.
"""
from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from random import Random

from medrules.knowledge.codeset import CodeSet
from tests.property.cells import PAIR_SPANS, QUOTA_WINDOWS, RESTRICTIONS, cell, key, restricted
from tests.property.rules import tables_named
from tests.property.tables import make_codesets
from tests.property.written import TableText, Written, declared

PACKS = Path(__file__).resolve().parents[2] / "rulepacks"
AGES = {"national": ("不满 参数.儿童年龄上限", "满 参数.老年年龄", "参数.新生儿年龄段"), "typical-problems": ()}  # spans by parameters the pack has
_SETS = {
    "item": {"exact": frozenset(("A100", "B101"))}, "icd10": {"prefixes": ("I10", "O26")}, "icd9cm3": {"prefixes": ("81.6",)},
}


@cache
def families(pack: str) -> tuple[str, ...]:
    """The rule files of a pack, which must be there: else the campaign compares empty packs in silence."""
    found = tuple(p.read_text("utf-8") for p in sorted((PACKS / pack / "families").glob("*/rule.medrule")))
    assert found, pack
    return found


@cache
def shared(pack: str) -> str:
    folder = PACKS / pack / "shared"
    return "\n".join((folder / n).read_text("utf-8") for n in ("parameters.medrule", "definitions.medrule") if (folder / n).exists())


@cache
def tables(pack: str) -> dict[str, str]:
    """Declarations by the table's name."""
    found = [p.read_text("utf-8") for p in sorted((PACKS / pack / "families").glob("*/tables/*.toml"))]
    return {declared(t).name: t for t in found}


@cache
def codesets(pack: str) -> tuple[CodeSet, ...]:
    """The pack's code sets by name, with few members."""
    made = []
    for path in sorted((PACKS / pack / "shared/codesets").glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        made.append(CodeSet(data["name"], data["system"], text="例", **_SETS[data["system"]]))  # type: ignore[arg-type]
    names = {s.name for s in made}
    return (*made, *(s for s in make_codesets() if s.name not in names))


def _table(rng: Random, pack: str, name: str) -> TableText:
    toml = tables(pack)[name]
    of = declared(toml)
    pair = of.key_kind == "pair"
    header = ("知识点号", *(k.zh for k in of.keys), *(c.zh for c in of.columns), *RESTRICTIONS, *(("主项排除", "部位相同") if pair else ()))
    rows: list[tuple[str, ...]] = []
    for n in range(rng.randint(2, 6)):
        keys = [key(rng, of.key_kind, k.field, k.type) for k in of.keys]
        cells = [cell(rng, c.type, c.zh, PAIR_SPANS if pair else QUOTA_WINDOWS, AGES[pack]) for c in of.columns]
        rows.append((f"KP-{n}", *keys, *cells, *restricted(rng, pair)))
    return TableText(toml, header, tuple(rows))


def _changed(rng: Random, text: str) -> str:
    """The file with other headers, as a province may have them: 费用 above all, which decides what is left to judge."""
    if rng.random() < 0.5:
        text = text.replace("费用：列入统筹费用", f"费用：{rng.choice(('全部费用', '个人账户', '列入统筹费用'))}")
    if rng.random() < 0.3:
        text = text.replace("结果：明确违规", f"结果：{rng.choice(('可疑', '监测'))}")
    if rng.random() < 0.6:  # most of a request's stays are of any kind: scenes would leave little to judge
        text = re.sub(r"\n  场景：[^\n]*", "", text)
    if rng.random() < 0.5:
        text = re.sub(r"\n  环节：[^\n]*", "\n  环节：事前、事中、事后", text)
    return text


def pack_written(seed: int) -> Written:
    """A few families of one pack over random tables."""
    rng = Random(seed)
    pack = rng.choice(("national", "national", "typical-problems"))
    own = families(pack)
    chosen = rng.sample(range(len(own)), min(len(own), rng.choice((1, 2, 4, 12))))
    wanted = {c for n in chosen for c in re.findall(r"同：\s*(\S+)", own[n])}  # what they follow may stand in another family
    chosen += [n for n, t in enumerate(own) if n not in chosen and any(f"规则 {c}「" in t for c in wanted)]
    texts = [_changed(rng, own[n]) for n in chosen]
    named = [n for n in tables_named(texts) if n in tables(pack)]
    return Written(tuple(texts), tuple(_table(rng, pack, n) for n in named), shared(pack), rng.random() < 0.5, codesets(pack))

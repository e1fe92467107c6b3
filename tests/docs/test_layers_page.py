"""docs/layers.md and docs/gray-release.md: what they show is what the example's files say, and it works."""
from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from medrules.diagnostics import Source
from medrules.hospital.layers import join
from medrules.hospital.reasons import why
from medrules.knowledge.pack import read_pack_toml
from medrules.packs.manifest import Extended
from medrules.packs.releases import Place, Rollout, bucket
from medrules.packs.versions import Version
from tests.hospital.samples import folder_layer

ROOT = Path(__file__).parents[2]
LAYERS = (ROOT / "docs" / "layers.md").read_text("utf-8")
EXAMPLE = ROOT / "examples" / "layers"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", LAYERS, re.MULTILINE | re.DOTALL)


def without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip()


def test_the_page_shows_the_files_of_the_example() -> None:
    tune, overlay = blocks("toml")
    assert without_comments(tune) == without_comments((EXAMPLE / "example-province" / "tune.toml").read_text("utf-8"))
    assert without_comments(overlay) == without_comments((EXAMPLE / "overlay.toml").read_text("utf-8"))
    assert blocks("csv")[0].strip() == (EXAMPLE / "example-province" / "rows" / "child_drugs.csv").read_text("utf-8").strip()


def test_the_example_does_what_the_page_says() -> None:
    nation = folder_layer(ROOT / "rulepacks" / "national", "national", roots=("GZ1", "ZB1", "LK-"))
    wanted = (Extended("national", Version(1, 0, 0), Version(2, 0, 0)),)
    lower = folder_layer(EXAMPLE / "example-province", "example-province", "province", roots=("SL99",), extends=wanted)
    joined = join([nation, lower], (EXAMPLE / "overlay.toml").read_bytes())
    tiers = {}
    for code in ("GZ10000101007000", "GZ10000204002000", "GZ10000202004000", "SL99001"):
        (found,) = why(joined, code)
        tiers[code] = [found.at(date.fromisoformat(d).toordinal()) for d in ("2026-02-28", "2026-04-01", "2026-06-01")]
    assert tiers == {
        "GZ10000101007000": ["soft", "reason", "reason"], "GZ10000204002000": ["passive", "", "passive"], "GZ10000202004000": ["soft"] * 3,
        "SL99001": ["passive"] * 3}
    (split,) = why(joined, "GZ10000204001000")
    assert [(s.level, s.clause, s.value) for s in split.says] == [("national", "rule", "可疑，静默"), ("province", "parameter", "10天")]


def test_ten_percent_stays_in_when_it_becomes_twenty() -> None:
    hospitals = [f"H{n:011d}" for n in range(2_000)]

    def meant(percent: int) -> set[str]:
        rollout = Rollout("2026-07", percent, ("330000",), ("三级",))
        return {h for h in hospitals if rollout.holds(Place(h, "330106", "三级"))}

    ten, twenty = meant(1_000), meant(2_000)
    assert ten < twenty and 120 < len(ten) < 280 and 300 < len(twenty) < 500
    assert all(bucket("2026-07", h) < 1_000 for h in ten)


def test_the_example_can_be_published() -> None:
    source = Source("pack.toml", (EXAMPLE / "example-province" / "pack.toml").read_text("utf-8"))
    declared, problems = read_pack_toml(source, "")
    said = declared.publication
    assert problems == () and (declared.name, said.adcode, said.level, said.roots) == ("example-province", "990000", "province", ("SL99",))
    assert [(e.name, e.begin, e.below) for e in said.extends] == [("national", "2026.7.0", "2027.0.0")]
    assert all((said.minimum_engine, said.begin, said.drafted, said.reviewed, said.approved))

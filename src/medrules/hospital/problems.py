"""What can be wrong with layers: a code, a place, a sentence, and what to do. All of them are told at once, none is repaired."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from medrules.diagnostics import Diagnostic, Severity
from medrules.errors import InvalidLayers
from medrules.frozen import dataclass

__all__ = ["LayerProblem", "problem", "refused"]

# What to do, by code (`medrules.errors.PACK_ERRORS` says what kind of fault it is; docs/errors has a page for each).
_ADVICE: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "MR-P401": ("装上它依赖的版本，或换一个与本机各层相配的版本。", "Install the version it stands on, or another version of this pack."),
    "MR-P402": ("规则编码用本层自己的前缀（pack.toml 的 roots），各层前缀不重叠。",
                "Rule codes begin with a root of their own pack, and roots of packs do not overlap."),
    "MR-P403": ("换一个名字；上层的参数用 tune.toml 调，上层的表用 rows/ 加行。",
                "Choose another name; parameters of an upper layer are tuned in tune.toml, its tables get rows in rows/."),
    "MR-P404": ("只有上层写了「可调」的参数能调，且值在范围之内。", "Only parameters that the upper layer calls tunable can be tuned, inside their range."),
    "MR-P405": ("提醒方式只能调高，结果不能改（T26）。", "An interaction may only be raised, a result never changed (T26)."),
    "MR-P406": ("加的行要写本地区的 地区、用新的知识点号，表须是规则的针对表。",
                "Added rows name an area of this layer and new point numbers, in a table that rules are about."),
    "MR-P407": ("按 docs/layers.md 写 overlay.toml：编码、调高或停用、理由、经手人、日期。",
                "Write overlay.toml as docs/layers.md says: code, raise or disable, reason, who, when."),
    "MR-P408": ("上层规定必须执行的规则不能停用或削弱；请向发布单位反映。", "A mandatory rule can be neither disabled nor weakened; tell its publisher."),
    "MR-P409": ("把各层放在一起检查时有错误，见各条诊断。", "Mend the diagnostics that the layers have when they are checked together."),
    "MR-P410": ("tune.toml 按 docs/layers.md 的写法写。", "Write tune.toml as docs/layers.md says."),
})


@dataclass(frozen=True, slots=True)
class LayerProblem:
    """One violation. `place` names the file (`example-province/tune.toml [[parameter]] 2`)."""

    code: str
    place: str
    message: str
    message_en: str

    @property
    def help(self) -> str:
        return _ADVICE[self.code][0]

    @property
    def help_en(self) -> str:
        return _ADVICE[self.code][1]

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "place": self.place, "message": self.message, "message_en": self.message_en, "help": self.help,
                "help_en": self.help_en}


def problem(code: str, place: str, zh: str, en: str) -> LayerProblem:
    return LayerProblem(code, place, zh, en)


def refused(problems: Sequence[LayerProblem], diagnostics: Sequence[Diagnostic] = ()) -> InvalidLayers:
    """The error of layers that cannot be used together."""
    errors = [d for d in diagnostics if d.severity is Severity.ERROR]
    if not problems:
        first = errors[0]
        problems = [problem("MR-P409", first.place or (first.source.name if first.source else ""), first.message, first.message_en)]
    first_one = problems[0]
    count = len(problems) + len(errors)
    return InvalidLayers(
        f"各层规则包不能一起使用，共 {count} 处，首处：{first_one.place}：{first_one.message}。{first_one.help} / the layers do not fit "
        f"together ({count}), first: {first_one.place}: {first_one.message_en}. {first_one.help_en}", first_one.code, tuple(problems), tuple(errors))

"""Who has to do what, and by when, because of a new version."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from medrules.api import CheckedPack
from medrules.check.program import Rule
from medrules.engine.messages import cause_text
from medrules.packs.manifest import Manifest
from medrules.release.compare import NamedChange, RuleChange

__all__ = ["Task", "tasks_of"]

_STRONG: Final = ("reason", "hard")


@dataclass(frozen=True, slots=True)
class Task:
    """Chinese and English: who, what; `by`: ISO day, "" = before the next step."""

    who: tuple[str, str]
    what: tuple[str, str]
    by: str

    def as_json(self) -> dict[str, Any]:
        return {"who": {"zh": self.who[0], "en": self.who[1]}, "what": {"zh": self.what[0], "en": self.what[1]}, "by": self.by}


_HOSPITALS: Final = ("各定点医药机构", "every institution")
_IT: Final = ("信息科和系统厂商", "the IT department and its vendor")
_CLINIC: Final = ("医务处、药学部", "the medical affairs and pharmacy departments")
_LOWER: Final = ("下级医保部门和设了本地参数的机构", "lower authorities, and institutions with parameters of their own")


def tasks_of(
    old: CheckedPack | None, new: CheckedPack, before: Manifest | None, after: Manifest, rules: Sequence[RuleChange],
    named: Sequence[NamedChange],
) -> tuple[Task, ...]:
    """In the order in which they have to be done."""
    return tuple(_tasks(old, new, before, after, rules, named))


def _tasks(
    old: CheckedPack | None, new: CheckedPack, before: Manifest | None, after: Manifest, rules: Sequence[RuleChange],
    named: Sequence[NamedChange],
) -> Iterator[Task]:
    by = after.effective.begin.isoformat()
    if before is not None and before.minimum_engine < after.minimum_engine:
        yield Task(_IT, (f"先把 medrules 升级到 {after.minimum_engine} 以上，旧版装不上本包",
                         f"upgrade medrules to {after.minimum_engine} or later first: older ones refuse this pack"), by)
    earlier = ("", "") if before is None else ("，之前的仍按上一版", ", earlier ones stay with the version before")
    yield Task(_HOSPITALS, (f"在 {by} 前装上本版：业务日期在 {by} 及以后的按本版判断{earlier[0]}",
                            f"install this version before {by}: it judges business dates from {by} on{earlier[1]}"), by)
    if old is None:
        return
    asked = _reads(old.program.rules)
    wanted: dict[str, list[str]] = {}
    for rule in new.program.rules:
        for field in sorted(rule.reads - asked):
            wanted.setdefault(field, []).append(rule.code)
    for field, codes in sorted(wanted.items()):
        yield Task(_IT, (f"接口增送「{cause_text(field)}」：规则 {_some(codes)} 要用，不送则待核",
                         f"send {field}: rules {_some(codes)} read it, without it they stay undecided"), by)
    stronger = sorted(_stronger(old.program.rules, new.program.rules))
    if stronger:
        yield Task(_CLINIC, (f"告知医生：规则 {_some(stronger)} 改为须填原因或拦截",
                             f"tell the physicians: rules {_some(stronger)} now ask for a reason or stop an order"), by)
    gone = [r.code for r in rules if r.kind == "removed"]
    if gone:
        yield Task(_LOWER, (f"本地设置里去掉规则 {_some(gone)}，它们已撤销", f"drop rules {_some(gone)} from local settings: they are gone"), by)
    tuned = [one.thing.name for one in named if one.thing.kind == "parameter" and one.kind != "added"]
    if tuned:
        yield Task(_LOWER, (f"核对本地设的参数：{_some(tuned)}（撤销、改值或改了可调范围）",
                            f"look at local values of parameters: {_some(tuned)} (gone, of another value or range)"), by)
    for one in after.supersedes:
        yield Task(_HOSPITALS, (f"停用 {one.version}：{one.reason}", f"stop using {one.version}: {one.reason}"), "")


def _reads(rules: Iterable[Rule]) -> set[str]:
    return {field for rule in rules for field in rule.reads}


def _stronger(old: Iterable[Rule], new: Iterable[Rule]) -> set[str]:
    """Rules that stop an order or ask for a reason now, and did not before."""
    had = {r.code for r in old if r.header.interaction in _STRONG}
    return {r.code for r in new if r.header.interaction in _STRONG} - had


def _some(words: Sequence[str], most: int = 8) -> str:
    return "、".join(words[:most]) + (f" 等 {len(words)} 个" if len(words) > most else "")

"""What is said of the mutants that no test notices: 「等价：…」 for one that changes nothing, else why it may live."""
from __future__ import annotations

from typing import Final

EXPLAINED: Final[dict[str, str]] = {
    "medrules.engine.reference.windows:_course: `first = openness(anchor, Frame(\"days\", int(own - start) + 1), window.same, start)` Add → Sub":
        "等价：openness 只看框的种类，窗口从哪天起另外给出，框里的天数没有人读。",
    'medrules.engine.reference.frames:_same_hour: `return Unk(frozenset(cause_of(i, "at", "item.at") for i, h in ((a, x), (b, y)) if not h[2]))` filter dropped':
        "等价：两条明细在这里的原因都是 item.at（没有时刻的明细在前面已经返回）。",
    'medrules.engine.reference.frames:_in_operation: `x, y = read(a, ("operation_no",), "item.operation_no"), read(b, ("operation_no",), "item.operation_n` \'item.operation_no\' → \'item.operation_no_\' #1':  # noqa: E501
        "等价：读到的未知只看有没有，缺的事实另由 cause_of 给出。",
    'medrules.engine.reference.frames:_in_operation: `return Unk(missing | {cause_of(a.encounter, "operations", "encounter.operations")})` \'operations\' → \'operations_\'':
        "等价：没有来源为「手术」列表另记原因，两个名字都得到 encounter.operations。",
    'medrules.engine.reference.frames:_use: `period = read(item, ("use_period",), "item.use_period")` \'item.use_period\' → \'item.use_period_\'':
        "等价：用药期是推算的，缺时总另记了原因，这里的名字用不到。",
}

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
    'medrules.engine.reference.frames:_use_overlap: `return Unk(frozenset(cause_of(i, "days", "item.days") for i, p in ((a, x), (b, y)) if p[1] != p[2]))` 1 → 0':
        "等价：用药天数已知的明细没有另记原因，两条的原因都是 item.days。",
    'medrules.engine.reference.quotas:_rolling: `low: Any = Fraction(0)` 0 → 1':
        "等价：本条总在循环的末尾，low 必被改写。",
    'medrules.engine.reference.quotas:_rolling: `for m, truth, value in (*dated, (anchor, True, own)):` True → False':
        "等价：循环里只问是否未知（Unk），真假都一样。",
    'medrules.engine.reference.claims:_claim: `if rule.deduct.kind == "all" or rule.deduct.expr is None:` Or → And':
        "等价：全额没有式子，其余走到这里的都有式子，两半同真同假。",
    'medrules.engine.reference.claims:_spread: `held: list[int | None] = [0] * len(lines)` 0 → 1':
        "等价：每一项随后都被改写。",
    'medrules.engine.deduct:credit: `if second and s:` And → Or':
        "等价：s 为 0 时加的是 0；没有可疑的主张时 s 必为 0。",
    'medrules.engine.deduct:credit: `if first and i != first[1]:` And → Or':
        "等价：走到这里时 first 总在；多记的那一条自己有数额，谁承担不再看。",
    'medrules.engine.report:_merged: `claimable=tuple(sorted(_united(d.claimable for d in drafts))), facts=_united(d.facts for d in drafts` 0 → 1':
        "等价：合并之后按规则编码排列，同一组内编码各不相同，日段号不再有人读。",
    'medrules.model.netting:_Originals.__init__: `self._size = 1 << max(0, len(lines) - 1).bit_length()` Sub → Add':
        "等价：树只要不小于行数，大一倍也一样。",
    'medrules.model.netting:_Originals.__init__: `self._size = 1 << max(0, len(lines) - 1).bit_length()` 1 → 0 #1':
        "等价：树只要不小于行数，大一倍也一样。",
    'medrules.model.netting:_Originals.__init__: `self._largest = [0] * self._size + [left.quantity for left in lines] + [0] * (self._size - len(lines` 0 → 1 #1':
        "等价：末尾补的空位在任何查找范围之外。",
    'medrules.model.netting:_when: `return (0, *order_key(item)) if item.at is not UNKNOWN else (1, 0, "", *line_key(item))` 1 → 2':
        "等价：没有时间的仍排在最后。",
    'medrules.engine.reference.claims:_with_witnesses: `if n.over.var in said and n.over.var not in b.roles:` And → Or':
        "等价：各个「有」的变量名各不相同，也不与角色同名；多绑的变量没有人读。",
    'medrules.engine.optimized.exact:_fact: `raise NoCode("partners")` \'partners\' → \'partners_\'':
        "等价：这个例外只问是否发生，里面的话没有人读。",
    'medrules.engine.optimized.kleene.keys:Keys.is_plain_in: `return self._fields[column] == "code" and not self._loose[column] and not self._by_prefix[column]` \'code\' → \'code_\'':  # noqa: E501
        "等价：各处只用它决定能否走近路；总走一般的路，答案不变，只是慢。",
    'medrules.engine.optimized.kleene.keys:Keys.knows: `if isinstance(value, str) and not self._is_prefix[column] and self.table.rows.keys[column].rows_of(v` Not dropped':
        "等价：这一句是近路；没有它，下一句逐行问，答案一样。",
    'medrules.engine.optimized.kleene.options:LineOptions.__init__: `self._of_codes = None` left out':
        "等价：没有编码集时每一处都先问 _codes，不再读它。",
    'medrules.model.netting:_Originals.lower: `self._largest[node] = max(self._largest[2 * node], self._largest[2 * node + 1])` left out':
        "等价：树里面的数只用来少看几处；它不小于真值时，到叶子上再比一次，答案一样。",
    'medrules.model.netting:_Originals.lower: `self._largest[node] = max(self._largest[2 * node], self._largest[2 * node + 1])` 2 → 1':
        "等价：树里面的数只用来少看几处；它不小于真值时，到叶子上再比一次，答案一样。",
    'medrules.model.netting:_Originals.lower: `node //= 2` 2 → 3':
        "等价：树里面的数只用来少看几处；它不小于真值时，到叶子上再比一次，答案一样。",
    'medrules.model.netting:_Originals.lower: `node = place + self._size` Add → Sub':
        "等价：负的下标从表尾数起，正是同一片叶子；上面的数只用来少看几处。",
    'medrules.model.netting:_Originals.__init__: `self._size = 1 << max(0, len(lines) - 1).bit_length()` 0 → 1':
        "等价：只有一行时树大一倍，别的不变。",
    'medrules.model.netting:_Originals.__init__: `self._size = 1 << max(0, len(lines) - 1).bit_length()` 1 → 2':
        "等价：树只要不小于行数，大一倍也一样。",
    'medrules.model.netting:_Originals.__init__: `self._largest = [0] * self._size + [left.quantity for left in lines] + [0] * (self._size - len(lines` Sub → Add':
        "等价：末尾多补的空位没有人读。",
    'medrules.model.netting:_when: `return (0, *order_key(item)) if item.at is not UNKNOWN else (1, 0, "", *line_key(item))` 0 → 1 #1':
        "等价：没有时间的明细都得同一个数，它们之间的先后不变。",
    'medrules.model.netting:_Left.line: `gone = ("quantity", *(n for n in _MONEY if n in self.item.__dict__))` \'quantity\' → \'quantity_\'':
        "等价：数量不知道时，没有另记的原因就是 item.quantity。",
    'medrules.model.netting:is_refund: `return (is_known(quantity) and quantity < 0) or (is_known(amount) and amount < 0)` 0 → 1':
        "等价：数量为 0 的明细本来就不留；当作退费，它也退不了一个单位。",
    'medrules.model.netting:is_refund: `return (is_known(quantity) and quantity < 0) or (is_known(amount) and amount < 0)` Lt → LtE':
        "等价：数量为 0 的明细本来就不留；当作退费，它也退不了一个单位。",
    'medrules.engine.report:findings_of: `one = held[0] if len(held) == 1 else _per_line(held)` 1 → 0':
        "等价：只有一条草稿时的近路；合并一条草稿得它自己。",
    'medrules.engine.report:findings_of: `None if None in amounts else sum(a for a in amounts if a is not None), 0, "",` filter dropped':
        "等价：有待定的金额时前半句已经答了，走到求和时没有待定的。",
    'medrules.engine.deduct:resolve: `done = tuple(replace(f, credited=c, carried_by=by) for f, (c, by) in zip(findings, credits, strict=T` True → False':
        "等价：两列由同一列判定而来，总是一样长。",
    'medrules.engine.reference.windows:keyed: `column = -1 if not pair else 0 if window.anchor == "first" else 1` 1 → 2':
        "等价：不是成对表时只问列号是否为负。",
    'medrules.model.netting:_Originals.__init__: `self._largest = [0] * self._size + [left.quantity for left in lines] + [0] * (self._size - len(lines` 0 → 1':
        "等价：前一半随后由循环逐个改写，第 0 个没有人读。",
    'medrules.model.netting:_Originals.take: `self.lower(place, left.quantity)` left out':
        "等价：_Index.take 随后在每一组里都改，本组也在其中。",
    'medrules.model.netting:_Originals.lower: `while node > 1:` Gt → GtE':
        "等价：多走一步改的是第 0 个，没有人读。",
    'medrules.model.netting:_Originals.lower: `while node > 1:` 1 → 0':
        "等价：多走一步改的是第 0 个，没有人读。",
    'medrules.model.netting:_Originals.lower: `while node > 1:` 1 → 2':
        "等价：树里面的数只用来少看几处；它不小于真值时，到叶子上再比一次，答案一样。",
    'medrules.model.netting:_pair: `continue` left out #2':
        "等价：不知道退多少时，下一句也找不到地方，随后还是 continue。",
    'medrules.engine.deduct:credit: `credits = [(c, min(by) if by and not c else "") for c, by in zip(credited, carriers, strict=True)]` True → False':
        "等价：两列都是每条判定一个，总是一样长。",
    'medrules.engine.reference.windows:_course: `first = openness(anchor, Frame("days", int(own - start) + 1), window.same, start)` \'days\' → \'days_\'':
        "等价：openness 只问框是否在一次就诊之内，两个名字都不是。",
    'medrules.engine.reference.aggregates:aggregate: `value = True if e.value is None else judge.value(e.value, b.bind(e.over.var, m))` True → False':
        "等价：没有值的只有次数，它只数有几个，不看是真是假。",
    'medrules.engine.reference.claims:_spread: `part = min(max(known[i], 0), rest)` 0 → 1':
        "等价：没有剩余可扣的明细不算违规，走到这里的都大于 0。",
}

"""All rules of a program as three-valued code, each compiled when a line first needs it; what has no code is for the reference."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from medrules.check.program import Rule
from medrules.engine.optimized.kleene.conditions import Compiler
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.optimized.kleene.keys import Keys
from medrules.engine.optimized.kleene.sharing import share
from medrules.engine.optimized.kleene.truths import Unsure
from medrules.engine.optimized.kleene.verdicts import LineRule, Verdict, weaker
from medrules.engine.optimized.kleene.words import Speech, lead
from medrules.engine.optimized.late import Part, Said, Why
from medrules.engine.optimized.lines import NoCode
from medrules.engine.refs import ref
from medrules.engine.report import INTERACTIONS, Draft, line_order
from medrules.knowledge.table import Row
from medrules.model.reports import Claim, Undecided, Unjudged
from medrules.model.values import ABSENT, UNKNOWN
from medrules.plan.plan import Plan

__all__ = ["Native", "Saying"]

ABOUT_LINES = frozenset(("code", "prefix", "generic", "product", "combination", "pair"))

# What is said of one line: a hit (knowledge points, amount, lines involved, exemptions that may be claimed), a draft where a row
# changes the rule's result (drafts, of what is no net line), or what stays open.
Saying = tuple[tuple[str, ...], int | None, tuple[Any, ...], tuple[str, ...]] | Draft | list[Draft] | Undecided | Unjudged


class Native:
    """Judges lines by the rules of a plan, UNKNOWN or not. Holds nothing about requests."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._keys: dict[str, Keys] = {}
        self._rules: dict[int, LineRule | None] = {}
        self._speech: dict[int, Speech | None] = {}
        self._fields: dict[str, list[tuple[Keys, int]]] | None = None

    # ------------------------------------------------------------ compiling

    def keys(self, table: str) -> Keys:
        """The rows of a table by their keys."""
        found = self._keys.get(table)
        if found is None:
            found = self._keys[table] = Keys(self._plan.program.tables[table])
        return found

    def _compiler(self, rule: Rule) -> Compiler:
        return Compiler(self._plan.program, rule.header.fees, self.keys)

    def rule(self, number: int) -> LineRule | None:
        """Code for a rule; None if it has none."""
        try:
            return self._rules[number]
        except KeyError:
            rule = self._plan.rules[number]
            try:
                made: LineRule | None = LineRule(rule, self._compiler(rule))
                if made is not None and made.relation != "item":  # its findings are worded when they are made
                    self._speech[number] = Speech(rule, made.roles, self._compiler(rule))
            except NoCode:
                made = None
            self._rules[number] = made
            return made

    def speech(self, number: int) -> Speech | None:
        """Code for what a rule's findings print; None if some part has none."""
        try:
            return self._speech[number]
        except KeyError:
            rule = self._plan.rules[number]
            code = self.rule(number)
            try:
                made = None if code is None else Speech(rule, code.roles, self._compiler(rule))
            except NoCode:
                made = None
            self._speech[number] = made
            return made

    # ------------------------------------------------------------ judging

    def left(self, number: int, ground: Ground, say: Callable[[Undecided | Unjudged], None]) -> Iterable[Any]:
        """All lines that a rule binds, but those of which what stays open is said here, for all that look alike to the rule."""
        rule = self.rule(number)
        assert rule is not None
        return rule.lines(ground) if rule.alike is None else share(rule, rule.alike, ground, say)

    def say(self, number: int, line: Any, ground: Ground) -> Saying | None:
        """What a rule that has code says of a line."""
        rule = self.rule(number)
        assert rule is not None
        v = rule.judge(line, ground)
        if v is None:
            return None
        if v.answer is not True:
            return rule.open_entry(v)
        if rule.relation != "item":
            return [self._draft(number, rule, v, entity, ground) for entity in rule.at_fault(v, ground)]
        if any(o.row is not None and (o.row.result is not None or o.row.interaction is not None) for o in v.options):
            return self._draft(number, rule, v, v.line, ground)
        amount = None if rule.rule.deduct.kind == "none" else rule.claim(line, v.options, ground)
        return _points(v), amount, rule.involved(v, ground), v.claimable

    def unmatched(self, ground: Ground, listed: Callable[[str], bool]) -> int:
        """Lines under review whose code no table of the pack knows, whatever its keys are.

        listed: whether some table or rule may list an item code by itself or by a prefix.
        """
        fields = self._fields
        if fields is None:
            fields = self._fields = self._about_lines()
        answers: dict[tuple[str, Any], bool] = {}

        def knows(field: str, held: list[tuple[Keys, int]], m: Any) -> bool:
            value = held[0][0].fact(m, held[0][1])
            if value.__class__ is Unsure:
                return True
            found = answers.get((field, value))
            if found is None:
                every = field != "code" or value is ABSENT or listed(value)
                found = answers[field, value] = any(keys.knows(c, value) for keys, c in held if every or keys.is_loose(c))
            return found

        reads = [held[0] for held in fields.values()]
        return len({
            ref(m) for m in ground.reviewed()
            if not any(keys.fact(m, column).__class__ is Unsure for keys, column in reads)  # any row may mean it
            and m.code is not UNKNOWN and m.code is not ABSENT and not any(knows(field, held, m) for field, held in fields.items())})

    def _about_lines(self) -> dict[str, list[tuple[Keys, int]]]:
        """The key columns that lines are known by, per field."""
        fields: dict[str, list[tuple[Keys, int]]] = {}
        for name, table in self._plan.program.tables.items():
            if table.key_kind in ABOUT_LINES and len(table.rows):
                for column, field in enumerate(table.key_fields):
                    if "." not in field:
                        fields.setdefault(field, []).append((self.keys(name), column))
        return fields

    # ------------------------------------------------------------ words

    def words(
        self, number: int, line: Any, points: tuple[str, ...], amount: int | None, ground: Ground, part: Part
    ) -> Said | Why | None:
        """What a finding on a line says of itself; None where the reference has to say it."""
        speech, rule = self.speech(number), self.rule(number)
        if speech is None or rule is None:
            return None
        option = rule.option(line, points)
        if option is None:  # which row or partner leads has to be found out again
            v = rule.judge(line, ground)
            assert v is not None and v.answer is True
            option = lead(rule.speaking(v))
        if part == "said":
            return speech.said(option, ground)
        return speech.why(option, () if rule.rule.deduct.kind == "none" else (amount,), ground)

    def draft(self, number: int, line: Any, ground: Ground) -> Draft | None:
        """The draft of a line that is known to be at fault; None where the reference has to make it."""
        rule = self.rule(number)
        if rule is None or self.speech(number) is None:
            return None
        v = rule.judge(line, ground)
        assert v is not None and v.answer is True
        return self._draft(number, rule, v, v.line, ground)

    def _draft(self, number: int, rule: LineRule, v: Verdict, entity: Any, ground: Ground) -> Draft:
        ir_rule, at = rule.rule, ref(entity)
        loud = rule.speaking(v)
        claims: tuple[Claim, ...] = ()
        if ir_rule.deduct.kind != "none" and at.kind == "item":
            claims = (Claim(at, rule.claim(entity, loud, ground)),)
        speech = self.speech(number)
        if speech is None:
            raise NoCode("words")
        first = lead(loud)
        message, suggestion = speech.said(first, ground)
        facts, formula = speech.why(first, [c.amount for c in claims], ground)
        header = ir_rule.header
        return Draft(
            ir_rule, weaker(header.result, loud[0].row),
            max((_interaction(header.interaction, o.row) for o in loud), key=INTERACTIONS.index), at, (at,),
            tuple(sorted({ref(m) for m in rule.involved(v, ground)} - {at}, key=line_order)), _points(v), claims, v.claimable,
            formula, facts, message, suggestion, entity.piece if at.kind == "item" else 0)


def _points(v: Verdict) -> tuple[str, ...]:
    if len(v.options) == 1:
        (only,) = v.options
        return () if only.row is None else (only.row.point,)
    return tuple(sorted({o.row.point for o in v.options if o.row is not None}))


def _interaction(own: str, row: Row | None) -> str:
    return own if row is None or row.interaction is None else min(own, row.interaction, key=INTERACTIONS.index)



"""From hits and drafts to the Report. Hits that are alone on their line and rule are settled here in one step; where a rule's
sub-rules, day pieces or the reference's own drafts meet on a line, all of them are merged as the reference merges.

The order of findings, who carries a deduction and what is deducted are those of `engine.report` and `engine.deduct`.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from medrules.check.program import Program
from medrules.engine.metering import Meter, Stopped
from medrules.engine.optimized.fallback import Answers, Fallback
from medrules.engine.optimized.kleene.ground import Ground
from medrules.engine.optimized.late import Part, late
from medrules.engine.optimized.making import make_claim, make_deduction, make_report, ref_of_line
from medrules.engine.optimized.rulecode import Hit, RuleCode
from medrules.engine.report import Draft, assemble, line_order, open_entries, open_order
from medrules.model.facts import Facts
from medrules.model.reports import Claim, Deduction, Finding, LineRef, Report, Unchecked, Undecided, Unjudged

__all__ = ["Settler"]

MAX_CLEAN: Final = 1_000


class Settler:
    """Makes reports for one program."""

    def __init__(self, program: Program, fallback: Fallback, version: str) -> None:
        self.program, self.fallback, self.version = program, fallback, version
        self._tell = self._words
        self._place = {id(r): n for n, r in enumerate(program.rules)}
        self._pack = (program.pack, program.pack_version, program.pack_hash)
        self.cleans: dict[int, Report] = {}  # reports that have nothing to say, by the number of unmatched lines

    def clean(self, unmatched: int, facts: Facts) -> Report:
        """The report that has nothing to say."""
        if facts.notes:
            return make_report((), (), (), (), (), unmatched, facts.notes, self._pack, self.version)
        found = self.cleans.get(unmatched)
        if found is None:
            found = make_report((), (), (), (), (), unmatched, (), self._pack, self.version)
            if len(self.cleans) < MAX_CLEAN:
                self.cleans[unmatched] = found
        return found

    def decided(
        self, facts: Facts, hits: list[Hit], unmatched: int, open_: list[Undecided] | None = None, words: Meter | None = None
    ) -> Report:
        """The report of a request in which everything was settled natively.

        Args:
            open_: what stays open, at most one entry for a rule and a line, of which no hit speaks.
            words: what the texts of the report may cost together.
        """
        if not hits and not open_:
            return self.clean(unmatched, facts)
        alone = self._alone(hits, facts, words) if hits else ((), ())
        if alone is None:
            answers = Answers()
            answers.undecided = open_ or []
            return self.report(facts, hits, answers, (), (), unmatched, words)
        undecided: tuple[Undecided, ...] = ()
        if open_:
            if len(open_) > 1:
                open_.sort(key=open_order)
            undecided = tuple(open_)
        return make_report(alone[0], undecided, (), (), alone[1], unmatched, facts.notes, self._pack, self.version)

    def report(
        self, facts: Facts, hits: list[Hit], answers: Answers, unjudged: Iterable[Unjudged], unchecked: Iterable[Unchecked],
        unmatched: int, words: Meter | None = None,
    ) -> Report:
        """The report of a request where findings have to be merged, or something stays open."""
        alone = None if answers.found else self._alone(hits, facts, words) if hits else ((), ())
        if alone is not None:  # nothing has to be merged: what stays open is put beside the findings
            undecided, unjudged = open_entries(facts, alone[0], answers.undecided, (*unjudged, *answers.unjudged))
            left = tuple(sorted(set(unchecked), key=lambda u: (u.rule, u.reason)))
            return make_report(alone[0], undecided, unjudged, left, alone[1], unmatched, facts.notes, self._pack, self.version)
        drafts: list[Draft] = list(answers.found)
        ground = Ground(facts, words or Meter())
        for hit in hits:
            try:
                drafts.extend(self.fallback.drafts(hit[0].number, hit[1], ground))
            except Stopped:
                drafts.append(_wordless(hit))
        drafts.sort(key=lambda d: (self._place[id(d.rule)], d.piece))  # of equals the first one speaks: in the order of the reference
        return assemble(
            self.program, facts, drafts, answers.undecided, (*unjudged, *answers.unjudged), unchecked, unmatched, self.version)

    # ------------------------------------------------------------ each hit alone on its rule and line

    def _alone(self, hits: list[Hit], facts: Facts, words: Meter | None) -> tuple[tuple[Finding, ...], tuple[Deduction, ...]] | None:
        """Findings and deductions, None if some of the hits have to be merged."""
        if len(hits) == 1:
            return self._one(hits[0], facts)
        on_line: dict[int, list[Hit]] = {}
        refs: dict[int, LineRef] = {}
        for hit in hits:
            line = hit[1]
            place = id(line)
            if place not in on_line:
                if line.piece_of is not None:
                    return None
                on_line[place] = [hit]
                refs[place] = ref_of_line(line)
            else:
                held = on_line[place]
                parent = hit[0].parent
                for other in held:
                    if other[0].parent == parent:
                        return None
                held.append(hit)
        found: list[tuple[int, int, str, str, int, str, int, Finding]] = []  # in the order of findings; no two have the same number
        deductions: list[tuple[str, int, str, int, Deduction]] = []  # in the order of lines
        for place, held in on_line.items():
            at = refs[place]
            encounter, position, ident = at.encounter, at.position, at.line
            if len(held) == 1:
                (hit,) = held
                code, amount = hit[0], hit[3]
                if amount and code.deducts:
                    finding = self._finding(hit, at, refs, amount, "", facts, words)
                    deductions.append((encounter, position, ident, len(deductions), _deduction(code, at, amount)))
                else:
                    finding = self._finding(hit, at, refs, 0, "", facts, words)
                found.append((code.gravity, -amount if amount else 0, code.parent, encounter, position, ident, len(found), finding))
                continue
            credits, deduction = _credited(held, at)
            if deduction is not None:
                deductions.append((encounter, position, ident, len(deductions), deduction))
            for hit, (credited, carrier) in zip(held, credits, strict=True):
                code, amount = hit[0], hit[3]
                finding = self._finding(hit, at, refs, credited, carrier, facts, words)
                found.append((code.gravity, -amount if amount else 0, code.parent, encounter, position, ident, len(found), finding))
        found.sort()
        deductions.sort()
        return tuple([f[7] for f in found]), tuple([d[4] for d in deductions])

    def _one(self, hit: Hit, facts: Facts) -> tuple[tuple[Finding, ...], tuple[Deduction, ...]] | None:
        """The only hit of a request."""
        code, line, _, amount, _, _ = hit
        if line.piece_of is not None:
            return None
        at = ref_of_line(line)
        if not amount or not code.deducts:
            return (self._finding(hit, at, None, 0, "", facts, None),), ()
        return (self._finding(hit, at, None, amount, "", facts, None),), (_deduction(code, at, amount),)

    def _finding(
        self, hit: Hit, at: LineRef, refs: dict[int, LineRef] | None, credited: int, carrier: str, facts: Facts, words: Meter | None
    ) -> Finding:
        """refs: of other lines, as far as they are made."""
        code, line, rows, amount, others, claimable = hit
        involved = _refs(others, line, at, refs) if others else ()
        claims: tuple[Claim, ...] = ()
        if code.claims:
            claims = (make_claim(at, amount),)
        else:
            amount = 0
        return late(
            code.by_rule, (at, involved, rows, claims, amount, credited, carrier, claimable), (self._tell, hit, facts, words))

    def _words(self, hit: Hit, facts: Facts, words: Meter | None, part: Part) -> Any:
        """What a finding says when somebody reads it."""
        return self.fallback.words(hit[0].number, hit[1], hit[2], hit[3], facts, words, part)


def _wordless(hit: Hit) -> Draft:
    """What a hit says, without its words: for a report whose texts would take too many steps."""
    code, line, rows, amount, others, claimable = hit
    rule, at = code.rule, ref_of_line(line)
    claims = () if rule.deduct.kind == "none" else (make_claim(at, amount),)
    return Draft(
        rule, rule.header.result, rule.header.interaction, at, (at,), _refs(others, line, at, None), tuple(sorted(set(rows))), claims, claimable,
        "", (), "", "", line.piece)


def _refs(others: tuple[Any, ...], line: Any, at: LineRef, refs: dict[int, LineRef] | None) -> tuple[LineRef, ...]:
    """The lines involved, each once, without the one at fault."""
    if refs is None:
        refs = {}
    if len(others) == 1 and line.position != others[0].position:
        return (refs.get(id(others[0])) or ref_of_line(others[0]),)
    names = {refs.get(id(x)) or ref_of_line(x) for x in others}
    names.discard(at)
    return tuple(sorted(names, key=line_order))


def _deduction(code: RuleCode, at: LineRef, amount: int) -> Deduction:
    """Of a line that one finding claims."""
    if code.deducts == "definite":
        return make_deduction(at, amount, 0, code.parent, "")
    return make_deduction(at, 0, amount, "", code.parent)


def _credited(held: list[Hit], at: LineRef) -> tuple[list[tuple[int, str]], Deduction | None]:
    """Who carries what on a line that several findings claim (see `engine.deduct`): per hit (credited, carried by)."""
    first: Hit | None = None
    second: Hit | None = None
    for hit in held:
        if hit[3] and hit[0].deducts == "definite":
            if first is None or _is_stronger(hit, first):
                first = hit
        elif hit[3] and hit[0].deducts and (second is None or _is_stronger(hit, second)):
            second = hit
    if first is None and second is None:
        return [(0, "")] * len(held), None
    definite = (first[3] or 0) if first is not None else 0
    added = max(0, (second[3] or 0) - definite) if second is not None else 0
    first_rule = first[0].parent if first is not None else ""
    second_rule = second[0].parent if second is not None and added else ""
    credits = []
    for hit in held:
        if not hit[3] or not hit[0].deducts:
            credits.append((0, ""))
        elif hit is first:
            credits.append((definite, ""))
        elif hit is second and added:
            credits.append((added, ""))
        else:
            credits.append((0, first_rule if hit[0].deducts == "definite" else second_rule or first_rule))
    return credits, make_deduction(at, definite, added, first_rule, second_rule)


def _is_stronger(hit: Hit, other: Hit) -> bool:
    """Whether a hit claims more than another one of the same line; of equals, the one of the lower rule, row and sub-rule."""
    if hit[3] != other[3]:
        return (hit[3] or 0) > (other[3] or 0)
    return (hit[0].parent, hit[2][:1], hit[0].rule.code) < (other[0].parent, other[2][:1], other[0].rule.code)

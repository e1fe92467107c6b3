"""Random syntax trees for property tests: every expression node, in every place the grammar lets it stand."""
from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from medrules.diagnostics import Span
from medrules.language import nodes as n
from medrules.language.vocabulary import vocabulary

S = Span(0, 1)
WORDS = ("明细", "患者", "限定", "超出", "限价", "甲", "item", "limit_1", "BMI", "CT占比", "Ⅰ类", "药")
COLUMNS = (*WORDS, "天数", "按", "其中", "and", "3 月用量", "a-b")
STYLES = {op: ["", *(s for s, o in vocabulary("zh").operators.items() if o == op)] for op in (">=", ">", "<=", "<", "=", "!=")}

text = st.text(alphabet="报告「」\"（），、{}#;: aZ9", max_size=8)
simple = st.sampled_from(WORDS)
name = st.builds(lambda head, rest: n.Name((head, *rest), S), simple, st.lists(st.sampled_from(COLUMNS), max_size=2))
same = st.lists(st.one_of(name, st.just(n.Name(("单日",), S))), min_size=1, max_size=3).map(tuple)
amount = st.decimals(min_value=0, max_value=99999, places=2)
number = st.one_of(
    st.builds(lambda v, u: n.Number(v, u, S), amount, st.sampled_from(("", "岁", "月", "天", "小时", "元", "次", "mg", "ml/min"))),
    st.builds(lambda v: n.Number(Decimal(v).scaleb(-2), "", S, True), st.integers(0, 100)),
)
days = st.integers(1, 400).map(lambda v: n.Number(Decimal(v), "天", S))
hours = st.integers(1, 48).map(lambda v: n.Number(Decimal(v), "小时", S))
set_ref = st.one_of(
    st.builds(lambda t, c: n.SetRef("table", t, c, S), simple, st.sampled_from(("", *COLUMNS))),
    st.builds(lambda t: n.SetRef("codeset", t, "", S), text.filter(bool)),
)
frame = st.one_of(
    st.sampled_from(sorted(vocabulary("zh").places["frame"].values())).map(lambda k: n.FrameExpr(k, None, S)),
    name.map(lambda c: n.FrameExpr("column", c, S)),
    hours.map(lambda c: n.FrameExpr("hours", c, S)),
    st.one_of(days, name).map(lambda c: n.FrameExpr("days", c, S)),
)
leaf = st.one_of(
    name, number, text.map(lambda t: n.Text(t, S)), st.booleans().map(lambda b: n.Bool(b, S)),
    st.integers(700_000, 760_000).map(lambda o: n.DateLiteral(o, S)),
    text.map(lambda t: n.Attested(t, None, S)), name.map(lambda a: n.Attested("", a, S)), text.map(lambda t: n.Declared(t, S)),
    st.builds(lambda f, s: n.DayOrdinal(f, s, S), frame, same),
)


def _grown(inner: st.SearchStrategy[n.Expr]) -> st.SearchStrategy[n.Expr]:
    end = st.one_of(number, name)
    low = st.tuples(st.sampled_from((">=", ">")), end)
    high = st.tuples(st.sampled_from(("<", "<=")), end)
    ranges = st.one_of(
        st.builds(lambda a, b: n.RangeLiteral(a, b, S), low, st.none() | high),
        st.builds(lambda b: n.RangeLiteral(None, b, S), high),
    )
    members = st.lists(st.one_of(name, number, text.map(lambda t: n.Text(t, S)), set_ref), min_size=1, max_size=3)
    container = st.one_of(set_ref, name, ranges, members.map(lambda m: n.ListExpr(tuple(m), S)))
    call = st.builds(lambda f, a: n.Call(f, tuple(a), S), name, st.lists(inner, max_size=3))
    lookup = st.builds(lambda t, k, c: n.LookupExpr(t, tuple(k), c, S), simple, st.lists(inner, min_size=1, max_size=2),
                       st.sampled_from(COLUMNS))
    tails = st.one_of(
        st.sampled_from(sorted(STYLES)).flatmap(lambda op: st.builds(
            lambda a, b, w: n.Compare(op, a, b, S, w), inner, inner, st.sampled_from(STYLES[op]))),  # type: ignore[arg-type]
        st.builds(lambda a, c, neg: n.Membership(a, c, neg, S), inner, st.one_of(container, call, lookup), st.booleans()),
        st.builds(lambda a, b: n.Contains(a, b, S), inner, inner),
        st.builds(lambda a, b, c: n.Between(a, b, c, S), inner, inner, inner),
        inner.map(lambda a: n.Missing(a, S)),
        st.builds(lambda a, c: n.InCatalogue(a, c, S), inner, text),
    )
    phrase = st.builds(
        lambda noun, var, f, s, own, where: n.Phrase(noun, var, f, s, own, where, S),
        name, st.one_of(st.just(""), simple), st.none() | frame, st.just(()) | same, st.none() | st.booleans(), st.none() | inner,
    )
    collection = st.builds(lambda noun, var, where: n.Phrase(noun, var, None, (), None, where, S),
                           name, st.one_of(st.just(""), simple), st.none() | inner)
    short = name.flatmap(lambda noun: st.builds(
        lambda kind, c: n.Quantifier(kind, n.Phrase(noun, "", None, (), None, None, S), n.Membership(noun, c, False, S), S),
        st.sampled_from(("any", "none", "all")), container))
    return st.one_of(
        tails, call, lookup, short,
        inner.map(lambda a: n.Unary("not", a, S)), inner.map(lambda a: n.Unary("neg", a, S)),
        st.builds(lambda op, a, b: n.Binary(op, a, b, S), st.sampled_from(("+", "-", "*")), inner, inner),
        st.builds(lambda op, a: n.Logic(op, tuple(a), S), st.sampled_from(("and", "or")), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda a, b, c: n.If(a, b, c, S), inner, inner, inner),
        st.builds(lambda fn, p: n.Aggregate(fn, p, S),
                  st.sampled_from(("sum", "count", "days", "kinds", "max", "min", "earliest", "latest")), phrase),
        st.builds(lambda k, p: n.Quantifier(k, p, None, S), st.sampled_from(("exists", "not_exists")), phrase),
        st.builds(lambda k, p, b: n.Quantifier(k, p, b, S), st.sampled_from(("any", "none", "all")), collection, inner),
        st.builds(lambda c, p: n.KindOrdinal(c, p, S), st.one_of(name, st.integers(1, 9).map(
            lambda v: n.Number(Decimal(v), "", S))), phrase),
        st.builds(lambda by, d, f, s: n.RankOrdinal(by, d, f, s, S), inner, st.booleans(), frame, same),
        st.builds(lambda v, lim, f, s: n.Quota(v, lim, f, s, S), inner, inner, frame, same),
    )


expressions: st.SearchStrategy[n.Expr] = st.recursive(leaf, _grown, max_leaves=6)
wheres = st.none() | expressions
_pair = st.tuples(simple, simple)
scopes: st.SearchStrategy[n.Scope] = st.one_of(
    st.builds(lambda s, c, r, w: n.ItemScope(s, c, r, w, S),
              st.sampled_from(("item", "raw_item", "diagnosis", "operation")), set_ref, st.one_of(st.just(""), simple), wheres),
    expressions.map(lambda w: n.ItemScope("item", None, "", w, S)),
    st.builds(lambda p, c, r, f, w: n.PairScope(*p, c, r, f, w, S), _pair, set_ref, st.one_of(st.just(""), simple), frame, wheres),
    st.builds(lambda c, r, s, v, w: n.GroupScope(c, r, s, v, w, S), set_ref, simple, same, simple, wheres),
    st.builds(lambda s, v, w: n.EachScope(s, v, w, S), st.sampled_from(("prescription", "encounter")), simple, wheres),
    st.builds(lambda p, w, s, op, g: n.StayPairScope(*p, w, s, op, g, S), _pair, wheres, same,
              st.sampled_from((">=", ">", "<=", "<")), expressions),
    st.builds(lambda s, p, v, w: n.PeriodScope(s, p, v, w, S), same,
              st.sampled_from(("day", "month", "quarter", "year", "insurance_year")), simple, wheres),
)

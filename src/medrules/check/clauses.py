"""Clauses of a rule with everything it takes from elsewhere: the file's 默认, and the rule named by 同 (one level)."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from medrules.check.names import suggestion
from medrules.check.reporting import Sink
from medrules.check.unread import unread_clauses
from medrules.diagnostics import Span
from medrules.diagnostics.codes import Twin
from medrules.language import nodes as ast
from medrules.language.vocabulary import vocabulary

__all__ = ["HEADER_KEYS", "Expanded", "Placed", "Written", "expand", "head_word"]

HEADER_KEYS: Final = (
    "basis", "category", "result", "stage", "scene", "insurance", "level", "kind", "subject", "valid", "fees", "interaction",
)
# Of these a rule may have several; every other clause stands once.
_REPEATED: Final = frozenset({"let", "unless"})
# A template names what its own rule defines, so 同 does not take it along.
_OWN: Final = frozenset({"message", "suggestion", "same_as"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A clause and the file it stands in."""

    clause: ast.Clause
    sink: Sink


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as written, its file, and the file's 默认."""

    rule: ast.RuleDecl
    sink: Sink
    defaults: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Expanded:
    """All clauses that hold for a rule. `own` are the keys and names that the rule itself wrote."""

    single: Mapping[str, Placed]
    lets: tuple[Placed, ...]
    exemptions: tuple[Placed, ...]
    own: frozenset[str]
    follows: str
    texts: tuple[str, ...]  # what its version is made of
    unread: frozenset[str]  # keys of clauses that stand in the text and could not be read
    broken: bool  # the rule named by 同 cannot be followed, so what is missing is not known


def expand(written: Written, rules: Mapping[str, Written]) -> Expanded:
    """The rule with 同 and 默认 filled in. Reports what does not fit; the caller goes on with what is left."""
    own = _once(written)
    named = own.get("same_as")
    base: Written | None = None
    if named is not None and isinstance(named.clause.body, ast.SameAs):
        base = _base(written, named, rules)
    singles: dict[str, Placed] = {p.clause.key: p for p in written.defaults}
    lets: dict[str, Placed] = {}
    exemptions: dict[str, Placed] = {}
    texts: list[str] = []
    if base is not None:
        texts += _texts(base)
        base_clauses = _quiet(base)
        singles.update({p.clause.key: p for p in base.defaults})
        singles.update({p.clause.key: p for p in base_clauses if p.clause.key not in _REPEATED | _OWN})
        lets.update({_let(p).name: p for p in base_clauses if p.clause.key == "let"})
        exemptions.update({_exemption(p).label: p for p in base_clauses if p.clause.key == "unless"})
    condition = own.get("must") or own.get("when")
    if condition is not None:
        singles.pop("must", None)
        singles.pop("when", None)
    singles.update(own)
    texts += _texts(written)
    for placed in (Placed(c, written.sink) for c in written.rule.clauses):
        if placed.clause.key == "let" and isinstance(placed.clause.body, ast.Let):
            lets[placed.clause.body.name] = placed
    unread = _unread(written, base)
    _own_exemptions(written, exemptions, base is not None, "unless" in unread)
    keys = {*own, *(f"let {_name(c)}" for c in written.rule.clauses if c.key in _REPEATED)}
    return Expanded(
        singles, tuple(lets.values()), tuple(exemptions.values()), frozenset(keys),
        base.rule.code if base is not None else "", tuple(texts), unread,
        named is not None and base is None,
    )


def _unread(written: Written, base: Written | None) -> frozenset[str]:
    found = unread_clauses(written.rule, written.sink.source)
    return found if base is None else found | unread_clauses(base.rule, base.sink.source)


def _name(clause: ast.Clause) -> str:
    body = clause.body
    return body.name if isinstance(body, ast.Let) else body.label if isinstance(body, ast.Exemption) else ""


def _texts(written: Written) -> list[str]:
    source = written.sink.source
    spans: Iterable[Span] = [written.rule.span, *(p.clause.span for p in written.defaults)]
    return [source.text[s.start:s.end] for s in spans] if source is not None else [repr(written.rule)]


def head_word(key: str) -> Twin:
    """The head of a clause in both languages."""
    return Twin(vocabulary("zh").word("clause", key), vocabulary("en").word("clause", key))


def _quiet(written: Written) -> list[Placed]:
    """The clauses of a rule, the first of each single one; what is wrong with them is told where the rule itself is checked."""
    seen: set[str] = set()
    out: list[Placed] = []
    for clause in written.rule.clauses:
        if clause.key in _REPEATED or clause.key not in seen:
            seen.add(clause.key)
            out.append(Placed(clause, written.sink))
    return out


def _once(written: Written) -> dict[str, Placed]:
    """The single clauses by key; a second one is told and left out."""
    own: dict[str, Placed] = {}
    lets: set[str] = set()
    for clause in written.rule.clauses:
        if clause.key == "let" and isinstance(clause.body, ast.Let):
            if clause.body.name in lets:
                written.sink.add("MR-N110", clause.body.span, name=clause.body.name)
            lets.add(clause.body.name)
        if clause.key in _REPEATED:
            continue
        if clause.key in own:
            written.sink.add("MR-C204", clause.span, key=head_word(clause.key))
            continue
        own[clause.key] = Placed(clause, written.sink)
    return own


def _base(written: Written, named: Placed, rules: Mapping[str, Written]) -> Written | None:
    body = named.clause.body
    assert isinstance(body, ast.SameAs)
    base = rules.get(body.code)
    if base is None or base is written:
        near = suggestion(body.code, [c for c in rules if c != written.rule.code])
        written.sink.add("MR-N112", body.span, word=body.code, near=near or "…")
        return None
    if any(c.key == "same_as" for c in base.rule.clauses):
        further = next(c.body for c in base.rule.clauses if c.key == "same_as")
        known = further.code if isinstance(further, ast.SameAs) else ""
        written.sink.add("MR-C205", body.span, rule=body.code, further=known)
        return None
    return base


def _own_exemptions(written: Written, exemptions: dict[str, Placed], follows: bool, unread: bool) -> None:
    """`unread`: some exemption could not be read, so none is called missing."""
    seen: set[str] = set()
    for clause in written.rule.clauses:
        if clause.key != "unless" or not isinstance(clause.body, ast.Exemption):
            continue
        body = clause.body
        if body.label in seen:
            written.sink.add("MR-C207", body.span, label=body.label)
            continue
        seen.add(body.label)
        if not body.removed:
            exemptions[body.label] = Placed(clause, written.sink)
        elif unread and body.label not in exemptions:
            continue
        elif not follows or body.label not in exemptions:
            near = suggestion(body.label, exemptions)
            written.sink.add("MR-C206", body.span, label=body.label, near=near or "、".join(exemptions) or "无")
        else:
            del exemptions[body.label]


def _let(placed: Placed) -> ast.Let:
    assert isinstance(placed.clause.body, ast.Let)
    return placed.clause.body


def _exemption(placed: Placed) -> ast.Exemption:
    assert isinstance(placed.clause.body, ast.Exemption)
    return placed.clause.body

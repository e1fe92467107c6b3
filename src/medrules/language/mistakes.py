"""What an author probably meant: a broken parse to one human sentence with help.

Takes → the token at which the grammar gave up, its neighbours and what would have fitted. Gives → one `Diagnostic`. The
detectors are tried in order, the most telling first; the last one always answers.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from lark.exceptions import UnexpectedToken

from medrules.diagnostics import Diagnostic, Source, Span
from medrules.diagnostics.codes import diagnostic
from medrules.diagnostics.nearest import nearest
from medrules.language.tokens import Token
from medrules.language.vocabulary import LANGUAGES, Vocabulary, vocabulary

__all__ = ["Broken", "explain", "unknown_declaration", "unknown_head", "unknown_value"]

_COMPARISONS: Final = frozenset({
    "GE", "GT", "LE", "LT", "EQ", "NE", "IN", "NOT_IN", "HAS", "BETWEEN", "EMPTY", "LISTED",
})
_SEPARATORS: Final = frozenset({"AND", "OR", "LPAR", "LIST_SEP", "ARG_SEP", "WHERE", "BUT", "IF", "THEN", "ELSE", "NOT"})
_PHRASE_ORDER: Final = ("AS", "TAKE", "BY_SAME", "OWN", "WHERE")
_QUOTED: Final = frozenset({"TABLE", "CODESET", "DECLARED", "LISTED"})
_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "NAME": ("名字", "a name"), "NUMBER": ("数字", "a number"), "STRING": ("「文字」", "a quoted text"),
    "DATE": ("日期（如 2025-01-01）", "a date (such as 2025-01-01)"), "LPAR": ("（", "("), "RPAR": ("）", ")"), "LIST_SEP": ("、", "a list comma"),
    "ARG_SEP": ("，", ","), "COLUMN": (".列名", ".column"), "FRAME": ("时间窗（如 单日）", "a window (such as day)"),
    "PERIOD": ("周期（如 月）", "a period (such as month)"), "SUBJECT": ("明细、诊断、手术", "item, diagnosis, operation"),
    "EQ": ("=", "="), "PLUS": ("＋", "+"), "MINUS": ("−", "-"), "TIMES": ("×", "*"),
}
# Words that stand between two names or before one; others (天数, 合计 …) are part of many a good name.
_OPERATORS: Final = _COMPARISONS | {"AS", "WHERE", "WITHIN", "BY_SAME", "TAKE", "TABLE", "CODESET", "ATTESTED", "DECLARED"}
_SPELT_DATE: Final = re.compile(r"(\d{4})(?:年(\d{1,2})月(\d{1,2})日?|/(\d{1,2})/(\d{1,2}))([ \t]*起)?")
_SHOWN_FIRST: Final = ("NAME", "NUMBER", "STRING", "DATE", "FRAME", "PERIOD", "SUBJECT", "RPAR", "LPAR")


class Broken(NamedTuple):
    """A clause that did not parse: all its tokens, lark's error, the clause's key, the file's words."""

    tokens: tuple[Token, ...]
    error: UnexpectedToken
    place: str
    words: Vocabulary


class _View(NamedTuple):
    """The broken place as the detectors look at it. `at` is len(tokens) when the clause ended too early."""

    source: Source
    tokens: tuple[Token, ...]
    at: int
    type: str
    span: Span
    accepted: frozenset[str]
    place: str
    words: Vocabulary

    def before(self, distance: int = 1) -> str:
        """The type of an earlier token, "" beyond the beginning."""
        at = self.at - distance
        return self.tokens[at].type if at >= 0 else ""

    def text(self, span: Span | None = None) -> str:
        span = span or self.span
        return self.source.text[span.start:span.end]

    def tell(self, code: str, span: Span | None = None, **values: Any) -> Diagnostic:
        return diagnostic(code, self.source, span or self.span, **values)


def explain(source: Source, broken: Broken) -> Diagnostic:
    """One diagnostic for a clause body that does not parse."""
    tokens, error = broken.tokens, broken.error
    ended = error.token.type == "$END"
    at = len(tokens) if ended else next(i for i, t in enumerate(tokens) if t is error.token)
    span = tokens[-1].span if ended else tokens[at].span
    view = _View(source, tokens, at, error.token.type, span, frozenset(error.accepts or error.expected), broken.place,
                 broken.words)
    for detect in _DETECTORS:
        found = detect(view)
        if found is not None:
            return found
    return _unexpected(view)


# ---------------------------------------------------------------- detectors, most telling first


def _division(v: _View) -> Diagnostic | None:
    return v.tell("MR-P123") if v.type == "DIVIDE" else None


def _keyword_as_name(v: _View) -> Diagnostic | None:
    """令：次数 = … (T36): a keyword where the author names something."""
    names = v.at == 0 and v.place in ("let", "parameter", "definition")
    if (names or v.before() == "AS") and v.type != "NAME" and v.text() in v.words.keywords:
        return v.tell("MR-P121", text=v.text())
    return None


def _mixed_languages(v: _View) -> Diagnostic | None:
    for at in (v.at, v.at - 1):
        if 0 <= at < len(v.tokens) and v.tokens[at].type == "NAME" and len(v.tokens[at].value) == 1:
            found = _other_language(v.source, v.tokens[at].span, v.tokens[at].value[0], v.words)
            if found is not None:
                return found
    return None


def _brackets(v: _View) -> Diagnostic | None:
    depth = 0
    opened: list[Token] = []
    for token in v.tokens:
        if token.type == "LPAR":
            opened.append(token)
        elif token.type == "RPAR":
            depth = len(opened)
            if not depth:
                return v.tell("MR-P112", token.span)
            opened.pop()
    return v.tell("MR-P112", opened[-1].span) if opened else None


def _mixed_logic(v: _View) -> Diagnostic | None:
    pair = {"AND": "OR", "OR": "AND"}.get(v.type)
    if pair is None or pair not in v.accepted:
        return None
    return v.tell("MR-P107", first=_word(v.words, pair), second=_word(v.words, v.type))


def _known(v: _View) -> Diagnostic | None:
    for at in (v.at, v.at - 1):
        if 0 <= at < len(v.tokens) and v.tokens[at].type == "NAME" and len(v.tokens[at].value) == 1 \
                and v.tokens[at].value[0] in v.words.retired:
            return v.tell("MR-P128", v.tokens[at].span, empty=f"x {_word(v.words, 'EMPTY')}")
    return None


def _unquoted_name(v: _View) -> Diagnostic | None:
    if v.before() not in _QUOTED or v.type == "STRING":
        return None
    p = v.words.punctuation
    return v.tell("MR-P127", word=_word(v.words, v.before()), open=p.open_quote, close=p.close_quote)


def _where(v: _View) -> Diagnostic | None:
    """其中 with something else than one comparison behind it."""
    direct = v.before() == "WHERE" and v.type != "$END"
    bare = v.before() == "NAME" and v.before(2) == "WHERE" and v.type in _SEPARATORS | {"$END", "RPAR", "BY_SAME", "SATISFIES"}
    if not (direct or bare):
        return _where_call(v)
    return v.tell("MR-P122", v.tokens[v.at - 1].span if bare else v.span, where=_word(v.words, "WHERE"))


def _where_call(v: _View) -> Diagnostic | None:
    """其中 是药品（药）: a call is no comparison."""
    at = v.at - 1
    if v.before() != "RPAR" or v.type in _COMPARISONS:
        return None
    depth = 0
    while at >= 0:
        depth += {"RPAR": 1, "LPAR": -1}.get(v.tokens[at].type, 0)
        if not depth:
            break
        at -= 1
    if at < 2 or v.tokens[at - 1].type != "NAME" or v.tokens[at - 2].type != "WHERE":
        return None
    return v.tell("MR-P122", v.tokens[at - 1].span, where=_word(v.words, "WHERE"))


def _amount_for_all(v: _View) -> Diagnostic | None:
    """扣减：全部."""
    if v.place != "deduct" or len(v.tokens) != 1 or v.tokens[0].type != "QUANTIFIER":
        return None
    near = v.words.word("deduction", "all")
    return v.tell("MR-P103", text=v.text(), hint=f"是不是「{near}」？", hint_en=f"Did you mean `{near}`?")


def _range_as_number(v: _View) -> Diagnostic | None:
    """属于 18岁以下, 属于 0-18岁: a range is said with 满, 不满, 超过, 不超过."""
    if v.type != "NUMBER" or v.before() not in ("IN", "NOT_IN"):
        return None
    return v.tell(
        "MR-P103", text=v.text(), hint="范围写成：满12岁 不满18岁；不含18岁写 不满18岁，含18岁写 不超过18岁。",
        hint_en="A range is written `at least 12 years under 18 years`; `under 18 years` leaves 18 out, `at most 18 years` has it in.")


def _spelt_date(v: _View) -> Diagnostic | None:
    """2026年1月1日, 2026/1/1: a date is written 2026-01-01. The mistake may be met behind its first number."""
    near = [t for t in v.tokens[max(v.at - 3, 0):v.at + 1] if t.type == "NUMBER"]
    for token in near:
        found = _SPELT_DATE.match(v.source.text, token.start_pos)
        if found is None or not found.start() <= v.span.start < found.end():
            continue
        year, month, day = (int(part) for part in found.groups()[:-1] if part is not None)
        text = f"{year:04}-{month:02}-{day:02}"
        end = found.end() if found[6] is None else found.start(6)
        zh = f"写成 {text}{'' if found[6] is None else ' 起'}。"
        return v.tell("MR-P103", Span(found.start(), end), text=found[0][:end - found.start()], hint=zh, hint_en=f"Write {text}.")
    return None


def _chained_comparison(v: _View) -> Diagnostic | None:
    if v.type not in _COMPARISONS:
        return None
    for token in reversed(v.tokens[:v.at]):
        if token.type in _SEPARATORS:
            return None
        if token.type in _COMPARISONS:
            return v.tell("MR-P113", text=v.text(), word=_word(v.words, "AND"))
    return None


def _unknown_unit(v: _View) -> Diagnostic | None:
    if v.type != "NAME" or v.before() != "NUMBER" or v.tokens[v.at - 1].end_pos != v.span.start:
        return None
    if v.text().startswith(("内", "以内", "之内")):
        return v.tell("MR-P103", text=v.text(), hint="往前数若干天写「近 30天」，相隔不超过若干小时写「6小时」。",
                      hint_en="Days back are `the last 30 days`, hours apart are `6 hours`.")
    units = "、".join(dict.fromkeys(v.words.word("unit", u) for u in v.words.units.values()))
    return v.tell("MR-P124", text=v.text(), units=units)


def _part_order(v: _View) -> Diagnostic | None:
    """记为 – 取 – 按 同一 – 含本次 – 其中."""
    if v.type not in _PHRASE_ORDER:
        return None
    rank = _PHRASE_ORDER.index(v.type)
    for token in reversed(v.tokens[:v.at]):
        if token.type in ("AND", "OR", "ARG_SEP"):
            return None
        if token.type in _PHRASE_ORDER and _PHRASE_ORDER.index(token.type) >= rank:
            order = " – ".join([_word(v.words, t) for t in _PHRASE_ORDER[:3]]
                               + [v.words.word("OWN", "including"), _word(v.words, "WHERE")])
            return v.tell("MR-P126", text=v.text(), order=order)
    return None


def _glued_words(v: _View) -> Diagnostic | None:
    """患者.年龄属于限定.年龄段: Chinese needs a space between words."""
    for at in (v.at, v.at - 1):
        if not (0 <= at < len(v.tokens) and v.tokens[at].type == "NAME"):
            continue
        token = v.tokens[at]
        for part in token.value:
            inside = [w for w, (terminal, _) in v.words.keywords.items()
                      if 1 < len(w) < len(part) and not w.isascii() and w in part and terminal in _OPERATORS]
            if inside:
                return v.tell("MR-P125", token.span, text=".".join(token.value), word=max(inside, key=len))
    return None


def _choice_branch(v: _View) -> Diagnostic | None:
    """若 … 则 甲 否则 乙 且 丙: whether 丙 belongs to the choice is for brackets to say."""
    if v.type not in ("AND", "OR") or not any(t.type in ("THEN", "ELSE") for t in v.tokens[:v.at]):
        return None
    return v.tell("MR-P103", text=v.text(), hint="把「若 … 则 … 否则 …」或它的一支放进括号。",
                  hint_en="Put the whole `if … then … otherwise`, or the branch, in brackets.")


def _bracketed_collection(v: _View) -> Diagnostic | None:
    """次数（同期明细）: what is counted follows without brackets."""
    if v.type != "LPAR" or v.before() != "AGGREGATE":
        return None
    word = v.text(v.tokens[v.at - 1].span)
    return v.tell("MR-P103", text=v.text(), hint=f"「{word}」后面不加括号：{word} 同期明细 取 单日 按 同一 患者。",
                  hint_en=f"No brackets behind `{word}`: {word} peers during day by same patient.")


def _scope_start(v: _View) -> Diagnostic | None:
    if v.place != "for" or v.at:
        return None
    subjects = [*(v.words.word("scope_subject", i) for i in dict.fromkeys(v.words.places["scope_subject"].values())),
                *(_word(v.words, t) for t in ("TWO_ITEMS", "EACH_GROUP", "STAY_PAIR", "EACH")),
                *v.words.terminal_words("EACH_ONE")]
    return v.tell("MR-P129", clause=v.words.word("clause", "for"), text=v.text(), subjects="、".join(subjects))


def _ended(v: _View) -> Diagnostic | None:
    if v.type != "$END":
        return None
    zh, en = _expected(v)
    return v.tell("MR-P109", text=v.text(), hint=zh, hint_en=en)


_DETECTORS: Final[tuple[Callable[[_View], Diagnostic | None], ...]] = (
    _spelt_date, _division, _keyword_as_name, _mixed_languages, _brackets, _known, _mixed_logic, _unquoted_name, _range_as_number, _where,
    _chained_comparison, _unknown_unit, _part_order, _glued_words, _choice_branch, _bracketed_collection, _scope_start, _amount_for_all, _ended,
)


def _unexpected(v: _View) -> Diagnostic:
    zh, en = _expected(v)
    text = v.text()
    meant = v.words.misused.get(text, "")
    near = ("=" if meant == "EQ" else v.words.terminal_words(meant)[0]) if meant in v.accepted else ""
    if not near:
        near = _near(text, [w for w, (terminal, _) in v.words.keywords.items() if terminal in v.accepted])
        near = v.words.word(*v.words.keywords[near]) if near else ""
    if near:
        zh, en = f"是不是「{near}」？", f"Did you mean `{near}`?"
    return v.tell("MR-P103", text=text, hint=zh, hint_en=en)


def _expected(v: _View) -> tuple[str, str]:
    """What would fit here, at most seven things, in both languages."""
    order = sorted(v.accepted - {"$END"}, key=lambda t: (_SHOWN_FIRST.index(t) if t in _SHOWN_FIRST else 99, t))
    zh: list[str] = []
    en: list[str] = []
    for terminal in order:
        label = _LABELS.get(terminal)
        word = v.words.terminal_words(terminal)
        if label is None and not word:
            continue
        zh.append(label[0] if label else f"「{word[0]}」")
        en.append(label[1] if label else f"`{word[0]}`")
    if not zh:
        return "这里应当结束。", "The clause should end here."
    more = " 等" if len(zh) > 7 else ""
    return f"这里可以是：{'、'.join(zh[:7])}{more}。", f"Here may stand: {', '.join(en[:7])}{' …' if more else ''}."


# ---------------------------------------------------------------- words in the wrong place, without a parse


def unknown_head(source: Source, token: Token, word: str, words: Vocabulary) -> Diagnostic:
    """A head that no clause has."""
    if word:
        found = _other_language(source, token.span, word, words)
        if found is not None:
            return found
    meant = words.mistaken.get(word)
    near = words.word("clause", meant) if meant else _near(word, words.clauses)
    zh, en = (f"是不是「{near}」？", f"Did you mean `{near}`?") if near else (
        f"子句有：{'、'.join(dict.fromkeys(words.word('clause', k) for k in words.clauses.values()))}。",
        f"Clauses are: {', '.join(dict.fromkeys(words.word('clause', k) for k in words.clauses.values()))}.")
    return diagnostic("MR-P102", source, token.span, text=word, hint=zh, hint_en=en)


def unknown_declaration(source: Source, token: Token, words: Vocabulary) -> Diagnostic:
    """Something outside all rules that begins no declaration."""
    text = source.text[token.start_pos:token.end_pos]
    found = _other_language(source, token.span, text, words)
    if found is not None:
        return found
    near = _near(text, words.declarations)
    glued = next((w for w in words.declarations if not w.isascii() and text.startswith(w) and text != w), "")
    if glued:
        return diagnostic("MR-P101", source, token.span, text=text, hint=f"「{glued}」后面空一格。",
                          hint_en=f"Leave a space behind `{glued}`.")
    zh, en = (f"是不是「{near}」？", f"Did you mean `{near}`?") if near else ("", "")
    return diagnostic("MR-P101", source, token.span, text=text, hint=zh, hint_en=en)


def unknown_value(source: Source, span: Span, text: str, head: str, key: str, words: Vocabulary) -> Diagnostic:
    """A value that a closed header clause does not have."""
    family = f"value.{key}"
    for language in LANGUAGES:
        other = vocabulary(language)
        if other is not words and text in other.places[family]:
            return diagnostic("MR-P110", source, span, text=text, word=words.word(family, other.places[family][text]))
    values = list(dict.fromkeys(words.word(family, i) for i in words.places[family].values()))
    near = _near(text, values)
    if len(pieces := text.split()) > 1 and all(p in words.places[family] for p in pieces):
        together = words.punctuation.list_separator.join(pieces)
        return diagnostic("MR-P111", source, span, clause=head, text=text, hint=f"用「、」隔开：{together}。",
                          hint_en=f"Part them with commas: {together}.")
    zh = f"是不是「{near}」？" if near else f"可以是：{'、'.join(values)}。"
    en = f"Did you mean `{near}`?" if near else f"It is one of: {', '.join(values)}."
    return diagnostic("MR-P111", source, span, clause=head, text=text, hint=zh, hint_en=en)


def _other_language(source: Source, span: Span, word: str, words: Vocabulary) -> Diagnostic | None:
    """The word belongs to the language that this file is not written in."""
    for language in LANGUAGES:
        other = vocabulary(language)
        if other is words:
            continue
        if word in other.clauses:
            here = words.word("clause", other.clauses[word])
        elif word in other.declarations:
            here = words.word("declaration", other.declarations[word])
        elif word in other.keywords and word not in words.keywords:
            here = words.word(*other.keywords[word])
        else:
            continue
        return diagnostic("MR-P110", source, span, text=word, word=here)
    return None


def _word(words: Vocabulary, terminal: str) -> str:
    """The canonical word of a terminal that has one."""
    return words.word(terminal, terminal)


def _near(word: str, known: Any) -> str:
    return nearest(word, known, 0.5 if not word.isascii() else 0.7)

"""Text to tokens, with every limit enforced before anything is parsed.

Takes → a `Source`. Gives → `Lexed`: tokens whose terminals already depend on their place (a word after a dot is a name, a
frame word is a frame only where a frame may stand, a comma separates arguments only inside a call). Never → raises on what
an author wrote: every refusal is a diagnostic.
"""
from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from medrules.diagnostics import Diagnostic, Source, Span
from medrules.diagnostics.codes import diagnostic
from medrules.language.nesting import NestingMeter
from medrules.language.tokens import DEFAULT_LIMITS, Comment, Lexed, Limits, Token
from medrules.language.vocabulary import LANGUAGES, Language, Vocabulary, vocabulary

__all__ = ["NAME_PATTERN", "detect_language", "fold", "lex", "lex_part"]

# One character for one character, so that offsets in the folded text are offsets in the author's text.
_FOLD: Final = str.maketrans({
    **{chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)},
    "\u3000": " ", "\u00a0": " ", "\uff62": "「", "\uff63": "」", "\uff64": "、",
    "−": "-", "×": "*", "÷": "/", "≥": "≥", "“": "“",
})
_BIDI: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]+")
_LETTERS: Final = "A-Za-z_\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007\u2160-\u217f\u0370-\u03ff"
NAME_PATTERN: Final = rf"(?:[A-Za-z_][A-Za-z0-9_]*(?![0-9{_LETTERS}])|[{_LETTERS}]+)"
_PART: Final = rf'(?:{NAME_PATTERN}|「[^「」\n]+」|"[^"\n]+")'
_TOKEN: Final = re.compile(rf"""
    (?P<SPACE>[ \t\r\n]+)
  | (?P<NAME>{NAME_PATTERN}(?:\.{_PART})*)
  | (?P<DATE>\d{{4}}-\d{{1,2}}-\d{{1,2}}(?!\d))
  | (?P<NUMBER>\d+(?:\.\d+)?)
  | (?P<QUOTE>[「“"])
  | (?P<COMMENT>\#[^\n]*)
  | (?P<COLUMN>\.{_PART})
  | (?P<SYMBOL>>=|<=|!=|<>|==|[-+*/=<>≥≤≠(){{}}:,、;])
""", re.VERBOSE)
_CODE: Final = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*)")
_EXPONENT: Final = re.compile(r"[eE][+-]?\d+")
_RAW: Final = re.compile(r"[ \t]*([^\n#]*)")
_NAME_LETTER: Final = re.compile(rf"[0-9{_LETTERS}]")
_SYMBOLS: Final = {
    "(": "LPAR", ")": "RPAR", "{": "LBRACE", "}": "RBRACE", ":": "COLON", ",": "COMMA", "、": "LIST_SEP", ";": "SEMICOLON",
    "+": "PLUS", "-": "MINUS", "*": "TIMES", "/": "DIVIDE", "=": "EQ", "==": "EQ", "!=": "NE", "<>": "NE", "≠": "NE",
    "<": "LT", "<=": "LE", "≤": "LE", ">": "GT", ">=": "GE", "≥": "GE",
}
_FRAME_PLACES: Final = frozenset({"TAKE", "WITHIN", "PER"})
# What to write instead of a sign of another language; the rest is to be deleted.
_QUOTES: Final = ("文字和名称写在「」里，条件用（）括起来。", "Texts and names go in quotes, conditions in brackets ( ).")
_MEANT: Final = {
    "&": ("写成「且」。", "Write `and`."), "|": ("写成「或」。", "Write `or`."),
    "!": ("否定写成「非」，不等于写成「≠」。", "Write `not`, or `!=` for unequal."),
    ".": ("日期写成 2025-01-31 的样子；点号后面写列名。", "Dates look like 2025-01-31; a dot is followed by a column."),
    **dict.fromkeys("【】〔〕〖〗[]", _QUOTES),
    **dict.fromkeys("《》『』〈〉‘’'`", ("文字和名称写在「」里。", "Texts and names go in quotes.")),
}
_NOTHING_MEANT: Final = ("删掉它；文字写在「」里，注释以 # 开头。", "Delete it; texts go in quotes, comments begin with #.")
_CLOSERS: Final = {"「": "」", "“": "”", '"': '"'}


def fold(text: str) -> str:
    """Full-width forms to half-width, character for character."""
    return text.translate(_FOLD)


def detect_language(folded: str) -> Language:
    """The language of the first declaration word that begins a line; Chinese when there is none."""
    words = {w: lang for lang in LANGUAGES for w in vocabulary(lang).declarations}
    found = re.search(rf"^[ \t]*({'|'.join(map(re.escape, words))})(?![{_LETTERS}0-9:.])", folded, re.MULTILINE)
    return words[found[1]] if found else "zh"


def lex(source: Source, limits: Limits = DEFAULT_LIMITS) -> Lexed:
    """All tokens of a file."""
    if len(source.text) > limits.text:
        problem = diagnostic("MR-L101", source, Span(0, 0), size=len(source.text), limit=limits.text)
        return Lexed((), (), (problem,), "zh", "", refused=True)
    folded = fold(source.text)
    bidi = [diagnostic("MR-L106", source, Span(m.start(), m.end()), point=f"U+{ord(m[0]):04X}")
            for m, _ in zip(_BIDI.finditer(source.text), range(limits.diagnostics), strict=False)]
    if bidi:
        return Lexed((), (), tuple(bidi), "zh", "", refused=True)
    # In texts and comments too: what cannot be written as UTF-8 has no hash, and what moves a terminal's cursor is no rule text.
    unwritable = [_unknown(source, m.start(), m.end()) for m, _ in zip(_UNWRITABLE.finditer(source.text), range(limits.diagnostics), strict=False)]
    if unwritable:
        return Lexed((), (), tuple(unwritable), "zh", "", refused=True)
    language = detect_language(folded)
    return _Lexer(source, folded, vocabulary(language), limits).run(1 if folded.startswith("\ufeff") else 0, len(folded))


def lex_part(source: Source, folded: str, language: Language, start: int, end: int, limits: Limits) -> Lexed:
    """The tokens of a stretch inside a file: an expression in the braces of a template."""
    return _Lexer(source, folded, vocabulary(language), limits).run(start, end)


def _unknown(source: Source, start: int, end: int) -> Diagnostic:
    character = source.text[start]
    hint, hint_en = _MEANT.get(fold(character), _NOTHING_MEANT)
    return diagnostic(
        "MR-L107", source, Span(start, end), character=character if character.isprintable() else "\ufffd", point=f"U+{ord(character):04X}",
        hint=hint, hint_en=hint_en)


class _Refused(Exception):
    """A limit was hit; the diagnostic is already recorded."""


class _Lexer:
    """One run over one text. Local state of a call, never shared."""

    def __init__(self, source: Source, folded: str, words: Vocabulary, limits: Limits) -> None:
        self.source = source
        self.text = folded
        self.words = words
        self.limits = limits
        self.tokens: list[Token] = []
        self.comments: list[Comment] = []
        self.problems: list[Diagnostic] = []
        self.calls: list[bool] = []  # for each open bracket: is it the bracket of a call
        self.between: list[int] = []  # bracket depths at which 介于 still waits for its 至
        self.each = False  # a 每个 scope still waits for its 每
        self.subject = False  # the next word may be the subject of a scope
        self.clause_start = 0
        self.meter = NestingMeter(limits.depth)

    def run(self, start: int, end: int) -> Lexed:
        refused = False
        try:
            self._scan(start, end)
        except _Refused:
            refused = True
        return Lexed(tuple(self.tokens), tuple(self.comments), tuple(self.problems), self.words.language, self.text, refused)

    def _scan(self, pos: int, end: int) -> None:
        text, match, tokens = self.text, _TOKEN.match, self.tokens
        first, gap, limit = True, False, self.limits.tokens
        while pos < end:
            m = match(text, pos, end)
            if m is None:
                pos = self._invalid(pos)
                continue
            kind = m.lastgroup
            after = m.end()
            if kind == "SPACE":
                breaks = text.count("\n", pos, after)
                if breaks:
                    first, gap = True, breaks > 1
            elif kind == "COMMENT":
                self.comments.append(Comment(self.source.text[pos + 1:after].strip(), len(tokens), first, gap, after))
                gap = False
            else:
                match kind:
                    case "NAME":
                        after = self._name(m, first)
                    case "SYMBOL":
                        after = self._symbol(m[0], pos, after, first)
                    case "QUOTE":
                        after = self._string(pos, end, first)
                    case "NUMBER":
                        after = self._number(m, first)
                    case "DATE":
                        self._date(m, first)
                    case _:
                        self._add("COLUMN", _part(m[0][1:]), pos, after, first)
                first = gap = False
                if len(tokens) > limit:
                    self._refuse("MR-L102", Span(pos, after), limit=limit)
            pos = after

    # ------------------------------------------------------------ one kind of token each

    def _add(self, type: str, value: Any, start: int, end: int, first: bool) -> None:
        self.tokens.append(Token(type, value, start, end, first))
        if self.meter.feed(type):
            self._refuse("MR-L103", Span(start, end), limit=self.limits.depth)

    def _name(self, m: re.Match[str], first: bool) -> int:
        """A path, a keyword, a phrase, or a word that means something in this place."""
        word, start, end = m[0], m.start(), m.end()
        if "." in word:
            self.subject = False
            self._add("NAME", _parts(word), start, end, first)
            return end
        words, tokens = self.words, self.tokens
        if tokens and tokens[-1].type in _FRAME_PLACES:
            family = "frame"
            if self.each and tokens[-1].type == "PER":
                family, self.each = "period", False
            found, end = self._place(family, word, start, end)
            if found:
                self._add(family.upper(), found, start, end, first)
                return end
        elif self.subject:
            self.subject = False
            found, end = self._place("scope_subject", word, start, end)
            if found:
                self._add("SUBJECT", found, start, end, first)
                return end
        phrases = words.phrases.get(word)
        if phrases:
            for pattern, phrase in phrases:
                p = pattern.match(self.text, start)
                if p:
                    self._keyword(*words.keywords[phrase], start, p.end(), first)
                    return p.end()
        keyword = words.keywords.get(word)
        if keyword is not None:
            self._keyword(*keyword, start, end, first)
            return end
        if first and word in words.declarations and self.meter.is_at_top:
            self.meter.clear()  # a 参数 or 定义 has no braces: each is measured for itself
            self.clause_start = len(self.tokens)
        if first and words.declarations.get(word) == "rule":
            self._add("NAME", (word,), start, end, first)
            return self._code(end)
        if word in words.places["gap"] and not self.text.startswith("(", end):
            self._add("GAP", word, start, end, first)
            return end
        self._add("NAME", (word,), start, end, first)
        return end

    def _place(self, family: str, word: str, start: int, end: int) -> tuple[str, int]:
        """The id of a word or phrase that has a meaning in one place, and where it ends."""
        pattern = self.words.place_phrases[family]
        if pattern is not None and (m := pattern.match(self.text, start)):
            return self.words.places[family][" ".join(m[0].split())], m.end()
        return self.words.places[family].get(word, ""), end

    def _keyword(self, terminal: str, value: str, start: int, end: int, first: bool) -> None:
        tokens = self.tokens
        if terminal == "AND" and self.words.punctuation.and_in_calls:
            if self.between and self.between[-1] == len(self.calls):
                self.between.pop()
                terminal = "TO"
            elif self.calls and self.calls[-1]:
                terminal = "LIST_SEP"
        elif terminal == "BETWEEN":
            self.between.append(len(self.calls))
        elif terminal == "BUT":
            if tokens and tokens[-1].type in ("ARG_SEP", "LIST_SEP"):
                start = tokens.pop().start_pos
        elif terminal == "EACH":
            self.each = True
        self._add(terminal, value, start, end, first)

    def _symbol(self, symbol: str, start: int, end: int, first: bool) -> int:
        kind = _SYMBOLS[symbol]
        match kind:
            case "LPAR":
                self.calls.append(self._opens_call())
            case "RPAR":
                if self.calls:
                    self.calls.pop()
                while self.between and self.between[-1] > len(self.calls):
                    self.between.pop()
            case "COMMA":
                kind = "ARG_SEP" if self.calls and self.calls[-1] else "LIST_SEP"
            case "COLON":
                self._add(kind, symbol, start, end, first)
                return self._after_head(end)
            case "LBRACE" | "RBRACE":
                self._new_clause()
        self._add(kind, symbol, start, end, first)
        return end

    def _opens_call(self) -> bool:
        tokens = self.tokens
        if not tokens:
            return False
        if tokens[-1].type == "STRING":
            return len(tokens) > 2 and tokens[-3].type == "LOOKUP"
        return tokens[-1].type == "NAME"

    def _new_clause(self) -> None:
        self.calls.clear()
        self.between.clear()
        self.each = self.subject = False
        self.clause_start = len(self.tokens)
        self.meter.clear()

    def _after_head(self, pos: int) -> int:
        """What follows `head：` in the way that this head asks for: a code, raw text, a scope."""
        if len(self.tokens) - self.clause_start > self.limits.clause_tokens:
            self._refuse("MR-L102", Span(pos, pos), limit=self.limits.clause_tokens)
        self._new_clause()
        match self.words.clauses.get(head_word(self.tokens, len(self.tokens) - 1)[0]):
            case "same_as":
                return self._code(pos)
            case "basis":
                return self._raw(pos)
            case "for":
                self.subject = True
        return pos

    def _code(self, pos: int) -> int:
        m = _CODE.match(self.text, pos)
        if m is None:
            return pos
        self._add("CODE", m[1], m.start(1), m.end(1), False)
        return m.end()

    def _raw(self, pos: int) -> int:
        """依据 is running text to the end of its line, unless it is written as quoted strings."""
        m = _RAW.match(self.text, pos)
        if m is None or not m[1].strip() or m[1][0] in _CLOSERS:
            return pos
        end = m.start(1) + len(m[1].rstrip())
        if self.text[end - 1] == "}":
            end = m.start(1) + len(m[1].rstrip()[:-1].rstrip())
        self._add("RAW", self.source.text[m.start(1):end], m.start(1), end, False)
        return end

    def _string(self, start: int, end: int, first: bool) -> int:
        """A quoted text on one line. 「」 and “” nest; inside "" a doubled quote stands for one."""
        opener = self.text[start]
        close = _closing(self.text, start, opener, _CLOSERS[opener], end)
        if close < 0:
            stop = self.text.find("\n", start, end)
            stop = end if stop < 0 else stop
            self._report("MR-L108", Span(start, start + 1), close=_CLOSERS[opener])
            self._add("STRING", self.source.text[start + 1:stop].rstrip(), start, stop, first)
            return stop
        value = self.source.text[start + 1:close]
        self._add("STRING", value.replace('""', '"') if opener == '"' else value, start, close + 1, first)
        return close + 1

    def _number(self, m: re.Match[str], first: bool) -> int:
        digits, start, end = m[0], m.start(), m.end()
        value = Decimal(0)
        if exponent := _EXPONENT.match(self.text, end):
            end = exponent.end()
            self._report("MR-L105", Span(start, end))
        elif len(digits) - digits.count(".") > self.limits.digits:
            self._report("MR-L104", Span(start, end), digits=len(digits) - digits.count("."), limit=self.limits.digits)
        else:
            value = Decimal(digits)
        if self.text.startswith("%", end):
            self._add("NUMBER", (value.scaleb(-2), "", True), start, end + 1, first)
            return end + 1
        spaced = end
        while self.text.startswith((" ", "\t"), spaced):
            spaced += 1
        unit = self.words.unit_pattern.match(self.text, spaced)
        if unit and (spaced == end or not _NAME_LETTER.match(self.text, unit.end())):
            self._add("NUMBER", (value, self.words.units[unit[0]], False), start, unit.end(), first)
            return unit.end()
        self._add("NUMBER", (value, "", False), start, end, first)
        return end

    def _date(self, m: re.Match[str], first: bool) -> None:
        year, month, day = map(int, m[0].split("-"))
        try:
            ordinal = date(year, month, day).toordinal()
        except ValueError:
            ordinal = 1
            self._report("MR-L109", Span(m.start(), m.end()), text=m[0])
        self._add("DATE", ordinal, m.start(), m.end(), first)

    def _invalid(self, pos: int) -> int:
        character = self.source.text[pos]
        end = pos + 1
        while end < len(self.text) and self.source.text[end] == character:
            end += 1
        self._add_problem(_unknown(self.source, pos, end))
        return end

    def _report(self, code: str, span: Span, **values: Any) -> None:
        self._add_problem(diagnostic(code, self.source, span, **values))

    def _add_problem(self, problem: Diagnostic) -> None:
        self.problems.append(problem)
        if len(self.problems) >= self.limits.diagnostics:
            raise _Refused

    def _refuse(self, code: str, span: Span, **values: Any) -> None:
        self.problems.append(diagnostic(code, self.source, span, **values))
        raise _Refused


def head_word(tokens: list[Token] | tuple[Token, ...], colon: int) -> tuple[str, int]:
    """The head that ends at the colon at index `colon`, and the index where it begins: `word ：`, `word「label」：`, or two
    words (`same as:`). ("", colon) when nothing like a head stands there."""
    at = colon - 1
    if at > 0 and tokens[at].type == "STRING" and not tokens[at].first:
        at -= 1
    if at < 0:
        return "", colon
    token = tokens[at]
    if token.type == "AS" and at > 0 and tokens[at - 1].type == "NAME":
        return f"{tokens[at - 1].value[0]} as", at - 1
    if token.type == "NAME" and len(token.value) == 1:
        return token.value[0], at
    return "", colon


def _closing(text: str, start: int, opener: str, closer: str, end: int) -> int:
    """Where the quote opened at `start` is closed on its line, -1 if it is not."""
    depth, at = 1, start
    while depth:
        close = text.find(closer, at + 1, end)
        if close < 0 or text.find("\n", at, close) >= 0:
            return -1
        if opener != closer:
            depth += text.count(opener, at + 1, close) - 1
        elif text.startswith(closer, close + 1) and close + 1 < end:
            close += 1  # doubled: one quote inside the text
        else:
            depth = 0
        at = close
    return at


def _part(written: str) -> str:
    return written[1:-1] if written[0] in "「\"" else written


def _parts(path: str) -> tuple[str, ...]:
    if "「" not in path and '"' not in path:
        return tuple(path.split("."))
    return tuple(_part(p) for p in re.findall(rf"{_PART}", path))

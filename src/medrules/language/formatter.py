"""The one layout of a rule text, which is also the translation between its two languages.

Takes → a `File`, the language to write, a way to translate names. Gives → text that parses to the same file: clauses one a
line with aligned bodies, long conditions broken before 且 and 或, comments kept. Never → knows facts: names go through the
function it is given.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Final

from medrules.language import nodes as n
from medrules.language.phrasing import Phrasing
from medrules.language.quoting import escaped, quoted
from medrules.language.vocabulary import Language, Vocabulary, vocabulary

__all__ = ["format", "format_clause", "format_declaration", "format_expression"]

Translate = Callable[[tuple[str, ...]], tuple[str, ...]]

_WIDTH: Final = 100  # display columns before a condition is broken
_INDENT: Final = "  "
_HEAD_WIDTH: Final = {"zh": 6, "en": 9}  # columns of head and colon that bodies align to


def format(file: n.File, lang: Language, translate_name: Translate | None = None) -> str:
    """Write a file in `lang`.

    Args:
        file: what to write; its own language may be the other one.
        lang: the language to write.
        translate_name: gives a dotted path in `lang`. Asked for facts, columns (`限定.年龄段`), enumerated words, roles and 令
            names (one part), tables and code sets (the word 知识表 or 编码集, then the name, then perhaps a column; only the
            last part of the answer is used). None leaves names as written. Not asked when `lang` is the file's language.
    """
    keep = translate_name is None or lang == file.language
    writer = _Writer(file, vocabulary(lang), vocabulary(file.language), _as_written if keep else translate_name)
    return writer.text()


def format_expression(node: n.Expr, lang: Language, written_in: Language) -> str:
    """One expression on one line, names as written."""
    return Phrasing(vocabulary(lang), vocabulary(written_in), _as_written).expr(node)


def format_clause(clause: n.Clause, file: n.File) -> str:
    """One clause of a file on one line, as it is laid out there but for its comments: `当：…`."""
    return _one_line(_writer(file)._clause(replace(clause, comments=(), note="")))


def format_declaration(declaration: n.ParamDecl | n.DefinitionDecl, file: n.File) -> str:
    """One parameter or definition of a file on one line, without its comments."""
    writer = _writer(file)
    if isinstance(declaration, n.ParamDecl):
        return _one_line(writer._parameters([replace(declaration, comments=(), note="")]))
    return _one_line(writer._definition(replace(declaration, comments=(), note="")))


def _writer(file: n.File) -> _Writer:
    words = vocabulary(file.language)
    return _Writer(file, words, words, _as_written)


def _one_line(lines: Iterable[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _as_written(parts: tuple[str, ...]) -> tuple[str, ...]:
    return parts


def _columns(text: str) -> int:
    """Display width: East Asian wide characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int) -> str:
    return text + " " * max(0, width - _columns(text))


def _comment_lines(comments: Iterable[str], indent: str = "") -> list[str]:
    return [f"{indent}# {c}".rstrip() if c else "" for c in comments]


class _Writer:
    """One file being written."""

    def __init__(self, file: n.File, words: Vocabulary, source: Vocabulary, translate: Translate | None) -> None:
        self.file = file
        self.words = words
        self.says = Phrasing(words, source, translate or _as_written)
        self.says_in_text = Phrasing(words, source, translate or _as_written, in_text=True)
        self.translated = words is not source
        self.continued = _INDENT + " " * _HEAD_WIDTH[words.language]  # where the further lines of a body begin

    def text(self) -> str:
        blocks: list[list[str]] = []
        for kind, group in groupby(self.file.declarations, type):
            if kind is n.ParamDecl:
                blocks.append(self._parameters([d for d in group if isinstance(d, n.ParamDecl)]))
            elif kind is n.DefinitionDecl:
                blocks.append([line for d in group if isinstance(d, n.DefinitionDecl) for line in self._definition(d)])
            else:
                blocks.extend(self._block(d) for d in group if isinstance(d, (n.RuleDecl, n.DefaultDecl)))
        if self.file.trailing:
            blocks.append(_comment_lines(self.file.trailing))
        return "\n".join("\n".join(block) + "\n" for block in blocks)

    # ------------------------------------------------------------ declarations

    def _names(self, declaration: n.ParamDecl | n.DefinitionDecl) -> str:
        """The declared name and its twin: a translation writes the twin first."""
        name, twin = declaration.name, declaration.twin
        if self.translated and twin:
            name, twin = twin, name
        elif self.translated:
            name = self.says.translate((name,))[0]
        return name + (quoted(twin, self.words) if twin else "")

    def _parameters(self, group: list[n.ParamDecl]) -> list[str]:
        says = self.says
        word = self.words.word("declaration", "parameter")
        heads, values = [], []
        for p in group:
            keys = says.bracket(says.join(says.word("BY"), says.same(p.by, in_call=True))) if p.by else ""
            heads.append(f"{word} {self._names(p)}{keys}")
            values.append(says.word("UNDETERMINED") if p.value is None else says.expr(p.value, 2)
                          if not isinstance(p.value, n.RangeLiteral) else says.expr(p.value))
        head_width, value_width = max(map(_columns, heads)), max(map(_columns, values))
        lines: list[str] = []
        for p, head, value in zip(group, heads, values, strict=True):
            until = f"{says.word('TO')} {_day(p.end)}" if p.end is not None else ""
            tunable = "" if p.low is None or p.high is None else says.join(
                says.word("TUNABLE"), says.expr(p.low, 2), says.word("TO"), says.expr(p.high, 2))
            line = says.join(f"{_pad(head, head_width)} = {_pad(value, value_width)}", says.word("FROM"), _day(p.start or 1),
                             until, tunable)
            lines += [*_comment_lines(p.comments), _noted(line, p.note)]
        return lines

    def _definition(self, d: n.DefinitionDecl) -> list[str]:
        head = f"{self.words.word('declaration', 'definition')} {self._names(d)} ="
        first, *rest = self._broken(d.value, _columns(head) + 1)
        lines = [_noted(f"{head} {first}", d.note), *(self.continued + r for r in rest)]
        return [*_comment_lines(d.comments), *lines]

    def _block(self, d: n.RuleDecl | n.DefaultDecl) -> list[str]:
        if isinstance(d, n.RuleDecl):
            gap = "" if self.words.language == "zh" else " "
            head = f"{self.words.word('declaration', 'rule')} {d.code}{gap}{quoted(d.name, self.words)}{gap}{{"
        else:
            head = f"{self.words.word('declaration', 'default')} {{"
        lines = [*_comment_lines(d.comments), _noted(head, d.note)]
        for clause in d.clauses:
            lines += [*_comment_lines(clause.comments, _INDENT), *self._clause(clause)]
        return [*lines, *_comment_lines(d.trailing, _INDENT), "}"]

    # ------------------------------------------------------------ clauses

    def _clause(self, clause: n.Clause) -> list[str]:
        head = self.words.word("clause", clause.key)
        colon = self.words.punctuation.colon.strip()
        if isinstance(clause.body, n.Exemption):
            gap = "" if self.words.language == "zh" else " "
            head = f"{head}{gap}{quoted(clause.body.label, self.words)}{colon}{gap}"
        else:
            head = _pad(head + colon, _HEAD_WIDTH[self.words.language])
            head += "" if self.words.language == "zh" or head.endswith(" ") else " "
        first, *rest = self._body(clause, len(_INDENT) + _columns(head))
        return [_noted(f"{_INDENT}{head}{first}", clause.note), *(self.continued + line for line in rest)]

    def _body(self, clause: n.Clause, start: int) -> list[str]:
        says, body = self.says, clause.body
        match body:
            case n.SameAs(code):
                return [code]
            case n.Words(values):
                return [self._basis(values) if clause.key == "basis" else self._words(values, clause.key)]
            case n.Valid(first, last):
                return [self._valid(first, last)]
            case n.Let(name, value):
                said, *rest = self._broken(value, start)
                return [f"{says.simple(name)} = {said}", *rest]
            case n.Exemption():
                return self._exemption(body, start)
            case n.Fault(targets):
                return [self.words.punctuation.list_separator.join(self._target(t) for t in targets)]
            case n.Deduct("formula", formula) if formula is not None:
                return [says.expr(formula)]
            case n.Deduct(kind):
                return [self.words.word("deduction", kind)]
            case n.Template():
                return [self._template(body)]
            case n.ItemScope() | n.PairScope() | n.GroupScope() | n.EachScope() | n.StayPairScope() | n.PeriodScope():
                return [says.scope(body)]
        return self._broken(body, start)

    def _broken(self, node: n.Expr, start: int) -> list[str]:
        """A condition on one line if it fits, else one argument of its 且 or 或 a line."""
        line = self.says.expr(node)
        if start + _columns(line) <= _WIDTH or not isinstance(node, n.Logic):
            return [line]
        return self.says.logic(node)

    def _exemption(self, body: n.Exemption, start: int) -> list[str]:
        if body.when is None:
            return [self.says.word("REMOVED")]
        lines = self._broken(body.when, start)
        if body.but is not None:
            comma = self.words.punctuation.argument_separator
            lines[-1] = f"{lines[-1]}{comma}{self.says.word('BUT')} {self.says.expr(body.but)}"
        return lines

    def _target(self, target: n.Name | n.Phrase) -> str:
        if isinstance(target, n.Name):
            return self.says.name(target.parts)
        var = f"{self.says.word('AS')} {self.says.simple(target.var)}" if target.var else ""
        return self.says.join(self.says.name(target.noun.parts), var, self.says.short_where(target.where))

    def _valid(self, first: int | None, last: int | None) -> str:
        says, start = self.says, _day(first or 1)
        if self.words.language == "zh":
            return f"{start} {says.word('ONWARD')}" if last is None else f"{start} {says.word('TO')} {_day(last)}"
        until = "" if last is None else f"{says.word('TO')} {_day(last)}"
        return says.join(says.word("FROM"), start, until)

    def _words(self, values: tuple[str, ...], key: str) -> str:
        out = []
        for value in values:
            family = f"value.{key}"
            known = (family, value) in self.words.words
            word = self.words.word(family, value) if known else self.says.translate((value,))[-1]
            plain = word and not set(word) & set("、，,;；:：#{}「」\"“”")
            out.append(word if plain else quoted(word, self.words))
        return self.words.punctuation.list_separator.join(out)

    def _basis(self, values: tuple[str, ...]) -> str:
        """Running text in Chinese as official documents write it; quoted texts where that could not be read back."""
        plain = all(v and not set(v) & set(";；#\n") and v[0] not in "「“\"" and v[-1] != "}" for v in values)
        if self.words.language == "zh" and plain:
            return "；".join(values)
        return self.words.punctuation.list_separator.join(quoted(v, self.words) for v in values)

    def _template(self, template: n.Template) -> str:
        text = "".join(escaped(p) if isinstance(p, str) else f"{{{self.says_in_text.expr(p)}}}" for p in template.parts)
        return quoted(text, self.words)


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _noted(line: str, note: str) -> str:
    return f"{line}  # {note}" if note else line

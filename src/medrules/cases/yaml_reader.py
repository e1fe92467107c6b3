"""Case files from disk: JSON always, YAML with the extra `medrules[cli]`. Nothing is read as a float or a date."""
from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from medrules.cases.case import Case, CaseError, cases_of
from medrules.errors import MissingExtra

__all__ = ["parse_cases", "parse_data", "parse_yaml", "read_cases"]

_PLAIN_DIGITS: Final = 9  # longer digit strings are codes
MAX_NODES: Final = 1_000_000  # of one file, aliases written out
MAX_BYTES: Final = 16 * 1024 * 1024


def parse_yaml(text: str) -> Any:
    """YAML as plain data: decimals as Decimal, dates and long or zero-led digit strings as text.

    Raises:
        MissingExtra: PyYAML is not installed.
        CaseError: the text is no YAML.
    """
    try:
        import yaml
    except ImportError:
        raise MissingExtra("读 YAML 用例需要 PyYAML：pip install medrules[cli] / install medrules[cli]") from None

    class Loader(yaml.SafeLoader):
        """A safe loader without floats and dates."""

    def integer(loader: Any, node: Any) -> Any:
        digits = node.value.lstrip("+-")
        plain = digits.isdigit() and len(digits) <= _PLAIN_DIGITS and (digits == "0" or digits[0] != "0")
        return int(node.value) if plain else node.value

    def decimal(loader: Any, node: Any) -> Any:
        try:
            return Decimal(node.value)
        except ArithmeticError:
            return node.value

    Loader.add_constructor("tag:yaml.org,2002:int", integer)
    Loader.add_constructor("tag:yaml.org,2002:float", decimal)
    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)
    loader = None
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        if _written_out(node, {}) > MAX_NODES:
            raise CaseError(f"YAML 写开以后超过 {MAX_NODES} 项（& 和 * 的引用一层套一层）")
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"第{mark.line + 1}行第{mark.column + 1}列" if mark is not None else ""
        raise CaseError(f"YAML 格式错误 {place}".rstrip()) from None
    except RecursionError:
        raise CaseError("YAML 嵌套过深") from None
    except (ValueError, TypeError):  # a tag that does not fit its value, a key that is a list
        raise CaseError("YAML 格式错误：有不能用的值") from None
    finally:
        if loader is not None:
            loader.dispose()


def _written_out(node: Any, known: dict[int, int]) -> int:
    """How many nodes a document has once its aliases are written out: they are shared, so that a few lines can mean millions.

    Raises:
        CaseError: a node holds itself.
    """
    found = known.get(id(node))
    if found == 0:
        raise CaseError("YAML 里有引用自己的项（* 指向包含它的 &）")
    if found is None:
        known[id(node)] = 0
        parts = node.value if isinstance(node.value, list) else ()
        found = 1 + sum(_written_out(x, known) for part in parts for x in (part if isinstance(part, tuple) else (part,)))
        known[id(node)] = found
    return found


def read_cases(path: str | Path) -> tuple[Case, ...]:
    """The cases of a file: `.json`, else YAML.

    Raises:
        CaseError: the file does not have the form of cases.
        MissingExtra: it is YAML and PyYAML is not installed.
    """
    path = Path(path)
    with path.open("rb") as file:
        return parse_cases(file.read(MAX_BYTES + 1), path.name)


def parse_cases(content: bytes, name: str) -> tuple[Case, ...]:
    """The cases of a file held in memory; see `read_cases`.

    Args:
        name: of the file, with its folder or without; errors and cases name its last part.
    """
    last = name.rpartition("/")[2]
    return cases_of(parse_data(content, last), last)


def parse_data(content: bytes, name: str) -> Any:
    """The plain data of a case file: `.json`, else YAML. Raises as `read_cases` does."""
    if len(content) > MAX_BYTES:
        raise CaseError(f"{name} 超过 {MAX_BYTES} 字节")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CaseError(f"{name} 不是 UTF-8 编码") from None
    if not name.endswith(".json"):
        return parse_yaml(text)
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise CaseError(f"{name} JSON 格式错误 第{error.lineno}行") from None
    except (RecursionError, ValueError):  # too deep, an int of too many digits, or NaN
        raise CaseError(f"{name} JSON 嵌套过深，或有不能用的数") from None


def _no_constant(word: str) -> Any:
    raise ValueError(word)

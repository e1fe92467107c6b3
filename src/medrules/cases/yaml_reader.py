"""Case files from disk: JSON always, YAML with the extra `medrules[cli]`. Nothing is read as a float or a date."""
from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from medrules.cases.case import Case, CaseError, cases_of
from medrules.errors import MissingExtra

__all__ = ["parse_yaml", "read_cases"]

_PLAIN_DIGITS = 9  # longer digit strings are codes


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
    try:
        return yaml.load(text, Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"第{mark.line + 1}行第{mark.column + 1}列" if mark is not None else ""
        raise CaseError(f"YAML 格式错误 {place}".rstrip()) from None


def read_cases(path: str | Path) -> tuple[Case, ...]:
    """The cases of a file: `.json`, else YAML.

    Raises:
        CaseError: the file does not have the form of cases.
        MissingExtra: it is YAML and PyYAML is not installed.
    """
    path = Path(path)
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        try:
            data = json.loads(text, parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise CaseError(f"{path.name} JSON 格式错误 第{error.lineno}行") from None
    else:
        data = parse_yaml(text)
    return cases_of(data, path.name)

"""Makes small packs for tests: rules of the national packs picked by code (or written inline), with a few table rows.

Column types, parameters, definitions and code sets are those of the packs, so that a ruling tests the published text.
"""
from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from medrules.api import check_pack
from medrules.check.program import Program
from medrules.diagnostics import Severity
from medrules.knowledge.reserved import RESERVED_NAMES

PACKS = Path(__file__).resolve().parents[2] / "rulepacks"
NATIONAL, PROBLEMS = PACKS / "national", PACKS / "typical-problems"
DEFAULTS = """默认 {
  环节：事前、事中、事后
  场景：门急诊、住院
  费用：列入统筹费用
  有效：2025-01-01 起
  提醒方式：静默
}"""
_RULE = re.compile(r"^规则 (\S+?)「.*?^\}", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"知识表「([^」]+)」")


class BadPack(AssertionError):
    """The pack of a test has errors."""


@cache
def _rules() -> dict[str, str]:
    """The texts of all rules of the two packs, by code."""
    paths = [*NATIONAL.glob("families/*/rule.medrule"), *PROBLEMS.glob("families/*/rule.medrule")]
    return {m[1]: m[0] for path in sorted(paths) for m in _RULE.finditer(path.read_text("utf-8"))}


@cache
def _declarations() -> dict[str, tuple[Path, str]]:
    """table.toml path and CSV header of each table of the packs, by Chinese name."""
    out = {}
    for path in (p for pack in (NATIONAL, PROBLEMS) for p in pack.glob("families/*/tables/*.toml")):
        header = path.with_suffix(".csv").read_text("utf-8").splitlines()[0]
        out[tomllib.loads(path.read_text("utf-8"))["name"]] = (path, header)
    return out


def rule_text(codes: Iterable[str]) -> str:
    """Rules of the packs with the rules that they follow, under common defaults."""
    wanted = list(codes)
    found: dict[str, str] = {}
    while wanted:
        code = wanted.pop(0)
        if code in found:
            continue
        found[code] = _rules()[code]
        base = re.search(r"^  同：\s*(\S+)", found[code], re.MULTILINE)
        if base is not None:
            wanted.append(base[1])
    return DEFAULTS + "\n\n" + "\n".join(found.values()) + "\n"


def _rows(name: str, text: str) -> tuple[str, str, str]:
    """(file stem, toml, full CSV) of a table whose rows are given with the columns that matter."""
    path, header = _declarations()[name]
    given = list(csv.DictReader(io.StringIO(text.strip() + "\n"), skipinitialspace=True))
    asked = {k.strip(): None for row in given for k in row}
    columns = list(dict.fromkeys([*header.split(","), *(c for c in asked if c in RESERVED_NAMES), "来源"]))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for n, row in enumerate(given, 1):
        row = {k.strip(): (v or "").strip() for k, v in row.items()}
        row.setdefault("知识点号", f"{name}-{n}")
        row.setdefault("来源", "例")
        writer.writerow(row)
    return path.stem, path.read_text("utf-8"), out.getvalue()


def build_pack(
    folder: Path, *, rules: Iterable[str] = (), text: str = "", rows: Mapping[str, str] | None = None,
    tables: Mapping[str, tuple[str, str]] | None = None, parameters: str | None = None, codesets: Mapping[str, str] | None = None,
) -> Program:
    """Write a pack into `folder` and check it.

    Args:
        rules: codes of the packs' rules.
        text: further rule text.
        rows: CSV rows by table name; a table that is not given is empty.
        tables: further tables: name → (toml, csv).
        parameters: parameter text instead of the national pack's.
        codesets: further code sets: file stem → toml.

    Raises:
        BadPack: the pack has errors.
    """
    body = "\n\n".join(p for p in (rule_text(rules) if rules else "", text) if p)
    family = folder / "families" / "X_test"
    (family / "tables").mkdir(parents=True)
    (folder / "shared" / "codesets").mkdir(parents=True)
    (folder / "pack.toml").write_text(
        f'name = "{folder.name}"\nversion = "1"\ntitle = "试"\n' + "".join(
            f'[[catalogue]]\nname = "{n}"\nen = "{e}"\nsystem = "{s}"\nincomplete = true\n'
            for n, e, s in (("ICD10医保版", "icd10_nhsa", "icd10"), ("ICD9医保版", "icd9_nhsa", "icd9cm3"))), "utf-8")
    for name in ("parameters", "definitions"):
        given = parameters if name == "parameters" and parameters is not None else (
            NATIONAL / "shared" / f"{name}.medrule").read_text("utf-8")
        (folder / "shared" / f"{name}.medrule").write_text(given, "utf-8")
    for path in (p for pack in (NATIONAL, PROBLEMS) for p in (pack / "shared" / "codesets").glob("*.toml")):
        (folder / "shared" / "codesets" / path.name).write_bytes(path.read_bytes())
    for stem, toml in (codesets or {}).items():
        (folder / "shared" / "codesets" / f"{stem}.toml").write_text(toml, "utf-8")
    (family / "rule.medrule").write_text(body, "utf-8")
    own = dict(tables or {})
    for name in sorted({*_TABLE.findall(body), *(rows or {})} - set(own)):
        stem, toml, lines = _rows(name, (rows or {}).get(name, "知识点号"))
        (family / "tables" / f"{stem}.toml").write_text(toml, "utf-8")
        (family / "tables" / f"{stem}.csv").write_text(lines, "utf-8")
    for n, (toml, lines) in enumerate(own.values()):
        (family / "tables" / f"own_{n}.toml").write_text(toml, "utf-8")
        (family / "tables" / f"own_{n}.csv").write_text(lines, "utf-8")
    return checked(folder)


def checked(folder: Path) -> Program:
    """The Program of a pack folder; errors are refused, warnings are not."""
    pack = check_pack(folder)
    errors = [d for d in pack.diagnostics if d.severity is Severity.ERROR]
    if errors:
        raise BadPack("\n".join(f"{d.code} {d.place} {d.message}" for d in errors))
    return pack.program

"""The disease words of the pack (shared/terms/): names of the catalogue, and words of which a person said what they cover.

    python -m tools.starter_pack.terms 数据目录 rulepacks/national     # rewrites both files; same input, same bytes
    python -m tools.starter_pack.terms --reviewed rulepacks/national   # the reviewed words alone, which need no data folder

Reviewed words are those of indication_terms.csv that have sure codes (诊断), and those of reader_terms.csv.
"""
from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

__all__ = ["names_csv", "reviewed_csv"]

HERE = Path(__file__).parent


def names_csv(data: Path) -> str:
    """name,code of the ICD-10 catalogue, by code."""
    with (data / "catalogues" / "icd10-nhsa-chsdrg.csv").open(encoding="utf-8-sig", newline="") as file:
        pairs = sorted({(row["dx_code"].strip(), row["dx_name"].strip()) for row in csv.DictReader(file)})
    return _csv(("name", "code"), [(name, code) for code, name in pairs if name and code])


def reviewed_csv() -> str:
    """词,诊断,说明: indication_terms.csv first, then reader_terms.csv; a word stands once."""
    rows: dict[str, tuple[str, str, str]] = {}
    unsure: set[str] = set()
    for name, why in (("indication_terms.csv", "限适应症词表"), ("reader_terms.csv", "")):
        with (HERE / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["词"] in unsure:
                    raise ValueError(f"indication_terms.csv has no sure codes for {row['词']}: reader_terms.csv cannot know better")
                if not row["诊断"]:
                    unsure.add(row["词"])
                else:
                    rows.setdefault(row["词"], (row["词"], row["诊断"], why or row["说明"]))
    return _csv(("词", "诊断", "说明"), list(rows.values()))


def _csv(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folders", nargs="+", type=Path)
    words.add_argument("--reviewed", action="store_true")
    arguments = words.parse_args()
    pack = arguments.folders[-1] / "shared" / "terms"
    pack.mkdir(exist_ok=True)
    if not arguments.reviewed:
        (pack / "icd10_names.csv").write_text(names_csv(arguments.folders[0]), "utf-8", newline="")
    (pack / "icd10_reviewed.csv").write_text(reviewed_csv(), "utf-8", newline="")


if __name__ == "__main__":
    main()

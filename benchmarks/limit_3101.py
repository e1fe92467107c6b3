"""The hand-written limit of a 3101 answer: bytes in, bytes out, for six rule families, with nothing but dicts and loops.

It does what a good programmer would write for exactly these families and no others: `json.loads`, the tolerant reads that
touch its fields, one merged record per item, the six checks, a response with all required fields, `json.dumps`.

* Read as the form is really sent: object or list, "" and null for a list, numbers as text and codes as numbers, empty marks,
  the date forms of several vendors, the current encounter among several (all if none is named), lines that are not current
  (all if none is), discharge diagnoses before admission ones, a main diagnosis that is only in its own field, GBK, repeated
  rx_id. Fields that none of the six checks needs are not read at all.
* Values that come again and again (numbers, times) are remembered; the usual date form is read without `strptime`; what a line
  needs is read only when a check asks for it; nothing is built for a line without a knowledge row.
* A message that cannot be read is answered with infcode -1 and does not raise.

It knows nothing of unknown facts beyond "skip", of evidence, versions of rules, history, refunds, notes, several sites, or
deductions across rules. That is the point: medrules is held against it on the same bytes, and both must answer the same
findings. It was reviewed against the form and frozen before the reader and writer were tuned against it: it is not changed with
them.
"""
from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import Any

__all__ = ["FAMILIES", "build"]

FAMILIES = (
    "GZ10000101007000_drug_for_children", "GZ10000301004000_drug_by_sex", "GZ10000302004000_item_by_sex",
    "GZ10000101012000_drug_by_hospital_level", "GZ10000101008000_drug_indication", "GZ10000102014000_daily_limit",
)
LEVELS = {"一级": 1, "二级": 2, "三级": 3}
CHILD_AGE = 18
FOREVER = date.max.toordinal()
BLANK = frozenset(("", "-", "--", "null"))
CHILD, SEX_DRUG, SEX_ITEM, LEVEL, INDICATION, DAILY = (name.partition("_")[0] for name in FAMILIES)
NAMES = {
    CHILD: ("药品限儿童使用", "1"), SEX_DRUG: ("药品区分性别使用", "2"), SEX_ITEM: ("医疗服务项目区分性别使用", "1"),
    LEVEL: ("药品限医疗机构级别", "1"), INDICATION: ("药品限适应症", "1"), DAILY: ("医疗服务项目限定频次", "1"),
}
VISIT_KINDS = frozenset(("11", "12", "13", "14", "21", "22", "52"))
INPATIENT = frozenset(("21", "22", "52"))
SEXES = {"1": "男", "2": "女"}
OLD = ("0", 0)  # curr_drord_flag of a line that is not under review
NOT_BY_SEX = (*(f"Q{n}" for n in (*range(50, 57), *range(90, 100))), "E25", "E29.1", "E30.0", "E34.5", "F64", "O99.808")
ENCODE = json.JSONEncoder(ensure_ascii=False).encode
Record = dict[str, list[Any]]
Found = tuple[str, int, int | None, str, str]  # rule, place of the line, fen, content, knowledge point


def build(pack: Path, level: int) -> tuple[Callable[[bytes], bytes], Record]:
    """The function from request bytes to answer bytes, and the records by item code (to draw requests from)."""
    records = _records(pack)
    get_record = records.get
    numbers: dict[Any, int | None] = {}
    times: dict[Any, tuple[int, int] | None] = {}

    def number(raw: Any) -> int | None:  # scale 4
        try:
            return numbers[raw]
        except KeyError:
            if len(numbers) > 4_096:
                numbers.clear()
            made = numbers[raw] = _number(raw)
            return made
        except TypeError:
            return None

    def moment(raw: Any) -> tuple[int, int] | None:
        try:
            return times[raw]
        except KeyError:
            if len(times) > 4_096:
                times.clear()
            made = times[raw] = _moment(raw)
            return made
        except TypeError:
            return None

    def answer(body: bytes) -> bytes:
        received = datetime.now()
        try:
            try:
                root, encoding = json.loads(body), "utf-8"
            except UnicodeDecodeError:
                root, encoding = json.loads(body.decode("gb18030")), "gb18030"
            results = review(root, body)
        except Exception:
            return _reply({}, received, len(body), -1, "报文读不出来", []).encode()
        return _reply(root, received, len(body), 0, None, results).encode(encoding)

    def review(root: dict[str, Any], body: bytes) -> list[dict[str, Any]]:
        data = root["input"]["data"]
        task = str(data.get("task_id") or "")
        seed = root.get("msgid") or task or sha256(body).hexdigest()
        results: list[dict[str, Any]] = []
        for patient in _list(data["patient_dtos"]):
            current = str(patient.get("curr_mdtrt_id") or "").strip()
            visits = _list(patient.get("fsi_encounter_dtos"))
            if len(visits) > 1:
                visits = [v for v in visits if str(v.get("mdtrt_id")).strip() == current] or visits
            sex = SEXES.get(str(patient.get("gend")).strip())
            birth = moment(patient.get("brdy"))
            for visit in visits:
                kind = str(visit.get("med_type") or "").strip()
                if kind not in VISIT_KINDS:
                    continue
                lines = _list(visit.get("fsi_order_dtos"))
                admitted = moment(visit.get("adm_date")) if kind in INPATIENT else None
                for found in _check(lines, get_record, number, moment, sex, birth, admitted, _diagnoses(visit), level):
                    results.append(_item(seed, task, patient, visit, lines[found[1]], found))
        results.sort(key=lambda r: (r["sev_deg"], -r["vola_amt"]))
        return results

    return answer, records


def _check(
    lines: list[dict[str, Any]], get_record: Callable[[str], list[Any] | None], number: Callable[[Any], int | None],
    moment: Callable[[Any], tuple[int, int] | None], sex: str | None, birth: tuple[int, int] | None, admitted: tuple[int, int] | None,
    diagnoses: list[str], level: int, old: tuple[Any, ...] = OLD,
) -> list[Found]:
    """`admitted` of an inpatient: a stay that began within the ages counts as within them."""
    out: list[Found] = []
    counted: list[tuple[int, int, int, list[Any]]] | None = None
    n_old = 0
    for i, line in enumerate(lines):
        if line.get("curr_drord_flag") in old:
            n_old += 1
            continue
        record = get_record(str(line.get("hilist_code") or "").strip().upper())
        if record is None:
            continue
        at = moment(line.get("drord_begn_date"))
        if at is None:
            continue
        on = at[0]
        ages, sexes, sex_rule, least, indications, daily = record
        if daily:
            if counted is None:
                counted = []
            counted.append((at[0] * 86_400 + at[1], i, number(line.get("cnt")) or 0, daily))
        if not (ages or sexes or least or indications):
            continue
        amount, own = number(line.get("sumamt")), number(line.get("ownpay_amt"))
        base = None if amount is None or own is None else (amount - own) // 100
        if sexes and sex is not None:
            fees = base if sex_rule == SEX_DRUG else None if amount is None else amount // 100
            if fees is None or fees > 0:
                rows = [r for r in sexes if r[0] <= on < r[1]]
                if rows and all(r[2] != sex for r in rows) and not any(d.startswith(NOT_BY_SEX) for d in diagnoses):
                    out.append((sex_rule, i, fees, f"{line.get('hilist_name')}限{rows[0][2]}性，患者为{sex}性", rows[0][3]))
        if base is not None and base <= 0:
            continue
        if ages and birth is not None:
            rows = [r for r in ages if r[0] <= on < r[1]]
            if rows:
                age = _years(birth[0], on)
                if all(not r[2] <= age < r[3] for r in rows) and (
                    admitted is None or all(not r[2] <= _years(birth[0], admitted[0]) < r[3] for r in rows)
                ):
                    out.append((CHILD, i, base, f"{line.get('hilist_name')}{rows[0][5]}，患者{age}岁", rows[0][4]))
        if least:
            rows = [r for r in least if r[0] <= on < r[1]]
            if rows and all(level < r[2] for r in rows):
                out.append((LEVEL, i, base, f"{line.get('hilist_name')}{rows[0][4]}", rows[0][3]))
        if indications and diagnoses:
            rows = [r for r in indications if r[0] <= on < r[1]]
            if rows:
                age = None if birth is None else _years(birth[0], on)
                first = age if birth is None or admitted is None else _years(birth[0], admitted[0])
                for r in rows:
                    if (
                        (age is None or r[3] <= age < r[4] or r[3] <= first < r[4]) and (not r[5] or r[5] == sex) and level >= r[6]
                        and (not r[2] or any(d.startswith(r[2]) for d in diagnoses))
                    ):
                        break
                else:
                    out.append((INDICATION, i, base, f"{line.get('hilist_name')}{rows[0][8]}；本次诊断：{'、'.join(diagnoses)}", rows[0][7]))
    if counted:
        used: dict[tuple[Any, int], int] = {}
        counted.sort()
        for when, i, quantity, rows in counted:
            on = when // 86_400
            for since, until, group, limit, key, name in rows:
                if since <= on < until:
                    before = used.get((group, on), 0)
                    used[group, on] = before + quantity
                    over = before + quantity - max(before, limit)
                    if over > 0:
                        price = number(lines[i].get("pric"))
                        fen = None if price is None else (over * price + 500_000) // 1_000_000
                        out.append((DAILY, i, fen, f"{name}每日不超过{limit // 10_000}，本日超出{over // 10_000}", key))
    if n_old and n_old == len(lines) and old:
        return _check(lines, get_record, number, moment, sex, birth, admitted, diagnoses, level, ())
    return out


def _diagnoses(visit: dict[str, Any]) -> list[str]:
    """Discharge diagnoses if there are any, else admission ones; the main one may stand in its own field only."""
    sent = _list(visit.get("fsi_diagnose_dtos"))
    kinds = [str(d.get("inout_dise_type")).strip() for d in sent]
    skipped = "1" if "2" in kinds else None
    codes = [str(d.get("dise_codg") or "").strip().upper() for d, kind in zip(sent, kinds, strict=True) if kind != skipped]
    main = str(visit.get("dscg_main_dise_codg") or "").strip().upper()
    if main not in codes:
        codes.append(main)
    return [code for code in codes if code not in BLANK]


def _item(seed: str, task: str, patient: dict[str, Any], visit: dict[str, Any], line: dict[str, Any], found: Found) -> dict[str, Any]:
    rule, i, fen, content, key = found
    made = sha256(f"{seed}|{rule}|{i}".encode()).hexdigest().upper()
    who, where = str(patient.get("patn_id") or ""), str(visit.get("mdtrt_id") or "")
    amount = 0 if fen is None else fen / 100
    name, severity = NAMES[rule]
    return {
        "jr_id": "JR" + made[:30], "rule_id": rule, "rule_name": name, "vola_cont": content[:500], "patn_id": who,
        "mdtrt_id": where, "judge_result_detail_dtos": [{
            "jrd_id": "JD" + made[:30], "patn_id": who, "mdtrt_id": where, "rx_id": str(line.get("rx_id") or ""), "vola_item_type": "1",
            "vola_amt": amount,
        }],
        "vola_amt": amount, "vola_amt_stas": "0" if fen is None else "1", "sev_deg": severity, "vola_evid": f"知识点 {key}",
        "vola_bhvr_type": "0", "task_id": task,
    }


def _reply(root: dict[str, Any], received: datetime, serial: int, infcode: int, error: str | None, results: list[dict[str, Any]]) -> str:
    came = _stamp(received)
    return ENCODE({
        "infcode": infcode, "inf_refmsgid": f"{str(root.get('mdtrtarea_admvs') or '')[:6]:0<6}{came[:14]}{serial:010d}",
        "refmsg_time": came, "respond_time": _stamp(datetime.now()), "enctype": None, "signtype": None, "cainfo": None,
        "err_msg": error, "warn_msg": None, "output": {"result": results},
    })


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03d}"


def _list(value: Any) -> list[dict[str, Any]]:
    return value if value.__class__ is list else [value] if value.__class__ is dict else []


def _number(raw: Any) -> int | None:
    if raw is None or (raw.__class__ is str and raw.strip() in BLANK):
        return None
    try:
        return int(Decimal(str(raw).strip()).scaleb(4))
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _moment(raw: Any) -> tuple[int, int] | None:
    """(day, second)."""
    text = str(raw).strip().replace("/", "-") if raw is not None else ""
    if len(text) == 19:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return (at.toordinal(), at.hour * 3_600 + at.minute * 60 + at.second) if at.year < 9999 else None
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S"):
        try:
            at = datetime.strptime(text, form)
        except ValueError:
            continue
        return (at.toordinal(), at.hour * 3_600 + at.minute * 60 + at.second) if at.year < 9999 else None
    return None


def _years(birth: int, on: int) -> int:
    born, today = date.fromordinal(birth), date.fromordinal(on)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _records(pack: Path) -> Record:
    """One merged record per item code: [ages, sexes, the rule of the sexes, least levels, indications, daily limits]."""
    records: Record = {}
    hard: set[str] = set()

    def of(code: str) -> list[Any]:
        return records.setdefault(code, [[], [], "", [], [], []])

    for place, family in enumerate(FAMILIES):
        for path in sorted((pack / "families" / family / "tables").glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    since = date.fromisoformat(row["有效起"]).toordinal() if row["有效起"] else 0
                    until = date.fromisoformat(row["有效止"]).toordinal() if row["有效止"] else FOREVER
                    key, text = row["知识点号"], row["原文"]
                    try:
                        low, high = _ages(row.get("年龄段", ""))
                        prefixes = _prefixes(row.get("诊断", ""))
                    except ValueError:  # ages in months or days, ranges across letters: these items are not drawn
                        low = -1
                    if low < 0 or row.get("专科类别") or row.get("科室") or row.get("结果") or row.get("儿童除外"):
                        hard.update(row["编码"].split("|"))
                        continue
                    for code in row["编码"].split("|"):
                        record = of(code)
                        match place:
                            case 0:
                                record[0].append((since, until, low, high, key, text))
                            case 1 | 2:
                                record[1].append((since, until, row["性别"], key))
                                record[2] = SEX_DRUG if place == 1 else SEX_ITEM
                            case 3:
                                record[3].append((since, until, LEVELS.get(row["最低级别"], 0), key, text))
                            case 4:
                                least = LEVELS.get(row["最低级别"], 0)
                                record[4].append((since, until, prefixes, low, high, row["性别"], least, key, text))
                            case _:
                                record[5].append((since, until, row["组号"], int(Decimal(row["上限"]) * 10_000), key, row["名称"]))
    return {code: record for code, record in records.items() if code not in hard}


def _prefixes(cell: str) -> tuple[str, ...]:
    """Categories and ranges of categories, as prefixes for `startswith`."""
    out: list[str] = []
    for word in filter(None, cell.split("|")):
        first, _, last = word.partition("-")
        if not last:
            out.append(first)
        elif len(first) == len(last) == 3 and first[0] == last[0]:
            out.extend(f"{first[0]}{n:02d}" for n in range(int(first[1:]), int(last[1:]) + 1))
        elif first.partition(".")[0] == last.partition(".")[0] and len(first) == len(last) == 5:
            out.extend(f"{first[:4]}{n}" for n in range(int(first[4:]), int(last[4:]) + 1))
        else:
            raise ValueError(word)
    return tuple(out)


def _ages(cell: str) -> tuple[int, int]:
    low, high = 0, 200
    for word in cell.replace("不满 参数.儿童年龄上限", f"不满{CHILD_AGE}岁").split():
        if word.startswith("满") and word.endswith("岁"):
            low = int(word[1:-1])
        elif word.startswith("不满") and word.endswith("岁"):
            high = int(word[2:-1])
        else:
            raise ValueError(cell)
    return low, high

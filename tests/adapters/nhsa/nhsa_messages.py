"""National messages with invented content, in the shapes that different client families send. Each call builds a
fresh one."""

from __future__ import annotations

import json
from typing import Any

DRUG = "XN02BEA075A001010100001"
SERVICE = "003205000010000"


def order(n: int = 1, **changes: Any) -> dict[str, Any]:
    """One line as a well-filled client sends it."""
    return {
        "rx_id": f"YZ{n:04d}",
        "rxno": f"CF{n:04d}",
        "grpno": "",
        "long_drord_flag": "0",
        "hilist_type": "101",
        "chrg_type": "09",
        "drord_bhvr": "0",
        "hilist_code": DRUG,
        "hilist_name": "示例片",
        "hilist_dosform": "片剂",
        "hilist_lv": "01",
        "hilist_pric": "1.00",
        "hosplist_code": f"YP{n:04d}",
        "hosplist_name": "示例片",
        "cnt": "2.00",
        "pric": "10.5000",
        "sumamt": "21.00",
        "ownpay_amt": "0",
        "selfpay_amt": "2.10",
        "spec": "10mg*10片/盒",
        "spec_unt": "盒",
        "drord_begn_date": "2026-07-02 09:00:00",
        "drord_stop_date": "",
        "drord_dept_codg": "A03.01",
        "drord_dept_name": "内科",
        "drord_dr_codg": "D110000000001",
        "drord_dr_name": "示例医师",
        "drord_dr_profttl": "233",
        "curr_drord_flag": "1",
        **changes,
    }


def diagnosis(code: str = "I63.900", name: str = "脑梗死", **changes: Any) -> dict[str, Any]:
    return {
        "dise_id": "ZD1",
        "inout_dise_type": "1",
        "maindise_flag": "1",
        "dias_srt_no": "1",
        "dise_codg": code,
        "dise_name": name,
        "dise_date": "2026-07-01 10:00:00",
        **changes,
    }


def encounter(**changes: Any) -> dict[str, Any]:
    return {
        "mdtrt_id": "JZ0001",
        "medins_id": "H11000000001",
        "medins_name": "示例医院",
        "medins_admdvs": "110100",
        "medins_type": "1",
        "medins_lv": "02",
        "wardarea_codg": "B01",
        "wardno": "",
        "bedno": "",
        "adm_date": "2026-07-01 08:30:00",
        "dscg_date": "",
        "dscg_main_dise_codg": "I63.900",
        "dscg_main_dise_name": "脑梗死",
        "dr_codg": "D110000000001",
        "adm_dept_codg": "A03.01",
        "adm_dept_name": "内科",
        "dscg_dept_codg": "",
        "dscg_dept_name": "",
        "med_mdtrt_type": "2",
        "med_type": "21",
        "matn_stas": "0",
        "medfee_sumamt": "21.00",
        "ownpay_amt": "0",
        "selfpay_amt": "0",
        "acct_payamt": "",
        "ma_amt": "",
        "hifp_payamt": "",
        "setl_totlnum": "1",
        "insutype": "310",
        "reim_flag": "0",
        "out_setl_flag": "0",
        "fsi_diagnose_dtos": [diagnosis()],
        "fsi_order_dtos": [order()],
        "fsi_operation_dtos": [],
        **changes,
    }


def patient(**changes: Any) -> dict[str, Any]:
    return {
        "patn_id": "P0001",
        "patn_name": "示例患者",
        "gend": "1",
        "brdy": "1970-05-06",
        "poolarea": "110100",
        "curr_mdtrt_id": "JZ0001",
        "fsi_encounter_dtos": [encounter()],
        "fsi_his_data_dto": "",
        **changes,
    }


def message(infno: str = "3101", **changes: Any) -> dict[str, Any]:
    """A message whose data is changed; pass `envelope={...}` to change the outside."""
    envelope = changes.pop("envelope", {})
    data = {"syscode": "HIS", "task_id": "", "trig_scen": "4", "rule_ids": [], "patient_dtos": [patient()], **changes}
    return {
        "infno": infno,
        "msgid": "H11000000001202607020915300001",
        "mdtrtarea_admvs": "110100",
        "insuplc_admdvs": "110100",
        "recer_sys_code": "YBXT",
        "dev_no": "",
        "dev_safe_info": "",
        "cainfo": "",
        "signtype": "",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "0001",
        "opter_name": "示例操作员",
        "inf_time": "2026-07-02 09:15:30",
        "fixmedins_code": "H11000000001",
        "fixmedins_name": "示例医院",
        "sign_no": "",
        "input": {"data": data},
        **envelope,
    }


def of_encounter(infno: str = "3101", **changes: Any) -> dict[str, Any]:
    """A message with one encounter that has these changes."""
    return message(infno, patient_dtos=[patient(fsi_encounter_dtos=[encounter(**changes)])])


def of_order(infno: str = "3101", **changes: Any) -> dict[str, Any]:
    """A message with one line that has these changes."""
    return of_encounter(infno, fsi_order_dtos=[order(**changes)])


def feedback(*warns: dict[str, Any], **changes: Any) -> dict[str, Any]:
    sent = list(warns) or [
        {"warn_rslt_id": "JR1", "dspo_way": "1", "dspo_way_rea": "病情需要"},
        {"warn_rslt_id": "JR2", "dspo_way": "2", "dspo_way_rea": ""},
    ]
    made = message("3103")
    made["input"] = {"data": {"warn_type": "1", "warns": sent, **changes}}
    return made


def as_bytes(sent: Any, encoding: str = "utf-8") -> bytes:
    return json.dumps(sent, ensure_ascii=False).encode(encoding)

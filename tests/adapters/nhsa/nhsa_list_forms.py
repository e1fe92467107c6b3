"""Whole messages of systems that send lists throughout; all content invented."""

from __future__ import annotations

from typing import Any


def null_form() -> dict[str, Any]:
    """Lists of one, null for whatever is unknown, numbers as text, an empty encounter id, the flag that repeats the code."""
    line = {
        "rx_id": "YZ800001",
        "rxno": "YZ800001",
        "grpno": None,
        "long_drord_flag": "1",
        "hilist_type": "1",
        "chrg_type": "1",
        "drord_bhvr": "1",
        "hilist_code": "0",
        "hilist_name": "默认",
        "hilist_dosform": None,
        "hilist_lv": "1",
        "hilist_pric": "1",
        "lv1_hosp_item_pric": None,
        "hilist_memo": None,
        "hosplist_code": "abc",
        "hosplist_name": "示例目录",
        "hosplist_dosform": None,
        "cnt": "2",
        "pric": "0.1500",
        "sumamt": "",
        "ownpay_amt": "0.3000",
        "selfpay_amt": "0.3000",
        "spec": "0",
        "spec_unt": "瓶",
        "drord_begn_date": "2026-08-20 09:00:00",
        "drord_stop_date": None,
        "drord_dept_codg": "0101",
        "drord_dr_codg": "0001",
        "drord_dr_profttl": "1",
        "curr_drord_flag": "0",
    }
    diagnosis = {
        "dise_id": "I63.900",
        "inout_dise_type": "1",
        "maindise_flag": "I63.900",
        "dias_srt_no": "1",
        "dise_codg": "I63.900",
        "dise_name": "脑梗死",
        "dise_date": "2026/8/18 10:20:05",
    }
    visit = {
        "mdtrt_id": "",
        "medins_id": "H99990000001",
        "medins_type": "1",
        "medins_lv": "1",
        "wardarea_codg": None,
        "adm_date": "2026-08-18 10:11:12",
        "dscg_date": "",
        "dscg_main_dise_codg": "I63.900",
        "fsi_diagnose_dtos": [diagnosis],
        "med_mdtrt_type": "1",
        "med_type": None,
        "fsi_order_dtos": [line, dict(line)],
        "matn_stas": "0",
        "medfee_sumamt": "",
        "acct_payamt": None,
        "hifp_payamt": None,
        "insutype": "390",
        "reim_flag": "0",
        "out_setl_flag": "0",
        "fsi_operation_dtos": None,
    }
    person = {
        "patn_id": "800005",
        "patn_name": "示例患者",
        "gend": "1",
        "brdy": "1970-01-01",
        "poolarea": "999902",
        "curr_mdtrt_id": "ZYH800005",
        "fsi_encounter_dtos": [visit],
    }
    return {
        "infno": "3101",
        "msgid": "H99990000001202608220905070042",
        "mdtrtarea_admvs": "999902",
        "recer_sys_code": "MBS_LOCAL",
        "dev_no": None,
        "cainfo": "",
        "signtype": "PRCSSC",
        "infver": "V1.0",
        "inf_time": "2026-08-22 09:05:07",
        "fixmedins_code": "H99990000001",
        "input": {"data": {"patient_dtos": [person], "rule_ids": None, "trig_scen": "1", "syscode": None}},
    }


def text_form() -> dict[str, Any]:
    """An outpatient whose lists stand first, amounts as text but the total a number, "" for the history object."""
    lines = [
        {
            "rx_id": str(9000 + n),
            "rxno": str(9000 + n),
            "grpno": "1",
            "long_drord_flag": "0",
            "hilist_type": "101",
            "chrg_type": "09",
            "drord_bhvr": "0",
            "hilist_code": f"XA11DAW036A00101010410{n}",
            "hilist_name": "示例片",
            "hilist_lv": "01",
            "hilist_pric": "0.15",
            "hosplist_code": "YP0001",
            "hosplist_name": "示例片",
            "cnt": "2",
            "pric": "0.15",
            "sumamt": "0.30",
            "ownpay_amt": "0",
            "selfpay_amt": "0",
            "spec": "10mg*100片/瓶",
            "spec_unt": "瓶(100)",
            "drord_begn_date": "2026-07-12 09:20:00",
            "drord_dept_codg": "12",
            "drord_dr_codg": "D999900000001",
            "drord_dr_profttl": "2",
            "curr_drord_flag": "1",
        }
        for n in (1, 2)
    ]
    visit = {
        "fsi_diagnose_dtos": [
            {
                "dise_id": "原发性高血压",
                "inout_dise_type": "1",
                "maindise_flag": "1",
                "dias_srt_no": "1",
                "dise_codg": "I10.x00",
                "dise_name": "特发性(原发性)高血压",
                "dise_date": "2026-07-12 09:20:00",
            }
        ],
        "fsi_order_dtos": lines,
        "fsi_operation_dtos": [],
        "mdtrt_id": "JZ800001",
        "medins_id": "H99990000001",
        "medins_type": "A1",
        "medins_lv": "05",
        "adm_date": "2026-07-12 09:20:00",
        "dscg_date": "2026-07-12 09:20:00",
        "dscg_main_dise_codg": "I10.x00",
        "med_mdtrt_type": "1",
        "med_type": "14",
        "matn_stas": "0",
        "medfee_sumamt": 0.6,
        "acct_payamt": "",
        "hifp_payamt": "",
        "insutype": "310",
        "reim_flag": "1",
        "out_setl_flag": "2",
    }
    person = {
        "fsi_encounter_dtos": [visit],
        "fsi_his_data_dto": "",
        "patn_id": "BR800001",
        "patn_name": "示例患者",
        "gend": "2",
        "brdy": "1960-03-02",
        "poolarea": "999903",
        "curr_mdtrt_id": "JZ800001",
    }
    return {
        "infno": "3101",
        "msgid": "H99990000001202607120930150042",
        "recer_sys_code": "13999",
        "enc_type": "",
        "inf_time": "2026-07-12 09:30:15",
        "fixmedins_code": "H99990000001",
        "input": {"data": {"patient_dtos": [person], "trig_scen": "2"}},
    }


def typed_form() -> dict[str, Any]:
    """Lists, codes and amounts as numbers, null dates, no msgid, hospital's own diagnosis codes, many extra keys, old lines."""

    def line(n: int, current: int, when: str) -> dict[str, Any]:
        return {
            "rx_id": str(6000 + n),
            "rxno": f"IP{n}",
            "grpno": "",
            "long_drord_flag": 1 - current,
            "hilist_type": "101",
            "chrg_type": "09",
            "drord_bhvr": 0,
            "hilist_code": f"XG02BAZ061Z00701027954{n}",
            "hilist_name": "示例药",
            "hilist_lv": "--",
            "hosplist_code": "XG02",
            "hosplist_dosform": "栓剂",
            "cnt": 1,
            "pric": 1153,
            "sumamt": 1153,
            "selfpay_amt": 0,
            "ownpay_amt": 0,
            "spec": "52mg",
            "spec_unt": "盒",
            "drord_begn_date": when,
            "drord_stop_date": None,
            "drord_dept_codg": "100001",
            "drord_dr_codg": "ys01",
            "drord_dr_profttl": "231",
            "curr_drord_flag": current,
            "order_id": n,
            "order_state": "A",
            "self_paying_flag": None,
            "TarItemID": n,
        }

    diagnoses = [
        {
            "dise_id": 3069 + n,
            "inout_dise_type": "1",
            "maindise_flag": int(n == 2),
            "dias_srt_no": n,
            "dise_codg": code,
            "dise_name": "示例诊断",
            "dise_date": "2026-07-02 21:00:00",
        }
        for n, code in enumerate(("XYZD019082", "M17.900", "XYZD018987"))
    ]
    visit = {
        "mdtrt_id": "8100001",
        "medins_id": "CSYY0009",
        "medins_type": "A",
        "medins_lv": "01",
        "wardarea_codg": "100130",
        "wardarea_name": "示例病区",
        "setl_date": None,
        "adm_date": "2026-07-02 11:00:00",
        "dscg_date": None,
        "dscg_main_dise_codg": "XYZD018987",
        "adm_dept_codg": "骨科",
        "adm_dept_name": "100001",
        "med_mdtrt_type": "1",
        "med_type": "21",
        "matn_stas": "0",
        "medfee_sumamt": 0,
        "hifp_payamt": 0,
        "insutype": "390",
        "reim_flag": 0,
        "out_setl_flag": 0,
        "dise_no": "",
        "his_md_cnt": "",
        "fsi_diagnose_dtos": diagnoses,
        "fsi_operation_dtos": [],
        "fsi_order_dtos": [line(1, 1, "2026-07-31 10:05:00"), line(2, 0, "2026-07-10 19:00:00")],
    }
    person = {
        "patn_id": "9100001",
        "patn_name": "示例患者",
        "gend": "1",
        "brdy": "1951-01-01",
        "poolarea": "999905",
        "curr_mdtrt_id": "8100001",
        "fsi_encounter_dtos": [visit],
    }
    return {
        "infno": "3101",
        "recer_sys_code": "IMS",
        "inf_time": "2026-07-31 10:06:00",
        "fixmedins_code": "CSYY0009",
        "mode": "1",
        "input": {"data": {"rule_ids": [], "trig_scen": "4", "syscode": "IMS", "patient_dtos": [person]}},
    }

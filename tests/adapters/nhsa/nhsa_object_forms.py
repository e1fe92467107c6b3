"""Whole messages of systems that send objects where lists could stand; all content invented."""

from __future__ import annotations

from typing import Any


def gateway_form() -> dict[str, Any]:
    """A vendor gateway: a short envelope, objects at both levels, "-" for unknown texts, discharge equal to admission."""
    line = {
        "rx_id": "170000000000000001",
        "rxno": "170000000000000001",
        "long_drord_flag": "1",
        "hilist_type": "101",
        "chrg_type": "1",
        "drord_bhvr": "-",
        "hilist_code": "XN02BEA075A001010100001",
        "hilist_name": "示例片",
        "hilist_lv": "1",
        "hilist_pric": 0,
        "hilist_memo": "",
        "hosplist_code": "HSP01",
        "hosplist_name": "示例片",
        "cnt": 2.0,
        "pric": 0.15,
        "sumamt": 0.3,
        "ownpay_amt": 0.0,
        "selfpay_amt": 0.0,
        "spec": "10mg*24片/盒",
        "spec_unt": "-",
        "drord_begn_date": "2026-07-30 08:10:00",
        "drord_dept_codg": "-",
        "drord_dept_name": "-",
        "drord_dr_codg": "-",
        "drord_dr_name": "-",
        "drord_dr_profttl": "-",
        "curr_drord_flag": "1",
    }
    diagnosis = {
        "dise_id": "1600000000000000001",
        "inout_dise_type": "1",
        "maindise_flag": "1",
        "dias_srt_no": 0,
        "dise_codg": "N18.900",
        "dise_name": "慢性肾脏病",
        "dise_date": "2026-07-30 08:00:00",
    }
    visit = {
        "mdtrt_id": "1500000000000000099",
        "medins_id": "2000001",
        "medins_name": "-",
        "medins_admdvs": "999901",
        "medins_type": "1",
        "medins_lv": "02",
        "wardarea_codg": "",
        "adm_date": "2026-07-28 09:00:00",
        "dscg_date": "2026-07-28 09:00:00",
        "dscg_main_dise_codg": "N18.900",
        "dscg_main_dise_name": "慢性肾脏病",
        "dr_codg": "1400000000000000099",
        "adm_dept_codg": "1300000000000000099",
        "med_mdtrt_type": "210",
        "med_type": "21",
        "matn_stas": "0",
        "medfee_sumamt": 0,
        "ownpay_amt": 0,
        "selfpay_amt": 0,
        "ma_amt": 0,
        "acct_payamt": 0,
        "hifp_payamt": 0,
        "setl_totlnum": 1,
        "insutype": "310",
        "reim_flag": "0",
        "out_setl_flag": "0",
        "fsi_order_dtos": [line],
        "fsi_diagnose_dtos": [diagnosis],
    }
    person = {
        "patn_id": "99990000000000000001",
        "patn_name": "示例患者",
        "gend": "1",
        "brdy": "1966-09-09",
        "poolarea": "999901",
        "curr_mdtrt_id": "1500000000000000099",
        "fsi_encounter_dtos": visit,
    }
    return {
        "msgid": "H99990000001202607300810001234",
        "infno": "3101",
        "insuplc_admdvs": "999901",
        "medins_code": "H99990000001",
        "mdtrtarea_admvs": "999901",
        "insur_code": "999999",
        "input": {"data": {"syscode": "YYXT", "task_id": "", "trig_scen": "4", "rule_ids": "", "patient_dtos": person}},
    }


def sparse_form() -> dict[str, Any]:
    """Objects, keys left out where nothing is known: no start times, one line without a catalogue code, one id for all lines."""
    common = {
        "drord_bhvr": "0",
        "cnt": "1",
        "curr_drord_flag": "1",
        "long_drord_flag": "0",
        "rxno": "CF800001",
        "rx_id": "20260713000001",
        "drord_dr_codg": "0001",
    }
    visit = {
        "out_setl_flag": "0",
        "adm_date": "2026-07-13 15:30:02",
        "dscg_date": "2026-07-13 15:30:02",
        "setl_totlnum": 1,
        "mdtrt_id": "MZ800004",
        "medins_type": "1",
        "med_mdtrt_type": "1",
        "dscg_main_dise_codg": "J06.900",
        "med_type": "11",
        "insutype": "310",
        "medfee_sumamt": "0.32",
        "medins_lv": "2",
        "medins_id": "H99990000001",
        "fsi_diagnose_dtos": [
            {"inout_dise_type": "1", "dise_id": "d1", "dias_srt_no": "0", "dise_codg": "J06.900", "maindise_flag": "1"},
            {"inout_dise_type": "1", "dise_id": "d2", "dias_srt_no": "1", "dise_codg": "E11.900", "maindise_flag": "0"},
        ],
        "fsi_order_dtos": [
            {
                **common,
                "hilist_lv": "01",
                "sumamt": "0.30",
                "hilist_type": "101",
                "hilist_pric": "0",
                "hilist_name": "示例片",
                "hilist_code": "XA11DAW036A001010104127",
                "hosplist_code": "10001",
                "pric": "0.3000",
            },
            {**common, "sumamt": "0.02", "hosplist_name": "院内自编药品", "hosplist_code": "10002", "pric": "0.0200"},
        ],
    }
    person = {
        "poolarea": "999904",
        "curr_mdtrt_id": "MZ800004",
        "patn_id": "99990000000000000000000001",
        "fsi_encounter_dtos": visit,
        "patn_name": "示例患者",
        "gend": "1",
        "brdy": "1975-06-07",
    }
    return {
        "opter": "9999",
        "recer_sys_code": "MBS_LOCAL",
        "msgid": "H99990000001202607131545191234",
        "inf_time": "2026-07-13 15:45:19",
        "infno": "3101",
        "fixmedins_soft_fcty": "示例软件公司",
        "cainfo": "0" * 64,
        "input": {"data": {"syscode": "3101", "trig_scen": "5", "patient_dtos": person, "task_id": "0" * 32}},
    }

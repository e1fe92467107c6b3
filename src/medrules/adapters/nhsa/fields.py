"""The mapping table: which field of 3101 and 3102 carries which fact, and how its value is read. One line per field.

`read` names what the reader does with the value; it is compiled once for each site (`reading.py`):
  text         as sent, trimmed          id_or_none    a number given by the sender; empty means that there is none (ABSENT)
  id, name     the same, of so many values that they are not worth remembering
  code         folded, upper case       flag          0 否 / 1 是
  number       exact, scale of the fact  instant, day times                    table:x  the code table x (codes.py
               and the site)
  dept         a national department code, or a local one that the site maps
  item_code    a code, unless it is one of the site's placeholders
Fields that need more than their own value (diagnosis choice, discharge, code beside a local code) say `special` and are
read where their entity is built.
"""
from __future__ import annotations

from typing import Final, NamedTuple

__all__ = [
    "ARTICLE", "DIAGNOSIS", "DIAGNOSIS_TIME", "ENCOUNTER", "IGNORED", "INSTITUTION", "LINE", "OPERATION", "ORDER", "PATIENT",
    "PHYSICIAN", "SETTLEMENT", "STAY", "TABLES", "Carried",
]


class Carried(NamedTuple):
    """`key` of the message carries the fact `fact` ("item.quantity")."""

    key: str
    fact: str
    read: str


PATIENT: Final = (
    Carried("patn_id", "patient.id", "special"),
    Carried("gend", "patient.sex", "table:sex"),
    Carried("brdy", "patient.birth_date", "day"),
    Carried("poolarea", "patient.pool_area", "code"),
)

ENCOUNTER: Final = (
    Carried("mdtrt_id", "encounter.id", "special"),
    Carried("adm_date", "encounter.admitted_at", "instant"),
    Carried("dscg_date", "encounter.discharged_at", "special"),
    Carried("dscg_main_dise_codg", "encounter.main_diagnosis", "special"),
    Carried("fsi_diagnose_dtos", "encounter.diagnoses", "special"),
    Carried("fsi_order_dtos", "encounter.items", "special"),
    Carried("medfee_sumamt", "encounter.total_amount", "special"),
    Carried("fsi_operation_dtos", "encounter.operations", "special"),
)
# What kind of stay it is and where: many encounters of one hospital say the same.
STAY: Final = (
    Carried("med_type", "encounter.visit_kind", "special"),
    Carried("med_type", "encounter.benefit_kind", "special"),
    Carried("adm_dept_codg", "encounter.dept_in", "dept"),
    Carried("dscg_dept_codg", "encounter.dept_out", "dept"),
    Carried("wardarea_codg", "encounter.ward", "code"),
    Carried("matn_stas", "patient.maternity", "special"),
    Carried("insutype", "encounter.insurance", "special"),
    Carried("out_setl_flag", "encounter.out_of_area", "table:out_setl_flag"),
)

INSTITUTION: Final = (
    Carried("medins_id", "institution.id", "code"),
    Carried("medins_name", "institution.name", "text"),
    Carried("medins_admdvs", "institution.area", "code"),
    Carried("medins_type", "institution.kind", "table:medins_type"),
    Carried("medins_lv", "institution.level", "table:medins_lv"),
)

SETTLEMENT: Final = (
    Carried("hifp_payamt", "settlement.pooled", "number"),
    Carried("acct_payamt", "settlement.account", "number"),
)

DIAGNOSIS: Final = (
    Carried("dise_codg", "diagnosis.code", "special"),
    Carried("dise_name", "diagnosis.name", "text"),
    Carried("maindise_flag", "diagnosis.is_main", "special"),
    Carried("dias_srt_no", "diagnosis.order", "number"),
    Carried("inout_dise_type", "diagnosis.kind", "table:inout_dise_type"),
)
DIAGNOSIS_TIME: Final = (
    Carried("dise_date", "diagnosis.at", "instant"),
)

OPERATION: Final = (
    Carried("setl_list_oprn_id", "operation.id", "id"),
    Carried("oprn_code", "operation.code", "special"),
    Carried("oprn_name", "operation.name", "text"),
    Carried("main_oprn_flag", "operation.is_main", "flag"),
    Carried("oprn_date", "operation.date", "day"),
    Carried("anst_way", "operation.anaesthesia", "code"),
    Carried("oper_dr_code", "operation.surgeon", "id"),
)

# A line in three parts: requests of one hospital repeat the first, lines of one encounter mostly share the second.
ARTICLE: Final = (
    Carried("hilist_type", "item.list_kind", "table:hilist_type"),
    Carried("chrg_type", "item.charge_kind", "table:chrg_type"),
    Carried("hilist_code", "item.code", "item_code"),
    Carried("hilist_name", "item.name", "name"),
    Carried("hilist_dosform", "item.dose_form", "text"),
    Carried("hilist_lv", "item.list_level", "table:hilist_lv"),
    Carried("hosplist_code", "item.local_code", "code"),
    Carried("pric", "item.unit_price", "number"),
    Carried("spec", "item.spec", "text"),
    Carried("spec_unt", "item.unit", "text"),
)
ORDER: Final = (
    Carried("long_drord_flag", "item.long_term", "flag"),
    Carried("drord_bhvr", "item.take_home", "table:drord_bhvr"),
    Carried("drord_dept_codg", "item.ordering_dept", "dept"),
    Carried("drord_dr_codg", "item.physician", "special"),
    Carried("curr_drord_flag", "item.is_current", "flag"),
)
LINE: Final = (
    Carried("rx_id", "item.id", "id"),
    Carried("cnt", "item.quantity", "number"),
    Carried("sumamt", "item.amount", "number"),
    Carried("ownpay_amt", "item.self_paid", "number"),
    Carried("selfpay_amt", "item.copay", "number"),
    Carried("drord_stop_date", "item.end", "instant"),
    Carried("drord_begn_date", "item.begin", "instant"),
    Carried("grpno", "item.group_no", "id_or_none"),
    Carried("rxno", "item.rx_no", "id"),
)

PHYSICIAN: Final = (
    Carried("drord_dr_codg", "physician.id", "id"),
    Carried("drord_dr_profttl", "physician.title", "table:profttl"),
)

TABLES: Final = (
    PATIENT, ENCOUNTER, STAY, INSTITUTION, SETTLEMENT, DIAGNOSIS, DIAGNOSIS_TIME, OPERATION, ARTICLE, ORDER, LINE, PHYSICIAN,
)

# Fields of the form that carry no fact of the model (names of people stay out of the facts), so that a reader of this
# table sees that none was forgotten.
IGNORED: Final = frozenset({
    "patn_name", "curr_mdtrt_id", "fsi_encounter_dtos", "fsi_his_data_dto", "wardno", "bedno",
    "dscg_main_dise_name", "dr_codg", "adm_dept_name", "dscg_dept_name", "med_mdtrt_type", "ownpay_amt",
    "selfpay_amt", "ma_amt", "setl_totlnum", "reim_flag", "dise_id", "hilist_pric", "lv1_hosp_item_pric",
    "lv2_hosp_item_pric", "lv3_hosp_item_pric", "hilist_memo", "hosplist_name", "hosplist_dosform",
    "drord_dept_name", "drord_dr_name", "oper_dr_name", "anst_dr_name", "anst_dr_code",
})

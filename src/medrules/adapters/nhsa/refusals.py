"""What a message outside the national form is told: one entry per reason, Chinese first, short enough for `err_msg`."""
from __future__ import annotations

from typing import Final

from medrules.errors import InvalidMessage

__all__ = ["ERR_MSG_LENGTH", "REFUSALS", "refuse"]

ERR_MSG_LENGTH: Final = 200

REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "too_large": (
        "报文 {size} 字节，超过上限 {limit} 字节，请分次发送",
        "the body has {size} bytes, the limit is {limit}",
    ),
    "not_bytes": ("报文应为字节", "the body must be bytes"),
    "empty": ("报文为空", "the body is empty"),
    "encoding": ("报文不是 {encoding} 编码，请用 UTF-8，或用 GBK 并声明", "the body is not valid {encoding}"),
    "unknown_encoding": ("不认识的编码 {encoding}，请用 UTF-8 或 GBK", "unknown encoding {encoding}"),
    "not_json": (
        "报文不是合法的 JSON：第 {line} 行第 {column} 列附近有误",
        "not valid JSON near line {line}, column {column}",
    ),
    "constant": ("报文含有 {name}，它不是合法的 JSON 数字", "{name} is not a JSON number"),
    "number": ("报文含有过长的数字", "a number has too many digits"),
    "too_deep": ("报文嵌套超过 {limit} 层", "the body is nested deeper than {limit} levels"),
    "not_object": ("报文最外层应为 JSON 对象", "the body must be a JSON object"),
    "double_encoded": (
        "整个报文是一个 JSON 字符串（重复编码），请直接发送 JSON 对象",
        "the whole body is a JSON string (encoded twice)",
    ),
    "input_text": (
        "input 是字符串，应为 JSON 对象；确需字符串时请打开站点设置 input_may_be_text",
        "`input` is text, send an object or set input_may_be_text",
    ),
    "input_not_object": ("input 应为 JSON 对象", "`input` must be an object"),
    "no_input": ("缺少 input（交易输入）", "`input` is missing"),
    "no_envelope": (
        "没有交易外层，只有 {key}；请按国家接口放在 input.data 之下",
        "`{key}` stands without the envelope, put it under input.data",
    ),
    "camel_case": (
        "这是驼峰字段（{key}）的报文（如海南 3660/3661），本接口只收国家接口的下划线字段",
        "camelCase fields ({key}) are not the national form",
    ),
    "flattened": (
        "字段 {key} 直接放在 input 之下，应放在 input.data 之下",
        "`{key}` stands under input, it belongs under input.data",
    ),
    "no_data": ("缺少 input.data", "`input.data` is missing"),
    "data_not_object": ("input.data 应为 JSON 对象", "`input.data` must be an object"),
    "infno": (
        "交易编号 {infno} 不是明细审核交易（3101 事前、3102 事中、3103 反馈）",
        "transaction {infno} is none of 3101, 3102, 3103",
    ),
    "not_list": ("{place} 应为对象或列表", "{place} must be an object or a list"),
    "not_item": ("{place} 第 {n} 项应为 JSON 对象", "{place}: entry {n} must be an object"),
    "no_patient": ("缺少 patient_dtos（参保人信息）", "`patient_dtos` is missing or empty"),
    "no_encounter": ("没有任何就诊信息（fsi_encounter_dtos）", "no encounter (`fsi_encounter_dtos`) was sent"),
    "too_many_lines": (
        "处方医嘱 {count} 条，超过上限 {limit} 条，请分次发送",
        "{count} order lines, the limit is {limit}",
    ),
    "no_business_time": (
        "不知道交易时间：没有 inf_time，msgid 里也没有时间", "no inf_time and no time inside msgid",
    ),
    "no_warns": ("缺少 warns（处理数据集合）", "`warns` is missing or empty"),
    "warn_type": ("warn_type（反馈类型）应为 1 事前或 2 事中", "`warn_type` must be 1 or 2"),
    "warn_id": ("warns 第 {n} 项缺少 warn_rslt_id（违规标识）", "warns entry {n}: `warn_rslt_id` is missing"),
    "dspo_way": (
        "warns 第 {n} 项的 dspo_way（处理方式）应为 1 继续执行或 2 返回修改",
        "warns entry {n}: `dspo_way` must be 1 or 2",
    ),
    "no_reason": (
        "warns 第 {n} 项选择继续执行，必须填写 dspo_way_rea（处理原因）",
        "warns entry {n}: going on needs `dspo_way_rea`",
    ),
    "too_long": ("{place} 超过 {limit} 个字", "{place} is longer than {limit} characters"),
    "too_many_warns": ("反馈 {count} 条，超过上限 {limit} 条", "{count} responses, the limit is {limit}"),
}


def refuse(reason: str, **values: object) -> InvalidMessage:
    """Build the exception for a registered reason; the text never holds anything that was sent except short field
    names."""
    zh, en = REFUSALS[reason]
    text = f"{zh.format(**values)} ({en.format(**values)})"
    return InvalidMessage(text[:ERR_MSG_LENGTH])

"""Recorded answers (已核, 已申报) and what belongs to the request itself."""
from __future__ import annotations

from typing import Any

from medrules.model import types as t
from medrules.model.entity import Entity, fact

__all__ = ["Attestation", "Declaration", "Other"]


class Attestation(Entity):
    """已核记录: a person's answer for one knowledge point and one line or encounter (T27)."""

    zh = "已核记录"

    point: Any = fact("知识点号", t.code("point"), doc="知识点号；规则里写文字的，为该文字")
    subject: Any = fact("对象", t.code("id"), doc="明细标识或就诊标识")
    outcome: Any = fact("结论", t.code("outcome"), doc="符合、不符合")
    by: Any = fact("人", t.code("id"), doc="核对人代码")
    at: Any = fact("时间", t.INSTANT, doc="核对时间")


class Declaration(Entity):
    """申报记录: the hospital's declaration that an exemption holds, by its label."""

    zh = "申报记录"

    label: Any = fact("标签", t.TEXT, doc="申报的除外标签")
    subject: Any = fact("对象", t.code("id"), doc="明细标识或就诊标识")
    by: Any = fact("人", t.code("id"), doc="申报人代码")
    at: Any = fact("时间", t.INSTANT, doc="申报时间")


class Other(Entity):
    """Facts of the request as a whole."""

    zh = "其他"

    business_time: Any = fact("业务时间", t.INSTANT, nhsa="inf_time", doc="业务发生时间；晚于它的明细不看")
    stage: Any = fact("环节", t.code("stage"), nhsa="infno", doc="事前、事中、事后")
    scene: Any = fact("场景", t.code("scene"), derived=True, doc="由就医方式得出，不看触发场景")

"""The JSON Schema of native facts, with Chinese or English field names, from the models that read them."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from medrules.adapters.native.models import Language, models

__all__ = ["json_schema"]

# Fields that may also be written another way: one encounter for a list of them, a physician's code for the object.
_EITHER: Final[Mapping[Language, tuple[str, str]]] = {"zh": ("就诊", "开单医师"), "en": ("encounter", "physician")}


def json_schema(lang: Language = "zh") -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one request; field names in the language asked for (both are accepted when
    reading)."""
    schema = models(lang).facts.model_json_schema(by_alias=True, mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    encounter, physician = _EITHER[lang]
    one = schema["properties"][encounter]
    one["anyOf"] = [one["items"], {"type": one.pop("type"), "items": one.pop("items"), "minItems": 1}]
    schema["$defs"]["Item"]["properties"][physician]["anyOf"].append({"type": "string"})
    clean: dict[str, Any] = _without_defaults(schema)
    return clean


def _without_defaults(node: Any) -> Any:
    """Take out `default: null` (a field that is not there is unknown, null is "none") and generated titles."""
    if isinstance(node, dict):
        return {
            key: _without_defaults(value) for key, value in node.items()
            if not (key == "default" and value is None) and not (key == "title" and isinstance(value, str))
        }
    if isinstance(node, list):
        return [_without_defaults(value) for value in node]
    return node

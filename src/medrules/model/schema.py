"""The facts as the rule language, the JSON door and the documentation see them: by Chinese or English name.

    SCHEMA.entity("明细")                 → Item
    SCHEMA.field("item", "数量")          → Field(id "item.quantity")
    SCHEMA.path("item", "patient")        → ("encounter", "patient")
    SCHEMA.enumeration("sex").value_of("male") → "男"

Built once, frozen. A Chinese name may belong to several entities (名称, 编码); within one entity every name is unique.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from medrules.frozen import dataclass
from medrules.model.entities import ENTITIES
from medrules.model.entity import Entity, Field
from medrules.model.enumerations import ENUMERATIONS, Enumeration
from medrules.model.levels import SCALES, Scale
from medrules.model.types import Type

__all__ = ["LINKS", "SCHEMA", "Schema"]

# From each judged entity to the entities a bare name reaches. Links that hang below (main_diagnosis, next_stay) are
# facts.
LINKS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType({
    "item": MappingProxyType({
        "encounter": ("encounter",), "patient": ("encounter", "patient"), "institution": ("encounter", "institution"),
        "settlement": ("encounter", "settlement"), "physician": ("physician",), "prescription": ("prescription",),
        "history": ("encounter", "patient", "history"),
    }),
    **{
        below: MappingProxyType({
            "encounter": ("encounter",), "patient": ("encounter", "patient"),
            "institution": ("encounter", "institution"), "settlement": ("encounter", "settlement"),
            "history": ("encounter", "patient", "history"),
        })
        for below in ("diagnosis", "operation", "prescription", "session", "result")
    },
    "encounter": MappingProxyType({
        "patient": ("patient",), "institution": ("institution",), "settlement": ("settlement",),
        "history": ("patient", "history"),
    }),
    "patient": MappingProxyType({"history": ("history",)}),
})


@dataclass(frozen=True, slots=True)
class Schema:
    """All entities and their fields. `names` maps each entity word, `words` each field word of an entity."""

    entities: Mapping[str, type[Entity]]
    fields: Mapping[str, Field]
    names: Mapping[str, str]
    words: Mapping[str, Mapping[str, Field]]
    enumerations: Mapping[str, Enumeration]
    scales: Mapping[str, Scale]

    def find_entity(self, name: str) -> type[Entity] | None:
        """The entity of a Chinese name ("明细") or key ("item"); None if there is none."""
        key = self.names.get(name)
        return None if key is None else self.entities[key]

    def entity(self, name: str) -> type[Entity]:
        """Like `find_entity`; KeyError if there is none."""
        return self.entities[self.names[name]]

    def find_field(self, entity: str, name: str) -> Field | None:
        """The field of an entity (key or Chinese name) by its Chinese, English or attribute name; None if there is
        none."""
        key = self.names.get(entity)
        return None if key is None else self.words[key].get(name)

    def field(self, entity: str, name: str) -> Field:
        """Like `find_field`; KeyError if there is none."""
        return self.words[self.names[entity]][name]

    def by_id(self, field_id: str) -> Field:
        """The field of an id such as "item.quantity"; KeyError if there is none."""
        return self.fields[field_id]

    def path(self, from_entity: str, to_entity: str) -> tuple[str, ...] | None:
        """Attribute steps from an entity to the one a bare name means (患者 in an item rule); None if it cannot be
        reached."""
        if from_entity == to_entity:
            return ()
        return LINKS.get(from_entity, {}).get(to_entity)

    def enumeration(self, name: str) -> Enumeration | None:
        return self.enumerations.get(name)

    def enumeration_of(self, type: Type) -> Enumeration | None:
        """The enumeration of a code type (or list of codes); None for other types and for code systems (icd10,
        item)."""
        kind = type.of if type.kind == "list" and type.of is not None else type
        return self.enumerations.get(kind.name) if kind.kind == "code" else None

    def scale_of(self, type: Type) -> Scale | None:
        return self.scales.get(type.name) if type.kind == "level" else None

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())


def _build() -> Schema:
    names: dict[str, str] = {}
    words: dict[str, Mapping[str, Field]] = {}
    fields: dict[str, Field] = {}
    for cls in ENTITIES:
        names.setdefault(cls.key, cls.key)
        names.setdefault(cls.zh, cls.key)
        of: dict[str, Field] = {}
        for f in cls.fields.values():
            fields[f.id] = f
            for word in (f.zh, f.en, f.name):
                if of.setdefault(word, f) is not f:
                    raise ValueError(f"{cls.key}: two facts named {word}")
        words[cls.key] = MappingProxyType(of)
    return Schema(
        MappingProxyType({cls.key: cls for cls in ENTITIES}), MappingProxyType(fields), MappingProxyType(names),
        MappingProxyType(words), ENUMERATIONS, SCALES,
    )


SCHEMA: Final = _build()

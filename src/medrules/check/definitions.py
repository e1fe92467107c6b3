"""定义: named conditions, pack-wide, under both of their names. They are read where they are used."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from medrules.check.context import NamedDefinition
from medrules.check.reporting import Sink
from medrules.language import nodes as ast
from medrules.model.schema import SCHEMA

__all__ = ["named_definitions"]


def named_definitions(declared: Sequence[tuple[ast.DefinitionDecl, Sink]]) -> Mapping[str, NamedDefinition]:
    out: dict[str, NamedDefinition] = {}
    for declaration, sink in declared:
        made = NamedDefinition(declaration, sink)
        for name in (declaration.name, declaration.twin):
            if not name:
                continue
            if name in SCHEMA.names:
                sink.add("MR-N115", declaration.span, name=name)
            elif name in out and out[name].declaration is not declaration:
                sink.add("MR-N110", declaration.span, name=name)
            else:
                out[name] = made
    return MappingProxyType(out)

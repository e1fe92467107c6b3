"""The quick way to read native facts and the models: what the quick way takes, the models take, and it means the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from test_native_totality import _FITTING, _LEAVES, _REQUEST

from medrules.adapters.native.form import ENTITIES, REQUEST, form_of
from medrules.adapters.native.models import models
from medrules.adapters.native.quick import Doubtful, read_quickly
from medrules.adapters.native.scalars import Reading
from medrules.adapters.native.validation import validated
from medrules.errors import InvalidFacts

ROOT = Path(__file__).parents[3]


def read(data: Any, quickly: bool) -> tuple[str, list[tuple[str, int]]] | None:
    """What was sent and the notes, as text (UNKNOWN can be compared with nothing); None where it is refused or doubtful."""
    reading = Reading()
    try:
        sent = read_quickly(dict(data), reading) if quickly else validated(data, reading)
    except (Doubtful, InvalidFacts):
        return None
    return repr(in_order(sent)), list(reading.notes.items())


def in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(one) for one in value] if isinstance(value, list) else value


def same(data: Any) -> bool:
    """Whether the quick way took it; then the models must agree."""
    quick = read(data, True)
    if quick is not None:
        assert quick == read(data, False)
    return quick is not None


@settings(max_examples=200, deadline=None)
@given(data=_FITTING)
def test_what_fits_is_read_quickly_and_alike(data: dict[str, Any]) -> None:
    assert same(data) == (read(data, False) is not None)


@settings(max_examples=200, deadline=None)
@given(data=_REQUEST)
def test_anything_else(data: dict[str, Any]) -> None:
    assert same(data) == (read(data, False) is not None)


@settings(max_examples=200, deadline=None)
@given(
    data=_FITTING, key=st.sampled_from([w for f in form_of(REQUEST) for w in (f.zh, f.en)]),
    value=st.one_of(_LEAVES, st.lists(_LEAVES, max_size=2), st.dictionaries(st.text(max_size=3), _LEAVES, max_size=2), st.just(()), st.just([{}])),
)
def test_any_value_in_any_place_of_the_request(data: dict[str, Any], key: str, value: Any) -> None:
    same({**data, key: value})


@settings(max_examples=200, deadline=None)
@given(
    data=_FITTING, entity=st.sampled_from(ENTITIES), value=st.one_of(_LEAVES, st.lists(_LEAVES, max_size=2), st.just({}), st.just({"编码": "A"})),
    pick=st.integers(0, 200), english=st.booleans(),
)
def test_any_value_in_any_place_below(data: dict[str, Any], entity: str, value: Any, pick: int, english: bool) -> None:
    fields = form_of(entity)
    field = fields[pick % len(fields)]
    one = {field.en if english else field.zh: value}
    place = {w.entity: w for w in form_of("encounter")}.get(entity)
    if entity in ("patient", "history"):
        same({**data, "患者" if entity == "patient" else "历史": one})
    elif entity == "encounter":
        same({**data, "就诊": one})
    elif place is not None:
        same({**data, "就诊": {place.zh: [one] if place.kind == "many" else one}})


def test_a_good_request_does_not_load_pydantic() -> None:
    """The reason why there is a quick way: a process that opens a compiled pack and reviews must start at once."""
    example = next((ROOT / "examples" / "native").glob("*.json"))
    code = "import sys; from medrules import read_facts; read_facts(open(sys.argv[1], 'rb').read()); sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, str(example)], check=False).returncode == 0


def test_the_models_hold_every_field_of_the_form() -> None:
    made = models("zh")
    for key in ENTITIES:
        assert list(made.of[key].model_fields) == [w.name for w in form_of(key)]
    assert list(made.facts.model_fields) == [w.name for w in form_of(REQUEST)]


def test_an_instance_of_the_models_reads_like_its_data() -> None:
    from medrules import read_facts

    data = json.loads(next((ROOT / "examples" / "native").glob("*.json")).read_text("utf-8"))
    one, two = read_facts(data), read_facts(models("zh").facts.model_validate(data))
    assert [vars(i).keys() for i in one.current[0].items] == [vars(i).keys() for i in two.current[0].items]
    assert one.current[0].items[0].amount == two.current[0].items[0].amount

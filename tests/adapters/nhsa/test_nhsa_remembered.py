"""What is remembered from message to message: it must read like the first time, notes included, and belong to no message."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nhsa_messages import diagnosis, encounter, message, of_encounter, order, patient

from medrules.adapters.nhsa import SiteSettings, read_request
from medrules.adapters.nhsa.notes import Notes
from medrules.adapters.nhsa.remembered import SEPARATOR, Remembered

# True is read as 1 everywhere in the form: the two need not be told apart.
RAW = st.one_of(st.none(), st.integers(-2, 2), st.sampled_from(["", "1", "0", "a", f"a{SEPARATOR}", SEPARATOR, "x" * 600]), st.just([]))


@settings(max_examples=200, deadline=None)
@given(sent=st.lists(st.fixed_dictionaries({}, optional={"a": RAW, "b": RAW}), max_size=12))
def test_it_says_of_each_object_what_reading_it_says(sent: list[dict[str, Any]]) -> None:
    def read(one: Any, notes: Notes) -> str:
        if one.get("b") == "":
            notes.add("unreadable", "b")
        return repr((one.get("a"), one.get("b")))

    remembered = Remembered(("a", "b"), read)
    for one in (*sent, *sent):
        notes, plain = Notes(), Notes()
        assert remembered.of(one, notes) == read(one, plain) and notes.taken() == plain.taken()


def test_a_message_sent_twice_reads_alike_and_notes_alike() -> None:
    site = SiteSettings()
    made = of_encounter(
        med_type="77", insutype="999", medins_lv="甲", dscg_main_dise_codg="J18.900", fsi_order_dtos=[order(drord_dept_codg=["?"])],
        fsi_diagnose_dtos=[diagnosis("J18.900", "肺炎", maindise_flag="?", inout_dise_type="9")])
    first, second = (read_request(made, site=site).facts for _ in range(2))
    assert first.notes == second.notes and len(first.notes) >= 4
    (one,), (other,) = first.current, second.current
    assert [d.is_main for d in one.diagnoses] == [d.is_main for d in other.diagnoses]
    assert one.diagnoses[0] is not other.diagnoses[0]


@pytest.mark.parametrize(("sender", "expected"), [("H1", "H1"), ("H2", "H2")])
def test_an_institution_that_does_not_name_itself_is_the_sender(sender: str, expected: str) -> None:
    """One reader for all: what is remembered of one sender must not be said of the next."""
    site = SiteSettings()
    for name in ("H9", sender):
        facts = read_request(message(
            envelope={"fixmedins_code": name}, patient_dtos=[patient(fsi_encounter_dtos=[encounter(medins_id="")])]), site=site).facts
    assert facts.current[0].institution.id == expected

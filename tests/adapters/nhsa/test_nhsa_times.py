"""Times as clients write them, what an empty or far one means, and the time of the request."""

from __future__ import annotations

from typing import Any

import pytest
from nhsa_messages import encounter, message, of_encounter, of_order, patient
from nhsa_reading import at, line, read, visit

from medrules.adapters.nhsa import SiteSettings
from medrules.errors import InvalidMessage
from medrules.model.values import ABSENT, UNKNOWN, Instant


@pytest.mark.parametrize(
    ("sent", "lo", "hi"),
    [
        ("2026-07-02 09:00:00", (9, 0, 0), (9, 0, 0)),
        ("2026/7/2 9:00:05", (9, 0, 5), (9, 0, 5)),
        ("2026-07-02T09:00:00", (9, 0, 0), (9, 0, 0)),
        ("2026-07-02 09:00", (9, 0, 0), (9, 0, 59)),
        ("2026-07-02", (0, 0, 0), (23, 59, 59)),
        ("20260702", (0, 0, 0), (23, 59, 59)),
        ("20260702090000", (9, 0, 0), (9, 0, 0)),
        ("2026-07-02 09:00:00.000", (9, 0, 0), (9, 0, 0)),
        ("2026-07-02T01:00:00Z", (9, 0, 0), (9, 0, 0)),
        ("2026-07-02T09:00:00+08:00", (9, 0, 0), (9, 0, 0)),
        ("2026年7月2日", (0, 0, 0), (23, 59, 59)),
        ("2026-07-02 00:00:00", (0, 0, 0), (23, 59, 59)),
    ],
)
def test_times_as_clients_write_them(sent: str, lo: tuple[int, int, int], hi: tuple[int, int, int]) -> None:
    assert line(of_order(drord_begn_date=sent)).begin == Instant(at(2026, 7, 2, *lo).lo, at(2026, 7, 2, *hi).lo)


def test_midnight_is_a_time_only_if_the_site_says_so() -> None:
    site = SiteSettings(midnight_is_time=True)
    assert line(of_order(drord_begn_date="2026-07-02 00:00:00"), site=site).begin == at(2026, 7, 2)


@pytest.mark.parametrize("sent", ["2026-13-02 09:00:00", "2026-02-30", "0000-00-00 00:00:00", "昨天", "2026-07-02 25:00:00", 1782953100000])
def test_impossible_times_are_unknown_and_noted(sent: Any) -> None:
    request = read(of_order(drord_begn_date=sent))
    item = request.facts.current[0].raw_items[0]
    assert item.begin is UNKNOWN and item.at is UNKNOWN
    assert any(note.startswith("drord_begn_date") for note in request.facts.notes)


@pytest.mark.parametrize("sent", ["", None, "-", "9999-12-31 00:00:00", "9999-12-31", "2026-07-01 08:30:00"])
def test_not_discharged(sent: Any) -> None:
    assert visit(of_encounter(dscg_date=sent)).discharged_at is ABSENT


def test_discharged() -> None:
    assert visit(of_encounter(dscg_date="2026-07-09 10:00:00")).discharged_at == at(2026, 7, 9, 10)
    assert visit(of_encounter(med_type="11", dscg_date="2026-07-01 08:30:00")).discharged_at == at(2026, 7, 1, 8, 30)
    assert visit(of_encounter(med_type="", dscg_date="2026-07-01 08:30:00")).discharged_at is UNKNOWN
    assert visit(of_encounter(dscg_date="2026-02-30")).discharged_at is UNKNOWN


def test_stop_date_of_a_long_term_order_and_of_others() -> None:
    assert line(of_order(long_drord_flag="1", drord_stop_date=None)).end is ABSENT
    assert line(of_order(long_drord_flag="0", drord_stop_date=None)).end is UNKNOWN
    assert line(of_order(drord_stop_date="2026-07-03 09:00:00")).end == at(2026, 7, 3, 9)


def test_a_line_without_a_time_has_none_unless_the_site_gives_the_day_of_the_request() -> None:
    assert line(of_order(drord_begn_date="")).at is UNKNOWN
    site = SiteSettings(missing_order_time="request")
    assert line(of_order(drord_begn_date=""), site=site).at == Instant(at(2026, 7, 2).lo, at(2026, 7, 2, 23, 59, 59).lo)
    assert line(of_order(drord_begn_date="", curr_drord_flag="0"), site=site).at == Instant(
        at(2026, 7, 2).lo, at(2026, 7, 2, 23, 59, 59).lo
    )  # nothing is flagged current, so everything is


def test_the_time_of_the_request() -> None:
    assert read(message(envelope={"inf_time": ""})).facts.business_time == at(2026, 7, 2, 9, 15, 30)  # inside msgid
    bare = message(envelope={"inf_time": "", "msgid": ""})
    assert read(bare, now=at(2026, 7, 2, 12)).facts.business_time == at(2026, 7, 2, 12)
    assert read(bare).facts.business_time == at(2026, 7, 2, 9)  # the latest time in the message
    empty = message(
        envelope={"inf_time": "", "msgid": ""},
        patient_dtos=[patient(fsi_encounter_dtos=[encounter(adm_date="", fsi_order_dtos=[])])],
    )
    with pytest.raises(InvalidMessage):
        read(empty)


def test_an_order_for_tomorrow_is_reviewed_today() -> None:
    request = read(of_order(drord_begn_date="2026-07-03 08:00:00"))
    assert request.facts.business_time == at(2026, 7, 3, 8)
    assert any("晚于交易时间" in note for note in request.facts.notes)

"""The database: the same answers as from files, on SQLite and on a real PostgreSQL; one statement per question; loading all or nothing."""
from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, text

from medrules.adapters.history_source import line_reader, open_history
from medrules.adapters.native import read_facts
from medrules.errors import InvalidHistory
from medrules.history import Codes, Earlier, HistoryLimits, Need, Part, WithHistory
from medrules.history.codec import dumped
from medrules.history.files import FileHistory
from medrules.history.records import Coverage, coverage_for
from medrules.history.sql import SqlHistory, connect, load, overview, prepare, state_coverage
from medrules.history.sql.tables import METADATA, REVISION
from medrules.model.values import Instant
from tests.history.people import SUM_30, engine, line, request, today, visit, written
from tests.history.split import alone, earlier_request, long_history, records, told
from tests.property.requests import request as random_request

VISITS = [visit("E-1", "2026-03-01", line("K1", "2026-03-01", quantity="3")), visit("E-2", "2026-03-10", line("K2", "2026-03-10", quantity="2"))]
PAST = [request(VISITS[0], at="2026-03-01 23:00:00"), request(VISITS[1], at="2026-03-10 23:00:00"),
        request(visit("E-3", "2026-03-02", line("K1", "2026-03-02", quantity="9")), patient="P2", at="2026-03-02 23:00:00")]
SINCE = date(2026, 1, 1).toordinal()


def loaded(address: str, path: Path, **more: Any) -> Any:
    pool = connect(address, may_write=True)
    try:
        return load(pool, [path], line_reader(), **more)
    finally:
        pool.dispose()


def findings(address: str) -> tuple[list[str], list[tuple[str, ...]]]:
    report = WithHistory(engine(SUM_30), open_history(address), HistoryLimits(seconds=20, kept=0)).review(today())
    assert not report.notes
    return [f.rule for f in report.findings], [u.causes for u in report.undecided]


def test_a_review_finds_what_the_database_holds(database: str, tmp_path: Path) -> None:
    assert findings(database) == ([], [("history.items",)])
    done = loaded(database, written(tmp_path / "past.jsonl", PAST))
    assert (done.requests, done.added, done.lines, done.written) == (3, 3, 3, True)
    assert findings(database) == (["LK-1"], [])


def test_coverage_is_what_was_stated_last(database: str, tmp_path: Path) -> None:
    loaded(database, written(tmp_path / "past.jsonl", PAST[:1]))
    assert findings(database) == ([], [("history.items",)])
    pool = connect(database, may_write=True)
    state_coverage(pool, Coverage(SINCE, date(2026, 3, 19).toordinal(), "统筹区"))
    assert findings(database) == ([], [("history.items",)])  # a copy of yesterday
    state_coverage(pool, Coverage(SINCE, 0, "统筹区"))
    assert findings(database) == ([], [])
    assert [(c.reach, c.last_day) for c in overview(pool).coverage] == [("统筹区", None)]
    pool.dispose()


def test_loading_twice_is_loading_once(database: str, tmp_path: Path) -> None:
    path = written(tmp_path / "past.jsonl", PAST)
    loaded(database, path)
    again = loaded(database, path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    pool = connect(database)
    found = overview(pool)
    assert (found.people, found.encounters, found.lines) == (2, 3, 3)
    pool.dispose()


def test_a_later_telling_replaces_an_earlier_one_and_not_the_other_way(database: str, tmp_path: Path) -> None:
    early = request(visit("E-1", "2026-03-01", line("K1", "2026-03-01", quantity="1")), at="2026-03-01 10:00:00")
    loaded(database, written(tmp_path / "a.jsonl", [PAST[1], PAST[0]]))
    assert findings(database) == (["LK-1"], [])
    assert loaded(database, written(tmp_path / "b.jsonl", [early])).older == 1
    assert findings(database) == (["LK-1"], [])
    corrected = request(visit("E-1", "2026-03-01", line("K1", "2026-03-01", quantity="1")), at="2026-03-05 10:00:00")
    assert loaded(database, written(tmp_path / "c.jsonl", [corrected])).changed == 1
    assert findings(database) == ([], [("history.items",)])
    both = loaded(database, written(tmp_path / "d.jsonl", [PAST[0], {**corrected, "业务时间": "2026-03-06 10:00:00"}]))  # in one file
    assert both.changed == 1 and findings(database) == ([], [("history.items",)])


def test_a_bad_line_leaves_nothing_half_done(database: str, tmp_path: Path) -> None:
    path = written(tmp_path / "past.jsonl", PAST)
    nameless = request(visit("E-9", "2026-03-01"))
    del nameless["就诊"][0]["标识"]
    path.write_text(path.read_text("utf-8") + "\n{坏\n" + json.dumps(nameless) + "\n", encoding="utf-8")
    done = loaded(database, path)
    assert not done.written and [b.line for b in done.bad] == [5, 6] and done.bad[0].name == "past.jsonl"
    assert findings(database) == ([], [("history.items",)])
    done = loaded(database, path, keep_good=True)
    assert done.written and (done.added, done.bad_lines) == (3, 2)
    assert findings(database) == (["LK-1"], [])


def test_a_database_that_fails_leaves_nothing_half_done(database: str, tmp_path: Path) -> None:
    pool = connect(database, may_write=True)

    def fails(*args: Any) -> None:
        if "INSERT INTO medrules_history_line" in args[2]:
            args[1].execute("SELECT nonsense FROM nowhere")

    event.listen(pool, "before_cursor_execute", fails)
    with pytest.raises(InvalidHistory):
        load(pool, [written(tmp_path / "past.jsonl", PAST)], line_reader())
    event.remove(pool, "before_cursor_execute", fails)
    assert overview(pool).encounters == 0
    pool.dispose()


def test_one_statement_per_question(database: str, tmp_path: Path) -> None:
    loaded(database, written(tmp_path / "past.jsonl", PAST))
    pool = connect(database)
    said: list[str] = []
    event.listen(pool, "before_cursor_execute", lambda *args: said.append(args[2]))
    WithHistory(engine(SUM_30), SqlHistory(pool), HistoryLimits(seconds=20)).review(today())
    assert len(said) == 1 and said[0].count("UNION ALL") == 2
    pool.dispose()


@pytest.mark.parametrize("seed", range(12))
def test_a_database_answers_what_files_answer(database: str, tmp_path: Path, seed: int) -> None:
    """Random histories and random questions, with refunds of other encounters' lines among them."""
    rng = Random(seed)
    everything, asked = [], []
    for n in range(6):
        data = told(long_history(rng, random_request(rng)))
        data["患者"]["唯一号"] = f"P{n}"
        lines = [i for e in data["历次就诊"] for i in e.get("明细", ())]
        if len(lines) > 2 and rng.random() < 0.5:
            lines[-1] |= {"数量": "-1", "金额": "-10", "原明细标识": lines[0].get("标识")}
        if rng.random() < 0.4:
            data["历次就诊"][0].pop("明细", None)  # an encounter whose lines were not sent
        everything += records(data)
        codes = Codes(frozenset(rng.sample(("A100", "A101", "B100", "Z999"), 2)), rng.choice(((), ("B",), ("A1", "C"))))
        begins = [date(2026, rng.randint(1, 3), rng.randint(1, 28)).toordinal() for _ in range(3)]
        until = Instant(date(2026, 3, rng.randint(1, 28)).toordinal() * 86_400, date(2026, 3, 31).toordinal() * 86_400 - 1)
        asked += [Need(f"P{n}", parts, until, ("H1",)) for parts in (
            (Part(begins[0], "", codes),), (Part(begins[1], rng.choice(("H1", "H2")), codes), Part(begins[2], "", Codes(frozenset(("A100",))))),
            (Part(begins[2], "H1", Codes(), True),), (Part(0, "", None),), (Part(0, "", Codes(), True), Part(begins[0], "", codes)))]
        loaded(database, written(tmp_path / f"{n}.jsonl", [earlier_request(data)]))
    files, pool = FileHistory(everything), connect(database)
    base, found = SqlHistory(pool), 0
    for need in asked:
        a, b = files.earlier(need), base.earlier(need)
        assert sorted(map(dumped, b.encounters)) == sorted(map(dumped, a.encounters)), need
        found += len(a.encounters)
    assert found
    pool.dispose()


def test_a_row_that_somebody_broke_is_not_believed(database: str, tmp_path: Path) -> None:
    loaded(database, written(tmp_path / "past.jsonl", PAST))
    pool = connect(database, may_write=True)
    for broken in ("{", "[]", '{"id":"K1","quantity":"many"}', '{"quantity":{"@t":[1]}}', '{"quantity":1.5}', "null"):
        with pool.begin() as connection:
            connection.execute(text("UPDATE medrules_history_line SET facts = :broken"), {"broken": broken})
        report = WithHistory(engine(SUM_30), SqlHistory(pool), HistoryLimits(seconds=20)).review(today())
        assert not report.findings and not report.unchecked and report.notes and report.undecided[0].causes == ("history.items",), broken
    pool.dispose()


def test_a_server_that_went_away_is_undecided(database: str) -> None:
    pool = connect(database)
    with pool.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    admin = connect(database, may_write=True)
    with admin.begin() as connection:
        connection.execute(text("DROP TABLE medrules_history_line"))
    report = WithHistory(engine(SUM_30), SqlHistory(pool), HistoryLimits(seconds=20)).review(today())
    assert report.notes and report.undecided[0].causes == ("history.items",)
    admin.dispose()
    pool.dispose()


def test_preparing_again_changes_nothing_and_makes_what_the_statements_need(database: str) -> None:
    assert prepare(database) == REVISION
    pool = connect(database)
    from sqlalchemy import inspect

    found = inspect(pool)
    for table in METADATA.sorted_tables:
        assert {c["name"] for c in found.get_columns(table.name)} == {c.name for c in table.columns}
    assert found.get_indexes("medrules_history_encounter")
    pool.dispose()


@pytest.mark.parametrize("address", ["sqlite:///nowhere/at/all.db", "sqlite:///there-is-none.db", "nonsense://x", "://", "postgresql+psycopg://x:secret@127.0.0.1:1/none"])
def test_an_address_that_leads_nowhere_is_a_sentence_without_its_password(address: str) -> None:
    with pytest.raises(InvalidHistory) as told_:
        open_history(address)
    assert "secret" not in str(told_.value) and told_.value.code == "MR-E360"


def test_a_database_without_tables_has_to_be_prepared(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.write_bytes(b"")
    with pytest.raises(InvalidHistory, match="medrules history init"):
        open_history(f"sqlite:///{path}")


def test_reading_a_postgres_cannot_write(postgres: str) -> None:
    pool = connect(postgres, make=True)
    from sqlalchemy.exc import SQLAlchemyError

    with pytest.raises(SQLAlchemyError, match="read-only"), pool.begin() as connection:
        connection.execute(text("CREATE TABLE t (x int)"))
    pool.dispose()


def test_the_coverage_that_helps_most_is_chosen() -> None:
    need = Need("P1", (Part(1, "", None),), Instant(1, 1), ("H1",))
    own, theirs, wide = Coverage(10, 0, "本院", "H1"), Coverage(5, 0, "本院", "H2"), Coverage(20, 0, "统筹区")
    assert coverage_for([own, theirs], need) == own and coverage_for([own, wide], need) == wide and coverage_for([theirs], need) is None
    assert coverage_for([Coverage(10, 0, "本院", "", "P2")], need) is None
    assert coverage_for([Coverage(10, 50, "本院"), Coverage(30, 0, "本院")], need) == Coverage(30, 0, "本院")


def test_what_the_database_gave_is_what_was_read() -> None:
    """The codec keeps every value as the door read it."""
    from medrules.history.codec import parsed

    for seed in range(40):
        data = told(long_history(Random(seed), random_request(Random(seed))))
        for record in records(data):
            assert parsed(dumped(record.values)) == record.values
    assert isinstance(Earlier("P"), Earlier) and read_facts(alone(data))

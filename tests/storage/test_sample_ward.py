"""A made-up ward keeps every rule of a real one, and is the same ward for the same seed."""

import re
import runpy
import shutil
import unicodedata
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from handlers._requests.consent import Purpose
from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.items import TeamItems as ItemsOfMine
from handlers._requests.lesson import Started, StartLesson
from handlers._requests.person import WARD_ROLES, Role
from handlers._requests.sign_in import OpenStaffPage, PageLink
from lessons import PassRule, load
from storage import audit, perform, rollups, sample, sample_ward, tables_staff
from storage._database import Database
from storage._verdicts import approved_hashes
from storage.addresses import actor_of, address_of
from storage.house import Actor, CoreLessons, House
from storage.roles import actor_of_person
from storage.sample_lives import DAY
from storage.tables import (
    Addresses,
    Answers,
    Approvals,
    Attempts,
    Completions,
    Consents,
    DailyCounts,
    Events,
    People,
    Profiles,
    Residences,
    Settings,
    Table,
    Tdps,
    UnitMembers,
    Units,
)

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
LAST = datetime(2026, 11, 22, tzinfo=HERE)
ROOT = Path(__file__).parents[2]
recount = runpy.run_path(str(Path(__file__).with_name("recount.py")))["recount"]
CORE = ("TB-01", "AT-35", "TC-22", "TB-05", "AI-31")
SECONDS = timedelta(seconds=1)


@pytest.fixture(scope="session")
def sample_house() -> House:
    """A house with the shipped lessons, of made-up people."""
    return House(
        content=load(ROOT / "lessons"),
        values={"ward": "phường mẫu", "commune": "phường", "unit": "tổ dân phố"},
        numbers=(),
        timezone=HERE,
        pass_rule=PassRule(2, 3),
        public_channels=frozenset(),
        confirming_channels=frozenset(),
        key=b"k" * 32,
        is_sample=True,
        core=CoreLessons(CORE, CORE, 80),
    )


@pytest_asyncio.fixture
async def empty(database_url: str, sample_house: House) -> AsyncIterator[Database]:
    opened = await Database.open(database_url, sample_house)
    yield opened
    await opened.close()


async def fill(url: str, house: House) -> None:
    """A ward of 240 people."""
    database = await Database.open(url, house)
    async with database.transaction(LAST) as tx:
        await sample_ward.fill(tx, 240, 7)
    await database.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def filled_postgres(postgres: Any, postgres_template: str, sample_house: House) -> str:
    """The ward on PostgreSQL, to be copied."""
    await postgres.command(f"CREATE DATABASE sample TEMPLATE {postgres_template}")
    await fill(postgres.url("sample"), sample_house)
    return "sample"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def filled_sqlite(
    sqlite_template: Path, sample_house: House, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The ward in a file, to be copied."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("sample") / "sample.db"))
    await fill(f"sqlite:///{path}", sample_house)
    return path


@pytest.fixture
def filled(request: pytest.FixtureRequest, template: tuple[Any, Any]) -> tuple[Any, Any]:
    """The ward on the kind of database that the test is for."""
    postgres, _ = template
    return postgres, request.getfixturevalue("filled_postgres" if postgres else "filled_sqlite")


@pytest_asyncio.fixture
async def ward(
    filled: tuple[Any, Any], copied: Any, sample_house: House
) -> AsyncIterator[Database]:
    """A ward of 240 people, on either kind of database."""
    async with copied(filled) as url:
        opened = await Database.open(url, sample_house)
        yield opened
        await opened.close()


Rows = dict[str, list[dict[str, Any]]]


async def read(database: Database, *tables: type[Table]) -> Rows:
    """Every row of these tables (all of them where none is named), by the table's name."""
    wanted = [one.__table__ for one in tables] or Table.metadata.sorted_tables
    async with database.reading(LAST) as tx:
        return {
            table.name: [  # type: ignore[attr-defined]
                dict(row)
                for row in (
                    await tx.connection.execute(select(table).order_by(*table.primary_key))
                ).mappings()
            ]
            for table in wanted
        }


def by_person(rows: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in rows:
        found[row["person_id"]].append(row)
    return found


# ---------------------------------------------------------------- the same ward again


async def test_the_same_seed_and_day_make_the_same_rows_on_either_database(
    empty: Database, sample_house: House, tmp_path: Path
) -> None:
    other = await Database.open(f"sqlite:///{tmp_path}/other.db", sample_house)

    for database in (empty, other):
        async with database.transaction(LAST) as tx:
            await sample_ward.fill(tx, 120, 3)
    made, again = await read(empty), await read(other)
    await other.close()

    assert {name: digest(rows) for name, rows in made.items()} == {
        name: digest(rows) for name, rows in again.items()
    }
    assert len(made["people"]) == 120


def digest(rows: list[dict[str, Any]]) -> str:
    return sha256(repr(rows).encode()).hexdigest()


async def test_another_seed_or_day_makes_another_ward(sample_house: House, tmp_path: Path) -> None:
    digests = set()
    for seed, day in ((3, LAST), (4, LAST), (3, LAST + timedelta(days=1))):
        opened = await Database.open(f"sqlite:///{tmp_path}/{seed}-{day.day}.db", sample_house)
        async with opened.transaction(day) as tx:
            await sample_ward.fill(tx, 120, seed)
        digests.add(repr(await read(opened, Events)))
        await opened.close()

    assert len(digests) == 3


# ---------------------------------------------------------------- rules


PERIODS = [
    (None, None),
    (date(2026, 9, 1), date(2026, 10, 14)),
    (date(2026, 3, 3), date(2026, 6, 9)),
]


@pytest.mark.parametrize(("since", "until"), PERIODS)
async def test_every_figure_of_a_sample_equals_a_plain_recount(
    ward: Database, since: date | None, until: date | None
) -> None:
    async with ward.transaction(LAST) as tx:
        while await rollups.catch_up(tx):
            pass
    rows = await read(ward, People, Events, DailyCounts)

    async with ward.reading(LAST) as tx:
        for dimension in Dimension:
            figures = await perform(tx, LAN, FiguresBy(dimension, since, until))

            lines, total = recount(
                *(rows[name] for name in ("people", "events", "daily_counts")),
                by=dimension.value,
                timezone="Asia/Ho_Chi_Minh",
                since=since,
                until=until,
                core=CORE,
                staff=CORE,
                staff_needed=4,
                counts_samples=True,
            )
            assert total["registered_visits"] > 0
            assert {name: getattr(figures.total, name) for name in total} == total
            for line in figures.lines:
                expected = lines.get(line.key, dict.fromkeys(total, 0))
                assert {name: getattr(line, name) for name in total} == expected


async def test_nothing_is_kept_of_anybody_before_their_yes_or_after_their_no(
    ward: Database,
) -> None:
    rows = await read(ward, Consents, Attempts, People)
    saving: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for one in rows["consents"]:
        if one["purpose"] == Purpose.SAVE.value:
            saving[one["person_id"]].append((one["at"], one["answer"]))
    erased = {one["id"]: one["erased_at"] for one in rows["people"]}

    assert {one["id"] for one in rows["people"]} == set(saving)
    for one in rows["attempts"]:
        (agreed, answer), *later = saving[one["person_id"]]
        assert answer == "yes"
        held = agreed - timedelta(hours=24) < one["started_at"] < agreed
        assert held or one["started_at"] > agreed
        ends = [at for at, _ in later] + [at for at in [erased[one["person_id"]]] if at]
        assert all(one["started_at"] < end for end in ends)


async def test_an_event_carries_the_tdp_of_its_moment(ward: Database) -> None:
    rows = await read(ward, Events, Residences, People, Consents)
    homes, consents = by_person(rows["residences"]), by_person(rows["consents"])
    erased = {one["id"] for one in rows["people"] if one["erased_at"]}
    moved = 0

    for event in rows["events"]:
        person = event["person_id"]
        agreed = consents[person][0]["at"]
        if person in erased or event["at"] < agreed:
            continue
        there = [
            home["tdp_id"]
            for home in homes[person]
            if home["valid_from"] <= event["at"]
            and (home["valid_to"] is None or event["at"] < home["valid_to"])
        ]
        assert [event["tdp_id"]] == (there or [None])
        moved += len(homes[person]) > 1
    assert moved > 0


async def test_an_event_carries_the_unit_its_person_belongs_to(ward: Database) -> None:
    rows = await read(ward, Events, UnitMembers)
    units = {one["person_id"]: one for one in rows["unit_members"]}

    for event in rows["events"]:
        if event["unit_id"] is not None and event["person_id"] in units:
            member = units[event["person_id"]]
            assert event["unit_id"] == member["unit_id"]
            assert event["at"].astimezone(HERE).date() >= member["valid_from"]
    assert {one["person_id"] for one in rows["events"] if one["code"] == "unit"} >= set(units)


async def test_attempts_are_graded_by_their_answers_and_numbered_in_order(ward: Database) -> None:
    rows = await read(ward, Attempts, Answers, Events)
    answers: dict[int, list[bool]] = defaultdict(list)
    for one in rows["answers"]:
        answers[one["attempt_id"]].append(one["is_right"])
    numbers: Counter[tuple[int, str]] = Counter()
    expected = []

    for one in rows["attempts"]:
        key = one["person_id"], one["lesson_id"]
        numbers[key] += 1
        expected.append((*key, "started", one["started_at"], numbers[key]))
        if one["finished_at"] is None:
            assert answers[one["id"]] == []
            assert (one["right"], one["of"], one["has_passed"]) == (None, None, None)
            continue
        assert (one["right"], one["of"]) == (sum(answers[one["id"]]), 3)
        assert one["has_passed"] is (one["right"] >= 2)
        codes = ("finished", "passed") if one["has_passed"] else ("finished",)
        expected += ((*key, code, one["finished_at"], numbers[key]) for code in codes)
    told = [
        (one["person_id"], one["lesson_id"], one["code"], one["at"], one["attempt_no"])
        for one in rows["events"]
        if one["lesson_id"] is not None
    ]
    assert sorted(told) == sorted(expected)


async def test_answers_name_the_option_that_is_right_in_the_lesson(ward: Database) -> None:
    rows = await read(ward, Attempts, Answers)
    lessons = {one["id"]: ward.house.content.lessons[one["lesson_id"]] for one in rows["attempts"]}

    for one in rows["answers"]:
        asked = lessons[one["attempt_id"]].quiz[one["question"]]
        assert one["is_right"] is (one["option"] == asked.answer)
        assert one["option"] in range(len(asked.options))


async def test_completions_are_the_first_finish_and_the_first_pass(ward: Database) -> None:
    rows = await read(ward, Attempts, Completions)
    tries: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for one in rows["attempts"]:
        tries[one["person_id"], one["lesson_id"]].append(one)

    finished = {key for key, all_ in tries.items() if any(one["finished_at"] for one in all_)}
    assert {(one["person_id"], one["lesson_id"]) for one in rows["completions"]} == finished
    for one in rows["completions"]:
        theirs = tries[one["person_id"], one["lesson_id"]]
        passed = [each for each in theirs if each["has_passed"]]
        assert one["finished_at"] == min(e["finished_at"] for e in theirs if e["finished_at"])
        assert one["passed_at"] == (passed[0]["finished_at"] if passed else None)
        assert one["is_at_once"] is bool(passed and passed[0] is theirs[0])


async def test_questions_are_counted_as_they_were_answered(ward: Database) -> None:
    rows = await read(ward, Answers, Attempts, tables_staff.QuestionCounts)

    counted = Counter[tuple[str, int]]()
    for one in rows["question_counts"]:
        assert one["right"] <= one["answered"]
        counted[one["lesson_id"], one["question"]] += one["answered"]
    lessons = {one["id"]: one["lesson_id"] for one in rows["attempts"]}
    assert counted == Counter((lessons[a["attempt_id"]], a["question"]) for a in rows["answers"])


async def test_nothing_personal_is_left_of_who_was_erased(ward: Database) -> None:
    rows = await read(ward, People, Profiles, Residences, UnitMembers, Addresses)
    erased = {one["id"] for one in rows["people"] if one["erased_at"] is not None}

    assert erased
    for table in ("profiles", "residences", "unit_members"):
        assert not erased & {one["person_id"] for one in rows[table]}
    assert not erased & {one["current_person_id"] for one in rows["addresses"]}


async def test_the_audit_of_a_sample_verifies_from_its_first_line(ward: Database) -> None:
    async with ward.reading(LAST) as tx:
        assert await audit.verify(tx) is None
    lines = (await read(ward))["audit"]

    assert {"vouched", "erased", "help_asked", "approved", "item_closed"} <= {
        one["action"] for one in lines
    }
    assert [one["at"] for one in lines] == sorted(one["at"] for one in lines)


async def test_everything_happened_within_fourteen_months_before_the_day(ward: Database) -> None:
    first = LAST - timedelta(seconds=sample_ward.DAYS * DAY)

    for name, rows in (await read(ward)).items():
        for row in rows:
            for column, value in row.items():
                if isinstance(value, datetime):
                    assert first <= value <= LAST, (name, column)


# ---------------------------------------------------------------- who there is


async def test_every_role_is_held_and_every_one_opens_the_staff_page(ward: Database) -> None:
    async with ward.transaction(LAST + SECONDS) as tx:
        for role in WARD_ROLES:
            person = await sample.holder_of(tx, role)
            assert person is not None
            by = await actor_of_person(tx, person, "web")
            assert role in by.roles
            assert isinstance(await perform(tx, by, OpenStaffPage()), PageLink)
            if role is not Role.OBSERVER:
                await perform(tx, by, ItemsOfMine())
        assert await sample.holder_of(tx, Role.FAMILY) is not None


async def test_every_lesson_is_approved_by_one_of_three_named_people(ward: Database) -> None:
    rows = await read(ward, Approvals, tables_staff.Members)
    lessons = ward.house.content.lessons.values()

    async with ward.reading(LAST) as tx:
        assert {one.content_hash for one in lessons} <= await approved_hashes(tx)
    assert {one["verdict"] for one in rows["approvals"]} == {"approved", "changes"}
    names = {one["name"] for one in rows["approvals"]}
    assert len({one["by"] for one in rows["approvals"]}) == 3
    assert names <= {one["name"] for one in rows["members"]}


async def test_consents_of_every_purpose_are_given_and_refused(ward: Database) -> None:
    given = {(one["purpose"], one["answer"]) for one in (await read(ward, Consents))["consents"]}

    assert {purpose for purpose, answer in given if answer == "yes"} == {p.value for p in Purpose}
    assert {answer for _, answer in given} == {"yes", "no", "withdrawn"}


async def test_more_people_register_towards_the_end_of_the_story(
    sample_house: House, tmp_path: Path
) -> None:
    opened = await Database.open(f"sqlite:///{tmp_path}/big.db", sample_house)
    async with opened.transaction(LAST) as tx:
        await sample_ward.fill(tx, 1000, 1)
    people = (await read(opened, People))["people"]
    await opened.close()

    middle = LAST - timedelta(days=sample_ward.DAYS // 2)
    late = sum(one["created_at"] > middle for one in people)
    confirmed = sum(one["confirmed_at"] is not None for one in people)
    assert late > 600
    assert 600 < confirmed < 760
    assert all(one["is_sample"] and not one["is_practice"] for one in people)


# ---------------------------------------------------------------- made-up people


FORMS = {"ông", "bà", "cụ", "bác", "cô", "chú", "anh", "chị", "em", None}


async def test_made_up_names_look_like_names_and_like_nothing_else(ward: Database) -> None:
    rows = await read(ward, Profiles, tables_staff.Members)

    for one in rows["profiles"]:
        assert one["form"] in FORMS
        assert one["name"] is None or one["name"] == one["name"].title()
    for name in [*(one["name"] or "Lan" for one in rows["profiles"]), *names(rows)]:
        assert name == unicodedata.normalize("NFC", name)
        assert all(part.isalpha() and part[0].isupper() for part in name.split(" "))
    assert {len(name.split()) for name in names(rows)} == {3}


def names(rows: Rows) -> list[str]:
    return [one["name"] for one in rows["members"]]


async def test_every_place_of_a_sample_says_that_it_is_made_up(ward: Database) -> None:
    rows = await read(ward, Tdps, Units, tables_staff.Stated)

    assert len(rows["tdps"]) == 24
    assert len({one["former_ward"] for one in rows["tdps"]}) == 4
    for one in (*rows["tdps"], *rows["units"]):
        assert "mẫu" in one["name"]
    assert {one["source"] for one in rows["stated"]} == {"dữ liệu mẫu"}
    kinds = Counter(one["kind"] for one in rows["units"])
    assert kinds["school"] == 6
    assert kinds["enterprise"] + kinds["cooperative"] == 12


async def test_no_text_of_a_sample_looks_like_a_telephone_number(ward: Database) -> None:
    for name, rows in (await read(ward)).items():
        for row in rows:
            for column, value in row.items():
                if isinstance(value, str) and (name, column) not in MACHINE_MADE:
                    assert not re.search(r"(?<!\d)(?:\+84|0)\d{8,10}(?!\d)", value), (name, column)


MACHINE_MADE = {("settings", "value"), ("addresses", "key")} | {
    (table, column)
    for table in ("audit", "attempts", "approvals", "wordings", "consents")
    for column in (
        "hash",
        "previous_hash",
        "content_hash",
        "wording_hash",
        "actor",
        "subject",
        "by",
    )
}


async def test_no_unit_has_more_people_than_it_stated(ward: Database) -> None:
    rows = await read(ward, UnitMembers, tables_staff.Stated)
    size = {one["unit_id"]: one["value"] for one in rows["stated"] if "taught" not in one["key"]}

    for unit, people in Counter(one["unit_id"] for one in rows["unit_members"]).items():
        assert people <= size[unit]


# ---------------------------------------------------------------- beside real people


async def test_a_database_with_anybody_in_it_never_becomes_a_sample(
    empty: Database, now: datetime
) -> None:
    async with empty.transaction(now) as tx:
        await tx.connection.execute(
            People.__table__.insert().values(id=5, created_at=now, channel="web")  # type: ignore[attr-defined]
        )

    with pytest.raises(sample.HoldsPeopleError):
        async with empty.transaction(LAST) as tx:
            await sample_ward.fill(tx, 120, 1)

    rows = await read(empty, People, Settings, Events)
    assert (len(rows["people"]), rows["settings"], rows["events"]) == (1, [], [])


async def test_a_real_house_is_not_filled_with_made_up_people(
    database_url: str, sample_house: House
) -> None:
    opened = await Database.open(database_url, replace(sample_house, is_sample=False))

    with pytest.raises(ValueError, match="sample"):
        async with opened.transaction(LAST) as tx:
            await sample_ward.fill(tx, 120, 1)

    assert (await read(opened, People))["people"] == []
    await opened.close()


async def test_a_visitor_of_a_sample_goes_on_with_numbers_of_their_own(ward: Database) -> None:
    lesson = next(iter(ward.house.content.lessons.values()))
    later = datetime.now(UTC).replace(year=2027)

    async with ward.transaction(later) as tx:
        address = await address_of(tx, "web", "a" * 64)
        by = await actor_of(tx, address)
        started = await perform(tx, by, StartLesson(lesson.id, lesson.version, "x" * 64))

    attempts = (await read(ward, Attempts))["attempts"]
    assert isinstance(started, Started)
    assert started.attempt == max(one["id"] for one in attempts)


async def test_a_file_tells_whether_its_people_are_made_up(
    sample_house: House, tmp_path: Path
) -> None:
    for name, is_made_up in (("real", False), ("sample", True)):
        opened = await Database.open(f"sqlite:///{tmp_path}/{name}.db", sample_house)
        if is_made_up:
            async with opened.transaction(LAST) as tx:
                await sample.mark(tx)
        await opened.close()
    (tmp_path / "text.db").write_text("no database")

    found = {
        name: sample.is_sample_file(tmp_path / f"{name}.db")
        for name in ("real", "sample", "text", "none")
    }

    assert found == {"real": False, "sample": True, "text": False, "none": False}

"""Stated numbers: said one after the other, never changed, and found for a day through every merge."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select, update

from handlers._requests.person import Role
from handlers._requests.stated import (
    STATED,
    STATED_KEYS,
    FigureFault,
    FigureRefused,
    FigureStated,
    StatedFigures,
    StatedPlaces,
    StatedRow,
    StateFigure,
    UnitKind,
)
from storage import audit, perform
from storage._database import Database
from storage._performers import Forbidden
from storage._tx import Tx
from storage.house import Actor
from storage.stated import stated_on
from storage.tables import Audit, Tdps, Units
from storage.tables_staff import Stated

LAN = Actor("person:7", frozenset({Role.STAFF}), "page", person=7)
TODAY = date(2026, 11, 22)
OCTOBER = date(2026, 10, 30)
POLICE = "Công an phường"


@pytest_asyncio.fixture
async def tx(database: Database, now: datetime) -> AsyncIterator[Tx]:
    """A ward with two TDPs, a school and an office."""
    async with database.transaction(now) as opened:
        tdps = [{"id": n, "code": f"TT-0{n}", "name": f"Tổ {n}"} for n in (1, 2)]
        await opened.connection.execute(
            insert(Tdps), [{**one, "is_placeholder": False} for one in tdps]
        )
        units = [(1, UnitKind.SCHOOL, "Trường THCS Đông Cao"), (2, UnitKind.OFFICE, "Phòng VH-XH")]
        await opened.connection.execute(
            insert(Units),
            [{"id": n, "kind": kind.value, "name": name} for n, kind, name in units],
        )
        yield opened


async def state(tx: Tx, key: str, value: int, as_of: date = OCTOBER, **more: object) -> object:
    document = "12/BC-CAP" if key == "vneid" else ""
    request = StateFigure(key, value, as_of, **{"source": POLICE, "document": document, **more})
    return await perform(tx, LAN, request)


async def values(tx: Tx, key: str, day: date = TODAY) -> dict[tuple[int | None, int | None], int]:
    return {(row.tdp, row.unit): row.value for row in await stated_on(tx, key, day)}


async def test_a_later_number_follows_an_earlier_one_that_stays(tx: Tx) -> None:
    await state(tx, "vneid", 900, date(2026, 9, 30))
    await state(tx, "vneid", 1000)

    assert await values(tx, "vneid") == {(None, None): 1000}
    assert await values(tx, "vneid", date(2026, 10, 1)) == {(None, None): 900}
    assert await values(tx, "vneid", date(2026, 9, 29)) == {}
    assert await tx.connection.scalar(select(func.count()).select_from(Stated)) == 2


async def test_a_correction_for_the_same_day_is_the_last_word_for_it(tx: Tx) -> None:
    await state(tx, "adults", 412, tdp=1)
    await state(tx, "adults", 421, tdp=1)

    assert await values(tx, "adults") == {(1, None): 421}


async def test_saying_the_same_again_writes_nothing(tx: Tx) -> None:
    first = await state(tx, "adults", 412, tdp=1)
    second = await state(tx, "adults", 412, tdp=1)

    assert (first, second) == (FigureStated(is_new=True), FigureStated(is_new=False))
    assert await tx.connection.scalar(select(func.count()).select_from(Stated)) == 1


async def test_nobody_at_all_is_a_number_too(tx: Tx) -> None:
    assert await state(tx, "pupils_taught", 0, unit=1) == FigureStated(is_new=True)
    assert await values(tx, "pupils_taught") == {(None, 1): 0}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"key": "vneid", "value": -1}, FigureFault.NOT_A_COUNT),
        ({"key": "vneid", "value": 10_000_001}, FigureFault.NOT_A_COUNT),
        ({"key": "voters", "value": 1}, FigureFault.NO_SUCH_KEY),
        ({"key": "vneid", "value": 1, "as_of": TODAY + timedelta(1)}, FigureFault.IN_FUTURE),
        ({"key": "vneid", "value": 1, "source": " \u200b"}, FigureFault.NO_SOURCE),
        ({"key": "vneid", "value": 1, "tdp": 1}, FigureFault.WRONG_PLACE),
        ({"key": "adults", "value": 1, "unit": 1}, FigureFault.WRONG_PLACE),
        ({"key": "adults", "value": 1, "tdp": 99}, FigureFault.WRONG_PLACE),
        ({"key": "pupils", "value": 1, "unit": 2}, FigureFault.WRONG_PLACE),
        ({"key": "pupils", "value": 1, "tdp": 1}, FigureFault.WRONG_PLACE),
        ({"key": "pupils", "value": 1, "tdp": 1, "unit": 1}, FigureFault.WRONG_PLACE),
        ({"key": "vneid", "value": 1, "document": " "}, FigureFault.NO_DOCUMENT),
        *(
            ({"key": key.key, "value": 1}, FigureFault.NEEDS_UNIT)
            for key in STATED_KEYS
            if key.key not in {"adults", "staff", "vneid"}
        ),
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_and_nothing_written(
    tx: Tx, said: dict[str, object], fault: FigureFault
) -> None:
    assert await state(tx, **said) == FigureRefused(fault)
    assert await tx.connection.scalar(select(func.count()).select_from(Stated)) == 0


async def test_today_is_not_the_future(tx: Tx) -> None:
    assert await state(tx, "vneid", 5, TODAY) == FigureStated(is_new=True)


async def test_more_than_all_is_taken_and_flagged(tx: Tx) -> None:
    await state(tx, "pupils", 100, unit=1)
    await state(tx, "adults", 300, tdp=1)
    await state(tx, "adults", 400, tdp=2)

    assert await state(tx, "pupils_taught", 101, unit=1) == FigureStated(True, more_than=100)
    assert await state(tx, "vneid", 701) == FigureStated(True, more_than=700)
    lines = {line.key: line for line in await perform(tx, LAN, StatedFigures())}
    assert lines["pupils_taught"].more_than == 100
    assert lines["vneid"].more_than == 700
    assert lines["pupils"].more_than is None


async def test_every_number_is_listed_with_its_place_source_and_days(tx: Tx) -> None:
    await state(tx, "pupils", 655, unit=1, document="12/BC-THCS")
    await state(tx, "pupils", 660, date(2026, 11, 1), unit=1)

    (line,) = await perform(tx, LAN, StatedFigures())
    assert (line.place, line.value, line.as_of) == ("Trường THCS Đông Cao", 660, date(2026, 11, 1))
    assert (line.source, line.at, line.by) == (POLICE, TODAY, "person:7")
    history = await perform(tx, LAN, StatedFigures("pupils"))
    assert [(one.value, one.document) for one in history] == [(660, ""), (655, "12/BC-THCS")]


async def test_what_was_said_is_in_the_audit_as_numbers(tx: Tx) -> None:
    await state(tx, "adults", 412, tdp=2)

    row = (await tx.connection.execute(select(Audit.actor, Audit.subject, Audit.details))).one()
    told = {"value": 412, "as_of": "2026-10-30", "tdp": 2, "unit": None}
    assert tuple(row) == ("person:7", "stated:adults", told)
    assert await audit.verify(tx) is None


@pytest.mark.parametrize("role", [one for one in Role if one not in {Role.STAFF, Role.ADMIN}])
@pytest.mark.parametrize(
    "request_", [StateFigure("vneid", 1, OCTOBER, POLICE), StatedFigures(), StatedPlaces()], ids=str
)
async def test_only_staff_and_admin_see_and_state_numbers(
    tx: Tx, role: Role, request_: object
) -> None:
    with pytest.raises(Forbidden):
        await perform(tx, Actor("person:8", frozenset({role}), person=8), request_)


async def test_places_are_those_of_today(tx: Tx) -> None:
    await tx.connection.execute(update(Units).where(Units.id == 2).values(valid_to=OCTOBER))
    await tx.connection.execute(update(Tdps).where(Tdps.id == 2).values(valid_to=OCTOBER))

    places = await perform(tx, LAN, StatedPlaces())

    assert [(one.name, one.tdp, one.unit) for one in places] == [
        ("Tổ 1", 1, None),
        ("Trường THCS Đông Cao", None, 1),
    ]


def test_every_kind_is_told_somewhere_and_its_whole_is_known() -> None:
    for one in STATED_KEYS:
        assert one.is_of_ward is (one.key == "vneid")
        assert one.part_of is None or one.part_of in STATED


# ---------------------------------------------------------------- TDPs that became one

MERGED = date(2026, 11, 10)


async def merge(tx: Tx, old: int, to: int, last: date = MERGED, **more: object) -> None:
    await tx.connection.execute(
        update(Tdps).where(Tdps.id == old).values(valid_to=last, merged_into=to, **more)
    )


async def new_tdp(tx: Tx, number: int, valid_from: date) -> None:
    await tx.connection.execute(
        insert(Tdps).values(
            id=number, code=f"TT-0{number}", name=f"Tổ {number}", valid_from=valid_from
        )
    )


async def test_a_merged_tdp_counts_for_its_heir_until_somebody_states_a_later_number(
    tx: Tx,
) -> None:
    await state(tx, "adults", 300, tdp=1, document="1/CAP")
    await state(tx, "adults", 400, date(2026, 10, 1), tdp=2, source="UBND")
    await merge(tx, 2, 1)

    assert await stated_on(tx, "adults", TODAY) == (
        StatedRow("adults", 1, None, 700, date(2026, 10, 1), f"{POLICE}; UBND", "1/CAP"),
    )
    assert await values(tx, "adults", MERGED) == {(1, None): 300, (2, None): 400}

    await state(tx, "adults", 690, MERGED + timedelta(1), tdp=1)
    assert await values(tx, "adults") == {(1, None): 690}


async def test_a_new_tdp_is_the_sum_of_all_that_went_into_it_or_unknown(tx: Tx) -> None:
    await new_tdp(tx, 3, MERGED + timedelta(1))
    await state(tx, "adults", 300, tdp=1)
    await merge(tx, 1, 3)
    await merge(tx, 2, 3)

    assert await values(tx, "adults") == {}

    await state(tx, "adults", 400, tdp=2)
    assert await values(tx, "adults") == {(3, None): 700}


async def test_an_heir_whose_own_number_nobody_stated_stays_unknown(tx: Tx) -> None:
    await state(tx, "adults", 400, tdp=2)
    await merge(tx, 2, 1)

    assert await values(tx, "adults") == {}


async def test_merges_of_merges_are_followed_and_a_circle_ends(tx: Tx) -> None:
    await new_tdp(tx, 3, date(2026, 1, 1))
    for tdp, value in ((1, 100), (2, 200), (3, 300)):
        await state(tx, "adults", value, tdp=tdp)
    await merge(tx, 2, 1, date(2026, 11, 5))
    await merge(tx, 1, 3)

    assert await values(tx, "adults") == {(3, None): 600}

    await merge(tx, 3, 1)  # nobody can make this by a list
    assert await values(tx, "adults") == {}


async def test_a_sample_name_that_ended_takes_nothing_from_its_heir(tx: Tx) -> None:
    await state(tx, "adults", 300, tdp=1)
    await merge(tx, 2, 1, is_placeholder=True)

    assert await values(tx, "adults") == {(1, None): 300}


async def test_a_tdp_that_is_over_without_an_heir_and_a_unit_that_is_over_are_not_counted(
    tx: Tx,
) -> None:
    await state(tx, "adults", 300, tdp=1)
    await state(tx, "pupils", 300, unit=1)
    await tx.connection.execute(update(Tdps).where(Tdps.id == 1).values(valid_to=MERGED))
    await tx.connection.execute(update(Units).where(Units.id == 1).values(valid_to=MERGED))

    assert (await values(tx, "adults"), await values(tx, "pupils")) == ({}, {})
    assert await values(tx, "adults", MERGED) == {(1, None): 300}
    assert await values(tx, "pupils", MERGED) == {(None, 1): 300}


async def test_days_are_those_of_the_ward(database: Database) -> None:
    late = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)  # 1 o'clock on the 23rd where the ward is
    async with database.transaction(late) as tx:
        assert await state(tx, "vneid", 1, date(2026, 11, 23)) == FigureStated(is_new=True)

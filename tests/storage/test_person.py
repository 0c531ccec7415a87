"""A person: where they stand, what is kept of them, and who counts."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from handlers._requests.consent import Agree, Decline, Purpose
from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.lesson import AnswerGiven, FinishQuiz, StartLesson
from handlers._requests.person import (
    EraseMe,
    ExportMine,
    MyData,
    MyFile,
    MySheet,
    MyStanding,
    NameSaved,
    NoSuchPerson,
    NothingKept,
    Role,
    SetName,
    Standing,
    Vouch,
    Vouched,
)
from handlers._requests.tdp import SetTdp
from storage import perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of, block, came_by, touch
from storage.house import Actor
from storage.tables import (
    AddressPeople,
    Audit,
    Messages,
    People,
    Profiles,
    Tdps,
    UnitMembers,
    Units,
)

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
CANARY = "Hoàng-Yến-canary"


async def somebody(tx: Tx, key: str = "first", channel: str = "web") -> Actor:
    return await actor_of(tx, await address_of(tx, channel, key))


async def resident(tx: Tx, key: str = "first") -> Actor:
    await perform(tx, await somebody(tx, key), Agree(Purpose.SAVE, "consent.save"))
    return await somebody(tx, key)


async def pass_lesson(tx: Tx, by: Actor, lesson: str = "TB-01") -> None:
    started = await perform(tx, by, StartLesson(lesson, 1, "0" * 64))
    right = tuple(AnswerGiven(n, 0, is_right=True) for n in range(3))
    await perform(tx, by, FinishQuiz(started.attempt, lesson, right, started.rule))


async def new_tdp(tx: Tx, name: str = "Xóm Chùa") -> int:
    made = await tx.connection.scalar(
        insert(Tdps).values(code=name, name=name, is_placeholder=False).returning(Tdps.id)
    )
    assert made is not None
    return made


async def number_of(tx: Tx, table: type) -> int:
    return await tx.connection.scalar(select(func.count()).select_from(table)) or 0


# ---------------------------------------------------------------- where somebody stands


async def test_a_stranger_is_undecided_and_was_asked_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        standing = await perform(tx, await somebody(tx), MyStanding())

        assert standing == Standing(
            is_kept=False,
            has_declined=False,
            finished=0,
            was_asked_pushes=False,
            was_asked_tdp=False,
            was_asked_name=False,
            is_new_day=False,
        )


async def test_who_declined_is_asked_nothing_more_in_that_visit(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await perform(tx, by, Decline(Purpose.SAVE, "consent.save"))

        standing = await perform(tx, by, MyStanding())

        assert standing.has_declined
        assert standing.was_asked_pushes
        assert standing.was_asked_tdp
        assert standing.was_asked_name


async def test_different_finished_lessons_are_counted_held_ones_too(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await pass_lesson(tx, by)
        await pass_lesson(tx, by)
        await perform(tx, by, StartLesson("AT-01", 1, "0" * 64))
        assert (await perform(tx, by, MyStanding())).finished == 1

        by = await resident(tx)
        await pass_lesson(tx, by, "AT-01")

        assert (await perform(tx, by, MyStanding())).finished == 2


async def test_a_new_day_begins_at_the_wards_midnight(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:  # 15:00
        by = await resident(tx)
        await pass_lesson(tx, by)
    async with database.reading(now + timedelta(hours=8)) as tx:  # 23:00
        assert not (await perform(tx, by, MyStanding())).is_new_day
    async with database.reading(now + timedelta(hours=9)) as tx:  # 00:00
        assert (await perform(tx, by, MyStanding())).is_new_day


async def test_a_name_is_kept_part_by_part(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        assert not (await perform(tx, by, MyStanding())).was_asked_name

        assert await perform(tx, by, SetName("bà", " Hoa ")) == NameSaved(is_kept=True)
        assert await perform(tx, by, SetName("cụ", None)) == NameSaved(is_kept=True)
        assert await perform(tx, by, SetName(None, None)) == NameSaved(is_kept=True)

        kept = await tx.connection.execute(select(Profiles.form, Profiles.name))
        assert kept.all() == [("cụ", "Hoa")]
        assert (await perform(tx, by, MyStanding())).was_asked_name


async def test_a_name_longer_than_any_is_cut(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)

        await perform(tx, by, SetName("b" * 50, "Hoa " * 100))

        form, name = (await tx.connection.execute(select(Profiles.form, Profiles.name))).one()
        assert (len(form), len(name)) == (20, 80)


async def test_a_strangers_name_is_not_kept(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        assert await perform(tx, await somebody(tx), SetName("bà", "Hoa")) == NameSaved(
            is_kept=False
        )

        assert await number_of(tx, Profiles) == 0


# ---------------------------------------------------------------- what is kept


async def test_a_person_reads_what_is_kept_with_local_days(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now + timedelta(hours=10)) as tx:  # 01:00 of the next day
        by = await resident(tx)
        await perform(tx, by, SetName("bà", "Hoa"))
        await perform(tx, by, SetTdp(await new_tdp(tx)))
        await perform(tx, by, Agree(Purpose.TEAM, "consent.team"))
        await pass_lesson(tx, by)

        sheet = await perform(tx, by, MyData())

        assert sheet == MySheet("bà", "Hoa", "Xóm Chùa", "23/11/2026", 1, ("save", "team"))


async def test_nothing_is_kept_of_a_stranger(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)

        assert await perform(tx, by, MyData()) == NothingKept()
        assert await perform(tx, by, ExportMine()) == NothingKept()
        assert await perform(tx, by, EraseMe()) == NothingKept()


async def test_a_persons_copy_holds_everything_about_them_and_nobody_else(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        other = await resident(tx, "other")
        await perform(tx, other, SetName("ông", CANARY))
        by = await resident(tx)
        await perform(tx, by, SetName("bà", "Hoa"))
        await perform(tx, by, SetTdp(await new_tdp(tx)))
        await pass_lesson(tx, by)
        unit = await tx.connection.scalar(
            insert(Units).values(kind="chi_hoi", name="Chi hội Phụ nữ").returning(Units.id)
        )
        await tx.connection.execute(
            insert(UnitMembers).values(
                person_id=by.person, unit_id=unit, valid_from=date(2026, 1, 1)
            )
        )
        for address in (by.address, other.address):
            text = "học" if address == by.address else CANARY
            await tx.connection.execute(
                insert(Messages).values(
                    address_id=address, is_from_bot=False, body={"text": text}, at=now
                )
            )

        copy = await perform(tx, by, ExportMine())

        assert isinstance(copy, MyFile)
        assert CANARY not in copy.json
        assert '"text": "học"' in copy.json
        kept = json.loads(copy.json)
        assert kept["person"][0]["id"] == by.person
        assert (kept["profile"][0]["form"], kept["profile"][0]["name"]) == ("bà", "Hoa")
        assert kept["residences"][0]["tdp"] == "Xóm Chùa"
        assert kept["residences"][0]["valid_from"] == "2026-11-22T15:00:00+07:00"
        assert kept["units"][0]["name"] == "Chi hội Phụ nữ"
        assert "phường Trung Thành lưu kết quả" in kept["consents"][0]["wording"]
        assert kept["attempts"][0]["title"] == "Chỉnh chữ to cho dễ đọc"
        assert [answer["is_right"] for answer in kept["attempts"][0]["answers"]] == [True] * 3
        assert [event["code"] for event in kept["events"]][:2] == ["registered", "tdp"]
        assert kept["addresses"][0]["channel"] == "web"
        assert "first" not in copy.json  # the address' key opens the chat


async def test_a_persons_copy_says_how_they_came_and_that_they_blocked_us(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        await came_by(tx, by.address, "tdp-xom-chua")
        await block(tx, by.address)

        kept = json.loads((await perform(tx, by, ExportMine())).json)

    (address,) = kept["addresses"]
    assert (address["came_by"], address["blocked_at"]) == (
        "tdp-xom-chua",
        "2026-11-22T15:00:00+07:00",
    )


async def test_a_persons_copy_tells_nothing_of_who_uses_their_old_phone(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by, son = await resident(tx), await resident(tx, "shared phone")
        for phone in (by.address, son.address):
            await tx.connection.execute(
                insert(AddressPeople).values(address_id=phone, person_id=by.person, since=now)
            )
        await touch(tx, son.address, CANARY)
        await came_by(tx, son.address, CANARY)

        copy = await perform(tx, by, ExportMine())

    assert CANARY not in copy.json
    own, earlier = json.loads(copy.json)["addresses"]
    assert own["heard_at"] == "2026-11-22T15:00:00+07:00"
    assert earlier == {"channel": "web", "since": "2026-11-22T15:00:00+07:00", "until": None}


# ---------------------------------------------------------------- vouching


async def test_somebody_vouched_for_counts_from_then_on_with_earlier_results(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        await pass_lesson(tx, by)
        assert by.person is not None
        assert (await perform(tx, LAN, FiguresBy(Dimension.TDP))).total.passed == 0

        assert await perform(tx, LAN, Vouch(by.person, "Lan")) == Vouched(by.person)

        assert (await perform(tx, LAN, FiguresBy(Dimension.TDP))).total.passed == 1
        audited = await tx.connection.execute(select(Audit.actor, Audit.subject, Audit.details))
        assert audited.all() == [("os:lan", f"person:{by.person}", {"by_name": "Lan"})]


async def test_vouching_again_keeps_the_first_moment(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        assert by.person is not None
        await perform(tx, LAN, Vouch(by.person, "Lan"))

    async with database.transaction(now + timedelta(days=1)) as tx:
        assert await perform(tx, LAN, Vouch(by.person, "Hòa")) == Vouched(by.person)

        assert await tx.connection.scalar(select(People.confirmed_at)) == now
        assert await number_of(tx, Audit) == 1


async def test_nobody_can_vouch_for_a_number_no_person_has(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        assert await perform(tx, LAN, Vouch(12, "Lan")) == NoSuchPerson(12)


@pytest.mark.parametrize(
    "gone", [{"is_practice": True}, {"erased_at": datetime(2026, 1, 1, tzinfo=UTC)}]
)
async def test_nobody_can_vouch_for_who_was_erased_or_only_practises(
    database: Database, now: datetime, gone: dict[str, Any]
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        assert by.person is not None
        await tx.connection.execute(update(People).values(**gone))

        assert await perform(tx, LAN, Vouch(by.person, "Lan")) == NoSuchPerson(by.person)

        assert await tx.connection.scalar(select(People.confirmed_at)) is None
        assert await number_of(tx, Audit) == 0

"""Consents: what a yes begins, what a no ends, and what stands of both."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from handlers._requests.consent import (
    Agree,
    ConsentSaved,
    Decline,
    MyConsents,
    Purpose,
    PushesStopped,
    StopPushes,
    Withdraw,
)
from handlers._requests.lesson import AnswerGiven, FinishQuiz, StartLesson
from handlers._requests.person import MyStanding, Role
from storage import perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor
from storage.tables import (
    Addresses,
    AddressPeople,
    Answers,
    Attempts,
    Completions,
    Consents,
    DailyCounts,
    Events,
    People,
    Profiles,
    Wordings,
)

SAVE = Agree(Purpose.SAVE, "consent.save")
NOT_SAVE = Decline(Purpose.SAVE, "consent.save")
ALL_RIGHT = tuple(AnswerGiven(question, 0, is_right=True) for question in range(3))
ALL_WRONG = tuple(AnswerGiven(question, 1, is_right=False) for question in range(3))


async def somebody(tx: Tx, key: str = "first", channel: str = "web") -> Actor:
    return await actor_of(tx, await address_of(tx, channel, key))


async def take(
    tx: Tx, by: Actor, lesson: str, answers: tuple[AnswerGiven, ...] = ALL_RIGHT
) -> None:
    started = await perform(tx, by, StartLesson(lesson, 1, "0" * 64))
    await perform(tx, by, FinishQuiz(started.attempt, lesson, answers, started.rule))


async def rows_of(tx: Tx, table: type) -> int:
    return await tx.connection.scalar(select(func.count()).select_from(table)) or 0


async def test_a_yes_to_saving_gives_the_person_what_was_held_with_its_own_times(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now - timedelta(hours=2)) as tx:
        await take(tx, await somebody(tx), "TB-01", ALL_WRONG)
    async with database.transaction(now - timedelta(hours=1)) as tx:
        await take(tx, await somebody(tx), "TB-01")
        await perform(tx, await somebody(tx), StartLesson("AT-01", 1, "0" * 64))

    async with database.transaction(now) as tx:
        assert await perform(tx, await somebody(tx), SAVE) == ConsentSaved()

        person = (await somebody(tx)).person
        events = await tx.connection.execute(
            select(Events.code, Events.lesson_id, Events.attempt_no, Events.right, Events.at)
            .where(Events.person_id == person)
            .order_by(Events.id)
        )
        assert [(*row[:4], int((now - row.at).total_seconds() // 3600)) for row in events] == [
            ("registered", None, None, None, 0),
            ("started", "TB-01", 1, None, 2),
            ("finished", "TB-01", 1, 0, 2),
            ("started", "TB-01", 2, None, 1),
            ("finished", "TB-01", 2, 3, 1),
            ("passed", "TB-01", 2, 3, 1),
            ("started", "AT-01", 1, None, 1),
        ]
        completed = await tx.connection.execute(select(Completions.__table__))
        assert completed.all() == [
            (
                person,
                "TB-01",
                now - timedelta(hours=2),
                now - timedelta(hours=1),
                False,
                None,
            )
        ]
        owners = await tx.connection.execute(select(Attempts.person_id, Attempts.address_id))
        assert set(owners.all()) == {(person, None)}


async def test_the_yes_counts_for_the_rest_of_the_same_turn(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)

        await perform(tx, by, SAVE)

        assert by.person is None
        assert (await perform(tx, by, MyStanding())).is_kept


async def test_a_no_to_saving_deletes_what_was_held_and_leaves_only_counts(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await take(tx, by, "TB-01")
        await take(tx, by, "TB-01", ALL_WRONG)

        assert await perform(tx, by, NOT_SAVE) == ConsentSaved()

        for table in (Attempts, Answers, People, Consents, Events, Wordings, AddressPeople):
            assert await rows_of(tx, table) == 0, table
        counts = await tx.connection.execute(
            select(DailyCounts.code, DailyCounts.lesson_id, DailyCounts.count).order_by(
                DailyCounts.code
            )
        )
        assert counts.all() == [
            ("finished", "TB-01", 2),
            ("passed", "TB-01", 1),
            ("started", "TB-01", 2),
        ]
        standing = await perform(tx, by, MyStanding())
        assert (standing.is_kept, standing.has_declined, standing.finished) == (False, True, 0)


async def test_who_declined_may_still_agree_and_is_kept_from_then_on(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await perform(tx, by, NOT_SAVE)
        await take(tx, by, "TB-01")

        await perform(tx, by, SAVE)
        await take(tx, by, "AT-01")

        lessons = (await tx.connection.scalars(select(Attempts.lesson_id))).all()
        assert lessons == ["AT-01"]
        assert await tx.connection.scalar(select(Addresses.declined_at)) is None


async def test_a_no_is_forgotten_after_the_visit_and_the_next_one_begins_undecided(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now - timedelta(hours=24)) as tx:
        await perform(tx, await somebody(tx), NOT_SAVE)

    async with database.transaction(now) as tx:
        standing = await perform(tx, await somebody(tx), MyStanding())

        assert not standing.has_declined


async def test_each_answer_stands_beside_the_wording_that_was_shown(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)

        await perform(tx, by, SAVE)
        await perform(tx, by, Decline(Purpose.ALERTS, "consent.alerts"))

        answers = await tx.connection.execute(
            select(Consents.purpose, Consents.answer, Wordings.text, Consents.channel, Consents.at)
            .join_from(Consents, Wordings)
            .order_by(Consents.id)
        )
        shown = "Có muốn phường Trung Thành lưu kết quả để lần sau học tiếp không?"
        assert answers.all() == [
            ("save", "yes", shown, "web", now),
            ("alerts", "no", "Nhận cảnh báo lừa đảo?", "web", now),
        ]


async def test_the_same_yes_twice_is_one_record_and_one_registration(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)

        await perform(tx, by, SAVE)
        await perform(tx, by, SAVE)

        assert await rows_of(tx, Consents) == 1
        assert await rows_of(tx, Events) == 1
        assert await rows_of(tx, People) == 1


async def test_a_yes_taken_back_ends_keeping_and_a_new_yes_goes_on_with_the_same_person(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await perform(tx, by, SAVE)
        await perform(tx, by, Withdraw(Purpose.SAVE))
        await take(tx, by, "TB-01")

        assert await rows_of(tx, Attempts) == 0
        assert (await perform(tx, by, MyStanding())).has_declined
        await perform(tx, by, SAVE)

        answers = (await tx.connection.scalars(select(Consents.answer).order_by(Consents.id))).all()
        assert answers == ["yes", "withdrawn", "yes"]
        codes = (await tx.connection.scalars(select(Events.code).order_by(Events.id))).all()
        assert codes == ["registered", "withdrew"]
        assert await rows_of(tx, People) == 1


async def test_a_persons_no_to_saving_is_recorded_and_ends_keeping(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await perform(tx, by, SAVE)

        await perform(tx, by, NOT_SAVE)

        assert await perform(tx, by, MyConsents()) == ()
        standing = await perform(tx, by, MyStanding())
        assert (standing.is_kept, standing.has_declined) == (False, True)


async def test_withdrawing_what_was_never_agreed_writes_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await perform(tx, by, Withdraw(Purpose.ALERTS))
        await perform(tx, by, SAVE)

        await perform(tx, by, Withdraw(Purpose.ALERTS))

        assert await perform(tx, by, MyConsents()) == (Purpose.SAVE,)
        assert await rows_of(tx, Consents) == 1


async def test_a_yes_to_something_else_makes_a_person_whose_learning_is_only_held(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)

        await perform(tx, by, Agree(Purpose.ALERTS, "consent.alerts"))
        await take(tx, by, "TB-01")

        assert await perform(tx, by, MyConsents()) == (Purpose.ALERTS,)
        assert await rows_of(tx, People) == 1
        assert (await tx.connection.scalars(select(Attempts.person_id))).all() == [None]
        assert await rows_of(tx, Events) == 0
        assert not (await perform(tx, by, MyStanding())).is_kept


async def test_what_was_held_waits_for_the_yes_to_saving_and_no_other(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await take(tx, by, "TB-01")
        await perform(tx, by, Agree(Purpose.TEAM, "consent.team"))
        assert await rows_of(tx, Events) == 0

        await perform(tx, by, SAVE)

        codes = (await tx.connection.scalars(select(Events.code).order_by(Events.id))).all()
        assert codes == ["registered", "started", "finished", "passed"]


@pytest.mark.parametrize(("channel", "is_confirmed"), [("web", False), ("zalo_oa", True)])
async def test_only_a_confirming_channel_makes_a_person_count_at_once(
    database: Database, now: datetime, channel: str, is_confirmed: bool
) -> None:
    async with database.transaction(now) as tx:
        await perform(tx, await somebody(tx, channel=channel), SAVE)

        person = (await tx.connection.execute(select(People.__table__))).one()
        assert (person.confirmed_at == now) is is_confirmed
        assert (person.channel, person.is_practice, person.is_sample) == (channel, False, False)
        assert len(str(person.id)) == 13
        assert person.id < 2**41


async def test_a_person_knows_the_address_they_came_from(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await perform(tx, await somebody(tx), SAVE)

        by = await somebody(tx)
        used = await tx.connection.execute(
            select(AddressPeople.address_id, AddressPeople.person_id, AddressPeople.until)
        )
        assert used.all() == [(by.address, by.person, None)]


async def test_stop_ends_every_push_at_every_address_and_asking_again_starts_them(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        for purpose in (Purpose.REMINDERS, Purpose.SAVE, Purpose.ALERTS):
            await perform(tx, by, Agree(purpose, f"consent.{purpose.value}"))
        person = (await somebody(tx)).person
        other = await somebody(tx, "second")
        await tx.connection.execute(
            update(Addresses).where(Addresses.id == other.address).values(current_person_id=person)
        )

        assert await perform(tx, by, StopPushes()) == PushesStopped(had_any=True)
        assert await perform(tx, by, StopPushes()) == PushesStopped(had_any=False)
        assert await perform(tx, by, MyConsents()) == (Purpose.SAVE,)
        stopped = await tx.connection.scalars(select(Addresses.stopped_at))
        assert stopped.all() == [now, now]

        await perform(tx, by, Agree(Purpose.ALERTS, "consent.alerts"))

        assert await perform(tx, by, MyConsents()) == (Purpose.SAVE, Purpose.ALERTS)
        here = select(Addresses.stopped_at).where(Addresses.id == by.address)
        assert await tx.connection.scalar(here) is None


async def test_stop_of_a_stranger_is_noted_at_the_address_alone(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)

        assert await perform(tx, by, StopPushes()) == PushesStopped(had_any=False)

        assert await tx.connection.scalar(select(Addresses.stopped_at)) == now
        assert await rows_of(tx, People) == 0


async def test_any_answer_about_pushes_is_not_asked_for_again(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await perform(tx, by, SAVE)
        assert not (await perform(tx, by, MyStanding())).was_asked_pushes

        await perform(tx, by, Decline(Purpose.NOTICES, "consent.notices"))

        assert (await perform(tx, by, MyStanding())).was_asked_pushes
        assert await tx.connection.scalar(select(Profiles.asked_pushes_at)) == now


async def test_a_strangers_no_to_pushes_keeps_nothing(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await perform(tx, await somebody(tx), Decline(Purpose.ALERTS, "consent.alerts"))

        for table in (People, Consents, Wordings, Profiles):
            assert await rows_of(tx, table) == 0, table


async def test_nobody_can_agree_without_an_address(database: Database, now: datetime) -> None:
    staff = Actor("os:lan", frozenset({Role.ADMIN}))
    async with database.transaction(now) as tx:
        with pytest.raises(LookupError, match="os:lan has no address"):
            await perform(tx, staff, SAVE)

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from handlers._requests.invites import ReadInvite
from handlers._requests.lesson import StartLesson
from handlers._requests.person import Role
from handlers._requests.sign_in import OpenStaffPage, PageLink
from storage import inbox, messages, outbox, perform, purge, sign_in, talks
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of, find, touch
from storage.outbox import Kind
from storage.purge import Purged
from storage.tables import (
    Addresses,
    Attempts,
    DailyCounts,
    Inbox,
    Messages,
    Outbox,
    People,
    Table,
    Talks,
)
from storage.tables_staff import Invites, Logins, Sessions, WrongCodes
from tests.storage.conftest import CODE_WORDS
from tests.storage.joining import invited, member

DAY = timedelta(days=1)
NOTHING = Purged(0, 0, 0, 0, 0, 0, 0, has_more=False)


async def visit(tx: Tx, key: str, person: int | None = None) -> int:
    """Somebody comes by, takes a lesson and gets an answer."""
    here = (await address_of(tx, "web", key)).id
    if person is not None:
        row = {"id": person, "created_at": tx.now, "channel": "web"}
        await tx.connection.execute(insert(People), row)
        await tx.connection.execute(
            update(Addresses).where(Addresses.id == here).values(current_person_id=person)
        )
    await touch(tx, here, "học")
    event = await inbox.take_in(tx, "web", key, here, {"text": "học"})
    await inbox.done(tx, [event])
    await messages.add(tx, here, False, {"text": "học"}, key)
    await talks.store(tx, here, person, "active", "{}")
    await outbox.put(tx, "web", here, Kind.REPLY, {"text": "Chào bà con!"})
    await outbox.deliver_local(tx, "web")
    return here


async def hold_attempt(tx: Tx, address: int, *, has_passed: bool) -> None:
    row = {
        "address_id": address,
        "lesson_id": "TB-01",
        "lesson_version": 1,
        "content_hash": "0",
        "rule_right": 2,
        "rule_of": 3,
        "started_at": tx.now,
        "finished_at": tx.now,
        "right": 3 if has_passed else 1,
        "of": 3,
        "has_passed": has_passed,
    }
    await tx.connection.execute(insert(Attempts), row)


async def rows_of(tx: Tx, table: type[Table]) -> int:
    count = select(func.count()).select_from(table)
    return int((await tx.connection.execute(count)).scalar_one())


async def test_a_day_after_their_last_word_nothing_of_a_stranger_is_left(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await visit(tx, "stranger")
    async with database.transaction(now + DAY - timedelta(minutes=1)) as tx:
        assert await purge.purge(tx) == NOTHING
        assert not tx.has_erased
    async with database.transaction(now + DAY) as tx:
        purged = await purge.purge(tx)
        left = {t.__tablename__: await rows_of(tx, t) for t in (Addresses, Talks, Messages, Outbox)}

        assert (purged.addresses, purged.talks, purged.messages, purged.outbox) == (1, 1, 2, 1)
        assert left == {"addresses": 0, "talks": 0, "messages": 0, "outbox": 0}
        assert tx.has_erased
        assert await purge.purge(tx) == NOTHING


async def test_a_stranger_who_still_talks_loses_only_what_is_a_day_old(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = await visit(tx, "stranger")
    async with database.transaction(now + DAY) as tx:
        await touch(tx, here, "học tiếp")
        await messages.add(tx, here, False, {"text": "học tiếp"})
        purged = await purge.purge(tx)

        assert (purged.addresses, purged.messages, purged.talks) == (0, 2, 0)
        assert [row.body["text"] for row in await messages.since(tx, here, 0)] == ["học tiếp"]


async def test_lessons_held_for_a_stranger_are_counted_without_a_name(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = await visit(tx, "stranger")
        await hold_attempt(tx, here, has_passed=True)
        await hold_attempt(tx, here, has_passed=False)
    async with database.transaction(now + DAY) as tx:
        purged = await purge.purge(tx)
        counted = await tx.connection.execute(select(DailyCounts.__table__))

        assert purged.attempts == 2
        assert await rows_of(tx, Attempts) == 0
        assert {(row.day.isoformat(), row.code, row.count) for row in counted} == {
            ("2026-11-22", "started", 2),
            ("2026-11-22", "finished", 2),
            ("2026-11-22", "passed", 1),
        }


async def test_a_person_keeps_their_history_for_thirty_days_and_loses_the_last_words(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = await visit(tx, "person", person=7)
    async with database.transaction(now + DAY) as tx:
        purged = await purge.purge(tx)
        address = await find(tx, "web", "person")

        assert purged.total == purged.last_texts == 1
        assert address is not None
        assert address.last_text is None
        assert len(await messages.since(tx, here, 0)) == 2
    async with database.transaction(now + 30 * DAY) as tx:
        purged = await purge.purge(tx)

        assert (purged.messages, purged.outbox, purged.talks) == (2, 1, 1)
        assert await find(tx, "web", "person") is not None


async def test_an_events_number_is_known_for_seven_days(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        here = await visit(tx, "person", person=7)
    async with database.transaction(now + 7 * DAY - timedelta(minutes=1)) as tx:
        await purge.purge(tx)
        assert await inbox.take_in(tx, "web", "person", here, {"text": "học"}) is None
    async with database.transaction(now + 7 * DAY) as tx:
        await purge.purge(tx)
        assert await rows_of(tx, Inbox) == 0


async def test_what_a_stranger_said_in_a_parked_event_goes_after_a_day(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = await visit(tx, "stranger")
        event = await inbox.take_in(tx, "web", "broken", here, {"text": "bí mật"})
        await inbox.park(tx, [event], "E-1")
    async with database.transaction(now + DAY) as tx:
        await purge.purge(tx)
        bodies = (await tx.connection.execute(select(Inbox.body))).scalars().all()

        assert bodies == [None, None]


async def test_a_stranger_whose_words_still_wait_is_not_forgotten(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = await visit(tx, "stranger")
        await inbox.take_in(tx, "web", "waiting", here, {"text": "alo"})
    async with database.transaction(now + DAY) as tx:
        purged = await purge.purge(tx)

        assert purged.addresses == 0
        assert len(await inbox.rows(tx, here)) == 1


async def test_what_waits_to_be_sent_is_not_forgotten(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        here = await visit(tx, "person", person=7)
        await outbox.put(tx, "telegram", here, Kind.ALERT, {"text": "Cảnh báo"})
    async with database.transaction(now + 60 * DAY) as tx:
        await purge.purge(tx)

        assert await rows_of(tx, Outbox) == 1


@pytest.mark.parametrize("more", [0, 1])
async def test_many_strangers_are_forgotten_a_batch_at_a_time(
    database: Database, now: datetime, more: int
) -> None:
    row = {"channel": "web", "created_at": now, "heard_at": now}
    keys = [{"key": str(n), **row} for n in range(purge.BATCH + more)]
    async with database.transaction(now) as tx:
        await tx.connection.execute(insert(Addresses), keys)
    async with database.transaction(now + DAY) as tx:
        first = await purge.purge(tx)
        second = await purge.purge(tx)

        assert (first.addresses, second.addresses) == (purge.BATCH, more)
        assert (first.has_more, second.has_more) == (True, False)


async def test_a_months_messages_go_some_thousands_at_a_time_and_others_write_between(
    database: Database, now: datetime
) -> None:
    """Everybody who writes waits for one transaction of it, never for all of it."""
    number = 2 * purge.ROWS + 1
    async with database.transaction(now - 31 * DAY) as tx:
        here = await visit(tx, "person", person=7)
        message = {"address_id": here, "is_from_bot": True, "body": {}, "at": tx.now}
        await tx.connection.execute(insert(Messages), [message] * (number - 2))
    rounds = []
    has_more = True
    while has_more:
        async with database.transaction(now) as tx:
            purged = await purge.purge(tx)
        has_more = purged.has_more
        rounds.append(purged.messages)

    assert rounds == [purge.ROWS, purge.ROWS, 1]


async def test_what_is_held_goes_after_a_day_even_if_its_visitor_goes_on_talking(database, now):
    started = StartLesson("TB-01", 1, "0" * 64)
    async with database.transaction(now) as tx:
        here = await address_of(tx, "web", "talker")
        await perform(tx, await actor_of(tx, here), started)
    later = now + timedelta(hours=25)
    async with database.transaction(later - timedelta(hours=1)) as tx:
        await touch(tx, here.id, "còn đây")

    async with database.transaction(later) as tx:
        await purge.purge(tx)

    async with database.reading(later) as tx:
        assert await tx.connection.scalar(select(func.count()).select_from(Attempts)) == 0
        assert await tx.connection.scalar(select(func.sum(DailyCounts.count))) == 1
        assert await find(tx, "web", "talker") is not None


async def test_what_guesses_links_and_sessions_leave_goes_in_time(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await invited(tx, Role.STAFF)
        by = await member(tx, Role.STAFF)
        await perform(tx, by, ReadInvite(" ".join([CODE_WORDS[0]] * 3)))
        link = await perform(tx, by, OpenStaffPage())
        assert isinstance(link, PageLink)
        await sign_in.spend(tx, link.path.partition("=")[2], "Chrome, Windows")

    gone = []
    for days in (0.9, 1, 8, 30, 31):
        async with database.transaction(now + days * DAY) as tx:
            found = await purge.purge(tx)
            gone.append((found.wrong_codes, found.names, found.sign_ins))

    assert gone == [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 2)]
    async with database.reading(now) as tx:
        assert (await rows_of(tx, WrongCodes), await rows_of(tx, Sessions)) == (0, 0)
        assert (await rows_of(tx, Logins), await rows_of(tx, Invites)) == (0, 2)
        assert await tx.connection.scalar(select(Invites.name)) is None


async def test_what_guesses_and_links_leave_goes_some_thousands_at_a_time(
    database: Database, now: datetime
) -> None:
    many, person = purge.ROWS + 1, 1 << 40
    old = {"created_at": now, "expires_at": now}
    login = {"person_id": person, **old}
    seen = {"person_id": person, "login_id": 1, "device": "", "seen_at": now, **old}
    invite = {"role": "staff", "name": "Lan", "office": "", "by": "os:lan", **old}
    async with database.transaction(now) as tx:
        row = {"id": person, "created_at": now, "channel": "web", "is_practice": False}
        await tx.connection.execute(insert(People).values(**row, is_sample=False))
        hashed = [{"token_hash": str(n)} for n in range(many)]
        wrong = [{"address_id": n, "at": now} for n in range(many)]
        await tx.connection.execute(insert(WrongCodes), wrong)
        await tx.connection.execute(insert(Logins), [login | one for one in hashed])
        await tx.connection.execute(insert(Sessions), [seen | one for one in hashed])
        open_ = [invite | one | {"words_hash": one["token_hash"]} for one in hashed]
        await tx.connection.execute(insert(Invites), open_)

    rounds, has_more = [], True
    while has_more:
        async with database.transaction(now + 31 * DAY) as tx:
            found = await purge.purge(tx)
        has_more = found.has_more
        rounds.append((found.wrong_codes, found.names, found.sign_ins))

    assert rounds == [(purge.ROWS, purge.ROWS, 2 * purge.ROWS), (1, 1, 2)]

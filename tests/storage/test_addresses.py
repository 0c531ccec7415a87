import asyncio
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from handlers._requests.person import Person, Role
from storage._database import Database
from storage._tx import Tx
from storage.addresses import (
    Address,
    actor_of,
    address_of,
    block,
    came_by,
    find,
    snapshot,
    touch,
    unblock,
)
from storage.tables import Addresses, People, Profiles, Residences, Tdps


async def make_person(tx: Tx, number: int, address: Address | None = None) -> None:
    row = {"id": number, "created_at": tx.now, "channel": "web"}
    await tx.connection.execute(insert(People), row)
    if address is not None:
        await tx.connection.execute(
            update(Addresses).where(Addresses.id == address.id).values(current_person_id=number)
        )


async def settle_in(tx: Tx, number: int, tdp: str, until: datetime | None = None) -> None:
    key = (
        await tx.connection.execute(insert(Tdps).returning(Tdps.id), {"code": tdp, "name": tdp})
    ).scalar_one()
    row = {"person_id": number, "tdp_id": key, "valid_from": tx.now, "valid_to": until}
    await tx.connection.execute(insert(Residences), row)


async def test_an_address_is_made_once_and_found_again(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        made = await address_of(tx, "web", "someone")
        again = await address_of(tx, "web", "someone")
        other = await address_of(tx, "telegram", "someone")

    assert made == again == Address(made.id, "web", "someone", None, now, None, None, None)
    assert other.id != made.id


async def test_finding_makes_no_address(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        assert await find(tx, "web", "someone") is None
        made = await address_of(tx, "web", "someone")

        assert await find(tx, "web", "someone") == made


async def test_many_at_once_make_one_address(database: Database, now: datetime) -> None:
    async def turn() -> int:
        async with database.transaction(now) as tx:
            return (await address_of(tx, "web", "someone")).id

    assert len(set(await asyncio.gather(*(turn() for _ in range(8))))) == 1


async def test_turns_of_one_address_follow_each_other(database: Database, now: datetime) -> None:
    under_way: list[str] = []

    async def turn() -> None:
        async with database.transaction(now) as tx:
            await address_of(tx, "web", "someone")
            assert under_way == []
            under_way.append("turn")
            await find(tx, "web", "nobody")
            under_way.clear()

    await turn()
    await asyncio.gather(*(turn() for _ in range(8)))


async def test_turns_of_one_person_from_two_phones_follow_each_other(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await make_person(tx, 7, await address_of(tx, "web", "own phone"))
        phone = await address_of(tx, "web", "other phone")
        await tx.connection.execute(
            update(Addresses).where(Addresses.id == phone.id).values(current_person_id=7)
        )
    under_way: list[str] = []

    async def turn(key: str) -> None:
        async with database.transaction(now) as tx:
            await address_of(tx, "web", key)
            assert under_way == []
            under_way.append(key)
            await find(tx, "web", "nobody")
            under_way.clear()

    await asyncio.gather(*(turn(key) for key in ["own phone", "other phone"] * 4))


async def test_a_touch_notes_the_moment_and_the_last_words(
    database: Database, now: datetime
) -> None:
    later = now + timedelta(seconds=2)
    async with database.transaction(now) as tx:
        made = await address_of(tx, "web", "someone")
    async with database.transaction(later) as tx:
        await touch(tx, made.id, "học\0 " + "ơi " * 200)
        found = await find(tx, "web", "someone")

    assert found is not None
    assert found.heard_at == later
    assert found.last_text == ("học " + "ơi " * 200)[:200]


async def kept_of(tx: Tx, key: str) -> tuple[datetime | None, str | None]:
    wanted = select(Addresses.blocked_at, Addresses.came_by).where(Addresses.key == key)
    return tuple((await tx.connection.execute(wanted)).one())


async def test_who_blocked_us_is_marked_until_they_come_back_or_speak(
    database: Database, now: datetime
) -> None:
    later = now + timedelta(seconds=2)
    async with database.transaction(now) as tx:
        back, speaking, gone = [
            (await address_of(tx, "telegram", key)).id for key in ("back", "speaking", "gone")
        ]
        for one in (back, speaking, gone):
            await block(tx, one)
    async with database.transaction(later) as tx:
        await unblock(tx, back)
        await touch(tx, speaking, None)
        await came_by(tx, gone, "tdp-1")

        assert await kept_of(tx, "back") == (None, None)
        assert await kept_of(tx, "speaking") == (None, None)
        assert await kept_of(tx, "gone") == (now, "tdp-1")
        assert (await address_of(tx, "telegram", "back")).heard_at == now
        assert (await address_of(tx, "telegram", "speaking")).heard_at == later


async def test_what_somebody_came_by_last_is_kept_as_far_as_it_fits(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        made = await address_of(tx, "telegram", "someone")
        await came_by(tx, made.id, "tdp-1")
        await touch(tx, made.id, "học")
        assert await kept_of(tx, "someone") == (None, "tdp-1")

        await came_by(tx, made.id, "\0" + "x" * 100)

        assert await kept_of(tx, "someone") == (None, "x" * 64)


async def test_a_stranger_acts_as_a_resident_without_a_number(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        address = await address_of(tx, "web", "someone")
        actor = await actor_of(tx, address)

        assert (actor.person, actor.address, actor.channel) == (None, address.id, "web")
        assert actor.roles == {Role.RESIDENT}
        assert await snapshot(tx, actor) == Person()


async def test_a_person_is_shown_with_name_and_the_tdp_of_today(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await make_person(tx, 7, await address_of(tx, "web", "someone"))
        await tx.connection.execute(
            insert(Profiles), {"person_id": 7, "form": "bác", "name": "Lan"}
        )
        await settle_in(tx, 7, "Tân Trung", until=now)
        await settle_in(tx, 7, "Đông Cao")
        actor = await actor_of(tx, await address_of(tx, "web", "someone"))

        assert actor.name == "person:7"
        assert await snapshot(tx, actor) == Person("bác", "Lan", "Đông Cao")


async def test_a_person_who_told_nothing_is_shown_without_anything(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await make_person(tx, 7, await address_of(tx, "web", "someone"))
        actor = await actor_of(tx, await address_of(tx, "web", "someone"))

        assert await snapshot(tx, actor) == Person()

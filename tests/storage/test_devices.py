"""The browsers on which somebody is signed in: their own alone, and none that is over."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select

from handlers._requests.devices import (
    DeviceSignedOut,
    MyCard,
    MyDevices,
    NoSuchDevice,
    ReadMyCard,
    SignOutDevice,
)
from handlers._requests.person import Role
from storage import perform
from storage._database import Database
from storage._people import new_number
from storage._tx import Tx
from storage.house import Actor
from storage.roles import actor_of_person
from storage.tables import Audit
from storage.tables_staff import Grants, Logins, Members, Sessions


async def officer(tx: Tx, name: str = "Nguyễn Thị Lan") -> int:
    person = await new_number(tx, "web")
    grant = {"person_id": person, "role": Role.STAFF.value, "since": tx.now, "by": "os:lan"}
    await tx.connection.execute(insert(Grants).values(grant))
    member = {"person_id": person, "name": name, "office": "Phòng VH-XH"}
    await tx.connection.execute(insert(Members).values(member))
    return person


async def session(tx: Tx, person: int, device: str, minutes: int = 60, **more: object) -> int:
    """A browser that was signed in; it is over in so many minutes."""
    hours = tx.now + timedelta(minutes=minutes)
    link = {"token_hash": f"{person}{device}", "person_id": person, "created_at": tx.now}
    login = await tx.connection.scalar(
        insert(Logins).values(link | {"expires_at": hours}).returning(Logins.id)
    )
    row = {"person_id": person, "login_id": login, "device": device, "expires_at": hours}
    row |= {"token_hash": f"c{person}{device}", "created_at": tx.now, "seen_at": tx.now} | more
    made = await tx.connection.scalar(insert(Sessions).values(row).returning(Sessions.id))
    assert made is not None
    return made


async def acting(tx: Tx, person: int) -> Actor:
    return await actor_of_person(tx, person, "page")


async def test_the_browser_used_last_stands_first_and_none_that_is_over(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        lan, other = await officer(tx), await officer(tx, "Trần Văn Bình")
        await session(tx, lan, "Chrome, Windows", seen_at=now - timedelta(hours=1))
        await session(tx, lan, "Zalo, Android")
        await session(tx, lan, "Firefox, Linux", minutes=0)
        await session(tx, lan, "Edge, Windows", ended_at=now)
        await session(tx, other, "Safari, iPhone")

        found = await perform(tx, await acting(tx, lan), MyDevices())

    assert [device.name for device in found] == ["Zalo, Android", "Chrome, Windows"]
    assert found[0].expires_at == now + timedelta(hours=1)


async def test_somebody_signs_one_of_their_browsers_out_and_the_record_says_so(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        lan = await officer(tx)
        kept, lost = await session(tx, lan, "Chrome, Windows"), await session(tx, lan, "Zalo, iPad")
        by = await acting(tx, lan)

        assert await perform(tx, by, SignOutDevice(lost)) == DeviceSignedOut()

        assert [device.session for device in await perform(tx, by, MyDevices())] == [kept]
        assert await perform(tx, by, SignOutDevice(lost)) == NoSuchDevice()
        audited = (await tx.connection.execute(select(Audit.actor, Audit.subject))).all()
    assert [tuple(row) for row in audited] == [(f"person:{lan}", f"session:{lost}")]


async def test_nobody_signs_out_a_browser_of_somebody_else(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        lan, other = await officer(tx), await officer(tx, "Trần Văn Bình")
        theirs = await session(tx, lan, "Chrome, Windows")

        answer = await perform(tx, await acting(tx, other), SignOutDevice(theirs))

        assert answer == NoSuchDevice()
        assert await perform(tx, await acting(tx, lan), MyDevices())


async def test_who_practises_sees_their_own_name_and_browsers(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        lan = await officer(tx)
        twin = await new_number(tx, "web", is_practice=True, practice_of=lan)
        own, practising = (
            await session(tx, lan, "Zalo, iPad"),
            await session(tx, twin, "Zalo, iPad 2"),
        )
        by = await acting(tx, twin)

        assert await perform(tx, by, ReadMyCard()) == MyCard("Nguyễn Thị Lan", "Phòng VH-XH")
        for one in (lan, twin):
            found = await perform(tx, await acting(tx, one), MyDevices())
            assert {device.session for device in found} == {own, practising}


async def test_the_command_line_has_no_card_and_no_devices(
    database: Database, now: datetime
) -> None:
    by = Actor("os:lan", frozenset({Role.ADMIN}))
    async with database.transaction(now) as tx:
        lan = await officer(tx)
        theirs = await session(tx, lan, "Chrome, Windows")

        assert await perform(tx, by, ReadMyCard()) == MyCard("", "")
        assert await perform(tx, by, MyDevices()) == ()
        assert await perform(tx, by, SignOutDevice(theirs)) == NoSuchDevice()

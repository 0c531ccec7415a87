"""Family helpers: relatives are people of their own, on the helper's phone, and nobody else's to see."""

from datetime import datetime

from sqlalchemy import func, select

from handlers._requests.consent import MyConsents, Purpose
from handlers._requests.lesson import AnswerGiven, FinishQuiz, StartLesson
from handlers._requests.person import Erased, EraseMe, MyData, MySheet, MyStanding, Role
from handlers._requests.relatives import (
    Family,
    HandBack,
    HandedBack,
    HandToRelative,
    LearnsNow,
    LeaveRelative,
    MyRelatives,
    NoSuchRelative,
    NotFamily,
    RegisterRelative,
    Relative,
    RelativeLeft,
    RelativeRegistered,
)
from handlers._requests.roles import RevokeRole
from storage import audit, perform
from storage._database import Database
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Audit, Consents, Events, People, Profiles
from storage.tables_staff import Relatives
from tests.storage.joining import LAN, audited, member, somebody

LAN_SAYS_YES = RegisterRelative("bà", "Lan", "consent.save")


async def helper(tx: Tx, key: str = "first") -> Actor:
    return await member(tx, Role.FAMILY, None, key)


async def with_relative(tx: Tx) -> tuple[Actor, int]:
    """A helper whose phone a relative learns on, and the relative's number."""
    made = await perform(tx, await helper(tx), LAN_SAYS_YES)
    assert isinstance(made, RelativeRegistered)
    handed = await perform(tx, await somebody(tx), HandToRelative(made.relative))
    assert handed == LearnsNow("bà Lan")
    return await somebody(tx), made.relative


async def test_a_relative_is_a_person_with_a_consent_of_their_own(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await helper(tx)

        await perform(tx, by, LAN_SAYS_YES)

        rows = await tx.connection.execute(
            select(Profiles.person_id, Profiles.form, Profiles.name).where(
                Profiles.name.is_not(None)
            )
        )
        ((person, form, name),) = rows.all()
        assert (form, name) == ("bà", "Lan")
        assert person != by.person
        consents = await tx.connection.execute(
            select(Consents.person_id, Consents.purpose, Consents.answer, Consents.wording_hash)
        )
        ((whose, purpose, answer, wording),) = consents.all()
        assert (whose, purpose, answer) == (person, "save", "yes")
        assert wording is not None
        registered = select(Events.person_id).where(Events.code == "registered")
        assert (await tx.connection.scalars(registered)).all() == [person]
        confirmed = select(People.confirmed_at).where(People.id == person)
        assert await tx.connection.scalar(confirmed) is None  # nobody of the Tổ has seen them
        log = await audited(tx)
        assert log[-1] == (f"person:{by.person}", "relative_registered", f"person:{person}")


async def test_what_a_relative_learns_is_theirs_and_not_the_helpers(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        relative, _ = await with_relative(tx)
        started = await perform(tx, relative, StartLesson("TB-01", 1, "0" * 64))
        right = tuple(AnswerGiven(n, 0, is_right=True) for n in range(3))
        await perform(tx, relative, FinishQuiz(started.attempt, "TB-01", right, started.rule))

        theirs = await perform(tx, relative, MyStanding())
        assert await perform(tx, relative, HandBack()) == HandedBack(was_away=True)
        own = await perform(tx, await somebody(tx), MyStanding())

        assert (theirs.finished, theirs.is_kept) == (1, True)
        assert (own.finished, own.is_kept) == (0, False)


async def test_a_relative_holds_none_of_the_helpers_roles(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        relative, number = await with_relative(tx)

        assert relative.roles == {Role.RESIDENT}
        family = await perform(tx, relative, MyRelatives())
        assert family == Family((Relative(number, "bà Lan"),), Relative(number, "bà Lan"))
        await perform(tx, relative, HandBack())
        back = await somebody(tx)
        assert Role.FAMILY in back.roles
        assert await perform(tx, back, HandBack()) == HandedBack(was_away=False)


async def test_a_helper_sees_and_teaches_nobody_elses_relatives(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        made = await perform(tx, await helper(tx), LAN_SAYS_YES)
        assert isinstance(made, RelativeRegistered)
        other = await helper(tx, "second")

        assert await perform(tx, other, MyRelatives()) == Family((), None)
        assert await perform(tx, other, HandToRelative(made.relative)) == NoSuchRelative()
        assert await perform(tx, other, LeaveRelative(made.relative)) == NoSuchRelative()


async def test_who_is_no_family_helper_registers_nobody(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        for by in (await somebody(tx), await member(tx, Role.STAFF, None, "staff")):
            assert await perform(tx, by, MyRelatives()) == NotFamily()
            assert await perform(tx, by, LAN_SAYS_YES) == NotFamily()
            assert await perform(tx, by, HandToRelative(1)) == NotFamily()
            assert await perform(tx, by, LeaveRelative(1)) == NotFamily()
            assert await perform(tx, by, HandBack()) == HandedBack(was_away=False)
        assert await tx.connection.scalar(select(func.count()).select_from(Relatives)) == 0


async def test_a_helper_whose_role_is_gone_gets_the_phone_back_and_no_more(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        relative, number = await with_relative(tx)
        await perform(tx, LAN, RevokeRole(1))

        assert await perform(tx, relative, MyRelatives()) == NotFamily()
        assert await perform(tx, relative, HandBack()) == HandedBack(was_away=True)
        assert await perform(tx, await somebody(tx), HandToRelative(number)) == NotFamily()


async def test_leaving_a_relative_takes_the_phone_back_and_leaves_them_their_results(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        relative, number = await with_relative(tx)

        assert await perform(tx, relative, LeaveRelative(number)) == RelativeLeft()

        back = await somebody(tx)
        assert Role.FAMILY in back.roles
        assert await perform(tx, back, MyRelatives()) == Family((), None)
        assert await perform(tx, relative_of(relative), MyConsents()) == (Purpose.SAVE,)
        assert await audit.verify(tx) is None


def relative_of(by: Actor) -> Actor:
    """The relative themselves, wherever they speak."""
    return Actor(by.name, by.roles, by.channel, None, by.person)


async def test_a_relative_who_erases_themselves_gives_the_phone_back(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        relative, _ = await with_relative(tx)

        assert await perform(tx, relative, EraseMe()) == Erased()

        back = await somebody(tx)
        assert Role.FAMILY in back.roles
        assert await perform(tx, back, MyRelatives()) == Family((), None)
        names = select(Profiles.name).where(Profiles.name.is_not(None))
        assert (await tx.connection.scalars(names)).all() == []


async def test_erasing_a_helper_leaves_the_relative_who_speaks_as_they_are(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        relative, _ = await with_relative(tx)
        phone = await somebody(tx, "second")
        await perform(tx, relative, HandBack())
        by = await somebody(tx)
        await perform(tx, by, HandToRelative(1))
        at_second = Actor(by.name, by.roles, "web", None, by.person)

        await perform(tx, at_second, EraseMe())

        assert phone.person is None
        left = await somebody(tx)
        assert left.person == relative.person
        assert isinstance(await perform(tx, left, MyData()), MySheet)
        assert await tx.connection.scalar(select(func.count()).select_from(Relatives)) == 0


async def test_no_name_of_a_relative_comes_into_the_audit(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await with_relative(tx)

        rows = (await tx.connection.execute(select(Audit.__table__))).all()

        assert not [row for row in rows if "Lan" in repr(tuple(row))]

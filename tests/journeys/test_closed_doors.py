"""Telegram while the ward prepares: residents wait, an invited officer works, and nothing of a resident is kept."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from bot.doors import Doors
from bot.house import Ward
from handlers._requests.invites import Invited, InvitePerson
from handlers._requests.person import Role
from storage import perform
from storage.tables import Attempts, Consents, Events, People
from tests.journeys.conftest import ADMIN, Clock
from tests.journeys.telegram_line import Exchange, polling

CLOSED = "Đây là trợ lý tự động của phường Trung Thành, là máy trả lời. Việc chuẩn bị chưa xong"


@pytest.fixture
def doors() -> Doors:
    """Doors that nobody has found open yet."""
    return Doors()


@pytest.fixture
async def exchange(ward: Ward, clock: Clock, doors: Doors) -> AsyncIterator[Exchange]:
    async with polling(ward, clock, doors) as opened:
        yield opened


async def invited(ward: Ward, clock: Clock) -> str:
    """The words by which Chị Hoa may become an approver."""
    async with ward.database.transaction(clock()) as tx:
        made = await perform(
            tx, ADMIN, InvitePerson(Role.APPROVER, "Trần Thị Hoa", "Công an phường")
        )
    assert isinstance(made, Invited)
    return made.words


async def kept(ward: Ward, clock: Clock) -> list[int]:
    async with ward.database.reading(clock()) as tx:
        return [
            int(await tx.connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in (People, Consents, Attempts, Events)
        ]


async def test_a_resident_is_told_to_come_back_and_nothing_of_them_is_kept(
    exchange: Exchange, ward: Ward, clock: Clock
) -> None:
    phone = exchange.phone("Bà Tư")

    told = [await phone.send(text) for text in ("xin chào", "học", "1", "đồng ý", "gặp cán bộ")]

    assert all(one.startswith(CLOSED) for one in told)
    assert await kept(ward, clock) == [0, 0, 0, 0]


async def test_what_keeps_people_safe_is_answered_before_the_doors_open(exchange: Exchange) -> None:
    phone = exchange.phone("Bà Tư")

    gone = await phone.send("tôi vừa chuyển tiền cho kẻ lừa đảo")
    stopped = await phone.send("DỪNG")
    theirs = await phone.send("thông tin của tôi")

    assert "Việc một: dừng lại" in gone
    assert "Đã dừng" in stopped
    assert "chưa lưu thông tin gì" in theirs


async def test_an_invited_officer_joins_approves_and_learns_while_residents_still_wait(
    exchange: Exchange, ward: Ward, clock: Clock
) -> None:
    words = await invited(ward, clock)
    officer, resident = exchange.phone("Hoa"), exchange.phone("Bà Tư")

    for text in ("mã mời", words, "Đúng, là tôi"):
        joined = await officer.send(text)

    assert joined.startswith("Xong, đã ghi.")
    assert "Không có bài nào chờ duyệt." in await officer.send("duyệt bài")
    assert "Bài hôm nay" in await officer.send("học")
    assert (await resident.send("học")).startswith(CLOSED)


async def test_the_first_word_after_the_doors_have_opened_is_answered_as_ever(
    exchange: Exchange, doors: Doors
) -> None:
    phone = exchange.phone("Bà Tư")
    before = await phone.send("học")

    doors.are_open = True

    assert before.startswith(CLOSED)
    assert "Bài hôm nay" in await phone.send("học")

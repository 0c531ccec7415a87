"""The health page: what works, what does not, what to do, for somebody without a terminal."""

from datetime import timedelta
from typing import Any

import pytest

from bot.house import now
from handlers._requests.person import Role
from storage import copies


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMIN])
async def test_what_must_be_done_stands_before_what_is_well(office: Any, role: Role) -> None:
    browser = await office.signed_in(role)

    page = (await browser.get("/can-bo/suc-khoe")).text

    urgent, _, well = page.partition("<h2>Đang tốt (")
    assert "Có việc phải làm ngay." in urgent
    assert "Chưa có nơi cất bản sao: hỏng máy là mất hết. <strong>Làm gì:</strong>" in urgent
    assert "Cơ sở dữ liệu trả lời tốt" in well
    assert "hocso 0.1.0, SQLite" in well


async def test_after_a_restoration_the_lost_time_is_said_for_a_week(office: Any) -> None:
    async with office.ward.database.transaction(now()) as tx:
        await copies.was_restored(tx, now() - timedelta(hours=7))
    browser = await office.signed_in(Role.STAFF)

    page = (await browser.get("/can-bo/suc-khoe")).text

    assert "Dữ liệu khôi phục từ bản sao: phần từ" in page


@pytest.mark.parametrize("role", [Role.TEAM, Role.HEAD, Role.POLICE, Role.APPROVER, Role.OBSERVER])
async def test_others_do_not_see_how_the_machine_is_doing(office: Any, role: Role) -> None:
    tdp = 1 if role in {Role.TEAM, Role.HEAD} else None
    browser = await office.signed_in(role, tdp)

    assert (await browser.get("/can-bo/suc-khoe")).status == 403

"""The first page after signing in: what needs somebody, by role and TDP, with what to do and where to click."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from bot.web.staff._item_words import rows
from bot.web.staff.desk import ROOT
from handlers._requests.consent import Agree, Purpose
from handlers._requests.help import AskForHelp
from handlers._requests.items import Item, ItemKind
from handlers._requests.person import WARD_ROLES, Role, SetName
from handlers._requests.tdp import SetTdp
from storage import perform
from storage.addresses import actor_of, address_of, find
from storage.items import open_item
from storage.tables_staff import TeamItems


async def ba_lan_asks(office: Any, tdp: int = 1) -> None:
    """Bà Lan, who lives in a TDP, asks for help and agrees to be known for it."""
    async with office.transaction() as tx:
        by = await actor_of(tx, await address_of(tx, "web", "lan"))
        for purpose in (Purpose.SAVE, Purpose.TEAM):
            await perform(tx, by, Agree(purpose, f"consent.{purpose.value}"))
        known = await find(tx, "web", "lan")
        assert known is not None
        by = await actor_of(tx, known)
        for deed in (SetTdp(tdp), SetName("bà", "Lan"), AskForHelp("meet_staff")):
            await perform(tx, by, deed)


async def put(office: Any, kind: ItemKind, subject: str) -> int:
    async with office.transaction() as tx:
        row = {"kind": kind.value, "subject": subject, "created_at": tx.now}
        found = await tx.connection.execute(insert(TeamItems).values(**row).returning(TeamItems.id))
        return int(found.scalar_one())


def an_item(kind: ItemKind, number: int = 1, *, is_late: bool = False) -> Item:
    day = date(2026, 11, 22)
    return Item(number, kind, "lesson:TB-01", "Chỉnh chữ to", None, day, None, is_late, False)


@pytest.mark.parametrize("kind", ItemKind, ids=lambda kind: kind.value)
def test_every_kind_says_what_it_is_what_to_do_and_where_to_click(kind: ItemKind) -> None:
    (row,) = rows([an_item(kind)])

    assert len(row.to_do) > 20
    assert "{" not in row.title + row.link + row.label
    assert row.link.startswith("/can-bo/") or kind is ItemKind.HELP_ASKED


def test_many_lessons_of_one_kind_stand_together_where_the_first_of_them_is() -> None:
    lessons = [an_item(ItemKind.LESSON_WAITING, number) for number in range(4)]
    helps = [an_item(ItemKind.HELP_ASKED, 10 + number) for number in range(5)]
    late = an_item(ItemKind.LESSON_WAITING, 20, is_late=True)

    shown = rows([late, *helps, *lessons])

    assert [row.title for row in shown] == [
        "Bài “Chỉnh chữ to” chờ duyệt",
        *["Có người nhờ giúp"] * 5,
        "4 bài chờ duyệt",
    ]
    assert shown[-1].link == "/can-bo/bai-hoc"
    assert len(rows(lessons[:3])) == 3


async def test_a_wish_for_help_is_named_once_asked_for_and_then_ticked_off(office: Any) -> None:
    await ba_lan_asks(office)
    browser = await office.signed_in(Role.HEAD, 1)

    before = await browser.get(ROOT)
    item = before.text.partition("/can-bo/viec/")[2].partition("/")[0]
    named = await browser.post(f"{ROOT}/viec/{item}/ten")
    done = await browser.post(f"{ROOT}/viec/{item}/xong")
    after = await browser.get(done.to)

    assert "Có người nhờ giúp, Tân Trung (Đông Cao)" in before.text
    assert "Lan" not in before.text
    assert (
        "Người nhờ: bà Lan, Tân Trung (Đông Cao). Nhắn với trợ lý qua trang trò chuyện."
        in named.text
    )
    assert len(await office.audit("seen_name")) == 1
    assert (done.status, done.to) == (303, f"{ROOT}?xong=viec")
    assert "Đã ghi là xong." in after.text
    assert "Hôm nay không có việc nào cần làm ngay." in after.text


async def test_a_head_of_another_tdp_neither_sees_nor_closes_nor_names_it(office: Any) -> None:
    await ba_lan_asks(office)
    own = await (await office.signed_in(Role.HEAD, 1)).get(ROOT)
    item = own.text.partition("/can-bo/viec/")[2].partition("/")[0]
    foreign = await office.signed_in(Role.HEAD, 2)

    page = await foreign.get(ROOT)
    named = await foreign.post(f"{ROOT}/viec/{item}/ten")
    closed = await foreign.post(f"{ROOT}/viec/{item}/xong")

    assert "Có người nhờ giúp" not in page.text
    assert named.status == 404
    assert closed.to == f"{ROOT}?xong=truoc"
    assert "Có người nhờ giúp" in (await (await office.signed_in(Role.STAFF)).get(ROOT)).text
    assert await office.audit("seen_name") == []


async def test_an_item_that_somebody_else_just_closed_is_said_to_be_done(office: Any) -> None:
    item = await put(office, ItemKind.INVITE_OVER, "invite:7")
    first, second = [await office.signed_in(Role.STAFF) for _ in range(2)]

    await first.post(f"{ROOT}/viec/{item}/xong")
    told = await second.post(f"{ROOT}/viec/{item}/xong")

    assert "đã có người làm xong trước đó" in (await second.get(told.to)).text


async def test_what_closes_by_itself_has_a_link_and_no_button(office: Any) -> None:
    item = await put(office, ItemKind.HEALTH, "health:disk")
    browser = await office.signed_in(Role.ADMIN)

    page = await browser.get(ROOT)

    assert "Máy chạy trợ lý có chỗ cần xem" in page.text
    assert f"/can-bo/viec/{item}/xong" not in page.text


async def test_the_police_find_their_kinds_and_where_to_click_for_each(office: Any) -> None:
    async with office.transaction() as tx:
        await open_item(tx, ItemKind.CODES_GUESSED, "ward")
        await open_item(tx, ItemKind.INVITE_OVER, "invite:7")
        await open_item(tx, ItemKind.LESSON_WAITING, "lesson:TB-01")

    page = await (await office.signed_in(Role.POLICE)).get(ROOT)

    assert "Có người gõ sai mã mời nhiều lần" in page.text
    assert 'href="/can-bo/bai-hoc' in page.text
    assert "lời mời đã hết hạn" not in page.text


@pytest.mark.parametrize("role", WARD_ROLES, ids=lambda role: role.value)
async def test_everybody_who_signs_in_finds_the_wards_figures_in_one_line(
    office: Any, role: Role
) -> None:
    page = await (await office.signed_in(role, 1 if role in {Role.TEAM, Role.HEAD} else None)).get(
        ROOT
    )

    assert page.status == 200
    assert "người đồng ý lưu kết quả" in page.text
    assert ("Cần người làm" in page.text or "không có việc nào" in page.text) == (
        role is not Role.OBSERVER
    )


@pytest.mark.parametrize("path", ["viec/x/xong", "viec/99999999999999999999/ten", "viec/7/ten"])
async def test_an_item_that_is_none_is_not_found(office: Any, path: str) -> None:
    browser = await office.signed_in(Role.STAFF)

    answer = await browser.post(f"{ROOT}/{path}")

    assert answer.status == 404

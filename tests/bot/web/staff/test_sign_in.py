"""Signing in and out: a link is spent once, by pressing a button, and a session ends when it is over."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.channels.web import visitor_key
from bot.house import now
from bot.web.staff._door import SIGN_INS_PER_MINUTE
from handlers._requests.person import Role
from handlers._requests.roles import RevokeRole, RolesHeld
from handlers._requests.sign_in import OpenStaffPage, SignOutEverywhere
from storage import perform
from storage._people import hand_over, new_number
from storage.addresses import address_of
from storage.roles import actor_of_person
from storage.tables_staff import Grants, Logins, Sessions
from tests.bot.web.staff.conftest import token_of

BUTTON = '<button class="big">Vào trang cán bộ</button>'


async def test_opening_a_link_shows_a_button_and_spends_nothing(office: Any) -> None:
    link = await office.link(await office.person(Role.STAFF))
    messenger = await office.browser()

    for _ in range(3):  # messengers fetch links before anybody opens them
        shown = await messenger.get(link)
        assert (shown.status, BUTTON in shown.text) == (200, True)
        assert "Set-Cookie" not in shown.headers
    person = await office.browser()
    entered = await person.sign_in(link)

    assert (entered.status, entered.to) == (303, "/can-bo")
    assert (await person.get("/can-bo/nguoi")).status == 200


async def test_who_is_signed_in_is_named_on_every_page(office: Any) -> None:
    browser = await office.signed_in(Role.STAFF)

    page = await browser.get("/can-bo/nguoi")

    assert "<strong>Nguyễn Thị Lan</strong>, Phòng Văn hóa - Xã hội" in page.text
    assert page.headers["Cache-Control"] == "no-store"


async def test_without_a_link_one_is_told_how_to_get_one(office: Any) -> None:
    browser = await office.browser()

    sent = await browser.get("/can-bo/nguoi")
    told = await browser.get(sent.to)

    assert (sent.status, sent.to) == (303, "/can-bo/vao")
    assert "Nhắn: <strong>trang cán bộ</strong>" in told.text
    assert "trong 10 phút" in told.text
    assert BUTTON not in told.text


async def test_a_link_replayed_from_a_second_device_is_refused_and_written_down(
    office: Any,
) -> None:
    link = await office.link(await office.person(Role.STAFF))
    one, other = await office.browser(), await office.browser()

    first = await one.sign_in(link)
    second = await other.sign_in(link)

    assert first.status == 303
    assert (second.status, "đã có người dùng rồi" in second.text) == (410, True)
    assert other.cookies == {}
    assert (await other.get("/can-bo/nguoi")).to == "/can-bo/vao"
    assert (await one.get("/can-bo/nguoi")).status == 200
    assert len(await office.audit("link_refused")) == 1
    shown = await other.get(link)
    assert BUTTON not in shown.text
    assert "đã có người dùng rồi" in shown.text


async def test_pressing_the_button_twice_leads_in_and_alarms_nobody(office: Any) -> None:
    link = await office.link(await office.person(Role.STAFF))
    browser = await office.browser()
    await browser.sign_in(link)
    kept = browser.cookies

    again, shown = await browser.post("/can-bo/vao", {"m": token_of(link)}), await browser.get(link)

    assert (again.status, again.to) == (303, "/can-bo")
    assert (shown.status, shown.to) == (303, "/can-bo")
    assert browser.cookies == kept
    assert await office.audit("link_refused") == []


async def test_who_is_signed_in_by_another_link_is_refused_a_spent_one(office: Any) -> None:
    link = await office.link(await office.person(Role.STAFF))
    await (await office.browser()).sign_in(link)
    other = await office.signed_in(Role.ADMIN)

    assert (await other.post("/can-bo/vao", {"m": token_of(link)})).status == 410
    assert len(await office.audit("link_refused")) == 1


async def test_a_link_that_is_over_says_so_and_opens_nothing(office: Any) -> None:
    link = await office.link(await office.person(Role.STAFF))
    async with office.transaction() as tx:
        await tx.connection.execute(
            update(Logins).values(
                expires_at=now() - timedelta(minutes=1), created_at=now() - timedelta(minutes=11)
            )
        )
    browser = await office.browser()

    answer = await browser.sign_in(link)

    assert (answer.status, "đã hết hạn" in answer.text) == (410, True)
    assert browser.cookies == {}


async def test_a_link_in_whose_place_a_newer_one_came_says_so(office: Any) -> None:
    person = await office.person(Role.STAFF)
    first = await office.link(person)
    await office.link(person)

    answer = await (await office.browser()).sign_in(first)

    assert (answer.status, "đã xin đường dẫn mới" in answer.text) == (410, True)
    assert "hết hạn" not in answer.text


@pytest.mark.parametrize("token", ["", "x", "A" * 40, "A" * 5000, "…", "a\0b", "%00"])
async def test_a_token_that_nobody_made_opens_nothing(office: Any, token: str) -> None:
    browser = await office.browser()

    answer = await browser.post("/can-bo/vao", {"m": token})

    assert (answer.status, "không đúng" in answer.text) == (410, True)
    assert browser.cookies == {}


async def test_a_cookie_set_before_signing_in_is_worthless_afterwards(office: Any) -> None:
    browser = await office.browser()
    browser.session.cookie_jar.update_cookies({"hocso-can-bo": "chosen-by-somebody-else"})
    link = await office.link(await office.person(Role.STAFF))

    await browser.sign_in(link)

    assert browser.cookies["hocso-can-bo"] != "chosen-by-somebody-else"
    thief = await office.browser()
    thief.session.cookie_jar.update_cookies({"hocso-can-bo": "chosen-by-somebody-else"})
    assert (await thief.get("/can-bo/nguoi")).to == "/can-bo/vao"


async def test_signing_in_again_ends_the_session_that_was_there(office: Any) -> None:
    person = await office.person(Role.STAFF)
    browser = await office.browser()
    await browser.sign_in(await office.link(person))
    before = browser.cookies["hocso-can-bo"]

    await browser.sign_in(await office.link(person))

    other = await office.browser()
    other.session.cookie_jar.update_cookies({"hocso-can-bo": before})
    assert (await other.get("/can-bo/nguoi")).to == "/can-bo/vao"
    assert (await browser.get("/can-bo/nguoi")).status == 200


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(office: Any) -> None:
    link = await office.link(await office.person(Role.STAFF))
    browser = await office.browser()

    cookie = (await browser.sign_in(link)).headers["Set-Cookie"]

    assert cookie.startswith("hocso-can-bo=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/can-bo"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "Secure" not in cookie


async def test_on_https_no_other_host_of_the_domain_can_set_the_cookie(make_office: Any) -> None:
    office = await make_office(public_url="https://hoc.trungthanh.gov.vn")
    link = await office.link(await office.person(Role.STAFF))
    browser = await office.browser()

    cookie = (await browser.sign_in(link)).headers["Set-Cookie"]

    assert cookie.startswith("__Host-hocso=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_signing_out_ends_the_session_on_the_server_too(office: Any) -> None:
    browser = await office.signed_in(Role.STAFF)
    kept = browser.cookies["hocso-can-bo"]

    left = await browser.post("/can-bo/ra")

    assert (left.status, left.to) == (303, "/can-bo/vao")
    assert "hocso-can-bo" not in browser.cookies
    browser.session.cookie_jar.update_cookies({"hocso-can-bo": kept})
    assert (await browser.get("/can-bo/nguoi")).to == "/can-bo/vao"


async def test_signing_out_everywhere_leaves_no_browser_signed_in(office: Any) -> None:
    person = await office.person(Role.STAFF)
    one, other = await office.browser(), await office.browser()
    for browser in (one, other):
        await browser.sign_in(await office.link(person))

    await one.post("/can-bo/ra/het")

    for browser in (one, other):
        assert (await browser.get("/can-bo/nguoi")).to == "/can-bo/vao"


async def test_a_session_that_is_over_leads_to_the_sign_in_page(office: Any) -> None:
    browser = await office.signed_in(Role.STAFF)
    async with office.transaction() as tx:
        await tx.connection.execute(
            update(Sessions).values(expires_at=now() - timedelta(seconds=1))
        )

    answer = await browser.get("/can-bo/nguoi")

    assert (answer.status, answer.to) == (303, "/can-bo/vao")


async def test_signing_out_in_chat_signs_out_the_page(office: Any) -> None:
    person = await office.person(Role.STAFF)
    browser = await office.browser()
    await browser.sign_in(await office.link(person))

    await office.do(person, SignOutEverywhere())

    assert (await browser.get("/can-bo/nguoi")).to == "/can-bo/vao"


async def test_a_role_that_is_taken_away_is_gone_with_the_next_request(office: Any) -> None:
    admin, person = await office.person(Role.ADMIN), await office.person(Role.STAFF)
    browser = await office.browser()
    await browser.sign_in(await office.link(person))
    held = await office.do(admin, RolesHeld())

    await office.do(admin, RevokeRole(next(one.grant for one in held if one.person == person)))

    assert (await browser.get("/can-bo/nguoi")).to == "/can-bo/vao"


async def test_a_role_that_ended_yesterday_opens_no_page(office: Any) -> None:
    browser = await office.signed_in(Role.STAFF)
    async with office.transaction() as tx:
        yesterday = tx.today - timedelta(days=1)
        await tx.connection.execute(update(Grants).values(ends_on=yesterday))

    assert (await browser.get("/can-bo/nguoi")).to == "/can-bo/vao"


async def test_whoever_asked_in_the_chat_is_told_there_that_the_page_was_opened(
    office: Any,
) -> None:
    visitor = office.running.visitor()
    await visitor.open()
    person = await office.person(Role.STAFF)
    async with office.transaction() as tx:
        address = await address_of(tx, "web", visitor_key(visitor.key))
        await hand_over(tx, address.id, person)
        by = await actor_of_person(tx, person, "web", address.id)
        made = await perform(tx, by, OpenStaffPage())
    browser = await office.browser()

    await browser.sign_in(made.path)

    told = await visitor.answered()
    assert "trình duyệt khác, máy khác" in told["text"]


async def test_a_page_opened_while_practising_says_so_and_keeps_nothing(office: Any) -> None:
    person = await office.person(Role.ADMIN)
    async with office.transaction() as tx:
        twin = await new_number(tx, "web", is_practice=True, practice_of=person)
    browser = await office.browser()

    await browser.sign_in(await office.link(twin))
    made = await browser.post("/can-bo/nguoi/moi", {"name": "Lê Văn Tám", "role": "observer"})

    assert (made.status, "Trần Văn Bình" in made.text) == (200, True)
    assert "ĐANG TẬP THỬ" in made.text
    assert "Đây là tập thử: ba chữ và mã QR dưới đây không mở được gì" in made.text
    assert "Lê Văn Tám" not in (await browser.get("/can-bo/nguoi")).text
    assert await office.audit("invited") == []


async def test_too_many_tries_of_one_network_wait_a_minute(office: Any) -> None:
    browser = await office.browser()
    for _ in range(SIGN_INS_PER_MINUTE):
        assert (await browser.post("/can-bo/vao", {"m": "A" * 30})).status == 410

    held_back = await browser.post("/can-bo/vao", {"m": "A" * 30})

    assert held_back.status == 429
    assert 0 < int(held_back.headers["Retry-After"]) <= 60
    assert "Chờ một phút" in held_back.text
